"""Driving the tool: velocity commands become joint targets by differential inverse kinematics (mink, solver daqp).

Frames: base (x away from the robot, y to its left, z up). The commanded pose T_base_target integrates the velocity; it
stays inside the workspace and on a leash from the measured pose, so it cannot run away from a blocked or lagging tool.
"""

from __future__ import annotations

import mink
import mujoco
import numpy as np

from ..core.kinematics import rotation_error
from ..core.robots import DEFAULT_ROBOT, ROBOTS, Robot
from ..core.types import CONTROL_HZ
from ..envs.robots.driving import DriveConfig
from ..envs.robots.table import arm_named

DT_S = 1.0 / CONTROL_HZ
MARGIN_RAD = 0.02
"""Kept from the joint limits."""


def arm_model(robot: Robot = ROBOTS[DEFAULT_ROBOT]) -> mujoco.MjModel:
    """The arm and its gripper alone, as the house has them."""
    spec = mujoco.MjSpec()
    arm_named(robot.name).add(spec)
    return spec.compile()


def _within(vector: np.ndarray, length: float) -> np.ndarray:
    """`vector` shortened to at most `length`."""
    norm = float(np.linalg.norm(vector))
    return vector if norm <= length else vector * (length / norm)


class ToolDrive:
    """Turns velocity commands into joint targets, one call per control step."""

    def __init__(self, config: DriveConfig | None = None, *, robot: Robot = ROBOTS[DEFAULT_ROBOT]) -> None:
        self.config, self.robot = config or arm_named(robot.name).drive, robot
        model = arm_model(robot)
        self._configuration = mink.Configuration(model)
        self._arm = np.array([model.jnt_qposadr[model.joint(n).id] for n in robot.joints])
        self._frame = mink.FrameTask("tcp", "site", position_cost=1.0, orientation_cost=self.config.orientation, lm_damping=1e-4)
        self._posture = mink.PostureTask(model, cost=2e-3)
        rates = {name: float(rate) for name, rate in zip(robot.joints, robot.dq_max, strict=True)}
        self._limits = [
            mink.ConfigurationLimit(model, gain=0.95, min_distance_from_limits=MARGIN_RAD),
            mink.VelocityLimit(model, rates),
        ]
        self._target = np.eye(4)
        self._twist = np.zeros(6)

    @property
    def target(self) -> np.ndarray:
        """T_base_target (4, 4), the commanded tool pose."""
        return self._target.copy()

    @property
    def joints(self) -> np.ndarray:
        """(n,) where the last call put the joints [rad]."""
        return self._configuration.q[self._arm].copy()

    @property
    def moving(self) -> bool:
        """Whether a commanded motion has not yet died away."""
        return bool(np.abs(self._twist).max() > 1e-6)

    def start(self, joints: np.ndarray) -> None:
        """Takes over at standstill from joint positions (n,) [rad]: the command starts where the tool is."""
        q = self._configuration.q.copy()
        q[self._arm] = np.clip(joints, self.robot.q_min + MARGIN_RAD, self.robot.q_max - MARGIN_RAD)
        self._configuration.update(q)
        self._posture.set_target(q)
        self._twist[:] = 0.0
        self._target = self.robot.forward(self.joints)

    def halt(self) -> None:
        """Stops at once; what the arm had not reached of the target is given up."""
        self._twist[:] = 0.0
        self._target = self.robot.forward(self.joints)

    def step(self, linear: np.ndarray, angular: np.ndarray, slow: bool, measured: np.ndarray) -> np.ndarray:
        """One control step.

        linear (3,): share of the full speed along base x, y, z. angular (3,): share of the full angular speed about the
        tool's x (tilt sideways), the tool's y (tip forward) and the base's z (turn). measured: T_base_tcp (4, 4).
        Returns joint targets (n,) [rad]: where the servos have to aim to stand at `joints`.
        """
        c = self.config
        scale = c.slow if slow else 1.0
        about = np.stack([self._target[:3, 0], self._target[:3, 1], np.array([0.0, 0.0, 1.0])])
        wanted = np.concatenate(
            [_within(np.asarray(linear, float), 1.0) * c.speed_mps, _within(np.asarray(angular, float), 1.0) @ about * c.turn_rps]
        )
        ramp = c.acceleration_mps2 * DT_S
        limit = np.repeat([ramp, ramp * c.turn_rps / c.speed_mps], 3)
        self._twist += np.clip(scale * wanted - self._twist, -limit, limit)
        self._target[:3, 3] += self._twist[:3] * DT_S
        self._target[:3, :3] = mink.SO3.exp(self._twist[3:] * DT_S).as_matrix() @ self._target[:3, :3]
        self._confine(measured)
        return self._solve()

    def _confine(self, measured: np.ndarray) -> None:
        """Keeps the target in the workspace, off the robot's column and on its leash."""
        c = self.config
        p = np.clip(self._target[:3, 3], c.low, c.high)
        radius = float(np.hypot(p[0], p[1]))
        if radius < c.clear_m:
            p[:2] *= c.clear_m / max(radius, 1e-6)
        here = measured[:3, 3]
        self._target[:3, 3] = here + _within(p - here, c.leash_m)
        R = measured[:3, :3]
        v = rotation_error(R[None], self._target[None, :3, :3])[0]
        if np.linalg.norm(v) > c.leash_rad:
            self._target[:3, :3] = mink.SO3.exp(_within(v, c.leash_rad)).as_matrix() @ R

    def _solve(self) -> np.ndarray:
        self._frame.set_target(mink.SE3.from_matrix(self._target))
        dt = DT_S / self.config.iterations
        for _ in range(self.config.iterations):
            try:
                velocity = mink.solve_ik(
                    self._configuration, [self._frame, self._posture], dt, "daqp", damping=1e-6, limits=self._limits
                )  # fmt: skip
            except mink.NoSolutionFound:
                break  # the arm stays where it is for this step
            self._configuration.integrate_inplace(velocity, dt)
        return self.robot.hold(self.joints[None])[0]
