"""Marks: what a goal says about *where*. Labels for learning and for checks, never an observation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

MARK_DIM = 18
"""Numbers of a mark as a vector: position, approach, across (3 each), width, place, way (3 each), progress, and the skill's number."""
OTHER = "other"
SKILLS = (
    OTHER, "open_drawer", "close_drawer", "open_microwave", "close_microwave", "pick_up", "put_in", "hold_up", "serve_on_plate", "put_in_pot",
    "set_on_tray", "toys_in_basket", "stack_bowls", "sort_cutlery", "clear_rubbish", "open_chest_drawer", "close_chest_drawer",
    "open_cutlery_drawer", "close_cutlery_drawer", "open_cupboard", "close_cupboard", "open_fridge", "close_fridge", "turn_on_stove",
    "turn_off_stove", "turn_on_tap", "turn_off_tap", "switch_on_light", "switch_off_light", "press_coffee_button", "push_toaster_down",
    "press_soap_pump", "open_pill_box", "close_pill_box", "unscrew_jar", "unscrew_bottle", "put_toothbrush_in_cup", "fold_quilt", "fold_towel",
    "lay_blanket", "towel_in_basket", "pour_peas", "wipe_mat", "hand_over", "take_from_hand", "bring_within_reach", "ring_bell", "put_in_chest",
    "put_in_cutlery_drawer", "put_under_spout",
)  # fmt: skip
"""What is done at a mark: tasks of one step, and steps that only longer ones have. Data and checkpoints count them: new ones go to the end."""
SAME = {f"hold_up_{kind}": "hold_up" for kind in ("drink", "food", "cutlery", "toy")}
"""Tasks that ask for one skill under several names."""


def skill_of(task: str) -> str:
    """The skill of a task of one step; OTHER where it is none that everybody knows."""
    skill = SAME.get(task, task)
    return skill if skill in SKILLS else OTHER


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Where the hand has to act for a goal now, and where what it acts on has to go. One frame throughout: world or base."""

    position: np.ndarray
    """(3,) where the tool centre point acts: grasps, presses, pushes; with the thing in the hand, where it comes to, to let go or to wipe [m]."""
    approach: np.ndarray
    """(3,) unit vector along which the tool comes: its z axis there."""
    across: np.ndarray
    """(3,) unit vector of the fingers' travel: the tool's y axis there, or its opposite."""
    width: float
    """What is between the fingers there [m]; 0 where closed fingers push."""
    place: np.ndarray
    """(3,) where that point, or the thing, has to go [m]."""
    way: np.ndarray
    """(3,) unit vector along which it starts to move towards the goal."""
    progress: float
    """How far the goal has come, in [0, 1]."""
    skill: str = ""
    """What is done there, one of SKILLS; empty stands for what the task is called."""
    held: bool = False
    """Whether the thing is in the hand."""

    @property
    def pose(self) -> np.ndarray:
        """(4, 4) tool pose at the act point."""
        T = np.eye(4)
        T[:3, :3] = np.stack([np.cross(self.across, self.approach), self.across, self.approach], axis=-1)
        T[:3, 3] = self.position
        return T

    @property
    def pushes(self) -> bool:
        """Whether closed fingers push, rather than grasp."""
        return self.width == 0.0

    def seen_from(self, T: np.ndarray) -> Mark:
        """The same mark in the frame whose pose in this one is T (4, 4): `mark.seen_from(T_world_base)` is in the base frame."""
        R, p = T[:3, :3].T, T[:3, 3]
        return replace(
            self, position=R @ (self.position - p), place=R @ (self.place - p), approach=R @ self.approach, across=R @ self.across, way=R @ self.way
        )  # fmt: skip

    def vector(self) -> np.ndarray:
        """(MARK_DIM,) float32, in the order of the fields."""
        parts = [
            self.position,
            self.approach,
            self.across,
            [self.width],
            self.place,
            self.way,
            [self.progress],
            [SKILLS.index(self.skill or OTHER)],
        ]
        return np.concatenate(parts).astype(np.float32)

    @staticmethod
    def from_vector(v: np.ndarray) -> Mark:
        """The mark of a vector (MARK_DIM,)."""
        v = np.asarray(v, float)
        return Mark(
            position=v[:3], approach=v[3:6], across=v[6:9], width=float(v[9]), place=v[10:13], way=v[13:16], progress=float(v[16]),
            skill=SKILLS[int(v[SKILL])],
        )  # fmt: skip


ACT, PLACE = slice(0, 3), slice(10, 13)
"""Where a mark's vector holds its act point and its place."""
APPROACH, ACROSS, WAY = slice(3, 6), slice(6, 9), slice(13, 16)
"""Where it holds its directions."""
WIDTH, PROGRESS = 9, 16
"""Which of its numbers they are."""
POINTS = (ACT, PLACE)
SKILL = MARK_DIM - 1
"""Where it holds the number of its skill."""
