"""Peas, people and cloth: what counts as done, and what only looks so."""

from __future__ import annotations

import numpy as np
from film import UPRIGHT, Case, Film, goes_in, spot
from homebody.envs.furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, placed
from homebody.envs.furniture.grains import GRAIN_RADIUS_M, MAT_HALF_M, NAMES

FLIPPED, ON_SIDE = (0.0, 1.0, 0.0, 0.0), (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)


def heap(f: Film, role: str) -> np.ndarray:
    """(N, 3) the peas in a vessel, as close together as they like."""
    cavity = f.w.cast[role].cavity
    assert cavity is not None
    return np.tile(f.w.position(role) + f.w.rotation(role) @ [*cavity.centre, cavity.floor + 0.012], (len(NAMES), 1))


def full_cup_in_bowl(f: Film) -> dict[str, bool]:
    goes_in(f)
    return f.peas(heap(f, "target"))


def cup_upside_down_in_bowl(f: Film) -> dict[str, bool]:
    f.put("target", spot(f, "receptacle", f.w.cast["target"].top - f.w.cast["target"].rest), FLIPPED)
    return f.peas(heap(f, "receptacle"))


def off_mat(f: Film, with_sponge: bool, left: int = 0) -> dict[str, bool]:
    """The peas go off the mat side by side, `left` of them stay; the sponge behind them or far away."""
    T = f.w.site("mat")
    at = lambda x, y, z: T[:3, 3] + T[:3, :3] @ np.array([x, y, 0.0]) + [0.0, 0.0, z]  # noqa: E731
    xs = np.linspace(-0.02, 0.02, len(NAMES))
    out: dict[str, bool] = {}
    for y in np.arange(-0.05, MAT_HALF_M[1] + 0.06, 0.01):
        half = f.w.cast["target"].half
        if with_sponge:
            yaw = float(np.arctan2(T[1, 0], T[0, 0]))
            turn = (np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2))
            f.place("target", at(0.0, y - half[1] - GRAIN_RADIUS_M - 0.001, f.w.cast["target"].rest + 0.001), turn)
        out = f.peas([at(x, -0.05 if k < left else y, GRAIN_RADIUS_M) for k, x in enumerate(xs)])
    return out


PEAS = [
    Case(task="pour_peas", what="the peas are in the bowl", story=lambda f: f.peas(heap(f, "receptacle"))),
    Case(task="pour_peas", what="a quarter lies beside it", fails="poured(",
         story=lambda f: f.peas(heap(f, "receptacle") + np.where(np.arange(24)[:, None] < 6, [0.2, 0.0, 0.0], 0.0))),
    Case(task="pour_peas", what="the full cup stands in the bowl", story=full_cup_in_bowl, fails="poured("),
    Case(task="pour_peas", what="the cup stands over the peas in the bowl", story=cup_upside_down_in_bowl, fails="kept("),
    Case(task="pour_peas", what="the cup stands in the bowl with the peas", fails="kept(",
         story=lambda f: (f.peas(heap(f, "receptacle")), goes_in(f))[1]),
    Case(task="wipe_mat", what="the sponge has pushed them off", story=lambda f: off_mat(f, True)),
    Case(task="wipe_mat", what="the sponge has left one", story=lambda f: off_mat(f, True, 1), fails="clean("),
    Case(task="wipe_mat", what="the fist has pushed them off", story=lambda f: off_mat(f, False), fails="swept_by("),
]  # fmt: skip


# --- care -------------------------------------------------------------------------------------------------------------
def in_palm(f: Film, up: float = 0.0, steps: int = 60, shove: float = 0.0) -> dict[str, bool]:
    """The thing is let go `up` above the palm, and physics goes on; `shove` [N] presses on the hand meanwhile."""
    f.put("target", f.w.site("person_palm")[:3, 3] + [0.0, 0.0, f.w.cast["target"].rest + 0.002 + up])
    f.env._sims.push(0, f.names.body["person_hand"], np.array([0.0, 0.0, -shove]))
    info = {}
    for _ in range(steps):
        *_, info = f.env.step(f.env.held_actions())
        if f.env.finished(0):
            break
    return info["predicates"][0]


def on_worktop_by(f: Film, dx: float, dy: float, quat=UPRIGHT, fall: float = 0.0) -> dict[str, bool]:
    p = f.w.site("person_palm")[:3, 3] + f.w.site("person_palm")[:3, :3] @ [dx, dy, 0.0]
    place = [p[0], p[1], f.w.cast["target"].rest + 0.001]
    return f.drop("target", place, fall, quat) if fall else f.put("target", place, quat)


