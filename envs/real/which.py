"""The arm whose logs are read, whose motions are made and whose model is fitted here."""

from __future__ import annotations

from ...core.robots import DEFAULT_ROBOT, robot_named

ROBOT = robot_named(DEFAULT_ROBOT)
