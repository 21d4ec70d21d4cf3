"""Toys, balls, pocket books, remote controls, telephones, and rubbish."""

from __future__ import annotations

import numpy as np

from .forms import Form, ball, brick, facing, lathe, merged, sweep
from .instance import Shape
from .making import LOW_M, Part, Thing, box, down, grip_height, lump, rod, thing
from .paints import Paint

BLACK, WHITE = Paint("black", gloss=0.4), Paint("white", gloss=0.4)


def _flat(
    name: str,
    category: str,
    nouns: tuple[str, ...],
    adjective: str,
    heldout: bool,
    half: tuple[float, float, float],
    mass: float,
    parts: list[Part],
) -> Thing:
    """Lies on its back, its length along x."""
    x, y, z = half
    grasps = [down(grip_height(2 * z), 2 * y, x=at) for at in (0.0, -0.35 * x, 0.35 * x)]
    return thing(name, category, nouns, adjective, heldout, mass, [box(0, 0, z, x, y, z)], parts, grasps)


def _book(
    name: str, nouns: tuple[str, ...], adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, cover: Paint
) -> Thing:
    """A pocket book: boards, a rounded spine on the left, pages between."""
    x, y, z = half
    board, plain = 0.0012, Paint(cover.colour, gloss=cover.gloss)
    parts: list[Part] = [
        (brick(x - 0.002, y - 0.002, z - 2 * board).moved(0, -0.001, z), Paint("paper", "rings", "cream", gloss=0.0)),
        *((brick(x, y, board, corner=0.003).moved(z=h), plain) for h in (board, 2 * z - board)),
        (brick(x, 0.002, z).moved(0, y - 0.002, z), plain),
        (facing(0, 0, 2 * z + 0.0004, 1.96 * y, 1.96 * x, "z"), cover),
    ]  # fmt: skip
    return _flat(name, "book", nouns, adjective, heldout, half, mass, parts)


def _phone(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, case: Paint, screen: Paint) -> Thing:
    x, y, z = half
    parts: list[Part] = [
        (brick(x, y, z, corner=0.009, bevel=0.0018, steps=4).moved(z=z), case), (facing(0, 0, 2 * z + 0.0003, 1.84 * y, 1.86 * x, "z"), screen),
        (brick(0.010, 0.0015, 0.0015).moved(0.3 * x, -y, z), Paint("grey")),
    ]  # fmt: skip
    return _flat(name, "phone", ("phone", "mobile", "smartphone"), adjective, heldout, half, mass, parts)


def _remote(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, case: Paint, buttons: Paint) -> Thing:
    """Buttons in three columns, one red for power, a ring to steer."""
    x, y, z = half
    keys = [
        brick(0.0042, 0.0038, 0.001, corner=0.002).moved(cx, cy, 2 * z)
        for cx in np.linspace(-0.72 * x, -0.02 * x, 5)
        for cy in (-0.5 * y, 0.0, 0.5 * y)
    ]
    ring = lathe([(0.62 * y, 0.0), (0.60 * y, 0.002), (0.34 * y, 0.002), (0.32 * y, 0.0)], 14).moved(0.40 * x, 0, 2 * z)
    parts: list[Part] = [
        (brick(x, y, z, corner=0.012, bevel=0.004, steps=4).moved(z=z), case), (merged([*keys, ring]), buttons),
        (brick(0.005, 0.005, 0.0012, corner=0.003).moved(0.80 * x, 0.45 * y, 2 * z), Paint("red")),
    ]  # fmt: skip
    return _flat(name, "remote", ("remote control", "remote", "television remote"), adjective, heldout, half, mass, parts)


def _ball(name: str, nouns: tuple[str, ...], adjective: str, heldout: bool, radius: float, mass: float, paint: Paint) -> Thing:
    grasps = [down(max(0.95 * radius, 0.018), 2 * radius, any_yaw=True)]
    contacts = [lump("sphere", (radius,), 0, 0, radius, rolling=0.004)]
    return thing(
        name, "ball", nouns, adjective, heldout, mass, contacts, [(ball(radius, radius, radius, 18, 11).moved(z=radius), paint)], grasps
    )


