"""The eyes: that they learn where a thing is, and which by the words; that training goes on as if it had not stopped; eyes and head as one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.cli.main import main
from homebody.cli.policies import find_policy
from homebody.core.errors import HomebodyError
from homebody.core.eyes import EYES
from homebody.core.marks import MARK_DIM, SKILL, SKILLS
from homebody.core.robots import PANDA
from homebody.core.touch import TOUCH_DIM
from homebody.core.types import Goal
from homebody.core.weights import load_state
from homebody.datasets.glances import Glance, Glances, Scene, blocks, read_glances, write_block
from homebody.policies.eyes.batches import EyesAugment, EyesBatches, in_colours
from homebody.policies.eyes.checkpoint import load_eyes, save_eyes
from homebody.policies.eyes.geometry import in_base, looked_up, onto, rays, to_worktop
from homebody.policies.eyes.network import Eyes, EyesConfig, renewed
from homebody.policies.eyes.runtime import Looking
from homebody.policies.eyes.train import EyesTrainConfig, EyesTrainer, losses, make_eyes_trainer, measure
from homebody.policies.head.checkpoint import save_head
from homebody.policies.head.network import ActionHead, HeadConfig
from homebody.policies.house import load_house

SMALL = EyesConfig(cameras=("scene",), image_size=32, width=16, blocks=1, text_width=16)
SMALL_EYES = Eyes(SMALL)
GOALS = (Goal(task="ring_bell", target="bell"), Goal(task="turn_on_tap", target="tap"))
EYE = np.array([0.5, 0.0, 1.0])
"""A camera that looks straight down: the picture's x is the base's y, its down the base's x."""
AXES = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])


def made_up(seed: int, count: int) -> list[tuple[Scene, list[Glance]]]:
    """Scenes with a red spot that the first goal is about and a blue one that the second is about, each asked for in half of them."""
    rng, rows = np.random.default_rng(seed), []
    T = PANDA.forward(PANDA.q_home[None])[0]
    proprio = np.concatenate([PANDA.q_home, np.zeros(7), [0.08], T[:3, 3], T[:3, 0], T[:3, 1]]).astype(np.float32)
    extrinsics = np.zeros((len(EYES), 10), np.float32)
    extrinsics[:, 3], extrinsics[:, 7] = 1, 1
    extrinsics[0] = np.concatenate([EYE, *AXES, [np.deg2rad(60)]])
    for n in range(count):
        points = np.stack([0.5 + rng.uniform(-0.3, 0.3, 2), rng.uniform(-0.3, 0.3, 2), np.full(2, 0.1)], -1)
        uv = np.stack([points[:, 1], points[:, 0] - EYE[0]], -1) / 0.9 / np.tan(np.deg2rad(30))
        picture = np.full((32, 32, 3), 90, np.uint8)
        for k, colour in enumerate(((255, 30, 30), (30, 30, 255))):
            x, y = ((uv[k] + 1) * 16).astype(int)
            picture[max(y - 2, 0) : y + 2, max(x - 2, 0) : x + 2] = colour
        marks = np.zeros((2, MARK_DIM), np.float32)
        marks[:, :3] = marks[:, 10:13] = points
        marks[:, 5], marks[:, 7], marks[:, 13] = -1, 1, 1
        marks[:, SKILL] = [SKILLS.index(g.task) for g in GOALS]
        order = [0, 1] if n % 2 else [1, 0]
        pixels = np.repeat(uv[None, order, None], 2, 2).astype(np.float32)
        goals = tuple(GOALS[k] for k in order)
        glance = Glance(
            pictures=(picture,), proprio=proprio, touch=np.zeros(TOUCH_DIM, np.float32), extrinsics=extrinsics, marks=marks[order],
            pixels=pixels, visible=np.ones((1, 2, 2), bool),
        )  # fmt: skip
        rows.append((Scene(goals=goals, instruction="ring the bell" if goals[0] == GOALS[0] else "turn on the tap"), [glance]))
    return rows


def as_glances(folder: Path, seed: int, count: int) -> Glances:
    write_block(folder / "spots" / "000000.npz", made_up(seed, count), cameras=("scene",), robot="panda")
    return read_glances(blocks([folder]))


