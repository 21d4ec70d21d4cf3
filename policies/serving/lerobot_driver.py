"""Drives an arm through LeRobot's `Robot` interface: `connect`, `get_observation`, `send_action`, `disconnect`.

LeRobot speaks of one flat dict: `NAME.pos` for a joint (degrees by default), an array for a camera. The robot itself is built by
the caller, so that this room needs no LeRobot.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from ...core.errors import HomebodyError, unknown
from ...core.kinematics import rotation_to_6d
from ...core.robots import DEFAULT_ROBOT, Robot, robot_named
from ...core.types import CONTROL_HZ, TAXELS, Observation


class LeRobot(Protocol):
    """The part of `lerobot.robots.Robot` that is used."""

    @property
    def observation_features(self) -> Mapping[str, Any]: ...
    @property
    def action_features(self) -> Mapping[str, Any]: ...
    @property
    def is_connected(self) -> bool: ...
    def connect(self) -> None: ...
    def get_observation(self) -> dict[str, Any]: ...
    def send_action(self, action: dict[str, Any]) -> dict[str, Any]: ...
    def disconnect(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class LeRobotMapping:
    """Which of the robot's numbers is which of ours."""

    robot: str = DEFAULT_ROBOT
    """Which arm of ours it is."""
    joints: tuple[str, ...] = ()
    """The joints, base to wrist, without `.pos`; empty: `joint_1` and so on."""
    gripper: str = "gripper"
    """The gripper, without `.pos`."""
    units: Literal["degrees", "radians"] = "degrees"
    """Of the joints on LeRobot's side."""
    gripper_range: tuple[float, float] = (0.0, 100.0)
    """LeRobot's numbers for closed and open."""
    cameras: tuple[tuple[str, str], ...] = (("scene", "scene"), ("wrist", "wrist"))
    """Pairs of our camera and the robot's."""
    tactile: str = ""
    """The robot's key for taxels (2, 3, 8, 8) [m, m/s, m/s]; empty: it has none."""
    without_touch: bool = False
    """Must be set for a robot without taxels: the policy, trained with touch, is then told that nothing is ever touched."""
    control_hz: int = CONTROL_HZ
    """How often set-points are sent: a multiple of 20 [Hz]."""

    def __post_init__(self) -> None:
        dof = self.arm.dof
        if self.joints and len(self.joints) != dof:
            raise HomebodyError(f"{len(self.joints)} joint names: expected {dof}")
        if self.units not in ("degrees", "radians"):
            raise unknown("units", self.units, ("degrees", "radians"))
        if self.gripper_range[0] == self.gripper_range[1]:
            raise HomebodyError(f"gripper_range is {self.gripper_range}: expected two different numbers, closed and open")
        if not self.tactile and not self.without_touch:
            raise HomebodyError("the robot's taxels are not named: set `tactile`, or `without_touch` where there are none")

    @property
    def arm(self) -> Robot:
        return robot_named(self.robot)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the joints, as LeRobot has them."""
        return self.joints or tuple(f"joint_{n}" for n in range(1, self.arm.dof + 1))


class LeRobotDriver:
    """A LeRobot arm as a Driver."""

    name = "lerobot"

    def __init__(self, robot: LeRobot, mapping: LeRobotMapping, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._robot, self._mapping, self._clock = robot, mapping, clock
        self.control_hz = mapping.control_hz
        self._scale = np.pi / 180 if mapping.units == "degrees" else 1.0
        self._before: tuple[float, np.ndarray] | None = None

    def connect(self) -> None:
        """Checks the robot's features against the mapping before anything moves. Raises HomebodyError."""
        m = self._mapping
        positions = [f"{j}.pos" for j in (*m.names, m.gripper)]
        seen, moved = list(self._robot.observation_features), list(self._robot.action_features)
        for key in [*positions, *(theirs for _, theirs in m.cameras), *([m.tactile] if m.tactile else [])]:
            if key not in seen:
                raise unknown("observation of the robot", key, seen)
        for key in positions:
            if key not in moved:
                raise unknown("action of the robot", key, moved)
        if not self._robot.is_connected:
            self._robot.connect()

    def observe(self) -> Observation:
        m, raw, now = self._mapping, self._robot.get_observation(), self._clock()
        joints = np.array([float(raw[f"{j}.pos"]) for j in m.names]) * self._scale
        closed, opened = m.gripper_range
        width = m.arm.gripper_max_m * (float(raw[f"{m.gripper}.pos"]) - closed) / (opened - closed)
        pose = m.arm.forward(joints)
        proprio = np.concatenate([joints, self._speeds(raw, joints, now), [width], pose[:3, 3], rotation_to_6d(pose[:3, :3])])
        if not np.isfinite(proprio).all():
            raise HomebodyError(f"the robot reports {dict(zip(m.names, joints.tolist(), strict=True))}: expected finite positions")
        out = {"proprio": proprio.astype(np.float32), "tactile": np.zeros(TAXELS, np.float32)}
        if m.tactile:
            out["tactile"] = np.asarray(raw[m.tactile], np.float32).reshape(TAXELS)
        for ours, theirs in m.cameras:
            picture = np.asarray(raw[theirs])
            if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
                raise HomebodyError(f"camera {theirs!r} gives {picture.dtype} {picture.shape}: expected uint8 (height, width, 3)")
            out[ours] = picture
        return out

    def _speeds(self, raw: Mapping[str, Any], joints: np.ndarray, now: float) -> np.ndarray:
        """(dof,) [rad/s]: `NAME.vel` where the robot measures it, else from the two last observations."""
        names = [f"{j}.vel" for j in self._mapping.names]
        before, self._before = self._before, (now, joints)
        if all(n in raw for n in names):
            return np.array([float(raw[n]) for n in names]) * self._scale
        if before is None or now <= before[0]:
            return np.zeros_like(joints)
        return (joints - before[1]) / (now - before[0])

    def act(self, action: np.ndarray) -> np.ndarray:
        """Sends set-points; returns what the robot says it was sent, in our units."""
        m, n = self._mapping, self._mapping.arm.dof
        closed, opened = m.gripper_range
        names = [f"{j}.pos" for j in m.names]
        wanted = {name: float(q) for name, q in zip(names, np.asarray(action[:n], np.float64) / self._scale, strict=True)}
        wanted[f"{m.gripper}.pos"] = closed + float(action[n]) * (opened - closed)
        sent = {**wanted, **self._robot.send_action(wanted)}
        out = np.array(
            [*(float(sent[name]) * self._scale for name in names), (float(sent[f"{m.gripper}.pos"]) - closed) / (opened - closed)]
        )
        return out

    def stop(self) -> None:
        if self._robot.is_connected:
            self._robot.disconnect()
