"""Furniture the other way round: where everything of a mirrored piece is and moves is the mirror image of the piece itself."""

import mujoco
import numpy as np
import pytest
from homebody.envs.furniture.mirror import ACROSS, mirror
from homebody.envs.house import household_stage
from homebody.envs.rooms.kitchen import PIECES
from homebody.envs.rooms.scene import Spot
from homebody.envs.rooms.shell import begin

HANDED = [p for p in PIECES if p.handed]


def built(piece, *, mirrored):
    spec = mujoco.MjSpec()
    begin(spec)
    piece.add_to(spec, spec.worldbody.add_body(name=piece.name), mirrored=mirrored)
    model = spec.compile()
    return model, mujoco.MjData(model)


@pytest.mark.parametrize("piece", HANDED, ids=lambda p: p.name)
@pytest.mark.parametrize("value", [0.0, 0.7])
def test_a_mirrored_piece_is_and_moves_as_in_a_mirror(piece, value):
    (one, data), (other, image) = built(piece, mirrored=False), built(piece, mirrored=True)
    for d, m in ((data, one), (image, other)):
        for f in piece.fixtures:
            d.qpos[m.joint(f.joint).qposadr] = value * f.travel
        mujoco.mj_forward(m, d)
    M = np.diag(ACROSS)
    for what in ("geom_xpos", "site_xpos", "xpos", "xipos"):
        assert np.allclose(getattr(image, what), getattr(data, what) @ M, atol=1e-9), what
    for what in ("geom_xmat", "site_xmat"):
        R, S = getattr(data, what).reshape(-1, 3, 3), getattr(image, what).reshape(-1, 3, 3)
        assert np.allclose(S, M @ R @ M, atol=1e-9), what
    assert np.allclose(other.body_mass, one.body_mass) and np.array_equal(other.jnt_range, one.jnt_range)
    assert not np.allclose(image.site_xpos, data.site_xpos), "a handed piece is not its own mirror image"


def test_mirrored_twice_is_as_it_was():
    spec, piece = mujoco.MjSpec(), HANDED[0]
    begin(spec)
    body = spec.worldbody.add_body(name=piece.name)
    piece.add_to(spec, body)
    before = spec.compile()
    mirror(body)
    mirror(body)
    after = spec.compile()
    for what in ("geom_pos", "geom_quat", "site_pos", "site_quat", "jnt_axis", "body_pos", "body_quat"):
        assert np.allclose(getattr(after, what), getattr(before, what)), what


@pytest.mark.parametrize("heldout", [False, True])
@pytest.mark.parametrize("piece", [p.name for p in HANDED])
def test_what_has_a_hinge_is_met_on_both_sides_and_both_ways_round(piece, heldout):
    layouts = [y for y in household_stage("home_kitchen", "panda").definition.layouts if y.heldout == heldout and piece in y.usable]
    assert {y.spots[piece].mirrored for y in layouts} == {True, False}
    assert {y.spots[piece].y > 0 for y in layouts} == {True, False}


def test_a_layout_the_other_way_round():
    layout = household_stage("home_kitchen", "panda").definition.layouts[0]
    image = layout.reflected(["fridge"])
    assert image.reflected(["fridge"]) == layout and image.name == layout.name and image.usable == layout.usable
    for name, spot in layout.spots.items():
        assert image.spots[name] == Spot(x=spot.x, y=-spot.y, yaw=-spot.yaw, z=spot.z, mirrored=spot.mirrored != (name == "fridge"))
    assert image.zone == (*layout.zone[:2], -layout.zone[3], -layout.zone[2])
