"""The state of one slot of the engine as a value: physics, episode, counters, senses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.errors import HomebodyError
from .episode import EpisodeMemory
from .physics_state import PhysicsState
from .rendering import View
from .sensors.frames import FrameMemory
from .stage import Stage


@dataclass(frozen=True, kw_only=True)
class SlotState:
    """What `get_state` returns and `set_state` takes. Plain values and arrays: it can be pickled, copied and sent to another process."""

    scene: str
    robot: str
    model_hash: str
    episode: EpisodeMemory
    physics: PhysicsState
    reference: np.ndarray
    """(5, A) what the set-points between two control steps go by (core.reference)."""
    diverged: bool
    steps: int
    """Control steps since the episode began."""
    held: int
    """Control steps that the goal has held."""
    done: bool
    senses: FrameMemory
    views: tuple[View, ...]
    """What the cameras of `pictures` and `senses` are."""
    pictures: tuple[np.ndarray, ...]
    """Each view's last picture (H, W, C)."""


def fits(state: SlotState, stage: Stage, task: str, split: str, views: Sequence[View]) -> None:
    """Raises HomebodyError where `state` cannot go on in an environment with these settings. One without cameras takes any."""
    if not isinstance(state, SlotState):
        raise HomebodyError(f"state is a {type(state).__name__}: expected what get_state returned; arrays go to set_physics_state")
    there = (state.scene, state.robot, *state.episode.key[:2])
    here = (stage.scene, stage.robot.name, task, split)
    for what, a, b in zip(("scene", "robot", "task", "split"), there, here, strict=True):
        if a != b:
            raise HomebodyError(f"state of {what} {a!r}: expected {b!r}, this environment's own")
    if state.model_hash != stage.model_hash:
        raise HomebodyError(f"state of model {state.model_hash}: expected {stage.model_hash}; the house has changed since it was taken")
    if views and tuple(views) != state.views:
        shown = (
            ", ".join(f"{v.camera} {v.height} x {v.width}" + ("" if v.kind == "colour" else f" {v.kind}") for v in state.views) or "none"
        )
        raise HomebodyError(f"state with cameras {shown}: expected this environment's own, or an environment with cameras=()")
