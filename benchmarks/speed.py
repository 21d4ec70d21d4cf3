"""Throughput of the engine and latency of a policy on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from ..core.types import Observation
from .protocol import Actor


class Stepped(Protocol):
    """The part of the engine that is timed."""

    num_envs: int

    def reset(self, *, options: Any = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]: ...
    def step(self, actions: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]: ...
    @property
    def single_action_space(self) -> Any: ...


class StepTimer:
    """Times steps with random actions, in stretches that can take turns with another measurement.

    Only running episodes count; slots whose episode has ended are reset outside the measured time.
    """

    def __init__(self, env: Stepped, seed: int = 0) -> None:
        self.env = env
        self._rng = np.random.default_rng(seed)
        box = env.single_action_space
        self._low, self._high = np.asarray(box.low), np.asarray(box.high)
        self._next = env.num_envs
        self._done = np.zeros(env.num_envs, bool)
        env.reset(options={"index": np.arange(env.num_envs)})
        self._step()

    def _step(self) -> int:
        active = int((~self._done).sum())
        actions = self._rng.uniform(self._low, self._high, (self.env.num_envs, len(self._low))).astype(np.float32)
        _, _, terminated, truncated, _ = self.env.step(actions)
        self._done |= terminated | truncated
        return active

    def run(self, seconds: float) -> float:
        """Environment steps per second, summed over the simulations of the batch."""
        count, spent = 0, 0.0
        while spent < seconds:
            if self._done.mean() > 0.25:
                indices = self._next + np.arange(int(self._done.sum()))
                self._next += len(indices)
                self.env.reset(options={"index": indices, "reset_mask": self._done.copy()})
                self._done[:] = False
            start = time.perf_counter()
            count += self._step()
            spent += time.perf_counter() - start
        return count / spent


def reset_ms(env: Stepped, count: int, first: int = 0) -> list[float]:
    """Duration of `count` resets of slot 0, observation included [ms]."""
    mask = np.zeros(env.num_envs, bool)
    mask[0] = True
    out = []
    for n in range(first, first + count):
        start = time.perf_counter()
        env.reset(options={"index": np.array([n]), "reset_mask": mask})
        out.append(1000 * (time.perf_counter() - start))
    return out


def policy_ms(policy: Actor, observation: Observation, instruction: str, count: int = 100) -> dict[str, float]:
    """Latency from one observation (1, ...) to a fresh chunk of actions [ms]: `p50`, `p95`, `p99`."""
    out = []
    for n in range(count + 3):
        policy.reset([0], [instruction])
        start = time.perf_counter()
        policy.act(observation)
        if n >= 3:  # the first ones allocate
            out.append(1000 * (time.perf_counter() - start))
    return {f"p{q}": float(np.percentile(out, q)) for q in (50, 95, 99)}


def median(values: Sequence[float]) -> float:
    """The 50th percentile."""
    return float(np.median(values))


def take_turns(measurements: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each measurement over `rounds`, run in turns so that a noisy neighbour slows all of them alike."""
    found: dict[str, list[float]] = {name: [] for name in measurements}
    for _ in range(rounds):
        for name, measure in measurements.items():
            found[name].append(measure())
    return {name: median(values) for name, values in found.items()}
