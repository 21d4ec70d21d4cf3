"""The network: pictures, calibration and text in; a mark and how sure it is out.

Each camera's picture goes once through a trunk that knows nothing of the instruction. A sentence then asks the trunk's map for two things, what
to act on and where that has to go, and points at them (spatial softmax, Finn et al. 2016). A pointed place is a ray in the base frame, since
cameras stand where their calibration says; how far along it, the features under the finger tell; and the cameras' answers are weighed
against each other, by how sure each is and by what the other one sees there. So many goals are asked of one picture for little more than the
price of one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...core.errors import HomebodyError
from ...core.eyes import EYES
from ...core.marks import SKILL, SKILLS
from ...core.robots import DEFAULT_ROBOT, Robot, robot_named
from ...core.text import TextEncoder
from ...core.touch import TOUCH_DIM
from .geometry import in_base, looked_up, onto, rays, to_worktop

GRID = 16
"""Cells of a map, each way."""
ASKED = 2
"""What is pointed at: where to act, and where that has to go."""
AROUND = 1.5 * 2 / GRID
"""A point is the mean of a heat map so near its hottest cell, three by three cells, in half pictures: halfway between two things is neither."""
LEAST = 1e-3
"""Least share of a heat map that counts as any."""
NEWEST = 2
"""See EyesConfig.version."""
TURNS = (0, 3, 7)
"""Where approach, across and way begin among what is told besides the points."""
USUAL_M = {"scene": 1.3, "side": 1.3, "wrist": 0.3}
"""How far things usually are from a camera [m]; as far as a ray meets the worktop between a quarter and twice of it, that is where they are
first looked for."""


@dataclass(frozen=True, kw_only=True)
class EyesConfig:
    """Sizes of the network: 2.2 M parameters."""

    cameras: tuple[str, ...] = ("scene", "wrist")
    image_size: int = 128
    """Height and width of the pictures that it sees [pixels]."""
    width: int = 96
    """Channels of a map."""
    blocks: int = 3
    text_width: int = 128
    skills: tuple[str, ...] = SKILLS
    """What it can say is to be done."""
    robot: str = DEFAULT_ROBOT
    """The arm whose joints it feels."""
    version: int = NEWEST
    """How it is built. Since 2 each camera tells directions in its own frame, to be turned into the base's by its calibration, and what is felt
    turns the question: with the thing in the hand, another place is meant. 1 is how the eyes of November 2026 are."""

    def __post_init__(self) -> None:
        if self.image_size % (2 * GRID) or self.image_size < 2 * GRID:
            raise HomebodyError(f"image_size is {self.image_size}: expected a multiple of {2 * GRID}")
        if unknown := [c for c in self.cameras if c not in EYES]:
            raise HomebodyError(f"camera {unknown[0]!r}: expected some of {', '.join(EYES)}")
        if not 1 <= self.version <= NEWEST:
            raise HomebodyError(f"version is {self.version}: expected 1 to {NEWEST}")
        if not self.cameras or self.blocks < 1 or self.width % 8 or self.text_width % 4:
            raise HomebodyError(f"{self}: expected a camera and a block at least, a width in eights and a text width in fours")


class Step(nn.Module):
    """A residual step of a map (B, H, W, C), channels last: normalise, two convolutions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first, self.second = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.norm(x).permute(0, 3, 1, 2)  # a view: memory stays channels last
        return x + self.second(F.silu(self.first(inner))).permute(0, 2, 3, 1)


