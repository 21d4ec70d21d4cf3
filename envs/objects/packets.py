"""What food and medicine come in: cans, boxes and cartons, bottles, jars, medicine boxes."""

from __future__ import annotations

from .forms import Profile, brick, facing, lathe, sweep
from .making import Part, Thing, box, cylinder, down, grip_height, sideways, thing
from .paints import Paint

STEEL = Paint("silver", gloss=0.9)


def can(name: str, adjective: str, heldout: bool, radius: float, height: float, mass: float, paint: Paint, *, drink: bool) -> Thing:
    """Full, but for the light ones. Drinks taper at both ends, food tins have beads."""
    r, h = radius, height
    if drink:
        side: Profile = [(r, 0.011), (r, h - 0.013)]
        ends: list[Profile] = [
            [(0, 0.004), (0.70 * r, 0.0), (0.78 * r, 0.0), (r, 0.011)],
            [(r, h - 0.013), (0.83 * r, h - 0.002), (0.81 * r, h), (0.77 * r, h), (0.75 * r, h - 0.004), (0, h - 0.004)],
        ]
        extra: list[Part] = [(brick(0.009, 0.006, 0.0008, corner=0.005, steps=3).moved(0.006, 0, h - 0.003), STEEL)]
    else:
        side = [(0.985 * r, 0.004), (0.985 * r, h - 0.004)]
        ends = [
            [(0, 0.002), (0.95 * r, 0.0), (r, 0.0), (r, 0.003), (0.985 * r, 0.004)],
            [(0.985 * r, h - 0.004), (r, h - 0.003), (r, h), (0.94 * r, h), (0.93 * r, h - 0.003), (0.6 * r, h - 0.0025), (0, h - 0.003)],
        ]
        extra = []
    parts = [(lathe(side), paint), *((lathe(e), STEEL) for e in ends), *extra]
    z = max(grip_height(h), 0.5 * h)
    grasps = [down(z, 2 * r, any_yaw=True), *(sideways(max(0.05, 0.55 * h), 2 * r) if h > 0.09 else sideways(0.5 * h, 2 * r, 4))]
    nouns = ("can", "tin", "drink can") if drink else ("can", "tin")
    return thing(name, "can", nouns, adjective, heldout, mass, [cylinder(r, 0.0, h)], parts, grasps)


def carton(
    name: str, nouns: tuple[str, ...], adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, front: Paint,
    *, gable: bool = False,
) -> Thing:  # fmt: skip
    """Stands upright; its front faces x, its width lies along y. `gable`: a drink's carton with a folded top and a screw cap."""
    x, y, z = half
    plain, other = Paint(front.colour), Paint(front.second)
    body = z - 0.012 if gable else z
    parts: list[Part] = [(brick(x, y, body, corner=0.0 if gable else 0.0015, steps=2).moved(z=body), plain)]
    for towards, at, w in (("x", x, 2 * y), ("-x", x, 2 * y)):
        sign = -1 if towards == "-x" else 1
        parts.append((facing(sign * (at + 0.0004), 0, body, 0.94 * w, 0.94 * 2 * body, towards), front))
    parts += [(facing(0, s * (y + 0.0004), 0.72 * body, 1.5 * x, 0.6 * body, "y" if s > 0 else "-y"), other) for s in (-1, 1)]
    contacts = [box(0, 0, body, x, y, body, 0.95)]
    if gable:
        ridge = [(-x, 0, 2 * body), (x, 0, 2 * body)]
        parts.append((sweep([(a[0], 0, 2 * body + 0.011) for a in ridge], [0.013, 0.013], 4, flat=0.18), plain))
        roof = brick(x, y, 0.005).moved(z=2 * body + 0.005)
        top = roof.vertices[:, 2] > 2 * body + 0.006
        roof.vertices[top, 1] *= 0.16
        roof.vertices[top, 2] += 0.004
        cap = lathe([(0.0085, 0.0), (0.0085, 0.008), (0, 0.008)], 10).turned("x", -35).moved(0, y * 0.45, 2 * body + 0.006)
        parts += [(roof, plain), (cap, other)]
        contacts.append(box(0, 0, 2 * body + 0.011, x, 0.004, 0.012, 0.05))
    grip = max(grip_height(2 * body), 0.55 * 2 * body if z < 0.06 else 0.0)
    narrow = x <= y
    best = down(grip, 2 * min(x, y), along_x=narrow)
    grasps = [best]
    if 2 * max(x, y) <= 0.0721:
        grasps.append(down(grip, 2 * max(x, y), along_x=not narrow))
    return thing(name, "box", nouns, adjective, heldout, mass, contacts, parts, grasps)


