"""Laws of the simulated SO-101: published chain and limits, servos that sag, the jaw, touch, the wrist view."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from homebody.core import so101
from homebody.core.so101 import JAW_CLOSED, JAW_OPEN, KP, Q_HOME, Q_MAX, Q_MIN, TAU_MAX, forward, gravity_torque, hold
from homebody.envs.projection import camera_poses
from homebody.envs.robots.so101 import ENCODED, FRICTION, add_so101
from homebody.envs.rooms.shell import options
from homebody.envs.sensors.taxels import tactile_image

OPTIONS = ("timestep", "integrator", "solver", "jacobian", "cone", "impratio", "iterations", "ls_iterations", "disableflags")
STEP_S = 0.005
FINGERS = ("left", "right")
RADIUS_M = 0.0175


def lone_robot(position: tuple[float, float, float] = (0.0, 0.0, 0.0), yaw: float = 0.0) -> mujoco.MjSpec:
    """The robot and nothing else, under the physics options of the house."""
    spec, room = mujoco.MjSpec(), mujoco.MjSpec()
    options(room)
    house = room.option
    for option in OPTIONS:
        setattr(spec.option, option, getattr(house, option))
    add_so101(spec, position, yaw)
    return spec


def at(model: mujoco.MjModel, q: np.ndarray, opening: float = 1.0) -> mujoco.MjData:
    """State and targets at q, weight made up for, the jaw at `opening` in [0, 1]."""
    data = mujoco.MjData(model)
    data.qpos[:5], data.ctrl[:5] = q, hold(q[None])[0]
    data.qpos[5], data.ctrl[5] = JAW_CLOSED + opening * (JAW_OPEN - JAW_CLOSED), opening
    mujoco.mj_forward(model, data)
    return data


def run(model: mujoco.MjModel, data: mujoco.MjData, seconds: float) -> None:
    mujoco.mj_step(model, data, round(seconds / STEP_S))


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return lone_robot().compile()


@pytest.mark.parametrize(("position", "yaw"), [((0.0, 0.0, 0.0), 0.0), ((0.3, -0.2, 0.75), 2.1)])
def test_the_tool_site_follows_the_kinematics_wherever_the_base_stands(position: tuple[float, float, float], yaw: float) -> None:
    model = lone_robot(position, yaw).compile()
    data, site = mujoco.MjData(model), model.site("tcp").id
    c, s = np.cos(yaw), np.sin(yaw)
    R, p = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]), np.array(position)
    q = np.random.default_rng(0).uniform(Q_MIN, Q_MAX, (1000, 5))
    for configuration, T in zip(q, forward(q), strict=True):
        data.qpos[:5] = configuration
        mujoco.mj_kinematics(model, data)
        np.testing.assert_allclose(data.site_xpos[site], p + R @ T[:3, 3], rtol=0, atol=1e-9)
        np.testing.assert_allclose(data.site_xmat[site].reshape(3, 3), R @ T[:3, :3], rtol=0, atol=1e-9)


def test_joints_and_actuators_carry_the_published_limits_and_masses(model: mujoco.MjModel) -> None:
    for i in range(5):
        assert model.joint(f"joint{i + 1}").range == pytest.approx([Q_MIN[i], Q_MAX[i]])
        assert model.actuator(f"joint{i + 1}").forcerange == pytest.approx([-TAU_MAX[i], TAU_MAX[i]])
    assert model.body_mass.sum() == pytest.approx(0.632, abs=1e-3)  # the sum of TheRobotStudio's links


def test_gravity_torques_are_those_of_the_model(model: mujoco.MjModel) -> None:
    data = mujoco.MjData(model)
    for q in np.random.default_rng(1).uniform(Q_MIN, Q_MAX, (100, 5)):
        data.qpos[:5], data.qpos[5] = q, JAW_CLOSED
        mujoco.mj_forward(model, data)
        np.testing.assert_allclose(data.qfrc_bias[:5], gravity_torque(q[None])[0], atol=3e-3)


@pytest.mark.parametrize("q", [np.zeros(5), np.array([0.0, 1.0, -1.0, 0, 0]), np.array([0.5, 0.3, 0.4, 0.5, 1.0])])
def test_the_arm_sags_by_its_weight_over_the_stiffness_and_hold_makes_up_for_it(model: mujoco.MjModel, q: np.ndarray) -> None:
    data = at(model, q, 0.0)
    data.ctrl[:5] = q
    run(model, data, 3.0)
    sag = data.qpos[:5] - q
    np.testing.assert_allclose(sag, -gravity_torque(q[None])[0] / KP, atol=1.2 * FRICTION / KP)
    assert np.rad2deg(np.abs(sag).max()) < 1.8  # one joint, degrees
    drop = forward(q)[2, 3] - data.site("tcp").xpos[2]
    assert 0.003 < drop < 0.02  # at the tool [m]
    data = at(model, q, 0.0)
    run(model, data, 3.0)
    np.testing.assert_allclose(data.site("tcp").xpos, forward(q)[:3, 3], atol=5e-4)


@pytest.mark.parametrize("joint", range(5))
@pytest.mark.parametrize("step", [0.1, -0.1])
def test_a_small_step_settles_within_a_quarter_second(model: mujoco.MjModel, joint: int, step: float) -> None:
    q = np.array([0.0, -0.3, 0.4, 0.9, 0.0])
    data = at(model, q)
    run(model, data, 0.5)
    start = data.qpos[joint]
    data.ctrl[joint] += step
    share = []
    for _ in range(120):
        mujoco.mj_step(model, data)
        share.append((data.qpos[joint] - start) / step)
    assert max(share) < 1.12
    assert min(share[50:]) > 0.9 and max(share[50:]) < 1.06


def test_no_servo_turns_faster_than_its_no_load_speed(model: mujoco.MjModel) -> None:
    data = at(model, np.array([-1.8, 0.0, 0.0, 0.0, -2.6]))
    data.ctrl[[0, 4]] = 1.8, 2.6
    fastest = np.zeros(5)
    for _ in range(200):
        mujoco.mj_step(model, data)
        fastest = np.maximum(fastest, np.abs(data.qvel[:5]))
    assert fastest[[0, 4]].min() > 0.8 * so101.SPEED_NO_LOAD and fastest[[0, 4]].max() <= so101.SPEED_NO_LOAD


def test_late_encoders_and_actuators_have_their_buffers(model: mujoco.MjModel) -> None:
    data = at(model, Q_HOME)
    for i, joint in enumerate(ENCODED):
        assert data.sensor(f"encoder_q_{joint}").data[0] == pytest.approx(data.qpos[i])
        assert data.sensor(f"encoder_dq_{joint}").data[0] == 0
    model.actuator_delay[:] = 0.02
    try:
        data = at(model, Q_HOME)
        data.ctrl[:5] = Q_HOME
        run(model, data, 0.5)
        before, data.ctrl[0] = data.qpos[0], 0.5
        run(model, data, 0.015)
        assert data.qpos[0] == pytest.approx(before, abs=1e-6)
        run(model, data, 0.1)
        assert data.qpos[0] > before + 0.05
    finally:
        model.actuator_delay[:] = 0.0


# --- the jaw ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [0.0, 0.02, 0.035, 0.06, 0.08])
def test_the_pads_leave_the_width_that_the_jaws_angle_says(model: mujoco.MjModel, width: float) -> None:
    data = at(model, Q_HOME, 0.5)
    data.ctrl[5] = so101.opening_from_width(np.array(width))
    run(model, data, 1.5)
    assert so101.width_from_angle(data.qpos[5]) == pytest.approx(width, abs=5e-4)
    data.qpos[5] = so101.angle_from_width(np.array(width))
    mujoco.mj_forward(model, data)
    R, origin = data.site("tcp").xmat.reshape(3, 3), data.site("tcp").xpos
    pad, half = data.geom("pad_left"), model.geom("pad_left").size
    face = [pad.xpos + pad.xmat.reshape(3, 3) @ [0, -half[1], k * half[2]] for k in (1, -1)]
    gaps = [(R.T @ (point - origin))[1] + so101.TCP[1] - so101.FIXED_FACE_Y for point in face]
    assert min(gaps) == pytest.approx(width, abs=1e-9)


def test_the_fixed_pad_faces_the_tool_and_the_left_jaw_is_at_plus_y(model: mujoco.MjModel) -> None:
    data = at(model, Q_HOME, 0.5)
    R, origin = data.site("tcp").xmat.reshape(3, 3), data.site("tcp").xpos
    left, right = (R.T @ (data.geom(f"pad_{f}").xpos - origin) for f in FINGERS)
    assert right[1] == pytest.approx(-0.015 - model.geom("pad_right").size[1]) and left[1] > 0
    assert abs(right[0]) < 1e-9 and abs(left[0]) < 1e-9 and abs(right[2]) < 1e-9


def test_the_arm_touches_the_world_and_itself_but_no_link_its_neighbour() -> None:
    spec = lone_robot()
    tool = forward(Q_HOME)[:3, 3]
    spec.worldbody.add_geom(name="ball", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[0.05, 0, 0], pos=[*tool[:2], tool[2] + 0.09])
    model = spec.compile()
    data, ball = at(model, Q_HOME), model.geom("ball").id
    assert data.ncon > 0 and all(ball in contact.geom for contact in data.contact), "at home the arm touches nothing of its own"
    met = set()
    for q in np.random.default_rng(2).uniform(Q_MIN, Q_MAX, (500, 5)):
        data.qpos[:5] = q
        mujoco.mj_forward(model, data)
        pairs = [model.geom_bodyid[contact.geom] for contact in data.contact if ball not in contact.geom]
        met |= {tuple(sorted(model.body(b).name for b in pair)) for pair in pairs}
        assert all(model.body_parentid[a] != b and model.body_parentid[b] != a for a, b in pairs)
    assert ("hand", "link0") in met and ("finger_left", "finger_right") not in met


def test_the_wrist_camera_sees_both_pads_in_its_lower_half_and_what_lies_below(model: mujoco.MjModel) -> None:
    data = at(model, Q_HOME, 0.5)
    camera = data.camera("wrist")
    scale = np.tan(np.deg2rad(model.camera("wrist").fovy[0]) / 2)

    def seen(point: np.ndarray) -> np.ndarray:
        """Where a point falls in the square picture: right and up, both in [-1, 1] when visible."""
        x, y, z = camera.xmat.reshape(3, 3).T @ (point - camera.xpos)
        assert z < 0  # in front
        return np.array([x, y]) / (-z * scale)

    left, right = (seen(data.geom(f"pad_{n}").xpos) for n in FINGERS)
    assert left[0] * right[0] < 0  # one on each side
    assert np.abs([left, right]).max() < 1 and max(left[1], right[1]) < 0
    tool = data.site("tcp")
    assert np.abs(seen(tool.xpos + 0.1 * tool.xmat.reshape(3, 3)[:, 2])).max() < 1


def test_the_labels_place_the_wrist_camera_where_the_model_does(model: mujoco.MjModel) -> None:
    data = at(model, Q_HOME + 0.2)
    T = camera_poses(model, "wrist", forward(Q_HOME + 0.2)[None])[0]
    np.testing.assert_allclose(T[:3, 3], data.camera("wrist").xpos, atol=1e-9)
    np.testing.assert_allclose(T[:3, :3], data.camera("wrist").xmat.reshape(3, 3), atol=1e-9)


# --- touch ------------------------------------------------------------------------------------------------------------
def grip(offset: tuple[float, float, float], width: float, seconds: float = 0.8) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """The gripper closed to `width` [m] on a weightless sphere that touches the fixed pad, moved by `offset` in the tool's frame."""
    spec = lone_robot()
    T = forward(Q_HOME)
    place = np.array(offset) + so101.grasp_offset(2 * RADIUS_M)
    ball = spec.worldbody.add_body(name="ball", pos=T[:3, 3] + T[:3, :3] @ place, gravcomp=1)
    ball.add_freejoint()
    ball.add_geom(name="ball", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[RADIUS_M, 0, 0], mass=0.1)
    model = spec.compile()
    data = at(model, Q_HOME, 0.6)
    data.ctrl[5] = so101.opening_from_width(np.array(width))
    run(model, data, seconds)
    mujoco.mj_forward(model, data)
    return model, data


