"""Glances: what is kept, that it depends on the episode alone, that pictures and labels belong together, that a folder goes on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.cli.main import main
from homebody.cli.policies import find_policy
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import rotation_from_6d
from homebody.core.marks import MARK_DIM
from homebody.core.robots import PANDA
from homebody.datasets.glances import Glance, Scene, blocks, read_glances, write_block
from homebody.datasets.glancing import GlanceConfig, take_glances
from homebody.envs.engine import HouseholdVectorEnv
from homebody.policies.eyes.geometry import in_base, rays

CONFIG = GlanceConfig(every=6, until=18)


def taken(slots: int, indices: range) -> dict[int, tuple[Scene, list[Glance]]]:
    env = HouseholdVectorEnv("close_drawer", slots, cameras=("scene", "wrist"), image_size=32, sensors=("extrinsics",), threads=1)
    found = dict(take_glances(env, find_policy("wander").build(env), indices, CONFIG))
    env.close()
    return found


@pytest.fixture(scope="module")
def some() -> dict[int, tuple[Scene, list[Glance]]]:
    return taken(3, range(4))


def test_what_is_seen_at_a_glance_depends_on_the_episode_alone(some: dict[int, tuple[Scene, list[Glance]]]) -> None:
    alone = taken(1, range(2, 4))
    assert sorted(some) == [0, 1, 2, 3] and len({len(g) for _, g in some.values()}) > 1
    for index, (scene, glances) in alone.items():
        assert some[index][0] == scene and len(some[index][1]) == len(glances)
        for a, b in zip(some[index][1], glances, strict=True):
            assert all(np.array_equal(x, y) for x, y in zip(a.pictures, b.pictures, strict=True))
            assert np.array_equal(a.marks, b.marks) and np.array_equal(a.proprio, b.proprio)


def test_a_block_comes_back_as_it_was(some: dict[int, tuple[Scene, list[Glance]]], tmp_path: Path) -> None:
    rows = list(some.values())
    write_block(tmp_path / "t" / "000000.npz", rows[:2], cameras=("scene", "wrist"), robot="panda")
    write_block(tmp_path / "t" / "000040.npz", rows[2:], cameras=("scene", "wrist"), robot="panda")
    back = read_glances(blocks([tmp_path]))
    flat = [(scene, g) for scene, glances in rows for g in glances]
    assert len(back) == len(flat) and back.cameras == ("scene", "wrist") and back.image_size == 32
    for n, (scene, glance) in enumerate(flat):
        assert back.scenes[back.episode[n]] == scene
        count = len(scene.goals)
        assert np.array_equal(back.marks[n, :count], glance.marks) and not back.marks[n, count:].any()
        assert np.array_equal(back.pixels[n, :, :count], glance.pixels) and glance.marks.shape == (count, MARK_DIM)
        for camera, picture in enumerate(glance.pictures):
            assert np.abs(back.picture(n, camera).astype(int) - picture).mean() < 4  # JPEG


def test_a_folder_that_was_cut_goes_on_and_a_damaged_block_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, report = tmp_path / "glances", tmp_path / "report.json"
    asked = [
        "glance",
        "--tasks",
        "ring_bell",
        "--policy",
        "wander",
        "--until",
        "4",
        "--every",
        "50",
        "--image-size",
        "16",
        "--threads",
        "1",
    ]
    asked += ["--episodes", "1", "--out", str(out), "--json", str(report)]
    assert main(asked) == 0
    first = json.loads(report.read_text())
    assert first["episodes"] == 40 and first["glances"] >= 40 and first["skipped"] == 0
    before = (out / "ring_bell" / "000000.npz").read_bytes()
    assert main(asked) == 0 and json.loads(report.read_text())["skipped"] == 40
    (out / "ring_bell" / "000000.npz").unlink()
    assert main(asked) == 0 and (out / "ring_bell" / "000000.npz").read_bytes() == before
    (out / "ring_bell" / "000000.npz").write_bytes(before[: len(before) // 2])
    with pytest.raises(HomebodyError, match=r"damaged block .*000000.npz"):
        read_glances(blocks([out]))
    assert main([*asked, "--first-index", "7"]) == 2
    assert "a multiple of 40" in capsys.readouterr().err


def test_cameras_stand_where_the_calibration_says_whatever_shook_them_since() -> None:
    env = HouseholdVectorEnv("close_drawer", 2, cameras=("scene", "wrist"), image_size=16, sensors=("extrinsics",), threads=1)
    observation, _ = env.reset(options={"index": [3, 3], "axes": [{}, {"camera_shift": 0.05}]})
    told = observation["extrinsics"]
    assert np.array_equal(told[0], told[1])
    for slot, moved in ((0, False), (1, True)):
        T = env.camera_geometry(slot, "scene").T_base_camera  # x right, y down
        assert np.allclose(told[slot, 0, :3], T[:3, 3], atol=1e-5) != moved
        assert np.allclose(told[slot, 0, 3:6], T[:3, 0], atol=1e-5) and np.allclose(told[slot, 0, 6:9], -T[:3, 1], atol=1e-5)
    labels = env.labels(0)
    tool = torch.from_numpy(observation["proprio"][:1, PANDA.position_at.start :]).double()
    T = torch.eye(4)[None].double()
    T[:, :3, 3], T[:, :3, :3] = tool[:, :3], torch.from_numpy(rotation_from_6d(tool[:, 3:].numpy()))
    act, where = torch.from_numpy(labels["marks"][:, :3]).double(), torch.from_numpy(labels["pixels"]).double()
    for k, camera in enumerate(("scene", "wrist")):  # rays of the picture points go through the points
        p, R, tangent = in_base(torch.from_numpy(told[:1]).double(), T, camera)
        towards, inside = torch.nn.functional.normalize(act - p, dim=-1), (where[k, :, 0].abs() < 5).all(-1)
        assert inside.any() and torch.allclose(rays(R, tangent, where[k, None, :, 0])[0][inside], towards[inside], atol=1e-4)
    env.close()
