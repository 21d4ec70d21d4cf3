"""The picture that a film of the robot shows: both cameras, touch as two heat maps, the instruction, the goal's predicates."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

HEIGHT, WIDTH = 540, 960
SCENE = (20, 72, 640, 400)
"""x, y, width, height of the scene camera [pixels]; the others likewise."""
WRIST = (676, 72, 264, 198)
TOUCH = ((676, 306, 124, 124), (816, 306, 124, 124))
CHIPS_Y, BAR_Y = 486, 524
PAPER, INK, SOFT, LINE = (250, 247, 242), (38, 40, 46), (128, 128, 132), (222, 216, 206)
GREEN, GREEN_INK, IDLE = (47, 125, 109), (255, 255, 255), (236, 231, 222)
TOUCH_FULL_M = 0.003
"""Penetration depth [m] shown in the brightest colour."""
SLIP_SHOWN_MPS = 0.01
"""Slip slower than this [m/s] gets no arrow."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What one frame of the film shows."""

    instruction: str
    scene: np.ndarray
    """(H, W, 3) uint8 RGB, any size of aspect 8:5."""
    wrist: np.ndarray
    """(H, W, 3) uint8 RGB, any size of aspect 4:3."""
    tactile: np.ndarray
    """(2, 3, R, C) float32: depth [m], two slip speeds [m/s]."""
    predicates: Mapping[str, bool]
    step: int
    horizon: int
    """Control steps after which the episode ends."""
    time_s: float
    credit: float
    policy: str
    success: bool = False
    inks: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """Words of the instruction, in lower case, that have a colour of their own."""


@functools.cache
def _font(name: str = "sans") -> cv2.FontFace:
    return cv2.FontFace(name)


def text(
    image: np.ndarray,
    words: str,
    at: tuple[int, int],
    *,
    size: int,
    weight: int = 400,
    color: tuple[int, int, int] = INK,
) -> int:
    """Writes on the image, `at` (x, baseline y); returns the x where the text ends."""
    cv2.putText(image, words, at, color, _font(), size, weight)
    return at[0] + text_width(words, size=size, weight=weight)


def text_width(words: str, *, size: int, weight: int = 400) -> int:
    """Width [pixels] of `words`."""
    _, _, width, _ = cv2.getTextSize((0, 0), words, (0, 0), _font(), size, weight)
    return int(width)


def shorten(words: str, room: int, *, size: int, weight: int) -> str:
    """`words`, cut with an ellipsis where they are wider than `room` [pixels]."""
    if text_width(words, size=size, weight=weight) <= room:
        return words
    while words and text_width(words + "…", size=size, weight=weight) > room:
        words = words[:-1]
    return words.rstrip() + "…"


@functools.cache
def _cover(width: int, height: int, radius: int) -> np.ndarray:
    """(H, W, 1) float32: how much of each pixel a rounded rectangle covers."""
    y, x = np.ogrid[:height, :width]
    dx = np.maximum(np.abs(x + 0.5 - width / 2) - (width / 2 - radius), 0)
    dy = np.maximum(np.abs(y + 0.5 - height / 2) - (height / 2 - radius), 0)
    return np.clip(radius - np.hypot(dx, dy) + 0.5, 0, 1)[..., None].astype(np.float32)


