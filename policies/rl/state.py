"""Everything that resuming needs, in safetensors files: weights, optimisers, counters, and what was remembered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.buffers import NStepReplayBuffer, ReplayBuffer
from torch import Tensor
from torch.optim import Optimizer

from ...core.errors import HomebodyError
from ...core.training import STATE_FILE
from ...core.weights import load_state, save_state
from .memory import HalfMemory
from .networks import PatientAdam

REPLAY_FILE, SUCCESSES_FILE = "replay.safetensors", "successes.safetensors"
REMEMBERED = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")
Model = SAC | PPO


def _optimisers(model: Model) -> dict[str, Optimizer]:
    if isinstance(model, PPO):
        return {"policy": model.policy.optimizer}
    out = {"actor": model.actor.optimizer, "critic": model.critic.optimizer}
    return out | ({"entropy": model.ent_coef_optimizer} if model.ent_coef_optimizer else {})


def save_training(model: Model, folder: Path, counters: dict[str, Any]) -> None:
    """`counters` come back as strings."""
    tensors: dict[str, Tensor] = {f"policy.{k}": v for k, v in model.policy.state_dict().items()}
    for name, optimiser in _optimisers(model).items():
        for i, slot in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{name}.{i}.{k}": torch.as_tensor(v) for k, v in slot.items()}
    if isinstance(model, SAC):
        if model.log_ent_coef is not None:
            tensors["log_ent_coef"] = model.log_ent_coef
        _save_replay(model.replay_buffer, folder / REPLAY_FILE)
        if isinstance(model.replay_buffer, HalfMemory) and not (folder / SUCCESSES_FILE).exists():
            _save_replay(model.replay_buffer.successes, folder / SUCCESSES_FILE)
    meta = counters | {"num_timesteps": model.num_timesteps, "updates": model._n_updates}
    save_state(folder / STATE_FILE, {k: v.clone() for k, v in tensors.items()}, {k: str(v) for k, v in meta.items()})


def _save_replay(buffer: ReplayBuffer | None, path: Path) -> None:
    if buffer is None:
        return
    size = buffer.size()
    tensors = {name: torch.from_numpy(getattr(buffer, name)[:size]) for name in REMEMBERED}
    save_state(path, tensors, {"pos": str(buffer.pos), "full": str(int(buffer.full))})


def _load_replay(buffer: ReplayBuffer, path: Path) -> None:
    tensors, meta = load_state(path)
    for name in REMEMBERED:
        array = getattr(buffer, name)
        if tensors[name].shape[1:] != array.shape[1:] or len(tensors[name]) > len(array):
            raise HomebodyError(f"{path} holds {name} of shape {tuple(tensors[name].shape)}: expected to fit {array.shape}")
        array[: len(tensors[name])] = tensors[name].numpy()
    buffer.pos, buffer.full = int(meta["pos"]), bool(int(meta["full"]))


def _load_successes(beside: HalfMemory, path: Path) -> NStepReplayBuffer:
    size = len(load_state(path)[0]["rewards"])
    space, actions = beside.observation_space, beside.action_space
    memory = NStepReplayBuffer(size, space, actions, device="cpu", n_envs=1, n_steps=beside.n_steps, gamma=beside.gamma)
    _load_replay(memory, path)
    return memory


def load_training(model: Model, folder: Path) -> dict[str, str]:
    """Puts weights, optimisers and memory back; returns the counters. Raises HomebodyError where they do not fit."""
    tensors, meta = load_state(folder / STATE_FILE)
    try:
        model.policy.load_state_dict({k.removeprefix("policy."): v for k, v in tensors.items() if k.startswith("policy.")})
    except RuntimeError as error:
        raise HomebodyError(f"{folder / STATE_FILE} does not fit these settings: {' '.join(str(error).split())[:200]}") from error
    if isinstance(model, SAC):
        if model.log_ent_coef is not None:
            with torch.no_grad():
                model.log_ent_coef.copy_(tensors["log_ent_coef"])
        assert model.replay_buffer is not None
        _load_replay(model.replay_buffer, folder / REPLAY_FILE)
        if isinstance(model.replay_buffer, HalfMemory) and (folder / SUCCESSES_FILE).is_file():
            model.replay_buffer.successes = _load_successes(model.replay_buffer, folder / SUCCESSES_FILE)
    for name, optimiser in _optimisers(model).items():
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(f"optimiser.{name}."):
                _, _, i, what = key.split(".")
                state.setdefault(int(i), {})[what] = value
        optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    model.num_timesteps, model._n_updates = int(meta["num_timesteps"]), int(meta["updates"])
    if isinstance(model, SAC) and isinstance(model.actor.optimizer, PatientAdam):
        model.actor.optimizer.wait = max(0, model.actor.optimizer.wait - model._n_updates)
    return meta