@pytest.fixture(scope="module")
def glances(tmp_path_factory: pytest.TempPathFactory) -> Glances:
    return as_glances(tmp_path_factory.mktemp("seen"), 0, 400)


def trainer(data: Glances, out: Path, steps: int) -> EyesTrainer:
    augment = EyesAugment(dyed=0.0)  # these things differ in colour alone
    config = EyesTrainConfig(steps=steps, batch=24, asked=2, rate=3e-3, warmup=10, threads=1, half=False, augment=augment)
    return make_eyes_trainer(data, SMALL, config, out)


def test_they_learn_where_things_are_in_scenes_that_they_never_saw_and_which_is_meant_by_the_words(
    glances: Glances, tmp_path: Path
) -> None:
    t = trainer(glances, tmp_path, 400)
    t.run()
    off = measure(t.average.eval(), as_glances(tmp_path / "new", 1, 60))
    assert off["act"]["p50"] < 0.02, off  # spots are 0.13 m wide
    assert off["tasks"]["ring_bell"]["n"] == off["tasks"]["turn_on_tap"]["n"] == 30
    assert max(row["p50"] for row in off["tasks"].values()) < 0.03, off
    assert off["skill"] > 0.95, off


def test_a_direction_that_is_quite_wrong_learns_to_turn(glances: Glances, tmp_path: Path) -> None:
    """Between opposite unit vectors a loss has no slope: what is told is held against the truth before it is made one."""
    t = trainer(glances, tmp_path, 1)
    batch = t.batches.draw()
    text = t.model.text(batch["tokens"].flatten(0, 1)).unflatten(0, batch["tokens"].shape[:2])
    answer = t.model(batch, text)
    turns = torch.zeros_like(answer.turns)
    turns[..., 0], turns.requires_grad = -1.0, True
    marks = batch["marks"].clone()
    marks[..., 13:16] = torch.tensor([1.0, 0.0, 0.0])
    losses(replace(answer, turns=turns), marks, batch["pixels"])["directions"].backward()
    assert turns.grad is not None and (turns.grad[..., 2, 0] < 0).all()


def test_a_window_on_a_picture_shows_things_where_the_labels_say(glances: Glances) -> None:
    """What stands at a pixel of the window is what the rays of that window's point meet."""
    wide = EyesAugment(colour=0.0, dyed=0.0, shift=0.3, zoom=0.2)
    batches = EyesBatches(glances, cameras=("scene",), batch=60, asked=1, image_size=32, seed=4, augment=wide)
    batch = batches.draw()
    red = batch["marks"][:, 0, SKILL] == SKILLS.index("ring_bell")
    uv = batch["pixels"][:, 0, 0, 0]
    inside = (uv.abs() < 0.8).all(-1)
    assert inside.sum() > 20 and not torch.allclose(batch["window"], torch.tensor([0.0, 0.0, 1.0]))
    column, row = ((uv + 1) * 16).long().clamp(0, 31).unbind(-1)
    seen = batch["pictures"][torch.arange(60), 0, :, row, column]
    assert (torch.where(red, seen[:, 0] - seen[:, 2], seen[:, 2] - seen[:, 0])[inside] > 0.4).float().mean() > 0.95
    heat = torch.full((60, 1, 1, 2, 256), -30.0)
    grid = SMALL_EYES.grid
    heat[torch.arange(60), 0, 0, :, (grid[None] - uv[:, None]).norm(dim=-1).argmin(-1)] = 30.0
    text = torch.zeros(60, 1, SMALL.text_width)
    maps = [(torch.zeros(60, 1, 256, SMALL.width), heat[:, 0])]
    each = SMALL_EYES._point(batch, text, SMALL_EYES._felt(batch, 1), maps).each[:, 0, 0, 0]
    told = (each - torch.tensor(EYE)) / (each - torch.tensor(EYE)).norm(dim=-1, keepdim=True)
    true = batch["marks"][:, 0, :3] - torch.tensor(EYE)
    apart = (told * (true / true.norm(dim=-1, keepdim=True))).sum(-1).clamp(-1, 1).arccos()
    assert apart[inside].max() < np.deg2rad(60) / 16, "more than a cell of the map"


