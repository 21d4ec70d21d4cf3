"""What tasks about loose things share: which things are for a robot's hand."""

from __future__ import annotations

from collections.abc import Callable

from ...core.types import Goal
from ..objects.catalogue import by_category, graspable
from ..objects.instance import Instance
from ..robots.table import arm_named
from .situation import Situation


def for_hand(s: Situation, more: Callable[[Instance], bool] = lambda _: True) -> Callable[[Instance], bool]:
    """Whether a thing is for the hand of the episode's robot, and meets `more`."""
    return lambda t: graspable(t, s.stage.arm.grip) and more(t)


def some_for_hand(goal: Goal, robot: str, heldout: bool) -> bool:
    """Whether some thing of the goal's category is for the robot's hand."""
    return any(graspable(t, arm_named(robot).grip) for t in by_category(goal.target, heldout=heldout))


def fits_in(s: Situation, container: str) -> Callable[[Instance], bool]:
    """Whether a thing goes into the cavity of what plays `container`."""
    room = s.cast_of[container].cavity
    assert room is not None
    return lambda t: max(t.half[0], t.half[1]) < room.radius - 0.004
