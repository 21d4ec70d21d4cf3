"""What `--explain` adds to a frame of the film: heat maps and marks in both pictures, below them the words and the senses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..core.types import CONTROL_HZ
from .video_layout import HEIGHT as FILM_HEIGHT
from .video_layout import INK, LINE, PAPER, SOFT, WIDTH, Moment, compose, rounded, shorten, text, text_width

if TYPE_CHECKING:
    from ..envs.sensors.cameras import CameraGeometry
    from ..policies.explaining import Belief, Change, Steering

Colour = tuple[int, int, int]
Frame = Callable[[], np.ndarray]
STRIP = 124
"""Height of what is added below [pixels]."""
HEIGHT = FILM_HEIGHT + STRIP
COLOURS: Mapping[str, Colour] = {"act": (213, 94, 0), "place": (0, 114, 178)}
"""Vermilion and blue of Okabe and Ito (2008): told apart by every kind of colour vision, and legible on paper."""
SAYS = {"act": "where it acts", "place": "where that goes"}
WHITE = (255, 255, 255)
FULL_MM = 100.0
"""Change of the motion that fills a bar."""
STRENGTH = 0.62
"""How much the peak of a heat map covers what is under it."""
ARROW_M, FINGERS_M = 0.08, 0.04
"""Length of the arrow of approach, and the least length of the line between the fingers."""
NEAREST_M = 0.05
"""What is nearer to a camera is not drawn."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A decision as the film shows it until it is acted out."""

    belief: Belief
    then: Mapping[str, CameraGeometry]
    """Camera -> where it was when the decision was made; of those that have a heat map."""
    height: int
    """Of the pictures that geometries are for [pixels]."""
    words: Sequence[Steering]
    changes: Mapping[str, Change]
    """Sense, as people call it -> how the plan changes without it."""


def compose_explained(moment: Moment, view: View | None, now: Mapping[str, CameraGeometry]) -> np.ndarray:
    """The frame (HEIGHT, WIDTH, 3) uint8 RGB. now: where the cameras are; no view where no decision is being acted out."""
    if view is not None:
        pictures = {c: overlaid(picture, c, view, now[c]) for c, picture in (("scene", moment.scene), ("wrist", moment.wrist))}
        moment = replace(moment, scene=pictures["scene"], wrist=pictures["wrist"], inks=inks(view.words))
    return np.concatenate([compose(moment), strip(view)])


def inks(words: Sequence[Steering]) -> dict[str, Colour]:
    """Word -> the colour of the point that it steers."""
    return {w.word: COLOURS[w.point] for w in words if w.point}


def pixel_matrix(geometry: CameraGeometry, height: int, size: tuple[int, int]) -> np.ndarray:
    """(3, 3) from the camera's frame to the pixels of a picture of `size` (height, width); geometry is for pictures `height` high."""
    focal = geometry.intrinsics[1, 1] * size[0] / height
    return np.array([[focal, 0, size[1] / 2 - 0.5], [0, focal, size[0] / 2 - 0.5], [0, 0, 1]])


def project(points: np.ndarray, geometry: CameraGeometry, height: int, size: tuple[int, int]) -> list[tuple[int, int] | None]:
    """Points (K, 3) in the base frame -> x, y in a picture of `size`; None for one that is behind the camera or too near."""
    inside = (points - geometry.T_base_camera[:3, 3]) @ geometry.T_base_camera[:3, :3]  # R^T (p - t)
    pixels = inside @ pixel_matrix(geometry, height, size).T
    return [(round(float(x / z)), round(float(y / z))) if z > NEAREST_M else None for x, y, z in pixels]


def carried(
    heat: np.ndarray, point: np.ndarray, then: CameraGeometry, now: CameraGeometry, height: int, size: tuple[int, int]
) -> np.ndarray:
    """A heat map (S, S) of a square picture, at its peak 1, as seen from where the camera is now: (H, W) float32 for a picture of `size`.

    What it saw is taken for a plane that faced it at the distance of `point` (3,), base frame: a homography.
    """
    side = heat.shape[0]
    M = np.linalg.inv(now.T_base_camera) @ then.T_base_camera
    depth = max(NEAREST_M, float(((point - then.T_base_camera[:3, 3]) @ then.T_base_camera[:3, :3])[2]))
    across = M[:3, :3] + np.outer(M[:3, 3], [0, 0, 1]) / depth
    H = pixel_matrix(now, height, size) @ across @ np.linalg.inv(pixel_matrix(then, height, (side, side)))
    peak = np.float32(max(float(heat.max()), 1e-9))
    return cv2.warpPerspective(heat.astype(np.float32) / peak, H, (size[1], size[0]), flags=cv2.INTER_LINEAR).clip(0, 1)


def overlaid(picture: np.ndarray, camera: str, view: View, now: CameraGeometry) -> np.ndarray:
    """The picture (H, W, 3) uint8 with both heat maps and the marks."""
    size, belief = picture.shape[:2], view.belief
    out = picture.astype(np.float32)
    for k, name in enumerate(COLOURS):
        if camera in view.then:
            cover = carried(belief.heat[camera][k], belief.points[k], view.then[camera], now, view.height, size)
            alpha = STRENGTH * cv2.GaussianBlur(cover, (0, 0), size[0] / 80)[..., None] ** 0.8
            out = out * (1 - alpha) + np.array(COLOURS[name], np.float32) * alpha
    image = np.ascontiguousarray((out + 0.5).astype(np.uint8))
    _draw_marks(image, view, now)
    return image


