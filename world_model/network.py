"""The world model: a latent grid from cameras, taxels and proprioception, and what actions do to it.

One latent is a set of tokens: 4 x 4 of each camera, one a finger, one of the joints. The predictor moves all of them one
model step (five control steps) ahead under the commanded tool poses, by transformer layers with adaptive normalisation
(AdaLN-zero, Peebles and Xie 2023). Heads read tokens and a sentence: whether the goal is met, whether this attempt will
meet it, and how near that is. The decoder is trained on detached latents, so that pictures never shape the dynamics.
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

SKIP = 5
"""Control steps in one model step: 0.25 s."""
TARGET_DIM = 10
"""A commanded tool pose: position in the base frame [m] (3), rotation (6), gripper opening (1)."""
MOVE_SCALE = (20.0,) * 3 + (5.0,) * 6 + (1.0,)
"""Brings a move within a model step to the order of one: positions [1/m], rotation, opening."""
GRID = 4
"""Side of each camera's token grid."""
TOKENS = 2 * GRID * GRID + 3


@dataclass(frozen=True, kw_only=True)
class WorldConfig:
    """Sizes of the model."""

    image_size: int = 64
    """Height and width of the pictures [pixels]."""
    channels: tuple[int, int, int] = (24, 48, 96)
    """Channels of the vision stages."""
    width: int = 160
    """Numbers in a token."""
    layers: int = 4
    """Layers of the predictor."""
    text_width: int = 96
    robot: str = DEFAULT_ROBOT
    """The arm whose joints and tool it knows; checkpoints that do not say theirs are of this one."""

    def __post_init__(self) -> None:
        if self.image_size != 16 * GRID:
            raise HomebodyError(f"image_size is {self.image_size}: expected {16 * GRID}, four halvings of a {GRID} x {GRID} grid")
        if self.width % 4 or self.layers < 1:
            raise HomebodyError(f"width {self.width} and layers {self.layers}: expected a multiple of 4, and 1 or more")


def _stage(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False), nn.GroupNorm(8, outputs), nn.SiLU())


def _eye(config: WorldConfig) -> nn.Sequential:
    """Picture (B, 3, S, S) -> (B, width, 4, 4)."""
    a, b, c = config.channels
    return nn.Sequential(
        _stage(3, a, 4, 2), _stage(a, b, 3, 2), _stage(b, c, 3, 2), _stage(c, c, 3, 1), nn.Conv2d(c, config.width, 3, 2, 1)
    )  # fmt: skip


class Encoder(nn.Module):
    """Observation -> tokens (B, TOKENS, width), each normalised to zero mean and unit variance."""

    def __init__(self, config: WorldConfig) -> None:
        super().__init__()
        self.scene, self.wrist = _eye(config), _eye(config)
        w = config.width
        self.taxels = nn.Sequential(
            nn.Conv2d(3, 16, 3, 1, 1), nn.SiLU(), nn.Conv2d(16, 16, 3, 2, 1), nn.SiLU(), nn.Flatten(), nn.Linear(256, w)
        )
        self.joints = nn.Sequential(nn.Linear(robot_named(config.robot).proprio_dim, w), nn.SiLU(), nn.Linear(w, w))
        self.place = nn.Parameter(torch.randn(TOKENS, w) * 0.02)
        layer = nn.TransformerEncoderLayer(w, 4, 2 * w, dropout=0.0, batch_first=True, norm_first=True, activation="gelu")
        self.mix = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.width = w

    def forward(self, inputs: Mapping[str, Tensor], proprio: Tensor) -> Tensor:
        """`scene`, `wrist` (B, 3, S, S); `tactile` (B, 2, 3, 8, 8) squashed; proprio (B, P) normalised."""
        eyes = [eye(inputs[c]).flatten(2).transpose(1, 2) for c, eye in (("scene", self.scene), ("wrist", self.wrist))]  # (B, 16, w)
        touch = self.taxels(inputs["tactile"].flatten(0, 1)).view(len(proprio), 2, -1)
        tokens = torch.cat([*eyes, touch, self.joints(proprio)[:, None]], 1) + self.place
        return F.layer_norm(self.mix(tokens), (self.width,))