def test_colours_turn_about_the_grey_axis_and_grey_stays_grey(glances: Glances) -> None:
    batches = EyesBatches(glances, cameras=("scene",), batch=8, asked=1, image_size=32, seed=4, augment=EyesAugment())
    dyes = torch.from_numpy(batches._dyes(np.arange(8) < 6))
    assert torch.allclose(dyes[6:], torch.eye(3).expand(2, 3, 3), atol=1e-5)
    grey, red = torch.full((8, 3, 1, 1), 0.2), torch.tensor([0.5, -0.5, -0.5]).view(1, 3, 1, 1).expand(8, 3, 1, 1)
    assert torch.allclose(in_colours(grey, dyes), grey, atol=1e-3)
    hues = in_colours(red, dyes)[:6, :, 0, 0]
    assert len({tuple(h) for h in (hues * 10).round().int().tolist()}) > 4 and (hues.argmax(1) != 0).any()


def test_a_point_is_one_of_two_things_and_not_halfway_between_them() -> None:
    there = torch.zeros(256)
    there[[20, 25]], there[21] = torch.tensor([0.5, 0.4]), 0.1
    near, mass = SMALL_EYES._around_peak(there)
    assert float(mass) == pytest.approx(0.6) and float(near[25]) == 0
    at = near @ SMALL_EYES.grid
    assert torch.allclose(at, (5 * SMALL_EYES.grid[20] + SMALL_EYES.grid[21]) / 6)


def test_what_is_pointed_at_appears_in_the_other_picture_where_its_rays_go() -> None:
    torch.manual_seed(3)
    p, tangent = torch.tensor([[0.1, -0.4, 1.0]]), torch.tensor([0.6])
    R = torch.linalg.qr(torch.randn(1, 3, 3)).Q
    at = torch.rand(1, 5, 2) * 1.6 - 0.8
    points = p[:, None] + rays(R, tangent, at) * torch.rand(1, 5, 1)
    there, ahead = onto(p, R, tangent, points)
    assert ahead.all() and torch.allclose(there, at, atol=1e-4)
    _, ahead = onto(p, R, tangent, 2 * p[:, None] - points)
    assert not ahead.any()
    shares = torch.zeros(1, 5, 256)
    shares[..., 37] = 1.0
    seen = looked_up(shares, SMALL_EYES.grid[[37, 36, 53, 39, 200]][None])
    assert torch.allclose(seen, torch.tensor([[1.0, 1.0, 1.0, 0.0, 0.0]]), atol=1e-5)


def test_the_camera_that_the_other_one_agrees_with_is_judged_by_more_than_its_own_word() -> None:
    """Two cameras straight above: what one points at, the other sees there, or does not; the judge can tell the two apart."""
    both = Eyes(EyesConfig(image_size=32, width=16, blocks=1, text_width=16))
    seen: list[torch.Tensor] = []
    both.judge.register_forward_hook(lambda _module, given, _out: seen.append(given[0]))
    extrinsics = torch.zeros(1, len(EYES), 10)
    extrinsics[:] = torch.tensor([*EYE, *AXES[0], *AXES[1], np.deg2rad(60)])
    T = torch.eye(4)[None]
    views = [in_base(extrinsics, T, c) for c in ("scene", "wrist")]
    points = torch.stack([v[0][:, None] + rays(v[1], v[2], both.grid[None, [100]]) for v in views], 1)[:, :, :, None].expand(1, 2, 1, 2, 3)
    for cell in (100, 30):
        there = torch.full((1, 1, 2, 256), 1e-6)
        there[..., cell] = 1.0
        weights = both._weights(points, torch.zeros(1, 2, 1, 2, 2), [(*v, both.whole, there) for v in views], T)
        assert torch.allclose(weights.sum(1), torch.ones(1, 1, 2))
    assert not torch.allclose(seen[0], seen[1])


