"""The world model learns, does not collapse, and its planner changes the policy's mind only for a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.core.errors import HomebodyError
from homebody.core.instructions import all_goals
from homebody.core.kinematics import Q_HOME, forward
from homebody.core.marks import MARK_DIM
from homebody.core.motions import decode, encode
from homebody.core.robots import PANDA
from homebody.datasets.sampler import TrainingArrays
from homebody.world_model.checkpoint import load_world, save_world
from homebody.world_model.clips import Clips, command_targets
from homebody.world_model.imagination import auc, dream, evaluate, prepare
from homebody.world_model.network import SKIP, TOKENS, WorldConfig, WorldModel
from homebody.world_model.planner import ThinkConfig, ThinkingPolicy, commanded, proposals
from homebody.world_model.settle import SettleConfig, Settler, keep_latents
from homebody.world_model.train import WorldTrainConfig, WorldTrainer, losses, make_world_trainer, spread_loss
from scipy import stats

SMALL = WorldConfig(channels=(8, 8, 16), width=32, layers=1, text_width=32)


@pytest.fixture(scope="module")
def arrays() -> TrainingArrays:
    """30 made-up attempts of 24 frames: the arm turns, a bright patch moves with it, half of them succeed."""
    rng = np.random.default_rng(0)
    episodes, length = 30, 24
    n = episodes * length
    joints = Q_HOME + np.cumsum(rng.normal(0, 0.02, (episodes, length, 7)), 1)
    T = forward(joints.reshape(-1, 7))
    scene = np.full((n, 64, 64, 3), 90, np.uint8)
    column = np.clip((joints.reshape(-1, 7)[:, 0] + 0.5) * 64, 4, 59).astype(int)
    for i, c in enumerate(column):
        scene[i, 28:36, c - 4 : c + 4] = 250
    proprio = np.concatenate(
        [T[:, :1, 0] * 0 + joints.reshape(n, 7), np.zeros((n, 7)), np.full((n, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]], 1
    )
    action = np.concatenate([np.roll(joints, -1, 1).reshape(n, 7), np.ones((n, 1))], 1).astype(np.float32)
    goals = all_goals()
    return TrainingArrays(
        scene=scene, wrist=scene[:, ::-1].copy(), tactile=np.zeros((n, 2, 3, 8, 8), np.float16), proprio=proprio.astype(np.float32), action=action,
        intervention=np.ones(n, bool), marks=np.zeros((n, 1, MARK_DIM), np.float32), pixels=np.zeros((n, 2, 1, 2, 2), np.float32),
        starts=np.arange(episodes + 1) * length, asked=tuple((goals[i % len(goals)],) for i in range(episodes)), success=np.arange(episodes) % 2 == 0,
    )  # fmt: skip


def trainer(arrays: TrainingArrays, out: Path, steps: int = 30) -> WorldTrainer:
    return make_world_trainer(
        arrays, SMALL, WorldTrainConfig(steps=steps, batch=6, frames=4, decode=4, warmup=5, threads=1, rate=3e-3), out
    )


def test_training_learns_where_things_are_and_keeps_latents_spread(arrays: TrainingArrays, tmp_path: Path) -> None:
    t = trainer(arrays, tmp_path, 50)
    before = [t.train_step(t.clips.draw()) for _ in range(5)]
    for _ in range(38):
        t.train_step(t.clips.draw())
    after = [t.train_step(t.clips.draw()) for _ in range(7)]
    assert np.mean([p["where"] for p in after]) < 0.5 * np.mean([p["where"] for p in before])
    frames = np.arange(0, 600, 11)
    inputs = prepare(arrays.scene[frames], arrays.wrist[frames], arrays.tactile[frames], arrays.proprio[frames], 64)
    with torch.no_grad():
        z = t.model.encode(inputs)
    assert float(z.std(0).mean()) > 0.1


def test_latents_that_collapse_cost_more_than_latents_that_differ() -> None:
    rng = torch.Generator().manual_seed(0)
    free = torch.randn(64, TOKENS, 16, generator=rng)
    assert spread_loss(torch.zeros(64, TOKENS, 16)) > 0.4
    assert spread_loss(free) < 0.1
    assert spread_loss(free[..., :1].repeat(1, 1, 16)) > 5 * spread_loss(free)  # every number the same


def test_pictures_shape_the_decoder_only(arrays: TrainingArrays, tmp_path: Path) -> None:
    t = trainer(arrays, tmp_path)
    losses(t.model, t.clips.draw(), t.config)["picture"].backward()
    touched = {name.split(".")[0] for name, p in t.model.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
    assert touched == {"decoder"}


def test_an_untrained_predictor_expects_no_change() -> None:
    model = WorldModel(SMALL)
    z = torch.nn.functional.layer_norm(torch.randn(3, TOKENS, 32), (32,))
    assert torch.allclose(model.step(z, torch.randn(3, SKIP, 10), torch.randn(3, 10)), z, atol=1e-4)


def test_a_resumed_training_is_the_one_that_never_stopped(arrays: TrainingArrays, tmp_path: Path) -> None:
    whole = trainer(arrays, tmp_path / "whole", 8)
    for _ in range(8):
        whole.train_step(whole.clips.draw())
    half = trainer(arrays, tmp_path / "half", 8)
    for _ in range(4):
        half.train_step(half.clips.draw())
    half.save()
    again = trainer(arrays, tmp_path / "half", 8)
    again.resume()
    for _ in range(4):
        again.train_step(again.clips.draw())
    for a, b in zip(whole.model.parameters(), again.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_settling_learns_behind_an_encoder_that_stands_still(arrays: TrainingArrays, tmp_path: Path) -> None:
    t = trainer(arrays, tmp_path, 12)
    for _ in range(12):
        t.train_step(t.clips.draw())
    model = t.average
    before = {k: v.clone() for k, v in model.state_dict().items()}
    latents = keep_latents(model, arrays)
    assert torch.allclose(
        latents[3].float(),
        model.encode(prepare(arrays.scene[3:4], arrays.wrist[3:4], arrays.tactile[3:4], arrays.proprio[3:4], 64))[0],
        atol=5e-3,
    )
    settler = Settler(model, arrays, latents, SettleConfig(steps=60, batch=24, threads=1, warmup=3, rate=1e-3), tmp_path / "s")
    parts = [settler.train_step() for _ in range(60)]
    assert np.mean([p["predict"] for p in parts[-8:]]) < np.mean([p["predict"] for p in parts[:8]])
    changed = {k.split(".")[0] for k, v in model.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {"predictor", "judge", "decoder", "text"}


def test_labels_say_how_an_attempt_ends_and_another_sentence_is_never_met(arrays: TrainingArrays) -> None:
    clips = Clips(arrays, frames=4, batch=4, image_size=64, seed=0)
    first = np.array([0, 24 + 9, 5])  # episode 0 succeeded, episode 1 did not, episode 0 again with a foreign sentence
    clip = clips._label(first, [arrays.goals[0], arrays.goals[1], arrays.goals[1]], np.array([True, True, False]))
    met, ends, near = clip.labels.unbind(-1)
    assert ends[0].tolist() == [1, 1, 1, 1] and not ends[1:].any() and not met[1:].any() and not near[1:].any()
    assert met[0].tolist() == [0, 0, 0, 1]  # frame 15 lies in the last ten of 24
    assert (near[0].diff() > 0).all()
    assert clip.inside[1].tolist() == [True, True, True, False]  # frame 9 + 15 is the next episode's


def test_commands_are_the_poses_that_the_actions_aim_at() -> None:
    rng = np.random.default_rng(3)
    joints = Q_HOME + rng.uniform(-0.1, 0.1, 7)
    goal = forward(joints + np.cumsum(rng.normal(0, 0.01, (10, 7)), 0))
    motions = encode(forward(joints[None]), goal[None], np.full((1, 10), 0.7))
    direct = commanded(PANDA, joints, motions)[0]
    through = command_targets(PANDA, decode(PANDA, joints[None], motions)[0])
    assert np.abs(direct - through).max() < 2e-3


def test_the_first_proposal_is_the_policys_own_and_the_others_differ() -> None:
    chunk = np.linspace(0, 0.1, 160).reshape(16, 10)
    out = proposals(chunk, 24, np.random.default_rng(0), 0.015)
    assert np.array_equal(out[0], chunk)
    assert all(np.abs(o - chunk).max() > 1e-4 for o in out[1:])
    assert np.abs(out[..., :3] - chunk[:, :3]).max() < 0.12


class Fixed:
    """A policy that always proposes the same small motion."""

    name = "fixed"

    def reset(self, slots, instructions) -> None:
        pass

    def plan(self, observation, slots):
        chunk = np.zeros((1, 16, 10), np.float32)
        chunk[..., 3] = chunk[..., 7] = 1.0
        chunk[0, :, 2] = np.linspace(0, 0.05, 16)
        return chunk, np.zeros((1, 2, 3))


def observation() -> dict[str, np.ndarray]:
    T = forward(Q_HOME[None])[0]
    proprio = np.concatenate([Q_HOME, np.zeros(7), [0.08], T[:3, 3], T[:3, 0], T[:3, 1]]).astype(np.float32)
    pictures = np.random.default_rng(0).integers(0, 255, (1, 128, 128, 3)).astype(np.uint8)
    return {"scene": pictures, "wrist": pictures, "tactile": np.zeros((1, 2, 3, 8, 8), np.float32), "proprio": proprio[None]}


def thinker(score, monkeypatch: pytest.MonkeyPatch) -> ThinkingPolicy:
    torch.manual_seed(0)
    policy = ThinkingPolicy(Fixed(), WorldModel(SMALL), ThinkConfig(budget_ms=500, most=16))
    monkeypatch.setattr(policy, "_judge", lambda z, tool, text, joints, options: score(options))
    policy.seed([0], [4])
    policy.reset([0], ["open the top drawer"])
    return policy


def test_the_policys_own_chunk_stands_when_scores_do_not_separate(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = thinker(lambda o: 0.5 + 0.01 * np.random.default_rng(0).random((len(o), 2)), monkeypatch)
    policy.act(observation())
    assert len(policy.thoughts) == 1 and not policy.thoughts[0].changed
    assert policy.thoughts[0].proposals == 16


def test_a_chunk_that_the_model_trusts_stands_without_more_thought(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = thinker(lambda o: np.stack([np.full(len(o), 0.9), np.arange(len(o)) / len(o)], 1), monkeypatch)
    policy.act(observation())
    assert not policy.thoughts[0].changed and policy.thoughts[0].proposals == 8


def test_a_proposal_that_is_judged_much_better_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Fixed().plan(None, [0])[0][0]
    policy = thinker(lambda o: np.repeat(1.0 * (o[:, -1, :1] > own[-1, 0] + 0.01), 2, 1), monkeypatch)
    plain = thinker(lambda o: np.zeros((len(o), 2)), monkeypatch)
    changed, kept = policy.act(observation()), plain.act(observation())
    assert policy.thoughts[0].changed and not plain.thoughts[0].changed
    for _ in range(7):
        changed, kept = policy.act(observation()), plain.act(observation())
    assert forward(changed[:, :7].astype(float))[0, 0, 3] > forward(kept[:, :7].astype(float))[0, 0, 3] + 0.003


def test_thinking_is_a_function_of_the_seed() -> None:
    def run() -> np.ndarray:
        torch.manual_seed(0)
        policy = ThinkingPolicy(Fixed(), WorldModel(SMALL), ThinkConfig(budget_ms=5000, most=8, margin=-1.0, doubt=1.1))
        policy.seed([0], [9])
        policy.reset([0], ["open the top drawer"])
        return np.concatenate([policy.act(observation()) for _ in range(10)])

    assert np.array_equal(run(), run())


def test_a_budget_must_be_positive() -> None:
    with pytest.raises(HomebodyError, match="think budget is -3 ms"):
        ThinkConfig(budget_ms=-3)


def test_the_area_under_the_curve_is_the_textbooks() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        scores, won = rng.integers(0, 6, 60) / 5, rng.random(60) < 0.4
        u = stats.mannwhitneyu(scores[won], scores[~won]).statistic
        assert auc(scores, won) == pytest.approx(u / (won.sum() * (~won).sum()))
    assert np.isnan(auc(np.ones(3), np.ones(3, bool)))


def test_a_dream_has_a_picture_and_a_judgement_for_every_frame(arrays: TrainingArrays) -> None:
    model = WorldModel(SMALL).eval()
    part = slice(0, 24)
    inputs = prepare(arrays.scene[part], arrays.wrist[part], arrays.tactile[part], arrays.proprio[part], 64)
    d = dream(model, inputs, arrays.action[part], "open the top drawer")
    assert d.pictures.shape == (24, 2, 64, 64, 3) and d.tactile.shape == (24, 2, 3, 8, 8) and d.judged.shape == (24, 3)
    assert d.pictures.dtype == np.uint8 and (d.judged >= 0).all() and (d.judged <= 1).all()


def test_an_untrained_model_errs_as_much_as_copying(arrays: TrainingArrays) -> None:
    """The measure itself: a predictor that is the identity scores 1, not better."""
    report = evaluate(WorldModel(SMALL).eval(), arrays, ["open the top drawer"] * 30)
    assert all(v == pytest.approx(1.0, abs=0.01) for v in report["latent_error"].values())
    assert report["episodes"] == 30 and report["successes"] == 15


def test_a_checkpoint_gives_back_the_same_judgement(tmp_path: Path) -> None:
    model = WorldModel(SMALL).half().float().eval()
    save_world(model, tmp_path / "w")
    z, text = torch.randn(2, TOKENS, 32), torch.randn(2, 32)
    assert torch.equal(load_world(tmp_path / "w").judge(z, text), model.judge(z, text))


def test_another_kind_of_checkpoint_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(HomebodyError, match="no config.json in"):
        load_world(tmp_path)
    (tmp_path / "config.json").write_text('{"kind": "homebody-policy", "network": {}}')
    with pytest.raises(HomebodyError, match=r"holds a 'homebody-policy': expected a 'homebody-world-model'"):
        load_world(tmp_path)


def test_bad_training_settings_are_refused() -> None:
    with pytest.raises(HomebodyError, match="frames is 2: expected more than the horizon"):
        WorldTrainConfig(frames=2)
    with pytest.raises(HomebodyError, match="batch is 0"):
        replace(WorldTrainConfig(), batch=0)