def bottle(
    name: str, nouns: tuple[str, ...], adjective: str, heldout: bool, radius: float, height: float, mass: float, neck: float, body: Paint,
    label: Paint, cap: Paint,
) -> Thing:  # fmt: skip
    """Closed and upright. neck: radius of neck and cap."""
    r, h, shoulder = radius, height, 0.66 * height
    outline: Profile = [
        (0, 0.003), (0.8 * r, 0.0), (0.97 * r, 0.003), (r, 0.008), (r, shoulder), (0.93 * r, shoulder + 0.012), (0.60 * r, shoulder + 0.034),
        (neck, min(shoulder + 0.046, h - 0.024)), (neck, h - 0.017),
    ]  # fmt: skip
    parts = [
        (lathe(outline), body), (lathe([(r + 0.0004, 0.22 * h), (r + 0.0004, 0.58 * h)]), label),
        (lathe([(neck + 0.0015, h - 0.018), (neck + 0.0018, h - 0.001), (neck + 0.0005, h), (0, h)], 14), cap),
    ]  # fmt: skip
    contacts = [
        cylinder(r, 0.0, shoulder + 0.006, 0.93), cylinder(0.72 * r, shoulder + 0.006, shoulder + 0.03, 0.03),
        cylinder(neck + 0.0018, shoulder + 0.03, h, 0.04),
    ]  # fmt: skip
    grasps = [down(h - 0.014, 2 * (neck + 0.0018), any_yaw=True)]
    if h - shoulder < 0.075:  # the fingers reach past the shoulder
        grasps.append(down(shoulder - 0.004, 2 * r, any_yaw=True))
    grasps += sideways(max(0.055, 0.42 * h), 2 * r)
    return thing(name, "bottle", nouns, adjective, heldout, mass, contacts, parts, grasps)


def _jar(
    name: str, nouns: tuple[str, ...], adjective: str, heldout: bool, radius: float, height: float, mass: float, content: Paint, label: Paint, lid: Paint,
) -> Thing:  # fmt: skip
    """Closed, with a lid as wide as it."""
    r, h = radius, height
    glass: Profile = [(0, 0.002), (0.85 * r, 0.0), (r, 0.006), (r, h - 0.026), (0.86 * r, h - 0.017)]
    parts = [
        (lathe(glass), content), (lathe([(r + 0.0004, 0.18 * h), (r + 0.0004, 0.60 * h)]), label),
        (lathe([(0.97 * r, h - 0.017), (0.97 * r, h - 0.002), (0.90 * r, h), (0, h)]), lid),
    ]  # fmt: skip
    grasps = [down(max(grip_height(h), 0.5 * h), 2 * r, any_yaw=True), *sideways(max(0.042, 0.5 * h), 2 * r, 8 if h > 0.09 else 4)]
    return thing(name, "jar", nouns, adjective, heldout, mass, [cylinder(r, 0.0, h)], parts, grasps)


def _medicine(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, paint: Paint) -> Thing:
    """A chemist's packet that lies on its back."""
    x, y, z = half
    parts = [
        (brick(x, y, z).moved(z=z), Paint(paint.colour)), (facing(0, 0, 2 * z + 0.0004, 1.94 * y, 1.94 * x, "z"), paint),
        *((facing(s * (x + 0.0004), 0, z, 1.9 * y, 1.2 * z, "x" if s > 0 else "-x"), Paint(paint.second)) for s in (-1, 1)),
    ]  # fmt: skip
    width = 2 * min(x, y)
    grasps = [down(grip_height(2 * z), width, along_x=x < y)]
    nouns = ("medicine box", "pill packet", "box of tablets")
    return thing(name, "medicine_box", nouns, adjective, heldout, mass, [box(0, 0, z, x, y, z)], parts, grasps)


