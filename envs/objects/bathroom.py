"""Sponges, soap, toothbrushes and toilet rolls."""

from __future__ import annotations

from .forms import brick, facing, lathe, sweep
from .making import Part, Thing, box, down, grip_height, rims, round_wall, sideways, thing
from .paints import Paint


def _sponge(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, foam: Paint, scourer: Paint) -> Thing:
    """A dish sponge, its scouring side up."""
    x, y, z = half
    share = 0.72
    parts: list[Part] = [
        (brick(x, y, share * z, corner=0.006, bevel=0.002, steps=3).moved(z=share * z), foam),
        (brick(x, y, (1 - share) * z, corner=0.006, bevel=0.0015, steps=3).moved(z=(1 + share) * z), scourer),
        (facing(0, 0, 2 * z + 0.0004, 1.8 * y, 1.85 * x, "z"), Paint(scourer.colour, "freckles", "black", gloss=0.0)),
        (facing(x + 0.0004, 0, share * z, 1.8 * y, 1.3 * share * z, "x"), Paint(foam.colour, "dots", foam.second, gloss=0.0)),
        (facing(-x - 0.0004, 0, share * z, 1.8 * y, 1.3 * share * z, "-x"), Paint(foam.colour, "dots", foam.second, gloss=0.0)),
    ]
    grasps = [down(grip_height(2 * z), 2 * min(x, y), along_x=x < y)]
    contacts = [box(0, 0, z, x, y, z, friction=1.0)]
    return thing(name, "sponge", ("sponge", "dish sponge", "scouring pad"), adjective, heldout, mass, contacts, parts, grasps)


def _soap(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, paint: Paint) -> Thing:
    """A bar with a stamped oval."""
    x, y, z = half
    stamp = lathe([(0.5 * y, 0.0), (0.42 * y, 0.0012), (0, 0.0012)], 16).stretched(1.5, 1.0, 1.0).moved(z=2 * z - 0.0004)
    parts: list[Part] = [
        (brick(x, y, z, corner=0.6 * y, bevel=0.45 * z, steps=4).moved(z=z), paint),
        (stamp, Paint(paint.second, gloss=paint.gloss)),
    ]
    grasps = [down(grip_height(2 * z), 2 * y), *([down(grip_height(2 * z), 2 * x, along_x=True)] if x <= 0.036 else [])]
    contacts = [box(0, 0, z, x - 0.003, y, z, friction=0.6)]
    return thing(name, "soap", ("soap", "bar of soap"), adjective, heldout, mass, contacts, parts, grasps)


def _toothbrush(
    name: str, adjective: str, heldout: bool, length: float, half_width: float, mass: float, paint: Paint, bristle: Paint
) -> Thing:
    """Lies on its back along x, bristles up. The handle is as thick as it is wide, as those for children are."""
    L, w, neck = length, half_width, 0.35 * length
    x0, x1, x2 = -L / 2, L / 2 - neck, L / 2
    handle = sweep(
        [(x0, 0, w), (x0 + 0.006, 0, w), ((x0 + x1) / 2, 0, w), (x1 - 0.01, 0, w), (x1 + 0.012, 0, w)],
        [0.65 * w, w, w, 0.95 * w, 0.5 * w],
        8,
    )
    shaft = sweep([(x1 + 0.010, 0, w), (x2 - 0.026, 0, w)], [0.45 * w, 0.40 * w], 6)
    parts: list[Part] = [
        (handle, paint), (shaft, paint), (brick(0.015, 0.0055, 0.0022, corner=0.005, steps=3).moved(x2 - 0.014, 0, w), paint),
        (brick(0.0125, 0.0046, 0.005, corner=0.002).moved(x2 - 0.014, 0, w + 0.007), bristle),
        (brick(0.012, 0.35 * w, 0.0012, corner=0.002).moved(x0 + 0.045, 0, 1.96 * w), Paint(bristle.colour)),
    ]  # fmt: skip
    contacts = [
        box((x0 + x1) / 2, 0, w, (x1 - x0) / 2, 0.93 * w, w, 0.8), box((x1 + x2) / 2, 0, w, neck / 2, 0.004, 0.003, 0.1),
        box(x2 - 0.014, 0, w + 0.005, 0.014, 0.005, 0.007, 0.1),
    ]  # fmt: skip
    grasps = [down(0.0, 1.86 * w, x=x1 - 0.02), down(0.0, 1.86 * w, x=(x0 + x1) / 2)]
    return thing(name, "toothbrush", ("toothbrush", "tooth brush"), adjective, heldout, mass, contacts, parts, grasps)


