"""A small learned correction of a frozen language policy: once a chunk, in tool space, bounded.

The base plans a chunk from pictures, touch, joints and words as ever; the residual sees what the base felt, where its
plan goes and what it believes the words to name, and shifts the whole chunk by a few centimetres. No privileged state
reaches the actor; the critic may use it. Sources: residual policies on frozen chunked ones (Ankile et al. 2024, ResiP),
off-policy with 0/1 rewards, layer norm and half of each batch from the base's successes (Ankile et al. 2025, ResFiT).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from gymnasium.vector import VectorEnv

from ...core.motions import decode
from ...core.preprocess import pictures, taxels, tensor
from ...core.robots import DEFAULT_ROBOT, ROBOTS, Robot
from ...core.text import tokenise
from ...core.types import Observation
from ..network import VisuoTactilePolicy
from .vec_env import Raw, Stepped, hold_step

CAMERAS = ("scene", "wrist")
AGE_STEPS = 200.0
"""Control steps that count as one unit of age: a long episode."""
PLAN_STEPS = (3, 7)
"""Steps of the chunk whose motions the residual sees."""


def feature_dim(robot: Robot) -> int:
    """How many numbers `features` gives: proprioception, touch (8), the plan, grounding (6), age (1)."""
    return robot.proprio_dim + 8 + 10 * len(PLAN_STEPS) + 6 + 1


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What the residual's numbers in [-1, 1] do to a chunk: shift (3), and the gripper's opening (1)."""

    reach_m: float = 0.04
    """Largest shift per axis of the base frame."""
    grip: float = 0.5
    """Largest change of the opening."""
    dim: int = 4
    robot: Robot = ROBOTS[DEFAULT_ROBOT]
    """Whose chunks they are."""

    def apply(self, chunk: np.ndarray, residual: np.ndarray) -> np.ndarray:
        """Chunks of targets (n, K, A) and residuals (n, 4) -> corrected chunks. A residual of zero changes no bit."""
        (n, steps, _), j, robot = chunk.shape, self.robot.dof, self.robot
        a = np.repeat(np.clip(np.asarray(residual, np.float64), -1.0, 1.0), steps, axis=0)  # (n K, 4)
        flat = chunk.reshape(n * steps, robot.action_dim)
        twist = np.concatenate([self.reach_m * a[:, :3], np.zeros((len(a), 3))], axis=1)
        out = flat.copy()
        moved = a.any(1)
        if moved.any():
            out[moved, :j] = robot.nudged(flat[moved, :j], twist[moved])
            out[moved, j] = np.clip(flat[moved, j] + self.grip * a[moved, 3], 0.0, 1.0)
        return out.reshape(chunk.shape)


def features(robot: Robot, observation: Observation, motions: np.ndarray, points: np.ndarray, age: np.ndarray) -> np.ndarray:
    """What the residual sees of n slots (n, feature_dim): proprioception, touch, the base's plan and grounding, age.

    `observation` holds those n slots; motions (n, K, 10), points (n, 2, 3) [m] are the base's, age (n,) in control steps.
    """
    proprio = observation["proprio"].astype(np.float32)
    touch = taxels(torch.from_numpy(np.ascontiguousarray(observation["tactile"]))).numpy()  # (n, 2, 3, 8, 8)
    felt = np.concatenate([touch[:, :, 0].max((2, 3)), touch[:, :, 0].mean((2, 3)), touch[:, :, 1:].mean((3, 4)).reshape(-1, 4)], axis=1)
    plan = [motions[:, min(k, motions.shape[1] - 1)] for k in PLAN_STEPS]
    named = (points - proprio[:, None, robot.position_at]).reshape(-1, 6)
    return np.concatenate([proprio, felt, *plan, named, age[:, None] / AGE_STEPS], axis=1).astype(np.float32)


class FrozenBase:
    """The language policy as a planner for many slots at once. One forward pass for all that need a chunk."""

    def __init__(self, model: VisuoTactilePolicy, *, execute: int = 8) -> None:
        self._model, self.execute = model.eval(), execute
        self._texts: dict[str, torch.Tensor] = {}

    @property
    def robot(self) -> Robot:
        """The arm that it drives."""
        return self._model.robot

    @torch.inference_mode()
    def plan(self, observation: Observation, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """n slots' observations and instructions -> motions (n, chunk, 10) and grounded points (n, 2, 3) [m]."""
        cpu, size = torch.device("cpu"), self._model.config.image_size
        for text in set(words) - set(self._texts):
            self._texts[text] = self._model.text(torch.from_numpy(tokenise(text)[None]))
        inputs = {c: pictures(tensor(observation[c], cpu), size) for c in CAMERAS}
        inputs["tactile"] = taxels(tensor(observation["tactile"], cpu))
        inputs["proprio"] = tensor(observation["proprio"].astype(np.float32), cpu)
        inputs["text"] = torch.cat([self._texts[t] for t in words])
        chunk, points, _ = self._model(inputs)
        return (chunk * self._model.motion_std + self._model.motion_mean).numpy(), points.numpy()


Look = Callable[[int], Mapping[str, np.ndarray]]
"""Slot -> its pictures `scene` and `wrist` (H, W, 3) now: drawn once a chunk, not once a step."""


class ResidualInterface:
    """A learner's view for residual learning: an action corrects one chunk; the reward is the environment's own, 0 or 1.

    Observations: `features`, then the privileged state for the critic, where the environment gives it.
    """

    def __init__(self, env: VectorEnv, base: FrozenBase, look: Look, correction: Correction) -> None:  # type: ignore[type-arg]
        self._env, self._base, self._look, self._correction = env, base, look, correction
        space = env.single_observation_space
        self._more = int(space["privileged"].shape[0]) if "privileged" in space.spaces else 0  # type: ignore[union-attr]
        self._seen = feature_dim(base.robot)
        self.dim, self.size = correction.dim, self._seen + self._more
        self._chunks = np.zeros((env.num_envs, base.execute, base.robot.action_dim), np.float32)
        self._words = [""] * env.num_envs
        self._age = np.zeros(env.num_envs)

    def begin(self, slots: np.ndarray, info: Mapping[str, Any]) -> None:
        self._age[slots] = 0
        for slot in slots:
            self._words[slot] = info["instruction"][slot]

    def observe(self, raw: Raw, slots: np.ndarray, out: np.ndarray) -> None:
        """Plans the next chunk of `slots`."""
        seen = {k: raw[k][slots] for k in ("proprio", "tactile")}
        drawn = [self._look(int(s)) for s in slots]
        motions, points = self._base.plan(seen | {c: np.stack([d[c] for d in drawn]) for c in CAMERAS}, [self._words[s] for s in slots])
        robot = self._base.robot
        self._chunks[slots] = decode(robot, seen["proprio"][:, : robot.dof].astype(np.float64), motions[:, : self._base.execute])
        out[slots, : self._seen] = features(robot, seen, motions, points, self._age[slots])
        if self._more:
            out[slots, self._seen :] = raw["privileged"][slots]

    def step(self, raw: Raw, actions: np.ndarray) -> Stepped:
        targets = self._correction.apply(self._chunks, actions)
        result = hold_step(self._env, lambda _, k: targets[:, k], raw, self._base.execute)
        self._age += self._base.execute
        return result
