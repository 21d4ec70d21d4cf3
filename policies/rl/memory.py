"""Replay memory half of whose batches come from a fixed set of successes: demonstrations, or a base policy's own.

Source: Ball et al. 2023, RLPD; Ankile et al. 2025, ResFiT.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.buffers import NStepReplayBuffer
from stable_baselines3.common.type_aliases import ReplayBufferSamples

from .vec_env import BatchedVecEnv


class HalfMemory(NStepReplayBuffer):
    """Half of each batch from `successes`, once that is set; the other half from what was done lately."""

    successes: NStepReplayBuffer | None = None

    def sample(self, batch_size: int, env: Any = None) -> ReplayBufferSamples:
        if self.successes is None:
            return super().sample(batch_size, env)
        half = batch_size // 2
        parts = super().sample(batch_size - half, env), self.successes.sample(half, env)
        both: list[Any] = [None if a is None or b is None else torch.cat([a, b]) for a, b in zip(*parts, strict=True)]
        return ReplayBufferSamples(*both)


Taken = Callable[[], np.ndarray]
"""The actions (B, dim) that the last step really took."""


def gather(
    env: BatchedVecEnv, episodes: int, gamma: float, n_steps: int, taken: Taken | None = None
) -> tuple[NStepReplayBuffer | None, np.ndarray, float]:
    """Runs about `episodes` episodes with all actions zero; where an interface acts by itself, `taken` says what it did.

    Returns the memory of those that succeeded, end to end in one stream (None where none did), every observation
    (N, size), and the share of successes.
    """
    kept: list[list[tuple[Any, ...]]] = []
    running: list[list[tuple[Any, ...]]] = [[] for _ in range(env.num_envs)]
    zero = np.zeros((env.num_envs, *(env.action_space.shape or ())), np.float32)
    observation = env.reset().copy()
    seen, ended = [observation], 0
    while ended < episodes:
        after, rewards, dones, infos = env.step(zero)
        actions = taken().astype(np.float32) if taken else zero
        for i in range(env.num_envs):
            end = infos[i].get("terminal_observation")
            behind = (after[i] if end is None else end).copy()
            running[i].append((observation[i], behind, actions[i], rewards[i], dones[i], infos[i]))
            if dones[i]:
                ended += 1
                if infos[i]["is_success"]:
                    kept.append(running[i])
                running[i] = []
        observation = after.copy()
        seen.append(observation)
    memory = None
    if kept:
        size = sum(map(len, kept))
        memory = NStepReplayBuffer(size, env.observation_space, env.action_space, device="cpu", n_envs=1, n_steps=n_steps, gamma=gamma)
        for before, behind, action, reward, done, info in (step for episode in kept for step in episode):
            memory.add(before[None], behind[None], action[None], np.array([reward]), np.array([done]), [info])
    return memory, np.concatenate(seen), len(kept) / ended
