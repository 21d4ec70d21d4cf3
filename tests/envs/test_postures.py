"""How skills choose the joints for a tool pose: every way found is one, the one with room is taken, and the reference waits for joints."""

import mujoco
import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.objects.instance import turned
from homebody.envs.robots.body import body_of
from homebody.envs.skills.base import REACH_M, come, higher, poised, postures
from homebody.envs.skills.expert import Expert
from homebody.envs.skills.motion import STRAIN_RAD, advance


@pytest.fixture(scope="module")
def house():
    env = HouseholdVectorEnv("open_cutlery_drawer", 1, cameras=(), threads=1)
    _, info = env.reset(options={"index": [0]})
    expert = Expert(env)
    expert.reset([0], info["instruction"])
    yield env, expert, expert._contexts[0]
    env.close()


def off(ctx, q, T):
    reached = ctx.T_world_base @ ctx.robot.forward(q[None])[0]
    return float(np.linalg.norm(reached[:3, 3] - T[:3, 3]))


def test_every_posture_brings_the_tool_there_and_keeps_within_the_joints(house):
    _, _, ctx = house
    T = higher(ctx.tool, -0.1)
    found = postures(ctx, T)
    assert len(found) > 1 and all(off(ctx, q, T) < REACH_M for q in found)
    assert all((ctx.robot.q_min < q).all() and (q < ctx.robot.q_max).all() for q in found)
    assert not postures(ctx, higher(T, 3.0))


def test_of_ways_one_that_can_be_gone_is_chosen_and_of_postures_one_with_room(house):
    _, _, ctx = house
    T = higher(ctx.tool, -0.1)
    n, q = poised(ctx, [(T, higher(T, 3.0)), (T, higher(T, 0.05))])
    room = lambda q: np.minimum(q - ctx.robot.q_min, ctx.robot.q_max - q).min()  # noqa: E731
    assert n == 1 and off(ctx, q, T) < REACH_M and room(q) > 0.1
    assert poised(ctx, [(T, higher(T, 3.0))]) is None


@pytest.mark.parametrize("name", ["panda", "so101"])
def test_an_arm_is_folded_where_the_simulation_says_that_it_touches_itself(name):
    env = HouseholdVectorEnv("hold_up_food", 1, robot=name, cameras=(), threads=1)
    env.reset(options={"index": [0]})
    model, rig, body = env.model_of(0), env.stage.rig, body_of(name)
    data, adr = mujoco.MjData(model), int(model.sensor("self_contact").adr[0])
    rng, seen = np.random.default_rng(0), []
    for _ in range(300):
        q = rng.uniform(env.robot.q_min, env.robot.q_max)
        data.qpos[rig.arm_qpos] = q
        mujoco.mj_forward(model, data)
        seen.append((data.sensordata[adr] > 0, body.folded(q)))
    touching, folded = np.array(seen).T
    assert folded[touching].all() and touching.sum() > 10
    assert (folded & ~touching).sum() < 0.2 * len(seen), "little more than what touches"
    assert not body.folded(env.robot.q_home)


def test_links_are_where_the_simulation_has_them(house):
    _, _, ctx = house
    links = ctx.T_world_base[:3, :3] @ ctx.body.links(ctx.joints).T + ctx.T_world_base[:3, 3:]
    hand = ctx.T_world_base @ ctx.robot.forward(ctx.joints[None])[0]
    near = np.linalg.norm(links.T - hand[:3, 3], axis=1)
    assert 0.10 < near.min() < 0.25, "the flange stands behind the hand"
    assert links[2].min() > -0.05 and near.max() < 1.2


def test_an_arm_comes_to_a_posture_in_joint_space_only_where_it_is_in_another_one(house):
    env, expert, ctx = house
    T = turned(ctx.tool, -2.0)
    assert next(come(ctx, T, ctx.joints, 1.0), "at once") == "at once"
    far = max(postures(ctx, T), key=lambda q: np.abs(q - ctx.joints).max())
    assert np.abs(far - ctx.joints).max() > 0.8
    expert._skills[0] = come(ctx, T, far, 1.0)
    while expert._skills[0] is not None:
        env.step(expert.act({}))
    for _ in range(10):  # the arm itself follows a moment later
        env.step(expert.act({}))
    assert np.linalg.norm(env.tool_state(0)[0][:3, 3] - T[:3, 3]) < 0.02
    assert abs(ctx.joints[-1] - far[-1]) < 0.4, "the wrist has not turned the other way about"


def test_the_reference_waits_for_a_joint_that_is_far_behind(house):
    _, _, ctx = house
    goal = higher(ctx.reference, 0.2)
    ctx.strained, ctx.speed = STRAIN_RAD, 0.3
    before = ctx.reference.copy()
    advance(ctx, goal, 0.4)
    assert np.allclose(ctx.reference, before)
    ctx.strained = 0.0
    for _ in range(3):
        advance(ctx, goal, 0.4)
    assert ctx.reference[2, 3] > before[2, 3]
