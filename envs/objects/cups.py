"""Mugs, drinking glasses and bathroom beakers: hollow, so that things and granules go in."""

from __future__ import annotations

import numpy as np

from .forms import sweep
from .instance import Cavity, Shape
from .making import Thing, cylinder, down, grip_height, rims, rod, round_wall, sideways, thing, vessel
from .paints import Paint

HANDLE_M = 0.0045
"""Radius of a mug's handle."""


def _shell(foot: float, rim: float, height: float, thick: float, wall_share: float = 0.7) -> list[Shape]:
    return [cylinder(foot, 0.0, 0.006, 1 - wall_share), *round_wall(foot, rim, 0.003, height, thick, wall_share)]


def mug(
    name: str, adjective: str, heldout: bool, radius: float, height: float, mass: float, outside: Paint, inside: Paint,
    nouns: tuple[str, ...] = ("mug", "cup", "coffee mug"),
) -> Thing:  # fmt: skip
    thick, reach = 0.005, radius + 0.021
    low, high = 0.24 * height, 0.78 * height
    middle = (low + high) / 2
    handle = [rod((radius, 0, h), (reach, 0, h), HANDLE_M, 0.04) for h in (low, high)]
    contacts = [*_shell(radius, radius, height, thick, 0.6), *handle, rod((reach, 0, low), (reach, 0, high), HANDLE_M, 0.04)]
    bend = [(radius - 0.002, low - 0.002), (reach - 0.007, low - 0.001), (reach, low + 0.007), (reach + 0.001, middle)]
    bend += [(r, 2 * middle - z) for r, z in reversed(bend[:-1])]
    ear = sweep([(r, 0.0, z) for r, z in bend], [1.15 * HANDLE_M] * len(bend), 7)
    parts = [*vessel(radius, radius, height, thick, outside, inside), (ear, Paint(outside.colour, gloss=outside.gloss))]
    grasps = [
        down(grip_height(height), 2 * radius, any_yaw=True),
        down(high - 0.002, 2 * HANDLE_M, x=reach),
        *rims(radius - thick / 2, height - 0.009, 0.0, thick, count=4, start=np.pi / 4),
        *sideways(0.58 * height, 2 * radius)[2:7],
    ]
    return thing(
        name, "mug", nouns, adjective, heldout, mass, contacts, parts, grasps, Cavity(radius=radius - thick, floor=0.006, rim=height),
    )  # fmt: skip


def _glass(
    name: str, category: str, nouns: tuple[str, ...], adjective: str, heldout: bool, foot: float, rim: float, height: float, mass: float,
    outside: Paint, inside: Paint,
) -> Thing:  # fmt: skip
    thick = 0.004
    z = grip_height(height)
    at_grip = 2 * (foot + (rim - foot) * z / height)
    grasps = [
        down(z, at_grip, any_yaw=True), *sideways(0.55 * height, foot + rim),
        *rims(rim - thick / 2, height - 0.009, float(np.arctan2(rim - foot, height)), thick, count=4),
    ]  # fmt: skip
    return thing(
        name, category, nouns, adjective, heldout, mass, _shell(foot, rim, height, thick), vessel(foot, rim, height, 0.003, outside, inside),
        grasps, Cavity(radius=foot - thick, floor=0.006, rim=height),
    )  # fmt: skip


GLASS, BEAKER = ("glass", "tumbler", "drinking glass"), ("beaker", "toothbrush cup", "bathroom cup")


def _clear(colour: str, alpha: float = 0.38) -> Paint:
    return Paint(colour, alpha=alpha, gloss=0.9)


THINGS: tuple[Thing, ...] = (
    mug("mug_blue", "blue", False, 0.034, 0.090, 0.31, Paint("blue", gloss=0.7), Paint("white", gloss=0.7)),
    mug("mug_red", "red", False, 0.0355, 0.082, 0.30, Paint("red", gloss=0.7), Paint("cream", gloss=0.7)),
    mug("mug_striped", "striped", False, 0.035, 0.096, 0.34, Paint("teal", "rings", "white", gloss=0.6), Paint("white", gloss=0.6)),
    mug("mug_enamel", "white", False, 0.032, 0.076, 0.11, Paint("white", "edge", "navy", gloss=0.6), Paint("white", gloss=0.6)),
    mug("mug_dotted", "dotted", True, 0.036, 0.099, 0.37, Paint("cream", "dots", "green", gloss=0.6), Paint("cream", gloss=0.6)),
    mug("mug_yellow", "yellow", True, 0.0315, 0.079, 0.12, Paint("yellow", "edge", "charcoal", gloss=0.6), Paint("white", gloss=0.6)),
    _glass("glass_clear", "glass", GLASS, "clear", False, 0.030, 0.034, 0.108, 0.26, _clear("sky", 0.32), _clear("sky", 0.32)),
    _glass("glass_blue", "glass", GLASS, "blue", False, 0.028, 0.033, 0.092, 0.20, _clear("blue", 0.5), _clear("blue", 0.5)),
    _glass("glass_plastic", "glass", GLASS, "orange", False, 0.027, 0.0325, 0.100, 0.05, _clear("orange", 0.7), _clear("orange", 0.7)),
    _glass("glass_green", "glass", GLASS, "green", True, 0.031, 0.035, 0.118, 0.28, _clear("green", 0.48), _clear("green", 0.48)),
    _glass("glass_pink", "glass", GLASS, "pink", True, 0.026, 0.032, 0.096, 0.045, _clear("pink", 0.7), _clear("pink", 0.7)),
    _glass("beaker_mint", "beaker", BEAKER, "mint green", False, 0.029, 0.0325, 0.095, 0.07, Paint("mint", "band", "white"), Paint("mint")),
    _glass("beaker_grey", "beaker", BEAKER, "grey", False, 0.033, 0.033, 0.102, 0.14, Paint("grey", "freckles", "charcoal", gloss=0.1), Paint("charcoal")),
    _glass("beaker_lilac", "beaker", BEAKER, "lilac", True, 0.028, 0.032, 0.090, 0.06, Paint("lilac", "bars", "white"), Paint("lilac")),
)  # fmt: skip
