"""Laws of what the servos are told between control steps: the limits hold whatever is commanded, lawful motions pass unchanged."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import rotation_error, rotation_from_vector
from homebody.core.reference import JointReference
from homebody.core.robots import ROBOTS, Robot

DT_S, TICKS = 0.05, 10
ROUNDING = 1e-9
EACH = pytest.mark.parametrize("robot", ROBOTS.values(), ids=lambda r: r.name)


def begun(robot: Robot, count: int) -> JointReference:
    reference = JointReference(robot.limits, count, DT_S, TICKS)
    for i in range(count):
        reference.rest(i, np.append(robot.q_home, 1.0))
    return reference


def derivatives(robot: Robot, sent: np.ndarray) -> list[np.ndarray]:
    """Speed, acceleration and jerk (T, ..., A) of set-points (T, ..., A) after rest at home, as shares of their limits."""
    home = np.broadcast_to(np.append(robot.q_home, 1.0 - 1e-6), (3, *sent.shape[1:]))
    x, out = np.concatenate([home, sent]), []
    for limit in (robot.limits.dq_max, robot.limits.ddq_max, robot.limits.dddq_max):
        x = np.diff(x, axis=0) / (DT_S / TICKS)
        out.append(np.abs(x) / np.asarray(limit))
    return out


def command(kind: str, robot: Robot, k: int, held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    low, high = np.asarray(robot.limits.q_min), np.asarray(robot.limits.q_max)
    if kind == "anywhere":
        return rng.uniform(low - 1.0, high + 1.0, held.shape)
    if kind == "from end to end":
        return np.where((k // 25) % 2, low, high) * np.ones_like(held)
    return held + rng.normal(0.0, 0.1, held.shape)


@EACH
@pytest.mark.parametrize("kind", ["anywhere", "from end to end", "a walk"])
def test_no_command_breaks_a_limit(robot: Robot, kind: str) -> None:
    rng, reference = np.random.default_rng(0), begun(robot, 20)
    sent = np.concatenate(
        [reference.advance(np.arange(20), command(kind, robot, k, reference.targets, rng)).swapaxes(0, 1) for k in range(200)]
    )  # (T, B, A)
    shares = derivatives(robot, sent)
    assert all(s.max() <= 1.0 + ROUNDING for s in shares), [s.max() for s in shares]
    assert shares[0].max() > 0.9, "the limits were used"
    assert (sent >= robot.limits.q_min).all() and (sent <= robot.limits.q_max).all()


@EACH
def test_targets_that_keep_the_limits_are_joined_by_their_spline(robot: Robot) -> None:
    reference, home = begun(robot, 1), np.append(robot.q_home, 0.9)
    reference.rest(0, home)
    amplitude = np.append(-0.15 * np.sign(robot.q_home + 1e-9), -0.05)  # towards the middle of each joint
    targets = [home + amplitude * (1 - np.cos(1.5 * DT_S * k)) for k in range(1, 80)]
    before, last = home, home
    for target in targets:
        sent = reference.advance(np.array([0]), target[None])[0]
        u = np.arange(1, TICKS + 1)[:, None] / TICKS
        spline = 0.5 * (1 - u) ** 2 * before + (0.5 + u - u * u) * last + 0.5 * u * u * target
        np.testing.assert_allclose(sent, spline, atol=1e-12)
        before, last = last, target


@EACH
def test_a_target_that_stays_is_reached_and_held(robot: Robot) -> None:
    reference, goal = begun(robot, 1), np.append(robot.q_home - 0.3 * np.sign(robot.q_home), 0.3)
    for _ in range(80):
        sent = reference.advance(np.array([0]), goal[None])
    np.testing.assert_allclose(sent[0, -1], goal, atol=1e-6)
    assert np.ptp(sent[0], axis=0).max() < 1e-9


def test_a_memory_taken_and_put_goes_on_to_the_last_bit_in_another_slot() -> None:
    rng, reference = np.random.default_rng(1), begun(ROBOTS["panda"], 3)
    actions = rng.uniform(-2, 2, (30, 8))
    for a in actions[:15]:
        reference.advance(np.array([0]), a[None])
    reference.put(2, reference.take(0))
    for a in actions[15:]:
        sent = reference.advance(np.array([0, 2]), np.stack([a, a]))
        assert (sent[0] == sent[1]).all()
    with pytest.raises(HomebodyError, match=r"shape \(4,\): expected \(5, 8\)"):
        reference.put(0, np.zeros(4))


def test_slots_do_not_disturb_each_other() -> None:
    rng, together, alone = np.random.default_rng(2), begun(ROBOTS["so101"], 4), begun(ROBOTS["so101"], 1)
    for _ in range(40):
        actions = rng.uniform(-2, 2, (4, 6))
        assert (together.advance(np.arange(4), actions)[2] == alone.advance(np.array([0]), actions[2:3])[0]).all()


def test_half_a_turn_is_an_error_of_half_a_turn() -> None:
    axes = np.random.default_rng(3).normal(size=(200, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    base = rotation_from_vector(np.random.default_rng(4).normal(size=(200, 3)))
    error = rotation_error(base, rotation_from_vector(np.pi * axes) @ base)
    np.testing.assert_allclose(np.linalg.norm(error, axis=1), np.pi, atol=1e-6)
    np.testing.assert_allclose(np.abs((error / np.pi * axes).sum(1)), 1.0, atol=1e-6)