def rounded(image: np.ndarray, box: tuple[int, int, int, int], radius: int, color: tuple[int, int, int]) -> None:
    """Fills a rounded rectangle x, y, width, height."""
    x, y, w, h = box
    cover, target = _cover(w, h, min(radius, h // 2, w // 2)), image[y : y + h, x : x + w]
    target[:] = (np.array(color, np.float32) * cover + target * (1 - cover) + 0.5).astype(np.uint8)


def place(image: np.ndarray, picture: np.ndarray, box: tuple[int, int, int, int], radius: int = 10) -> None:
    """Scales `picture` into the box with round corners."""
    x, y, w, h = box
    if picture.shape[:2] != (h, w):
        shrinking = picture.shape[0] > h
        picture = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
    target = image[y : y + h, x : x + w]
    paper = target.copy()
    target[:] = picture
    near, cover = slice(0, radius), _cover(w, h, radius)
    far = slice(-radius, None)
    for corner in ((near, near), (near, far), (far, near), (far, far)):  # the rest is covered whole
        c = cover[corner]
        target[corner] = (picture[corner] * c + paper[corner] * (1 - c) + 0.5).astype(np.uint8)


def plain(predicate: str) -> str:
    """A predicate in words: `inside(apple, bowl)` is "apple inside bowl"."""
    name, _, rest = predicate.partition("(")
    first, *others = rest.rstrip(")").split(", ")
    return " ".join([first, name, *others]).replace("_", " ").strip()


def touch_picture(finger: np.ndarray, size: int) -> np.ndarray:
    """One pad (3, R, C) as a heat map (size, size, 3) uint8: depth as colour, slip as arrows."""
    depth, slip = finger[0], finger[1:]
    level = np.clip(np.sqrt(np.clip(depth, 0, None) / TOUCH_FULL_M), 0, 1)  # the root shows light touch too
    small = cv2.cvtColor(cv2.applyColorMap((level * 255).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    rows, columns = depth.shape
    edges = np.linspace(0, size, rows + 1).round().astype(int), np.linspace(0, size, columns + 1).round().astype(int)
    out = cv2.resize(small, (size, size), interpolation=cv2.INTER_NEAREST)
    for lines, axis in zip(edges, (0, 1), strict=True):
        for line in lines[1:-1]:
            out[(slice(None),) * axis + (line,)] = (out[(slice(None),) * axis + (line,)] * 0.75 + 12).astype(np.uint8)
    for r, c in np.argwhere(np.hypot(*slip) > SLIP_SHOWN_MPS):
        middle = np.array([(c + 0.5) * size / columns, (r + 0.5) * size / rows])
        v = slip[:, r, c] / np.hypot(*slip[:, r, c]) * min(1.0, np.hypot(*slip[:, r, c]) / 0.1) * size / columns
        tip = middle + [v[0], v[1]]
        cv2.arrowedLine(out, tuple(map(int, middle)), tuple(map(int, tip)), (235, 245, 245), 1, cv2.LINE_AA, tipLength=0.4)
    return out


def chip(image: np.ndarray, x: int, predicate: str, on: bool) -> int:
    """A pill that states a predicate, green where it holds; returns the x behind it."""
    words = plain(predicate)
    width = text_width(words, size=15, weight=500) + 48
    rounded(image, (x, CHIPS_Y - 2, width, 28), 14, GREEN if on else IDLE)
    ink = GREEN_INK if on else SOFT
    if on:
        tick = np.array([[x + 14, CHIPS_Y + 12], [x + 18, CHIPS_Y + 16], [x + 26, CHIPS_Y + 8]], np.int32)
        cv2.polylines(image, [tick], False, ink, 2, cv2.LINE_AA)
    else:
        cv2.circle(image, (x + 20, CHIPS_Y + 12), 5, ink, 1, cv2.LINE_AA)
    text(image, words, (x + 33, CHIPS_Y + 17), size=15, weight=500, color=ink)
    return x + width + 10


@functools.cache
def _background() -> np.ndarray:
    image = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    text(image, "scene", (SCENE[0] + 2, SCENE[1] - 8), size=13, color=SOFT)
    text(image, "wrist", (WRIST[0] + 2, WRIST[1] - 8), size=13, color=SOFT)
    text(image, "touch, left", (TOUCH[0][0] + 2, TOUCH[0][1] - 8), size=13, color=SOFT)
    text(image, "touch, right", (TOUCH[1][0] + 2, TOUCH[1][1] - 8), size=13, color=SOFT)
    return image


def _title(image: np.ndarray, title: str, inks: Mapping[str, tuple[int, int, int]]) -> None:
    """The instruction, each word in its colour."""
    for part in re.finditer(r"[^\W\d_]+|[\W\d_]+", title):
        x = 20 + text_width(title[: part.end()], size=26, weight=600) - text_width(part[0], size=26, weight=600)
        text(image, part[0], (x, 38), size=26, weight=600, color=inks.get(part[0].lower(), INK))


def compose(m: Moment) -> np.ndarray:
    """The frame (540, 960, 3) uint8 RGB."""
    image = _background().copy()
    side = WIDTH - 20 - text_width(m.policy, size=15)
    text(image, m.policy, (side, 34), size=15, color=SOFT)
    title = shorten(m.instruction or "(no instruction)", side - 40, size=26, weight=600)
    _title(image, title, m.inks)
    place(image, m.scene, SCENE)
    place(image, m.wrist, WRIST)
    for finger, box in zip(m.tactile, TOUCH, strict=True):
        place(image, touch_picture(finger, box[2]), box, radius=6)
    x = 20
    for name, holds in m.predicates.items():
        x = chip(image, x, name, holds)
    text(image, f"{m.time_s:.1f} s", (TOUCH[0][0] + 2, CHIPS_Y - 22), size=20, weight=600)
    text(image, f"step {m.step} of {m.horizon}", (TOUCH[0][0] + 2, CHIPS_Y - 2), size=13, color=SOFT)
    verdict, ink = ("done", GREEN) if m.success else (f"credit {100 * m.credit:.0f} %", SOFT)
    text(image, verdict, (TOUCH[1][0] + 2, CHIPS_Y - 22), size=20, weight=600, color=ink)
    rounded(image, (20, BAR_Y, WIDTH - 40, 6), 3, LINE)
    share = min(1.0, m.step / max(1, m.horizon))
    rounded(image, (20, BAR_Y, max(6, int((WIDTH - 40) * share)), 6), 3, GREEN if m.success else INK)
    return image
