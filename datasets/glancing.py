"""Taking glances: somebody acts, and now and then, at moments that the episode's index decides, pictures and labels are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..core.errors import HomebodyError
from ..core.recording import RecordedEnv
from ..core.rollout import Listener, Rollout, Run, VectorEnv
from ..core.touch import summary
from ..core.types import Observation, Policy, Seeded
from .glances import Glance, Scene


@dataclass(frozen=True, kw_only=True)
class GlanceConfig:
    """How often, and how long."""

    every: float = 16.0
    """Control steps between two glances, on average; the first is at the start."""
    until: int = 0
    """Control steps after which an episode is left; 0: at its end."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.every >= 1:
            raise HomebodyError(f"every is {self.every:g}: expected 1 or more control steps between two glances")
        if self.until < 0 or self.seed < 0:
            raise HomebodyError(f"until is {self.until} and seed {self.seed}: expected 0 or more")


class GlancedEnv(VectorEnv, RecordedEnv, Protocol):
    """What taking glances needs of the engine."""

    cameras: tuple[str, ...]


class Glancer:
    """A policy that acts as another does and looks now and then, as the episode's index says."""

    def __init__(self, policy: Policy, config: GlanceConfig) -> None:
        self.name, self._policy, self._config = policy.name, policy, config
        self._rng: dict[int, np.random.Generator] = {}
        self._left: dict[int, int] = {}
        self.looked: set[int] = set()
        """Slots whose present pictures are new."""

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        self._rng |= {s: np.random.default_rng([self._config.seed, int(n), 11]) for s, n in zip(slots, seeds, strict=True)}
        if isinstance(self._policy, Seeded):
            self._policy.seed(slots, seeds)

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        self._left |= dict.fromkeys(slots, 0)
        self._policy.reset(slots, instructions)

    def act(self, observation: Observation) -> np.ndarray:
        self.looked = {slot for slot, left in self._left.items() if left == 0}
        for slot, left in self._left.items():
            self._left[slot] = (left or int(self._rng[slot].geometric(1 / self._config.every))) - 1
        return self._policy.act(observation)

    def looks_in(self, slot: int) -> int:
        return self._left[slot]

    def leave(self, slot: int) -> None:
        """The episode in `slot` is over."""
        del self._left[slot]


class _Keeper(Listener):
    """Keeps what is seen at a glance."""

    looks = False  # but for what the policy looks at

    def __init__(self, env: GlancedEnv, glancer: Glancer) -> None:
        self._env, self._glancer = env, glancer
        self.taken: dict[int, list[Glance]] = {}

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        if run.slot not in self._glancer.looked:
            return
        labels, i = self._env.labels(run.slot), run.slot
        if not all(np.isfinite(v).all() for v in labels.values()):
            return  # the physics broke
        self.taken.setdefault(run.index, []).append(
            Glance(
                pictures=tuple(observation[c][i].copy() for c in self._env.cameras), proprio=observation["proprio"][i].copy(),
                touch=summary(observation["tactile"][i : i + 1])[0], extrinsics=observation["extrinsics"][i].copy(), **labels,
            )
        )  # fmt: skip


def take_glances(
    env: GlancedEnv, policy: Policy, indices: Sequence[int], config: GlanceConfig
) -> Iterator[tuple[int, tuple[Scene, list[Glance]]]]:
    """Yields (index, what was seen of its episode) as episodes end. env: with cameras and the sensor `extrinsics`."""
    glancer = Glancer(policy, config)
    keeper = _Keeper(env, glancer)
    rollout, todo, scenes = Rollout(env, glancer, listeners=[keeper]), list(indices), dict[int, Scene]()
    while todo or rollout.runs:
        if new := todo[: len(rollout.free)]:
            todo = todo[len(new) :]
            for run in rollout.start(new):
                scenes[run.index] = Scene(goals=tuple(env.marked_goals(run.slot)), instruction=env.instruction(run.slot))
        over = rollout.step()
        late = [run for run in rollout.runs.values() if config.until and run.steps >= config.until]
        for run in late:
            rollout.drop(run.slot)
        for run in (*over, *late):
            glancer.leave(run.slot)
            yield run.index, (scenes.pop(run.index), keeper.taken.pop(run.index))
