"""What reaches the policy of what the cameras saw: late, dropped, blurred and noisy frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...core.types import CONTROL_HZ
from .sensor import NOMINAL, Condition

OLDEST = 8
"""Frames that are kept: cameras are at most 7 control steps late."""
LATE = ("camera_delay", "dropped_frames")
SPOILS = (*LATE, "blur", "noise")


@dataclass(frozen=True, kw_only=True)
class FrameMemory:
    """What the cameras of one slot remember between steps."""

    past: tuple[tuple[np.ndarray, ...], ...]
    """Frames that may still be shown, one picture a view each."""
    shown: tuple[np.ndarray, ...]
    count: int
    """Frames since the start of the episode."""


class Frames:
    """Delays and degrades the pictures of B slots by their episodes' axes; nominal slots pass bit for bit.

    What happens to a frame is a function of the episode and the frame's number. So the pictures that are seen do not depend on whether
    those in between, which nobody looked at, were drawn at all.
    """

    def __init__(self, num_envs: int) -> None:
        self._conditions: list[Condition] = [NOMINAL] * num_envs
        self._past: list[deque[list[np.ndarray]]] = [deque(maxlen=OLDEST) for _ in range(num_envs)]
        self._shown: list[list[np.ndarray]] = [[] for _ in range(num_envs)]
        self._count = [0] * num_envs

    def begin(self, slot: int, condition: Condition) -> None:
        """A new episode in `slot`; what happens to its pictures depends on the episode alone."""
        self._conditions[slot], self._count[slot] = condition, 0
        self._past[slot].clear()
        self._shown[slot] = []

    def memory(self, slot: int) -> FrameMemory:
        """What `slot`'s cameras remember."""
        past, shown = (tuple(tuple(p.copy() for p in frame) for frame in frames) for frames in (self._past[slot], [self._shown[slot]]))
        return FrameMemory(past=past, shown=shown[0], count=self._count[slot])

    def recall(self, slot: int, memory: FrameMemory) -> None:
        """Puts back what `slot`'s cameras remembered, in the same episode."""
        self._past[slot] = deque((list(frame) for frame in memory.past), maxlen=OLDEST)
        self._shown[slot], self._count[slot] = list(memory.shown), memory.count

    def needed(self, slot: int, looks_in: int) -> bool:
        """Whether the coming frame has to be drawn for somebody who next looks `looks_in` frames after it: always where pictures come late or
        are dropped, since any later look may show it."""
        return looks_in == 0 or any(self._conditions[slot].value(axis) > 0 for axis in LATE)

    def again(self, slot: int) -> bool:
        """Has the next frame of `slot` be its present one once more; whether that has to be drawn, since it may not have been."""
        self._count[slot] -= 1
        return not self.needed(slot, 1)

    def _source(self, slot: int, number: int) -> tuple[int, np.random.Generator]:
        """The frame whose picture is shown at frame `number`: late, and the one before where it was dropped; and the stream that spoils it."""
        condition = self._conditions[slot]
        late, share = round(condition.value("camera_delay") * CONTROL_HZ / 1000), condition.value("dropped_frames")
        oldest = max(number - OLDEST + 1, 0)
        source, spoils = max(number - late, oldest), condition.stream(f"senses {number}")
        while share > 0 and source > oldest and condition.stream(f"frame {source}").random() < share:
            source -= 1
        return source, spoils

    def see(self, slots: Sequence[int], images: Sequence[np.ndarray], drawn: Collection[int]) -> list[np.ndarray]:
        """New frames of `slots`, images[view] (B, H, W, C), those of `drawn` with new pictures -> what is seen of them."""
        out = [image.copy() for image in images]
        for slot in slots:
            if slot in drawn and any(self._conditions[slot].value(axis) > 0 for axis in SPOILS):
                self._look(slot, [image[slot].copy() for image in images])
            self._count[slot] += 1
        for slot, shown in enumerate(self._shown):
            for view, picture in zip(out, shown, strict=False):
                view[slot] = picture
        return out

    def _look(self, slot: int, fresh: list[np.ndarray]) -> None:
        """Takes the slot's next frame in, and shows what is due."""
        self._past[slot].append(fresh)
        source, spoils = self._source(slot, self._count[slot])
        due = self._past[slot][source - self._count[slot] - 1]
        self._shown[slot] = [_spoiled(picture, self._conditions[slot], spoils) for picture in due]


def _spoiled(picture: np.ndarray, condition: Condition, rng: np.random.Generator) -> np.ndarray:
    """Blur in pixels of a 128-pixel picture, then sensor noise in grey levels. Depth and segmentation are as late, and exact."""
    if picture.dtype != np.uint8:
        return picture
    blur, noise = condition.value("blur") * picture.shape[0] / 128, condition.value("noise")
    if blur > 0:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    if noise > 0:
        picture = np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
    return picture
