"""The catalogue of loose things: enough of them, sized and weighted like the real ones, and pasted like compiled ones."""

import copy
import dataclasses
from collections import Counter

import mujoco
import numpy as np
import pytest
from homebody.core.phrasebook.nouns import NOUNS
from homebody.envs.house import household_stage
from homebody.envs.house_stage import build_spec
from homebody.envs.objects.catalogue import CATALOGUE, by_category, graspable
from homebody.envs.objects.paste import paste_body
from homebody.envs.robots.table import arm_named

WEIGHTS_KG = {
    "mug": (0.08, 0.45), "glass": (0.03, 0.35), "bowl": (0.05, 0.6), "plate": (0.08, 0.6), "can": (0.08, 0.45), "bottle": (0.1, 0.8), "egg": (0.045, 0.075),
    "spoon": (0.02, 0.09), "fork": (0.02, 0.09), "knife": (0.03, 0.12), "fruit": (0.04, 0.25), "phone": (0.1, 0.25), "book": (0.05, 0.6),
    "sponge": (0.005, 0.05), "rubbish": (0.002, 0.03), "pot": (0.3, 1.5), "pan": (0.3, 1.6), "toy": (0.02, 0.2),
}  # fmt: skip
"""What such things weigh in kitchens: full range, empty vessels."""


DERIVED = ("dof_M0", "dof_length", "dof_invweight0", "body_invweight0", "body_subtreemass")
"""Constants that depend on where the things stand in the initial configuration, in the last digits."""


@pytest.fixture(scope="module")
def stage():
    return household_stage("home_kitchen", "panda")


def test_there_are_enough_kinds_and_instances_and_every_kind_has_new_ones():
    kinds = Counter(i.category for i in CATALOGUE)
    assert len(kinds) >= 15 and len(CATALOGUE) >= 60
    assert sum(not i.heldout for i in CATALOGUE) >= 40 and sum(i.heldout for i in CATALOGUE) >= 20
    assert all(by_category(k, heldout=True) and by_category(k, heldout=False) for k in kinds)
    assert len({i.name for i in CATALOGUE}) == len(CATALOGUE) and set(kinds) <= set(NOUNS)
    for k in kinds:  # an adjective tells an instance from the others of its kind and split; fruit has names of its own
        for heldout in (True, False):
            told = [(i.adjective, i.nouns[0]) for i in by_category(k, heldout=heldout)]
            assert len(set(told)) == len(told), k


def test_things_weigh_what_such_things_weigh_and_fit_a_hand():
    for i in CATALOGUE:
        low, high = WEIGHTS_KG.get(i.category, (0.005, 1.0))
        assert low <= i.mass <= high, f"{i.name} weighs {i.mass} kg"
        assert graspable(i, arm_named("panda").grip) and min(g.width for g in i.grasps) <= 0.072, i.name
    assert sum(graspable(i, arm_named("so101").grip) for i in CATALOGUE) >= 25


def test_pasted_things_equal_compiled_ones_in_every_number(stage):
    layout, scene = stage.definition.layouts[0], stage.definition
    for start in (0, 37, 90):
        cast = [CATALOGUE[(start + 3 * k) % len(CATALOGUE)] for k in range(scene.things)]
        pasted = copy.copy(stage.base(layout))
        for k, instance in enumerate(cast):
            paste_body(pasted, pasted.body(f"thing{k}").id, stage.donor, stage.donor.body(f"donor_{instance.name}").id)
        mujoco.mj_setConst(pasted, mujoco.MjData(pasted))
        spec = build_spec(dataclasses.replace(scene, catalogue=tuple(cast)), arm_named("panda"), layout)
        compiled = spec.compile()
        for name in (
            n for n in dir(compiled) if n.startswith(("body_", "geom_", "dof_", "bvh_")) and n not in ("body_pos", "body_user", "geom_user")
        ):
            a, b = getattr(pasted, name), getattr(compiled, name)
            if isinstance(a, np.ndarray):
                same = np.array_equal if a.dtype.kind != "f" or name not in DERIVED else lambda x, y: np.allclose(x, y, rtol=1e-6)
                assert same(a, b), f"{name} differs after pasting {[c.name for c in cast]}"


@pytest.mark.parametrize("start", range(0, len(CATALOGUE), 31))
def test_things_stand_still_on_the_worktop(stage, start):
    model = copy.copy(stage.base(stage.definition.layouts[0]))
    cast = [CATALOGUE[(start + k) % len(CATALOGUE)] for k in range(min(31, len(CATALOGUE)))]
    for first in range(0, len(cast), stage.definition.things):
        batch = cast[first : first + stage.definition.things]
        for k, instance in enumerate(batch):
            paste_body(model, model.body(f"thing{k}").id, stage.donor, stage.donor.body(f"donor_{instance.name}").id)
        data = mujoco.MjData(model)
        mujoco.mj_setConst(model, data)
        mujoco.mj_resetData(model, data)
        for k, instance in enumerate(batch):  # in a row on the floor
            data.joint(f"thing{k}").qpos[:] = [-2.1, -2.4 + 0.42 * k, -0.9 + instance.rest, 1, 0, 0, 0]
        mujoco.mj_step(model, data, 20)
        before = [data.body(f"thing{k}").xpos.copy() for k in range(len(batch))]
        mujoco.mj_step(model, data, 200)
        for k, instance in enumerate(batch):
            moved, up = np.linalg.norm(data.body(f"thing{k}").xpos - before[k]), data.body(f"thing{k}").xmat[8]
            assert moved < 0.003 and up > np.cos(np.deg2rad(8)), f"{instance.name} moved {1000 * moved:.1f} mm, tilt cosine {up:.3f}"