def test_a_ray_is_followed_to_the_worktop_and_not_to_the_horizon() -> None:
    p = torch.tensor([[0.0, -0.5, 1.2]])
    there = torch.tensor([[0.4, 0.1, 0.0], [0.7, 0.9, 0.0]])
    ways = (there - p) / (there - p).norm(dim=-1, keepdim=True)
    assert torch.allclose(p + to_worktop(p, ways, 1.3) * ways, there, atol=1e-6)
    level = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, -1.0]])
    assert to_worktop(p, level, 1.3).flatten().tolist() == pytest.approx([2.6, 2.6, 1.2])


def test_a_direction_turns_with_the_camera_that_tells_it() -> None:
    """Before the base frame has its say, what a camera sees of a direction is turned by its pose, and by nothing else."""
    torch.manual_seed(2)
    eyes = Eyes(SMALL)
    for p in eyes.turn.parameters():
        torch.nn.init.normal_(p, std=0.3)
    for p in eyes.tell.parameters():
        torch.nn.init.zeros_(p)
    c, s = np.cos(0.5), np.sin(0.5)
    R = torch.tensor([[c, -s, 0], [s, c, 0], [0, 0, 1]], dtype=torch.float32)
    extrinsics = torch.zeros(1, len(EYES), 10)
    extrinsics[0, 0] = torch.tensor(np.concatenate([EYE, *AXES, [np.deg2rad(60)]]))
    turned = extrinsics.clone()
    for k in (0, 3, 6):
        turned[0, 0, k : k + 3] = R @ extrinsics[0, 0, k : k + 3]
    inputs = {
        "pictures": torch.rand(1, 1, 3, 32, 32) - 0.5,
        "proprio": torch.zeros(1, PANDA.proprio_dim),
        "touch": torch.zeros(1, TOUCH_DIM),
    }
    text = torch.rand(1, 1, SMALL.text_width)
    here, there = (eyes({**inputs, "extrinsics": e}, text).turns[0, 0] for e in (extrinsics, turned))
    assert here.norm() > 0.1 and torch.allclose(there, here @ R.T, atol=1e-5)


def test_eyes_go_on_on_another_arm_with_all_but_its_joints() -> None:
    torch.manual_seed(1)
    eyes = Eyes(SMALL)
    other = renewed(eyes, "so101")
    assert renewed(eyes, "panda") is eyes and other.config.robot == "so101"
    inputs = {
        "pictures": torch.rand(2, 1, 3, 32, 32) - 0.5, "proprio": torch.zeros(2, PANDA.proprio_dim), "touch": torch.rand(2, TOUCH_DIM),
        "extrinsics": torch.rand(2, len(EYES), 10),
    }  # fmt: skip
    text, small = torch.rand(2, 1, SMALL.text_width), torch.rand(2, other.robot.proprio_dim)
    told, same = eyes(inputs, text).marks, other({**inputs, "proprio": small}, text).marks
    assert torch.allclose(told, same, atol=1e-4), "joints that say nothing change nothing"
    old = Eyes(replace(SMALL, version=1))
    for again in (renewed(old, "panda"), renewed(old, "so101")):
        given = {**inputs, "proprio": torch.zeros(2, again.robot.proprio_dim)}
        assert again.config.version == 2 and torch.allclose(old(inputs, text).marks, again(given, text).marks, atol=1e-4)


