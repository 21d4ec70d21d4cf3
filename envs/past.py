"""What an episode remembers of its physics: what a state alone does not show and a predicate has to know.

A drawer that is shut may have been slammed, a thing that lies in a hand may have been dropped there, a clean mat may have been swept with
the fist. `Past` is plain arrays and numbers, looked after once a control step; it is part of a slot's state and starts anew with each
instruction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..core.types import CONTROL_HZ

DT_S = 1.0 / CONTROL_HZ
AT_STOP = 0.01
"""A joint has met its stop where it is this close to it, as a share of its travel."""
BOUNCED = 0.1
"""A joint that turns round within this share of its travel from a stop has bounced off it."""
BORNE_N = 0.15
"""Load at which a person's hand feels what lies in it [N]."""
DROP_MPS = 0.25
"""What nobody holds and goes down faster has been let go in the air: a fall of 2 cm is seen for sure, one of 5 mm never [m/s]."""
SWEPT_M = 0.004
"""A grain this close to the sponge, or to another that the sponge moves, is pushed by it [m]."""
MOVED_M = 0.002
"""How far something has to come in a control step to be on the move: 4 cm/s [m]."""
UNDER_M = 0.006
"""How high a sponge may be above the mat while it wipes [m]."""


class Simulation(Protocol):
    """What is looked at: see world.World."""

    names: Any
    cast: Mapping[str, Any]

    def row(self, name: str) -> np.ndarray: ...
    def body(self, name: str) -> str: ...
    def position(self, name: str) -> np.ndarray: ...
    def rotation(self, name: str) -> np.ndarray: ...
    def sensor(self, name: str) -> np.ndarray: ...


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(kw_only=True)
class Past:
    """Since the present instruction was given. Empty until the first look."""

    asked: np.ndarray = field(default_factory=_none)
    """(F,) where the fixtures' joints were when it was given [m or rad], in the order of `Names.fixtures`."""
    joints: np.ndarray = field(default_factory=_none)
    """(F,) where they were at the last look."""
    speeds: np.ndarray = field(default_factory=_none)
    """(F,) [m/s or rad/s], at the last look."""
    moved: np.ndarray = field(default_factory=_none)
    """(F,) how far they have been from where they were when it was given."""
    struck: np.ndarray = field(default_factory=_none)
    """(F,) the fastest that they have met one of their stops."""
    fell_mps: np.ndarray = field(default_factory=_none)
    """(L,) the fastest that loose things have fallen with no finger at them, in the order of `Names.loose`."""
    loose: np.ndarray = field(default_factory=_none)
    """(L, 3) where they were at the last look [m]."""
    falling_mps: np.ndarray = field(default_factory=_none)
    """(L,) how fast they were falling then, untouched."""
    swept: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    """(G,) which grains the sponge has pushed."""
    grains: np.ndarray = field(default_factory=_none)
    """(G, 3) where they were at the last look [m]."""
    pressed_N: float = 0.0
    """The largest force of the robot on the room or its furniture, over all physics steps."""
    load_N: float = 0.0
    """The most that a person's hand has felt."""
    felt_s: float = 0.0
    """How long it has felt what lies in it."""
    flung: bool = False
    """Whether something fell into it."""

    def begin(self, w: Simulation) -> None:
        """A new instruction: what was done before does not count."""
        names = w.names
        self.joints = w.row("qpos")[names.fixture_qpos].copy()
        self.speeds = w.row("qvel")[names.fixture_dof].copy()
        self.asked, self.moved, self.struck = self.joints.copy(), np.zeros(len(self.joints)), np.zeros(len(self.joints))
        self.loose, count = w.row("xpos")[names.loose_body].copy(), len(names.loose_body)
        self.falling_mps, self.fell_mps = np.zeros(count), np.zeros(count)
        self.grains, self.swept = w.row("xpos")[names.grain_body].copy(), np.zeros(len(names.grain_body), bool)
        self.pressed_N, self.load_N, self.felt_s, self.flung = 0.0, 0.0, 0.0, False

    def see(self, w: Simulation, pressed_N: float = 0.0) -> None:
        """Takes in the state after a control step, and the largest force on furniture in its course, which the state does not tell."""
        if len(self.asked) != len(w.names.fixture_qpos):
            self.begin(w)
            self.pressed_N = pressed_N
            return
        self.pressed_N = max(self.pressed_N, pressed_N)
        self._see_fixtures(w)
        if len(self.swept):
            self._see_grains(w)
        dropped = self._see_loose(w)
        if "force_person_load" in w.names.sensor:
            self._see_hand(w, dropped)

    def _see_fixtures(self, w: Simulation) -> None:
        q, v, travel = w.row("qpos")[w.names.fixture_qpos], w.row("qvel")[w.names.fixture_dof], w.names.fixture_travel
        before, speed = self.joints, np.maximum(np.abs(self.speeds), np.abs(q - self.joints) / DT_S)
        for stop, sign in ((0.0, -1.0), (travel, 1.0)):
            gap, last = sign * (stop - q), sign * (stop - before)  # what is left until the stop
            hit = (gap <= AT_STOP * travel) & (last > AT_STOP * travel)
            back = (sign * self.speeds > 0) & (sign * v < -0.05 * np.abs(self.speeds)) & (gap < BOUNCED * travel)
            back &= last <= sign * self.speeds * DT_S  # it would have been there before now
            self.struck = np.maximum(self.struck, np.where(hit | back, speed, 0.0))
        # A button at rest is pressed a little into its stop: that is no movement.
        self.moved = np.maximum(self.moved, np.abs(np.clip(q, 0.0, travel) - np.clip(self.asked, 0.0, travel)))
        self.joints, self.speeds = q.copy(), v.copy()

    def _see_loose(self, w: Simulation) -> bool:
        """Whether something has just fallen."""
        names, place = w.names, w.row("xpos")[w.names.loose_body]
        free = ~(w.row("sensordata")[names.loose_touch] > 0).any(1)
        fall = np.where(free, np.maximum(-w.row("qvel")[names.loose_dof + 2], 0.0), 0.0)
        came = np.where(free, (self.loose[:, 2] - place[:, 2]) / DT_S, 0.0)
        dropped = bool((np.maximum(came, self.falling_mps) > DROP_MPS).any())
        self.fell_mps = np.maximum(self.fell_mps, fall)
        self.loose, self.falling_mps = place.copy(), fall
        return dropped

    def _see_grains(self, w: Simulation) -> None:
        """Those that move beside the sponge, and those that these push along."""
        grains = w.row("xpos")[w.names.grain_body]
        on_move = np.linalg.norm(grains - self.grains, axis=1) > MOVED_M
        self.grains = grains.copy()
        role = next((r for r, i in w.cast.items() if i.category == "sponge"), "")
        if not role or not on_move.any():
            return
        sponge, R, r = w.cast[role], w.rotation(role), w.names.grain_radius
        before = self.loose[w.names.loose.index(w.body(role))]
        if np.linalg.norm(w.position(role) - before) < MOVED_M:  # they roll against it
            return
        d = np.abs((grains - w.position(role)) @ R) - sponge.half
        outside = np.linalg.norm(np.maximum(d, 0.0), axis=1)
        low = w.position(role)[2] - float(np.abs(R[2]) @ np.asarray(sponge.half))
        if low > UNDER_M + 2 * r:
            return
        pushed = on_move & (outside < r + SWEPT_M)
        gaps = np.linalg.norm(grains[:, None] - grains[None], axis=-1)
        for _ in range(len(grains)):
            more = on_move & (gaps[:, pushed] < 2 * r + SWEPT_M).any(1) & ~pushed
            if not more.any():
                break
            pushed |= more
        self.swept |= pushed

    def _see_hand(self, w: Simulation, dropped: bool) -> None:
        """What a person's hand feels, and how it came there."""
        load = float(np.linalg.norm(w.sensor("force_person_load")))
        self.load_N = max(self.load_N, load)
        self.flung |= dropped and load > BORNE_N and self.felt_s == 0.0
        self.felt_s = self.felt_s + DT_S if load > BORNE_N else 0.0
