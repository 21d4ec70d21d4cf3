"""One simulation behind Gymnasium's `Env`: the engine's one-slot case, number for number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.utils import EzPickle

from ..core.errors import HomebodyError, unknown
from ..core.types import CONTROL_HZ
from .engine import HouseholdVectorEnv
from .requests import OPTIONS, drawn_index, episode_index


class HouseholdEnv(gymnasium.Env[dict[str, np.ndarray], np.ndarray], EzPickle):
    """`gymnasium.make("homebody/open_drawer-v1", image_size=128)`. Keyword arguments are HouseholdVectorEnv's.

    `reset(seed=n)` starts episode n of the split; without a seed the next episode is drawn from `np_random`, which the last seed
    started. `reset(options={"index": n, "goal": Goal, "instruction": text, "axes": {name: value}})` chooses it outright. A pickled
    or copied environment is a fresh one with the same arguments; `vector.get_state(0)` is the state of a running one.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": CONTROL_HZ}  # noqa: RUF012

    def __init__(self, task: str = "first", *, render_mode: str | None = None, **settings: Any) -> None:
        EzPickle.__init__(self, task, render_mode=render_mode, **settings)
        self.vector = HouseholdVectorEnv(task, 1, threads=1, render_mode=render_mode, **settings)
        self.observation_space = self.vector.single_observation_space
        self.action_space = self.vector.single_action_space
        self.render_mode = render_mode

    def reset(self, *, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:  # type: ignore[override]
        """Starts an episode; see the class."""
        chosen = dict(self._options(options))
        seed = None if seed is None else episode_index("seed", seed)
        super().reset(seed=seed)
        if chosen.get("index") is None:
            chosen["index"] = drawn_index(self.np_random) if seed is None else seed
        observation, info = self.vector.reset(options={k: [v] for k, v in chosen.items()})
        return {k: v[0] for k, v in observation.items()}, self._plain(info)

    @staticmethod
    def _options(options: Any) -> Mapping[str, Any]:
        known = [name for name in OPTIONS if name != "reset_mask"]
        if options is not None and not isinstance(options, Mapping):
            raise HomebodyError(f"options is {options!r}: expected a dictionary with some of {', '.join(known)}")
        for key in options or {}:
            if key not in known:
                raise unknown("option of reset", str(key), known)
        return options or {}

    def step(self, action: np.ndarray) -> tuple[dict[str, np.ndarray], float, bool, bool, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.vector.step(np.asarray(action)[None])
        seen = {k: v[0] for k, v in observation.items()}
        return seen, float(reward[0]), bool(terminated[0]), bool(truncated[0]), self._plain(info)

    @staticmethod
    def _plain(info: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """The one slot's values, without the masks."""
        return {k: v[0].item() if isinstance(v[0], np.generic) else v[0] for k, v in info.items() if not k.startswith("_")}

    def render(self) -> np.ndarray | None:  # type: ignore[override]
        return self.vector.render_slot(0, size=(256, 256)) if self.render_mode == "rgb_array" else None

    def close(self) -> None:
        self.vector.close()
