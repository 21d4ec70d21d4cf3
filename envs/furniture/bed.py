"""A care bed with raised back, and the person who lies in it: the pyjama's right upper arm ends where the forearm of `person` begins.

Frame of both: origin at the bed's side towards the robot, at the height of the elbow's foot; x across the bed, y towards its head.
"""

from __future__ import annotations

import mujoco
import numpy as np

from ..objects.forms import Form, ball, brick, loft, merged, sweep
from .parts import BOX, CAPSULE, Vector, add_look, bring
from .person import ELBOW_Z, TOUCH, hand_form, tube
from .piece import Piece

FINISHES = {
    "blanket": (0.70, 0.45, 0.38), "sheet": (0.93, 0.93, 0.91), "pillow": (0.95, 0.95, 0.93), "bed_frame": (0.66, 0.50, 0.34), "hair": (0.78, 0.77, 0.75),
    "brow": (0.55, 0.53, 0.50), "eye": (0.16, 0.14, 0.13), "lip": (0.72, 0.44, 0.40), "skin": (0.86, 0.66, 0.54), "sleeve": (0.45, 0.56, 0.72),
    "cuff": (0.36, 0.46, 0.62),
}  # fmt: skip
"""Materials that the pieces bring along where the room has none of the name; styles may give them other finishes."""
ELBOW = (0.12, 0.0, ELBOW_Z)
"""Where the right elbow is: the person lies near the side of the bed."""
BED_WIDTH_M, FOOT_M, HEAD_M = 0.90, -1.22, 0.82
"""Its width, and where it ends along y [m]."""
TOP_Z = -0.145
"""Height of the flat mattress: a little lower than the worktop [m]."""
BACK_DEG, HINGE_Y = 40.0, -0.16
"""How far the back is raised, and where it bends."""
MIDDLE_X = ELBOW[0] + 0.245
"""Where the person's middle lies across the bed [m]."""
NECK: Vector = (MIDDLE_X, 0.285, 0.313)
SHOULDER: Vector = (ELBOW[0] + 0.06, 0.205, 0.255)


def _leant(form: Form, at: Vector) -> Form:
    """From a frame whose x runs up the spine, whose z is the way that the chest faces, to the raised back of the bed."""
    return form.turned("z", 90).turned("x", BACK_DEG).moved(*at)


# --- the bed ----------------------------------------------------------------------------------------------------------
def _blanket_form() -> Form:
    """Over legs and lap, hanging over both sides, with folds; a turned-back edge at the waist."""
    half, drop = BED_WIDTH_M / 2 + 0.012, 0.20
    across = np.linspace(-1, 1, 25)
    rings = []
    for y in (*np.linspace(FOOT_M + 0.03, -0.10, 22), -0.055, -0.03):
        t = (y - FOOT_M) / (-0.1 - FOOT_M)  # 0 at the feet, 1 at the waist
        legs = (
            0.115
            + 0.045 * np.exp(-(((t - 0.52) / 0.17) ** 2))
            + 0.04 * np.exp(-(((t - 0.04) / 0.06) ** 2))
            + 0.03 * np.clip(t - 0.75, 0, 1)
        )
        x = half * across
        body = np.exp(-(((x + BED_WIDTH_M / 2 - MIDDLE_X) / 0.20) ** 4))
        cleft = 0.022 * np.exp(-(((x + BED_WIDTH_M / 2 - MIDDLE_X) / 0.05) ** 2)) * np.clip(1 - t * 1.3, 0, 1)
        folds = 0.006 * np.sin(9 * y + 5 * across) + 0.004 * np.sin(23 * y - 9 * across)
        z = TOP_Z + 0.014 + legs * body - cleft + folds
        thick = 0.0 if y < -0.06 else 0.018
        hem = 0.012 * np.sin(11 * y)
        top = np.stack([x + BED_WIDTH_M / 2, np.full_like(x, y), z + thick], axis=-1)
        left = np.array([[half + 0.022 + BED_WIDTH_M / 2 + 0.6 * hem, y, TOP_Z - drop + hem]])
        right = np.array([[-half - 0.022 + BED_WIDTH_M / 2 - 0.6 * hem, y, TOP_Z - drop - hem]])
        inner = np.array([[half + BED_WIDTH_M / 2 - 0.004, y, TOP_Z - 0.03], [-half + BED_WIDTH_M / 2 + 0.004, y, TOP_Z - 0.03]])
        # Counter-clockwise seen from the head, towards the feet: up the side of -x last.
        rings.append(np.concatenate([top[::-1], right, inner[1:], inner[:1], left]))
    return loft(rings[::-1], caps=True)