def _draw_marks(image: np.ndarray, view: View, now: CameraGeometry) -> None:
    """The place, then what is done at the act point: fingers, approach, the point itself."""
    size, mark = (image.shape[0], image.shape[1]), view.belief.mark
    act, place = view.belief.points
    ends = np.zeros((0, 3))
    if mark is not None:
        half = mark.across * max(mark.width, FINGERS_M) / 2
        ends = np.stack([act - half, act + half, act - ARROW_M * mark.approach, act + ARROW_M * mark.way])
    act_at, place_at, *rest = project(np.concatenate([[act, place], ends]), now, view.height, size)
    if place_at:
        cv2.drawMarker(image, place_at, WHITE, cv2.MARKER_DIAMOND, 17, 5, cv2.LINE_AA)
        cv2.drawMarker(image, place_at, COLOURS["place"], cv2.MARKER_DIAMOND, 17, 2, cv2.LINE_AA)
    if act_at:
        if rest:
            left, right, above, onward = rest
            _line(image, left, right, COLOURS["act"])
            _line(image, act_at, onward, COLOURS["place"], tip=True)
            _line(image, above, act_at, COLOURS["act"], tip=True)
        cv2.circle(image, act_at, 6, WHITE, -1, cv2.LINE_AA)
        cv2.circle(image, act_at, 4, COLOURS["act"], -1, cv2.LINE_AA)
    outward = bool(act_at and place_at and act_at[0] > place_at[0])  # the names of two points side by side point away from each other
    _label(image, "act", act_at, left=not outward)
    _label(image, "place", place_at, left=outward)


def _line(image: np.ndarray, a: tuple[int, int] | None, b: tuple[int, int] | None, colour: Colour, *, tip: bool = False) -> None:
    """A line with a white edge; with an arrow's tip at its end."""
    if a is None or b is None:
        return
    share = min(0.4, 9 / max(1.0, float(np.hypot(a[0] - b[0], a[1] - b[1])))) if tip else 0.0
    for ink, width in ((WHITE, 5), (colour, 2)):
        cv2.arrowedLine(image, a, b, ink, width, cv2.LINE_AA, tipLength=share)


def _label(image: np.ndarray, name: str, at: tuple[int, int] | None, *, left: bool) -> None:
    """The point's name on a tab of its colour beside it, where the point is in the picture."""
    height, width = image.shape[:2]
    if at is None or not (0 <= at[0] < width and 0 <= at[1] < height):
        return
    wide = text_width(name, size=12, weight=600) + 10
    x = min(max(at[0] - 14 - wide if left else at[0] + 14, 2), width - wide - 2)
    y = min(max(at[1] - 8, 2), height - 18)
    rounded(image, (x, y, wide, 16), 5, COLOURS[name])
    text(image, name, (x + 5, y + 12), size=12, weight=600, color=WHITE)


def strip(view: View | None) -> np.ndarray:
    """What is below (STRIP, WIDTH, 3) uint8: which words steer which point, and how the plan changes without each sense."""
    image = np.full((STRIP, WIDTH, 3), PAPER, np.uint8)
    if view is None:
        text(image, "no decision is being acted out", (20, 26), size=14, color=SOFT)
        return image
    x = 20
    for point, colour in COLOURS.items():
        found = [f"{w.word} {w.mm:.0f} mm" for w in view.words if w.point == point]
        cv2.circle(image, (x + 6, 21), 6, colour, -1, cv2.LINE_AA)
        x = text(image, SAYS[point], (x + 18, 26), size=14, weight=600, color=colour) + 8
        x = text(image, shorten(", ".join(found), 300, size=14, weight=400), (x, 26), size=14) + 24
    idle = [w.word for w in view.words if not w.point]
    if idle:
        text(image, shorten(f"neither: {', '.join(idle)}", WIDTH - 20 - x, size=14, weight=400), (x, 26), size=14, color=SOFT)
    seconds = len(view.belief.motions) / CONTROL_HZ
    text(image, f"with a sense left out, the next {seconds:.1f} s of the motion would differ by", (20, 56), size=13, color=SOFT)
    pitch = (WIDTH - 20) // max(5, len(view.changes))
    for n, (sense, change) in enumerate(view.changes.items()):
        _bar(image, 20 + n * pitch, pitch - 20, sense, change)
    return image


def _bar(image: np.ndarray, x: int, wide: int, sense: str, change: Change) -> None:
    """One sense, `wide` pixels: its name and millimetres, a bar, degrees and gripper."""
    amount = f"{change.mm:.0f} mm"
    text(image, sense, (x, 78), size=14, weight=500)
    text(image, amount, (x + wide - text_width(amount, size=14, weight=500), 78), size=14, weight=500)
    rounded(image, (x, 85, wide, 8), 4, LINE)
    share = min(1.0, change.mm / FULL_MM)
    if share > 0.02:
        rounded(image, (x, 85, max(8, int(wide * share)), 8), 4, INK)
    text(image, f"turn {change.degrees:.0f}°, gripper {100 * change.gripper:.0f} %", (x, 110), size=12, color=SOFT)
