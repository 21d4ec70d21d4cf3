"""Stable-Baselines3's `VecEnv` over a batched Gymnasium environment: the engine's own numbers, slots restarted as they end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from stable_baselines3.common.vec_env import VecEnv

from ...core.errors import HomebodyError, unknown
from .control import Control

STATE_KEYS = ("proprio", "privileged")
Raw = Mapping[str, np.ndarray]
Stepped = tuple[Raw, np.ndarray, np.ndarray, np.ndarray, Mapping[str, Any]]
"""Observation, reward (B,), terminated (B,), truncated (B,), info."""


class Interface(Protocol):
    """What a learner sees of the environment and does to it."""

    dim: int
    """Numbers in an action, each in [-1, 1]."""
    size: int
    """Numbers in an observation."""

    def begin(self, slots: np.ndarray, info: Mapping[str, Any]) -> None:
        """New episodes start in `slots`."""
        ...

    def observe(self, raw: Raw, slots: np.ndarray, out: np.ndarray) -> None:
        """Writes the observations of `slots` into those rows of `out` (B, size)."""
        ...

    def step(self, raw: Raw, actions: np.ndarray) -> Stepped:
        """Actions (B, dim) -> what the environment answered."""
        ...


Shape = Callable[[Raw, np.ndarray, Mapping[str, Any]], np.ndarray]
"""(observation, reward (B,), info) after a control step -> the reward to learn from (B,)."""


class StateInterface:
    """The streams `keys` side by side; an action is held for `hold` control steps, whose rewards add up.

    With hold 1 and no `shape` a pure view: the environment's own numbers.
    """

    def __init__(
        self, env: VectorEnv, control: Control, *, keys: Sequence[str] = STATE_KEYS, hold: int = 1, shape: Shape | None = None
    ) -> None:  # type: ignore[type-arg]
        inner = env.single_observation_space
        assert isinstance(inner, spaces.Dict)
        for key in keys:
            if key not in inner.spaces:
                raise unknown("observation stream", key, inner.spaces)
        if hold < 1:
            raise HomebodyError(f"hold is {hold}: expected 1 control step or more")
        self._env, self._control, self._keys, self._hold, self._shape = env, control, tuple(keys), hold, shape
        self._sizes = [int(np.prod(inner[k].shape or ())) for k in keys]
        self.dim, self.size = control.dim, sum(self._sizes)

    def begin(self, slots: np.ndarray, info: Mapping[str, Any]) -> None:
        del slots, info

    def observe(self, raw: Raw, slots: np.ndarray, out: np.ndarray) -> None:
        at = 0
        for key, size in zip(self._keys, self._sizes, strict=True):
            out[slots, at : at + size] = raw[key][slots].reshape(len(slots), size)
            at += size

    def step(self, raw: Raw, actions: np.ndarray) -> Stepped:
        return hold_step(self._env, lambda seen, _: self._control.targets(seen, actions), raw, self._hold, self._shape)


def hold_step(env: VectorEnv, targets: Callable[[Raw, int], np.ndarray], raw: Raw, hold: int, shape: Shape | None = None) -> Stepped:  # type: ignore[type-arg]
    """`hold` control steps under targets(observation, k); slots that end on the way wait. Rewards add up while a slot runs."""
    total, terminated, truncated = np.zeros(env.num_envs), np.zeros(env.num_envs, bool), np.zeros(env.num_envs, bool)
    info: Mapping[str, Any] = {}
    for k in range(hold):
        active = ~(terminated | truncated)
        if not active.any():
            break
        raw, reward, ended, cut, info = env.step(targets(raw, k))
        total += active * (shape(raw, reward, info) if shape else reward)
        terminated |= ended
        truncated |= cut
    return raw, total, terminated, truncated, info


class BatchedVecEnv(VecEnv):
    """B slots of `env` (a VectorEnv with autoreset disabled and episode indices) for Stable-Baselines3.

    Observations are float32 (B, size). Two buffers take turns, so one stays valid until the step after next. A slot that
    ends restarts at once with the next episode index by `reset_mask`; its last observation is in
    `infos[i]["terminal_observation"]`, and `TimeLimit.truncated` says whether only time ran out.
    """

    def __init__(self, env: VectorEnv, interface: Interface, *, first_index: int = 0) -> None:  # type: ignore[type-arg]
        if env.metadata.get("autoreset_mode") != AutoresetMode.DISABLED:
            raise HomebodyError("the environment restarts its slots itself: expected autoreset disabled")
        self._env, self._interface = env, interface
        self._next_index = first_index
        self._buffers = [np.zeros((env.num_envs, interface.size), np.float32) for _ in range(2)]
        self._raw: Raw = {}
        self._actions = np.zeros((env.num_envs, interface.dim), np.float32)
        self._returns, self._lengths = np.zeros(env.num_envs), np.zeros(env.num_envs, np.int64)
        self._begun = time.monotonic()
        box = spaces.Box(-np.inf, np.inf, (interface.size,), np.float32)
        super().__init__(env.num_envs, box, spaces.Box(-1.0, 1.0, (interface.dim,), np.float32))
        self.render_mode = None

    @property
    def next_index(self) -> int:
        """The episode index that the next slot to restart gets."""
        return self._next_index

    def _start(self, slots: np.ndarray) -> None:
        mask = np.zeros(self.num_envs, bool)
        mask[slots] = True
        options = {"index": self._next_index + np.arange(len(slots)), "reset_mask": mask}
        self._next_index += len(slots)
        self._raw, info = self._env.reset(options=options)
        self._returns[slots], self._lengths[slots] = 0.0, 0
        self._interface.begin(slots, info)
        self._interface.observe(self._raw, slots, self._buffers[0])

    def reset(self) -> np.ndarray:
        """Starts an episode in every slot; indices go on from where they were. `seed(n)` makes n the next one."""
        seed = self._seeds[0]
        self._next_index = self._next_index if seed is None else seed
        self._reset_seeds()
        self._buffers.reverse()
        self._start(np.arange(self.num_envs))
        return self._buffers[0]

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """`seed` is the first episode index of the next `reset`."""
        self._seeds = [seed] * self.num_envs
        return self._seeds

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """One action in every slot: observations (B, size), rewards (B,), ends (B,), infos."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: np.ndarray) -> None:
        self._actions = actions

    def step_wait(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        self._raw, reward, terminated, truncated, info = self._interface.step(self._raw, self._actions)
        self._buffers.reverse()  # the learner still holds the last observation
        observation = self._buffers[0]
        self._interface.observe(self._raw, np.arange(self.num_envs), observation)
        done = terminated | truncated
        self._returns += reward
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        ended = np.flatnonzero(done)
        for i in map(int, ended):
            infos[i] = self._ending(i, observation, bool(truncated[i] and not terminated[i]), info)
        if len(ended):
            self._start(ended)
        return observation, reward.astype(np.float32), done, infos

    def _ending(self, i: int, observation: np.ndarray, timeout: bool, info: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "terminal_observation": observation[i].copy(), "TimeLimit.truncated": timeout,
            "is_success": bool(info["success"][i]), "diverged": bool(info["diverged"][i]), "index": int(info["index"][i]),
            "episode": {"r": float(self._returns[i]), "l": int(self._lengths[i]), "t": time.monotonic() - self._begun},
        }  # fmt: skip

    def close(self) -> None:
        self._env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        if attr_name == "render_mode":
            return [None for _ in self._get_indices(indices)]
        return [getattr(self._env, attr_name) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise HomebodyError(f"cannot set {attr_name!r} of single slots: the batch is one environment")

    def env_method(self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any) -> list[Any]:
        """Calls `method(slot, ...)` for each slot, as the engine's one-slot readers take it."""
        return [getattr(self._env, method_name)(i, *method_args, **method_kwargs) for i in self._get_indices(indices)]

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        return [False for _ in self._get_indices(indices)]
