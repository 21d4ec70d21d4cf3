"""Meshes, pictures and materials of the catalogue, added to every room's model in the same order."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from .forms import Form, add_mesh, merged
from .making import Part, Thing, layers
from .paints import FLAT_ROWS, WIDE


def _skin(parts: Sequence[Part]) -> tuple[Form, np.ndarray | None]:
    """All parts as one form, and the picture (rows, 64, 3) that they share: a strip for each paint. None for one plain colour."""
    paints = list(dict.fromkeys(paint for _, paint in parts))
    if len(paints) == 1 and not paints[0].picture:
        return merged([form for form, _ in parts]), None
    strips = [paint.pixels() for paint in paints]
    start = np.cumsum([0, *(len(s) for s in strips)])
    rows = int(start[-1])
    forms = []
    for form, paint in parts:
        k = paints.index(paint)
        inset = 1.0 if paint.picture else FLAT_ROWS / 2  # plain colours are read in the strip's middle: neighbours bleed in
        low, high = start[k] + inset, start[k + 1] - inset
        uv = np.stack([(0.5 + form.uv[:, 0] * (WIDE - 1)) / WIDE, (low + form.uv[:, 1] * (high - low)) / rows], axis=1)
        forms.append(Form(form.vertices, form.faces, uv, form.uv_faces))
    return merged(forms), np.concatenate(strips)


def _add(spec: mujoco.MjSpec, name: str, parts: Sequence[Part]) -> None:
    form, picture = _skin(parts)
    mesh = add_mesh(spec, name, form)
    gloss = float(np.mean([paint.gloss for _, paint in parts]))
    material = spec.add_material(name=name, rgba=[*parts[0][1].rgb, parts[0][1].alpha], specular=gloss, shininess=0.25 + 0.6 * gloss)
    if picture is not None:
        mesh.usertexcoord, mesh.userfacetexcoord = form.uv.ravel().tolist(), form.uv_faces.ravel().tolist()
        texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=WIDE, height=len(picture), nchannel=3)
        texture.data = (picture * 255).astype(np.uint8).tobytes()
        material.rgba = [1.0, 1.0, 1.0, 1.0]
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name


def add_things_assets(spec: mujoco.MjSpec, things: Sequence[Thing]) -> None:
    """Adds what `things` are seen by."""
    for thing in things:
        for layer, parts in layers(thing.parts):
            _add(spec, f"{thing.instance.name}_{layer}", parts)
