"""Learning with Stable-Baselines3 on the batched engine: SAC or PPO, checkpoints, logs, a learning curve, resuming."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.buffers import NStepReplayBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import configure

from ...core.errors import HomebodyError
from ...core.experience import KEY, Experience
from ...core.interrupts import Stop, stoppable
from ...core.training import Every, check_folder
from .checkpoint import save_actor, write_card
from .config import RLConfig
from .curve import read_rows, write_rows
from .memory import HalfMemory
from .networks import HouseSACPolicy, Normaliser, extract_actor
from .state import Model, load_training, save_training
from .vec_env import BatchedVecEnv

WINDOW = 100
"""Episodes that the shown success rate is taken over."""
ROW_S = 5.0
SPREAD_FLOOR = 0.05
TENSORBOARD = "tensorboard"
Normal = tuple[list[float], list[float]]
Show = Callable[[float, str], None]
"""(seconds done, note)"""


def play(env: BatchedVecEnv, actions: int, seed: int) -> np.ndarray:
    """Observations (N, size) of random play."""
    rng = np.random.default_rng(seed)
    shape = (env.num_envs, *(env.action_space.shape or ()))
    return np.concatenate([env.reset().copy(), *(env.step(rng.uniform(-1, 1, shape))[0].copy() for _ in range(actions))])


def measure(seen: np.ndarray) -> Normal:
    """Mean and spread of each observed number in (N, size)."""
    return seen.mean(0).tolist(), np.maximum(seen.std(0), SPREAD_FLOOR).tolist()


def even_batch(total: int, wanted: int) -> int:
    """The batch size nearest above `wanted` of those that split `total` evenly (all of it where it is less)."""
    parts = max(1, total // wanted)
    while total % parts:
        parts -= 1
    return total // parts


def build(
    env: BatchedVecEnv, config: RLConfig, normal: Normal, *, seen: int | None = None, successes: NStepReplayBuffer | None = None
) -> Model:
    """The untrained model; its actor sees the first `seen` numbers of an observation (None: all of them).

    `successes` fill half of each batch of SAC.
    """
    mean, spread = normal
    seen = seen or len(mean)
    common: dict[str, Any] = {"learning_rate": config.rate, "gamma": config.gamma, "seed": config.seed, "device": "cpu"}
    policy: dict[str, Any] = {"net_arch": list(config.hidden), "features_extractor_class": Normaliser,
                              "features_extractor_kwargs": {"mean": mean, "spread": spread}}  # fmt: skip
    if config.algorithm == "ppo":
        if seen != len(mean):
            raise HomebodyError("ppo has one view for actor and critic: expected sac where the critic sees more")
        return PPO(
            "MlpPolicy", env, policy_kwargs=policy | {"log_std_init": -0.5}, n_steps=config.rollout, n_epochs=config.epochs,
            batch_size=even_batch(config.rollout * env.num_envs, config.batch), **common,
        )  # fmt: skip
    model = SAC(
        HouseSACPolicy, env, policy_kwargs=policy | {"seen": seen, "quiet": config.quiet, "wait": config.wait}, gradient_steps=config.updates, train_freq=1,
        buffer_size=config.replay, batch_size=config.batch, learning_starts=config.warmup * env.num_envs if not config.quiet else 0, tau=config.tau,
        ent_coef=f"auto_{config.entropy}", target_entropy="auto" if config.target_entropy is None else config.target_entropy,
        replay_buffer_class=HalfMemory, replay_buffer_kwargs={"n_steps": config.n_steps, "gamma": config.gamma}, **common,
    )  # fmt: skip
    assert isinstance(model.replay_buffer, HalfMemory)
    model.replay_buffer.successes = successes
    return model


class Learner:
    """Runs one training and keeps its folder up to date. `kind` and `interface` go into the checkpoint's config."""

    def __init__(
        self,
        model: Model,
        config: RLConfig,
        out: Path,
        *,
        kind: str,
        interface: Mapping[str, Any],
        steps_per_action: int,
        title: str,
        trained_on: Experience | None = None,
    ) -> None:
        self.model, self.config, self.out, self.title = model, config, out, title
        self.trained_on = trained_on
        self.kind, self.interface, self.steps_per_action = kind, dict(interface), steps_per_action
        self.rows: list[dict[str, Any]] = []
        self.seconds = self.cpu_seconds = 0.0
        self.episodes = 0
        self.success: deque[bool] = deque(maxlen=WINDOW)
        self.returns: deque[float] = deque(maxlen=WINDOW)
        self.lengths: deque[int] = deque(maxlen=WINDOW)
        self.loss = float("nan")
        out.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(config.threads)
        model.set_logger(configure(str(out / TENSORBOARD), ["tensorboard"]))

    @property
    def env(self) -> BatchedVecEnv:
        """What the model learns in."""
        assert isinstance(self.model.env, BatchedVecEnv)
        return self.model.env

    @property
    def steps(self) -> int:
        """Control steps of all slots so far, up to the rest of a held action."""
        return self.model.num_timesteps * self.steps_per_action

    def save(self) -> None:
        save_actor(self.out, extract_actor(self.model.policy), self.kind, self.interface, self.trained_on)
        counters = {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "episodes": self.episodes,
                    "next_index": self.env.next_index}  # fmt: skip
        save_training(self.model, self.out, counters)
        write_rows(self.out, self.rows, self.title)
        rate = self.rate()
        facts = {**asdict(self.config), "title": self.title, "control_steps": self.steps, "episodes": self.episodes,
                 "minutes": round(self.seconds / 60, 1), "cpu_minutes": round(self.cpu_seconds / 60, 1),
                 "success_of_last_100_training_episodes": None if np.isnan(rate) else round(rate, 3)}  # fmt: skip
        facts |= {KEY: self.trained_on.to_json()} if self.trained_on else {}
        write_card(self.out, f"Homebody: {self.title}", facts)

    def resume(self) -> None:
        """Continues the training in `out`: weights, optimisers and memory; slots begin new episodes."""
        check_folder(self.out, resume=True)
        meta = load_training(self.model, self.out)
        self.seconds, self.cpu_seconds, self.episodes = float(meta["seconds"]), float(meta["cpu_seconds"]), int(meta["episodes"])
        self.env.seed(int(meta["next_index"]))
        self.rows = list(read_rows(self.out))

    def rate(self) -> float:
        """Share of the last training episodes that succeeded; NaN before the first ended."""
        return float(np.mean(self.success)) if self.success else float("nan")

    def record(self, infos: list[dict[str, Any]]) -> None:
        for info in infos:
            if "episode" in info:
                self.episodes += 1
                self.success.append(info["is_success"])
                self.returns.append(info["episode"]["r"])
                self.lengths.append(info["episode"]["l"])

    def add_row(self, *, last: bool = False) -> None:
        """Adds to the learning curve; until two episodes a slot have ended only where it is the `last` row: short ones end first."""
        values = self.model.logger.name_to_value
        self.loss = float(values.get("train/critic_loss", values.get("train/loss", self.loss)))
        if not self.success or (len(self.success) < min(WINDOW, 2 * self.env.num_envs) and not last):
            return
        row = {"steps": self.steps, "seconds": round(self.seconds, 1), "cpu_seconds": round(self.cpu_seconds, 1), "episodes": self.episodes,
               "success": self.rate(), "return": float(np.mean(self.returns)), "length": float(np.mean(self.lengths)), "loss": self.loss}  # fmt: skip
        self.rows.append(row)
        for name in ("success", "return", "length"):
            self.model.logger.record(f"episodes/{name}", row[name])
        self.model.logger.dump(self.model.num_timesteps)

    def run(self, show: Show = lambda seconds, note: None) -> dict[str, Any]:
        """Learns until time is up or the target is reached; Ctrl-C and SIGTERM end it between two steps. Returns the contract's keys of
        training, and `interrupted`."""
        with stoppable() as stop:
            try:
                never: Any = None  # Stable-Baselines3 takes it, and says otherwise
                self.model.learn(2**62, callback=_Watch(self, show, stop), log_interval=never, reset_num_timesteps=False)
            finally:
                self.add_row(last=True)
                self.save()
        return {"steps": self.steps, "seconds": self.seconds, "loss": self.loss, "checkpoint": str(self.out), "episodes": self.episodes,
                "success": self.rate(), "cpu_seconds": self.cpu_seconds, "interrupted": stop.asked}  # fmt: skip


