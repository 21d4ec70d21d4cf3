"""Colours and small drawn pictures that things are painted with: stripes, labels, covers, wood, wicker."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...core.errors import unknown

Rgb = tuple[float, float, float]
WIDE, FLAT_ROWS, PICTURE_ROWS = 64, 8, 48
"""Columns of every picture; rows of a plain colour and of a drawing in it [pixels]."""

COLOURS: dict[str, Rgb] = {
    "white": (0.95, 0.94, 0.91), "cream": (0.94, 0.88, 0.74), "black": (0.11, 0.11, 0.12), "grey": (0.55, 0.56, 0.58),
    "charcoal": (0.24, 0.25, 0.27), "silver": (0.76, 0.77, 0.79), "steel": (0.68, 0.70, 0.73), "red": (0.80, 0.15, 0.12),
    "crimson": (0.58, 0.08, 0.14), "pink": (0.95, 0.60, 0.67), "orange": (0.95, 0.50, 0.10), "amber": (0.85, 0.55, 0.10),
    "yellow": (0.97, 0.82, 0.16), "lemon": (0.98, 0.87, 0.25), "green": (0.22, 0.58, 0.25), "lime": (0.58, 0.78, 0.20),
    "olive": (0.47, 0.52, 0.20), "mint": (0.62, 0.85, 0.74), "teal": (0.08, 0.50, 0.52), "turquoise": (0.20, 0.72, 0.75),
    "sky": (0.50, 0.74, 0.93), "blue": (0.14, 0.32, 0.76), "navy": (0.10, 0.15, 0.36), "purple": (0.46, 0.22, 0.60),
    "lilac": (0.74, 0.64, 0.88), "brown": (0.45, 0.28, 0.16), "tan": (0.80, 0.66, 0.48), "wood": (0.76, 0.56, 0.35),
    "dark_wood": (0.46, 0.29, 0.17), "straw": (0.83, 0.67, 0.42), "copper": (0.80, 0.48, 0.33), "gold": (0.86, 0.68, 0.28),
    "terracotta": (0.76, 0.41, 0.28), "shell": (0.93, 0.79, 0.66), "crust": (0.77, 0.51, 0.24), "paper": (0.96, 0.95, 0.92),
    "stem": (0.35, 0.24, 0.12), "leaf": (0.30, 0.48, 0.16), "honey": (0.83, 0.52, 0.08), "jam": (0.52, 0.06, 0.14), "screen": (0.05, 0.06, 0.09),
}  # fmt: skip


@dataclass(frozen=True)
class Paint:
    """What a surface looks like."""

    colour: str
    """A key of COLOURS."""
    picture: str = ""
    """A key of PICTURES; empty for plain colour."""
    second: str = "white"
    """The picture's other colour."""
    alpha: float = 1.0
    """Below 1 for glass and clear plastic."""
    gloss: float = 0.35
    """Specular strength; things of several paints have the mean."""

    def __post_init__(self) -> None:
        for key, table, what in (
            (self.colour, COLOURS, "colour"),
            (self.second, COLOURS, "colour"),
            (self.picture or "plain", PICTURES, "picture"),
        ):
            if key not in table:
                raise unknown(what, key, table)

    @property
    def rgb(self) -> Rgb:
        return COLOURS[self.colour]

    def pixels(self) -> np.ndarray:
        """(rows, 64, 3) in [0, 1]; row 0 is v = 0. Drawn once, and read only."""
        return _drawn(self)


@functools.cache
def _drawn(paint: Paint) -> np.ndarray:
    a, b = np.array(paint.rgb), np.array(COLOURS[paint.second])
    rows = FLAT_ROWS if not paint.picture else PICTURE_ROWS
    image = np.tile(a, (rows, WIDE, 1))
    y, x = np.mgrid[0:rows, 0:WIDE]
    PICTURES[paint.picture or "plain"](image, (x + 0.5) / WIDE, (y + 0.5) / rows, a, b)
    image = np.clip(image, 0, 1)
    image.flags.writeable = False
    return image


Painter = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], None]
"""Draws into an image (rows, 64, 3) of colour a with colour b; u runs to the right, v upwards, both in [0, 1]."""


