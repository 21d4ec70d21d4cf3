"""The cameras that look for a robot, in a fixed order."""

from __future__ import annotations

EYES = ("scene", "side", "wrist")
"""Cameras in the order of the sensor `extrinsics`: one row each, (10,): position [m], the picture's x axis (to the right) and y axis (up),
and the vertical field of view [rad]. The room's cameras in the base frame, the one on the arm in the tool's: what calibrations find."""
