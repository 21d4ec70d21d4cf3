"""With the thing in the hand, what eyes need not guess: the hand itself knows where it is and how it is turned.

A handle, a knob or a lid that the fingers hold is where they are. A thing that is carried is let go from where its foot comes down on the place: the hand
stays as far above its foot as it was above the worktop when it closed, turned as it is. Eyes find the place to within a centimetre or two; where in
the air above it the hand lets go they cannot see, and were off by 60 to 600 mm; of a knob in the fingers they did not know how it is turned, by 40
degrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...core.kinematics import rotation_from_6d
from ...core.marks import ACROSS, ACT, APPROACH, PLACE, SKILL, SKILLS, WAY
from ...core.robots import Robot
from ...core.touch import grips


def _numbers(*skills: str) -> frozenset[int]:
    return frozenset(SKILLS.index(s) for s in skills)


BROUGHT = _numbers(
    "put_in", "serve_on_plate", "put_in_pot", "set_on_tray", "toys_in_basket", "sort_cutlery", "clear_rubbish", "hand_over", "bring_within_reach",
    "put_in_chest", "put_under_spout", "take_from_hand",
)  # fmt: skip
"""What is taken up, carried and set down upright."""
LIFTED = _numbers("pick_up", "hold_up")
"""What is held up over where it was taken."""
TURNS_ALONG = _numbers("stack_bowls", "put_in_cutlery_drawer", "pour_peas") | BROUGHT | LIFTED
"""Of what is loose in the hand, the mark is turned as the hand is."""
KNOBS = _numbers("turn_on_stove", "turn_off_stove")
"""A knob's fingers' travel is the hand's; how the hand is tilted besides says nothing of it."""
FAST = KNOBS | _numbers(
    "open_drawer", "open_chest_drawer", "open_cutlery_drawer", "open_microwave", "open_cupboard", "open_fridge", "unscrew_jar", "unscrew_bottle",
    "pour_peas",
)  # fmt: skip
"""What is held where it is: the act point is the hand's own."""
FROM_THE_AIR = {SKILLS.index("take_from_hand"): 0.014}
"""Of what is not taken off the worktop, how far above its foot the hand usually is [m]."""


class Carrying:
    """How high the hand was when it closed, by slot."""

    def __init__(self, robot: Robot) -> None:
        self._at = robot.position_at
        self._last: dict[int, float] = {}
        """Slot -> the hand's height at the last look [m], base frame."""
        self._closed: dict[int, float] = {}

    def forget(self, slots: Sequence[int]) -> None:
        """Everything about some slots."""
        for slot in slots:
            self._last.pop(slot, None)
            self._closed.pop(slot, None)

    def feel(self, slot: int, proprio: np.ndarray, tactile: np.ndarray) -> None:
        """What a look is felt with: proprio (P,), taxels (2, 3, R, C)."""
        height, before = float(proprio[self._at][2]), self._last.get(slot)
        self._last[slot] = height
        if not grips(tactile):
            self._closed.pop(slot, None)
        elif slot not in self._closed:
            # Fingers close between two looks, and the hand comes down before and goes up after: the lower one is nearer to where they closed.
            self._closed[slot] = height if before is None else min(before, height)

    def corrected(self, slot: int, mark: np.ndarray, proprio: np.ndarray) -> np.ndarray:
        """The mark (MARK_DIM,) as seen -> as it is where the hand holds the thing."""
        skill = int(mark[SKILL])
        if slot not in self._closed or skill not in FAST | TURNS_ALONG:
            return mark
        tool, out, place = np.asarray(proprio[self._at], float), mark.copy(), mark[PLACE].astype(float)
        R = rotation_from_6d(np.asarray(proprio[None, self._at.stop : self._at.stop + 6], float))[0]
        if skill in FAST:
            out[ACT] = tool
        elif skill in LIFTED:
            out[ACT][:2] = out[PLACE][:2] = tool[:2]
        elif skill in BROUGHT:
            step = place - tool
            out[ACT] = place + [0.0, 0.0, max(FROM_THE_AIR.get(skill, self._closed[slot]), 0.0)]
            out[WAY] = step / max(float(np.linalg.norm(step)), 1e-6)
        if skill in KNOBS | TURNS_ALONG:
            out[ACROSS] = R[:, 1]
        if skill in TURNS_ALONG:
            out[APPROACH] = R[:, 2]
        return out
