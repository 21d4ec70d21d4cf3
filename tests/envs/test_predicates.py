"""Every predicate against states that nearly satisfy it and must not."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from homebody.envs.furniture.piece import Fixture
from homebody.envs.objects.instance import Cavity, Grasp, Instance
from homebody.envs.tasks.predicates import grasped, in_box, inside, lifted, near, on_top, opened, released, shut, stands, upright


def thing(name, rest=0.04, top=0.08, cavity=None):
    return Instance(name=name, category=name, nouns=(name,), adjective="plain", heldout=False, shapes=(), rest=rest, top=top, footprint=0.04,
                    grasps=(Grasp(position=(0, 0, 0), width=0.05),), cavity=cavity)  # fmt: skip


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
    }  # fmt: skip
    names = SimpleNamespace(fixtures={"door": Fixture(joint="door", opened=1.0, shut=0.05, travel=1.6)})

    def position(self, name):
        return np.array(self.where.get(name, (0.5, 0.0, 0.04)), float)

    def rotation(self, name):
        return self.turned.get(name, np.eye(3))

    def touch(self, name):
        return np.array(self.touched.get(name, (0, 0)))

    def speed(self, name):
        return self.speeds.get(name, 0.0)

    def joint(self, name):
        return self.joints[name]

    def site(self, name):
        T = np.eye(4)
        T[:3, 3] = self.sites[name]
        return T


BOWL = {"bowl": (0.5, 0.0, 0.03)}
TABLE = [
    (opened("door"), State(joints={"door": 1.0}), True, "open far enough"),
    (opened("door"), State(joints={"door": 0.97}), False, "97 % open"),
    (shut("door"), State(joints={"door": 0.05}), True, "shut"),
    (shut("door"), State(joints={"door": 0.06}), False, "ajar by a degree"),
    (grasped("mug"), State(touched={"mug": (1, 2)}), True, "both fingers"),
    (grasped("mug"), State(touched={"mug": (3, 0)}), False, "leaning on one finger"),
    (lifted("mug"), State(where={"mug": (0.5, 0, 0.125)}), True, "8.5 cm up"),
    (lifted("mug"), State(where={"mug": (0.5, 0, 0.11)}), False, "7 cm up"),
    (released("mug"), State(), True, "let go and at rest"),
    (released("mug"), State(touched={"mug": (0, 1)}), False, "one finger still touches"),
    (released("mug"), State(speeds={"mug": 0.3}), False, "still falling"),
    (upright("mug"), State(turned={"mug": tilt(10)}), True, "leans a little"),
    (upright("mug"), State(turned={"mug": tilt(40)}), False, "leans on a rim"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.52, 0.0, 0.055)}), True, "in the bowl"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.57, 0.0, 0.055)}), False, "on the rim's outside"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, 0.14)}), False, "held over the bowl"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, -0.01)}), False, "under the bowl"),
    (inside("mug", "bowl"), State(where={**BOWL, "mug": (0.5, 0.0, 0.04)}, turned={"bowl": tilt(90)}), False, "the bowl lies on its side"),
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
