"""Procedural surfaces that things are seen by: lathed, lofted and swept low-poly forms with normals and texture coordinates."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

CREASE = np.cos(np.deg2rad(38))
"""Edges between faces that turn more than this stay sharp."""
TIP_M = 1e-4
"""Radius of a point: rings may not vanish, or faces would."""

Profile = Sequence[tuple[float, float]]
"""Points (radius, height) [m]. Seen with the axis upwards and the radius to the right, the solid lies to the left of the path:
outside from the foot to the rim, then inside from the rim to the floor."""


@dataclass(frozen=True)
class Form:
    """A triangle mesh, counter-clockwise seen from outside."""

    vertices: np.ndarray
    """(V, 3) [m]"""
    faces: np.ndarray
    """(F, 3)"""
    uv: np.ndarray
    """(T, 2) in [0, 1], with corners of their own, so that seams do not cut the surface."""
    uv_faces: np.ndarray
    """(F, 3) into `uv`."""

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Form:
        return Form(self.vertices + [x, y, z], self.faces, self.uv, self.uv_faces)

    def stretched(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Form:
        """Factors must be positive: a mirrored mesh would be inside out."""
        return Form(self.vertices * [x, y, z], self.faces, self.uv, self.uv_faces)

    def turned(self, axis: str, degrees: float) -> Form:
        """Turned about an axis of its frame, `x`, `y` or `z`."""
        return Form(self.vertices @ turn(axis, degrees).T, self.faces, self.uv, self.uv_faces)

    def corner_normals(self) -> tuple[np.ndarray, np.ndarray]:
        """Normals (N, 3) and their indices (F, 3): smooth where the surface is, sharp at creases."""
        a, b, c = (self.vertices[self.faces[:, k]] for k in range(3))
        weighted = np.cross(b - a, c - a)  # length: twice the area
        unit = weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-16)
        corners = self.faces.ravel()
        order = np.argsort(corners, kind="stable")
        place = np.arange(len(corners)) - np.searchsorted(corners[order], corners[order])
        table = np.full((len(self.vertices), int(place.max()) + 1), -1)
        table[corners[order], place] = order // 3
        around = table[corners]  # (3F, most faces at a vertex)
        own = np.repeat(unit, 3, axis=0)
        smooth = (np.einsum("ck,cnk->cn", own, unit[around]) > CREASE) & (around >= 0)
        total = np.einsum("cn,cnk->ck", smooth.astype(float), weighted[around])
        norm = np.linalg.norm(total, axis=1, keepdims=True)
        normals = np.where(norm > 1e-16, total / np.maximum(norm, 1e-16), own)
        rounded = np.round(normals, 4) + 0.0  # no negative zeros
        keys = (np.rint(rounded * 1e4).astype(np.int64) + 10_000) @ [1 << 30, 1 << 15, 1]  # one for each row, in the rows' order
        _, first, index = np.unique(keys, return_index=True, return_inverse=True)
        values = rounded[first]
        return values / np.linalg.norm(values, axis=1, keepdims=True), index.reshape(-1, 3)


def add_mesh(spec: mujoco.MjSpec, name: str, form: Form) -> mujoco.MjsMesh:
    """Adds a form as a mesh with normals, its texture coordinates left out.

    MuJoCo 4.0 takes `usernormal` but ignores `userfacenormal`: a corner's normal is that with its vertex's number. So every vertex is
    written once for each of its normals; without it all that is turned shows a swirl.
    """
    mesh = spec.add_mesh(name=name)
    mesh.uservert, mesh.usernormal, mesh.userface = _written(form.vertices.tobytes(), form.faces.astype(np.int64).tobytes())
    mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
    return mesh


@functools.lru_cache(maxsize=1024)
def _written(vertices: bytes, faces: bytes) -> tuple[list[float], list[float], list[int]]:
    """Vertices, normals and faces of a form as MuJoCo reads them; kept, since every layout of a room is compiled with the same things."""
    form = Form(np.frombuffer(vertices).reshape(-1, 3), np.frombuffer(faces, np.int64).reshape(-1, 3), np.zeros((1, 2)), np.zeros((1, 3)))
    normals, corners = form.corner_normals()
    pairs, index = np.unique(form.faces.ravel() * len(normals) + corners.ravel(), return_inverse=True)
    at, normal = np.divmod(pairs, len(normals))
    return form.vertices[at].ravel().tolist(), normals[normal].ravel().tolist(), index.ravel().tolist()


def turn(axis: str, degrees: float) -> np.ndarray:
    """(3, 3) rotation about `x`, `y` or `z`."""
    i, (c, s), R = "xyz".index(axis), (np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))), np.eye(3)
    j, k = (i + 1) % 3, (i + 2) % 3
    R[j, j], R[j, k], R[k, j], R[k, k] = c, -s, s, c
    return R


def merged(forms: Sequence[Form]) -> Form:
    """All forms as one mesh."""
    at = np.cumsum([0, *(len(f.vertices) for f in forms)])
    uv_at = np.cumsum([0, *(len(f.uv) for f in forms)])
    return Form(
        np.concatenate([f.vertices for f in forms]),
        np.concatenate([f.faces + a for f, a in zip(forms, at, strict=False)]),
        np.concatenate([f.uv for f in forms]),
        np.concatenate([f.uv_faces + a for f, a in zip(forms, uv_at, strict=False)]),
    )


def loft(outlines: Sequence[np.ndarray], *, caps: bool = False) -> Form:
    """A skin over closed outlines (N, 3), each counter-clockwise seen against the path; u runs around, v along the path."""
    rings, n = np.stack(outlines), len(outlines[0])  # (S, N, 3)
    s = len(rings)
    step = np.linalg.norm(np.diff(rings, axis=0), axis=-1).mean(-1)
    v = np.concatenate([[0.0], np.cumsum(step)]) / max(float(step.sum()), 1e-12)
    k, j = (g.ravel() for g in np.meshgrid(np.arange(s - 1), np.arange(n), indexing="ij"))
    a, b, c, d = k * n + j, k * n + (j + 1) % n, (k + 1) * n + (j + 1) % n, (k + 1) * n + j
    ua, ub, uc, ud = (q * (n + 1) + i for q, i in ((k, j), (k, j + 1), (k + 1, j + 1), (k + 1, j)))
    vertices, uv = [rings.reshape(-1, 3)], [np.stack(np.meshgrid(np.linspace(0, 1, n + 1), v), axis=-1).reshape(-1, 2)]
    faces, uv_faces = [np.stack([a, b, c], 1), np.stack([a, c, d], 1)], [np.stack([ua, ub, uc], 1), np.stack([ua, uc, ud], 1)]
    if caps:
        i = np.arange(n)
        for end, ring in ((0, rings[0]), (1, rings[-1])):
            centre, u0 = s * n + end, s * (n + 1) + end
            vertices.append(ring.mean(0, keepdims=True))
            uv.append(np.array([[0.5, float(end)]]))
            row, urow = (s - 1) * n * end, (s - 1) * (n + 1) * end
            fan = np.stack([np.full(n, centre), row + (i + 1) % n, row + i], 1)
            ufan = np.stack([np.full(n, u0), urow + i + 1, urow + i], 1)
            faces.append(fan if end == 0 else fan[:, [0, 2, 1]])
            uv_faces.append(ufan if end == 0 else ufan[:, [0, 2, 1]])
    return Form(np.concatenate(vertices), np.concatenate(faces), np.concatenate(uv), np.concatenate(uv_faces))


def lathe(profile: Profile, segments: int = 18) -> Form:
    """A profile turned about the z axis; u starts at +x."""
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    return loft([max(r, TIP_M) * ring + [0, 0, z] for r, z in profile])


def ball(rx: float, ry: float, rz: float, segments: int = 14, rings: int = 8) -> Form:
    """An ellipsoid about the origin."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, rings)
    return lathe([(np.cos(t), np.sin(t)) for t in angle], segments).stretched(rx, ry, rz)


