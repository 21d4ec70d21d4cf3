"""The batched engine spread over workers: rollouts for reinforcement learning, the same numbers as in one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode

from ..core.errors import HomebodyError
from ..datasets.workers import TRIES
from ..envs.requests import per_slot, read_mask
from .cluster import ClusterConfig, Lost, Team, cluster

MakeEnv = Callable[[int], Any]
"""Number of slots -> a HouseholdVectorEnv; it travels to the workers."""
Answer = tuple[Any, ...]


class _Part:
    """Some slots of the whole, in a worker."""

    def __init__(self, make: MakeEnv, slots: int) -> None:
        self._env = make(slots)

    def spaces(self) -> tuple[Any, Any]:
        return self._env.single_observation_space, self._env.single_action_space

    def reset(self, options: Mapping[str, Any]) -> Answer:
        return self._env.reset(options=options)

    def step(self, actions: np.ndarray) -> Answer:
        return self._env.step(actions)

    def render_slot(self, i: int, camera: str, size: tuple[int, int]) -> np.ndarray:
        return self._env.render_slot(i, camera, size)


class _Diary:
    """What each slot of a part has been told since its episode began: enough to bring a new engine to the same state."""

    def __init__(self, slots: int) -> None:
        self._started: list[dict[str, Any] | None] = [None] * slots
        self._actions: list[list[np.ndarray]] = [[] for _ in range(slots)]

    def begin(self, options: Mapping[str, Any]) -> None:
        for n, slot in enumerate(np.flatnonzero(options["reset_mask"])):
            self._started[slot] = {k: [v[n]] for k, v in options.items() if k != "reset_mask"}
            self._actions[slot] = []

    def step(self, actions: np.ndarray) -> None:
        for past, action in zip(self._actions, actions, strict=True):
            past.append(np.array(action))

    def again(self) -> Iterator[tuple[str, Any]]:
        """Calls that lead a fresh engine here: each slot starts as many steps before now as it has taken."""
        slots = [i for i, s in enumerate(self._started) if s is not None]
        for left in range(max((len(self._actions[i]) for i in slots), default=0), -1, -1):
            for i in slots:
                if len(self._actions[i]) == left:
                    mask = np.arange(len(self._actions)) == i
                    yield "reset", {**(self._started[i] or {}), "reset_mask": mask}
            if left:
                idle = np.zeros_like(self._actions[slots[0]][0]) if slots else np.zeros(8)
                yield "step", np.stack([past[-left] if len(past) >= left else idle for past in self._actions])


class RemoteVectorEnv(gymnasium.vector.VectorEnv):  # type: ignore[type-arg]
    """A HouseholdVectorEnv whose slots live in the workers of a team; use `remote_env` to open one.

    `reset` takes the same options, and needs `index`. Every number is that of one engine with as many slots. A worker that
    dies is replaced by one that acts its episodes out again up to the same state: the learner sees nothing of it but a pause.
    """

    metadata = {"autoreset_mode": AutoresetMode.DISABLED}  # noqa: RUF012

    def __init__(self, ray: Any, make: MakeEnv, slots: int, workers: int) -> None:
        self._bounds = [int(b) for b in np.linspace(0, slots, min(workers, slots) + 1).round()]
        sizes = [b - a for a, b in zip(self._bounds, self._bounds[1:], strict=False)]
        self._team = Team(ray, [partial(_Part, make, n) for n in sizes])
        self._diaries = [_Diary(n) for n in sizes]
        self.num_envs = slots
        self.single_observation_space, self.single_action_space = self._team.one(0, "spaces")
        self.observation_space = gymnasium.vector.utils.batch_space(self.single_observation_space, slots)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, slots)

    @property
    def restarts(self) -> int:
        """Workers that died and were replaced."""
        return self._team.restarts

    def reset(self, *, seed: Any = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:  # type: ignore[override]
        """Starts episodes `options["index"]` in the slots of `reset_mask`; see HouseholdVectorEnv."""
        options = dict(options or {})
        mask = read_mask(options.pop("reset_mask", None), self.num_envs)
        if options.get("index") is None or seed is not None:
            raise HomebodyError("slots on workers start by options['index']: expected one episode index for each")
        options = {k: per_slot(k, v, mask) for k, v in options.items() if v is not None}
        if None in options["index"]:
            raise HomebodyError("slots on workers draw no episodes: expected an episode index for each, not None")
        parts = [self._share(options, mask, a, b) for a, b in zip(self._bounds, self._bounds[1:], strict=False)]
        observation, info = self._together("reset", parts)
        for diary, part in zip(self._diaries, parts, strict=True):
            diary.begin(part)
        return observation, info

    @staticmethod
    def _share(options: Mapping[str, Sequence[Any]], mask: np.ndarray, a: int, b: int) -> dict[str, Any]:
        """What of the options belongs to slots [a, b)."""
        first, last = int(mask[:a].sum()), int(mask[:b].sum())
        return {**{k: v[first:last] for k, v in options.items()}, "reset_mask": mask[a:b]}

    def step(self, actions: np.ndarray) -> tuple[Any, ...]:  # type: ignore[override]
        """As HouseholdVectorEnv.step."""
        parts = [np.asarray(actions)[a:b] for a, b in zip(self._bounds, self._bounds[1:], strict=False)]
        answer = self._together("step", parts)
        for diary, part in zip(self._diaries, parts, strict=True):
            diary.step(part)
        return answer

    def render_slot(self, i: int, camera: str = "scene", size: tuple[int, int] = (480, 640)) -> np.ndarray:
        """A picture of slot i, (height, width, 3) uint8."""
        n = int(np.searchsorted(self._bounds, i, side="right")) - 1
        arguments = i - self._bounds[n], camera, size
        picture = self._team.one(n, "render_slot", *arguments)
        return self._repeat(n, "render_slot", *arguments) if isinstance(picture, Lost) else picture

    def _together(self, method: str, parts: Sequence[Any]) -> Answer:
        answers = self._team.call(method, [(p,) for p in parts])
        for n, answer in enumerate(answers):
            answers[n] = self._repeat(n, method, parts[n]) if isinstance(answer, Lost) else answer
        return tuple(_merge(column) for column in zip(*answers, strict=True))

    def _repeat(self, n: int, method: str, *arguments: Any) -> Any:
        """The call that killed worker n, or that it did not live to answer, once more."""
        for _ in range(TRIES - 1):
            answer = self._team.one(n, method, *arguments) if self._act_out(n) else None
            if answer is not None and not isinstance(answer, Lost):
                return answer
        raise HomebodyError(f"worker {n} has died {TRIES} times in the same control step: try with one process to see why")

    def _act_out(self, n: int) -> bool:
        """Brings a worker that was built again to where it was; False when it died on the way."""
        return not any(isinstance(self._team.one(n, method, argument), Lost) for method, argument in self._diaries[n].again())


def _merge(column: Sequence[Any]) -> Any:
    """One value of all parts: arrays and lists one after the other, dictionaries by key."""
    first = column[0]
    if isinstance(first, dict):
        return {k: _merge([c[k] for c in column]) for k in first}
    return np.concatenate(column) if isinstance(first, np.ndarray) else [x for part in column for x in part]


@contextmanager
def remote_env(config: ClusterConfig, make: MakeEnv, slots: int) -> Iterator[RemoteVectorEnv]:
    """`slots` slots over `config.workers` workers; the cluster ends with it."""
    with cluster(config) as ray:
        yield RemoteVectorEnv(ray, make, slots, config.workers)