def on_coaster(f: Film, aside: float = 0.0, quat=UPRIGHT) -> dict[str, bool]:
    place = f.w.site("coaster")[:3, 3] + [aside, 0.0, f.w.cast["target"].rest]
    return f.put("target", place, quat)


CARE = [
    Case(task="hand_over", what="the hand has closed on it", story=Film.expert, index=5),
    Case(task="hand_over", what="it falls into the hand from 12 cm", story=lambda f: in_palm(f, 0.12), fails="given(", index=5),
    Case(task="hand_over", what="it falls into the hand from 3 cm", story=lambda f: in_palm(f, 0.03), fails="given(", index=5),
    Case(task="hand_over", what="the hand has not closed yet", story=lambda f: in_palm(f, steps=6), fails="clasped(", index=5),
    Case(task="hand_over", what="it lies beside the hand", story=lambda f: on_worktop_by(f, -0.03, -0.14), fails="in_hand(", index=5),
    Case(task="take_from_hand", what="stands on the round mat", story=on_coaster),
    Case(task="take_from_hand", what="stands beside the mat", story=lambda f: on_coaster(f, 0.07), fails="near("),
    Case(task="take_from_hand", what="lies on its face", story=lambda f: on_coaster(f, 0.0, FLIPPED), fails="stands("),
    Case(task="take_from_hand", what="was left in the hand", story=lambda f: f.look(), fails="near("),
    Case(task="bring_within_reach", what="stands beside the hand", story=lambda f: on_worktop_by(f, -0.04, -0.12), index=4),
    Case(task="bring_within_reach", what="stands out of reach", story=lambda f: on_worktop_by(f, -0.04, -0.20), fails="within_reach(", index=4),
    Case(task="bring_within_reach", what="has been knocked over", story=lambda f: on_worktop_by(f, -0.04, -0.12, ON_SIDE), fails="stands(", index=4),
    Case(task="bring_within_reach", what="is dropped beside the hand", fails="put_down(", index=4,
         story=lambda f: on_worktop_by(f, -0.04, -0.12, fall=0.1)),
]  # fmt: skip


# --- cloth ------------------------------------------------------------------------------------------------------------
def fold(cloth: Cloth, axis: int, share: float = 0.5, squeeze: float = 1.0) -> np.ndarray:
    X = np.moveaxis(cloth.grid(), axis, 0).copy()
    crease = round(share * (len(X) - 1))
    X[crease:, :, axis] = 2 * X[crease, 0, axis] - X[crease:, :, axis]
    X[crease:, :, 2] += 2 * cloth.radius
    X[..., 1 - axis] *= squeeze
    return placed(np.moveaxis(X, 0, axis), 0.5, 0.0, 0.0)


def basket(f: Film, up: float, size: float = 0.7) -> dict[str, bool]:
    T = f.w.site("basket_floor")
    grid = TOWEL.grid() * np.array([size, size, 1.0])
    return f.cloth(TOWEL, grid @ T[:3, :3].T + T[:3, 3] + [0.0, 0.0, up])


def blanket(f: Film, along: float = 0.0, up: float = 0.0) -> dict[str, bool]:
    T = f.w.site("mark_middle")
    return f.cloth(BLANKET, (BLANKET.grid() + [along, 0.0, up]) @ T[:3, :3].T + T[:3, 3])


CLOTH = [
    *(case for task, cloth, axis in (("fold_quilt", QUILT, 0), ("fold_towel", TOWEL, 1)) for case in (
        Case(task=task, what="lies folded", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a))),
        Case(task=task, what="is folded by a third", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a, 0.67)), fails="edges_meet("),
        Case(task=task, what="is folded the other way", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, 1 - a)), fails="edges_meet("),
        Case(task=task, what="is bunched to a strip", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a, squeeze=0.5)), fails="halved("),
        Case(task=task, what="is held up", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a) + [0, 0, 0.1]), fails="flat("),
    )),
    Case(task="lay_blanket", what="covers the mark", story=blanket),
    Case(task="lay_blanket", what="lies half beside the mark", story=lambda f: blanket(f, 0.12), fails="covered("),
    Case(task="lay_blanket", what="is held over the mark", story=lambda f: blanket(f, up=0.08), fails="flat("),
    Case(task="towel_in_basket", what="lies in the basket", story=lambda f: basket(f, 0.03)),
    Case(task="towel_in_basket", what="lies over the rim", story=lambda f: basket(f, 0.16), fails="inside("),
    Case(task="towel_in_basket", what="is spread wider than the basket", story=lambda f: basket(f, 0.1, 1.2), fails="inside("),
]  # fmt: skip
