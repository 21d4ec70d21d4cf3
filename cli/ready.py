"""Between two things that a learned policy is asked for: the hand lets go, withdraws and goes home, where its episodes began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

OPENING, WITHDRAWING = 8, 20
"""Control steps for which the fingers open and the hand withdraws."""
AWAY_M = 0.14
"""How far it withdraws along its own axis."""
TURN_RAD = 0.06
"""The furthest that a joint goes in a control step on the way home: 1.2 rad/s."""
AT_HOME_RAD = 0.1
"""A nearer arm is at home: episodes begin up to 0.04 rad from there."""


def homeward(env: HouseholdVectorEnv) -> Iterator[np.ndarray]:
    """The actions (1, A) that bring slot 0's arm home, the next one asked for after each step. None where it is there, and where the hand
    holds a loose thing: what becomes of that is for the policy to say."""
    robot, q = env.robot, env.arm_target(0)
    loose = [int(body) for body in env.snapshot(0).names.loose_body]
    if np.abs(robot.q_home - q).max() < AT_HOME_RAD or env.holding(0, loose):
        return

    def action(joints: np.ndarray) -> np.ndarray:
        out = env.held_actions()
        out[0, : robot.dof], out[0, robot.dof] = joints, 1.0
        return out

    for _ in range(OPENING):
        yield action(q)
    back = robot.forward(q[None])[0]
    for _ in range(WITHDRAWING):
        back[:3, 3] -= AWAY_M / WITHDRAWING * back[:3, 2]
        q = robot.inverse(back[None], q[None], iterations=4)[0]
        yield action(q)
    while np.abs(robot.q_home - q).max() > 0:
        q = q + np.clip(robot.q_home - q, -TURN_RAD, TURN_RAD)
        yield action(q)
