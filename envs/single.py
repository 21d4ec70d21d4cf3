"""One simulation behind Gymnasium's `Env`: the engine's one-slot case, number for number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np

from ..core.types import CONTROL_HZ
from .engine import HouseholdVectorEnv


class HouseholdEnv(gymnasium.Env[dict[str, np.ndarray], np.ndarray]):
    """`gymnasium.make("homebody/open_drawer-v1", image_size=128)`. Keyword arguments are HouseholdVectorEnv's.

    `reset(seed=n)` starts episode n of the split; without a seed the next episode follows. `reset(options={"index": n,
    "goal": Goal, "instruction": text})` chooses it outright.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": CONTROL_HZ}  # noqa: RUF012

    def __init__(self, task: str = "all", *, render_mode: str | None = None, **settings: Any) -> None:
        self.vector = HouseholdVectorEnv(task, 1, threads=1, render_mode=render_mode, **settings)
        self.observation_space = self.vector.single_observation_space
        self.action_space = self.vector.single_action_space
        self.render_mode = render_mode

    def reset(self, *, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:  # type: ignore[override]
        super().reset(seed=seed)
        chosen = {k: [v] for k, v in (options or {}).items() if k in ("index", "goal", "instruction", "axes")}
        observation, info = self.vector.reset(seed=seed, options=chosen)
        return self._first(observation), self._first(info)

    def step(self, action: np.ndarray) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.vector.step(np.asarray(action)[None])
        return self._first(observation), float(reward[0]), bool(terminated[0]), bool(truncated[0]), self._first(info)

    @staticmethod
    def _first(batched: Mapping[str, Any]) -> dict[str, Any]:
        return {
            k: v[0].item() if isinstance(v, np.ndarray) and v.ndim == 1 and k not in ("proprio", "privileged") else v[0]
            for k, v in batched.items()
        }

    def render(self) -> np.ndarray | None:  # type: ignore[override]
        return self.vector.render_slot(0, size=(256, 256)) if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        self.vector.close()
