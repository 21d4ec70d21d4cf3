"""Kinematics of the shipped arms as one batch: what a row gets does not depend on who is beside it."""

import numpy as np
import pytest
from homebody.core.differential import crossed, damped_step
from homebody.core.kinematics import jacobian, rotation_error
from homebody.core.robots import robot_named

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("name", ["panda", "so101"])
def test_each_row_of_a_batch_is_solved_as_it_would_be_alone(name: str) -> None:
    robot = robot_named(name)
    q, goals = (RNG.uniform(robot.q_min, robot.q_max, (40, len(robot.q_home))) for _ in range(2))
    T = robot.forward(goals)
    together = robot.inverse(T, q, iterations=30)
    alone = np.concatenate([robot.inverse(T[i : i + 1], q[i : i + 1], iterations=30) for i in range(len(q))])
    assert np.array_equal(together, alone)


def test_the_jacobian_is_the_derivative_of_the_tools_pose() -> None:
    robot = robot_named("panda")
    q = RNG.uniform(robot.q_min, robot.q_max, (20, 7))
    T, J = jacobian(q)
    for j in range(7):
        moved = robot.forward(q + 1e-6 * np.eye(7)[j])
        twist = np.concatenate([moved[:, :3, 3] - T[:, :3, 3], rotation_error(T[:, :3, :3], moved[:, :3, :3])], axis=1) / 1e-6
        assert np.allclose(twist, J[:, :, j], atol=1e-4)


def test_a_damped_step_does_the_twist_and_keeps_posture_to_the_null_space() -> None:
    J, twist, home = RNG.normal(size=(20, 6, 7)), RNG.normal(size=(20, 6)), RNG.normal(size=(20, 7))
    step = damped_step(J, twist, 1e-6, home)
    assert np.allclose((J @ step[..., None])[..., 0], twist, atol=1e-6)
    plain = damped_step(J, twist, 1e-6)
    assert np.allclose((J @ (step - plain)[..., None])[..., 0], 0.0, atol=1e-6) and np.abs(step - plain).max() > 0.1


def test_cross_products_are_those_of_numpy() -> None:
    a, b = RNG.normal(size=(2, 5, 4, 3))
    assert np.array_equal(crossed(a, b), np.cross(a, b))
