"""A policy learned from state at run time. Needs the stream `privileged`: for simulation, never for a real robot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ...core.errors import HomebodyError
from ...core.robots import robot_named
from ...core.types import Observation
from .checkpoint import STATE_KIND, load_actor
from .control import Control, make_control
from .networks import PlainActor


def act_rows(actor: PlainActor, rows: np.ndarray) -> np.ndarray:
    """(n, seen) -> (n, dim), one row at a time: a slot's numbers must not depend on the batch it is in."""
    with torch.inference_mode():
        return np.concatenate([actor(torch.from_numpy(rows[i : i + 1])).numpy() for i in range(len(rows))])


class StatePolicy:
    """Implements core.types.Policy: an action is held for `hold` control steps, as in training."""

    def __init__(self, actor: PlainActor, control: Control, keys: Sequence[str], hold: int, *, name: str = "rl") -> None:
        self.name = name
        self._actor, self._control, self._keys, self._hold = actor, control, tuple(keys), hold
        self._age: dict[int, int] = {}
        self._actions: dict[int, np.ndarray] = {}

    @staticmethod
    def load(folder: Path, *, name: str | None = None) -> StatePolicy:
        """From a checkpoint folder. Raises HomebodyError when it is none."""
        actor, interface = load_actor(folder, STATE_KIND)
        try:
            keys, hold, name_of = [str(k) for k in interface["keys"]], int(interface["hold"]), str(interface["control"])
            robot = robot_named(str(interface["robot"]))
        except (KeyError, TypeError, ValueError) as error:
            raise HomebodyError(f"damaged config in {folder}: {error}; expected keys, hold, control and robot in `interface`") from error
        control = make_control(name_of, robot)
        if control.dim != actor.settings["dim"] or hold < 1:
            raise HomebodyError(
                f"damaged config in {folder}: {actor.settings['dim']} numbers held {hold} steps: expected {control.dim} held 1 or more"
            )
        return StatePolicy(actor, control, keys, hold, name=name or folder.name)

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        """The goal is read from the state; the words are not."""
        del instructions
        for slot in slots:
            self._age[slot] = 0

    def act(self, observation: Observation) -> np.ndarray:
        missing = [k for k in self._keys if k not in observation]
        if missing:
            raise HomebodyError(f"the policy {self.name!r} sees the stream {missing[0]!r}: expected an environment with privileged=True")
        count = len(observation["proprio"])
        due = [s for s in sorted(self._age) if self._age[s] % self._hold == 0]
        if due:
            flat = np.concatenate([observation[k][due].reshape(len(due), -1) for k in self._keys], axis=1).astype(np.float32)
            if flat.shape[1] != self._actor.settings["seen"]:
                raise HomebodyError(
                    f"the policy {self.name!r} sees {self._actor.settings['seen']} numbers and this environment gives {flat.shape[1]}: "
                    "expected the task and robot that it was trained on"
                )
            for slot, action in zip(due, act_rows(self._actor, flat), strict=True):
                self._actions[slot] = action
        actions = np.zeros((count, self._control.dim), np.float32)
        for slot in self._age:
            self._age[slot] += 1
            actions[slot] = self._actions[slot]
        return self._control.targets(observation, actions).astype(np.float32)
