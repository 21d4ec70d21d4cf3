"""The policy: transforms in pairs, learning that learns, training that resumes, checkpoints that cannot hurt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.core.errors import HomebodyError
from homebody.core.experience import Experience, read_experience
from homebody.core.kinematics import Q_HOME, forward
from homebody.core.motions import decode, encode, target_poses
from homebody.core.preprocess import pictures
from homebody.core.robots import PANDA
from homebody.core.text import tokenise
from homebody.datasets.sampler import TrainingArrays
from homebody.policies.baselines import RandomPolicy, ZeroPolicy
from homebody.policies.batches import Augment
from homebody.policies.checkpoint import load_model, save_model
from homebody.policies.network import PolicyConfig, VisuoTactilePolicy
from homebody.policies.runtime import ChunkPolicy
from homebody.policies.train import TrainConfig, Trainer, make_trainer

SMALL = PolicyConfig(image_size=16, channels=(8, 8, 8), text_width=32, width=32, layers=1, chunk=4)


def trainer(arrays: TrainingArrays, out: Path, steps: int = 40) -> Trainer:
    config = TrainConfig(steps=steps, batch=16, rate=2e-3, warmup=5, threads=1, augment=Augment(colour=0, shift=0))
    return make_trainer(arrays, SMALL, config, out)


def test_motions_and_joint_targets_are_a_pair() -> None:
    rng = np.random.default_rng(1)
    joints = Q_HOME + rng.uniform(-0.3, 0.3, (50, 7))
    actions = np.concatenate([joints[:, None] + np.cumsum(rng.uniform(-0.04, 0.04, (50, 8, 7)), 1), rng.random((50, 8, 1))], -1)
    T = target_poses(PANDA, actions.reshape(-1, 8)).reshape(50, 8, 4, 4)
    motions = encode(forward(joints), T, actions[..., 7])
    back = decode(PANDA, joints, motions)
    got = forward(back[..., :7].astype(np.float64))
    assert np.abs(got[..., :3, 3] - T[..., :3, 3]).max() < 1e-3
    cos = (np.einsum("...ij,...ij->...", got[..., :3, :3], T[..., :3, :3]) - 1) / 2
    assert np.degrees(np.arccos(np.clip(cos, -1, 1))).max() < 0.5
    assert np.allclose(back[..., 7], actions[..., 7], atol=1e-6)


def test_training_learns_where_the_instructed_thing_is(arrays: TrainingArrays, tmp_path: Path) -> None:
    t = trainer(arrays, tmp_path, 200)
    first = np.mean([t.train_step(t.batches.draw())["ground"] for _ in range(5)])
    for _ in range(190):
        t.train_step(t.batches.draw())
    last = np.mean([t.train_step(t.batches.draw())["ground"] for _ in range(5)])
    assert last < 0.6 * first


def test_the_same_seed_gives_the_same_weights_and_another_one_does_not(arrays: TrainingArrays, tmp_path: Path) -> None:
    def weights(seed: int) -> torch.Tensor:
        config = TrainConfig(steps=3, batch=8, threads=1, seed=seed)
        t = make_trainer(arrays, SMALL, config, tmp_path / str(seed))
        t.run()
        return torch.cat([p.detach().flatten() for p in t.average.parameters()])

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_a_resumed_training_is_the_one_that_never_stopped(arrays: TrainingArrays, tmp_path: Path) -> None:
    whole = trainer(arrays, tmp_path / "whole", 12)
    for _ in range(12):
        whole.train_step(whole.batches.draw())
    half = trainer(arrays, tmp_path / "half", 12)
    for _ in range(6):
        half.train_step(half.batches.draw())
    half.save()
    again = trainer(arrays, tmp_path / "half", 12)
    again.resume()
    assert again.course.step == 6
    for _ in range(6):
        again.train_step(again.batches.draw())
    for a, b in zip(whole.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_frames_that_nobody_demonstrated_are_not_imitated(arrays: TrainingArrays, tmp_path: Path) -> None:
    masked = replace(arrays, intervention=np.arange(len(arrays.action)) % 2 == 0)
    assert len(trainer(masked, tmp_path).batches) == len(arrays.action) // 2


def test_pictures_shrink_by_area_averages() -> None:
    image = torch.randint(0, 255, (1, 8, 8, 3), dtype=torch.uint8)
    small = pictures(image, 4)
    want = image.float().view(1, 4, 2, 4, 2, 3).mean((2, 4)).round().permute(0, 3, 1, 2) / 255 - 0.5
    assert torch.allclose(small, want)


def test_typing_errors_change_the_tokens_little() -> None:
    a, b, c = (set(tokenise(t).ravel()) for t in ("open the microwave", "open the micorwave", "throw that apple away"))
    assert len(a & b) > 2 * len(a & c)


def observation(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    joints = Q_HOME + rng.uniform(-0.1, 0.1, (n, 7))
    T = forward(joints)
    proprio = np.concatenate([joints, np.zeros((n, 7)), np.full((n, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]], 1)
    image = rng.integers(0, 255, (n, 32, 32, 3), dtype=np.uint8)
    return {"scene": image, "wrist": image, "tactile": np.zeros((n, 2, 3, 8, 8), np.float32), "proprio": proprio.astype(np.float32)}


def test_a_slots_actions_do_not_depend_on_the_other_slots() -> None:
    torch.manual_seed(0)
    model = VisuoTactilePolicy(SMALL)
    seen = observation(5)
    many = ChunkPolicy(model, execute=4)
    many.reset(range(5), ["open the top drawer"] * 5)
    together = many.act(seen)
    alone = ChunkPolicy(model, execute=4)
    alone.reset([0], ["open the top drawer"])
    assert np.array_equal(alone.act({k: v[3:4] for k, v in seen.items()})[0], together[3])


def test_an_instruction_is_encoded_once() -> None:
    policy = ChunkPolicy(VisuoTactilePolicy(SMALL), execute=1)
    policy.reset([0, 1], ["pick up the mug", "pick up the mug"])
    for _ in range(3):
        policy.act(observation(2))
    assert list(policy._texts) == ["pick up the mug"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:1000]), "damaged checkpoint"),
        (lambda f: (f / "model.safetensors").unlink(), "no file model.safetensors"),
        (lambda f: (f / "config.json").unlink(), "no config.json"),
        (lambda f: (f / "config.json").write_text("{"), "damaged .*config.json"),
        (lambda f: (f / "config.json").write_text('{"network": {"depth": 3}}'), r"unknown settings \['depth'\]"),
        (lambda f: (f / "config.json").write_text('{"network": {"width": 64}}'), "does not fit"),
    ],
)
def test_a_bad_checkpoint_gets_one_clear_error(tmp_path: Path, damage, said: str) -> None:  # type: ignore[no-untyped-def]
    save_model(VisuoTactilePolicy(SMALL), tmp_path)
    load_model(tmp_path)
    damage(tmp_path)
    with pytest.raises(HomebodyError, match=said):
        load_model(tmp_path)


def test_the_default_network_is_small_enough_to_ship() -> None:
    assert sum(p.numel() for p in VisuoTactilePolicy(PolicyConfig()).parameters()) < 8e6


def test_zero_holds_still_and_random_is_seeded() -> None:
    zero = ZeroPolicy()
    zero.reset([0], [""])
    seen = observation(1)
    first = zero.act(seen)
    moved = {**seen, "proprio": seen["proprio"] + 0.1}
    assert np.array_equal(zero.act(moved), first)
    a, b = RandomPolicy(), RandomPolicy()
    for p in (a, b):
        p.reset([0], [""])
        p.seed([0], [5])
    assert np.array_equal(a.act(seen), b.act(seen))


@pytest.mark.parametrize(
    ("setting", "said"), [({"steps": 0}, "steps is 0"), ({"rate": -1.0}, "rate is -1.0"), ({"batch": -5}, "batch is -5")]
)
def test_bad_settings_are_refused(setting: dict, said: str) -> None:
    with pytest.raises(HomebodyError, match=said):
        TrainConfig(**setting)


def test_training_writes_what_the_weights_have_seen(arrays, tmp_path):
    seen = Experience.of(["panda"], ["first"], {g.task for g in arrays.goals})
    trainer = make_trainer(arrays, SMALL, TrainConfig(steps=1, batch=2, threads=1), tmp_path, trained_on=seen)
    trainer.save()
    assert read_experience(tmp_path) == seen
    assert '"panda"' in (tmp_path / "card.md").read_text()
