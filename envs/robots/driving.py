"""How fast and how far a person may drive an arm's tool."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.errors import HomebodyError


@dataclass(frozen=True, kw_only=True)
class DriveConfig:
    """How fast and how far the tool may be driven."""

    speed_mps: float = 0.25
    """Tool speed at full deflection [m/s]."""
    turn_rps: float = 1.2
    """Angular speed at full deflection [rad/s]."""
    slow: float = 0.25
    """Factor on both while the slow key is held."""
    acceleration_mps2: float = 1.5
    """How fast the speed builds up and dies away; turning ramps in the same time."""
    low: tuple[float, float, float] = (-0.15, -0.75, 0.004)
    """Corner of the workspace [m], base frame."""
    high: tuple[float, float, float] = (0.80, 0.70, 0.75)
    """Opposite corner [m]."""
    clear_m: float = 0.28
    """Horizontal distance that the tool keeps from the robot's own column [m]."""
    leash_m: float = 0.08
    """Largest distance of the commanded from the measured position [m]: also how hard the tool can push."""
    leash_rad: float = 0.35
    """Largest angle between commanded and measured orientation [rad]."""
    orientation: float = 0.3
    """Weight of the tool's orientation beside its position; small where the arm has too few joints for both."""
    iterations: int = 4
    """Steps of the inverse kinematics in one control step."""

    def __post_init__(self) -> None:
        for name in ("speed_mps", "turn_rps", "slow", "acceleration_mps2", "leash_m", "leash_rad", "orientation"):
            if not getattr(self, name) > 0:
                raise HomebodyError(f"{name} is {getattr(self, name)}: expected more than 0")
        if any(a >= b for a, b in zip(self.low, self.high, strict=True)):
            raise HomebodyError(f"workspace from {self.low} to {self.high} is empty")
