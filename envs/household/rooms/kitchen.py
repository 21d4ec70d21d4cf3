"""The household kitchen: shell, layouts, styles."""

from __future__ import annotations

import mujoco

from ...scenes.kitchen import _light, _options, look_at
from ..objects.catalogue import CATALOGUE, add_assets
from ..pieces.storage import CHEST
from ..scene import Finish, Layout, Scene, Spot, Style

PLAIN = {"wall": (0.90, 0.86, 0.79), "floor": (0.55, 0.45, 0.36), "worktop": (0.74, 0.72, 0.69), "wood": (0.78, 0.57, 0.36),
         "front": (0.52, 0.35, 0.20), "inside": (0.78, 0.76, 0.70), "handle": (0.80, 0.62, 0.28)}  # fmt: skip


def _shell(spec: mujoco.MjSpec) -> None:
    _options(spec)
    spec.option.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP
    _light(spec)
    for name, rgb in PLAIN.items():
        spec.add_material(name=name, rgba=[*rgb, 1], specular=0.2, shininess=0.4)
    world = spec.worldbody
    box = mujoco.mjtGeom.mjGEOM_BOX
    world.add_geom(
        type=box,
        pos=[0.4, 0, -0.02],
        size=[0.6, 0.95, 0.02],
        material="worktop",
        group=1,
        contype=1,
        conaffinity=0,
        friction=[0.9, 0.005, 0.0005],
    )
    world.add_geom(type=box, pos=[-0.5, 0, -0.915], size=[3, 3, 0.025], material="floor", group=1, contype=1, conaffinity=0)
    scene = (-0.05, -0.75, 1.15)
    world.add_camera(name="scene", pos=list(scene), xyaxes=look_at(scene, (0.38, 0.0, 0.05)), fovy=47)
    overview = (-0.74, -1.14, 1.06)
    world.add_camera(name="overview", pos=list(overview), xyaxes=look_at(overview, (0.42, -0.03, 0.17)), fovy=44)


KITCHEN = Scene(
    name="home_kitchen", room="kitchen", shell=_shell, pieces=(CHEST,),
    layouts=(
        Layout(name="a", heldout=False, spots={"chest": Spot(x=0.55, y=-0.46)}, usable=frozenset(["chest"]), zone=(0.36, 0.66, -0.165, 0.155)),
        Layout(name="b", heldout=True, spots={"chest": Spot(x=0.55, y=0.46)}, usable=frozenset(["chest"]), zone=(0.36, 0.66, -0.165, 0.155)),
    ),
    styles=(Style(name="oak", heldout=False, finishes={"wood": Finish(rgb=(0.6, 0.5, 0.3))}),
            Style(name="white", heldout=True, finishes={"wood": Finish(rgb=(0.9, 0.9, 0.9))})),
    catalogue=CATALOGUE, add_assets=add_assets, things=12,
)  # fmt: skip
