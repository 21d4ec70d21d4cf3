"""Spoons, forks and table knives that lie flat, with handles thick enough for fingers that close just above the worktop."""

from __future__ import annotations

from dataclasses import replace

from .forms import Form, ball, brick, merged, sweep
from .instance import Shape
from .making import Part, Thing, box, down, lump, thing
from .paints import Paint

THICK_M = 0.0045
"""Half the thickness of the handles."""


def _handle(length: float, half_width: float, paint: Paint) -> tuple[Shape, Part]:
    """Along x from -length to 0."""
    look = brick(length / 2, half_width, THICK_M, corner=half_width * 0.9, bevel=0.0018, steps=4)
    return box(-length / 2, 0, THICK_M, length / 2, half_width, THICK_M, 0.6), (look.moved(-length / 2, 0, THICK_M), paint)


def _made(
    name: str, category: str, nouns: tuple[str, ...], adjective: str, heldout: bool, mass: float, handle: tuple[float, float], paint: Paint,
    head: list[Shape], looks: list[Form], metal: Paint, reach: float,
) -> Thing:  # fmt: skip
    """handle: length and half-width; reach: how far the head extends from the handle's end at x = 0."""
    contact, look = _handle(*handle, paint)
    middle = (reach - handle[0]) / 2  # the frame's origin lies at half the length
    contacts = [replace(s, position=(s.position[0] - middle, s.position[1], s.position[2])) for s in (contact, *head)]
    parts: list[Part] = [(look[0].moved(-middle), paint), (merged(looks).moved(-middle), metal)]
    width = 2 * handle[1]
    near = -0.22 * handle[0] - middle
    grasps = [down(0.0, width, x=near), down(0.0, width, x=-0.5 * handle[0] - middle), down(0.0, width, x=-0.75 * handle[0] - middle)]
    return thing(name, category, nouns, adjective, heldout, mass, contacts, parts, grasps)


def _neck(to: float, low: float = THICK_M) -> Form:
    return sweep([(-0.004, 0, THICK_M), (0.012, 0, THICK_M), (to, 0, low)], [0.0036, 0.0030, 0.0034], 6)


def _spoon(
    name: str,
    adjective: str,
    heldout: bool,
    length: float,
    half_width: float,
    bowl: tuple[float, float],
    mass: float,
    paint: Paint,
    metal: Paint,
) -> Thing:
    """bowl: half-length and half-width."""
    x, (a, b) = 0.018 + bowl[0], bowl
    head = [box(0.012, 0, THICK_M, 0.014, 0.0035, 0.003, 0.1), lump("ellipsoid", (a, b, 0.007), x, 0, 0.0072, 0.3)]
    shell = ball(a, b, 0.0068, 14, 7)
    dished = shell.vertices.copy()
    hollow = dished[:, 2] > 0
    dished[hollow, 2] = 0.0022 - 0.55 * dished[hollow, 2]
    looks = [Form(dished, shell.faces, shell.uv, shell.uv_faces).moved(x, 0, 0.0072), _neck(0.024)]
    return _made(name, "spoon", ("spoon", "tablespoon"), adjective, heldout, mass, (length, half_width), paint, head, looks, metal, x + a)


def _fork(
    name: str, adjective: str, heldout: bool, length: float, half_width: float, spread: float, mass: float, paint: Paint, metal: Paint
) -> Thing:
    """spread: half-width of the tines."""
    palm, tip = 0.034, 0.078
    head = [
        box(0.008, 0, THICK_M, 0.012, 0.0035, 0.003, 0.1), box((palm + tip) / 2, 0, 0.004, (tip - palm) / 2 + 0.006, spread, 0.0035, 0.3),
    ]  # fmt: skip
    looks = [_neck(0.03), brick(0.010, spread, 0.0017, corner=0.007, steps=3).moved(palm + 0.004, 0, THICK_M)]
    for k in range(4):
        y = spread * (2 * k - 3) / 3.6
        looks.append(sweep([(palm + 0.008, y, THICK_M), (0.8 * tip, y, 0.0035), (tip, y, 0.0055)], [0.0023, 0.0019, 0.0008], 5))
    return _made(name, "fork", ("fork", "table fork"), adjective, heldout, mass, (length, half_width), paint, head, looks, metal, tip)


def _knife(
    name: str, adjective: str, heldout: bool, length: float, half_width: float, blade: float, mass: float, paint: Paint, metal: Paint
) -> Thing:
    """A round-tipped table knife, its blade lying flat; blade: its length."""
    head = [box(blade / 2, 0.001, 0.0035, blade / 2, 0.0085, 0.0025, 0.4)]
    looks = [brick(blade / 2 + 0.003, 0.0088, 0.0014, corner=0.0075, steps=4).moved(blade / 2 - 0.003, 0.001, 0.004), _neck(0.018)]
    return _made(
        name,
        "knife",
        ("knife", "table knife", "butter knife"),
        adjective,
        heldout,
        mass,
        (length, half_width),
        paint,
        head,
        looks,
        metal,
        blade,
    )


STEEL = Paint("silver", gloss=0.9)
WOOD = Paint("wood", "grain", "dark_wood", gloss=0.15)
THINGS: tuple[Thing, ...] = (
    _spoon("spoon_steel", "steel", False, 0.105, 0.0060, (0.027, 0.019), 0.055, STEEL, STEEL),
    _spoon("spoon_wooden", "wooden", False, 0.130, 0.0065, (0.030, 0.022), 0.035, WOOD, WOOD),
    _spoon("spoon_red", "red", False, 0.095, 0.0070, (0.025, 0.018), 0.040, Paint("red"), STEEL),
    _spoon("spoon_blue", "blue", True, 0.112, 0.0068, (0.028, 0.020), 0.045, Paint("blue"), STEEL),
    _fork("fork_steel", "steel", False, 0.108, 0.0060, 0.0125, 0.050, STEEL, STEEL),
    _fork("fork_red", "red", False, 0.095, 0.0070, 0.0120, 0.038, Paint("red"), STEEL),
    _fork("fork_black", "black", False, 0.115, 0.0066, 0.0130, 0.046, Paint("black"), STEEL),
    _fork("fork_blue", "blue", True, 0.104, 0.0068, 0.0126, 0.043, Paint("blue"), STEEL),
    _knife("knife_steel", "steel", False, 0.100, 0.0065, 0.105, 0.070, STEEL, STEEL),
    _knife("knife_red", "red", False, 0.092, 0.0070, 0.095, 0.055, Paint("red"), STEEL),
    _knife("knife_blue", "blue", True, 0.104, 0.0068, 0.108, 0.062, Paint("blue"), STEEL),
)  # fmt: skip
