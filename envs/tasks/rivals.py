"""What else could be asked for in an initial state, so that language alone decides: furniture left as people leave it, and things about that
other tasks are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...core.errors import HomebodyError
from ..objects.catalogue import graspable
from ..objects.instance import Instance
from .setup import GAP_M, NoRoom
from .situation import Situation

if TYPE_CHECKING:
    from .setup import Setup

LEAST_GOALS = 3
"""Every initial state allows so many goals."""
STIRRED = {"lid": 0.3}
"""Share of the other fixtures that are not as they were built, by kind; of other kinds two in three."""
MOSTLY = 0.67
AJAR = {"drawer": (0.15, 0.27), "door": (0.13, 0.27)}
"""How far other drawers and doors stand open, as shares of their travel: they could be opened as well as closed."""
TURNED = {"knob": (0.35, 0.6), "tap": (0.75, 1.0), "switch": (1.0, 1.0), "lid": (0.62, 0.95)}
"""How far other knobs, taps, switches and lids are on or open."""
ASIDE_M = 0.2
"""What stands further than this from the line straight ahead stands on a side [m]."""
TALL_M, TALL_GAP_M = 0.055, 0.10
"""A hand over low things would meet what is taller; the room that it needs."""


def standing(s: Situation, category: str, fits: Callable[[Instance], bool] = lambda _: True) -> str | None:
    """The role of the one thing of a category about, where it stands in the robot's reach with room for a hand and meets `fits`; None where
    there is none, or another of its kind: nobody could tell which is meant."""
    roles = [r for r, t in s.cast_of.items() if t.category == category]
    if len(roles) != 1 or roles[0] not in s.handy:
        return None
    thing = s.cast_of[roles[0]]
    return roles[0] if graspable(thing, s.stage.arm.grip) and fits(thing) else None


def stir(s: Setup) -> None:
    """Leaves some of the fixtures that the task is not about ajar, turned on or lifted, where the robot could reach them."""
    scene = s.stage.definition
    own = {scene.piece_of(joint) for joint in s.joints if joint in scene.fixtures}
    for piece in scene.pieces:
        if piece.name not in s.layout.usable:
            continue
        for f in piece.fixtures:
            kind = "tap" if f.joint == "tap_lever" else f.kind
            span = AJAR.get(kind) or TURNED.get(kind)
            if f.joint in s.joints or span is None or s.rng.random() > STIRRED.get(kind, MOSTLY):
                continue
            if kind == "door" and any(_hides(s, piece.name, other) for other in own):
                continue
            s.joint(f.joint, f.travel * s.between(*span))


def _hides(s: Setup, door: str, other: str) -> bool:
    """Whether a door that stands open would be between the cameras and a piece that the task is about: both stand on one side of the robot."""
    a, b = s.layout.spots[door], s.layout.spots[other]
    return door != other and a.y * b.y > 0 and min(abs(a.y), abs(b.y)) > ASIDE_M


def add_rival(s: Setup, liked: Sequence[str], categories: Sequence[str], *, squeeze: bool = True) -> None:
    """Stands one more thing about that could be asked for, of a category that no role has: one that is `liked` where it can be. Raises
    NoRoom where none fits; `squeeze`: close to others rather than not at all."""
    used = {t.category for t in s.cast_of.values()}
    known = {t.category for t in s.stage.definition.catalogue}
    first, then = ([c for c in names if c in known and c not in used] for names in (liked, categories))
    s.rng.shuffle(first)
    s.rng.shuffle(then)
    for category in dict.fromkeys((*first, *then)):
        role = f"rival{len(s.roles)}"
        try:
            thing = s.cast(role, category, fits=lambda t: graspable(t, s.stage.arm.grip) and t.footprint < 0.09)
            s.stand(role, s.reach, margin=TALL_GAP_M if thing.top > TALL_M else GAP_M, squeeze=squeeze, handy=True)
            return
        except HomebodyError:
            s.dismiss(role)
    raise NoRoom(f"no free place in layout {s.layout.name} for another thing that could be asked for")