def _duck(name: str, adjective: str, heldout: bool, size: float, mass: float, paint: Paint, beak: Paint) -> Thing:
    """A bath duck, looking along x; `size`: its half-width [m]."""
    s = size
    body, head = (
        ball(1.35 * s, s, 0.82 * s, 14, 9).moved(0, 0, 0.80 * s),
        ball(0.66 * s, 0.62 * s, 0.64 * s, 12, 8).moved(0.62 * s, 0, 2.0 * s),
    )
    tail = sweep([(-0.9 * s, 0, 0.9 * s), (-1.3 * s, 0, 1.25 * s), (-1.52 * s, 0, 1.62 * s)], [0.62 * s, 0.38 * s, 0.08 * s], 7)
    wings = [ball(0.62 * s, 0.16 * s, 0.36 * s, 8, 6).turned("y", 18).moved(-0.15 * s, w * 0.94 * s, 0.95 * s) for w in (-1, 1)]
    bill = ball(0.34 * s, 0.34 * s, 0.12 * s, 8, 5).moved(1.30 * s, 0, 1.88 * s)
    eyes = [ball(0.10 * s, 0.10 * s, 0.12 * s, 6, 5).moved(1.10 * s, w * 0.36 * s, 2.22 * s) for w in (-1, 1)]
    body.vertices[:, 2] = np.maximum(body.vertices[:, 2], 0.0)
    contacts = [
        lump("ellipsoid", (1.35 * s, s, 0.80 * s), 0, 0, 0.84 * s, 0.6), lump("sphere", (0.63 * s,), 0.62 * s, 0, 2.0 * s, 0.2),
        box(0, 0, 0.2 * s, 0.8 * s, 0.55 * s, 0.2 * s, 0.2),
    ]  # fmt: skip
    parts: list[Part] = [(merged([body, head, tail, *wings]), paint), (bill, beak), (merged(eyes), BLACK)]
    grasps = [down(2.0 * s - 0.002, 1.26 * s, x=0.55 * s), down(max(0.9 * s, 0.016), 2 * s, x=-0.35 * s)]
    return thing(name, "toy", ("toy", "rubber duck", "toy duck"), adjective, heldout, mass, contacts, parts, grasps)


def _car(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, paint: Paint) -> Thing:
    """A toy car that heads along x, its wheels blocked."""
    x, y, z = half
    axle = 0.42 * z
    wheel = lathe([(0, -0.004), (axle, -0.004), (axle, 0.004), (0, 0.004)], 12).turned("x", 90)
    hub = lathe([(0.45 * axle, -0.0046), (0.45 * axle, 0.0046)], 8).turned("x", 90)
    cap = lathe([(0, -0.0046), (0.45 * axle, -0.0046), (0.45 * axle, 0.0046), (0, 0.0046)], 8).turned("x", 90)
    places = [(a * 0.60 * x, b * (y - 0.003)) for a in (-1, 1) for b in (-1, 1)]
    body = brick(x, y - 0.002, 0.30 * z, corner=0.008, bevel=0.003, steps=3).moved(0, 0, 0.75 * z)
    cabin = brick(0.52 * x, y - 0.005, 0.46 * z, corner=0.005, bevel=0.003, steps=3)
    cabin.vertices[:, 0] *= np.where(cabin.vertices[:, 2] > 0, 0.72, 1.0)
    panes = brick(0.40 * x, y - 0.0045, 0.16 * z, corner=0.002).moved(-0.08 * x, 0, 1.45 * z)
    screen = brick(0.44 * x, y - 0.009, 0.15 * z, corner=0.002).moved(-0.08 * x, 0, 1.45 * z)
    lamps = [ball(0.003, 0.004, 0.004, 6, 5).moved(x - 0.001, b * 0.6 * y, 0.8 * z) for b in (-1, 1)]
    parts: list[Part] = [
        (merged([body, cabin.moved(-0.08 * x, 0, 1.46 * z)]), paint), (merged([wheel.moved(a, b, axle) for a, b in places]), BLACK),
        (merged([*(f.moved(a, b, axle) for a, b in places for f in (hub, cap)), *lamps]), WHITE), (merged([panes, screen]), Paint("sky", gloss=0.8)),
    ]  # fmt: skip
    contacts = [
        box(0, 0, 0.70 * z, x, y - 0.001, 0.38 * z, 0.5), box(-0.08 * x, 0, 1.5 * z, 0.44 * x, y - 0.005, 0.46 * z, 0.2),
        *(box(a, 0, 0.2 * z, 0.005, y, 0.2 * z, 0.15) for a in (-0.6 * x, 0.6 * x)),
    ]  # fmt: skip
    grasps = [down(max(1.1 * z, LOW_M), 2 * y, x=-0.08 * x), down(max(1.1 * z, LOW_M), 2 * y, x=0.2 * x)]
    return thing(name, "toy", ("toy", "toy car"), adjective, heldout, mass, contacts, parts, grasps)