def _roll(name: str, adjective: str, heldout: bool, radius: float, core: float, height: float, mass: float, paint: Paint) -> Thing:
    """A toilet roll on its end: a ring of twelve blocks around the core's hole."""
    r, h, thick = radius, height, radius - core
    ring = [(r, 0.002), (r, h - 0.002), (r - 0.002, h), (core, h), (core, 0.0), (r - 0.002, 0.0), (r, 0.002)]
    parts: list[Part] = [
        (lathe(ring[:2], 20), paint), (lathe(ring[1:4], 20), Paint("paper", gloss=0.0)), (lathe(ring[3:5], 20), Paint("tan", gloss=0.0)),
        (lathe(ring[4:], 20), Paint("paper", gloss=0.0)),
        (facing(r + 0.0006, 0.004, h / 2, 0.02, 0.98 * h, "x"), Paint("paper", gloss=0.0)),
    ]  # fmt: skip
    grasps = rims(core + thick / 2, h - 0.016, 0.0, thick)
    if 2 * r <= 0.0721:
        grasps = [down(grip_height(h), 2 * r, any_yaw=True), *sideways(0.55 * h, 2 * r)]
    nouns = ("toilet roll", "roll of toilet paper", "toilet paper")
    return thing(name, "toilet_roll", nouns, adjective, heldout, mass, round_wall(r, r, 0.0, h, thick, 1.0), parts, grasps)


NOTHING = 0.0
THINGS: tuple[Thing, ...] = (
    _sponge("sponge_yellow", "yellow", False, (0.050, 0.032, 0.017), 0.012, Paint("yellow", "", "amber", gloss=NOTHING), Paint("green", gloss=NOTHING)),
    _sponge("sponge_blue", "blue", False, (0.046, 0.0305, 0.020), 0.016, Paint("sky", "", "blue", gloss=NOTHING), Paint("navy", gloss=NOTHING)),
    _sponge("sponge_pink", "pink", True, (0.053, 0.0315, 0.0185), 0.018, Paint("pink", "", "crimson", gloss=NOTHING), Paint("purple", gloss=NOTHING)),
    _soap("soap_white", "white", False, (0.042, 0.027, 0.0135), 0.095, Paint("white", second="cream", gloss=0.5)),
    _soap("soap_green", "green", False, (0.037, 0.0295, 0.0155), 0.105, Paint("mint", second="white", gloss=0.5)),
    _soap("soap_lilac", "lilac", True, (0.044, 0.0285, 0.0145), 0.110, Paint("lilac", second="white", gloss=0.5)),
    _toothbrush("toothbrush_blue", "blue", False, 0.165, 0.0062, 0.020, Paint("blue"), Paint("white", "bars", "sky")),
    _toothbrush("toothbrush_red", "red", False, 0.150, 0.0070, 0.023, Paint("red"), Paint("white", "bars", "yellow")),
    _toothbrush("toothbrush_green", "green", True, 0.172, 0.0066, 0.022, Paint("lime"), Paint("white", "bars", "green")),
    _roll("toilet_roll_white", "white", False, 0.0520, 0.0225, 0.096, 0.105, Paint("paper", "dots", "grey", gloss=NOTHING)),
    _roll("toilet_roll_small", "small", False, 0.0345, 0.0215, 0.094, 0.045, Paint("paper", gloss=NOTHING)),
    _roll("toilet_roll_pink", "pink", True, 0.0530, 0.0235, 0.098, 0.110, Paint("pink", "dots", "white", gloss=NOTHING)),
)  # fmt: skip
