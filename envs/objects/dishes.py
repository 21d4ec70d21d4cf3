"""Bowls that nest, plates, saucepans, frying pans, baskets and trays: wide, so they are taken at the rim or the handle."""

from __future__ import annotations

import numpy as np

from .forms import Form, brick, lathe, sweep
from .instance import Cavity, Shape
from .making import Part, Thing, box, cylinder, down, rims, round_wall, square_wall, thing, vessel
from .paints import Paint


def _round(
    name: str, category: str, nouns: tuple[str, ...], adjective: str, heldout: bool, foot: float, rim: float, height: float, mass: float,
    outside: Paint, inside: Paint, *, thick: float = 0.005, handle: tuple[float, Paint] | None = None,
) -> Thing:  # fmt: skip
    """An open round vessel; `handle`: its length [m] and paint."""
    lean = float(np.arctan2(rim - foot, height))
    contacts: list[Shape] = [cylinder(foot, 0.0, 0.005, 0.4), *round_wall(foot, rim, 0.0025, height, thick, 0.6)]
    parts = vessel(foot, rim, height, thick, outside, inside, rounded=min(0.008, height / 4), segments=22)
    depth = min(0.009, height - 0.0135)
    grasps = rims(
        rim - thick / 2 - depth * np.tan(lean), height - depth, lean if height > 0.04 else 0.0, thick + (0.004 if height <= 0.04 else 0.0)
    )
    if handle:
        length, paint = handle
        z, start = height - 0.011, rim - 0.004
        contacts.append(box(start + length / 2, 0, z, length / 2, 0.009, 0.007, 0.14))
        x = [start, start + 0.025, start + 0.05, start + 0.55 * length, start + 0.93 * length, start + length]
        parts.append((sweep([(a, 0.0, z) for a in x], [0.0075, 0.0075, 0.010, 0.0105, 0.0105, 0.007], 8, flat=0.72), paint))
        grasps = [down(z, 0.018, x=start + 0.034), *grasps[:5], down(z, 0.018, x=start + 0.6 * length)]
    cavity = Cavity(radius=foot - 0.5 * thick, floor=0.005, rim=height)
    return thing(name, category, nouns, adjective, heldout, mass, contacts, parts, grasps, cavity)


def bowl(name: str, adjective: str, heldout: bool, rim: float, height: float, mass: float, outside: Paint, inside: Paint) -> Thing:
    """Leaning walls: a bowl of the same size nests two thirds deep."""
    return _round(
        name, "bowl", ("bowl", "dish", "cereal bowl"), adjective, heldout, rim - 0.30 * height, rim, height, mass, outside, inside, thick=0.0045,
    )  # fmt: skip


def _plate(name: str, adjective: str, heldout: bool, rim: float, mass: float, outside: Paint, inside: Paint) -> Thing:
    """A coupe plate: its edge stands up, so that fingers get it from above."""
    made = _round(
        name, "plate", ("plate", "dinner plate"), adjective, heldout, rim - 0.006, rim, 0.026, mass, outside, outside, thick=0.0045
    )
    # A painted rim and mirror lie on the plate's floor, where people see them.
    disc = lathe([(rim - 0.016, 0.0056), (0.45 * rim, 0.0056), (0.0, 0.0056)], 22)
    return Thing(instance=made.instance, parts=(*made.parts, (disc, inside)))


def _pot(
    name: str, adjective: str, heldout: bool, radius: float, height: float, mass: float, length: float, outside: Paint, inside: Paint
) -> Thing:
    pan = height < 0.05
    category, nouns = ("pan", ("pan", "frying pan", "skillet")) if pan else ("pot", ("pot", "saucepan", "cooking pot"))
    return _round(
        name, category, nouns, adjective, heldout, radius - (0.006 if pan else 0.0), radius, height, mass, outside, inside,
        handle=(length, Paint("dark_wood", "grain", "wood", gloss=0.2) if adjective == "copper" else Paint("black", gloss=0.4)),
    )  # fmt: skip


def _open_box(x: float, y: float, height: float, thick: float, outside: Paint, inside: Paint, corner: float) -> list[Part]:
    """Looks of a box without a lid, of half-sizes x, y."""
    wall = brick(x, y, height / 2, corner=corner, steps=3)
    sides = Form(wall.vertices, wall.faces[: -2 * 12], wall.uv, wall.uv_faces[: -2 * 12]).moved(z=height / 2)
    inner = brick(x - thick, y - thick, height / 2 - 0.003, corner=max(corner - thick, 0.002), steps=3)
    hollow = Form(inner.vertices, inner.faces[: -2 * 12, ::-1], inner.uv, inner.uv_faces[: -2 * 12, ::-1]).moved(z=height / 2 + 0.003)
    ring = np.arange(12)
    edge_vertices = np.concatenate([sides.vertices[12:24], hollow.vertices[12:24]])
    quads = np.concatenate(
        [np.stack([ring, (ring + 1) % 12, 12 + (ring + 1) % 12], 1), np.stack([ring, 12 + (ring + 1) % 12, 12 + ring], 1)]
    )
    edge = Form(edge_vertices, quads, np.zeros((1, 2)), np.zeros_like(quads))
    floor = brick(x - thick, y - thick, 0.002, corner=max(corner - thick, 0.002), steps=3).moved(z=0.002)
    return [(sides, outside), (hollow, inside), (edge, Paint(outside.colour, gloss=outside.gloss)), (floor, inside)]


