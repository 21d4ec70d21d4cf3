"""Laws of the SO-101's kinematics and statics: the published chain, derivatives, the order of the inverse's demands, the jaw."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core import so101
from homebody.core.kinematics import rotation_error, rotation_from_quaternion
from homebody.core.so101 import Q_HOME, Q_MAX, Q_MIN, forward, gravity_torque, inverse, jacobian

H = np.sqrt(0.5)
PUBLISHED = (
    ((0.0388353, 0, 0.0624), (0, 0, -1, 0)), ((-0.0303992, -0.0182778, -0.0542), (0.5, -0.5, -0.5, -0.5)),
    ((-0.11257, -0.028, 0), (H, 0, 0, H)), ((-0.1349, 0.0052, 0), (H, 0, 0, -H)),
    ((0, -0.0611, 0.0181), (0.0172091, -0.0172091, 0.706897, 0.706897)),
)  # fmt: skip
"""Places and quaternions of the five joints in TheRobotStudio's description; each turns about its own z."""
PUBLISHED_TIP = np.array([-0.0079, -0.000218121, -0.0981274])
"""Its `gripperframe`, in the gripper's frame, whose -z is the approach and whose x the jaw's travel."""
TIP = np.array([0, -0.0079, 0.0981274])
"""The same place in the hand's frame of ours."""
RNG_Q = np.random.default_rng(0).uniform(Q_MIN, Q_MAX, (1000, 5))


def published_tool(q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The published chain: tip (3,) and columns x, y, z of our tool's convention (3, 3)."""
    R, p = np.eye(3), np.zeros(3)
    for (place, quat), angle in zip(PUBLISHED, q, strict=True):
        p = p + R @ place
        R = R @ rotation_from_quaternion(np.array(quat) / np.linalg.norm(quat))
        c, s = np.cos(angle), np.sin(angle)
        R = R @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return p + R @ PUBLISHED_TIP, R @ np.array([[0, 1, 0], [1, 0, 0], [0, 0, -1]])


def top_down(x: float, y: float, z: float, yaw: float) -> np.ndarray:
    c, s = np.cos(yaw), np.sin(yaw)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = [[c, s, 0], [s, -c, 0], [0, 0, -1]], [x, y, z]
    return T


def test_the_tool_follows_the_published_chain_within_half_a_millimetre() -> None:
    for q in RNG_Q[:200]:
        tip, R = published_tool(q)
        T = forward(q)
        np.testing.assert_allclose(T[:3, 3] + T[:3, :3] @ (TIP - so101.TCP), tip, rtol=0, atol=5e-4)
        np.testing.assert_allclose(T[:3, :3], R, rtol=0, atol=1e-5)


def test_shapes_carry_any_leading_axes() -> None:
    q = RNG_Q[:6].reshape(2, 3, 5)
    np.testing.assert_array_equal(forward(q)[1, 2], forward(q[1, 2]))


def test_the_jacobian_is_the_derivative_of_forward() -> None:
    q, h = RNG_Q[:100], 1e-6
    T, J = jacobian(q)
    for j in range(5):
        step = np.eye(5)[j] * h
        a, b = forward(q - step), forward(q + step)
        np.testing.assert_allclose((b - a)[:, :3, 3] / (2 * h), J[:, :3, j], atol=1e-7)
        np.testing.assert_allclose(rotation_error(a[:, :3, :3], b[:, :3, :3]) / (2 * h), J[:, 3:, j], atol=1e-7)
    np.testing.assert_array_equal(T, forward(q))


def test_the_inverse_finds_reachable_poses_from_nearby() -> None:
    q = np.random.default_rng(1).uniform(Q_MIN + 0.1, Q_MAX - 0.1, (1000, 5))
    goal = forward(q)
    start = np.clip(q + np.random.default_rng(2).normal(0, 0.2, q.shape), Q_MIN, Q_MAX)
    T = forward(inverse(goal, start))
    near = np.linalg.norm(T[:, :3, 3] - goal[:, :3, 3], axis=1) < 1e-3
    turned = np.linalg.norm(rotation_error(T[:, :3, :3], goal[:, :3, :3]), axis=1) < np.deg2rad(1)
    assert (near & turned).mean() > 0.985


@pytest.mark.parametrize("yaw", np.linspace(-np.pi / 2, np.pi / 2, 5).tolist())
def test_from_home_the_stated_workspace_is_reached_from_above_at_any_yaw_or_half_a_turn_from_it(yaw: float) -> None:
    (near, far), (low, high) = so101.TOP_DOWN_RADIUS_M, so101.TOP_DOWN_HEIGHT_M
    pan = so101.OFFSET[0, 0]
    for radius in np.linspace(near, far, 4):
        for height in np.linspace(low, high, 3):
            for way in (-1.2, 0.0, 1.2):
                place = (pan + radius * np.cos(way), radius * np.sin(way), height)
                goals = np.array([top_down(*place, yaw), top_down(*place, yaw + np.pi)])
                T = forward(inverse(goals, np.tile(Q_HOME, (2, 1)), iterations=60))
                offset = np.linalg.norm(T[:, :3, 3] - goals[:, :3, 3], axis=1)
                angle = np.linalg.norm(rotation_error(T[:, :3, :3], goals[:, :3, :3]), axis=1)
                assert ((offset < 1e-3) & (angle < np.deg2rad(2))).any(), (place, yaw, offset, angle)


def test_where_not_everything_can_be_met_the_position_is_then_the_approach() -> None:
    goal = top_down(0.2, 0.05, 0.15, 0.4)  # too high to be reached from above: the wrist's flexion ends
    T = forward(inverse(goal[None], Q_HOME[None], iterations=60))[0]
    assert np.linalg.norm(T[:3, 3] - goal[:3, 3]) < 1e-3
    lean = np.rad2deg(np.arccos(-T[2, 2]))
    assert 2 < lean < 40
    sideways = top_down(0.25, 0.0, 0.1, 0.0)
    sideways[:3, :3] = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]
    sideways[:3, :3] = np.stack([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]], 1)  # approach along y: five joints cannot
    T = forward(inverse(sideways[None], Q_HOME[None], iterations=60))[0]
    assert np.linalg.norm(T[:3, 3] - sideways[:3, 3]) < 1e-3