class Trunk(nn.Module):
    """A camera's picture (B, 3, S, S) -> its map (B, GRID * GRID, C)."""

    def __init__(self, config: EyesConfig) -> None:
        super().__init__()
        w, patch = config.width, config.image_size // GRID
        self.stem = nn.Sequential(nn.Conv2d(3, w // 2, patch // 2, patch // 2), nn.SiLU(), nn.Conv2d(w // 2, w, 2, 2))
        self.place = nn.Parameter(torch.randn(GRID, GRID, w) * 0.02)
        self.steps = nn.ModuleList([Step(w) for _ in range(config.blocks)])
        self.norm = nn.LayerNorm(w)

    def forward(self, picture: Tensor) -> Tensor:
        x = self.stem(picture.contiguous(memory_format=torch.channels_last)).permute(0, 2, 3, 1) + self.place
        for step in self.steps:
            x = step(x)
        return self.norm(x).flatten(1, 2)


class Asking(nn.Module):
    """What a sentence asks of a map: per goal its features, turned by the words, and two heat maps."""

    def __init__(self, width: int, text: int) -> None:
        super().__init__()
        self.film, self.mix = nn.Linear(text, 2 * width), nn.Linear(width, width)
        self.film_again, self.again = nn.Linear(text, 2 * width), nn.Linear(width, width)
        self.seek = nn.Linear(text, ASKED * width)

    def forward(self, x: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, HW, C), text (B, G, T) -> features (B, G, HW, C), heat (B, G, ASKED, HW)."""
        scale, shift = self.film(text)[:, :, None].chunk(2, -1)
        y = F.silu(self.mix(x)[:, None] * (1 + scale) + shift)
        scale, shift = self.film_again(text)[:, :, None].chunk(2, -1)
        y = x[:, None] + F.silu(self.again(y) * (1 + scale) + shift)
        heat = self.seek(text).unflatten(-1, (ASKED, -1)) @ y.transpose(2, 3)
        return y, heat / math.sqrt(x.shape[-1])


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Of B pictures asked for G goals each, by V cameras."""

    marks: Tensor
    """(B, G, MARK_DIM), base frame"""
    turns: Tensor
    """(B, G, 3, 3) approach, across and way before they are made unit vectors: a unit vector that is quite wrong has no way to turn"""
    skill: Tensor
    """(B, G, skills) how likely each is what is to be done there, before the softmax"""
    spread: Tensor
    """(B, G, ASKED) how far off the two points are, as it expects [m]"""
    heat: Tensor
    """(B, V, G, ASKED, HW) where it points, before the softmax"""
    each: Tensor
    """(B, V, G, ASKED, 3) where each camera alone puts the points [m]"""


class Eyes(nn.Module):
    """See the module."""

    robot: Robot
    grid: Tensor
    whole: Tensor
    known: Tensor
    proprio_mean: Tensor
    proprio_std: Tensor

    def __init__(self, config: EyesConfig) -> None:
        super().__init__()
        self.config, self.robot = config, robot_named(config.robot)
        w, t, p, views = config.width, config.text_width, self.robot.proprio_dim, len(config.cameras)
        self.text = TextEncoder(t)
        self.trunks = nn.ModuleList([Trunk(config) for _ in config.cameras])
        self.asking = nn.ModuleList([Asking(w, t) for _ in config.cameras])
        felt = p + TOUCH_DIM
        self.along = nn.ModuleList([_perceptron(w + 9 + felt + t, 128, 2 * ASKED) for _ in config.cameras])
        self.judge = _perceptron(2 * views * (views + 1) + 1, 48, views)
        for last in self.judge[-1].parameters():
            nn.init.zeros_(last)  # at first everybody is taken at his word
        told = 3 * len(TURNS) if config.version > 1 else 0
        self.turn = nn.ModuleList([_perceptron(ASKED * (w + 2) + felt + t, 128, told) for _ in config.cameras] if told else [])
        self.feel = nn.ModuleList([_perceptron(felt + t, 128, t)] if told else [])
        for part in (*self.turn, *self.feel):
            for last in list(part.parameters())[-2:]:
                nn.init.zeros_(last)  # at first directions are told in the base frame alone, and questions are as they are said
        self.tell = _perceptron(views * ASKED * w + 3 * ASKED + told + felt + t, 320, SKILL - 3 * ASKED + 4 * ASKED + len(config.skills))
        line = (torch.arange(GRID) + 0.5) / GRID * 2 - 1
        self.register_buffer("grid", torch.stack([line.repeat(GRID), line.repeat_interleave(GRID)], -1), persistent=False)  # (HW, 2)
        known = [SKILLS.index(s) if s in SKILLS else 0 for s in config.skills]  # a checkpoint may count its skills otherwise
        self.register_buffer("known", torch.tensor(known), persistent=False)
        self.register_buffer("whole", torch.tensor([0.0, 0.0, 1.0]), persistent=False)
        self.register_buffer("proprio_mean", torch.zeros(p))
        self.register_buffer("proprio_std", torch.ones(p))

    def forward(self, inputs: Mapping[str, Tensor], text: Tensor) -> Answer:
        """`pictures` (B, V, 3, S, S) in [-0.5, 0.5], `proprio` (B, P), `touch` (B, TOUCH_DIM), `extrinsics` (B, len(EYES), 10); text
        (B, G, T), a vector for each goal. Where pictures are windows on what the cameras see, `window` (B, V, 3): their middle and half
        size, in half pictures."""
        felt = self._felt(inputs, text.shape[1])
        asked = text + self.feel[0](torch.cat([felt.to(text.dtype), text], -1)) if self.feel else text
        maps = [self.asking[v](self.trunks[v](inputs["pictures"][:, v]), asked) for v in range(len(self.config.cameras))]
        with torch.autocast(text.device.type, enabled=False):  # half precision tells millimetres apart no more
            return self._point(inputs, text.float(), felt, maps)

    def _felt(self, inputs: Mapping[str, Tensor], goals: int) -> Tensor:
        """(B, G, P + TOUCH_DIM) joints, normalised, and touch."""
        plain = (inputs["proprio"] - self.proprio_mean) / self.proprio_std
        return torch.cat([plain, inputs["touch"]], -1)[:, None].expand(-1, goals, -1)

    def _point(self, inputs: Mapping[str, Tensor], text: Tensor, felt: Tensor, maps: Sequence[tuple[Tensor, Tensor]]) -> Answer:
        """The geometry: what each camera's features (B, G, HW, C) and heat (B, G, ASKED, HW) say about where."""
        proprio, goals = inputs["proprio"], text.shape[1]
        about = torch.cat([felt, text], -1)[:, :, None].expand(-1, -1, ASKED, -1)
        tool = self._tool(proprio)
        seen, heats, each, trust, views, turns = [], [], [], [], [], []
        for v, (camera, (y, heat)) in enumerate(zip(self.config.cameras, maps, strict=True)):
            heat = heat.float()
            there = heat.softmax(-1)  # (B, G, ASKED, HW)
            sought, mass = self._around_peak(there)
            points, under = sought @ self.grid, sought @ y.float()  # (B, G, ASKED, 2), (B, G, ASKED, C)
            window = inputs["window"][:, v, None, None] if "window" in inputs else self.whole
            points = window[..., :2] + window[..., 2:] * points
            p, R, tangent = in_base(inputs["extrinsics"], tool, camera)
            views.append((p, R, tangent, window, there))
            ways = rays(R, tangent, points.flatten(1, 2)).unflatten(1, (goals, ASKED))
            peak = sought.amax(-1, keepdim=True)
            along = torch.cat([under, points, ways, p[:, None, None].expand_as(ways), peak, about], -1)
            out = self.along[v](along).unflatten(-1, (ASKED, 2))
            out = torch.stack([out[:, :, k, k] for k in range(ASKED)], 2)  # (B, G, ASKED, 2): of each point its own
            far = to_worktop(p[:, None, None], ways, USUAL_M[camera]) * out[..., :1].clamp(-3, 2).exp()
            seen.append(under.flatten(2))
            heats.append(heat)
            each.append(p[:, None, None] + far * ways)
            if self.turn:
                own = self.turn[v](torch.cat([under.flatten(2), points.flatten(2), felt, text], -1)).unflatten(-1, (len(TURNS), 3))
                turns.append(own @ R[:, None].transpose(-1, -2))  # (B, G, 3, 3), base frame
            trust.append(torch.stack([out[..., 1], mass[..., 0].clamp(min=LEAST).log()], -1))
        alone = torch.stack(each, 1)
        weights = self._weights(alone, torch.stack(trust, 1), views, tool)
        points = (weights[..., None] * alone).sum(1)  # (B, G, ASKED, 3)
        turned = [(weights[:, :, :, :1, None] * torch.stack(turns, 1)).sum(1).flatten(2)] if turns else []  # (B, G, 9)
        told = self.tell(torch.cat([*seen, points.flatten(2), *turned, felt, text], -1))
        points = points + 0.1 * told[..., : 3 * ASKED].unflatten(-1, (ASKED, 3))
        spread = 0.02 * told[..., 3 * ASKED : 4 * ASKED].clamp(-4, 4).exp()
        rest, skill = told[..., 4 * ASKED :].split([SKILL - 3 * ASKED, len(self.known)], -1)
        if turned:
            pieces = [rest[..., k : k + 3] + turned[0][..., 3 * n : 3 * n + 3] for n, k in enumerate(TURNS)]
            rest = torch.cat([*pieces[:2], rest[..., 6:7], pieces[2], rest[..., 10:]], -1)
        marks = torch.cat([_mark(points, rest), self.known[skill.argmax(-1, keepdim=True)].to(points.dtype)], -1)
        turns = torch.stack([rest[..., k : k + 3] for k in TURNS], -2)
        return Answer(marks=marks, turns=turns, skill=skill, spread=spread, heat=torch.stack(heats, 1), each=alone)

    def _around_peak(self, there: Tensor) -> tuple[Tensor, Tensor]:
        """Shares (..., HW) of a heat map -> those of the cells around its hottest one, adding up to 1, and how much of the map that is (..., 1)."""
        hottest = self.grid[there.argmax(-1)]  # (..., 2)
        near = there * ((self.grid - hottest[..., None, :]).abs() <= AROUND).all(-1)
        mass = near.sum(-1, keepdim=True)
        return near / mass, mass

    def _weights(self, alone: Tensor, trust: Tensor, views: Sequence[tuple[Tensor, ...]], tool: Tensor) -> Tensor:
        """How much each camera's answer counts (B, V, G, ASKED): what it thinks of itself (B, V, G, ASKED, 2), whether the others see the
        thing where it puts it (B, V, G, ASKED, 3), how far that is from the hand, and how far apart the answers are."""
        alone, own, tool = alone.detach(), trust[..., 0], tool[:, None, None, :3, 3]
        about = [trust.detach().permute(0, 3, 2, 1, 4).flatten(3)]  # (B, ASKED, G, 2 V)
        for v in range(len(views)):
            for w, (p, R, tangent, window, there) in enumerate(views):
                if v != w:
                    at, ahead = onto(p, R, tangent, alone[:, v].flatten(1, 2))
                    at = (at.unflatten(1, alone.shape[2:4]) - window[..., :2]) / window[..., 2:]
                    inside = (at.abs() < 1).all(-1) & ahead.unflatten(1, alone.shape[2:4])
                    share = looked_up(there.detach(), at.clamp(-1, 1)).clamp(min=LEAST).log() * inside
                    about.append(torch.stack([share, inside.to(share.dtype)], -1).transpose(1, 2))
            away = (alone[:, v] - tool).norm(dim=-1, keepdim=True)
            about.append(torch.cat([away, (away + LEAST).log()], -1).transpose(1, 2))
        apart = (alone - alone.mean(1, keepdim=True)).norm(dim=-1).mean(1)[..., None]
        judged = self.judge(torch.cat([*about, apart.transpose(1, 2)], -1))  # (B, ASKED, G, V)
        return (own + judged.transpose(1, 3)).softmax(1)

    def _tool(self, proprio: Tensor) -> Tensor:
        """Tool poses (B, 4, 4) in the base frame, as the joints' encoders have them."""
        at = self.robot.position_at.start
        x, y = proprio[:, at + 3 : at + 6], proprio[:, at + 6 : at + 9]
        T = torch.eye(4, device=proprio.device, dtype=proprio.dtype).repeat(len(proprio), 1, 1)
        T[:, :3, 3], T[:, :3, :3] = proprio[:, at : at + 3], torch.stack([x, y, torch.linalg.cross(x, y)], -1)
        return T


@torch.no_grad()
def renewed(model: Eyes, robot: str) -> Eyes:
    """The same eyes as they are built now, on this or another arm: all that they know of pictures and words, and nothing of another arm's joints."""
    c = model.config
    if c.robot == robot and c.version == NEWEST:
        return model
    out = Eyes(replace(c, robot=robot, version=NEWEST))
    own, behind, joints = out.state_dict(), TOUCH_DIM + c.text_width, model.robot.proprio_dim
    for name, value in model.state_dict().items():
        if own[name].shape == value.shape:
            own[name].copy_(value)
        elif own[name].dim() == 2:  # a first layer: directions of each camera, then joints, stand before touch and text among its inputs
            before = value.shape[1] - behind - joints
            own[name].zero_()
            own[name][:, :before], own[name][:, -behind:] = value[:, :before], value[:, -behind:]
            if c.robot == robot:
                own[name][:, -behind - joints : -behind] = value[:, before:-behind]
    return out


def _perceptron(inputs: int, width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, outputs))


def _mark(points: Tensor, rest: Tensor) -> Tensor:
    """Points (B, G, ASKED, 3) and the other numbers (B, G, SKILL - 6) -> marks without their skill (B, G, SKILL) whose directions are unit vectors."""
    approach, across, way = (F.normalize(rest[..., k : k + 3], dim=-1) for k in TURNS)
    width, progress = 0.1 * F.softplus(rest[..., 6:7]), torch.sigmoid(rest[..., 10:11])
    return torch.cat([points[..., 0, :], approach, across, width, points[..., 1, :], way, progress], -1)