def _square(
    name: str, category: str, nouns: tuple[str, ...], adjective: str, heldout: bool, x: float, y: float, height: float, mass: float, thick: float,
    outside: Paint, inside: Paint,
) -> Thing:  # fmt: skip
    contacts = [box(0, 0, 0.002, x, y, 0.002, 0.5), *square_wall(x, y, 0.004, height, thick, 0.5)]
    z = height - min(0.009, height - 0.0135)
    grasps = [
        down(z, thick, y=-(y - thick / 2)), down(z, thick, y=y - thick / 2), down(z, thick, x=-(x - thick / 2), along_x=True),
        down(z, thick, x=x - thick / 2, along_x=True),
    ]  # fmt: skip
    cavity = Cavity(radius=min(x, y) - thick, floor=0.004, rim=height)
    return thing(
        name, category, nouns, adjective, heldout, mass, contacts, _open_box(x, y, height, thick, outside, inside, 0.012), grasps, cavity
    )


BASKET, TRAY = ("basket", "wicker basket", "storage basket"), ("tray", "serving tray")
STRAW, BROWN = Paint("straw", "weave", "dark_wood", gloss=0.05), Paint("dark_wood", "weave", "tan", gloss=0.05)
STEEL = Paint("steel", gloss=0.9)
THINGS: tuple[Thing, ...] = (
    bowl("bowl_white", "white", False, 0.070, 0.055, 0.30, Paint("white", gloss=0.6), Paint("white", gloss=0.6)),
    bowl("bowl_blue", "blue", False, 0.075, 0.060, 0.36, Paint("blue", gloss=0.6), Paint("sky", gloss=0.6)),
    bowl("bowl_wooden", "wooden", False, 0.072, 0.052, 0.18, Paint("wood", "grain", "dark_wood", gloss=0.15), Paint("wood", gloss=0.15)),
    bowl("bowl_red", "red", False, 0.062, 0.048, 0.10, Paint("red", gloss=0.4), Paint("red", gloss=0.4)),
    bowl("bowl_striped", "striped", True, 0.073, 0.058, 0.34, Paint("cream", "rings", "orange", gloss=0.6), Paint("cream", gloss=0.6)),
    bowl("bowl_green", "green", True, 0.064, 0.046, 0.09, Paint("lime", gloss=0.4), Paint("green", gloss=0.4)),
    _plate("plate_white", "white", False, 0.085, 0.33, Paint("white", gloss=0.6), Paint("white", "edge", "cream", gloss=0.6)),
    _plate("plate_blue", "blue", False, 0.092, 0.38, Paint("blue", gloss=0.6), Paint("sky", "rings", "blue", gloss=0.6)),
    _plate("plate_yellow", "yellow", False, 0.080, 0.12, Paint("yellow", gloss=0.4), Paint("yellow", "dots", "orange", gloss=0.4)),
    _plate("plate_terracotta", "terracotta", True, 0.088, 0.36, Paint("terracotta", gloss=0.3), Paint("terracotta", "band", "cream", gloss=0.3)),
    _plate("plate_green", "green", True, 0.078, 0.11, Paint("mint", gloss=0.4), Paint("mint", "rings", "green", gloss=0.4)),
    _pot("pot_steel", "steel", False, 0.065, 0.065, 0.55, 0.115, STEEL, STEEL),
    _pot("pot_red", "red", False, 0.072, 0.072, 0.68, 0.12, Paint("red", gloss=0.6), Paint("cream", gloss=0.6)),
    _pot("pot_copper", "copper", True, 0.068, 0.062, 0.60, 0.125, Paint("copper", gloss=0.9), STEEL),
    _pot("pan_black", "black", False, 0.085, 0.034, 0.52, 0.125, Paint("black", gloss=0.3), Paint("charcoal", gloss=0.3)),
    _pot("pan_steel", "steel", False, 0.078, 0.036, 0.45, 0.12, STEEL, Paint("grey", gloss=0.7)),
    _pot("pan_green", "green", True, 0.082, 0.038, 0.48, 0.13, Paint("olive", gloss=0.5), Paint("cream", gloss=0.5)),
    _square("basket_straw", "basket", BASKET, "straw", False, 0.105, 0.075, 0.085, 0.26, 0.007, STRAW, STRAW),
    _square("basket_white", "basket", BASKET, "white", False, 0.095, 0.070, 0.075, 0.14, 0.006, Paint("white", "bars", "grey"), Paint("white")),
    _square("basket_brown", "basket", BASKET, "brown", True, 0.110, 0.072, 0.090, 0.29, 0.007, BROWN, BROWN),
    _square("tray_wooden", "tray", TRAY, "wooden", False, 0.130, 0.090, 0.032, 0.45, 0.008, Paint("wood", "grain", "dark_wood", gloss=0.2),
            Paint("wood", gloss=0.2)),
    _square("tray_red", "tray", TRAY, "red", False, 0.115, 0.080, 0.030, 0.22, 0.006, Paint("red", gloss=0.5), Paint("red", gloss=0.5)),
    _square("tray_blue", "tray", TRAY, "blue", True, 0.122, 0.085, 0.031, 0.26, 0.007, Paint("navy", gloss=0.5), Paint("blue", gloss=0.5)),
)  # fmt: skip
