"""Driving the tool: it goes where it is told, at the speed it may, and never runs away."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import DQ_MAX, Q_HOME, Q_MAX, Q_MIN, forward, rotation_error
from homebody.teleop.drive import DT_S, DriveConfig, ToolDrive, arm_model

STILL = np.zeros(3)


@pytest.fixture
def drive() -> ToolDrive:
    out = ToolDrive()
    out.start(Q_HOME)
    return out


def go(drive: ToolDrive, linear: object, angular: object = STILL, steps: int = 20, slow: bool = False) -> np.ndarray:
    """Drives an arm that follows perfectly; returns the tool pose."""
    for _ in range(steps):
        drive.step(np.asarray(linear, float), np.asarray(angular, float), slow, forward(drive.joints))
    return forward(drive.joints)


def test_the_arm_model_has_the_kinematics_of_the_house() -> None:
    import mujoco

    model = arm_model()
    data = mujoco.MjData(model)
    data.qpos[:7] = Q_HOME
    mujoco.mj_forward(model, data)
    assert np.allclose(data.site("tcp").xpos, forward(Q_HOME)[:3, 3], atol=1e-9)


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("sign", [-1, 1])
def test_the_tool_moves_along_the_axis_it_is_told_and_keeps_its_orientation(drive: ToolDrive, axis: int, sign: int) -> None:
    before, command = forward(Q_HOME), np.zeros(3)
    command[axis] = sign
    after = go(drive, command, steps=12)
    moved = after[:3, 3] - before[:3, 3]
    assert moved[axis] * sign > 0.08
    assert np.abs(np.delete(moved, axis)).max() < 0.006
    assert np.linalg.norm(rotation_error(before[None, :3, :3], after[None, :3, :3])) < 0.03


def test_positive_tip_points_the_fingers_away_and_positive_turn_is_to_the_left(drive: ToolDrive) -> None:
    tipped = go(drive, STILL, [0, 1, 0], steps=12)
    assert tipped[0, 2] > 0.4
    drive.start(Q_HOME)
    turned = go(drive, STILL, [0, 0, 1], steps=12)
    assert turned[0, 1] > 0.4 and abs(turned[2, 2] + 1) < 0.02


def test_speed_builds_up_and_stays_within_the_settings(drive: ToolDrive) -> None:
    places = [drive.target[:3, 3]]
    for _ in range(10):
        drive.step(np.array([1.0, 1.0, 0.0]), STILL, False, forward(drive.joints))
        places.append(drive.target[:3, 3])
    speeds = np.linalg.norm(np.diff(places, axis=0), axis=1) / DT_S
    assert speeds[0] < speeds[1] < drive.config.speed_mps
    assert speeds.max() <= drive.config.speed_mps + 1e-9


def test_slow_is_a_quarter_of_the_speed(drive: ToolDrive) -> None:
    fast = np.linalg.norm(go(drive, [1, 0, 0], steps=20)[:3, 3] - forward(Q_HOME)[:3, 3])
    drive.start(Q_HOME)
    slow = np.linalg.norm(go(drive, [1, 0, 0], steps=20, slow=True)[:3, 3] - forward(Q_HOME)[:3, 3])
    assert 0.2 < slow / fast < 0.35


def test_joint_targets_respect_the_arms_limits_whatever_is_asked(drive: ToolDrive) -> None:
    rng = np.random.default_rng(0)
    before = drive.joints
    for _ in range(60):
        command = rng.choice([-1.0, 0.0, 1.0], 6)
        for _ in range(8):
            q = drive.step(command[:3], command[3:], False, forward(drive.joints))
            assert (q >= Q_MIN).all() and (q <= Q_MAX).all()
            assert (np.abs(q - before) <= DQ_MAX * DT_S + 1e-6).all()
            before = q


def test_a_blocked_tool_is_not_left_behind_by_its_command(drive: ToolDrive) -> None:
    here = forward(Q_HOME)
    for _ in range(100):
        drive.step(np.array([1.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]), False, here)
    assert np.linalg.norm(drive.target[:3, 3] - here[:3, 3]) <= drive.config.leash_m + 1e-9
    assert np.linalg.norm(rotation_error(here[None, :3, :3], drive.target[None, :3, :3])) <= drive.config.leash_rad + 1e-6


def test_the_command_stays_in_the_workspace_and_off_the_robots_column(drive: ToolDrive) -> None:
    for command in ([1, 0, 0], [0, -1, 0], [0, 0, -1], [-1, 0.3, 0]):
        go(drive, command, steps=80)
        p = drive.target[:3, 3]
        assert (p >= np.array(drive.config.low) - 1e-9).all() and (p <= np.array(drive.config.high) + 1e-9).all()
        assert np.hypot(p[0], p[1]) >= drive.config.clear_m - 1e-6


def test_starting_again_begins_at_the_measured_pose_at_rest(drive: ToolDrive) -> None:
    go(drive, [1, 1, 0])
    q = Q_HOME + 0.1
    drive.start(q)
    assert not drive.moving
    assert np.allclose(drive.target, forward(q), atol=1e-9)
    assert np.abs(drive.step(STILL, STILL, False, forward(q)) - q).max() < 1e-3


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(HomebodyError, match="speed_mps is 0"):
        DriveConfig(speed_mps=0)
    with pytest.raises(HomebodyError, match="workspace .* is empty"):
        DriveConfig(low=(0, 0, 0), high=(0, 1, 1))