def _block(name: str, adjective: str, heldout: bool, half: float, mass: float, face: Paint) -> Thing:
    """A wooden letter cube."""
    faces = [
        facing(sx * (half + 0.0004), sy * (half + 0.0004), half, 1.7 * half, 1.7 * half, t)
        for sx, sy, t in ((1, 0, "x"), (-1, 0, "-x"), (0, 1, "y"), (0, -1, "-y"))
    ]
    faces.append(facing(0, 0, 2 * half + 0.0004, 1.7 * half, 1.7 * half, "z"))
    parts: list[Part] = [
        (brick(half, half, half, bevel=0.002, corner=0.002).moved(z=half), Paint("wood", gloss=0.1)),
        (merged(faces), face),
    ]
    grasps = [down(grip_height(2 * half), 2 * half), down(grip_height(2 * half), 2 * half, along_x=True)]
    return thing(
        name, "toy", ("toy", "building block", "wooden cube"), adjective, heldout, mass, [box(0, 0, half, half, half, half)], parts, grasps
    )


def _crumpled(form: Form, seed: int, depth: float) -> Form:
    """Every vertex pulled in by up to the share `depth`."""
    corners, index = np.unique(np.round(form.vertices, 6), axis=0, return_inverse=True)
    pull = 1 - depth * np.random.default_rng(seed).random((len(corners), 1))
    return Form(form.vertices * pull[index.ravel()], form.faces, form.uv, form.uv_faces)


def _paper(name: str, adjective: str, heldout: bool, radius: float, mass: float, seed: int, paint: Paint) -> Thing:
    """A sheet crumpled to a ball."""
    form = _crumpled(ball(1.06 * radius, 1.06 * radius, 1.06 * radius, 9, 7), seed, 0.26).moved(z=radius)
    contacts = [lump("sphere", (radius,), 0, 0, radius, rolling=0.010)]
    nouns = ("rubbish", "paper ball", "crumpled paper")
    return thing(
        name,
        "rubbish",
        nouns,
        adjective,
        heldout,
        mass,
        contacts,
        [(form, paint)],
        [down(max(0.95 * radius, 0.018), 2 * radius, any_yaw=True)],
    )


def _packet(name: str, adjective: str, heldout: bool, half: tuple[float, float, float], mass: float, seed: int, paint: Paint) -> Thing:
    """An empty crisp packet, squashed."""
    x, y, z = half
    pillow = _crumpled(ball(1.05 * x, 1.05 * y, 1.1 * z, 12, 9), seed, 0.14).moved(z=z)
    seams = [brick(0.004, 0.7 * y, 0.0012).moved(s * (x + 0.001), 0, z) for s in (-1, 1)]
    contacts: list[Shape] = [
        rod((-x + 0.8 * z, s * (y - 0.8 * z), 0.8 * z), (x - 0.8 * z, s * (y - 0.8 * z), 0.8 * z), 0.8 * z, 0.3) for s in (-1, 1)
    ]
    contacts.append(box(0, 0, z, 0.8 * x, 0.7 * y, z, 0.4))
    parts: list[Part] = [(pillow, paint), (merged(seams), Paint("silver", gloss=0.8))]
    return thing(
        name, "rubbish", ("rubbish", "crisp packet", "empty packet"), adjective, heldout, mass, contacts, parts, [down(0.0, 2 * y)]
    )


