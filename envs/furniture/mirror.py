"""Furniture the other way round: a fridge hinged on the other side, a tap that turns the other way."""

from __future__ import annotations

import mujoco
import numpy as np

ACROSS = np.array([1.0, -1.0, 1.0])
"""Reflects a vector in the plane of x and z."""
TURN = np.array([1.0, -1.0, 1.0, -1.0])
"""Reflects a rotation, given as a quaternion (w, x, y, z), in the same plane."""


def mirror(body: mujoco.MjsBody) -> None:
    """Reflects all that a body carries, and the bodies on it, in the plane of its x and z axes. Sites keep their x and z axes and turn
    their y axes about; things that are no mirror images of themselves, as meshes are, stay as they are and only change places."""
    for geom in body.geoms:
        _place(geom)
        if not np.isnan(geom.fromto).any():
            geom.fromto = np.asarray(geom.fromto) * np.tile(ACROSS, 2)
    for site in body.sites:
        _place(site)
    for joint in body.joints:
        joint.pos = np.asarray(joint.pos) * ACROSS
        turns = joint.type == mujoco.mjtJoint.mjJNT_HINGE
        joint.axis = np.asarray(joint.axis) * (-ACROSS if turns else ACROSS)  # an axis of rotation is no arrow
    for child in body.bodies:
        _place(child)
        mirror(child)


def _place(element: mujoco.MjsBody | mujoco.MjsGeom | mujoco.MjsSite) -> None:
    element.pos, element.quat = np.asarray(element.pos) * ACROSS, np.asarray(element.quat) * TURN
