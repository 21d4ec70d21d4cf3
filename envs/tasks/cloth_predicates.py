"""Predicates over the vertices of cloths. A crumpled cloth is not folded, a cloth in the air is not laid."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from ..furniture.cloth import Cloth
from ..stage import Check
from ..world import World

STILL_MPS = 0.02
"""Mean speed of the vertices of a cloth at rest."""
FREE_M = 0.035
"""A cloth whose vertices are all this far from the tool centre point is not held."""


def sheet(w: World, cloth: Cloth) -> np.ndarray:
    """(nx, ny, 3) vertices of a cloth [m]."""
    return w.vertices(cloth.name).reshape(*cloth.count, 3)


def left_alone(cloth: Cloth) -> Check:
    """No finger is at the cloth, and it is at rest."""

    def check(w: World) -> bool:
        distance = np.linalg.norm(w.vertices(cloth.name) - w.tool, axis=1).min()
        return bool(distance > FREE_M and not w.touch(cloth.name).any() and w.vertex_speed(cloth.name) < STILL_MPS)

    return check


def edges_meet(cloth: Cloth, axis: int, reach_m: float) -> Check:
    """The two edges across `axis` (0: along its length) lie on one another: their paired vertices within `reach_m` in the mean."""

    def check(w: World) -> bool:
        X = np.moveaxis(sheet(w, cloth), axis, 0)
        return bool(np.linalg.norm(X[0, :, :2] - X[-1, :, :2], axis=-1).mean() < reach_m)

    return check


def halved(cloth: Cloth, axis: int) -> Check:
    """It is as wide as ever across the fold and half as long along it: crumpled cloth is neither."""

    def check(w: World) -> bool:
        X = np.moveaxis(sheet(w, cloth), axis, 0)
        length, width = cloth.size[axis], cloth.size[1 - axis]
        crease = X[len(X) // 2, :, :2]
        halves = [np.linalg.norm(X[k, :, :2] - crease, axis=-1).mean() for k in (0, -1)]
        across = np.linalg.norm(X[:, 0, :2] - X[:, -1, :2], axis=-1).mean()
        return bool(min(halves) > 0.32 * length and across > 0.85 * width and 0.38 < hull_area(X[..., :2]) / (length * width) < 0.64)

    return check


def hull_area(points: np.ndarray) -> float:
    """Area of the convex hull of points (..., 2) [m2]."""
    try:
        return float(ConvexHull(points.reshape(-1, 2)).volume)
    except QhullError:  # all on one line
        return 0.0


def lies_flat(cloth: Cloth, height_m: float) -> Check:
    """Nowhere higher than `height_m` over the bed, and on it."""
    return lambda w: bool((np.abs(w.vertices(cloth.name)[:, 2]) < height_m).all())


def covers(cloth: Cloth, site: str, half: tuple[float, float], share: float, height_m: float) -> Check:
    """Seen from above, at least `share` of a marked rectangle of half-sizes `half` [m] about a site lies under cloth that is less than
    `height_m` above it."""

    def check(w: World) -> bool:
        return covered(w, cloth, site, half, height_m) >= share

    return check


def covered(w: World, cloth: Cloth, site: str, half: tuple[float, float], height_m: float) -> float:
    """The share of a marked rectangle that lies under cloth: of 12 x 12 points, those that have a vertex within 0.71 cells."""
    T = w.site(site)
    local = (w.vertices(cloth.name) - T[:3, 3]) @ T[:3, :3]
    low = local[np.abs(local[:, 2]) < height_m, :2]
    if not len(low):
        return 0.0
    ticks = (np.arange(12) + 0.5) / 6 - 1
    x, y = np.meshgrid(half[0] * ticks, half[1] * ticks, indexing="ij")
    points = np.stack([x.ravel(), y.ravel()], axis=-1)
    distance = np.linalg.norm(points[:, None] - low[None], axis=-1).min(1)
    return float((distance < 0.71 * cloth.cell).mean())


def gathered(cloth: Cloth, site: str, half: float, rim: float, share: float) -> Check:
    """At least `share` of the vertices are inside a square basket of half-size `half`, above its floor (the site) and below its rim [m]."""

    def check(w: World) -> bool:
        T = w.site(site)
        d = (w.vertices(cloth.name) - T[:3, 3]) @ T[:3, :3]
        return bool(((np.abs(d[:, :2]) < half).all(1) & (d[:, 2] > -0.01) & (d[:, 2] < rim)).mean() >= share)

    return check