def brick(x: float, y: float, z: float, *, corner: float = 0.0, bevel: float = 0.0, steps: int = 2) -> Form:
    """A box of half-sizes x, y, z about the origin with rounded upright edges and bevelled faces [m]; u starts at +x, -y."""
    turns = np.linspace(-90, 0, steps) if corner else np.zeros(1)

    def outline(inset: float, height: float) -> np.ndarray:
        r = max(corner - inset, 1e-4) if corner else 0.0
        points = []
        for q, (sx, sy) in enumerate(((1, -1), (1, 1), (-1, 1), (-1, -1))):
            for t in turns + 90 * q:
                a = np.deg2rad(t)
                points.append((sx * (x - inset - r) + r * np.cos(a), sy * (y - inset - r) + r * np.sin(a), height))
        return np.array(points)

    heights = [(bevel, -z), (0, -z + bevel), (0, z - bevel), (bevel, z)] if bevel else [(0, -z), (0, z)]
    return loft([outline(inset, h) for inset, h in heights], caps=True)


def sweep(path: Sequence[tuple[float, float, float]], radii: Sequence[float], segments: int = 8, flat: float = 1.0) -> Form:
    """A rod along `path` with a radius at each point; `flat` squeezes it along the frame's second axis, level for level paths."""
    p, n = np.asarray(path, float), len(path)
    along = np.gradient(p, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross([0, 0, 1.0], along[0])
    if np.linalg.norm(side) < 0.2:
        side = np.cross([1.0, 0, 0], along[0])
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    rings = []
    for i in range(n):
        side = side - along[i] * (side @ along[i])
        side /= np.linalg.norm(side)
        other = np.cross(along[i], side)
        rings.append(p[i] + radii[i] * (np.cos(angle)[:, None] * side + flat * np.sin(angle)[:, None] * other))
    return loft(rings, caps=True)


def quad(corners: Sequence[tuple[float, float, float]]) -> Form:
    """A picture's rectangle: lower left, lower right, upper right, upper left, seen from outside."""
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    return Form(np.array(corners, float), faces, uv, faces)


def facing(x: float, y: float, z: float, width: float, height: float, towards: str) -> Form:
    """A picture about (x, y, z) that faces `x`, `-x`, `y`, `-y` or up (`z`, its upper edge at +x)."""
    right, up = {
        "x": ((0, 1, 0), (0, 0, 1)), "-x": ((0, -1, 0), (0, 0, 1)), "y": ((-1, 0, 0), (0, 0, 1)), "-y": ((1, 0, 0), (0, 0, 1)),
        "z": ((0, -1, 0), (1, 0, 0)),
    }[towards]  # fmt: skip
    r, u, c = np.array(right) * width / 2, np.array(up) * height / 2, np.array([x, y, z])
    return quad([tuple(c - r - u), tuple(c + r - u), tuple(c + r + u), tuple(c - r + u)])