class Block(nn.Module):
    """Attention and a two-layer network, scaled, shifted and gated by the action."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(width, 4, batch_first=True)
        self.network = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.steer = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.steer.weight)
        nn.init.zeros_(self.steer.bias)
        self.width = width

    def forward(self, x: Tensor, action: Tensor) -> Tensor:
        a, b, gate, c, d, gate2 = self.steer(action)[:, None].chunk(6, -1)
        y = F.layer_norm(x, (self.width,)) * (1 + a) + b
        x = x + (1 + gate) * self.attention(y, y, y, need_weights=False)[0]
        y = F.layer_norm(x, (self.width,)) * (1 + c) + d
        return x + (1 + gate2) * self.network(y)


class Predictor(nn.Module):
    """Tokens and SKIP commanded tool poses -> tokens one model step later. Starts as "nothing changes"."""

    def __init__(self, config: WorldConfig) -> None:
        super().__init__()
        w = config.width
        self.action = nn.Sequential(nn.Linear(2 * SKIP * TARGET_DIM, 2 * w), nn.SiLU(), nn.Linear(2 * w, w), nn.SiLU())
        self.place = nn.Parameter(torch.randn(TOKENS + 1, w) * 0.02)
        self.blocks = nn.ModuleList([Block(w) for _ in range(config.layers)])
        self.out = nn.Linear(w, w)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.width = w

    def forward(self, z: Tensor, targets: Tensor, moves: Tensor) -> Tensor:
        """z (B, TOKENS, width); targets and how far they are from where the tool is, (B, SKIP, TARGET_DIM) normalised each."""
        action = self.action(torch.cat([targets.flatten(1), moves.flatten(1)], 1))
        x = torch.cat([z, action[:, None]], 1) + self.place
        for block in self.blocks:
            x = block(x, action)
        return F.layer_norm(z + self.out(F.layer_norm(x[:, :-1], (self.width,))), (self.width,))


class Judge(nn.Module):
    """Tokens and a text vector -> logits (B, 3): the goal is met now; this attempt will meet it; how near that is."""

    def __init__(self, config: WorldConfig) -> None:
        super().__init__()
        w = config.width
        self.ask = nn.Linear(config.text_width, 4 * w)
        self.attention = nn.MultiheadAttention(w, 4, batch_first=True)
        self.out = nn.Sequential(nn.Linear(4 * w + config.text_width, 256), nn.SiLU(), nn.Linear(256, 128), nn.SiLU(), nn.Linear(128, 3))

    def forward(self, z: Tensor, text: Tensor) -> Tensor:
        query = self.ask(text).view(len(text), 4, -1)
        seen = self.attention(query, z, z, need_weights=False)[0]  # (B, 4, w)
        return self.out(torch.cat([seen.flatten(1), text], -1))


class Painter(nn.Module):
    """One camera: tokens of the last frame seen and of a predicted one (B, 2 width, 4, 4) -> what moves where, and what is new.

    The picture is the last one seen, warped by a flow, repainted where the mask says so: sharp where nothing happens.
    """

    grid: Tensor

    def __init__(self, config: WorldConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for a, b in ((2 * config.width, 96), (96, 64), (64, 32), (32, 24)):
            layers += [nn.Upsample(scale_factor=2, mode="nearest"), *_stage(a, b, 3, 1)]
        self.coarse = nn.Sequential(*layers)
        first, last = _stage(24 + 3, 24, 3, 1), nn.Conv2d(24, 6, 3, 1, 1)
        self.fine = nn.Sequential(first, last)
        for part in last.parameters():
            nn.init.zeros_(part)
        line = (torch.arange(config.image_size) + 0.5) / config.image_size * 2 - 1
        self.register_buffer("grid", torch.stack(torch.meshgrid(line, line, indexing="xy"), -1), persistent=False)  # (S, S, 2) x, y

    def forward(self, tokens: Tensor, seen: Tensor) -> Tensor:
        """seen (B, 3, S, S) in [-0.5, 0.5] -> (B, 3, S, S)."""
        out = self.fine(torch.cat([self.coarse(tokens), seen], 1))
        flow, mask, paint = out[:, :2], (out[:, 2:3] - 2).sigmoid(), out[:, 3:]
        moved = F.grid_sample(seen, self.grid + 0.5 * flow.permute(0, 2, 3, 1), padding_mode="border", align_corners=False)
        return moved + mask * (paint - moved)


class Decoder(nn.Module):
    """A predicted latent, the last one and the pictures seen with it -> pictures (B, 2, 3, S, S) in [-0.5, 0.5] and taxels
    (B, 2, 3, 8, 8) squashed to (-1, 1)."""

    def __init__(self, config: WorldConfig) -> None:
        super().__init__()
        self.scene, self.wrist = Painter(config), Painter(config)
        self.taxels = nn.Sequential(nn.Linear(config.width, 256), nn.SiLU(), nn.Linear(256, 3 * 64))

    def forward(self, z: Tensor, before: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """z, before (B, TOKENS, width); seen (B, 2, 3, S, S)."""
        both = torch.cat([before, z], 2)[:, : 2 * GRID * GRID].transpose(1, 2).unflatten(2, (2, GRID, GRID))  # (B, 2 w, 2, 4, 4)
        pictures = [self.scene(both[:, :, 0], seen[:, 0]), self.wrist(both[:, :, 1], seen[:, 1])]
        touch = self.taxels(z[:, 2 * GRID * GRID : 2 * GRID * GRID + 2]).tanh().unflatten(2, (3, 8, 8))
        return torch.stack(pictures, 1), touch


def tool_pose(robot: Robot, proprio: Tensor) -> Tensor:
    """Proprioception (B, P) of a robot -> its measured tool in the terms of a command (B, TARGET_DIM)."""
    width = proprio[:, robot.width_at : robot.width_at + 1]
    return torch.cat([proprio[:, robot.tool_at], width / robot.gripper_max_m], 1)


class WorldModel(nn.Module):
    """All parts. Latents are tokens (B, TOKENS, width)."""

    robot: Robot
    centre: Tensor
    """Middle of the workspace [m]."""
    move_scale: Tensor
    proprio_mean: Tensor
    proprio_std: Tensor
    target_mean: Tensor
    target_std: Tensor

    def __init__(self, config: WorldConfig) -> None:
        super().__init__()
        self.config, self.robot = config, robot_named(config.robot)
        self.text = TextEncoder(config.text_width)
        self.encoder, self.predictor = Encoder(config), Predictor(config)
        self.judge, self.decoder = Judge(config), Decoder(config)
        self.where = nn.Sequential(nn.Linear(TOKENS * 16 + config.text_width, 256), nn.SiLU(), nn.Linear(256, 6))
        self.narrow = nn.Linear(config.width, 16)
        self.register_buffer("centre", torch.tensor([0.45, 0.0, 0.1]), persistent=False)
        self.register_buffer("move_scale", torch.tensor(MOVE_SCALE), persistent=False)
        for name, size in (("proprio", self.robot.proprio_dim), ("target", TARGET_DIM)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_std", torch.ones(size))

    def encode(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Prepared observation (pictures in [-0.5, 0.5], squashed taxels, `proprio` raw) -> latent."""
        return self.encoder(inputs, (inputs["proprio"] - self.proprio_mean) / self.proprio_std)

    def step(self, z: Tensor, targets: Tensor, tool: Tensor) -> Tensor:
        """Latent one model step later, under targets (B, SKIP, TARGET_DIM), from a tool at `tool` (B, TARGET_DIM)."""
        moves = (targets - tool[:, None]) * self.move_scale
        return self.predictor(z, (targets - self.target_mean) / self.target_std, moves)

    def roll(self, z: Tensor, targets: Tensor, tool: Tensor) -> Tensor:
        """Latents (B, K, TOKENS, width) after each of K model steps; targets (B, K, SKIP, TARGET_DIM).

        After the first step the tool is taken to be where the last command sent it.
        """
        out = []
        for k in range(targets.shape[1]):
            z, tool = self.step(z, targets[:, k], tool), targets[:, k, -1]
            out.append(z)
        return torch.stack(out, 1)

    def points(self, z: Tensor, text: Tensor) -> Tensor:
        """Act point and place (B, 2, 3) [m], base frame, of what a sentence (B, T) asks for: keeps latents about the things that matter."""
        return self.where(torch.cat([self.narrow(z).flatten(1), text], 1)).view(-1, 2, 3) * 0.3 + self.centre
