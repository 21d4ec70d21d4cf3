"""Families of expert motions: how each task is done, by contact alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import HomebodyError

if TYPE_CHECKING:
    from ..engine import HouseholdVectorEnv
    from ..first.expert import Expert
    from .expert import HouseholdExpert


def expert_for(env: HouseholdVectorEnv) -> Expert | HouseholdExpert:
    """The expert of the scene that `env` plays in. Raises HomebodyError where actions mean something else than joint targets."""
    if env.control_mode != "joint":
        raise HomebodyError(f"the expert commands joint targets: expected control_mode 'joint', not {env.control_mode!r}")
    if env.stage.scene == "kitchen":
        from ..first.expert import Expert

        return Expert(env)
    from .expert import HouseholdExpert

    return HouseholdExpert(env)
