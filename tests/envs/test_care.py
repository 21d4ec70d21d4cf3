"""The care room: a hand that carries and gives way, tasks that near misses do not meet, experts that do not hurt."""

import copy

import mujoco
import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.person import HOLD_HALF, REACH_M, WRIST_STIFFNESS
from homebody.envs.house import SCENES, household_stage
from homebody.envs.skills import expert_for
from homebody.envs.tasks.care import CARRIED_KG, hand_shift, hand_turn
from homebody.envs.tasks.predicates import in_box, near, stands


def make(task, n=1, **settings):
    return HouseholdVectorEnv(task, n, **{"cameras": (), "threads": 1, **settings})


def put(env, role, position, quat=(1.0, 0.0, 0.0, 0.0)):
    """Moves the thing that plays `role` in slot 0 and lets the physics settle for 12 control steps."""
    world = env.snapshot(0)
    adr, dof = world.names.qpos[world.body(role)], world.names.dof[world.body(role)]
    env._qpos[0, adr : adr + 7] = [*position, *quat]
    env._qvel[0, dof : dof + 6] = 0.0
    for _ in range(12):
        _, _, _, _, info = env.step(env.held_actions())
    return info["predicates"][0]


INDEX = {"mug": 5, "phone": 2, "glass": 4}
"""Episodes whose target is of that category: of hand_over, take_from_hand and bring_within_reach."""


def find(task, category):
    """A reset environment whose target is of that category."""
    env = make(task)
    env.reset(options={"index": [INDEX[category]]})
    assert env.goal(0).target == category, f"episode {INDEX[category]} of {task} is about a {env.goal(0).target} now: choose another"
    return env


def palm(env):
    return env.snapshot(0).site("person_palm")


def load(env):
    return float(np.linalg.norm(env.snapshot(0).sensor("force_person_load")))


# --- the hand ---------------------------------------------------------------------------------------------------------
def test_the_hand_carries_a_thing_and_feels_its_weight_and_sinks_by_its_own_stiffness():
    env = find("hand_over", "mug")
    before = env.snapshot(0).joint("person_wrist")
    T, instance = palm(env), env.snapshot(0).cast["target"]
    done = put(env, "target", T[:3, 3] + [0, 0, instance.rest + 0.002])
    assert all(done.values()), done
    weight = instance.mass * 9.81
    assert load(env) == pytest.approx(weight, rel=0.1)
    sunk = before - env.snapshot(0).joint("person_wrist")
    assert 0.4 * weight * 0.055 / WRIST_STIFFNESS < sunk < 2.0 * weight * 0.055 / WRIST_STIFFNESS


def test_a_thing_beside_under_or_over_the_hand_is_not_in_it():
    env = find("hand_over", "mug")
    T, instance = palm(env), env.snapshot(0).cast["target"]
    beside = T[:3, 3] + T[:3, :3] @ [-0.03, -0.13, 0]
    assert not put(env, "target", [beside[0], beside[1], instance.rest])["in_hand(mug, person)"]
    in_hand = in_box("target", "person_hold", HOLD_HALF)
    for height, inside in ((instance.rest + 0.002, True), (0.16, False), (-0.05, False)):
        adr = env.stage.names.qpos[env.snapshot(0).body("target")]
        env._qpos[0, adr : adr + 3] = T[:3, 3] + [0, 0, height]
        env._sims.forward(np.array([0]))
        assert in_hand(env._view()[0]) == inside


def test_what_lies_long_lies_along_the_hand_and_off_the_wrist():
    catalogue = {t.name: t for t in SCENES["care_room"].catalogue}
    assert hand_turn(catalogue["spoon_steel"]) == pytest.approx(0.0)
    assert abs(hand_turn(catalogue["medicine_red"])) == pytest.approx(np.pi / 2)
    assert hand_turn(catalogue["mug_blue"]) is None and hand_shift(catalogue["remote_black"]) > 0.04 > hand_shift(catalogue["glass_blue"])


def test_the_hand_gives_way_under_a_push_and_springs_back():
    env = make("ring_bell")
    env.reset(options={"index": [0]})
    rest, body = env.snapshot(0).joint("person_wrist"), env.stage.names.body["person_hand"]
    env._sims.push(0, body, np.array([0.0, 0.0, -8.0]))
    for _ in range(20):
        env.step(env.held_actions())
    assert env.snapshot(0).joint("person_wrist") < rest - 0.03
    env._sims.push(0, body, np.zeros(3))
    for _ in range(30):
        env.step(env.held_actions())
    assert env.snapshot(0).joint("person_wrist") == pytest.approx(rest, abs=0.005)