DIARY, DICTIONARY, NOTEBOOK = ("book", "pocket diary"), ("book", "pocket dictionary"), ("book", "notebook")
THINGS: tuple[Thing, ...] = (
    _duck("duck_yellow", "yellow", False, 0.0290, 0.050, Paint("yellow", gloss=0.5), Paint("orange")),
    _car("car_red", "red", False, (0.042, 0.0225, 0.0200), 0.070, Paint("red", gloss=0.7)),
    _block("block_blue", "blue", False, 0.0200, 0.045, Paint("wood", "cover", "blue", gloss=0.1)),
    _duck("duck_pink", "pink", True, 0.0270, 0.042, Paint("pink", gloss=0.5), Paint("yellow")),
    _car("car_green", "green", True, (0.045, 0.0235, 0.0210), 0.080, Paint("green", gloss=0.7)),
    _ball("ball_beach", ("ball", "toy ball"), "striped", False, 0.0335, 0.060, Paint("red", "wedges", "blue", gloss=0.5)),
    _ball("ball_tennis", ("ball", "tennis ball"), "yellow", False, 0.0330, 0.058, Paint("lime", "freckles", "yellow", gloss=0.0)),
    _ball("ball_dotted", ("ball", "bouncy ball"), "purple", True, 0.0300, 0.048, Paint("purple", "dots", "pink", gloss=0.6)),
    _book("book_diary", DIARY, "red", False, (0.052, 0.0335, 0.0080), 0.085, Paint("crimson", "cover", "gold", gloss=0.2)),
    _book("book_dictionary", DICTIONARY, "blue", False, (0.056, 0.0350, 0.0140), 0.165, Paint("navy", "cover", "white", gloss=0.3)),
    _book("book_notebook", NOTEBOOK, "green", False, (0.048, 0.0315, 0.0095), 0.070, Paint("olive", "cover", "cream", gloss=0.1)),
    _book("book_bible", ("book", "pocket bible"), "black", True, (0.054, 0.0345, 0.0120), 0.145, Paint("black", "cover", "gold", gloss=0.2)),
    _remote("remote_black", "black", False, (0.080, 0.0220, 0.0105), 0.095, Paint("charcoal", gloss=0.3), Paint("silver")),
    _remote("remote_white", "white", False, (0.066, 0.0200, 0.0090), 0.070, WHITE, Paint("grey")),
    _remote("remote_silver", "silver", True, (0.084, 0.0230, 0.0110), 0.105, Paint("silver", gloss=0.6), BLACK),
    _phone("phone_black", "black", False, (0.0735, 0.0355, 0.0042), 0.172, BLACK, Paint("navy", "screen", "turquoise")),
    _phone("phone_white", "white", False, (0.0620, 0.0295, 0.0045), 0.112, WHITE, Paint("purple", "screen", "pink")),
    _phone("phone_red", "red", True, (0.0655, 0.0318, 0.0048), 0.140, Paint("red", gloss=0.5), Paint("teal", "screen", "lime")),
    _paper("paper_white", "white", False, 0.0270, 0.006, 1, Paint("paper", "creases", "grey", gloss=0.0)),
    _paper("paper_printed", "printed", False, 0.0310, 0.009, 2, Paint("paper", "creases", "black", gloss=0.0)),
    _packet("crisps_red", "red", False, (0.055, 0.0300, 0.0150), 0.006, 3, Paint("red", "creases", "yellow", gloss=0.6)),
    _paper("paper_yellow", "yellow", True, 0.0290, 0.008, 4, Paint("yellow", "creases", "amber", gloss=0.0)),
    _packet("crisps_green", "green", True, (0.058, 0.0315, 0.0160), 0.007, 5, Paint("green", "creases", "cream", gloss=0.6)),
)  # fmt: skip
