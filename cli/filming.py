"""Who listens to a prompted episode: what changes is said, and every frame is filmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..core.rollout import Listener, Run
from ..core.types import CONTROL_HZ, Observation

if TYPE_CHECKING:
    import numpy as np

    from ..envs.engine import HouseholdVectorEnv
    from .video import Background
    from .video_layout import Moment

Quality = Literal["fast", "pretty"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)
HOLD_FRAMES = CONTROL_HZ
"""The last picture stays for a second."""


class Announcer(Listener):
    """Prints a predicate when it changes, and other words when they come."""

    looks = False

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._known, self._words = say, dict[str, bool](), ""

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        now, at = dict(info["predicates"][run.slot]), f"{run.steps / CONTROL_HZ:5.1f} s"
        anew = run.words != self._words
        if run.steps and anew:
            self._say(f"{at}  the instruction is now {run.words!r}")
        for name, holds in now.items():
            if run.steps and not (anew and name not in self._known) and self._known.get(name, False) != holds:
                self._say(f"{at}  {name} {'holds' if holds else 'no longer holds'}")
        self._known, self._words = now, run.words


class Film(Listener):
    """Films the rollout, a frame a control step: it runs in real time."""

    looks = False  # it draws its own

    def __init__(
        self, env: HouseholdVectorEnv, who: str, background: Background, quality: Quality,
        frame: Callable[[Run, Moment], Callable[[], np.ndarray]] | None = None,
    ) -> None:  # fmt: skip
        """frame: what draws a frame of the film, on another thread; video_layout.compose where nothing else is said."""
        self._env, self._who, self._background, self._frame = env, who, background, frame
        self._profile: Literal["film", "pretty"] = "pretty" if quality == "pretty" else "film"

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        from .video_layout import SCENE, WRIST, Moment, compose

        slot, draw = run.slot, self._env.render_slot
        moment = Moment(
            instruction=run.words, policy=self._who,
            scene=draw(slot, "scene", (SCENE[3], SCENE[2]), self._profile),
            wrist=draw(slot, "wrist", (WRIST[3], WRIST[2]), self._profile),
            tactile=observation["tactile"][slot], predicates=info["predicates"][slot], step=run.steps - self._env.asked_at(slot),
            horizon=self._env.horizon(slot), time_s=run.steps / CONTROL_HZ, credit=float(info["credit"][slot]),
            success=bool(info["success"][slot]),
        )  # fmt: skip
        frame = self._frame(run, moment) if self._frame else partial(compose, moment)
        self._background.add(frame, times=1 + HOLD_FRAMES if run.over else 1)
