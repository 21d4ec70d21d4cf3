"""Laws of the first room: things rest, slide, swing and hold what is dropped into them, and can be told apart."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import mujoco
import numpy as np
import pytest
from homebody.envs.furniture.storage import DRAWER_TRAVEL_M
from homebody.envs.house import household_stage
from homebody.envs.objects.first import CATALOGUE
from homebody.envs.rendering import RenderPool, View
from homebody.envs.rooms.shell import TIMESTEP_S

OBJECTS = ("mug", "bowl", "box", "can", "apple", "bottle")
THING = {n: f"thing{k}" for k, n in enumerate(OBJECTS)}
"""The bodies that are made like them: the catalogue's order."""
INSTANCE = dict(zip(OBJECTS, CATALOGUE, strict=True))
OTHERS = tuple(n for n in OBJECTS if n != "bowl")
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
    model = household_stage("first", "panda").model
    model.opt.enableflags &= ~mujoco.mjtEnableBit.mjENBL_SLEEP.value  # what is written into a sleeper would not move
    yield model
    model.opt.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP.value


@pytest.fixture(scope="module")
def pool(model: mujoco.MjModel) -> Iterator[RenderPool]:
    pool = RenderPool(model, threads=1, profile="fast")
    yield pool
    pool.close()


def place(model: mujoco.MjModel, where: Mapping[str, tuple[float, ...]]) -> mujoco.MjData:
    """Every thing upright on its spot of the worktop, but those in `where` with their centres there [m]; the arm out of the way."""
    data = mujoco.MjData(model)
    for name in OBJECTS:
        pose = np.array([*SPOTS[name], INSTANCE[name].rest] if name not in where else where[name])
        data.joint(THING[name]).qpos = [*pose, 1, 0, 0, 0]
    q = np.array([0.0, -1.2, 0.0, -2.6, 0.0, 1.8, 0.8])
    for i in range(7):
        data.joint(f"joint{i + 1}").qpos = q[i]
    data.ctrl[:7] = q
    mujoco.mj_forward(model, data)
    return data


def run(model: mujoco.MjModel, data: mujoco.MjData, seconds: float) -> None:
    for _ in range(round(seconds / TIMESTEP_S)):
        mujoco.mj_step(model, data)
    assert np.isfinite(data.qpos).all() and np.abs(data.qvel).max() < 50


def position(data: mujoco.MjData, name: str) -> np.ndarray:
    return data.joint(THING[name]).qpos[:3].copy()


@pytest.mark.parametrize("name", OBJECTS)
def test_a_thing_weighs_what_the_catalogue_says(model: mujoco.MjModel, name: str) -> None:
    assert model.body(THING[name]).mass[0] == pytest.approx(INSTANCE[name].mass, abs=2e-4)


def test_every_thing_rests_where_it_is_put_at_its_height(model: mujoco.MjModel) -> None:
    data = place(model, {})
    before = {n: position(data, n) for n in OBJECTS}
    run(model, data, 1.0)
    for name in OBJECTS:
        assert np.abs(position(data, name) - before[name]).max() < 2e-3, name
        assert position(data, name)[2] == pytest.approx(INSTANCE[name].rest, abs=1e-3)


@pytest.mark.parametrize("name", ["drawer_top", "drawer_bottom"])
def test_a_drawer_stays_shut_at_1_newton_and_opens_to_its_stop_at_4(model: mujoco.MjModel, name: str) -> None:
    for force_N, low_m, high_m in ((1.0, -1e-3, 3e-3), (4.0, DRAWER_TRAVEL_M - 5e-3, DRAWER_TRAVEL_M + 2e-3)):
        data = place(model, {})
        data.joint(name).qfrc_applied = force_N
        run(model, data, 1.0)
        assert low_m < data.joint(name).qpos[0] < high_m


@pytest.mark.parametrize("name", ["apple", "can", "box", "mug"])
def test_the_bowl_holds_what_is_dropped_into_it_and_does_not_walk(model: mujoco.MjModel, name: str) -> None:
    bowl = np.array([*SPOTS["bowl"], INSTANCE["bowl"].rest])
    data = place(model, {name: (bowl[0] + 0.015, bowl[1], 0.06 + INSTANCE[name].rest)})
    run(model, data, 2.0)
    offset = position(data, name) - position(data, "bowl")
    assert np.hypot(offset[0], offset[1]) < 0.05 and 0 < offset[2] < INSTANCE[name].rest + 0.01
    assert np.linalg.norm(position(data, "bowl") - bowl) < 0.02
    assert np.abs(data.joint(THING[name]).qvel[:3]).max() < 0.02


