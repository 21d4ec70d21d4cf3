"""The six things of the first room, each the only one of its kind there."""

from __future__ import annotations

import mujoco

from .assets import add_things_assets
from .cups import mug
from .dishes import bowl
from .food import apple
from .instance import Instance
from .making import Thing
from .packets import bottle, can, carton
from .paints import Paint

THINGS: tuple[Thing, ...] = (
    mug("first_mug", "blue", False, 0.034, 0.085, 0.25, Paint("blue", gloss=0.5), Paint("blue", gloss=0.5)),
    bowl("first_bowl", "white", False, 0.0725, 0.055, 0.2, Paint("white", gloss=0.5), Paint("white", gloss=0.5)),
    carton("first_box", ("box", "tea box"), "yellow", False, (0.025, 0.035, 0.05), 0.12, Paint("yellow", "front", "brown")),
    can("first_can", "red", False, 0.030, 0.10, 0.25, Paint("red", "label", "white", gloss=0.4), drink=False),
    apple("first_apple", "green", False, 0.035, 0.16, Paint("lime", gloss=0.5)),
    bottle(
        "first_bottle", ("bottle", "flask"), "purple", False, 0.030, 0.185, 0.3, 0.0130, Paint("purple", gloss=0.6),
        Paint("white", "label", "purple"), Paint("white"),
    ),
)  # fmt: skip
CATALOGUE: tuple[Instance, ...] = tuple(t.instance for t in THINGS)


def add_assets(spec: mujoco.MjSpec) -> None:
    """Adds the materials and meshes of the six."""
    add_things_assets(spec, THINGS)
