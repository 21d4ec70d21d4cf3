"""A frozen language policy with its learned correction, at run time: pictures, touch, joints and words in, as its base."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...core.errors import HomebodyError
from ...core.motions import decode
from ...core.types import ACTION_DIM, Observation
from ..checkpoint import load_model
from .checkpoint import BASE_FOLDER, RESIDUAL_KIND, load_actor
from .networks import PlainActor
from .residual import CAMERAS, FEATURE_DIM, Correction, FrozenBase, features
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
            correction = Correction(reach_m=float(interface["reach_m"]), grip=float(interface["grip"]))
            base = FrozenBase(load_model(folder / BASE_FOLDER), execute=int(interface["execute"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HomebodyError(f"damaged config in {folder}: {error}; expected reach_m, grip and execute in `interface`") from error
        if (actor.settings["seen"], actor.settings["dim"]) != (FEATURE_DIM, correction.dim):
            raise HomebodyError(
                f"the residual in {folder} sees {actor.settings['seen']} numbers and gives {actor.settings['dim']}: "
                f"expected {FEATURE_DIM} and {correction.dim}"
            )
        return ResidualPolicy(actor, base, correction, name=name or folder.name)

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot, text in zip(slots, instructions, strict=True):
            self._words[slot], self._queue[slot], self._age[slot] = text, [], 0

    def _chunk(self, observation: Observation, slot: int) -> list[np.ndarray]:
        seen = {k: observation[k][slot : slot + 1] for k in ("proprio", "tactile", *CAMERAS)}
        motions, points = self._base.plan(seen, [self._words[slot]])
        chunk = decode(seen["proprio"][:, :7].astype(np.float64), motions[:, : self._base.execute])
        residual = act_rows(self._actor, features(seen, motions, points, np.array([float(self._age[slot])])))
        self._age[slot] += self._base.execute
        return list(self._correction.apply(chunk, residual)[0])

    def act(self, observation: Observation) -> np.ndarray:
        actions = np.zeros((len(observation["proprio"]), ACTION_DIM), np.float32)
        actions[:, :7], actions[:, 7] = observation["proprio"][:, :7], 1.0
        for slot in sorted(self._queue):
            if not self._queue[slot]:
                self._queue[slot] = self._chunk(observation, slot)
            actions[slot] = self._queue[slot].pop(0)
        return actions