def test_resuming_gives_the_numbers_of_a_run_that_never_stopped(glances: Glances, tmp_path: Path) -> None:
    whole = trainer(glances, tmp_path / "whole", 8)
    whole.run()
    cut = trainer(glances, tmp_path / "cut", 8)
    for _ in range(3):
        cut.train_step(cut.batches.draw())
    cut.save()
    again = trainer(glances, tmp_path / "cut", 8)
    again.resume()
    again.run()
    for a, b in zip(whole.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_trunk_that_is_frozen_stays_and_the_rest_learns(glances: Glances, tmp_path: Path) -> None:
    trainer(glances, tmp_path / "first", 2).run()
    config = EyesTrainConfig(steps=3, batch=8, asked=2, threads=1, freeze_trunk=True)
    again = make_eyes_trainer(glances, SMALL, config, tmp_path / "again", start_from=tmp_path / "first")
    before = {k: v.clone() for k, v in again.model.state_dict().items()}
    again.run()
    moved = {k.split(".")[0] for k, v in load_eyes(tmp_path / "again").state_dict().items() if not torch.equal(v, before[k])}
    assert "trunks" not in moved and {"asking", "along", "tell", "turn"} <= moved
    with pytest.raises(HomebodyError, match="expected eyes whose trunk knows pictures"):
        make_eyes_trainer(glances, SMALL, config, tmp_path / "none")


def test_a_slot_does_not_see_with_its_neighbours_eyes() -> None:
    torch.manual_seed(0)
    look = Looking(Eyes(SMALL))
    rows = [glances[0] for _, glances in made_up(5, 3)]
    seen = {
        "scene": np.stack([g.pictures[0] for g in rows]), "proprio": np.stack([g.proprio for g in rows]),
        "tactile": np.zeros((3, 2, 3, 8, 8), np.float32), "extrinsics": np.stack([g.extrinsics for g in rows]),
    }  # fmt: skip
    many = look(seen, [0, 1, 2], ["ring the bell"] * 3)
    look.forget([0])
    alone = look({k: v[2:] for k, v in seen.items()}, [0], ["ring the bell"])
    assert many.shape == (3, MARK_DIM) and np.array_equal(many[2:], alone)
    for k in (3, 6, 13):
        assert np.allclose(np.linalg.norm(many[:, k : k + 3], axis=1), 1, atol=1e-5)


def test_eyes_and_a_head_become_one_policy_that_acts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.manual_seed(0)
    eyes, head, out = tmp_path / "eyes", tmp_path / "head", tmp_path / "house"
    both = EyesConfig(image_size=32, width=16, blocks=1, text_width=16)
    save_eyes(Eyes(both), eyes)
    save_head(ActionHead(HeadConfig(skill_width=8, width=32, layers=1)), head)
    assert main(["train", "join", "--eyes", str(eyes), "--head", str(head), "--out", str(out), "--json", str(tmp_path / "r.json")]) == 0
    assert json.loads((tmp_path / "r.json").read_text())["bytes"] == (out / "model.safetensors").stat().st_size
    assert main(["train", "split", "--policy", str(out), "--out", str(tmp_path / "parts")]) == 0
    for name, part in (("eyes", Eyes(both)), ("head", ActionHead(HeadConfig(skill_width=8, width=32, layers=1)))):
        kept, _ = load_state(tmp_path / "parts" / name / "model.safetensors")
        whole, _ = load_state(tmp_path / name / "model.safetensors")
        assert kept.keys() == whole.keys() == part.state_dict().keys()
        assert all(torch.allclose(kept[k], whole[k].float(), atol=2e-3) for k in kept)
    source = find_policy(str(out))
    assert source.cameras == ("scene", "wrist") and source.sensors == ("extrinsics",)
    words = ["--tasks", "ring_bell", "--policy", str(out), "--episodes", "1", "--threads", "1"]
    assert main(["bench", *words, "--films", "0", "--out", str(tmp_path / "b")]) == 0
    assert main(["collect", *words, "--cameras", "scene", "--out", str(tmp_path / "c")]) == 2
    assert "looks through scene, wrist: expected --cameras scene,wrist" in capsys.readouterr().err
    taken = ["--takeover", "1", "--keep-failures", "--image-size", "32", "--marks", "1", "--out", str(tmp_path / "c")]
    assert main(["collect", *words, *taken]) == 0
    assert main(["serve", "--policy", str(out)]) == 2
    assert "needs extrinsics, which robots do not send" in capsys.readouterr().err
    other = ActionHead(HeadConfig(skill_width=8, width=32, layers=1, robot="so101"))
    save_head(other, head)
    assert main(["train", "join", "--eyes", str(eyes), "--head", str(head), "--out", str(tmp_path / "x")]) == 2
    assert "are of panda and so101: expected those of one arm" in capsys.readouterr().err
    (out / "config.json").write_text("{}")
    with pytest.raises(HomebodyError, match="holds a None"):
        load_house(out)
