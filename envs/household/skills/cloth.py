"""Skills for cloth: folding, laying, putting away."""

from __future__ import annotations

from collections.abc import Callable

from ....core.types import Goal
from ...experts.motion import Steps
from .base import HouseContext

SKILLS: dict[str, Callable[[HouseContext, Goal], Steps]] = {}
