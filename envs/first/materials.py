"""Materials and small procedural textures of the kitchen."""

from __future__ import annotations

import mujoco
import numpy as np

PLAIN = {
    "wall": ((0.90, 0.86, 0.79), 0.0), "floor": ((0.55, 0.45, 0.36), 0.0), "cupboard": ((0.42, 0.50, 0.47), 0.1),
    "oak_dark": ((0.52, 0.35, 0.20), 0.1), "brass": ((0.80, 0.62, 0.28), 0.6), "steel": ((0.72, 0.74, 0.76), 0.6),
    "black": ((0.10, 0.10, 0.11), 0.3), "glass": ((0.16, 0.20, 0.24), 0.7), "inside": ((0.78, 0.76, 0.70), 0.1),
    "bin": ((0.30, 0.34, 0.38), 0.2), "mug": ((0.15, 0.33, 0.80), 0.5), "bowl": ((0.97, 0.94, 0.86), 0.5),
    "box": ((0.96, 0.78, 0.10), 0.1), "box_label": ((0.35, 0.20, 0.08), 0.1), "can": ((0.88, 0.22, 0.10), 0.4),
    "apple": ((0.45, 0.75, 0.16), 0.5), "stem": ((0.35, 0.22, 0.10), 0.0), "bottle": ((0.55, 0.16, 0.55), 0.6),
    "cap": ((0.95, 0.95, 0.95), 0.3), "lamp": ((0.35, 0.95, 0.55), 0.0),
}  # fmt: skip
"""Name -> RGB and specular strength."""


def _wood(rng: np.random.Generator, base: tuple[float, float, float]) -> np.ndarray:
    """(64, 64, 3) uint8 grain along the picture's rows."""
    lines = np.cumsum(rng.normal(0, 1, 64))
    lines = (lines - lines.mean()) / (np.abs(lines).max() + 1e-9)
    grain = 0.5 * lines[:, None] + 0.25 * rng.normal(0, 1, (64, 1)) + 0.08 * rng.normal(0, 1, (64, 64))
    return (np.clip(np.array(base) * (1 + 0.16 * grain[..., None]), 0, 1) * 255).astype(np.uint8)


def _stone(rng: np.random.Generator) -> np.ndarray:
    speck = rng.normal(0, 1, (64, 64, 1))
    return (np.clip(np.array([0.74, 0.72, 0.69]) + 0.035 * speck, 0, 1) * 255).astype(np.uint8)


def _tiles() -> np.ndarray:
    picture = np.full((64, 64, 3), [231, 226, 214], np.uint8)
    picture[:2], picture[:, :2] = 200, 200
    return picture


def add_materials(spec: mujoco.MjSpec) -> None:
    """Adds every material; textures are made here from a fixed seed."""
    rng = np.random.default_rng(7)
    for name, picture, repeat in (
        ("oak", _wood(rng, (0.78, 0.57, 0.36)), (1.0, 1.0)), ("stone", _stone(rng), (4.0, 4.0)), ("tiles", _tiles(), (9.0, 9.0)),
    ):  # fmt: skip
        texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=64, height=64, nchannel=3)
        texture.data = picture.tobytes()
        material = spec.add_material(name=name, specular=0.15, shininess=0.3, texrepeat=list(repeat))
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
        if name == "stone":
            material.reflectance = 0.12
    for name, (rgb, specular) in PLAIN.items():
        spec.add_material(name=name, rgba=[*rgb, 1], specular=specular, shininess=0.5)
