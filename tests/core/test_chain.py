"""Laws of a chain of hinges: it is the model that is built from the same numbers, its Jacobian is a derivative, its inverse inverts."""

from __future__ import annotations

from dataclasses import replace

import mujoco
import numpy as np
import pytest
from homebody.core import kinematics, so101
from homebody.core.chain import Chain
from homebody.core.errors import HomebodyError

RNG = np.random.default_rng(3)
TOOL = np.eye(4)
TOOL[:3, :3], TOOL[:3, 3] = kinematics.rotation_from_vector(np.array([[0.3, 1.2, -0.4]]))[0], [0.05, 0.0, 0.1]
SEVEN = Chain(
    offsets=RNG.uniform(-0.3, 0.3, (7, 3)), axes=np.eye(3)[[2, 1, 2, 1, 0, 1, 0]], T_last_tcp=TOOL, q_min=np.full(7, -2.5), q_max=np.full(7, 2.5),
    q_home=np.zeros(7),
)  # fmt: skip
Q = RNG.uniform(-1.5, 1.5, (20, 7))


def test_the_tool_is_where_the_model_has_it() -> None:
    spec, quat = mujoco.MjSpec(), np.zeros(4)
    body = spec.worldbody
    for j in range(7):
        body = body.add_body(pos=SEVEN.offsets[j])
        body.add_joint(axis=SEVEN.axes[j])
        body.add_geom(size=[0.01, 0, 0])
    mujoco.mju_mat2Quat(quat, TOOL[:3, :3].ravel())
    body.add_site(name="tcp", pos=TOOL[:3, 3], quat=quat)
    model = spec.compile()
    data = mujoco.MjData(model)
    for q, T in zip(Q, SEVEN.forward(Q), strict=True):
        data.qpos[:] = q
        mujoco.mj_kinematics(model, data)
        np.testing.assert_allclose(T[:3, 3], data.site("tcp").xpos, atol=1e-12)
        np.testing.assert_allclose(T[:3, :3].ravel(), data.site("tcp").xmat, atol=1e-12)


def test_it_is_the_so101_where_it_is_written_down_as_that() -> None:
    tool = np.eye(4)
    tool[:3, :3], tool[:3, 3] = so101.HAND, so101.HAND @ so101.TCP
    chain = Chain(
        offsets=np.array(so101.OFFSET), axes=np.array(so101.AXIS), T_last_tcp=tool, q_min=so101.Q_MIN, q_max=so101.Q_MAX, q_home=so101.Q_HOME
    )  # fmt: skip
    q = RNG.uniform(so101.Q_MIN, so101.Q_MAX, (10, 5))
    np.testing.assert_allclose(chain.forward(q), so101.forward(q), atol=1e-12)
    np.testing.assert_allclose(chain.jacobian(q)[1], so101.jacobian(q)[1], atol=1e-12)


def test_the_jacobian_is_the_derivative_of_the_tool_pose() -> None:
    T, J = SEVEN.jacobian(Q)
    for j in range(7):
        step = np.eye(7)[j] * 1e-6
        moved = SEVEN.forward(Q + step)
        turned = kinematics.rotation_error(T[:, :3, :3], moved[:, :3, :3])
        np.testing.assert_allclose(np.concatenate([moved[:, :3, 3] - T[:, :3, 3], turned], axis=1) / 1e-6, J[:, :, j], atol=2e-5)


def test_the_inverse_finds_poses_nearby_and_stays_within_the_limits() -> None:
    goal = SEVEN.forward(Q)
    q = SEVEN.inverse(goal, Q + RNG.uniform(-0.3, 0.3, Q.shape), iterations=60)
    assert np.median(np.abs(SEVEN.forward(q) - goal).max((1, 2))) < 1e-3
    narrow = replace(SEVEN, q_min=np.full(7, -0.5), q_max=np.full(7, 0.5))
    assert np.abs(narrow.inverse(goal, np.zeros(Q.shape))).max() <= 0.48 + 1e-12


def test_a_nudge_moves_the_tool_as_told_and_nothing_nudges_nothing() -> None:
    twist = np.tile([0.002, -0.001, 0.0, 0.0, 0.002, 0.001], (20, 1))
    T, moved = SEVEN.forward(Q), SEVEN.forward(SEVEN.nudged(Q, twist))
    assert np.median(np.linalg.norm(moved[:, :3, 3] - T[:, :3, 3] - twist[:, :3], axis=1)) < 2e-4
    np.testing.assert_array_equal(SEVEN.nudged(Q, np.zeros((20, 6))), Q)
    held = SEVEN.forward(SEVEN.nudged(Q, np.zeros((20, 6)), posture=0.01))
    assert np.median(np.linalg.norm(held[:, :3, 3] - T[:, :3, 3], axis=1)) < 2e-4, "the pull home is in the null space"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"axes": np.eye(3)}, r"axes of a chain of 7 joints has shape \(3, 3\): expected \(7, 3\)"),
        ({"axes": 2 * SEVEN.axes}, "axes of a chain have lengths .*: expected unit vectors"),
        ({"q_home": np.zeros(6)}, r"q_home of a chain of 7 joints has shape \(6,\): expected \(7,\)"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(HomebodyError, match=said):
        replace(SEVEN, **wrong)
