"""What has to be seen is seen: the part that a task moves at its start, and what the hand holds in the wrist picture."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.house import SCENES, household_stage
from homebody.envs.readout import NOTHING
from homebody.envs.registry import all_tasks, task_robots
from homebody.envs.rendering import RenderPool, View
from homebody.envs.rooms.care_styles import CARE_STYLES
from homebody.envs.rooms.shell import FAR_M, NEAR_M
from homebody.envs.visibility import CAMERAS, ENOUGH_PX, SIZE, moving_part, pixels_at_start, pixels_while_held

HARD = (
    "turn_on_tap", "switch_on_light", "switch_off_light", "press_coffee_button", "open_chest_drawer", "open_fridge", "close_pill_box",
    "press_soap_pump", "ring_bell", "fold_towel",
)  # fmt: skip
"""One of each kind that two cameras missed, and one with cloth."""
EVERY = [(task, robot) for task in all_tasks() for robot in task_robots(task)]


def starts(task: str, robot: str, episodes: int) -> np.ndarray:
    """(episodes,) most pixels in any camera that show the moving part at held-out starts."""
    env = HouseholdVectorEnv(task, 1, robot=robot, cameras=(), split="heldout", threads=1)
    pixels = pixels_at_start(env, CAMERAS, episodes)
    env.close()
    return pixels.max(1)


@pytest.mark.parametrize("task", HARD)
def test_some_camera_sees_the_part_that_has_to_move(task: str) -> None:
    assert (starts(task, "panda", 6) >= ENOUGH_PX).all()


@pytest.mark.slow
@pytest.mark.parametrize(("task", "robot"), EVERY)
def test_some_camera_sees_the_part_that_has_to_move_in_95_of_100_starts(task: str, robot: str) -> None:
    assert (starts(task, robot, 60) >= ENOUGH_PX).mean() >= 0.95


@pytest.mark.parametrize(("task", "robot"), [("hold_up_toy", "panda"), ("hold_up_drink", "so101"), ("unscrew_jar", "panda")])
def test_the_wrist_camera_sees_what_the_hand_holds(task: str, robot: str) -> None:
    env = HouseholdVectorEnv(task, 1, robot=robot, cameras=(), threads=1)
    pixels = pixels_while_held(env, "wrist", 1)
    env.close()
    assert len(pixels) >= 3 and (pixels >= ENOUGH_PX).mean() >= 0.9


@pytest.mark.slow
@pytest.mark.parametrize(("task", "robot"), EVERY)
def test_the_wrist_camera_sees_what_the_hand_holds_in_90_of_100_frames(task: str, robot: str) -> None:
    env = HouseholdVectorEnv(task, 1, robot=robot, cameras=(), split="heldout", threads=1)
    pixels = pixels_while_held(env, "wrist", 3)
    env.reset(options={"index": [0]})
    pushes = env.mark(0).pushes
    env.close()
    assert (len(pixels) == 0) == pushes, "what is not pushed with closed fingers is held"
    assert pushes or (pixels >= ENOUGH_PX).mean() >= 0.9


@pytest.mark.parametrize("robot", ["panda", "so101"])
def test_both_pads_stand_in_the_lower_half_of_the_wrist_picture(robot: str) -> None:
    env = HouseholdVectorEnv("hold_up_toy", 1, robot=robot, cameras=(), threads=1)
    env.reset(options={"index": [0]})
    action = env.held_actions()
    action[:, -1] = 0.4
    for _ in range(15):
        env.step(action)
    model, picture = env.model_of(0), env.render_slot(0, "wrist", SIZE, kind="segmentation")
    seen = "rubber" if robot == "panda" else "pad"  # what touches is as thick as the finger, what is seen of it is its front
    for finger in ("left", "right"):
        rows, columns = np.nonzero((picture[..., 0] == model.geom(f"{seen}_{finger}").id) & (picture[..., 1] == 5))
        assert len(rows) >= 20 and rows.mean() > 64
        assert (columns.mean() < 64) == (finger == "right") or robot == "so101"
    env.close()


@pytest.mark.parametrize("scene", SCENES)
def test_every_room_has_three_cameras_and_a_near_plane_within_a_centimetre(scene: str) -> None:
    model = household_stage(scene, "panda").model
    assert {model.camera(i).name for i in range(model.ncam)} >= set(CAMERAS)
    assert model.vis.map.znear * model.stat.extent == pytest.approx(NEAR_M) and NEAR_M <= 0.01
    assert model.vis.map.zfar * model.stat.extent == pytest.approx(FAR_M)


@pytest.mark.parametrize("scene", SCENES)
def test_no_picture_shows_where_a_room_ends(scene: str) -> None:
    model, size = household_stage(scene, "panda").model, (90, 160)
    pool, views = RenderPool(model, threads=1), [View(c, *size, "segmentation") for c in ("scene", "side", "overview")]
    pictures = [view.empty(1) for view in views]
    pool.draw({"qpos": model.qpos0[None]}, views, [0], pictures)
    pool.close()
    for view, picture in zip(views, pictures, strict=True):
        assert not (picture[..., 1] == NOTHING).any(), view.camera


def test_the_mat_before_a_person_is_never_the_colour_of_skin() -> None:
    for style in CARE_STYLES:
        red, green, blue = style.finishes["mat"].rgb
        assert red < max(green, blue), style.name


def test_a_part_is_what_its_goal_moves() -> None:
    for task, names in (
        ("open_fridge", {"fridge_door_pull"}),
        ("turn_on_tap", {"tap_lever"}),
        ("fold_towel", {"towel"}),
        ("hold_up_toy", {"target"}),
    ):
        env = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
        env.reset(options={"index": [0]})
        assert moving_part(env, 0).name in names
        env.close()


@pytest.mark.parametrize("scene", ["home_kitchen", "home_bathroom", "care_room"])
def test_every_mesh_is_lit_from_the_side_that_it_faces(scene: str) -> None:
    """MuJoCo takes a normal for each vertex: one that is another corner's shows as a swirl."""
    model = household_stage(scene, "panda").donor
    for i in (k for k in range(model.nmesh) if model.mesh(k).name != "taxel_plate"):  # nobody sees that one
        first, count = model.mesh_faceadr[i], model.mesh_facenum[i]
        vertices, faces = model.mesh_vert[model.mesh_vertadr[i] :], model.mesh_face[first : first + count]
        a, b, c = (vertices[faces[:, k]] for k in range(3))
        flat = np.cross(b - a, c - a)
        area = np.linalg.norm(flat, axis=1)
        lit = model.mesh_normal[model.mesh_normaladr[i] :][model.mesh_facenormal[first : first + count]]
        towards = np.einsum("fk,fjk->fj", flat / np.maximum(area, 1e-14)[:, None], lit).min(1)
        assert (area[towards < 0.4]).sum() < 0.01 * area.sum(), model.mesh(i).name
