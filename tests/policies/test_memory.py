"""What eyes keep in mind: the better of two looks at one point, and nothing of another point."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.types import TAXELS
from homebody.policies.eyes.memory import Memory

AIR = np.zeros((2, 3, *TAXELS[2:]))
HELD = AIR.copy()
HELD[:, 0, 3, 3] = 1e-3
AT = np.array([[0.5, 0.1, 0.2], [0.3, 0.0, 0.2]])


def looked(memory: Memory, points: np.ndarray, off: float, tactile: np.ndarray = AIR, slot: int = 0) -> np.ndarray:
    return memory.weigh(slot, points, np.full(2, off), tactile)


def test_a_sharp_look_is_remembered_when_a_finger_hides_the_thing() -> None:
    memory = Memory()
    assert np.array_equal(looked(memory, AT, 0.003), AT)
    blurred = looked(memory, AT + [0.015, 0, 0], 0.02)
    assert np.abs(blurred - AT).max() < 0.002
    for _ in range(30):  # what was seen long ago counts less and less
        blurred = looked(memory, AT + [0.015, 0, 0], 0.02)
    assert np.abs(blurred - AT).max() > 0.008


def test_a_sharper_look_is_believed_at_once() -> None:
    memory = Memory()
    looked(memory, AT, 0.02)
    assert np.abs(looked(memory, AT + [0.02, 0, 0], 0.003) - (AT + [0.02, 0, 0])).max() < 0.001


@pytest.mark.parametrize("change", ["far", "grasp", "forgotten", "slot"])
def test_another_point_is_believed_as_it_is_seen(change: str) -> None:
    memory, far = Memory(), np.array([0.3 if change == "far" else 0.004, 0, 0])
    looked(memory, AT, 0.003)
    if change == "forgotten":
        memory.forget([0])
    seen = looked(memory, AT + far, 0.02, HELD if change == "grasp" else AIR, slot=int(change == "slot"))
    assert np.array_equal(seen, AT + far)
