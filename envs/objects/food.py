"""Fruit, eggs and bread rolls: round and soft-looking, touched as spheres, ellipsoids and capsules."""

from __future__ import annotations

import numpy as np

from .forms import Form, Profile, ball, lathe, sweep
from .instance import Grasp
from .making import Part, Thing, down, lump, rod, thing
from .paints import Paint

STEM = Paint("stem", gloss=0.1)


def _stalk(height: float, at: float, lean: float = 0.004) -> Part:
    return sweep([(0, 0, at), (0.3 * lean, 0, at + 0.6 * height), (lean, 0, at + height)], [0.0018, 0.0013, 0.0018], 5), STEM


def _round(
    name: str, noun: str, adjective: str, heldout: bool, radius: float, mass: float, profile: Profile, parts: list[Part], paint: Paint
) -> Thing:
    """A ball-like fruit; `profile` for a unit radius, about its centre."""
    skin = lathe([(r * radius, z * radius) for r, z in profile], 16).moved(z=radius)
    z = max(0.9 * radius, 0.018)
    grasps = [down(z, 2 * radius, any_yaw=True)]
    contacts = [lump("sphere", (radius,), 0, 0, radius, rolling=0.005)]
    return thing(name, "fruit", (noun, "fruit"), adjective, heldout, mass, contacts, [(skin, paint), *parts], grasps)


APPLE: Profile = [(0, -0.80), (0.16, -0.90), (0.34, -0.98), (0.62, -0.80), (0.88, -0.40), (1.0, 0.08), (0.97, 0.42), (0.80, 0.76), (0.52, 0.94),
                  (0.28, 0.93), (0.0, 0.70)]  # fmt: skip
CITRUS: Profile = [(0, -0.96), (0.12, -0.99), (0.40, -0.91), (0.72, -0.68), (0.94, -0.30), (1.0, 0.05), (0.95, 0.32), (0.76, 0.64), (0.45, 0.90),
                   (0.14, 0.985), (0, 0.96)]  # fmt: skip


def apple(name: str, adjective: str, heldout: bool, radius: float, mass: float, paint: Paint) -> Thing:
    leaf = ball(0.008, 0.0045, 0.0008, 8, 5).turned("y", -25).moved(0.011, 0, 1.96 * radius)
    return _round(
        name, "apple", adjective, heldout, radius, mass, APPLE, [_stalk(0.013, 1.72 * radius), (leaf, Paint("leaf", gloss=0.1))], paint
    )


def _orange(name: str, adjective: str, heldout: bool, radius: float, mass: float, paint: Paint) -> Thing:
    navel = ball(0.0035, 0.0035, 0.0014, 7, 4).moved(0, 0, 1.98 * radius)
    return _round(name, "orange", adjective, heldout, radius, mass, CITRUS, [(navel, Paint("leaf", gloss=0.1))], paint)


def _along_x(form: Form, height: float) -> Form:
    return form.turned("y", 90).moved(z=height)


def _lemon(name: str, noun: str, adjective: str, heldout: bool, half: float, radius: float, mass: float, paint: Paint) -> Thing:
    """Lies on its side, along x."""
    skin = lathe([(0, -half - 0.006), (0.10 * radius, -half - 0.005), (0.26 * radius, -0.97 * half), (0.62 * radius, -0.78 * half), (0.93 * radius, -0.35 * half),
                  (radius, 0), (0.93 * radius, 0.35 * half), (0.62 * radius, 0.78 * half), (0.26 * radius, 0.98 * half), (0, 1.02 * half)], 14)  # fmt: skip
    contacts = [lump("ellipsoid", (half, radius, radius), 0, 0, radius, rolling=0.005)]
    grasps = [down(max(0.9 * radius, 0.014), 2 * radius)]
    return thing(name, "fruit", (noun, "fruit"), adjective, heldout, mass, contacts, [(_along_x(skin, radius), paint)], grasps)


def _pear(name: str, adjective: str, heldout: bool, radius: float, height: float, mass: float, paint: Paint) -> Thing:
    """Stands on its belly's flat."""
    r, h = radius, height
    skin = lathe([(0, 0.006), (0.25 * r, 0.001), (0.5 * r, 0.003), (0.86 * r, 0.35 * r), (r, 0.85 * r), (0.93 * r, 1.3 * r), (0.62 * r, 1.85 * r), (0.50 * r, 0.80 * h),
                  (0.42 * r, 0.92 * h), (0.22 * r, 0.985 * h), (0, 0.97 * h)], 16)  # fmt: skip
    contacts = [
        lump("ellipsoid", (r, r, 0.92 * r), 0, 0, 0.92 * r, 0.75), rod((0, 0, 1.3 * r), (0, 0, h - 0.44 * r), 0.44 * r, 0.2),
        *(lump("sphere", (0.012,), 0.42 * r * float(np.cos(a)), 0.42 * r * float(np.sin(a)), 0.012, 0.02, rolling=0.001) for a in (0.5, 2.6, 4.7)),
    ]  # fmt: skip
    grasps = [down(max(0.75 * h, 0.02), 0.96 * r, any_yaw=True), down(max(0.85 * r, 0.014), 2 * r, any_yaw=True)]
    return thing(name, "fruit", ("pear", "fruit"), adjective, heldout, mass, contacts, [(skin, paint), _stalk(0.014, 0.965 * h)], grasps)


