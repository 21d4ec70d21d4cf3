"""How bedrooms are coloured, and the materials that only they have."""

from __future__ import annotations

import mujoco
import numpy as np

from .materials import SIZE
from .scene import Finish, Style

RGB = tuple[float, float, float]
MATERIALS: dict[str, tuple[RGB, str, tuple[float, float]]] = {
    "sheet": ((0.92, 0.92, 0.90), "weave", (6.0, 6.0)), "seam": ((0.85, 0.85, 0.83), "", (1.0, 1.0)), "pillow": ((0.95, 0.94, 0.90), "weave", (2.0, 2.0)),
    "cloth": ((0.70, 0.32, 0.30), "patchwork", (1.0, 1.0)), "shade": ((0.96, 0.90, 0.74), "", (1.0, 1.0)), "wicker": ((0.74, 0.58, 0.38), "plait", (3.0, 2.0)),
    "rug": ((0.50, 0.56, 0.62), "stripes", (3.0, 3.0)), "curtain": ((0.80, 0.78, 0.72), "", (1.0, 1.0)), "mark": ((0.60, 0.68, 0.78), "", (1.0, 1.0)),
}  # fmt: skip
"""Name -> RGB, texture, its repetition."""


def _patchwork(rng: np.random.Generator) -> np.ndarray:
    """Six by six patches, each dotted, striped, checked or plain, with a seam about it."""
    n, out = SIZE // 6, np.zeros((SIZE, SIZE))
    y, x = np.mgrid[:n, :n]
    patterns = (
        np.zeros((n, n)),
        np.where(x // 2 % 2, -0.2, 0.0),
        np.where((x // 4 + y // 4) % 2, -0.18, 0.0),
        np.where((x % 5 < 2) & (y % 5 < 2), 0.14, -0.1),
    )
    for i in range(6):
        for j in range(6):
            patch = patterns[int(rng.integers(4))] + rng.uniform(-0.32, 0.1)
            patch[0], patch[:, 0] = -0.5, -0.5
            out[i * n : (i + 1) * n, j * n : (j + 1) * n] = patch
    return out


def _stripes() -> np.ndarray:
    rows = np.arange(SIZE)[:, None]
    return np.broadcast_to(np.where(rows % 24 < 6, -0.16, np.where(rows % 24 < 10, 0.06, 0.0)), (SIZE, SIZE))


def _hem() -> np.ndarray:
    """Terry cloth with two bands near its ends."""
    out = 0.05 * np.random.default_rng(5).normal(0, 1, (SIZE, SIZE))
    for row in (8, 13, SIZE - 16, SIZE - 11):
        out[row : row + 3] -= 0.35
    return out


def _plait() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE]
    return np.where((x // 8 + y // 8) % 2, 0.12 * np.cos(np.pi * (x % 8 - 4) / 8) - 0.1, 0.12 * np.cos(np.pi * (y % 8 - 4) / 8) - 0.25)


def add_bedroom_materials(spec: mujoco.MjSpec) -> None:
    """Adds what a bedroom has besides the materials of all rooms."""
    more = {"patchwork": _patchwork(np.random.default_rng(7)), "stripes": _stripes(), "hem": _hem(), "plait": _plait()}
    for name, grey in more.items():
        texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=SIZE, height=SIZE, nchannel=3)
        texture.data = (np.clip(0.86 + grey, 0, 1) * 255).astype(np.uint8)[..., None].repeat(3, -1).tobytes()
    for name, (rgb, texture, repeat) in MATERIALS.items():
        material = spec.add_material(name=name, rgba=[*rgb, 1], specular=0.05, shininess=0.1, texrepeat=list(repeat))
        if texture:
            material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = texture
    spec.material("shade").emission = 0.35


def _style(
    name: str, wall: RGB, floor: RGB, wood: RGB, front: RGB, sheet: RGB, cloth: tuple[RGB, str], pillow: RGB, rug: RGB, curtain: RGB, accent: RGB,
    *, heldout: bool = False,
) -> Style:  # fmt: skip
    dark = (0.8 * front[0], 0.8 * front[1], 0.8 * front[2])
    mark = (0.5 * (sheet[0] + accent[0]), 0.5 * (sheet[1] + accent[1]), 0.5 * (sheet[2] + accent[2]))
    repeat = {"checks": (4.0, 4.0), "weave": (6.0, 6.0), "grid": (5.0, 5.0)}
    return Style(
        name=name, heldout=heldout,
        finishes={
            "wall": Finish(rgb=wall, texture="plaster", repeat=(3.0, 3.0)), "floor": Finish(rgb=floor, texture="planks", repeat=(4.0, 4.0)),
            "wood": Finish(rgb=wood, texture="grain"), "base": Finish(rgb=dark), "front": Finish(rgb=front),
            "sheet": Finish(rgb=sheet, texture="weave", repeat=(6.0, 6.0)), "seam": Finish(rgb=mark), "mark": Finish(rgb=mark, texture="weave", repeat=(4.0, 4.0)),
            "cloth": Finish(rgb=cloth[0], texture=cloth[1], repeat=repeat.get(cloth[1], (1.0, 1.0))),
            "pillow": Finish(rgb=pillow, texture="weave", repeat=(2.0, 2.0)), "rug": Finish(rgb=rug, texture="stripes", repeat=(3.0, 3.0)),
            "curtain": Finish(rgb=curtain), "fabric": Finish(rgb=curtain), "accent": Finish(rgb=accent),
        },
    )  # fmt: skip


OAK, WALNUT, BIRCH, CHERRY, WHITE, PINE = (
    (0.78, 0.58, 0.37),
    (0.42, 0.29, 0.20),
    (0.88, 0.77, 0.58),
    (0.62, 0.34, 0.22),
    (0.93, 0.93, 0.91),
    (0.86, 0.68, 0.44),
)
BEDROOM_STYLES: tuple[Style, ...] = (
    _style("meadow_room", (0.90, 0.92, 0.86), OAK, OAK, (0.62, 0.68, 0.58), (0.94, 0.94, 0.91), ((0.84, 0.36, 0.32), "patchwork"), (0.97, 0.93, 0.86), (0.55, 0.62, 0.50), (0.78, 0.82, 0.70), (0.36, 0.52, 0.38)),
    _style("harbour", (0.84, 0.88, 0.92), (0.66, 0.56, 0.46), WHITE, (0.36, 0.46, 0.60), (0.95, 0.95, 0.96), ((0.26, 0.42, 0.66), "stripes"), (0.86, 0.90, 0.95), (0.30, 0.40, 0.54), (0.62, 0.72, 0.84), (0.80, 0.36, 0.26)),
    _style("attic", (0.93, 0.87, 0.76), WALNUT, WALNUT, (0.52, 0.38, 0.28), (0.90, 0.85, 0.76), ((0.66, 0.48, 0.22), "checks"), (0.94, 0.90, 0.80), (0.56, 0.30, 0.22), (0.72, 0.54, 0.36), (0.30, 0.36, 0.28)),
    _style("blossom", (0.97, 0.90, 0.90), BIRCH, WHITE, (0.92, 0.76, 0.76), (0.97, 0.95, 0.94), ((0.86, 0.50, 0.60), "patchwork"), (0.99, 0.90, 0.90), (0.86, 0.68, 0.70), (0.94, 0.80, 0.82), (0.50, 0.66, 0.56)),
    _style("ink", (0.40, 0.44, 0.54), (0.36, 0.31, 0.28), (0.30, 0.28, 0.30), (0.26, 0.28, 0.36), (0.78, 0.80, 0.84), ((0.88, 0.74, 0.30), "weave"), (0.60, 0.64, 0.72), (0.24, 0.27, 0.36), (0.34, 0.38, 0.50), (0.86, 0.72, 0.40)),
    _style("linen", (0.96, 0.95, 0.92), BIRCH, BIRCH, (0.88, 0.85, 0.78), (0.90, 0.87, 0.80), ((0.50, 0.56, 0.50), "weave"), (0.96, 0.95, 0.91), (0.80, 0.76, 0.68), (0.90, 0.87, 0.80), (0.62, 0.48, 0.36)),
    _style("cabin", (0.82, 0.68, 0.50), PINE, PINE, (0.70, 0.50, 0.30), (0.92, 0.88, 0.80), ((0.66, 0.18, 0.16), "checks"), (0.90, 0.84, 0.74), (0.40, 0.26, 0.20), (0.58, 0.22, 0.18), (0.20, 0.34, 0.26)),
    _style("lagoon", (0.84, 0.94, 0.93), (0.80, 0.74, 0.64), WHITE, (0.46, 0.72, 0.72), (0.95, 0.97, 0.97), ((0.18, 0.56, 0.60), "patchwork"), (0.90, 0.97, 0.96), (0.52, 0.76, 0.76), (0.70, 0.88, 0.86), (0.94, 0.62, 0.42)),
    _style("heather", (0.89, 0.86, 0.92), (0.58, 0.50, 0.46), CHERRY, (0.60, 0.50, 0.66), (0.93, 0.91, 0.95), ((0.50, 0.34, 0.60), "grid"), (0.88, 0.84, 0.94), (0.48, 0.40, 0.54), (0.72, 0.64, 0.80), (0.84, 0.70, 0.44)),
    _style("citrus", (0.98, 0.96, 0.84), OAK, WHITE, (0.96, 0.86, 0.48), (0.97, 0.97, 0.93), ((0.92, 0.56, 0.16), "stripes"), (0.99, 0.95, 0.78), (0.76, 0.80, 0.50), (0.96, 0.88, 0.56), (0.36, 0.56, 0.70)),
    _style("fjord", (0.80, 0.84, 0.85), (0.52, 0.50, 0.48), (0.62, 0.60, 0.57), (0.46, 0.54, 0.58), (0.88, 0.90, 0.91), ((0.34, 0.50, 0.46), "hem"), (0.92, 0.94, 0.94), (0.40, 0.46, 0.50), (0.56, 0.64, 0.68), (0.76, 0.44, 0.30)),
    _style("clay", (0.93, 0.82, 0.72), CHERRY, OAK, (0.78, 0.52, 0.40), (0.95, 0.90, 0.84), ((0.40, 0.30, 0.28), "patchwork"), (0.92, 0.80, 0.70), (0.70, 0.44, 0.34), (0.86, 0.66, 0.54), (0.24, 0.46, 0.48)),
    _style("forest", (0.72, 0.78, 0.68), WALNUT, WALNUT, (0.26, 0.38, 0.28), (0.86, 0.88, 0.80), ((0.76, 0.62, 0.36), "checks"), (0.80, 0.84, 0.72), (0.22, 0.32, 0.24), (0.34, 0.46, 0.34), (0.72, 0.30, 0.20), heldout=True),
    _style("powder", (0.88, 0.92, 0.97), (0.74, 0.68, 0.60), BIRCH, (0.70, 0.80, 0.92), (0.99, 0.97, 0.97), ((0.94, 0.66, 0.70), "hem"), (0.84, 0.90, 0.98), (0.66, 0.76, 0.90), (0.80, 0.88, 0.96), (0.90, 0.52, 0.56), heldout=True),
    _style("saffron", (0.94, 0.84, 0.62), (0.46, 0.34, 0.26), CHERRY, (0.80, 0.56, 0.20), (0.96, 0.92, 0.82), ((0.20, 0.28, 0.50), "patchwork"), (0.94, 0.80, 0.52), (0.58, 0.24, 0.24), (0.84, 0.60, 0.24), (0.20, 0.44, 0.42), heldout=True),
    _style("pebble", (0.76, 0.75, 0.73), (0.60, 0.58, 0.55), (0.82, 0.80, 0.77), (0.58, 0.57, 0.56), (0.84, 0.84, 0.83), ((0.62, 0.22, 0.36), "weave"), (0.70, 0.70, 0.69), (0.46, 0.46, 0.46), (0.64, 0.62, 0.60), (0.30, 0.50, 0.66), heldout=True),
)  # fmt: skip
