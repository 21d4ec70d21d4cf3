"""One frame of the film that `homebody imagine` makes: what happened above, what the model had expected below."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .video_layout import GREEN, INK, LINE, PAPER, SOFT, place, shorten, text, touch_picture

HEIGHT, WIDTH = 640, 960
ROWS = (84, 340)
"""Top of each row [pixels]."""
SCENE_X, WRIST_X, TOUCH_X = 20, 250, 480
SIDE = 216
CURVE = (716, 84, 224, 216)
"""x, y, width, height of the curves [pixels]."""
ORANGE = (201, 112, 42)


@dataclass(frozen=True, kw_only=True)
class DreamMoment:
    """What one frame shows."""

    instruction: str
    policy: str
    real: np.ndarray
    """(2, S, S, 3) uint8: scene and wrist."""
    imagined: np.ndarray
    real_touch: np.ndarray
    """(2, 3, 8, 8) depth [m] and slip [m/s]."""
    imagined_touch: np.ndarray
    judged: np.ndarray
    """(t + 1, 3) probabilities up to now: goal met, met in the end, nearness."""
    total: int
    """Frames of the whole film."""
    time_s: float
    success: bool | None
    """None before the end."""


def _row(image: np.ndarray, top: int, title: str, pictures: np.ndarray, touch: np.ndarray) -> None:
    text(image, title, (SCENE_X, top - 10), size=15, weight=600)
    place(image, pictures[0], (SCENE_X, top, SIDE, SIDE))
    place(image, pictures[1], (WRIST_X, top, SIDE, SIDE))
    for i, finger in enumerate(touch):
        place(image, touch_picture(finger, 102), (TOUCH_X + 0, top + 114 * i, 102, 102), radius=6)


def _curves(image: np.ndarray, m: DreamMoment) -> None:
    x, y, w, h = CURVE
    text(image, "the model's judgement", (x, y - 10), size=15, weight=600)
    cv2.rectangle(image, (x, y), (x + w, y + h), (255, 255, 255), -1)
    for share in (0.0, 0.5, 1.0):
        line = y + int((1 - share) * h)
        cv2.line(image, (x, line), (x + w, line), LINE, 1)
    for column, colour in ((1, ORANGE), (0, GREEN)):
        t = np.arange(len(m.judged)) / max(m.total - 1, 1)
        points = np.stack([x + t * w, y + (1 - m.judged[:, column]) * h], -1).round().astype(np.int32)
        cv2.polylines(image, [points], False, colour, 2, cv2.LINE_AA)
    text(image, f"will succeed  {100 * m.judged[-1, 1]:3.0f} %", (x, y + h + 26), size=16, weight=600, color=ORANGE)
    text(image, f"goal met now  {100 * m.judged[-1, 0]:3.0f} %", (x, y + h + 50), size=16, weight=600, color=GREEN)


def compose_dream(m: DreamMoment) -> np.ndarray:
    """The frame (640, 960, 3) uint8 RGB."""
    image = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    text(image, shorten(m.instruction, 640, size=26, weight=600), (20, 42), size=26, weight=600)
    text(image, m.policy, (CURVE[0], 42), size=15, color=SOFT)
    _row(image, ROWS[0], "what happened", m.real, m.real_touch)
    _row(image, ROWS[1], "what the world model expected, half a second before", m.imagined, m.imagined_touch)
    for top in ROWS:
        text(image, "touch", (TOUCH_X + 112, top + 14), size=13, color=SOFT)
        text(image, "left", (TOUCH_X + 112, top + 34), size=13, color=SOFT)
        text(image, "right", (TOUCH_X + 112, top + 148), size=13, color=SOFT)
    _curves(image, m)
    text(image, f"{m.time_s:.1f} s", (CURVE[0], ROWS[1] + 90), size=30, weight=600)
    if m.success is not None:
        text(image, "done" if m.success else "not done", (CURVE[0], ROWS[1] + 130), size=24, weight=600, color=GREEN if m.success else SOFT)
    cv2.rectangle(image, (20, HEIGHT - 34), (WIDTH - 20, HEIGHT - 30), LINE, -1)
    share = min(1.0, len(m.judged) / max(m.total, 1))
    cv2.rectangle(image, (20, HEIGHT - 34), (20 + int((WIDTH - 40) * share), HEIGHT - 30), INK, -1)
    return image
