"""The catalogue: every instance, and the meshes and materials that they are seen by."""

from __future__ import annotations

import mujoco

from ..instance import Cavity, Grasp, Instance, Shape

_COLOURS = {"red": (0.8, 0.2, 0.15), "blue": (0.2, 0.3, 0.8)}


def add_assets(spec: mujoco.MjSpec) -> None:
    """Adds the materials and meshes of the catalogue, always all of them and in the same order."""
    for name, rgb in _COLOURS.items():
        spec.add_material(name=f"glaze_{name}", rgba=[*rgb, 1], specular=0.5, shininess=0.5)


def _can(name: str, colour: str, heldout: bool) -> Instance:
    r, h = 0.03, 0.05
    return Instance(
        name=name, category="can", nouns=("can", "tin"), adjective=colour, heldout=heldout, rest=h, top=2 * h, footprint=r,
        shapes=(Shape(kind="cylinder", size=(r, h), mass=0.25), Shape(kind="cylinder", size=(r, h), material=f"glaze_{colour}")),
        grasps=(Grasp(position=(0, 0, 0.018), width=2 * r, any_yaw=True),), half=(r, r, h),
    )  # fmt: skip


CATALOGUE: tuple[Instance, ...] = (_can("can_red", "red", False), _can("can_blue", "blue", True))
__all__ = ["CATALOGUE", "Cavity", "add_assets"]