# --- tasks ------------------------------------------------------------------------------------------------------------
def test_taken_means_upright_on_the_round_mat():
    env = find("take_from_hand", "phone")
    T, instance, mat = palm(env), env.snapshot(0).cast["target"], env.snapshot(0).site("coaster")[:3, 3]
    in_hand = put(env, "target", T[:3, 3] + [0, 0, instance.rest + 0.001])
    assert not in_hand["stands(phone, round_mat)"] and not in_hand["near(phone, round_mat)"]
    x0, x1, y0, y1 = env.detail(0).zone
    far = max(((x, y) for x in (x0, x1) for y in (y0, y1)), key=lambda p: np.hypot(p[0] - mat[0], p[1] - mat[1]))
    assert not put(env, "target", [*far, instance.rest + 0.001])["near(phone, round_mat)"]
    fallen = put(env, "target", [mat[0], mat[1], instance.rest + 0.002], quat=(0.0, 1.0, 0.0, 0.0))
    assert not fallen["stands(phone, round_mat)"], "it lies on its face"
    assert all(put(env, "target", [mat[0], mat[1], instance.rest + 0.002]).values())


def test_within_reach_means_upright_beside_the_hand_and_not_on_it():
    env = find("bring_within_reach", "glass")
    T, instance = palm(env), env.snapshot(0).cast["target"]
    assert not near("target", "person_palm", REACH_M)(env.snapshot(0))
    on_palm = put(env, "target", T[:3, 3] + [0, 0, instance.rest + 0.002])
    assert on_palm["within_reach(glass, person)"] and not on_palm["stands(glass, worktop)"]
    p = T[:3, 3] + T[:3, :3] @ [-0.04, -0.12, 0]
    assert all(put(env, "target", [p[0], p[1], instance.rest + 0.001]).values())


def test_things_in_the_hand_are_there_at_the_start_and_light_enough():
    env = make("take_from_hand", 5)
    env.reset(options={"index": np.arange(5)})
    for _ in range(15):
        env.step(env.held_actions())
    for i in range(5):
        w = env.snapshot(i)
        assert in_box("target", "person_hold", HOLD_HALF)(w) and not stands("target")(w) and w.cast["target"].mass <= CARRIED_KG


@pytest.mark.parametrize("task", ["hand_over", "take_from_hand", "bring_within_reach", "ring_bell"])
def test_experts_do_it_and_do_not_hurt(task):
    env = make(task, 4, threads=2)
    _, info = env.reset(options={"index": np.arange(200, 204)})
    expert = expert_for(env)
    expert.reset(range(4), info["instruction"])
    while not all(env.finished(i) for i in range(4)):
        _, _, _, _, info = env.step(expert.act({}))
    assert info["success"].sum() >= 3
    assert np.median([s["person_force_N"] for s in info["safety"]]) < 15.0


# --- the room ---------------------------------------------------------------------------------------------------------
def test_the_forearm_begins_where_the_upper_arm_ends():
    stage = household_stage("care_room", "panda")
    for layout in stage.definition.layouts[::5]:
        model = stage.base(layout)
        data = mujoco.MjData(copy.copy(model))
        mujoco.mj_forward(model, data)
        sleeve = next(
            g for g in range(model.ngeom) if model.geom_dataid[g] >= 0 and model.mesh(model.geom_dataid[g]).name == "person_sleeve"
        )
        trunk = next(g for g in range(model.ngeom) if model.geom_dataid[g] >= 0 and model.mesh(model.geom_dataid[g]).name == "body_trunk")
        clouds = []
        for g in (sleeve, trunk):
            mesh = model.geom_dataid[g]
            v = model.mesh_vert[model.mesh_vertadr[mesh] : model.mesh_vertadr[mesh] + model.mesh_vertnum[mesh]]
            clouds.append(v @ data.geom_xmat[g].reshape(3, 3).T + data.geom_xpos[g])
        gap = np.linalg.norm(clouds[0][:, None] - clouds[1][None], axis=-1).min()
        assert gap < 0.02, f"layout {layout.name}: {gap:.3f} m between forearm and upper arm"


def test_a_cat_stops_at_the_person_s_arm():
    env = make("ring_bell", 4, axes={"pet_walks": 1.0})
    env.reset(options={"index": np.arange(4)})
    fastest = np.zeros(4)
    for _ in range(220):
        _, _, _, _, info = env.step(env.held_actions())
        fastest = np.maximum(fastest, [np.linalg.norm(env.snapshot(i).sensor("force_person_load")) for i in range(4)])
    assert (fastest > 0.5).any() and fastest.max() < 120 and not info["diverged"].any()
