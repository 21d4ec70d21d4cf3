"""Every predicate against states that nearly satisfy it and must not."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from homebody.envs.furniture.piece import Fixture
from homebody.envs.objects.instance import Cavity, Grasp, Instance, Shape
from homebody.envs.tasks.bottles import steep
from homebody.envs.tasks.predicates import (
    SHOVE_N,
    gentle,
    grasped,
    in_bin,
    in_box,
    inside,
    lies_in,
    lifted,
    near,
    on_top,
    opened,
    others_left_alone,
    put_down,
    released,
    shut,
    stands,
    upright,
)  # fmt: skip


def thing(name, rest=0.04, top=0.08, cavity=None, half=(0.04, 0.04, 0.04), kg=0.2):
    return Instance(name=name, category=name, nouns=(name,), adjective="plain", heldout=False, shapes=(Shape(kind="box", mass=kg),), rest=rest,
                    top=top, footprint=0.04, grasps=(Grasp(position=(0, 0, 0), width=0.05),), cavity=cavity, half=half)  # fmt: skip


def nose_up(degrees):
    """Turned about y: the length of a long thing rises."""
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])


def tilt(degrees):
    a = np.deg2rad(degrees)
    return np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])


@dataclass
class State:
    """A world made of tables."""

    where: dict = field(default_factory=dict)
    turned: dict = field(default_factory=dict)
    touched: dict = field(default_factory=dict)
    speeds: dict = field(default_factory=dict)
    joints: dict = field(default_factory=dict)
    sites: dict = field(default_factory=dict)
    cast = {  # noqa: RUF012
        "mug": thing("mug"), "bowl": thing("bowl", 0.03, 0.06, Cavity(radius=0.06, floor=-0.02, rim=0.03)), "plate": thing("plate", 0.01, 0.02),
        "brush": thing("brush", 0.006, 0.012, half=(0.08, 0.006, 0.006)), "cup": thing("cup", 0.05, 0.1, Cavity(radius=0.035, floor=-0.045, rim=0.05)),
    }  # fmt: skip
    forces: dict = field(default_factory=dict)
    hits: dict = field(default_factory=dict)
    shifts: dict = field(default_factory=dict)
    falls: dict = field(default_factory=dict)
    pads: tuple = (True, True)
    blow_N: float = 0.0
    names = SimpleNamespace(fixtures={f.joint: f for f in (
        Fixture(joint="door", opened=1.0, shut=0.05, travel=1.6), Fixture(joint="drawer", opened=0.12, shut=0.012, travel=0.2, kind="drawer"),
        Fixture(joint="rocker", opened=0.2, shut=0.05, travel=0.26, kind="switch"),
    )})  # fmt: skip

    def position(self, name):
        return np.array(self.where.get(name, (0.5, 0.0, 0.04)), float)

    def rotation(self, name):
        return self.turned.get(name, np.eye(3))

    def touch(self, name):
        return np.array(self.touched.get(name, (0, 0)))

    def speed(self, name):
        return self.speeds.get(name, 0.0)

    def force(self, name):
        return self.forces.get(name, 0.0)

    def pressed(self):
        return np.array(self.pads)

    def hit_N(self):
        return self.blow_N

    def struck(self, joint):
        return self.hits.get(joint, 0.0)

    def moved(self, joint):
        return self.shifts.get(joint, 0.0)

    def fell(self, name):
        return self.falls.get(name, 0.0)

    def joint(self, name):
        return self.joints[name]

    def site(self, name):
        T = np.eye(4)
        T[:3, 3] = self.sites[name]
        return T


TRAY = (0.12, 0.049, 0.035)
BOWL = {"bowl": (0.5, 0.0, 0.03)}
TABLE = [
    (opened("door"), State(joints={"door": 1.0}), True, "open far enough"),
    (opened("door"), State(joints={"door": 0.97}), False, "97 % open"),
    (shut("door"), State(joints={"door": 0.05}), True, "shut"),
    (shut("door"), State(joints={"door": 0.06}), False, "ajar by a degree"),
    (grasped("mug"), State(touched={"mug": (1, 2)}), True, "both fingers"),
    (grasped("mug"), State(touched={"mug": (3, 0)}), False, "leaning on one finger"),
    (grasped("mug"), State(touched={"mug": (1, 1)}, pads=(False, False)), False, "lies on closed fingers"),
    (lifted("mug"), State(where={"mug": (0.5, 0, 0.125)}, forces={"mug": 2.0}), True, "8.5 cm up"),
    (lifted("mug"), State(where={"mug": (0.5, 0, 0.11)}, forces={"mug": 2.0}), False, "7 cm up"),
    (lifted("mug"), State(where={"mug": (0.5, 0, 0.2)}, forces={"mug": 0.2}), False, "stands on a shelf between the fingers"),
    (released("mug"), State(), True, "let go and at rest"),
    (released("mug"), State(forces={"mug": 1.0}), False, "the arm leans on it"),
    (put_down("mug"), State(falls={"mug": 0.3}), True, "let go a little above"),
    (put_down("mug"), State(falls={"mug": 1.0}), False, "dropped from 5 cm"),
    (put_down("mug"), State(falls={"mug": 2.5}), False, "thrown"),
    (gentle("drawer"), State(hits={"drawer": 0.3}), True, "pushed shut"),
    (gentle("drawer"), State(hits={"drawer": 0.36}), False, "a little too fast"),
    (gentle("drawer"), State(hits={"drawer": 0.9}), False, "slammed"),
    (gentle("door"), State(hits={"door": 1.4}), True, "swung shut"),
    (gentle("door"), State(hits={"door": 1.6}), False, "swung too hard"),
    (gentle("rocker"), State(hits={"rocker": 9.0}), True, "snaps by itself"),
    (gentle("rocker"), State(blow_N=290.0), True, "pressed hard"),
    (gentle("rocker"), State(blow_N=310.0), False, "hit"),
    (gentle("door", SHOVE_N), State(blow_N=60.0), True, "pushed shut as a person would"),
    (gentle("door", SHOVE_N), State(blow_N=75.0), False, "shoved"),
    (others_left_alone("drawer"), State(shifts={"drawer": 0.2, "door": 0.1}), True, "brushed the door"),
    (others_left_alone("drawer"), State(shifts={"door": 0.25}), False, "the door came along"),
    (others_left_alone("drawer"), State(shifts={"door": 1.6}), False, "opened the door as well"),
    (others_left_alone("drawer", "door"), State(shifts={"rocker": 0.26}), False, "the light went out"),
    (released("mug"), State(touched={"mug": (0, 1)}), False, "one finger still touches"),
    (released("mug"), State(speeds={"mug": 0.3}), False, "still falling"),
    (upright("mug"), State(turned={"mug": tilt(10)}), True, "leans a little"),
    (upright("mug"), State(turned={"mug": tilt(40)}), False, "leans on a rim"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.52, 0.0, 0.055)}), True, "in the bowl"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.57, 0.0, 0.055)}), False, "on the rim's outside"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, 0.14)}), False, "held over the bowl"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, -0.01)}), False, "under the bowl"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, 0.04)}, turned={"bowl": tilt(90)}), False, "the bowl lies on its side"),
    (inside("brush", "cup"), State(where={"cup": (0.5, 0, 0.05), "brush": (0.5, 0, 0.075)}, turned={"brush": nose_up(70)}), True, "stands in the cup"),
    (inside("brush", "cup"), State(where={"cup": (0.5, 0, 0.05), "brush": (0.5, 0, 0.103)}), False, "lies across its rim"),
    (inside("brush", "cup"), State(where={"cup": (0.5, 0, 0.05), "brush": (0.5, 0, 0.103)}, turned={"brush": nose_up(20)}), False, "one end hangs in"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, 0.095)}), False, "stands on its rim"),
    (steep("brush"), State(turned={"brush": nose_up(55)}), True, "leans in the cup"),
    (steep("brush"), State(turned={"brush": nose_up(-55)}), True, "bristles down"),
    (steep("brush"), State(turned={"brush": nose_up(20)}), False, "lies on the rim"),
    (in_bin("mug"), State(where={"mug": (0.5, 0, 0.05)}, sites={"bin_floor": (0.5, 0, 0.004)}), True, "in the rubbish bin"),
    (in_bin("mug"), State(where={"mug": (0.5, 0, 0.14)}, sites={"bin_floor": (0.5, 0, 0.004)}), False, "stuck in its mouth"),
    (in_bin("brush"), State(where={"brush": (0.5, 0, 0.142)}, sites={"bin_floor": (0.5, 0, 0.004)}), False, "across the bin's rim"),
    (in_bin("mug"), State(where={"mug": (0.6, 0, 0.05)}, sites={"bin_floor": (0.5, 0, 0.004)}), False, "beside the bin"),
    (in_bin("mug"), State(where={"mug": (0.5, 0, -0.05)}, sites={"bin_floor": (0.5, 0, 0.004)}), False, "under the bin"),
    (lies_in("brush", "tray", TRAY), State(where={"brush": (0.5, 0, 0.009)}, sites={"tray": (0.5, 0, 0.003)}), True, "in its compartment"),
    (lies_in("brush", "tray", TRAY), State(where={"brush": (0.5, 0, 0.041)}, sites={"tray": (0.5, 0, 0.003)}), False, "on top of the walls"),
    (lies_in("brush", "tray", TRAY), State(where={"brush": (0.55, 0, 0.025)}, turned={"brush": nose_up(12)}, sites={"tray": (0.5, 0, 0.003)}), False,
     "half over the front wall"),
    (lies_in("brush", "tray", TRAY), State(where={"brush": (0.5, 0.05, 0.02)}, sites={"tray": (0.5, 0, 0.003)}), False, "on the wall between two"),
    (on_top("mug", "plate", 0.05), State(where={"plate": (0.5, 0, 0.01), "mug": (0.52, 0, 0.06)}), True, "stands on the plate"),
    (on_top("mug", "plate", 0.05), State(where={"plate": (0.5, 0, 0.01), "mug": (0.52, 0, 0.12)}), False, "held over the plate"),
    (on_top("mug", "plate", 0.05), State(where={"plate": (0.5, 0, 0.01), "mug": (0.58, 0, 0.06)}), False, "beside the plate's middle"),
    (on_top("mug", "plate", 0.05), State(where={"plate": (0.5, 0, 0.10), "mug": (0.5, 0, 0.04)}), False, "under the plate"),
    (in_box("mug", "tray", (0.1, 0.1, 0.05)), State(where={"mug": (0.55, 0, 0.04)}, sites={"tray": (0.5, 0, 0.04)}), True, "in the box"),
    (in_box("mug", "tray", (0.1, 0.1, 0.05)), State(where={"mug": (0.61, 0, 0.04)}, sites={"tray": (0.5, 0, 0.04)}), False, "over its edge"),
    (in_box("mug", "tray", (0.1, 0.1, 0.05)), State(where={"mug": (0.5, 0, 0.1)}, sites={"tray": (0.5, 0, 0.04)}), False, "held above it"),
    (near("mug", "spot", 0.1), State(where={"mug": (0.55, 0.05, 0.04)}, sites={"spot": (0.5, 0, 0)}), True, "7 cm away"),
    (stands("mug"), State(where={"mug": (0.5, 0, 0.045)}), True, "stands on the worktop"),
    (stands("mug"), State(where={"mug": (0.5, 0, 0.075)}), False, "stands on a book"),
    (stands("mug"), State(turned={"mug": tilt(90)}), False, "lies"),
    (near("mug", "spot", 0.1), State(where={"mug": (0.58, 0.08, 0.04)}, sites={"spot": (0.5, 0, 0)}), False, "11 cm away"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "state", "holds", "what"), TABLE, ids=[row[3] for row in TABLE])
def test_a_predicate_holds_for_what_it_means_and_for_nothing_close_to_it(check, state, holds, what):
    assert check(state) is holds, what
