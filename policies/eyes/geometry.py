"""How cameras look at the world: rays of picture points, in the base frame."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.eyes import EYES


def in_base(extrinsics: Tensor, T_base_tcp: Tensor, camera: str) -> tuple[Tensor, Tensor, Tensor]:
    """extrinsics (B, len(EYES), 10), tool poses (B, 4, 4) -> the camera's position (B, 3) [m], its axes (B, 3, 3) as columns (right, up, back)
    in the base frame, and the tangent of half its vertical field of view (B,)."""
    row = extrinsics[:, EYES.index(camera)]
    p, x, y = row[:, :3], row[:, 3:6], row[:, 6:9]
    R = torch.stack([x, y, torch.linalg.cross(x, y)], -1)
    if camera == "wrist":
        R, p = T_base_tcp[:, :3, :3] @ R, (T_base_tcp[:, :3, :3] @ p[..., None])[..., 0] + T_base_tcp[:, :3, 3]
    return p, R, torch.tan(row[:, 9] / 2)


def rays(R: Tensor, tangent: Tensor, points: Tensor) -> Tensor:
    """Unit directions (B, K, 3) in the base frame of picture points (B, K, 2): x right, y down, [-1, 1] inside a square picture. R (B, 3, 3)
    and tangent (B,) as `in_base` gives them."""
    ahead = torch.stack([points[..., 0] * tangent[:, None], -points[..., 1] * tangent[:, None], -torch.ones_like(points[..., 0])], -1)
    return F.normalize(ahead @ R.transpose(1, 2), dim=-1)


def onto(p: Tensor, R: Tensor, tangent: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
    """Where points (B, K, 3) of the base frame appear in a picture (B, K, 2), as `rays` counts, and whether they are ahead of the camera (B, K)."""
    local = (points - p[:, None]) @ R
    depth = -local[..., 2:]
    there = torch.cat([local[..., :1], -local[..., 1:2]], -1) / (depth.clamp(min=1e-3) * tangent[:, None, None])
    return there, depth[..., 0] > 1e-3


def looked_up(shares: Tensor, at: Tensor) -> Tensor:
    """How much of a heat map, shares (..., S * S), lies in the three by three cells around places `at` (..., 2) in [-1, 1]: (...)."""
    side = math.isqrt(shares.shape[-1])
    blurred = 9 * F.avg_pool2d(shares.reshape(-1, 1, side, side), 3, 1, 1)
    return F.grid_sample(blurred, at.reshape(-1, 1, 1, 2), align_corners=False).reshape(shares.shape[:-1])


def to_worktop(p: Tensor, ways: Tensor, usual: float) -> Tensor:
    """How far it is from p (..., 3) along unit vectors (..., 3) to the height of the robot's foot (..., 1) [m], kept between a quarter and twice of
    what is usual. A thing's height then says by which share it is nearer, wherever it stands."""
    down = -ways[..., 2:]
    return (p[..., 2:] / down.clamp(min=1e-3)).clamp(0.25 * usual, 2 * usual)
