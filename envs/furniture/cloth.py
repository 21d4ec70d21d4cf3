"""Cloth: MuJoCo's 2-D flexes, with a small sphere on every vertex that beds, things and the taxels of the fingers feel.

Triangles of the cloth meet fingers, baskets and one another; its spheres carry it on beds and tables, which is cheaper than hundreds of
triangles on one box. The contacts of cloth are stiffer than those of furniture: a vertex weighs grams, and a soft contact, whose force is
in proportion to the mass it moves, would let the fingers' 40 N go through.
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

CLOTH_BIT, ROBOT_BIT, WORLD_BIT = 1 << 12, 2, 1
"""Collision bits: furniture that triangles of cloth have to meet, such as thin walls, carries CLOTH_BIT besides its own."""
SOLREF, SOLIMP = [0.01, 1.0], [0.98, 0.999, 0.001, 0.5, 2.0]
PRIORITY = 2
"""Above that of the pads, whose own contacts are made for things of a tenth of a kilogram."""


@dataclass(frozen=True, kw_only=True)
class Cloth:
    """A rectangular cloth, `count` vertices a side. Vertex (i, j) has the number i * count[1] + j; lying flat at heading 0, i grows with x
    and j with y."""

    name: str
    count: tuple[int, int]
    """Vertices along its length and its width."""
    cell: float
    """Distance of neighbouring vertices [m]."""
    mass: float
    """[kg]"""
    radius: float
    """Half its thickness [m]."""
    young: float
    """Young's modulus of the cloth as a plate [Pa]."""
    thickness: float
    """Thickness that its stiffness is reckoned with [m]: bending goes with its cube."""
    damping: float = 0.01
    """Rayleigh damping [s]."""
    poisson: float = 0.1
    friction: float = 1.2
    material: str = "cloth"

    @property
    def size(self) -> tuple[float, float]:
        """Length and width [m]."""
        return (self.count[0] - 1) * self.cell, (self.count[1] - 1) * self.cell

    def grid(self) -> np.ndarray:
        """(nx, ny, 3) vertices of the flat cloth about its own middle [m]."""
        (nx, ny), (length, width) = self.count, self.size
        x, y = np.meshgrid(np.linspace(-length / 2, length / 2, nx), np.linspace(-width / 2, width / 2, ny), indexing="ij")
        return np.stack([x, y, np.full_like(x, self.radius)], axis=-1)


def placed(vertices: np.ndarray, x: float, y: float, yaw: float, z: float = 0.0) -> np.ndarray:
    """vertices (..., 3) about a middle -> turned by `yaw` [rad] and moved to x, y and height z [m]."""
    c, s = np.cos(yaw), np.sin(yaw)
    out = vertices @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    return out + np.array([x, y, z])


def add_cloth(spec: mujoco.MjSpec, cloth: Cloth, *, textured: bool = True) -> None:
    """Adds a cloth lying flat on the bed; episodes put its vertices where they begin. Without `textured` the scene has no material for it."""
    body = spec.worldbody.add_body(name=cloth.name)
    flex = body.make_flex(
        name=cloth.name, type="grid", dim=2, count=[*cloth.count, 1], spacing=[cloth.cell] * 3, radius=cloth.radius, mass=cloth.mass,
        inertiabox=0.001, pos=[0.5, 0.0, cloth.radius], elastic2d=3,
    )  # fmt: skip
    flex.young, flex.poisson, flex.thickness, flex.damping = cloth.young, cloth.poisson, cloth.thickness, cloth.damping
    flex.contype, flex.conaffinity, flex.condim = CLOTH_BIT, CLOTH_BIT | ROBOT_BIT, 3
    flex.friction = [cloth.friction, 0.005, 0.0005]
    flex.selfcollide = 3  # sweep and prune
    flex.priority, flex.solref, flex.solimp = PRIORITY, SOLREF, SOLIMP
    u, v = np.meshgrid(np.linspace(0, 1, cloth.count[0]), np.linspace(0, 1, cloth.count[1]), indexing="ij")
    flex.texcoord = np.stack([v, u], axis=-1).ravel()
    flex.material, flex.group = [cloth.material] if textured else [], 1
    for k in range(cloth.count[0] * cloth.count[1]):
        spec.body(f"{cloth.name}_{k}").add_geom(
            type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[cloth.radius, 0, 0], mass=0, contype=0, conaffinity=WORLD_BIT | ROBOT_BIT, condim=3,
            friction=[cloth.friction, 0.005, 0.0005], priority=PRIORITY, solref=SOLREF, solimp=SOLIMP, group=5,
        )  # fmt: skip


def stiffen(model: mujoco.MjModel, factor: float) -> None:
    """Makes every cloth of a compiled model `factor` times as stiff, in its plane and in bending. Damping is in proportion to stiffness
    (Rayleigh's), and stays what it was."""
    if not model.nflex:
        return
    model.flex_stiffness[:] *= factor
    model.flex_bending[:] *= factor
    model.flex_damping[:] /= factor


QUILT = Cloth(name="quilt", count=(15, 13), cell=0.03, mass=0.40, radius=0.004, young=6e4, thickness=0.006)
"""A cot quilt of 42 by 36 cm: 2.6 kg/m2, and 1.1e-3 N m of bending stiffness."""
TOWEL = Cloth(name="towel", count=(13, 11), cell=0.026, mass=0.12, radius=0.0035, young=6e4, thickness=0.005)
"""A guest towel of 31 by 26 cm."""
BLANKET = Cloth(name="blanket", count=(15, 12), cell=0.03, mass=0.30, radius=0.0035, young=6e4, thickness=0.004)
"""A cot blanket of 42 by 33 cm."""
