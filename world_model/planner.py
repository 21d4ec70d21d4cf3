"""Thinking before acting: the policy proposes chunks, the world model rolls each of them, the best-judged one acts.

The policy's own chunk stands where the model trusts it, and unless another is judged better by a margin: a planner must
never cost what the policy can already do. Proposals are the policy's chunk bent smoothly, its gripper's timing moved, its motion stretched. How many fit
into the budget is measured once, at the first decision, so that results depend on the seed and that number alone; a
decision that still runs late is cut after the proposals judged so far.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from ..core.errors import HomebodyError
from ..core.kinematics import rotation_from_6d
from ..core.motions import decode
from ..core.preprocess import pictures, taxels, tensor
from ..core.robots import Robot
from ..core.text import tokenise
from ..core.types import Observation
from .network import SKIP, WorldModel, tool_pose

BATCH = 8
"""Proposals judged at a time."""


@runtime_checkable
class Proposer(Protocol):
    """What the planner needs of a policy."""

    name: str

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None: ...
    def plan(self, observation: Observation, slots: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Chunks (n, K, 10) of tool motions for `slots`, as core.motions has them, and grounded points (n, 2, 3) [m]."""
        ...


@dataclass(frozen=True, kw_only=True)
class ThinkConfig:
    """How to think."""

    budget_ms: float = 200.0
    """Time for one decision, the policy's own included."""
    most: int = 64
    """Never more proposals than that."""
    margin: float = 0.08
    """How much better (in [0, 1]) another proposal must be judged than the policy's own to replace it."""
    doubt: float = 0.7
    """The policy's own chunk stands where the model gives it at least this chance of success."""
    bend_m: float = 0.015
    """Spread of the smooth bends [m]."""
    execute: int = 8
    """Control steps acted on before the next decision."""

    def __post_init__(self) -> None:
        if not self.budget_ms > 0:
            raise HomebodyError(f"think budget is {self.budget_ms} ms: expected more than 0")


@dataclass(kw_only=True)
class Thought:
    """One decision, for the record."""

    milliseconds: float
    proposals: int
    own: float
    """Score of the policy's own chunk: mean of its chance and nearness."""
    chance: float
    """The model's chance of success with it."""
    best: float
    changed: bool


def proposals(chunk: np.ndarray, count: int, rng: np.random.Generator, bend_m: float) -> np.ndarray:
    """The chunk (K, 10) itself and variations of it (count, K, 10)."""
    K = len(chunk)
    out = np.repeat(chunk[None], count, 0)
    ramp = np.linspace(1 / K, 1, K) ** 0.7
    for i in range(1, count):
        kind = rng.random()
        if kind < 0.65:
            out[i, :, :3] += ramp[:, None] * rng.normal(0, bend_m, 3) * np.array([1, 1, 0.7])
        if kind > 0.5 and kind < 0.8:
            shift = int(rng.integers(-5, 6))
            out[i, :, 9] = chunk[np.clip(np.arange(K) - shift, 0, K - 1), 9]
        if kind >= 0.8:
            stretch = rng.uniform(0.6, 1.5)
            place = np.clip(np.arange(K) * stretch, 0, K - 1)
            low = np.floor(place).astype(int)
            high, part = np.minimum(low + 1, K - 1), (place - low)[:, None]
            out[i] = chunk[low] * (1 - part) + chunk[high] * part
    return out


def commanded(robot: Robot, joints: np.ndarray, motions: np.ndarray) -> np.ndarray:
    """Joint angles (dof,) and motions (n, K, 10) -> commanded tool poses (n, K, 10): position, rotation columns, opening."""
    T = robot.forward(np.asarray(joints, np.float64)[None])[0]
    R = T[:3, :3] @ rotation_from_6d(motions[..., 3:9].astype(np.float64))
    return np.concatenate([T[:3, 3] + motions[..., :3], R[..., 0], R[..., 1], motions[..., 9:].clip(0, 1)], -1).astype(np.float32)


