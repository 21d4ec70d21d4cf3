"""The policy network: cameras, taxels, proprioception and text in; a chunk of tool motions out.

Text steers the vision by FiLM (Perez et al. 2018) in every stage; spatial softmax (Finn et al. 2016) turns feature maps
into image points; a grounding head says where the instructed thing is, in metres, and its answer is a token of the trunk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT, Robot, robot_named
from ..core.text import TextEncoder

MOTION_DIM = 10
"""Tool position delta in the base frame [m] (3), relative rotation (6), gripper opening (1)."""


@dataclass(frozen=True, kw_only=True)
class PolicyConfig:
    """Sizes of the network. The defaults train on two CPU cores; `gpu_config` is wider."""

    image_size: int = 64
    """Height and width of the pictures that the network sees [pixels]."""
    channels: tuple[int, int, int] = (16, 32, 48)
    """Channels of the vision stages."""
    text_width: int = 128
    width: int = 160
    """Width of the trunk's tokens."""
    layers: int = 3
    chunk: int = 16
    """Control steps predicted at once."""
    robot: str = DEFAULT_ROBOT
    """The arm whose joints it feels and whose tool it moves; checkpoints that do not say theirs are of this one."""

    def __post_init__(self) -> None:
        if self.image_size % 4 or self.image_size < 16:
            raise HomebodyError(f"image_size is {self.image_size}: expected a multiple of 4, 16 or more")
        if self.chunk < 1 or self.layers < 1:
            raise HomebodyError(f"chunk {self.chunk} and layers {self.layers}: expected 1 or more")


def gpu_config() -> PolicyConfig:
    """A larger network for training on a GPU (about 6 M parameters)."""
    return PolicyConfig(image_size=128, channels=(32, 96, 128), text_width=192, width=256, layers=6)