def test_the_inverse_stays_inside_the_limits_whatever_is_asked() -> None:
    goal = forward(RNG_Q)
    goal[:, :3, 3] *= 3
    q = inverse(goal, np.tile(Q_HOME, (len(goal), 1)))
    assert np.isfinite(q).all() and (q >= Q_MIN).all() and (q <= Q_MAX).all()


def test_gravity_torques_are_the_derivative_of_the_potential_energy() -> None:
    def energy(q: np.ndarray) -> np.ndarray:
        frames = so101._link_transforms(q)[:, :5]
        centre = frames[..., :3, 3] + np.einsum("bjxy,jy->bjx", frames[..., :3, :3], so101.COM)
        return so101.GRAVITY * centre[..., 2] @ so101.MASS

    h = 1e-6
    for j in range(5):
        step = np.eye(5)[j] * h
        slope = (energy(RNG_Q + step) - energy(RNG_Q - step)) / (2 * h)
        np.testing.assert_allclose(gravity_torque(RNG_Q)[:, j], slope, atol=1e-8)


def test_no_pose_needs_more_than_a_third_of_the_stall_torque_to_hold_the_empty_arm() -> None:
    assert np.abs(gravity_torque(RNG_Q)).max() < so101.TAU_MAX[0] / 3


def test_widths_and_jaw_angles_are_each_others_inverse_and_grow_together() -> None:
    width = np.linspace(0, 0.085, 200)
    angle = so101.angle_from_width(width)
    np.testing.assert_allclose(so101.width_from_angle(angle), width, atol=1e-12)
    assert (np.diff(angle) > 0).all() and angle[0] == pytest.approx(so101.JAW_CLOSED)
    assert so101.JAW_OPEN < so101.JAW_LIMIT
    np.testing.assert_allclose(so101.opening_from_width(np.array([0.0, so101.GRIPPER_MAX_M])), [0, 1], atol=1e-12)


def test_a_grasped_thing_lies_against_the_fixed_jaw() -> None:
    for width in (0.01, 0.03, 0.06):
        edge = so101.grasp_offset(width)[1] - width / 2
        assert so101.TCP[1] + edge == pytest.approx(so101.FIXED_FACE_Y)
