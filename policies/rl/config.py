"""Settings of reinforcement learning, with defaults tuned per algorithm on `open_drawer` and two processor cores."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.errors import HomebodyError, check_numbers, unknown

ALGORITHMS = ("sac", "ppo")


@dataclass(frozen=True, kw_only=True)
class RLConfig:
    """How to learn."""

    algorithm: str = "sac"
    """`sac` needs fewer episodes; `ppo` less arithmetic an episode."""
    minutes: float = 20.0
    """Stop after so long."""
    target: float = 1.0
    """Stop earlier once this share of the last 100 training episodes, exploration included, succeeded; above 1: never."""
    gamma: float = 0.95
    """Discount of an action's step."""
    rate: float = 7e-4
    """Learning rate."""
    batch: int = 256
    hidden: tuple[int, ...] = (128, 128)
    """Units of the hidden layers."""
    seed: int = 0
    first_index: int = 0
    """Episode index of the first training episode."""
    warmup: int = 30
    """Random actions a slot takes before learning: they also set the normalisation."""
    updates: int = 24
    """SAC: updates per action of all slots."""
    replay: int = 300_000
    """SAC: actions remembered."""
    tau: float = 0.01
    """SAC: share of the critics that flows into their targets at an update."""
    entropy: float = 0.2
    """SAC: weight of entropy at the start; tuned from there."""
    target_entropy: float | None = None
    """SAC: entropy to keep, in nats; None: minus the number of action dimensions."""
    quiet: float = 0.0
    """SAC: standard deviation of the first actions, whose mean is then zero; 0: as it comes."""
    wait: int = 0
    """SAC: updates of the critics before the actor moves."""
    n_steps: int = 3
    """SAC: rewards summed before the critic's own value is trusted."""
    rollout: int = 32
    """PPO: actions per slot between updates."""
    epochs: int = 8
    """PPO: passes over them."""
    save_minutes: float = 3.0
    threads: int = 1
    """Threads of the networks' arithmetic: small networks gain nothing from a second."""

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise unknown("algorithm", self.algorithm, ALGORITHMS)
        counts = ("batch", "updates", "replay", "rollout", "epochs", "warmup", "threads", "n_steps")
        check_numbers(self, counts=counts, positive=("minutes", "rate", "save_minutes"))
        if not 0 < self.gamma < 1:
            raise HomebodyError(f"gamma is {self.gamma}: expected a number between 0 and 1")
        if not self.hidden or min(self.hidden) < 1:
            raise HomebodyError(f"hidden is {self.hidden}: expected at least one layer of 1 or more units")


def sac_config(*, minutes: float = 20.0, seed: int = 0) -> RLConfig:
    """Soft actor-critic from state."""
    return RLConfig(minutes=minutes, seed=seed)


def ppo_config(*, minutes: float = 20.0, seed: int = 0) -> RLConfig:
    """Proximal policy optimisation from state."""
    return RLConfig(algorithm="ppo", minutes=minutes, seed=seed, rate=5e-4, batch=512)


def residual_config(*, minutes: float = 25.0, seed: int = 0) -> RLConfig:
    """A small correction of a frozen policy with the 0/1 outcome as its reward: begins at no correction and little noise."""
    return RLConfig(
        minutes=minutes, seed=seed, gamma=0.97, rate=5e-4, updates=16, replay=100_000, quiet=0.3, wait=2000, entropy=0.002, target_entropy=-3.0,
        warmup=1, target=2.0,
    )  # fmt: skip
