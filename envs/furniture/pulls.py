"""Pulls with play, and magnetic catches: what makes a door or drawer feel like one.

A pull is a body of its own on a slide joint `<joint>_play` along the direction of opening, whose range is nothing in a new
piece of furniture and grows with wear. A catch is one contact between a magnet on the leaf and the frame that pulls with up
to its strength before it breaks (`geom_adhesion`), and over the last millimetres draws the leaf shut.
"""

from __future__ import annotations

import mujoco

from .parts import Vector, bar

CATCH_BIT = 1 << 21
"""Collision bit of magnets and their strike plates, which meet nothing else."""
CATCH_GAP_M = 0.004
"""How far a magnet reaches."""
TIGHT_M = 1e-6
"""Play of a pull that has none: a joint's range must not be empty."""
MAGNET_M = 0.003


def pull(
    leaf: mujoco.MjsBody, joint: str, centre: Vector, *, radius: float, length: float, standoff: float, material: str = "handle",
    level: bool = False, outward: Vector = (-1.0, 0.0, 0.0),
) -> mujoco.MjsBody:  # fmt: skip
    """A bar on the leaf that `joint` moves; it can move by its play along `outward`. Returns its body, whose origin is `centre`."""
    body = leaf.add_body(name=f"{joint}_pull", pos=list(centre))
    # Light as it is, it would give by millimetres under a hand's force with the limit's default impedance.
    body.add_joint(
        name=f"{joint}_play", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=list(outward), range=[0, TIGHT_M], limited=True, damping=2.0,
        frictionloss=0.3, armature=0.05, solref_limit=[0.01, 1.0], solimp_limit=[0.99, 0.999, 0.001, 0.5, 2],
    )  # fmt: skip
    bar(body, (0.0, 0.0, 0.0), radius, length, standoff, material, level=level)
    return body


def catch(frame: mujoco.MjsBody, leaf: mujoco.MjsBody, joint: str, at: Vector, on_leaf: Vector, strength_N: float) -> None:
    """A magnet that holds a shut leaf with `strength_N` at `at` in the frame, which is `on_leaf` in the leaf's frame; +x is inward."""
    half = 0.004
    frame.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX, pos=[at[0] + MAGNET_M + half, at[1], at[2]], size=[half, 0.012, 0.012], group=5,
        contype=CATCH_BIT, conaffinity=0, density=0, condim=1,
    )  # fmt: skip
    leaf.add_geom(
        name=f"{joint}_catch", type=mujoco.mjtGeom.mjGEOM_SPHERE, pos=list(on_leaf), size=[MAGNET_M, 0, 0], group=5, contype=0,
        conaffinity=CATCH_BIT, density=0, condim=1, adhesion=strength_N, gap=CATCH_GAP_M, solref=[0.01, 1.0],
    )  # fmt: skip
