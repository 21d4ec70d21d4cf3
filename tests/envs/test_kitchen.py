"""Laws of the kitchen without a robot: things rest, slide, swing and hold what is dropped into them, and can be told apart."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping

import mujoco
import numpy as np
import pytest
from homebody.envs.first.furniture import CABINET_SLOTS, DOOR_TRAVEL, DRAWER_TRAVEL
from homebody.envs.first.kitchen import TIMESTEP_S, build_kitchen
from homebody.envs.first.loose import FOOTPRINT, MASS, OBJECTS, REST_HEIGHT
from homebody.envs.rendering import RenderPool, View

OTHERS = tuple(n for n in OBJECTS if n != "bowl")
FIXTURES = ("drawer_top", "drawer_bottom", "microwave_door", "cabinet_door")
SPOTS = {
    "mug": (0.40, -0.10),
    "bowl": (0.50, 0.03),
    "box": (0.62, -0.12),
    "can": (0.64, 0.12),
    "apple": (0.39, 0.13),
    "bottle": (0.51, -0.14),
}
"""Places on the worktop, clear of each other [m]."""
FAST_SIZE = 64


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    return build_kitchen(None).compile()


@pytest.fixture(scope="module")
def pool(model: mujoco.MjModel) -> Iterator[RenderPool]:
    pool = RenderPool(model, threads=1, profile="fast")
    yield pool
    pool.close()


def place(model: mujoco.MjModel, where: Mapping[str, tuple[float, ...]]) -> mujoco.MjData:
    """Every object upright on its spot of the worktop, but those in `where` with their centres there [m]."""
    data = mujoco.MjData(model)
    for name in OBJECTS:
        pose = np.array([*SPOTS[name], REST_HEIGHT[name]] if name not in where else where[name])
        data.joint(name).qpos = [*pose, 1, 0, 0, 0]
    mujoco.mj_forward(model, data)
    return data


def parked(names: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    """Centres of `names` on the slots of the wall cabinet [m]."""
    return {n: (x, y, z + REST_HEIGHT[n]) for n, (x, y, z) in zip(names, CABINET_SLOTS, strict=False)}


def run(model: mujoco.MjModel, data: mujoco.MjData, seconds: float) -> None:
    for _ in range(round(seconds / TIMESTEP_S)):
        mujoco.mj_step(model, data)
    assert np.isfinite(data.qpos).all() and np.abs(data.qvel).max() < 50


def position(data: mujoco.MjData, name: str) -> np.ndarray:
    return data.joint(name).qpos[:3].copy()


def test_the_model_compiles_within_a_second_and_stays_small() -> None:
    start = time.process_time()
    model = build_kitchen(None).compile()
    assert time.process_time() - start < 1.0
    assert model.nv == 6 * len(OBJECTS) + len(FIXTURES)
    assert model.ngeom <= 120 and ((model.geom_contype | model.geom_conaffinity) > 0).sum() <= 70
    assert model.nmeshface < 15_000


def test_objects_touch_by_primitives_alone_and_people_see_no_contact_shape(model: mujoco.MjModel) -> None:
    for i in range(model.ngeom):
        touches = bool(model.geom_contype[i] or model.geom_conaffinity[i])
        assert not (touches and model.geom_type[i] == mujoco.mjtGeom.mjGEOM_MESH)
        hidden = model.geom_group[i] > 2
        assert not hidden or touches
        if hidden:
            assert model.geom_condim[i] == (6 if model.geom_type[i] == mujoco.mjtGeom.mjGEOM_SPHERE else 4)


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_weighs_what_the_table_says(model: mujoco.MjModel, name: str) -> None:
    assert model.body(name).mass[0] == pytest.approx(MASS[name], abs=1e-9)


def test_every_object_rests_where_it_is_put_at_its_height_with_a_mild_penetration(model: mujoco.MjModel) -> None:
    data = place(model, {})
    before = data.qpos.copy()
    run(model, data, 1.0)
    assert np.abs(data.qpos - before).max() < 1e-3
    for name in OBJECTS:
        assert position(data, name)[2] == pytest.approx(REST_HEIGHT[name], abs=5e-4)
    settled = data.qpos.copy()
    run(model, data, 1.0)
    assert np.abs(data.qpos - settled).max() < 1e-4
    depths = -data.contact.dist
    assert data.ncon and depths.max() < 1e-3 and depths.min() > 1e-5


def test_unused_objects_stand_still_on_the_shelf_behind_the_closed_door(model: mujoco.MjModel) -> None:
    assert len(CABINET_SLOTS) >= len(OTHERS)
    widest = max(FOOTPRINT[a] + FOOTPRINT[b] for a, b in itertools.combinations(OTHERS, 2))
    for a, b in itertools.combinations(CABINET_SLOTS, 2):
        assert np.hypot(a[0] - b[0], a[1] - b[1]) > widest
    for names in (OTHERS, OTHERS[::-1]):
        data = place(model, parked(names))
        before = data.qpos.copy()
        run(model, data, 1.0)
        assert np.abs(data.qpos - before).max() < 1e-3


def test_furniture_never_touches_itself_wherever_its_drawers_and_doors_are(model: mujoco.MjModel) -> None:
    data = place(model, parked(OTHERS))
    objects = {model.body(n).id for n in OBJECTS}
    for share in np.linspace(0, 1, 9):
        for name in FIXTURES:
            data.joint(name).qpos = share * model.joint(name).range[1]
        mujoco.mj_forward(model, data)
        for pair in data.contact.geom:
            assert objects & set(model.geom_bodyid[pair].tolist())


@pytest.mark.parametrize("name", ["drawer_top", "drawer_bottom"])
def test_a_drawer_stays_shut_at_1_newton_and_opens_to_its_stop_at_4(model: mujoco.MjModel, name: str) -> None:
    for force_N, low_m, high_m in ((1.0, -1e-3, 3e-3), (4.0, DRAWER_TRAVEL - 5e-3, DRAWER_TRAVEL + 2e-3)):
        data = place(model, {})
        data.joint(name).qfrc_applied = force_N
        run(model, data, 1.0)
        assert low_m < data.joint(name).qpos[0] < high_m


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("drawer_top", 0.1),
        ("drawer_bottom", 0.15),
        ("microwave_door", 0.5),
        ("microwave_door", 1.2),
        ("cabinet_door", 0.0),
        ("cabinet_door", 0.9),
    ],
)
def test_drawers_and_doors_stay_where_they_are_left(model: mujoco.MjModel, name: str, at: float) -> None:
    data = place(model, parked(OTHERS))
    data.joint(name).qpos = at
    run(model, data, 2.0)
    assert data.joint(name).qpos[0] == pytest.approx(at, abs=1e-3)


@pytest.mark.parametrize("at", [0.0, 0.6])
def test_the_microwave_door_resists_a_touch_and_yields_to_a_pull_of_3_newton(model: mujoco.MjModel, at: float) -> None:
    lever_m = 0.36
    for force_N, low_rad, high_rad in ((0.3, 0.0, 0.02), (3.0, 0.4, DOOR_TRAVEL + 0.01)):
        data = place(model, {})
        data.joint("microwave_door").qpos = at
        data.joint("microwave_door").qfrc_applied = force_N * lever_m
        run(model, data, 1.0)
        assert low_rad - 1e-3 < data.joint("microwave_door").qpos[0] - at < high_rad


def test_handles_travel_with_what_they_open(model: mujoco.MjModel) -> None:
    data = place(model, {})
    shut = {n: data.site(f"{n}_handle").xpos.copy() for n in ("drawer_top", "drawer_bottom", "microwave")}
    for name in ("drawer_top", "drawer_bottom"):
        data.joint(name).qpos = 0.15
    data.joint("microwave_door").qpos = np.pi / 2
    mujoco.mj_forward(model, data)
    for name in ("drawer_top", "drawer_bottom"):
        assert data.site(f"{name}_handle").xpos - shut[name] == pytest.approx([-0.15, 0, 0], abs=1e-9)
    x, y, z = shut["microwave"]
    hinge_x, hinge_y = data.joint("microwave_door").xanchor[:2]
    turned = [hinge_x + (y - hinge_y), hinge_y - (x - hinge_x), z]  # a quarter turn, towards the robot's side
    assert data.site("microwave_handle").xpos == pytest.approx(turned, abs=1e-9)
    assert data.site("microwave_handle").xpos[0] < x and np.pi / 2 < DOOR_TRAVEL


def test_a_handle_bar_stands_clear_of_its_front_for_fingers(model: mujoco.MjModel) -> None:
    data = place(model, {})
    for handle, body in (
        ("drawer_top_handle", "drawer_top"),
        ("drawer_bottom_handle", "drawer_bottom"),
        ("microwave_handle", "microwave_door"),
    ):
        point = data.site(handle).xpos
        front = [
            g for g in range(model.ngeom) if model.geom_bodyid[g] == model.body(body).id and model.geom_type[g] == mujoco.mjtGeom.mjGEOM_BOX
        ]
        gap = min(data.geom_xpos[g][0] - model.geom_size[g][0] for g in front) - point[0]
        assert 0.03 < gap < 0.06


@pytest.mark.parametrize("name", ["apple", "can", "box", "mug"])
def test_the_bowl_holds_what_is_dropped_into_it_and_does_not_walk(model: mujoco.MjModel, name: str) -> None:
    bowl = np.array([*SPOTS["bowl"], REST_HEIGHT["bowl"]])
    data = place(model, {name: (bowl[0] + 0.015, bowl[1], 0.06 + REST_HEIGHT[name])})
    run(model, data, 2.0)
    offset = position(data, name) - position(data, "bowl")
    assert np.hypot(offset[0], offset[1]) < 0.05 and 0 < offset[2] < REST_HEIGHT[name] + 0.01
    assert np.linalg.norm(position(data, "bowl") - bowl) < 0.02
    assert np.abs(data.joint(name).qvel[:3]).max() < 0.02


def test_the_bowl_has_no_gap_an_apple_could_leave_by(model: mujoco.MjModel) -> None:
    """Pushed outwards in any direction with half its weight, it stays inside the wall."""
    for heading in np.linspace(0, 2 * np.pi, 9)[:-1]:
        data = place(model, {"apple": (*SPOTS["bowl"], 0.05)})
        run(model, data, 0.3)
        push = 0.5 * MASS["apple"] * 9.81
        data.body("apple").xfrc_applied[:2] = push * np.cos(heading), push * np.sin(heading)
        run(model, data, 1.0)
        offset = position(data, "apple") - position(data, "bowl")
        assert np.hypot(offset[0], offset[1]) < 0.04 and abs(offset[2]) < 0.04


@pytest.mark.parametrize("name", OTHERS)
def test_the_bin_holds_what_is_dropped_into_it(model: mujoco.MjModel, name: str) -> None:
    floor = mujoco.MjData(model)
    mujoco.mj_forward(model, floor)
    centre = floor.site("bin").xpos.copy()
    data = place(model, {name: (centre[0] + 0.02, centre[1] - 0.02, 0.3)})
    run(model, data, 2.0)
    offset = position(data, name) - centre
    assert np.abs(offset[:2]).max() < 0.09 and 0.02 < offset[2] < 0.15
    if data.body(name).xmat[8] > 0.999 or name == "apple":
        assert offset[2] == pytest.approx(REST_HEIGHT[name], abs=1e-3)
    assert np.abs(data.joint(name).qvel[:3]).max() < 0.02


@pytest.mark.parametrize("drawer", ["drawer_top", "drawer_bottom"])
def test_an_apple_in_a_drawer_goes_in_and_out_with_it(model: mujoco.MjModel, drawer: str) -> None:
    data = place(model, {})
    data.joint(drawer).qpos = 0.19
    mujoco.mj_forward(model, data)
    data.joint("apple").qpos[:3] = data.site(f"{drawer}_handle").xpos + [0.11, 0, 0.06]
    for force_N, seconds, at_m in ((0.0, 1.0, 0.19), (-8.0, 1.5, 0.0), (8.0, 1.5, DRAWER_TRAVEL)):
        data.joint(drawer).qfrc_applied = force_N
        run(model, data, seconds)
        assert data.joint(drawer).qpos[0] == pytest.approx(at_m, abs=5e-3)
        offset = position(data, "apple") - data.site(f"{drawer}_handle").xpos
        assert 0.05 < offset[0] < 0.31 and abs(offset[1]) < 0.16 and -0.05 < offset[2] < 0.0


def test_a_rolling_apple_comes_to_rest(model: mujoco.MjModel) -> None:
    data = place(model, parked(("mug", "box", "can", "bottle")))
    data.joint("apple").qpos[:3] = [0.4, -0.15, REST_HEIGHT["apple"]]
    data.joint("apple").qvel = [0, 0.25, 0, -0.25 / REST_HEIGHT["apple"], 0, 0]
    run(model, data, 0.1)
    assert data.joint("apple").qvel[1] > 0.1
    run(model, data, 2.0)
    assert np.abs(data.joint("apple").qvel).max() < 5e-3 and position(data, "apple")[1] < 0.1


def picture(pool: RenderPool, data: mujoco.MjData) -> np.ndarray:
    """(64, 64, 3) int32, the scene camera in the `fast` profile."""
    out = [np.zeros((1, FAST_SIZE, FAST_SIZE, 3), np.uint8)]
    pool.draw({"qpos": data.qpos[None]}, [View("scene", FAST_SIZE, FAST_SIZE)], [0], out)
    return out[0][0].astype(np.int32)


def test_at_64_pixels_every_object_shows_in_the_zones_corners_and_the_fixtures_move_the_picture(
    model: mujoco.MjModel, pool: RenderPool
) -> None:
    away = {n: (-5.0, i, 5.0) for i, n in enumerate(OBJECTS)}
    empty = picture(pool, place(model, away))
    for name, x, y in itertools.product(OBJECTS, (0.36, 0.66), (-0.165, 0.155)):
        data = place(model, {**away, name: (x, y, REST_HEIGHT[name])})
        assert (np.abs(picture(pool, data) - empty).max(-1) > 24).sum() >= 6, (name, x, y)
    for name in ("drawer_top", "drawer_bottom", "microwave_door"):
        data = place(model, away)
        data.joint(name).qpos = 0.7 * model.joint(name).range[1]
        assert (np.abs(picture(pool, data) - empty).max(-1) > 24).sum() >= 20, name


def hue_and_saturation(pixels: np.ndarray) -> tuple[float, float]:
    """Of the more colourful half of `pixels` (n, 3): circular mean of the hue [deg], median saturation in [0, 1]."""
    saturation = np.ptp(pixels, axis=1) / np.maximum(pixels.max(1), 1)
    r, g, b = pixels[saturation >= np.median(saturation)].T
    hue = np.arctan2((np.sqrt(3) * (g - b)).sum(), (2 * r - g - b).sum())
    return float(np.rad2deg(hue)), float(np.median(saturation[saturation >= np.median(saturation)]))


def test_at_64_pixels_objects_differ_in_hue_and_the_bowl_is_pale(model: mujoco.MjModel, pool: RenderPool) -> None:
    away = {n: (-5.0, i, 5.0) for i, n in enumerate(OBJECTS)}
    empty = picture(pool, place(model, away))
    hue = {}
    for name in OBJECTS:
        seen = picture(pool, place(model, {**away, name: (0.5, 0.0, REST_HEIGHT[name])}))
        hue[name], saturation = hue_and_saturation(seen[np.abs(seen - empty).max(-1) > 24])
        assert (saturation < 0.35) == (name == "bowl"), (name, saturation)
    for a, b in itertools.combinations(OTHERS, 2):
        apart = abs((hue[a] - hue[b] + 180) % 360 - 180)
        assert apart > 25, (a, b, hue)
