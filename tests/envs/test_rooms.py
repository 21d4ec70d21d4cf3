"""Rooms: enough layouts and styles, held-out ones apart, furniture that stands where it can."""

import copy

import mujoco
import numpy as np
import pytest
from homebody.envs.house import SCENES, household_stage
from homebody.envs.rooms.scene import Spot, spot_matrix
from homebody.envs.tasks.setup import TIGHT, wear


@pytest.fixture(scope="module", params=sorted(SCENES))
def stage(request):
    return household_stage(request.param, "panda")


@pytest.fixture(scope="module")
def corners_of(stage):
    """Layout's name -> `boxes` of it, which several tests look at."""
    return {layout.name: boxes(stage, layout) for layout in stage.definition.layouts}


def boxes(stage, layout):
    """Piece -> corners (8, 3) of the box about its solid geoms in the world, joints at zero."""
    model = stage.base(layout)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    out = {}
    for piece in stage.definition.pieces:
        root, points = model.body(piece.name).id, []
        T = np.linalg.inv(spot_matrix(layout.spots[piece.name]))
        for g in range(model.ngeom):
            body = model.geom_bodyid[g]
            while body and body != root:
                body = model.body_parentid[body]
            if body == root and model.geom_contype[g] & 1:
                half = model.geom_aabb[g, 3:]
                signs = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
                corners = data.geom_xpos[g] + (model.geom_aabb[g, :3] + signs * half) @ data.geom_xmat[g].reshape(3, 3).T
                points.append(corners @ T[:3, :3].T + T[:3, 3])
        if not points:  # a place mat: nothing bumps into it
            continue
        local = np.concatenate(points)
        low, high = local.min(0), local.max(0)
        corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
        back = spot_matrix(layout.spots[piece.name])
        out[piece.name] = corners @ back[:3, :3].T + back[:3, 3]
    return out


def apart(a, b):
    """Whether two upright boxes, given by their corners, are apart: by the separating axes of their footprints and heights."""
    if a[:, 2].max() <= b[:, 2].min() + 1e-3 or b[:, 2].max() <= a[:, 2].min() + 1e-3:
        return True
    for corners in (a, b):
        edges = corners[:, :2] - corners[0, :2]
        for axis in (e / np.linalg.norm(e) for e in edges if np.linalg.norm(e) > 1e-6):
            p, q = a[:, :2] @ axis, b[:, :2] @ axis
            if p.max() <= q.min() + 1e-3 or q.max() <= p.min() + 1e-3:
                return True
    return False


def test_there_are_enough_layouts_and_styles_and_held_out_ones_are_apart(stage):
    d = stage.definition
    looks = {repr(sorted(s.finishes.items())) for s in d.styles}
    places = {repr(sorted(y.spots.items())) for y in d.layouts}
    for things, different in ((d.layouts, places), (d.styles, looks)):
        if things is d.styles and d.alone:  # the first room looks as its policy knows it
            continue
        assert sum(not t.heldout for t in things) >= 10 and sum(t.heldout for t in things) >= 4
        assert len({t.name for t in things}) == len(things) == len(different)


def test_every_piece_that_a_task_needs_is_in_reach_in_several_layouts(stage):
    d = stage.definition
    for piece in d.pieces:
        uses = [y.heldout for y in d.layouts if piece.name in y.usable]
        assert uses.count(False) >= 3 and uses.count(True) >= 3, f"{piece.name} is usable in {uses.count(True)} held-out layouts"


def test_no_two_pieces_of_a_layout_share_room(stage, corners_of):
    for layout in stage.definition.layouts:
        found = corners_of[layout.name]
        names = sorted(found)
        clashes = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if not apart(found[a], found[b])]
        assert not clashes, f"layout {layout.name}: {clashes}"


def test_pieces_stay_apart_and_things_off_them_wherever_they_are_nudged(stage, corners_of):
    rng = np.random.default_rng(0)
    along, across, turn = stage.definition.nudge
    for layout in stage.definition.layouts if along else ():
        found = corners_of[layout.name]
        for _ in range(20):
            moved = {}
            for name, corners in found.items():
                spot = layout.spots[name]
                if name in layout.usable and name not in stage.definition.fixed:
                    share = TIGHT if name in layout.tight else 1.0
                    dx, dy, da = share * rng.choice([-1.0, 1.0], 3) * (along, across, turn)  # the corners of what is drawn
                    T = spot_matrix(spot)
                    there = T @ spot_matrix(Spot(x=dx, y=dy, yaw=da)) @ np.linalg.inv(T)
                    corners = corners @ there[:3, :3].T + there[:3, 3]
                moved[name] = corners
            names = sorted(moved)
            clashes = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if not apart(moved[a], moved[b])]
            x0, x1, y0, y1 = layout.zone
            free = np.array([(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (0.0, 0.5)])
            clashes += [(n, "zone") for n in names if not apart(moved[n], free)]
            assert not clashes, f"layout {layout.name}: {clashes}"


def test_pieces_of_the_kitchen_are_never_twice_in_the_same_place(stage):
    if stage.scene != "home_kitchen":
        return
    seen = {}
    for index in range(40):
        start = stage.start("open_fridge", "train", index, {})
        place = start.model.body("fridge").id
        seen.setdefault(start.detail.layout, []).append(start.model.body_pos[place].copy())
    assert all(len(np.unique(np.round(p, 4), axis=0)) == len(p) for p in seen.values()) and max(map(len, seen.values())) > 3


def test_the_free_worktop_is_free(stage, corners_of):
    for layout in stage.definition.layouts:
        x0, x1, y0, y1 = layout.zone
        free = np.array([(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (0.0, 0.5)])
        taken = [n for n, corners in corners_of[layout.name].items() if not apart(free, corners)]
        assert not taken, f"layout {layout.name}: {taken} stands in the free zone {layout.zone}"


def test_all_layouts_compile_to_models_of_one_shape_and_styles_name_what_is_there(stage):
    sizes = {n: getattr(stage.model, n) for n in ("nq", "nv", "nu", "nbody", "ngeom", "nsite", "nsensordata", "nmesh", "nmat", "ntex")}
    for layout in stage.definition.layouts:
        assert {n: getattr(stage.base(layout), n) for n in sizes} == sizes
    for style in stage.definition.styles:
        model = copy.copy(stage.model)
        wear(model, style)  # raises KeyError for a material or texture that is not there
        assert not np.array_equal(model.mat_rgba, stage.model.mat_rgba)
