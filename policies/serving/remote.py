"""A policy server as a policy: `ws://TOKEN@HOST:PORT` acts in a simulation's slots, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.errors import HomebodyError
from ...core.types import Observation, Policy
from ..source import IMAGE_SIZE, Place, PolicySource
from .client import PolicyClient

EXECUTE = 8
"""Actions of a chunk that are acted out before the next is asked for, as by the learned policy in this process."""


class RemotePolicy:
    """Implements core.types.Policy. A slot asks when its chunk is used up; time in the simulation stands still meanwhile."""

    def __init__(self, url: str, token: str, place: Place, *, name: str, cameras: Sequence[str]) -> None:
        self.name = name
        self._url, self._token, self._place = url, token, place
        self._streams = (*cameras, "tactile", "proprio")
        self._clients: dict[int, PolicyClient] = {}
        self._words: dict[int, str] = {}
        self._fresh: set[int] = set()
        """Slots whose next question begins an episode, or comes with new words."""
        self._queue: dict[int, list[np.ndarray]] = {}

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot, text in zip(slots, instructions, strict=True):
            if not text.strip():
                raise HomebodyError(f"{self._url} cannot be asked without words: expected an instruction for slot {slot}")
            self._words[slot], self._queue[slot] = text, []
            self._fresh.add(slot)

    def act(self, observation: Observation) -> np.ndarray:
        actions = self._place.robot.still(np.asarray(observation["proprio"]))  # (B, A): where nobody asked, the arm stays
        for slot in sorted(self._queue):
            if not self._queue[slot]:
                self._queue[slot] = self._ask(observation, slot)
            actions[slot] = self._queue[slot].pop(0)
        return actions

    def _ask(self, observation: Observation, slot: int) -> list[np.ndarray]:
        if slot not in self._clients:
            self._clients[slot] = PolicyClient(self._url, self._token, robot=self._place.robot.name)
        seen = {k: observation[k][slot] for k in self._streams}
        chunk, _ = self._clients[slot].ask(seen, self._words[slot], reset=slot in self._fresh)
        self._fresh.discard(slot)
        return list(chunk[:EXECUTE])


def of_server(name: str) -> PolicySource:
    """The policy at `ws://TOKEN@HOST:PORT`. It is asked once, for the cameras that it wants. Raises HomebodyError where it cannot be reached."""
    scheme, _, rest = name.partition("://")
    token, at, address = rest.rpartition("@")
    if not at or not token or not address:
        raise HomebodyError(
            f"policy {scheme}://{address}: expected {scheme}://TOKEN@HOST:PORT with the token that `homebody serve` printed"
        )
    url = f"{scheme}://{address}"
    with PolicyClient(url, token, robot=None) as client:
        told = client.metadata
    cameras = tuple(str(c) for c in told.get("cameras", ()))
    shown_as = f"{told.get('policy', 'policy')}@{address}"

    def build(place: Any) -> Policy:
        robot, numbers = place.robot, told.get("action_dim", place.robot.action_dim)
        if numbers != robot.action_dim:
            raise HomebodyError(f"{url} serves a robot with {numbers} action numbers: expected {robot.action_dim}, those of {robot.name}")
        return RemotePolicy(url, token, place, name=shown_as, cameras=cameras)

    return PolicySource(name=shown_as, build=build, cameras=cameras, image_size=IMAGE_SIZE)
