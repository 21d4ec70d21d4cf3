"""What a robot has to offer: four methods. Everything that keeps it safe stands before `act`, in the loop and its limiter."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ...core.types import Observation


class Driver(Protocol):
    """One arm with a gripper, its cameras and taxels."""

    name: str
    control_hz: int
    """How often `act` is called: a whole multiple of the policy's rate [Hz]."""

    def connect(self) -> None:
        """Opens the robot; it rests until the first `act`. Raises HomebodyError where it cannot."""
        ...

    def observe(self) -> Observation:
        """What the sensors say now, by the contract of core.types, without a batch axis."""
        ...

    def act(self, action: np.ndarray) -> np.ndarray:
        """Joint set-points [rad] (dof) and gripper opening (1), float; returns what was really sent (dof + 1,)."""
        ...

    def stop(self) -> None:
        """Ends control and closes the robot; safe to call twice."""
        ...