def image(data: mujoco.MjData) -> np.ndarray:
    """(2, 3, 8, 8)"""
    return tactile_image(*(data.sensor(f"tactile_{f}").data.reshape(1, 192) for f in FINGERS))[0]


def force(model: mujoco.MjModel, data: mujoco.MjData, finger: str) -> float:
    """Normal force on one pad [N]."""
    pad, total, wrench = model.geom(f"pad_{finger}").id, 0.0, np.zeros(6)
    for i, contact in enumerate(data.contact):
        if pad in contact.geom:
            mujoco.mj_contactForce(model, data, i, wrench)
            total += wrench[0]
    return total


def test_taxels_are_zero_without_contact() -> None:
    _, data = grip((0, 0.002, 0), width=0.06)
    assert data.ncon == 0
    assert not image(data).any()


def test_depth_and_patch_grow_with_the_grip_until_the_servo_saturates() -> None:
    forces, depths, areas = [], [], []
    for width in (0.034, 0.032, 0.030, 0.0):
        model, data = grip((0, 0, 0), width)
        depth = image(data)[:, 0]
        forces.append(force(model, data, "left"))
        depths.append(depth.max((1, 2)).min())
        areas.append((depth > 0).sum())
        assert force(model, data, "right") == pytest.approx(forces[-1], rel=0.1)
    assert all(np.diff(forces) > 0.5) and all(np.diff(depths) > 0) and areas[0] < areas[2] < areas[3]
    lever = 0.07
    assert forces[-1] == pytest.approx(so101.GRIPPER_TAU_MAX / lever, rel=0.15)
    assert 1e-4 < depths[-1] < 3e-3


@pytest.mark.parametrize("finger", [0, 1], ids=FINGERS)
def test_row_0_is_at_the_tip_and_column_0_at_minus_x_on_both_fingers(finger: int) -> None:
    def centroid(x_m: float, z_m: float) -> np.ndarray:
        """Row and column of the patch's middle for a sphere moved along the tool's x and z."""
        depth = image(grip((x_m, 0, z_m), width=0.02)[1])[finger, 0]
        return (np.indices(depth.shape) * depth).sum((1, 2)) / depth.sum()

    middle, x, tip = centroid(0, 0.002), centroid(0.004, 0.002), centroid(0, 0.006)
    assert x[1] > middle[1] + 0.7 and x[0] == pytest.approx(middle[0], abs=0.4)
    assert tip[0] < middle[0] - 0.7 and tip[1] == pytest.approx(middle[1], abs=0.4)
