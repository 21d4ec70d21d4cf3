"""Materials by the part they play, over neutral textures that styles tint."""

from __future__ import annotations

import mujoco
import numpy as np

SIZE = 96
PLAIN: dict[str, tuple[tuple[float, float, float], float]] = {
    "wall": ((0.90, 0.87, 0.81), 0.0), "floor": ((0.60, 0.50, 0.40), 0.05), "worktop": ((0.76, 0.74, 0.70), 0.2), "wood": ((0.76, 0.57, 0.37), 0.1),
    "front": ((0.50, 0.56, 0.52), 0.1), "inside": ((0.80, 0.78, 0.72), 0.1), "handle": ((0.80, 0.63, 0.30), 0.6), "metal": ((0.74, 0.75, 0.77), 0.6),
    "black": ((0.10, 0.10, 0.11), 0.3), "glass": ((0.20, 0.24, 0.28), 0.7), "white": ((0.93, 0.93, 0.91), 0.3), "plastic": ((0.32, 0.36, 0.40), 0.2),
    "rubber": ((0.18, 0.18, 0.19), 0.0), "accent": ((0.76, 0.28, 0.20), 0.2), "tiles": ((0.90, 0.88, 0.83), 0.3), "base": ((0.44, 0.50, 0.48), 0.1),
    "frame": ((0.95, 0.94, 0.92), 0.1), "sky": ((0.72, 0.84, 0.94), 0.0), "fabric": ((0.82, 0.78, 0.70), 0.0), "skirting": ((0.85, 0.83, 0.78), 0.0),
    "plant": ((0.30, 0.48, 0.24), 0.0), "pot_clay": ((0.72, 0.42, 0.28), 0.1),
}  # fmt: skip
"""Name -> RGB and specular strength; styles replace the colours and choose textures."""
TEXTURED = {
    "floor": ("planks", (3.0, 3.0)), "worktop": ("stone", (4.0, 4.0)), "wood": ("grain", (1.0, 1.0)), "tiles": ("grid", (9.0, 4.0)),
    "wall": ("plaster", (3.0, 3.0)),
}  # fmt: skip


def _grain(rng: np.random.Generator, strength: float) -> np.ndarray:
    lines = np.cumsum(rng.normal(0, 1, SIZE))
    lines = (lines - lines.mean()) / (np.abs(lines).max() + 1e-9)
    return strength * (0.6 * lines[:, None] + 0.2 * rng.normal(0, 1, (SIZE, 1)) + 0.07 * rng.normal(0, 1, (SIZE, SIZE)))


def _planks(rng: np.random.Generator) -> np.ndarray:
    out = np.concatenate([_grain(rng, 0.09)[: SIZE // 4] + 0.05 * rng.normal() for _ in range(4)])
    out[:: SIZE // 4] -= 0.2
    return out


def _grid() -> np.ndarray:
    out = np.zeros((SIZE, SIZE))
    out[:3], out[:, :3] = -0.11, -0.11
    return out


def _weave() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE]
    return 0.03 * np.sign(np.sin(x * np.pi / 4) * np.sin(y * np.pi / 4))


def _checks() -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE] // (SIZE // 2)
    return np.where((x + y) % 2 == 0, 0.0, -0.22)


def _blots(rng: np.random.Generator, share: float, strength: float) -> np.ndarray:
    """Stones of 2 x 2 cells strewn over a `share` of the ground."""
    return np.where(rng.random((SIZE // 2, SIZE // 2)) < share, strength, 0.0).repeat(2, 0).repeat(2, 1)


def textures() -> dict[str, np.ndarray]:
    """Name -> (SIZE, SIZE) grey, around 0: how much lighter or darker than the material's colour. Quiet, since a picture of 128 x 128
    pixels without mip-maps turns fine contrast into noise."""
    rng = np.random.default_rng(11)
    return {
        "grain": _grain(rng, 0.11), "planks": _planks(rng), "stone": 0.018 * rng.normal(0, 1, (SIZE, SIZE)), "grid": _grid(),
        "plaster": 0.008 * rng.normal(0, 1, (SIZE, SIZE)), "weave": _weave(), "checks": _checks(),
        "terrazzo": _blots(rng, 0.04, -0.10) + _blots(rng, 0.03, 0.05),
    }  # fmt: skip


def add_materials(spec: mujoco.MjSpec) -> None:
    """Adds the textures and every material of the rooms."""
    for name, grey in textures().items():
        texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=SIZE, height=SIZE, nchannel=3)
        texture.data = (np.clip(0.86 + grey, 0, 1) * 255).astype(np.uint8)[..., None].repeat(3, -1).tobytes()
    for name, (rgb, specular) in PLAIN.items():
        texture, repeat = TEXTURED.get(name, ("", (1.0, 1.0)))
        material = spec.add_material(name=name, rgba=[*rgb, 1], specular=specular, shininess=0.4, texrepeat=list(repeat))
        if texture:
            material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = texture
    spec.material("worktop").reflectance = 0.08