class ThinkingPolicy:
    """Implements core.types.Policy around a policy that proposes."""

    def __init__(self, policy: Proposer, world: WorldModel, config: ThinkConfig, *, device: str = "cpu", seed: int = 0) -> None:
        self.name = f"{policy.name}+think{config.budget_ms:g}"
        self._policy, self._world, self.config = policy, world.to(device).eval(), config
        self._device, self._seed = torch.device(device), seed
        self._texts: dict[str, Tensor] = {}
        self._words: dict[int, str] = {}
        self._queue: dict[int, list[np.ndarray]] = {}
        self._rngs: dict[int, np.random.Generator] = {}
        self.count = 0
        """Proposals a decision, measured at the first; 0 before."""
        self.thoughts: list[Thought] = []
        self._mine: dict[int, list[Thought]] = {}
        """Each slot's thoughts in its running episode."""

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        """Gives the episodes in `slots` seeds of their own, so that their proposals depend on nothing else."""
        for slot, seed in zip(slots, seeds, strict=True):
            self._rngs[slot] = np.random.default_rng([self._seed, seed])

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        self._policy.reset(slots, instructions)
        for slot, text in zip(slots, instructions, strict=True):
            self._words[slot], self._queue[slot], self._mine[slot] = text, [], []
            self._rngs.setdefault(slot, np.random.default_rng([self._seed, slot]))

    def act(self, observation: Observation) -> np.ndarray:
        robot = self._world.robot
        actions = robot.still(observation["proprio"])
        for slot in sorted(self._queue):
            if not self._queue[slot]:
                joints = np.asarray(observation["proprio"][slot, : robot.dof], np.float64)
                chunk = self._decide(observation, slot, joints)
                self._queue[slot] = list(decode(robot, joints[None], chunk[None, : self.config.execute])[0])
            actions[slot] = self._queue[slot].pop(0)
        return actions

    def decisions(self, slot: int) -> list[tuple[float, int, bool]]:
        """Milliseconds, proposals weighed and whether another than the policy's own acted, of each decision in `slot`'s episode."""
        return [(t.milliseconds, t.proposals, t.changed) for t in self._mine.get(slot, [])]

    # --- deciding -----------------------------------------------------------------------------------------------------
    @torch.inference_mode()
    def _decide(self, observation: Observation, slot: int, joints: np.ndarray) -> np.ndarray:
        start = time.perf_counter()
        motions, _ = self._policy.plan(observation, [slot])
        (z, tool), text = self._latent(observation, slot), self._text(self._words[slot])
        if not self.count:
            self._measure(z, tool, text, joints, motions[0], time.perf_counter() - start)
            start = time.perf_counter()
        options = proposals(motions[0], self.count, self._rngs[slot], self.config.bend_m)
        scores: list[float] = []
        chance = 1.0
        for low in range(0, self.count, BATCH):
            began = time.perf_counter()
            judged = self._judge(z, tool, text, joints, options[low : low + BATCH])
            chance = float(judged[0, 0]) if low == 0 else chance
            scores += judged.mean(1).tolist()
            now = time.perf_counter()
            if chance >= self.config.doubt or 1000 * (now - start + 1.2 * (now - began)) > self.config.budget_ms:
                break
        best = int(np.argmax(scores))
        changed = chance < self.config.doubt and scores[best] - scores[0] > self.config.margin
        thought = Thought(
            milliseconds=1000 * (time.perf_counter() - start), proposals=len(scores), own=scores[0], chance=chance, best=scores[best],
            changed=changed,
        )  # fmt: skip
        self.thoughts.append(thought)
        self._mine[slot].append(thought)
        return options[best if changed else 0]

    def _measure(self, z: Tensor, tool: Tensor, text: Tensor, joints: np.ndarray, chunk: np.ndarray, before_s: float) -> None:
        """How many proposals fit: a warm-up and three timed batches, with a third of the budget kept for bad days."""
        options = np.repeat(chunk[None], BATCH, 0)
        times = []
        for _ in range(4):
            began = time.perf_counter()
            self._judge(z, tool, text, joints, options)
            times.append(time.perf_counter() - began)
        left = 0.67 * self.config.budget_ms / 1000 - before_s
        batches = int(np.clip(left / float(np.median(times[1:])), 1, self.config.most // BATCH))
        self.count = BATCH * batches

    def _judge(self, z: Tensor, tool: Tensor, text: Tensor, joints: np.ndarray, options: np.ndarray) -> np.ndarray:
        """(n, 2) chances of success and nearness, in [0, 1], after the last model step of motions (n, K, 10)."""
        n, steps = len(options), options.shape[1] // SKIP
        targets = tensor(commanded(self._world.robot, joints, options[:, : steps * SKIP]), self._device).view(n, steps, SKIP, -1)
        last = self._world.roll(z.expand(n, -1, -1), targets, tool.expand(n, -1))[:, -1]
        judged = self._world.judge(last, text.expand(n, -1)).sigmoid()
        return judged[:, 1:].float().cpu().numpy()

    def _latent(self, observation: Observation, slot: int) -> tuple[Tensor, Tensor]:
        """Latent (1, TOKENS, width) and measured tool (1, TARGET_DIM) of one slot."""
        row, size = slice(slot, slot + 1), self._world.config.image_size
        inputs = {c: pictures(tensor(observation[c][row], self._device), size) for c in ("scene", "wrist")}
        inputs["tactile"] = taxels(tensor(observation["tactile"][row], self._device))
        inputs["proprio"] = tensor(observation["proprio"][row].astype(np.float32), self._device)
        return self._world.encode(inputs), tool_pose(self._world.robot, inputs["proprio"])

    def _text(self, words: str) -> Tensor:
        if words not in self._texts:
            self._texts[words] = self._world.text(torch.from_numpy(tokenise(words)[None]).to(self._device))
        return self._texts[words]
