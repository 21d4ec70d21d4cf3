"""What the house needs to know of an arm besides its numbers: how it is built, where it stands, what its hand is shaped like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import mujoco
import numpy as np

from ...core.errors import HomebodyError
from ...core.robots import Robot
from .driving import DriveConfig

TOOL = "tcp"
"""The site of every arm that its tool pose is taken at."""
WORLD_BIT, ROBOT_BIT, SELF_BIT = 1, 2, 1 << 17
"""Collision bits of an arm: it is met by the world, and by the last meets itself; its geoms have both of the last as type, the first and
the last as affinity."""
ROOT, HAND = "link0", "hand"
"""The body that carries the whole arm, and the one that its tool is on, where it names no others."""


@dataclass(frozen=True, kw_only=True)
class Mount:
    """Where an arm stands in a room, in the nominal base frame, whose z = 0 is the worktop."""

    x: float = 0.0
    """[m]"""
    y: float = 0.0
    z: float = 0.0
    yaw: float = 0.0
    """[rad]"""
    noise: tuple[float, float, float]
    """Half-widths of the uniform noise on x, y [m] and yaw [rad]: no robot is ever set up twice alike, and the actions of one episode are
    of no use in another."""


@dataclass(frozen=True, kw_only=True)
class Ring:
    """The part of the worktop over which a small arm points straight down."""

    axis_x_m: float
    """How far its first axis stands before its mount."""
    radius_m: tuple[float, float]
    """Least and greatest distance from that axis."""
    side_rad: float
    """Greatest angle to either side of straight ahead."""
    ahead_m: tuple[float, float]
    """From where to where before its mount the worktop counts as free."""

    def holds(self, ahead: float, across: float) -> bool:
        """Whether a place is in it, [m] before the arm's foot and to its left."""
        (low, high), x = self.radius_m, ahead - self.axis_x_m
        return bool(low < np.hypot(x, across) < high and abs(np.arctan2(across, x)) < self.side_rad)


@dataclass(frozen=True, kw_only=True)
class Grip:
    """What a hand can hold and carry."""

    width_m: float
    """The widest grasp, with room for the fingers' errors."""
    mass_kg: float
    """The heaviest thing."""
    from_above_m: tuple[float, float] | None = None
    """Of a hand that only grasps from above: least height of a thing, and greatest height of a grasp over what the thing stands on."""
    tip_m: float = 0.0
    """Least height of the tool centre point over what a thing stands on, besides the grasp's own: how far a tip swings below it."""
    settled_m: float = 0.006
    """How far from a grasp the tool still may be when the fingers close."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One arm of the house: `robot` holds its numbers, the rest is what builders of scenes, tasks and experts ask."""

    robot: Robot
    add: Callable[[mujoco.MjSpec], None]
    """Adds the arm, its gripper, actuators, sensors and cameras to a spec, its base frame on the world's.

    The names that the house goes by: the bodies `root` and `hand`, the robot's joints and finger joints, actuators named as the joints
    and `gripper`, the site `tcp`, sensors `tactile_left`, `tactile_right`, `encoder_q_JOINT`, `encoder_dq_JOINT`, a camera `wrist`."""
    root: str = ROOT
    """The body that carries all of it."""
    hand: str = HAND
    """The body whose frame is turned as the tool's, and that the cameras on the arm are on."""
    mount: Mount
    ring: Ring | None = None
    """Where it reaches the worktop from above; None for an arm that reaches all of a layout's free worktop."""
    worktop_only: bool = False
    """Whether it only does the tasks of the worktop, since it reaches neither furniture nor people."""
    grip: Grip
    safe_m: float
    """Height at which the tool passes over the worktop."""
    hand_points: Callable[[float], np.ndarray]
    """Distance between the fingers [m] -> (N, 3) points on hand, wrist and fingers, in the tool's frame [m]: what must not meet furniture.
    (0, 3) for a hand so small that it never does."""
    palm_points: np.ndarray
    """(N, 3) points on the outline of the hand above the fingers, in the tool's frame [m]: what must not meet a bowl that it pours into."""
    drive: DriveConfig
    """How people may drive it."""

    def __post_init__(self) -> None:
        if self.palm_points.ndim != 2 or self.palm_points.shape[1] != 3:
            raise HomebodyError(f"palm_points of {self.robot.name!r} have shape {self.palm_points.shape}: expected (N, 3)")
