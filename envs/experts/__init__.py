"""Scripted experts: inverse kinematics and contact feedback, from any state, with varied paths and speeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expert import Expert

if TYPE_CHECKING:
    from ..engine import HouseholdVectorEnv
    from ..household.skills.expert import HouseholdExpert


def expert_for(env: HouseholdVectorEnv) -> Expert | HouseholdExpert:
    """The expert of the scene that `env` plays in."""
    if env.stage.scene == "kitchen":
        return Expert(env)
    from ..household.skills.expert import HouseholdExpert  # its skills build on this package's motions

    return HouseholdExpert(env)


__all__ = ["Expert", "expert_for"]
