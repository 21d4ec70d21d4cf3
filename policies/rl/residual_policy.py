"""A frozen language policy with its learned correction, at run time: pictures, touch, joints and words in, as its base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...core.errors import HomebodyError
from ...core.motions import decode
from ...core.types import Observation
from ..checkpoint import load_model
from .checkpoint import BASE_FOLDER, RESIDUAL_KIND, load_actor
from .networks import PlainActor
from .residual import CAMERAS, Correction, FrozenBase, feature_dim, features
from .runtime import act_rows


class ResidualPolicy:
    """Implements core.types.Policy for any number of slots; a slot's numbers do not depend on the others."""

    def __init__(self, actor: PlainActor, base: FrozenBase, correction: Correction, *, name: str = "residual") -> None:
        self.name = name
        self._actor, self._base, self._correction = actor, base, correction
        self._words: dict[int, str] = {}
        self._queue: dict[int, list[np.ndarray]] = {}
        self._age: dict[int, int] = {}

    @staticmethod
    def load(folder: Path, *, name: str | None = None) -> ResidualPolicy:
        """From a checkpoint folder that holds the base in `base/`. Raises HomebodyError when it is none."""
        actor, interface = load_actor(folder, RESIDUAL_KIND)
        try:
            base = FrozenBase(load_model(folder / BASE_FOLDER), execute=int(interface["execute"]))
            correction = Correction(reach_m=float(interface["reach_m"]), grip=float(interface["grip"]), robot=base.robot)
        except (KeyError, TypeError, ValueError) as error:
            raise HomebodyError(f"damaged config in {folder}: {error}; expected reach_m, grip and execute in `interface`") from error
        size = feature_dim(base.robot)
        if (actor.settings["seen"], actor.settings["dim"]) != (size, correction.dim):
            raise HomebodyError(
                f"the residual in {folder} sees {actor.settings['seen']} numbers and gives {actor.settings['dim']}: "
                f"expected {size} and {correction.dim}"
            )
        return ResidualPolicy(actor, base, correction, name=name or folder.name)

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot, text in zip(slots, instructions, strict=True):
            self._words[slot], self._queue[slot], self._age[slot] = text, [], 0

    def _chunk(self, observation: Observation, slot: int) -> list[np.ndarray]:
        seen = {k: observation[k][slot : slot + 1] for k in ("proprio", "tactile", *CAMERAS)}
        motions, points = self._base.plan(seen, [self._words[slot]])
        robot = self._base.robot
        chunk = decode(robot, seen["proprio"][:, : robot.dof].astype(np.float64), motions[:, : self._base.execute])
        residual = act_rows(self._actor, features(robot, seen, motions, points, np.array([float(self._age[slot])])))
        self._age[slot] += self._base.execute
        return list(self._correction.apply(chunk, residual)[0])

    def act(self, observation: Observation) -> np.ndarray:
        actions = self._base.robot.still(observation["proprio"])
        for slot in sorted(self._queue):
            if not self._queue[slot]:
                self._queue[slot] = self._chunk(observation, slot)
            actions[slot] = self._queue[slot].pop(0)
        return actions
