"""What `homebody bench` builds before it runs: the policy, the workers' recipe, the settings of the evaluation."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT

if TYPE_CHECKING:
    from ..benchmarks.against import Rival
    from ..benchmarks.arms import Arm
    from ..benchmarks.protocol import BenchConfig
    from ..benchmarks.workers import BenchWork
    from ..envs.engine import HouseholdVectorEnv
    from .policies import PolicySource


MANY = 400
"""Episodes from which on worker processes, which take some seconds to start, save more than they cost."""


@dataclass(frozen=True, kw_only=True)
class BenchRecipe:
    """Everything that a worker needs to evaluate, as plain values: it travels to other processes."""

    policy: str
    fingerprint: str
    """What the weights' hash must be over there."""
    robot: str
    split: str
    language: str
    touch: str = "on"
    randomize: str
    axes: dict[str, float]
    arms: tuple[Arm, ...] = field(default=())
    think_ms: float
    device: str
    threads: int

    @staticmethod
    def of(config: BenchConfig, policy: str, *, device: str, threads: int) -> BenchRecipe:
        """What a worker needs for an evaluation of `policy`, a name or a folder."""
        from .policies import absolute_policy

        return BenchRecipe(
            policy=absolute_policy(policy), fingerprint=config.fingerprint, robot=config.robot, split=config.split, language=config.language,
            touch=config.touch, randomize=config.randomize, axes=dict(config.axes), arms=config.arms, think_ms=config.think_ms,
            device=device, threads=threads,
        )  # fmt: skip

    def __call__(self) -> BenchWork:
        from ..benchmarks.workers import BenchWork

        source = actor(self.policy, self.think_ms, self.device)
        if source.fingerprint != self.fingerprint:
            raise HomebodyError(f"policy {self.policy} has fingerprint {source.fingerprint} in the worker: expected {self.fingerprint}")
        return BenchWork(self.house(source), source.build, self.language, touch=self.touch, arms=self.arms)

    def house(self, source: PolicySource) -> Callable[[str, int], HouseholdVectorEnv]:
        """Builds environments with what the policy looks through."""
        from ..envs.engine import HouseholdVectorEnv

        def make_env(task: str, count: int) -> HouseholdVectorEnv:
            return HouseholdVectorEnv(
                task, count, robot=self.robot, split=self.split, cameras=source.cameras, image_size=source.image_size,
                privileged=source.privileged, sensors=source.sensors, randomize=self.randomize or None, axes=self.axes, threads=self.threads,
            )  # fmt: skip

        return make_env

    def stage(self, task: str) -> HouseholdVectorEnv:
        """One slot without eyes, for acting episodes out again."""
        from ..envs.engine import HouseholdVectorEnv

        return HouseholdVectorEnv(task, 1, robot=self.robot, split=self.split, cameras=(), threads=1)


def actor(policy: str, think_ms: float, device: str) -> PolicySource:
    """The policy to evaluate, thinking where it is given time to. Raises HomebodyError for bad settings."""
    from .policies import find_policy, thinking

    if think_ms < 0:
        raise HomebodyError(f"think is {think_ms:g} ms: expected 0 or more")
    source = find_policy(policy, device)
    return thinking(source, think_ms, device=device) if think_ms else source


def taken(rival: Rival, asked: dict[str, Any]) -> dict[str, Any]:
    """The settings that a run's episodes bring with them. Raises HomebodyError where something else was asked for."""
    usual: dict[str, Any] = {"split": "heldout", "robot": DEFAULT_ROBOT, "randomize": "", "axes": {}, "seed": 0}
    out = {}
    for key, default in usual.items():
        theirs = rival.settings.get(key, default)
        if asked[key] not in (default, theirs):
            raise HomebodyError(
                f"{key} is {asked[key]!r}, but the episodes of {rival.folder} have {theirs!r}: leave it out, or compare two runs"
            )
        out[key] = theirs
    return out


def check_rivals(wanted: Mapping[str, Sequence[int]], config: BenchConfig) -> None:
    """Raises HomebodyError where no state of any task allows another instruction than its own."""
    from ..benchmarks.language import rivals
    from ..benchmarks.tasksets import variant
    from ..envs.stages import find_stage

    for name, indices in wanted.items():
        task, _ = variant(name)
        stage = find_stage(task, config.robot)
        starts = (stage.start(task, config.split, n, {}) for n in indices)
        if any(rivals(s.goal, s.valid) for s in starts):
            return
    raise HomebodyError(
        f"language is 'swap', but no episode of {', '.join(wanted)} allows another instruction than its own: "
        "expected a task with several goals in one state, such as open_drawer or pick_up"
    )


def check_counts(**counts: tuple[int, int]) -> None:
    """name=(count, least): raises HomebodyError for a count below its least."""
    for name, (count, least) in counts.items():
        if count < least:
            raise HomebodyError(f"{name} is {count}: expected {least} or more")


def usual_workers(episodes: int, think_ms: float, device: str) -> int | None:
    """Worker processes where the command names none: one per core for a long run, else None (this process). Thinking has a budget
    of time, which workers would take from one another, as they would a GPU."""
    cores = os.cpu_count() or 1
    return cores if episodes >= MANY and cores > 1 and not think_ms and device == "cpu" and find_spec("ray") else None