def _bed(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    bring(spec, FINISHES, 0.05, 0.1)
    middle, length = BED_WIDTH_M / 2, HINGE_Y - FOOT_M
    flat = brick(BED_WIDTH_M / 2, length / 2, 0.07, corner=0.04, bevel=0.015, steps=4).moved(middle, (FOOT_M + HINGE_Y) / 2, TOP_Z - 0.07)
    back = brick(BED_WIDTH_M / 2, 0.40, 0.07, corner=0.04, bevel=0.015, steps=4).moved(0, 0.40, -0.07).turned("x", BACK_DEG)
    add_look(spec, body, "bed_mattress", merged([flat, back.moved(middle, HINGE_Y - 0.03, TOP_Z)]), "sheet")
    add_look(spec, body, "bed_blanket", _blanket_form(), "blanket")
    frame = [
        brick(BED_WIDTH_M / 2 + 0.01, (HEAD_M - FOOT_M) / 2, 0.03, corner=0.02, steps=3).moved(middle, (HEAD_M + FOOT_M) / 2, TOP_Z - 0.175),
        brick(BED_WIDTH_M / 2 + 0.02, 0.02, 0.29, corner=0.015, bevel=0.008, steps=3).moved(middle, FOOT_M - 0.03, TOP_Z - 0.10),
        brick(BED_WIDTH_M / 2 + 0.02, 0.02, 0.46, corner=0.015, bevel=0.008, steps=3).moved(middle, HEAD_M + 0.01, TOP_Z + 0.09),
    ]  # fmt: skip
    legs = [
        brick(0.025, 0.025, 0.27, corner=0.01).moved(x, y, TOP_Z - 0.47)
        for x in (0.06, BED_WIDTH_M - 0.06)
        for y in (FOOT_M + 0.1, HEAD_M - 0.1)
    ]
    add_look(spec, body, "bed_frame", merged([*frame, *legs]), "bed_frame")
    pillow = _leant(brick(0.17, 0.31, 0.055, corner=0.07, bevel=0.035, steps=5), (middle - 0.02, 0.36, 0.305))
    add_look(spec, body, "bed_pillow", pillow, "pillow")
    body.add_geom(
        type=BOX, pos=[middle, (FOOT_M + HEAD_M) / 2, TOP_Z - 0.13], size=[BED_WIDTH_M / 2, (HEAD_M - FOOT_M) / 2, 0.14], group=3, contype=1,
        conaffinity=0, density=0,
    )  # fmt: skip


BED = Piece(name="bed", build=_bed)
"""0.9 m wide, 2.04 m long, its near side at x 0; solid below the height of the worktop only."""


# --- the person -------------------------------------------------------------------------------------------------------
def _head() -> dict[str, Form]:
    """Material -> form: x towards the crown, z where the face looks, origin in the middle of the skull."""
    skull = ball(0.108, 0.076, 0.094, 20, 14).moved(0.012, 0, -0.004)
    jaw = ball(0.066, 0.057, 0.062, 16, 11).moved(-0.058, 0, 0.026)
    cheeks = [ball(0.034, 0.026, 0.026, 12, 9).moved(-0.030, s * 0.036, 0.058) for s in (-1, 1)]
    nose = sweep([(0.022, 0, 0.082), (0.000, 0, 0.094), (-0.022, 0, 0.104), (-0.030, 0, 0.094)], [0.007, 0.009, 0.0115, 0.008], 9)
    ears = [ball(0.030, 0.010, 0.018, 12, 9).turned("y", 12).moved(-0.008, s * 0.077, -0.002) for s in (-1, 1)]
    lids = [ball(0.0085, 0.0145, 0.0085, 10, 8).moved(0.012, s * 0.031, 0.077) for s in (-1, 1)]
    neck = sweep([(-0.15, 0, -0.022), (-0.10, 0, -0.014), (-0.05, 0, -0.002)], [0.058, 0.052, 0.050], 14)
    cap = ball(0.112, 0.0815, 0.099, 24, 17).moved(0.019, 0, -0.012)
    bare = (cap.vertices[:, 2] > 0.034) & (cap.vertices[:, 0] < 0.084 - 0.35 * np.abs(cap.vertices[:, 1]))  # the forehead and the face
    cap.vertices[bare] = (cap.vertices[bare] - [0.019, 0, -0.012]) * 0.90 + [0.019, 0, -0.012]
    low = cap.vertices[:, 0] < -0.055  # the nape
    cap.vertices[low, 0] = -0.055 + 0.3 * (cap.vertices[low, 0] + 0.055)
    eyes = [ball(0.0042, 0.0088, 0.0042, 10, 7).moved(0.010, s * 0.031, 0.0828) for s in (-1, 1)]
    brows = [
        sweep([(0.028, s * 0.018, 0.083), (0.033, s * 0.031, 0.081), (0.029, s * 0.046, 0.072)], [0.0028, 0.0036, 0.002], 6)
        for s in (-1, 1)
    ]
    mouth = sweep([(-0.052, -0.021, 0.077), (-0.055, -0.010, 0.084), (-0.0555, 0, 0.086), (-0.055, 0.010, 0.084), (-0.052, 0.021, 0.077)],
                  [0.0015, 0.0038, 0.0042, 0.0038, 0.0015], 7)  # fmt: skip
    return {
        "skin": merged([skull, jaw, *cheeks, nose, *ears, *lids, neck]), "hair": cap, "eye": merged(eyes), "brow": merged(brows),
        "lip": mouth,
    }  # fmt: skip


def _mirrored(form: Form) -> Form:
    """Left for right across its xz plane, its faces turned so that they still look outwards."""
    return Form(form.vertices * [1, -1, 1], form.faces[:, ::-1], form.uv, form.uv_faces[:, ::-1])


def _trunk() -> Form:
    """From the hips to the collar, in the frame of `_leant`, its origin at the neck."""
    stations = [
        (0.005, -0.010, 0.062, 0.052), (-0.020, -0.012, 0.105, 0.064), (-0.055, -0.016, 0.172, 0.082), (-0.11, -0.018, 0.192, 0.098),
        (-0.20, -0.018, 0.180, 0.110), (-0.32, -0.020, 0.170, 0.106), (-0.44, -0.020, 0.176, 0.104), (-0.56, -0.030, 0.180, 0.098),
    ]  # fmt: skip
    return tube(stations, 2.5, 24)


def _arms() -> Form:
    """The right upper arm down to the elbow, the left arm on the blanket."""
    right = sweep(
        [SHOULDER, (ELBOW[0] + 0.035, 0.12, 0.185), (ELBOW[0] + 0.008, 0.035, 0.110), (ELBOW[0] - 0.002, -0.002, ELBOW_Z)],
        [0.070, 0.060, 0.055, 0.049], 16,
    )  # fmt: skip
    elbow = ball(0.050, 0.052, 0.049, 14, 10).moved(*ELBOW)
    left = sweep(
        [(2 * MIDDLE_X - SHOULDER[0], 0.205, 0.255), (2 * MIDDLE_X - 0.135, 0.10, 0.185), (2 * MIDDLE_X - 0.130, -0.02, 0.110),
         (2 * MIDDLE_X - 0.170, -0.12, 0.095), (2 * MIDDLE_X - 0.235, -0.21, 0.098)],
        [0.070, 0.060, 0.055, 0.047, 0.037], 16,
    )  # fmt: skip
    shoulders = [
        ball(0.078, 0.072, 0.072, 14, 10).moved(x, SHOULDER[1] + 0.004, SHOULDER[2] - 0.004)
        for x in (SHOULDER[0] + 0.012, 2 * MIDDLE_X - SHOULDER[0] - 0.012)
    ]
    return merged([right, elbow, left, *shoulders])


def _body(spec: mujoco.MjSpec, body: mujoco.MjsBody) -> None:
    bring(spec, FINISHES, 0.05, 0.1)
    add_look(spec, body, "body_trunk", merged([_leant(_trunk(), NECK), _arms()]), "sleeve")
    collar = _leant(tube([(0.022, -0.006, 0.062, 0.054), (0.004, -0.008, 0.072, 0.061), (-0.012, -0.008, 0.080, 0.064)], 2.2, 24), NECK)
    left_cuff = ball(0.040, 0.024, 0.036, 12, 8).turned("z", 34).moved(2 * MIDDLE_X - 0.238, -0.214, 0.098)
    buttons = [
        _leant(ball(0.009, 0.009, 0.005, 10, 6).moved(x, 0, z), NECK)
        for x, z in ((-0.07, 0.070), (-0.15, 0.085), (-0.23, 0.092), (-0.31, 0.088))
    ]
    add_look(spec, body, "body_collar", merged([collar, left_cuff, *buttons]), "cuff")
    at = (NECK[0], NECK[1] + 0.105, NECK[2] + 0.105)
    for material, form in _head().items():
        add_look(spec, body, f"body_{material}", _leant(form, at), material)
    left = _mirrored(hand_form()).turned("x", 180).turned("y", -8).turned("z", 56)
    add_look(spec, body, "body_hand", left.moved(2 * MIDDLE_X - 0.250, -0.225, 0.098), "skin")
    for a, b, radius in (
        ((SHOULDER[0], SHOULDER[1], SHOULDER[2]), (ELBOW[0] + 0.045, 0.12, 0.180), 0.045),
        ((MIDDLE_X - 0.10, 0.20, 0.24), (MIDDLE_X + 0.10, 0.20, 0.24), 0.10), ((at[0], at[1], at[2]), (at[0], at[1] + 0.02, at[2] + 0.02), 0.095),
    ):  # fmt: skip
        body.add_geom(type=CAPSULE, fromto=[*a, *b], size=[radius, 0, 0], **TOUCH)


PERSON_BODY = Piece(name="person_body", build=_body)
"""Head, trunk, right upper arm and left arm of the person in the bed: place it where the bed is."""