def test_the_bowl_has_no_gap_an_apple_could_leave_by(model: mujoco.MjModel) -> None:
    """Pushed outwards in any direction with half its weight, it stays inside the wall."""
    for heading in np.linspace(0, 2 * np.pi, 9)[:-1]:
        data = place(model, {"apple": (*SPOTS["bowl"], 0.05)})
        run(model, data, 0.3)
        push = 0.5 * INSTANCE["apple"].mass * 9.81
        data.body(THING["apple"]).xfrc_applied[:2] = push * np.cos(heading), push * np.sin(heading)
        run(model, data, 1.0)
        offset = position(data, "apple") - position(data, "bowl")
        assert np.hypot(offset[0], offset[1]) < 0.04 and abs(offset[2]) < 0.04


@pytest.mark.parametrize("name", OTHERS)
def test_the_bin_holds_what_is_dropped_into_it(model: mujoco.MjModel, name: str) -> None:
    floor = mujoco.MjData(model)
    mujoco.mj_forward(model, floor)
    centre = floor.site("bin_floor").xpos.copy()
    data = place(model, {name: (centre[0] + 0.02, centre[1] - 0.02, 0.3)})
    run(model, data, 2.0)
    offset = position(data, name) - centre
    assert np.abs(offset[:2]).max() < 0.09 and 0.02 < offset[2] < 0.15
    if data.body(THING[name]).xmat[8] > 0.999 or name == "apple":
        assert offset[2] == pytest.approx(INSTANCE[name].rest, abs=1e-3)
    assert np.abs(data.joint(THING[name]).qvel[:3]).max() < 0.02


@pytest.mark.parametrize("drawer", ["drawer_top", "drawer_bottom"])
def test_an_apple_in_a_drawer_goes_in_and_out_with_it(model: mujoco.MjModel, drawer: str) -> None:
    data = place(model, {})
    data.joint(drawer).qpos = 0.19
    mujoco.mj_forward(model, data)
    data.joint(THING["apple"]).qpos[:3] = data.site(f"{drawer}_handle").xpos + [0.11, 0, 0.06]
    for force_N, seconds, at_m in ((0.0, 1.0, 0.19), (-8.0, 1.5, 0.0), (8.0, 1.5, DRAWER_TRAVEL_M)):
        data.joint(drawer).qfrc_applied = force_N
        run(model, data, seconds)
        assert data.joint(drawer).qpos[0] == pytest.approx(at_m, abs=5e-3)
        offset = position(data, "apple") - data.site(f"{drawer}_handle").xpos
        assert 0.05 < offset[0] < 0.31 and abs(offset[1]) < 0.16 and -0.05 < offset[2] < 0.0


def test_a_rolling_apple_comes_to_rest(model: mujoco.MjModel) -> None:
    data = place(model, {n: (-5.0, k, 5.0) for k, n in enumerate(("mug", "box", "can", "bottle"))})
    data.joint(THING["apple"]).qpos[:3] = [0.4, -0.15, INSTANCE["apple"].rest]
    data.joint(THING["apple"]).qvel = [0, 0.25, 0, -0.25 / INSTANCE["apple"].rest, 0, 0]
    run(model, data, 0.1)
    assert data.joint(THING["apple"]).qvel[1] > 0.1
    run(model, data, 2.0)
    assert np.abs(data.joint(THING["apple"]).qvel).max() < 5e-3 and position(data, "apple")[1] < 0.1


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
        data = place(model, {**away, name: (x, y, INSTANCE[name].rest)})
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
        seen = picture(pool, place(model, {**away, name: (0.5, 0.0, INSTANCE[name].rest)}))
        hue[name], saturation = hue_and_saturation(seen[np.abs(seen - empty).max(-1) > 24])
        assert (saturation < 0.35) == (name == "bowl"), (name, saturation)
    for a, b in itertools.combinations(OTHERS, 2):
        apart = abs((hue[a] - hue[b] + 180) % 360 - 180)
        assert apart > 25, (a, b, hue)
