"""Rooms: enough layouts and styles, held-out ones apart, furniture that stands where it can."""

import copy

import mujoco
import numpy as np
import pytest
from homebody.envs.house import SCENES, household_stage
from homebody.envs.rooms.scene import spot_matrix
from homebody.envs.tasks.setup import wear


@pytest.fixture(scope="module", params=sorted(SCENES))
def stage(request):
    return household_stage(request.param, "panda")


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
    for things in (d.layouts, d.styles):
        assert sum(not t.heldout for t in things) >= 10 and sum(t.heldout for t in things) >= 4
        assert len({t.name for t in things}) == len(things)
    finishes = [repr(sorted(s.finishes.items())) for s in d.styles]
    assert len(set(finishes)) == len(finishes)
    spots = [repr(sorted(y.spots.items())) for y in d.layouts]
    assert len(set(spots)) == len(spots)


def test_every_piece_that_a_task_needs_is_in_reach_in_several_layouts(stage):
    d = stage.definition
    for piece in d.pieces:
        uses = [y.heldout for y in d.layouts if piece.name in y.usable]
        assert uses.count(False) >= 3 and uses.count(True) >= 1, f"{piece.name} is usable in {len(uses)} layouts"


def test_no_two_pieces_of_a_layout_share_room(stage):
    for layout in stage.definition.layouts:
        found = boxes(stage, layout)
        names = sorted(found)
        clashes = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if not apart(found[a], found[b])]
        assert not clashes, f"layout {layout.name}: {clashes}"


def test_the_free_worktop_is_free(stage):
    for layout in stage.definition.layouts:
        x0, x1, y0, y1 = layout.zone
        free = np.array([(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (0.0, 0.5)])
        taken = [n for n, corners in boxes(stage, layout).items() if not apart(free, corners)]
        assert not taken, f"layout {layout.name}: {taken} stands in the free zone {layout.zone}"


def test_all_layouts_compile_to_models_of_one_shape_and_styles_name_what_is_there(stage):
    sizes = {n: getattr(stage.model, n) for n in ("nq", "nv", "nu", "nbody", "ngeom", "nsite", "nsensordata", "nmesh", "nmat", "ntex")}
    for layout in stage.definition.layouts:
        assert {n: getattr(stage.base(layout), n) for n in sizes} == sizes
    for style in stage.definition.styles:
        model = copy.copy(stage.model)
        wear(model, style)  # raises KeyError for a material or texture that is not there
        assert not np.array_equal(model.mat_rgba, stage.model.mat_rgba)
