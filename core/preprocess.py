"""From observations to the network's inputs, the same in training and at run time."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from .errors import HomebodyError

DEPTH_UNIT_M = 1e-3
SLIP_UNIT_MPS = 0.05


def pictures(images: Tensor, size: int) -> Tensor:
    """uint8 (B, H, W, 3) -> float (B, 3, size, size) in [-0.5, 0.5], by area averages. Raises HomebodyError for others: pictures in
    [0, 1] would pass for black, and pictures that are not square for others than the model was trained on."""
    if images.dtype != torch.uint8 or images.ndim != 4 or images.shape[-1] != 3:
        raise HomebodyError(f"pictures are {images.dtype} {tuple(images.shape)}: expected torch.uint8 (B, H, W, 3), 0 to 255")
    height, width = images.shape[1:3]
    if height != width:
        raise HomebodyError(f"pictures of {height} x {width} pixels: expected square ones, as this model was trained on")
    x = images.permute(0, 3, 1, 2).float()
    if x.shape[-1] != size:
        x = F.interpolate(x, size=(size, size), mode="area").round()  # stored frames were rounded too
    return (x / 255.0 - 0.5).contiguous(memory_format=torch.channels_last)


def taxels(raw: Tensor) -> Tensor:
    """(B, 2, 3, R, C) [m, m/s, m/s] -> squashed to (-1, 1), depth to [0, 1). Raises HomebodyError for other shapes and whole numbers."""
    if not raw.is_floating_point() or raw.ndim != 5 or raw.shape[1:3] != (2, 3):
        raise HomebodyError(
            f"taxels are {raw.dtype} {tuple(raw.shape)}: expected floats (B, 2, 3, rows, columns) in metres and metres per second"
        )
    x = raw.float()
    return torch.cat([torch.tanh(x[:, :, :1] / DEPTH_UNIT_M), torch.tanh(x[:, :, 1:] / SLIP_UNIT_MPS)], 2)


def unsquash(x: Tensor) -> Tensor:
    """The inverse of `taxels`, up to what saturates."""
    raw = torch.atanh(x.float().clamp(-0.999, 0.999))
    return torch.cat([raw[:, :, :1].clamp(min=0) * DEPTH_UNIT_M, raw[:, :, 1:] * SLIP_UNIT_MPS], 2)


def tensor(array: np.ndarray, device: torch.device) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(device, non_blocking=True)