class _Watch(BaseCallback):
    """Reads the clock and the episodes that ended; stops, saves and shows."""

    def __init__(self, learner: Learner, show: Show, stop: Stop) -> None:
        super().__init__()
        self._learner, self._show, self._stop = learner, show, stop

    def _on_training_start(self) -> None:
        self._begun = time.monotonic() - self._learner.seconds
        self._cpu = time.process_time() - self._learner.cpu_seconds
        seconds = self._learner.seconds
        self._row, self._saving = Every(ROW_S, seconds), Every(60 * self._learner.config.save_minutes, seconds)

    def _on_step(self) -> bool:
        learner, config = self._learner, self._learner.config
        learner.record(self.locals["infos"])
        learner.seconds, learner.cpu_seconds = time.monotonic() - self._begun, time.process_time() - self._cpu
        rate = learner.rate()
        if self._row.due(learner.seconds):
            learner.add_row()
            note = f"{learner.steps} steps, {learner.episodes} episodes" + ("" if np.isnan(rate) else f", success {rate:.2f}")
            self._show(learner.seconds, note)
        if self._saving.due(learner.seconds):
            learner.save()
        reached = len(learner.success) == WINDOW and rate >= config.target
        return learner.seconds < 60 * config.minutes and not reached and not self._stop.asked