class Film(nn.Module):
    """Convolution, group normalisation, then scale and shift from the text."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, text: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False)
        self.norm = nn.GroupNorm(8, outputs)
        self.film = nn.Linear(text, 2 * outputs)
        nn.init.zeros_(self.film.bias)
        nn.init.normal_(self.film.weight, std=0.02)

    def forward(self, x: Tensor, text: Tensor) -> Tensor:
        scale, shift = self.film(text)[..., None, None].chunk(2, 1)
        return F.silu(self.norm(self.conv(x)) * (1 + scale) + shift)


class Eye(nn.Module):
    """One camera: picture (B, 3, S, S) and text -> features (B, dim) and heat maps (B, 2, HW) of target and receptacle."""

    grid: Tensor

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        a, b, c = config.channels
        text = config.text_width
        self.stages = nn.ModuleList([Film(3, a, 4, 2, text), Film(a, b, 3, 2, text), Film(b, c, 3, 1, text), Film(c, c, 3, 1, text)])
        self.attend = nn.Conv2d(c, c, 1)
        self.seek = nn.Linear(text, 2 * c)
        self.dim = 5 * c + 4
        side = config.image_size // 4
        line = (torch.arange(side) + 0.5) / side * 2 - 1
        self.register_buffer("grid", torch.stack([line.repeat(side), line.repeat_interleave(side)], -1), persistent=False)  # (HW, 2)

    def forward(self, picture: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        x = picture
        for stage in self.stages:
            x = stage(x, text)
        flat = x.flatten(2)  # (B, C, HW)
        weight = self.attend(x).flatten(2).softmax(-1)
        points, content = weight @ self.grid, (weight * flat).sum(-1)  # (B, C, 2), (B, C)
        heat = self.seek(text).view(len(text), 2, -1) @ flat  # (B, 2, HW)
        sought = heat.softmax(-1)
        found = torch.cat([(sought @ self.grid).flatten(1), (sought @ flat.transpose(1, 2)).flatten(1)], -1)  # (B, 4 + 2 C)
        return torch.cat([points.flatten(1), content, found], -1), heat


class VisuoTactilePolicy(nn.Module):
    """See the module. `forward` returns the chunk (B, chunk, 10), normalised, the grounded points (B, 2, 3) [m], and heat maps (B, 2, 2, HW)."""

    robot: Robot
    centre: Tensor
    """Middle of the workspace [m]."""
    proprio_mean: Tensor
    proprio_std: Tensor
    motion_mean: Tensor
    motion_std: Tensor

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.config, self.robot = config, robot_named(config.robot)
        w, t, p = config.width, config.text_width, self.robot.proprio_dim
        self.text = TextEncoder(t)
        self.scene, self.wrist = Eye(config), Eye(config)
        seen = self.scene.dim + self.wrist.dim
        self.ground = nn.Sequential(nn.Linear(seen + p + t, 256), nn.SiLU(), nn.Linear(256, 256), nn.SiLU(), nn.Linear(256, 6))
        self.from_scene, self.from_wrist = nn.Linear(self.scene.dim, w), nn.Linear(self.wrist.dim, w)
        self.taxels = nn.Sequential(
            nn.Conv2d(3, 16, 3, 1, 1), nn.SiLU(), nn.Conv2d(16, 16, 3, 2, 1), nn.SiLU(), nn.Flatten(), nn.Linear(256, w)
        )
        self.from_proprio, self.from_text = nn.Linear(p, w), nn.Linear(t, w)
        self.from_ground = nn.Sequential(nn.Linear(12, w), nn.SiLU(), nn.Linear(w, w))
        self.kind = nn.Parameter(torch.randn(8, w) * 0.02)
        layer = nn.TransformerEncoderLayer(w, 4, 2 * w, dropout=0.0, batch_first=True, norm_first=True, activation="gelu")
        self.trunk = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.LayerNorm(w), nn.Linear(w, 384), nn.SiLU(), nn.Linear(384, config.chunk * MOTION_DIM))
        # Constants are buffers: a CUDA graph cannot record a copy from the host.
        self.register_buffer("centre", torch.tensor([0.45, 0.0, 0.1]), persistent=False)
        self.register_buffer("proprio_mean", torch.zeros(p))
        self.register_buffer("proprio_std", torch.ones(p))
        self.register_buffer("motion_mean", torch.zeros(config.chunk, MOTION_DIM))
        self.register_buffer("motion_std", torch.ones(config.chunk, MOTION_DIM))

    def look(self, scene: Tensor, wrist: Tensor, proprio: Tensor, text: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Vision and grounding: features of both cameras, points (B, 2, 3) of target and receptacle [m], heat maps (B, 2, 2, HW)."""
        (a, heat_a), (b, heat_b) = self.scene(scene, text), self.wrist(wrist, text)
        plain = (proprio - self.proprio_mean) / self.proprio_std
        offset = self.ground(torch.cat([a, b, plain, text], -1)).view(-1, 2, 3)
        return a, b, self.centre + 0.25 * offset, torch.stack([heat_a, heat_b], 1)

    def forward(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """`scene`, `wrist` (B, 3, S, S) in [-0.5, 0.5]; `tactile` (B, 2, 3, 8, 8) squashed; `proprio` (B, P); `text` (B, T)."""
        proprio, text = inputs["proprio"], inputs["text"]
        a, b, points, heat = self.look(inputs["scene"], inputs["wrist"], proprio, text)
        plain = (proprio - self.proprio_mean) / self.proprio_std
        relative = (points - proprio[:, None, self.robot.position_at]) * 5.0
        touch = self.taxels(inputs["tactile"].flatten(0, 1)).view(len(text), 2, -1)
        ground = self.from_ground(torch.cat([relative.flatten(1), ((points - self.centre) * 4.0).flatten(1)], -1))
        tokens = torch.stack(
            [self.from_text(text), self.from_scene(a), self.from_wrist(b), touch[:, 0], touch[:, 1], self.from_proprio(plain), ground, torch.zeros_like(ground)], 1
        )  # fmt: skip
        out = self.trunk(tokens + self.kind)[:, -1]
        return self.head(out).view(-1, self.config.chunk, MOTION_DIM), points, heat
