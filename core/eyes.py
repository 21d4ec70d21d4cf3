"""How cameras look at the world: rays of picture points, in the base frame."""

from __future__ import annotations

EYES = ("scene", "side")
"""The room's cameras, in the order of the sensor `extrinsics`: one row each, (10,): position in the base frame [m], the picture's x axis (to
the right) and y axis (up) there, and the vertical field of view [rad]. A camera looks along minus the cross product of the two."""
