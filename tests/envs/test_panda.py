"""Laws of the Panda: published kinematics and masses, position control, gripper, grasp, wrist view."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from homebody.core.kinematics import GRIPPER_MAX_M, Q_HOME, Q_MAX, Q_MIN, TAU_MAX, forward
from homebody.envs.robots.panda import add_panda
from homebody.envs.rooms.shell import options

OPTIONS = ("timestep", "integrator", "solver", "jacobian", "cone", "impratio", "iterations", "ls_iterations", "disableflags")
STEP_S = 0.005


def lone_robot() -> mujoco.MjSpec:
    """The robot and nothing else, under the physics options of the house."""
    spec, room = mujoco.MjSpec(), mujoco.MjSpec()
    options(room)
    house = room.option
    for option in OPTIONS:
        setattr(spec.option, option, getattr(house, option))
    add_panda(spec)
    return spec


def at_home(model: mujoco.MjModel, opening: float = 1.0) -> mujoco.MjData:
    """State and targets at Q_HOME, fingers at `opening` in [0, 1]."""
    data = mujoco.MjData(model)
    data.qpos[:7] = data.ctrl[:7] = Q_HOME
    data.qpos[7:9] = opening * GRIPPER_MAX_M / 2
    data.ctrl[7] = opening
    mujoco.mj_forward(model, data)
    return data


def run(model: mujoco.MjModel, data: mujoco.MjData, seconds: float) -> None:
    mujoco.mj_step(model, data, round(seconds / STEP_S))


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return lone_robot().compile()


def test_the_tool_site_follows_the_published_chain_in_1000_random_configurations(model: mujoco.MjModel) -> None:
    data, site = mujoco.MjData(model), model.site("tcp").id
    q = np.random.default_rng(0).uniform(Q_MIN, Q_MAX, (1000, 7))
    for configuration, T in zip(q, forward(q), strict=True):
        data.qpos[:7] = configuration
        mujoco.mj_kinematics(model, data)
        np.testing.assert_allclose(data.site_xpos[site], T[:3, 3], rtol=0, atol=1e-6)
        np.testing.assert_allclose(data.site_xmat[site].reshape(3, 3), T[:3, :3], rtol=0, atol=1e-6)


def test_joints_and_actuators_carry_the_published_limits(model: mujoco.MjModel) -> None:
    for i in range(7):
        assert model.joint(f"joint{i + 1}").range == pytest.approx([Q_MIN[i], Q_MAX[i]])
        assert model.actuator(f"joint{i + 1}").forcerange == pytest.approx([-TAU_MAX[i], TAU_MAX[i]])


def test_the_masses_add_up_to_the_published_total(model: mujoco.MjModel) -> None:
    links, hand, fingers = 16.6919, 0.73, 0.03  # Gaz et al. 2019; franka_ros
    assert model.body_mass.sum() == pytest.approx(links + hand + fingers, abs=1e-3)
    assert model.body_mass.sum() == pytest.approx(18.0, rel=0.05)  # the data sheet's "approximately 18 kg"


def test_the_arm_compensates_its_own_weight(model: mujoco.MjModel) -> None:
    data = mujoco.MjData(model)
    for q in np.random.default_rng(1).uniform(Q_MIN, Q_MAX, (20, 7)):
        data.qpos[:7] = q
        mujoco.mj_forward(model, data)
        assert np.abs(data.qfrc_bias[:7]).max() > 0.1
        np.testing.assert_allclose(data.qfrc_gravcomp, data.qfrc_bias, atol=1e-9)


@pytest.mark.parametrize("joint", range(7))
@pytest.mark.parametrize("step", [0.05, -0.05])
def test_a_small_step_settles_without_overshoot(model: mujoco.MjModel, joint: int, step: float) -> None:
    data = at_home(model)
    run(model, data, 0.3)
    start = data.qpos[joint]
    data.ctrl[joint] += step
    share = []
    for _ in range(120):
        mujoco.mj_step(model, data)
        share.append((data.qpos[joint] - start) / step)
    assert max(share) < 1.02
    assert min(share[60:]) > 0.95  # within 5 % after 0.3 s


@pytest.mark.parametrize("joint", range(7))
def test_a_20_hz_ramp_is_followed_within_80_ms(model: mujoco.MjModel, joint: int) -> None:
    data, speed = at_home(model), -0.5 if joint == 5 else 0.5  # [rad/s]
    for step in range(20):
        data.ctrl[joint] = Q_HOME[joint] + speed * 0.05 * (step + 1)
        run(model, data, 0.05)
    assert abs(data.ctrl[joint] - data.qpos[joint]) / abs(speed) < 0.08


@pytest.mark.parametrize("opening", [0.0, 0.25, 0.5, 1.0])
def test_the_width_between_the_pads_is_proportional_to_the_opening(model: mujoco.MjModel, opening: float) -> None:
    data = at_home(model, 1.0 - opening)
    data.ctrl[7] = opening
    run(model, data, 1.0)
    left, right = data.qpos[7:9]
    assert left + right == pytest.approx(opening * GRIPPER_MAX_M, abs=2e-4)
    assert left == pytest.approx(right, abs=1e-5)


def test_closed_pads_touch_each_other_around_the_tool_centre_point_and_left_is_at_plus_y(model: mujoco.MjModel) -> None:
    data = at_home(model, 0.0)
    R, origin = data.site("tcp").xmat.reshape(3, 3), data.site("tcp").xpos
    for name, side in (("left", 1), ("right", -1)):
        thickness = model.geom(f"pad_{name}").size[1]
        assert thickness >= 0.003
        centre = R.T @ (data.geom(f"pad_{name}").xpos - origin)
        np.testing.assert_allclose(centre, [0, side * thickness, 0], atol=1e-9)


def test_the_arm_touches_the_world_and_itself_but_no_link_its_neighbour() -> None:
    spec = lone_robot()
    tool = forward(Q_HOME)[:3, 3]
    spec.worldbody.add_geom(name="ball", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[0.05, 0, 0], pos=[*tool[:2], tool[2] + 0.07])
    model = spec.compile()
    data, ball = at_home(model), model.geom("ball").id
    assert data.ncon > 0 and all(ball in contact.geom for contact in data.contact), "at home the arm touches nothing of its own"
    met = set()
    for q in np.random.default_rng(2).uniform(Q_MIN, Q_MAX, (500, 7)):
        data.qpos[:7] = q
        mujoco.mj_forward(model, data)
        pairs = [model.geom_bodyid[contact.geom] for contact in data.contact if ball not in contact.geom]
        met |= {tuple(sorted(model.body(b).name for b in pair)) for pair in pairs}
        assert all(model.body_parentid[a] != b and model.body_parentid[b] != a for a, b in pairs)
    assert {("hand", "link0"), ("hand", "link1"), ("hand", "link5")} <= met and ("finger_left", "finger_right") not in met


def test_what_is_seen_of_a_finger_is_solid_and_leaves_no_slot_for_cloth(model: mujoco.MjModel) -> None:
    """A box pushes out what is pressed into it by its nearest face: cloth that came past the middle of a thin pad hung behind it."""
    body = model.body("finger_left").id
    boxes = [g for g in range(model.ngeom) if model.geom_bodyid[g] == body and model.geom_type[g] == mujoco.mjtGeom.mjGEOM_BOX]
    seen, solid = [g for g in boxes if model.geom_group[g] == 2], [g for g in boxes if model.geom_contype[g]]
    ticks = np.array(np.meshgrid(*[np.linspace(-1, 1, 5)] * 3)).reshape(3, -1).T
    for g in seen:
        points = model.geom_pos[g] + ticks * model.geom_size[g]
        inside = [(np.abs(points - model.geom_pos[s]) <= model.geom_size[s] + 1.1e-3).all(1) for s in solid]
        assert np.any(inside, axis=0).all(), f"{model.geom_size[g]} at {model.geom_pos[g]} is seen and touches nothing"
    pad = model.geom("pad_left").id
    assert model.geom_pos[pad, 1] - model.geom_size[pad, 1] == 0.0 and 2 * model.geom_size[pad, 1] > 0.012


def test_a_cylinder_of_400_g_is_held_against_gravity_for_5_s() -> None:
    spec = lone_robot()
    body = spec.worldbody.add_body(name="cylinder", pos=forward(Q_HOME)[:3, 3] - [0, 0, 0.02])
    body.add_freejoint()
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_CYLINDER, size=[0.03, 0.05, 0], mass=0.4)
    model = spec.compile()
    data = at_home(model)
    start, data.ctrl[7] = data.qpos[9:].copy(), 0.0
    for _ in range(200):  # kept in place until both pads press
        mujoco.mj_step(model, data)
        if np.abs(data.sensor("tactile_left").data).max() == 0:
            data.qpos[9:], data.qvel[9:] = start, 0.0
    gripped = data.body("cylinder").xpos.copy()
    run(model, data, 5.0)
    assert np.linalg.norm(data.body("cylinder").xpos - gripped) < 2e-3
    data.ctrl[7] = 1.0  # and it falls once released, so the grip is what held it
    run(model, data, 0.5)
    assert data.body("cylinder").xpos[2] < gripped[2] - 0.2


def test_the_wrist_camera_sees_both_finger_tips_in_its_lower_half_and_what_lies_below(model: mujoco.MjModel) -> None:
    data = at_home(model)
    camera = data.camera("wrist")
    scale = np.tan(np.deg2rad(model.camera("wrist").fovy[0]) / 2)

    def seen(point: np.ndarray) -> np.ndarray:
        """Where a point falls in the square picture: right and up, both in [-1, 1] when visible."""
        x, y, z = camera.xmat.reshape(3, 3).T @ (point - camera.xpos)
        assert z < 0  # in front
        return np.array([x, y]) / (-z * scale)

    left, right = (seen(data.geom(f"pad_{n}").xpos) for n in ("left", "right"))
    assert left[0] * right[0] < 0  # one on each side
    assert np.abs([left, right]).max() < 1 and max(left[1], right[1]) < 0
    tool = data.site("tcp")
    assert np.abs(seen(tool.xpos + 0.1 * tool.xmat.reshape(3, 3)[:, 2])).max() < 1