TEA, MILK, JUICE = ("box", "tea box", "packet"), ("box", "milk carton", "carton"), ("box", "juice carton", "carton")
CRACKERS, PASTA = ("box", "cracker box", "packet"), ("box", "pasta packet", "packet")
WATER, SAUCE, SHAMPOO = ("bottle", "water bottle", "flask"), ("bottle", "sauce bottle"), ("bottle", "shampoo bottle")
GLASSY = 0.7
THINGS: tuple[Thing, ...] = (
    can("can_red", "red", False, 0.033, 0.115, 0.350, Paint("red", "logo", "white", gloss=0.7), drink=True),
    can("can_blue", "blue", False, 0.0290, 0.133, 0.270, Paint("blue", "logo", "silver", gloss=0.7), drink=True),
    can("can_orange", "orange", False, 0.033, 0.088, 0.130, Paint("orange", "label", "cream", gloss=0.4), drink=False),
    can("can_green", "green", True, 0.0335, 0.120, 0.365, Paint("green", "logo", "yellow", gloss=0.7), drink=True),
    can("can_yellow", "yellow", True, 0.0315, 0.080, 0.115, Paint("yellow", "label", "crimson", gloss=0.4), drink=False),
    carton("box_tea", TEA, "green", False, (0.032, 0.045, 0.050), 0.075, Paint("green", "front", "cream")),
    carton("box_crackers", CRACKERS, "yellow", False, (0.026, 0.055, 0.075), 0.14, Paint("yellow", "front", "red")),
    carton("box_milk", MILK, "white", False, (0.033, 0.033, 0.085), 0.52, Paint("white", "front", "blue"), gable=True),
    carton("box_juice", JUICE, "orange", False, (0.024, 0.030, 0.055), 0.21, Paint("orange", "front", "lime"), gable=True),
    carton("box_pasta", PASTA, "blue", True, (0.030, 0.048, 0.070), 0.15, Paint("navy", "front", "gold")),
    carton("box_berries", JUICE, "purple", True, (0.025, 0.032, 0.058), 0.23, Paint("purple", "front", "pink"), gable=True),
    bottle("bottle_water", WATER, "blue", False, 0.0315, 0.205, 0.52, 0.0130, Paint("sky", gloss=GLASSY), Paint("blue", "label", "white"), Paint("blue")),
    bottle("bottle_ketchup", SAUCE, "red", False, 0.0280, 0.175, 0.38, 0.0120, Paint("red", gloss=GLASSY), Paint("white", "label", "green"), Paint("white")),
    bottle("bottle_shampoo", SHAMPOO, "pink", False, 0.0255, 0.160, 0.14, 0.0140, Paint("pink"), Paint("purple", "label", "white"), Paint("purple")),
    bottle("bottle_oil", SAUCE, "green", True, 0.0300, 0.215, 0.50, 0.0125, Paint("olive", gloss=GLASSY), Paint("cream", "label", "leaf"), Paint("gold", gloss=0.7)),
    bottle("bottle_lotion", SHAMPOO, "white", True, 0.0265, 0.150, 0.145, 0.0145, Paint("white"), Paint("teal", "label", "white"), Paint("teal")),
    _jar("jar_jam", ("jar", "jam jar"), "red", False, 0.0335, 0.090, 0.42, Paint("jam", gloss=GLASSY), Paint("cream", "label", "crimson"),
         Paint("red", "checks", "white")),
    _jar("jar_honey", ("jar", "honey jar"), "golden", False, 0.0320, 0.102, 0.44, Paint("honey", gloss=GLASSY), Paint("white", "label", "amber"), Paint("gold", gloss=0.8)),
    _jar("jar_spice", ("jar", "spice jar"), "brown", False, 0.0220, 0.095, 0.12, Paint("terracotta", gloss=GLASSY), Paint("white", "label", "brown"), Paint("black")),
    _jar("jar_pickles", ("jar", "pickle jar"), "green", True, 0.0345, 0.108, 0.47, Paint("olive", gloss=GLASSY), Paint("yellow", "label", "green"), Paint("green")),
    _jar("jar_herbs", ("jar", "spice jar"), "silver", True, 0.0230, 0.088, 0.11, Paint("leaf", gloss=GLASSY), Paint("white", "label", "leaf"), STEEL),
    _medicine("medicine_blue", "blue", False, (0.031, 0.050, 0.011), 0.030, Paint("white", "cross", "blue")),
    _medicine("medicine_red", "red", False, (0.027, 0.042, 0.014), 0.026, Paint("white", "cross", "red")),
    _medicine("medicine_green", "green", True, (0.029, 0.053, 0.0125), 0.034, Paint("white", "cross", "green")),
)  # fmt: skip
