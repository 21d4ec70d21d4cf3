"""Laws of the robots' descriptions: dimensions, limits, and that both serve the same interface."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.robots import PANDA, ROBOTS, SO101, Robot, robot_named

BOTH = pytest.mark.parametrize("robot", ROBOTS.values(), ids=ROBOTS)


def test_dimensions_are_those_of_actions_and_proprioception() -> None:
    assert (PANDA.action_dim, PANDA.proprio_dim) == (8, 24), "as the shipped checkpoints have them"
    assert (SO101.action_dim, SO101.proprio_dim) == (6, 20)


@BOTH
def test_home_lies_inside_the_limits_and_its_pose_maps_back(robot: Robot) -> None:
    assert (robot.q_min < robot.q_home).all() and (robot.q_home < robot.q_max).all()
    T = robot.forward(robot.q_home[None])
    q = robot.inverse(T, robot.q_home[None] + 0.05)
    np.testing.assert_allclose(robot.forward(q), T, atol=2e-3)


@BOTH
def test_at_home_the_fingers_point_down_and_travel_along_y(robot: Robot) -> None:
    T = robot.forward(robot.q_home)
    assert T[2, 2] < -0.95 and T[1, 1] < -0.95


@BOTH
def test_width_and_opening_agree_at_both_ends(robot: Robot) -> None:
    assert robot.width(np.array([robot.fingers_open]))[0] == pytest.approx(robot.gripper_max_m)
    np.testing.assert_allclose(robot.opening(np.array([0.0, robot.gripper_max_m])), [0, 1], atol=1e-12)


def test_an_unknown_robot_is_named_with_the_nearest_ones() -> None:
    with pytest.raises(HomebodyError, match="unknown robot 'so100': nearest are so101"):
        robot_named("so100")
    assert robot_named("so101") is SO101


def test_a_description_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(HomebodyError, match=r"q_home of 'so101' has shape \(7,\): expected \(5,\)"):
        dataclasses.replace(SO101, q_home=PANDA.q_home)