def _plain(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    del image, u, v, a, b


def _rings(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    image[(v * 8) % 2 > 1] = b


def _band(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    image[abs(v - 0.62) < 0.13] = b


def _edge(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    image[v > 0.82] = b


def _bars(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    image[(u * 16) % 2 > 1] = b


def _wedges(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    third = np.array(COLOURS["white"])
    image[(u * 6) % 3 > 1], image[(u * 6) % 3 > 2] = third, b
    image[(v < 0.06) | (v > 0.94)] = third


def _dots(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    row = np.floor(v * 4)
    image[((u * 8 + 0.5 * (row % 2)) % 1 - 0.5) ** 2 + (v * 4 - row - 0.5) ** 2 < 0.075] = b


def _checks(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    share = 0.5 * ((u * 16) % 2 > 1) + 0.5 * ((v * 8) % 2 > 1)
    image[:] = a + share[..., None] * (b - a)


def _label(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A printed label that goes around: twice a disc on a band with two lines of small print."""
    w = (2 * u) % 1
    image[(v > 0.16) & (v < 0.84)] = b
    image[(abs(v - 0.20) < 0.02) | (abs(v - 0.80) < 0.02)] = a
    image[((w - 0.5) * 1.6) ** 2 + ((v - 0.56) * 1.0) ** 2 < 0.030] = a
    image[((w - 0.5) * 1.6) ** 2 + ((v - 0.56) * 1.0) ** 2 < 0.008] = b
    image[(abs(w - 0.5) < 0.26) & (abs(v - 0.32) < 0.025)] = 0.6 * a


def _logo(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A drink's can: a swoosh of the second colour, twice around."""
    w = (2 * u) % 1
    wave = 0.5 + 0.16 * np.sin(2 * np.pi * w)
    image[abs(v - wave) < 0.12] = b
    image[(abs(v - wave) > 0.15) & (abs(v - wave) < 0.18)] = 0.7 * b + 0.3 * a


def _front(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A packet's front: a title bar, a round picture and a line of print."""
    image[(abs(v - 0.80) < 0.09) & (abs(u - 0.5) < 0.42)] = b
    image[(abs(v - 0.80) < 0.03) & (abs(u - 0.5) < 0.30)] = 0.5 * a
    disc = (u - 0.5) ** 2 + (0.8 * (v - 0.42)) ** 2
    image[disc < 0.070], image[disc < 0.045], image[disc < 0.012] = b, 0.5 * (a + b), 0.6 * a
    image[(abs(v - 0.09) < 0.025) & (abs(u - 0.5) < 0.32)] = b


def _cover(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A book's cover: a frame, two lines of title and an emblem."""
    frame = np.maximum(abs(u - 0.5), abs(v - 0.5))
    image[(frame > 0.41) & (frame < 0.44)] = b
    for height, half in ((0.76, 0.28), (0.67, 0.20)):
        image[(abs(v - height) < 0.025) & (abs(u - 0.5) < half)] = b
    image[(abs(u - 0.5) + abs(v - 0.35)) < 0.16] = b
    image[(abs(u - 0.5) + abs(v - 0.35)) < 0.08] = a


def _cross(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A chemist's packet: a cross, a coloured bar and print."""
    s, t = abs(u - 0.22), abs(v - 0.60) * 0.6
    image[(s < 0.035) & (t < 0.12) | (s < 0.10) & (t < 0.042)] = b
    image[v < 0.16] = b
    for height, low, high in ((0.74, 0.42, 0.90), (0.58, 0.42, 0.80), (0.44, 0.42, 0.72)):
        image[(abs(v - height) < 0.035) & (u > low) & (u < high)] = 0.35 * np.ones(3)


def _screen(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A telephone's home screen: a dark background that brightens and rows of icons."""
    image[:] = a + (0.9 * (1 - v) + 0.05)[..., None] * (b - a)
    column, row = (u * 4) % 1, (v * 7) % 1
    icon = (abs(column - 0.5) < 0.28) & (abs(row - 0.5) < 0.27) & (v < 0.72)
    hue = (np.floor(u * 4) * 3 + np.floor(v * 7) * 5) % 4
    for k, name in enumerate(("lime", "orange", "white", "pink")):
        image[icon & (hue == k)] = COLOURS[name]
    image[(abs(v - 0.86) < 0.03) & (abs(u - 0.5) < 0.2)] = 1.0


def _grain(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    lines = np.sin(2 * np.pi * (3 * v + 0.35 * np.sin(2 * np.pi * u) + 0.2 * np.sin(6 * np.pi * u + 1)))
    image[:] = a + (0.20 + 0.20 * lines)[..., None] * (b - a)


def _weave(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    i, j = np.floor(u * 32), np.floor(v * 8)
    over = (i + j) % 2
    shade = abs(((v * 8) % 1) - 0.5) * 0.5 + 0.55 * over * (0.4 + abs(((u * 32) % 1) - 0.5))
    image[:] = a + np.clip(shade, 0, 0.75)[..., None] * (b - a)


def _freckles(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    noise = np.random.default_rng(5).random(u.shape)
    image[:] = a + (0.5 * (noise > 0.88) + 0.1 * noise)[..., None] * (b - a)


def _blush(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """A ripe side that fades into the other, with streaks."""
    noise = np.random.default_rng(3).random((1, WIDE))
    share = np.clip(0.5 + 0.75 * np.cos(2 * np.pi * u) + 0.25 * (noise - 0.5), 0, 1)
    image[:] = a + share[..., None] * (b - a)


def _creases(image: np.ndarray, u: np.ndarray, v: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Folds and torn print of crumpled paper."""
    noise = np.random.default_rng(9).random((6, 8))
    image[:] = a + (0.5 * (noise[(v * 5.99).astype(int), (u * 7.99).astype(int)] > 0.72))[..., None] * (b - a)


PICTURES: dict[str, Painter] = {
    "plain": _plain, "rings": _rings, "band": _band, "edge": _edge, "bars": _bars, "wedges": _wedges, "dots": _dots, "checks": _checks,
    "label": _label, "logo": _logo, "front": _front, "cover": _cover, "cross": _cross, "screen": _screen, "grain": _grain,
    "weave": _weave, "freckles": _freckles, "blush": _blush, "creases": _creases,
}  # fmt: skip