def _banana(name: str, adjective: str, heldout: bool, length: float, radius: float, mass: float, paint: Paint) -> Thing:
    """Lies in the plane, bent about the vertical."""
    angle = np.linspace(-0.62, 0.62, 7)
    bend = length / 2 / np.sin(0.62)
    path = [(float(bend * np.sin(a)), float(bend * (np.cos(a) - 0.92)), radius) for a in angle]
    parts = [
        (sweep([(x, y, radius) for x, y, _ in path], [0.30 * radius, 0.80 * radius, radius, 1.02 * radius, radius, 0.78 * radius, 0.34 * radius], 7), paint),
        (sweep([(path[-1][0] - 0.003, path[-1][1] + 0.001, radius), (path[-1][0] + 0.012, path[-1][1] - 0.011, radius)], [0.0048, 0.0042], 6), STEM),
    ]  # fmt: skip
    contacts = [rod((*path[k][:2], radius), (*path[k + 2][:2], radius), radius * 0.97 if k == 2 else 0.84 * radius, 1.0) for k in (0, 2, 4)]
    top = (path[3][0], path[3][1])
    grasps = [down(max(radius, 0.012), 2 * radius, x=top[0], y=top[1])]
    return thing(name, "fruit", ("banana", "fruit"), adjective, heldout, mass, contacts, parts, grasps)


def _egg(name: str, adjective: str, heldout: bool, half: float, radius: float, mass: float, paint: Paint) -> Thing:
    """Lies on its side, blunt end at -x."""
    skin = lathe([(0, -half), (0.42 * radius, -0.91 * half), (0.80 * radius, -0.64 * half), (0.985 * radius, -0.22 * half), (0.98 * radius, 0.14 * half),
                  (0.80 * radius, 0.58 * half), (0.50 * radius, 0.87 * half), (0.22 * radius, 0.975 * half), (0, half)], 14)  # fmt: skip
    contacts = [lump("ellipsoid", (half, radius, radius), 0, 0, radius, rolling=0.006)]
    return thing(
        name,
        "egg",
        ("egg", "boiled egg"),
        adjective,
        heldout,
        mass,
        contacts,
        [(_along_x(skin, radius), paint)],
        [down(0.9 * radius, 2 * radius)],
    )


def _bread(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, paint: Paint) -> Thing:
    """A roll on its flat side."""
    x, y, z = half
    dome = ball(x, y, z, 16, 9).moved(z=z)
    dome.vertices[:, 2] = np.maximum(dome.vertices[:, 2], 0.25 * z)
    cuts = [
        sweep([(c - 0.006, -0.45 * y, 1.88 * z), (c, 0, 2.02 * z), (c + 0.006, 0.45 * y, 1.88 * z)], [0.0015, 0.003, 0.0015], 5, flat=0.5)
        for c in (-0.35 * x, 0.0, 0.35 * x)
    ]
    contacts = [lump("ellipsoid", (x, y, 0.92 * z), 0, 0, 1.08 * z, 0.8, rolling=0.008), rod((-0.45 * x, 0, 0.5 * z), (0.45 * x, 0, 0.5 * z), 0.5 * z, 0.1),
                *(lump("sphere", (0.4 * z,), 0, s * 0.5 * y, 0.4 * z, 0.05, rolling=0.001) for s in (-1, 1))]  # fmt: skip
    grasp: Grasp = down(0.9 * z, 2 * min(x, y), along_x=x < y)
    parts: list[Part] = [(dome, paint), *((c, Paint("shell", gloss=0.05)) for c in cuts)]
    return thing(name, "bread_roll", ("bread roll", "bun"), adjective, heldout, mass, contacts, parts, [grasp])


THINGS: tuple[Thing, ...] = (
    apple("apple_red", "red", False, 0.0345, 0.165, Paint("red", "blush", "crimson", gloss=0.5)),
    _orange("orange_ripe", "orange", False, 0.0335, 0.150, Paint("orange", "freckles", "amber", gloss=0.25)),
    _lemon("lemon_yellow", "lemon", "yellow", False, 0.038, 0.0270, 0.095, Paint("lemon", "freckles", "yellow", gloss=0.3)),
    _pear("pear_green", "green", False, 0.0310, 0.095, 0.148, Paint("lime", "freckles", "olive", gloss=0.2)),
    _banana("banana_yellow", "ripe", False, 0.160, 0.0175, 0.135, Paint("yellow", "freckles", "gold", gloss=0.2)),
    _lemon("lime_green", "lime", "small", False, 0.030, 0.0240, 0.065, Paint("green", "freckles", "lime", gloss=0.3)),
    apple("apple_golden", "golden", True, 0.0355, 0.175, Paint("lemon", "blush", "orange", gloss=0.5)),
    _orange("mandarin", "shiny", True, 0.0285, 0.085, Paint("orange", "freckles", "red", gloss=0.5)),
    _pear("pear_brown", "brown", True, 0.0325, 0.088, 0.145, Paint("gold", "freckles", "brown", gloss=0.1)),
    _egg("egg_brown", "brown", False, 0.0285, 0.0220, 0.062, Paint("shell", gloss=0.15)),
    _egg("egg_white", "white", False, 0.0265, 0.0205, 0.053, Paint("white", gloss=0.15)),
    _egg("egg_speckled", "speckled", True, 0.0295, 0.0225, 0.066, Paint("shell", "freckles", "brown", gloss=0.15)),
    _bread("bread_white", "pale", False, (0.044, 0.031, 0.0215), 0.055, Paint("straw", "freckles", "shell", gloss=0.05)),
    _bread("bread_brown", "brown", False, (0.040, 0.0325, 0.0235), 0.068, Paint("brown", "freckles", "tan", gloss=0.05)),
    _bread("bread_crusty", "crusty", True, (0.047, 0.0315, 0.0225), 0.072, Paint("crust", "freckles", "shell", gloss=0.05)),
)  # fmt: skip
