"""A policy that was found and not built yet, and the place that it is built for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..core.experience import Experience
from ..core.robots import Robot
from ..core.types import Policy

CAMERAS = ("scene", "wrist")
IMAGE_SIZE = 128
"""The size that data sets are recorded at."""


class Place(Protocol):
    """What a factory is given: the vector environment that its policy will act in, or on a server what stands for one."""

    num_envs: int
    robot: Robot


@dataclass(frozen=True, kw_only=True)
class Body:
    """A robot without a simulation: the place of a policy that is served."""

    robot: Robot
    num_envs: int = 1


Factory = Callable[[Any], Policy]
"""Place -> a policy for all its slots."""


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """A policy that was found and not built yet."""

    name: str
    build: Factory
    fingerprint: str = ""
    """First 16 hex digits of the SHA-256 of the weights; empty for a policy without weights."""
    cameras: tuple[str, ...] = ()
    """What the environment has to render for it."""
    sensors: tuple[str, ...] = ()
    """What the environment has to sense for it beside taxels and encoders (envs.sensors.registry)."""
    image_size: int = IMAGE_SIZE
    """Height and width of the pictures to render [pixels]; a learned policy shrinks them to what it was trained on."""
    privileged: bool = False
    """Whether it reads the simulation's state, which the environment must then give."""
    simulated: bool = False
    """Whether it reads the simulator's insides beside the observation: such a policy cannot be served to a robot."""
    trained_on: Experience | None = None
    """What its weights have seen; None for a scripted policy and for older checkpoints, of which nothing is claimed."""
