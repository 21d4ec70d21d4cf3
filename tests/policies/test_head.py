"""The head: what it is shown of *where*, what it imitates and what not, that it learns, and that it goes on as if it had not stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from homebody.cli.main import main
from homebody.cli.policies import find_policy
from homebody.core.errors import HomebodyError
from homebody.core.marks import MARK_DIM, SKILL, SKILLS
from homebody.core.robots import PANDA
from homebody.core.touch import TOUCH_DIM, summary
from homebody.core.types import Goal
from homebody.datasets.states import StateArrays, load_states
from homebody.policies.head.batches import HeadAugment, HeadBatches, unbroken
from homebody.policies.head.erring import LOST_M, STOOD_M, Erring, last_true
from homebody.policies.head.network import SEEN_DIM, ActionHead, HeadConfig, feature_dim, features, nearest_turn
from homebody.policies.head.runtime import HeadPolicy
from homebody.policies.head.train import HeadTrainConfig, HeadTrainer, make_head_trainer

SMALL = HeadConfig(skill_width=8, width=64, layers=2, chunk=4)
EXACT = HeadAugment(marks_m=0.0, turned_rad=0.0, unknown=0.0, noise=0.0)
GOALS = (Goal(task="ring_bell", target="bell"), Goal(task="turn_on_tap", target="tap"))


def proprio_at(joints: np.ndarray) -> np.ndarray:
    """(B, P) of an arm that stands still."""
    T = PANDA.forward(joints)
    n = len(joints)
    parts = [joints, np.zeros((n, 7)), np.full((n, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]]
    return np.concatenate(parts, 1).astype(np.float32)


@pytest.fixture(scope="module")
def states() -> StateArrays:
    """30 made-up reaches of 20 frames: the arm goes towards the act point, upright for one task and the other way for the other."""
    rng = np.random.default_rng(3)
    episodes, length = 30, 20
    goals = tuple(GOALS[e % 2] for e in range(episodes))
    joints, actions, marks = [], [], []
    for e in range(episodes):
        q = PANDA.q_home + rng.uniform(-0.2, 0.2, 7)
        step = rng.uniform(-0.02, 0.02, 7) * (1 if e % 2 else -1)
        path = q + np.arange(length)[:, None] * step
        end = PANDA.forward(path[-1:])[0]
        mark = np.zeros(MARK_DIM, np.float32)
        mark[:3], mark[3:6], mark[6:9], mark[10:13] = end[:3, 3], end[:3, 2], end[:3, 1], end[:3, 3]
        mark[SKILL] = SKILLS.index(goals[e].task)
        joints.append(path)
        actions.append(np.concatenate([path + step, np.ones((length, 1))], 1))
        marks.append(np.repeat(mark[None], length, 0))
    n = episodes * length
    return StateArrays(
        proprio=proprio_at(np.concatenate(joints)), touch=np.zeros((n, TOUCH_DIM), np.float32),
        action=np.concatenate(actions).astype(np.float32), shown=np.ones(n, bool), marks=np.concatenate(marks),
        believed=np.zeros((n, MARK_DIM), np.float32), looked=np.zeros(n, bool), starts=np.arange(episodes + 1) * length, goals=goals, robot="panda",
    )  # fmt: skip


def trainer(states: StateArrays, out: Path, *, steps: int = 30, seed: int = 0) -> HeadTrainer:
    config = HeadTrainConfig(steps=steps, batch=32, rate=3e-3, warmup=5, threads=1, seed=seed, augment=EXACT)
    return make_head_trainer(states, SMALL, config, out)


def test_a_mark_looks_the_same_from_the_hand_wherever_the_base_is_turned(states: StateArrays) -> None:
    marks, touch, own = states.marks[:40], states.touch[:40], slice(-SEEN_DIM, None)
    proprio = states.proprio[:40]
    c, s = np.cos(0.7), np.sin(0.7)
    R = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)
    turned, at = proprio.copy(), PANDA.position_at.start
    for k in (at, at + 3, at + 6):
        turned[:, k : k + 3] = proprio[:, k : k + 3] @ R.T
    other = marks.copy()
    for k in (0, 3, 6, 10, 13):
        other[:, k : k + 3] = marks[:, k : k + 3] @ R.T
    here, there = features(PANDA, proprio, touch, marks)[:, own], features(PANDA, turned, touch, other)[:, own]
    assert np.allclose(here[:, 6:], there[:, 6:], atol=1e-4)
    assert not np.allclose(here[:, :6], there[:, :6], atol=1e-3)  # offsets in the base's own axes
    assert features(PANDA, proprio, touch, marks).shape == (40, feature_dim(PANDA))


def test_which_finger_a_mark_names_says_nothing(states: StateArrays) -> None:
    """Eyes know across but for its sign; a hand that is turned the other way round is another matter."""
    proprio, touch, marks = states.proprio[:40], states.touch[:40], states.marks[:40]
    other = marks.copy()
    other[:, 6:9] *= -1
    assert np.array_equal(features(PANDA, proprio, touch, marks), features(PANDA, proprio, touch, other))
    R = np.eye(3, dtype=np.float32)[None]
    kept = nearest_turn(np.float32([[0, 0, 0, 0, 0, -1, 0.6, -0.8, 0, *np.zeros(MARK_DIM - 9)]]), R)
    assert kept[0, 6:9].tolist() == pytest.approx([-0.6, 0.8, 0])


def test_millimetres_are_seen_near_the_mark(states: StateArrays) -> None:
    """One of them there weighs as much as seven further away."""
    marks = states.marks[19:20].copy()
    marks[:, :3] = states.proprio[19:20, PANDA.position_at.start : PANDA.position_at.start + 3]

    def change(m: np.ndarray) -> float:
        moved = m.copy()
        moved[:, :3] += 0.001 / np.sqrt(3)
        a, b = (features(PANDA, states.proprio[19:20], states.touch[19:20], x)[0, -SEEN_DIM:] for x in (m, moved))
        return float(np.linalg.norm(a - b))

    far = marks.copy()
    far[:, :3] += 0.3
    assert change(marks) > 4 * change(far)


def test_touch_tells_fingers_places_and_slip_apart() -> None:
    raw = np.zeros((1, 2, 3, 8, 8), np.float32)
    nothing = summary(raw)
    assert nothing.shape == (1, TOUCH_DIM) and not nothing.any()
    seen = [nothing]
    for where in ((0, 0, 1, 5), (1, 0, 1, 5), (0, 0, 6, 5), (0, 0, 1, 2), (0, 1, 1, 5), (0, 2, 1, 5)):
        one = raw.copy()
        one[(0, *where)] = 0.001
        seen.append(summary(one))
    assert len(np.unique(np.concatenate(seen), axis=0)) == 7


def test_what_a_disturbance_did_is_never_the_answer(states: StateArrays) -> None:
    shown = states.shown.copy()
    shown[8:11] = False
    assert unbroken(shown, states.starts)[:20].tolist() == [8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    batches = HeadBatches(replace(states, shown=shown), ActionHead(SMALL).numbers, chunk=4, batch=64, seed=0, augment=EXACT)
    assert batches._counts(np.array([2, 6, 7, 16, 19])).tolist() == [
        [True] * 4, [True, True, False, False], [True, False, False, False], [True] * 4, [True] * 4,
    ]  # fmt: skip
    drawn = np.concatenate([batches._draw(256) for _ in range(20)])
    assert not set(drawn) & {8, 9, 10}
    share = np.mean([states.goals[e].task == "ring_bell" for e in states.episode[drawn]])
    assert abs(share - 0.5) < 0.03


def test_it_learns_and_minds_the_skill(states: StateArrays, tmp_path: Path) -> None:
    t = trainer(states, tmp_path, steps=300)
    first = np.mean([t.train_step(t.batches.draw())["motion"] for _ in range(5)])
    for _ in range(290):
        t.train_step(t.batches.draw())
    last = np.mean([t.train_step(t.batches.draw())["motion"] for _ in range(5)])
    assert last < 0.5 * first


def test_the_same_seed_gives_the_same_weights_and_another_one_does_not(states: StateArrays, tmp_path: Path) -> None:
    def weights(seed: int) -> torch.Tensor:
        t = trainer(states, tmp_path / str(seed), steps=3, seed=seed)
        t.run()
        return t.average.enter.weight

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))


def test_resuming_gives_the_numbers_of_a_run_that_never_stopped(states: StateArrays, tmp_path: Path) -> None:
    whole = trainer(states, tmp_path / "whole", steps=12)
    whole.run()
    cut = trainer(states, tmp_path / "cut", steps=12)
    for _ in range(5):
        cut.train_step(cut.batches.draw())
    cut.save()
    again = trainer(states, tmp_path / "cut", steps=12)
    again.resume()
    again.run()
    for a, b in zip(whole.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(a, b)


def test_from_collecting_without_pictures_to_a_policy_that_every_command_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, head = tmp_path / "data", tmp_path / "head"
    small = ("--cameras", "none", "--marks", "1", "--threads", "1", "--slots", "2")
    assert main(["collect", "--tasks", "close_drawer", "--episodes", "2", "--out", str(data), *small]) == 0
    arrays = load_states([data])
    assert arrays.marks.shape == (len(arrays.action), MARK_DIM) and arrays.marks.any() and len(arrays.goals) == 2
    assert main(["train", "head", "--data", str(data), "--out", str(head), "--steps", "3", "--threads", "1"]) == 0
    source = find_policy(str(head))
    assert source.simulated and source.cameras == () and source.trained_on and source.trained_on.tasks == ("close_drawer",)
    taken = tmp_path / "taken"
    assert (
        main(
            [
                "collect",
                "--tasks",
                "close_drawer",
                "--episodes",
                "2",
                "--policy",
                str(head),
                "--takeover",
                "1",
                "--keep-failures",
                "--out",
                str(taken),
                *small,
            ]
        )
        == 0
    )
    assert not load_states([taken]).shown.all()
    asked = ["bench", "--tasks", "close_drawer", "--policy", str(head), "--episodes", "1", "--films", "0", "--out", str(tmp_path / "bench")]
    assert main([*asked, "--fail-below", "1"]) in (0, 1)
    assert main([*asked, "--fail-below", "2"]) == 2
    assert "expected a rate between 0 and 1" in capsys.readouterr().err
    assert main(["train", "policy", "--data", str(data), "--out", str(tmp_path / "p"), "--steps", "1"]) == 2
    assert "has no pictures: training expects scene, wrist as well" in capsys.readouterr().err


def test_the_last_look_is_one_of_the_same_episode() -> None:
    looked = np.array([0, 1, 0, 0, 0, 0, 1, 1], bool)
    assert last_true(looked, np.array([0, 4, 8])).tolist() == [-1, 1, 1, 1, -1, -1, 6, 7]


def looked_on(states: StateArrays, off: np.ndarray) -> StateArrays:
    """The same where a policy looked at every fourth frame, whose eyes were off by (N, MARK_DIM)."""
    looked = np.arange(len(states.marks)) % 4 == 0
    return replace(states, looked=looked, believed=states.marks + off.astype(np.float32))


def test_marks_err_as_they_were_seen_to_err_at_the_last_look(states: StateArrays) -> None:
    off = np.zeros_like(states.marks)
    off[:, 0], off[:, 9], off[:, 16] = 0.02, -0.01, 0.4
    data = looked_on(states, off)
    eyes, frames = Erring(data), np.arange(4)
    assert eyes.known.all()
    seen = eyes.put_into(data.marks[frames], frames)
    assert np.allclose(seen[:, :3] - data.marks[frames, :3], [0.02, 0, 0], atol=1e-6) and np.allclose(seen[:, 16], 0.4)
    assert (seen[:, 9] >= 0).all() and np.array_equal(seen[:, SKILL], data.marks[frames, SKILL])
    other = replace(data, believed=data.believed * np.where(np.isin(np.arange(MARK_DIM), (6, 7, 8)), -1, 1).astype(np.float32))
    assert np.allclose(Erring(other).put_into(data.marks[frames], frames), seen, atol=1e-6), "which finger is named says nothing"


def test_a_look_says_nothing_where_it_was_at_another_thing_or_another_moment(states: StateArrays) -> None:
    off = np.zeros_like(states.marks)
    off[4:8, 0], off[8:12, SKILL] = LOST_M + 0.01, 1
    data = looked_on(states, off)
    data.marks[13:15, 0] += STOOD_M + 0.01  # the thing was moved after the look
    try:
        assert Erring(data).known[:16].tolist() == [True] * 4 + [False] * 8 + [True, False, False, True]
        assert not Erring(states).known.any()
    finally:
        data.marks[13:15, 0] -= STOOD_M + 0.01


def test_a_head_mistrusts_what_the_eyes_did_not_know(states: StateArrays, tmp_path: Path) -> None:
    off = np.zeros_like(states.marks)
    off[:, :3] = np.random.default_rng(1).uniform(-0.04, 0.04, (len(off), 3))
    data, rows = looked_on(states, off), np.arange(200)

    def moved(shown: StateArrays) -> float:
        config = HeadTrainConfig(steps=300, batch=64, rate=3e-3, warmup=5, threads=1, augment=replace(EXACT, seen=1.0))
        t = make_head_trainer(shown, SMALL, config, tmp_path / str(shown is data))
        t.run()
        with torch.inference_mode():
            a, b = (
                t.average(torch.from_numpy(t.batches._features(rows, m[rows])), torch.zeros(len(rows), dtype=torch.long))
                for m in (data.marks, data.believed)
            )
        return float((a - b).abs().mean())

    assert moved(data) < 0.7 * moved(states)


def test_directions_and_progress_err_as_eyes_do(states: StateArrays) -> None:
    """Nothing is known of how a policy saw these: directions turn by some degrees, seldom by many, and stay unit vectors; now and then progress says nothing."""
    batches = HeadBatches(
        states, ActionHead(SMALL).numbers, chunk=4, batch=64, seed=0, augment=replace(EXACT, turned_rad=0.05, unknown=0.25)
    )
    frames = np.repeat(np.arange(200), 20)
    true, seen = states.marks[frames], batches._erring(frames)
    assert np.array_equal(seen[:, :3], true[:, :3]) and np.array_equal(seen[:, SKILL], true[:, SKILL])
    turned = np.arccos(np.einsum("ni,ni->n", seen[:, 3:6], true[:, 3:6]).clip(-1, 1))
    assert np.allclose(np.linalg.norm(seen[:, 6:9], axis=1), 1, atol=1e-5)
    assert 0.02 < np.median(turned) < 0.08 and np.quantile(turned, 0.99) > 0.15
    assert abs((seen[:, 16] != true[:, 16]).mean() - 0.25) < 0.03


def test_a_teacher_says_what_is_to_be_done_also_where_nobody_demonstrated(states: StateArrays, tmp_path: Path) -> None:
    first = trainer(states, tmp_path / "teacher", steps=100)
    first.run()
    off = np.zeros_like(states.marks)
    off[:, 0] = 0.05
    data, config = looked_on(replace(states, shown=np.zeros_like(states.shown)), off), HeadTrainConfig(
        steps=300, batch=64, rate=3e-3, warmup=5, threads=1, augment=replace(EXACT, seen=1.0)
    )  # fmt: skip
    student = make_head_trainer(data, SMALL, config, tmp_path / "student", teacher=tmp_path / "teacher")
    student.run()
    frames = np.arange(0, len(data.marks), 7)
    skill = torch.from_numpy(first.model.numbers(data.marks[frames]).numpy())

    def does(t: HeadTrainer, marks: np.ndarray) -> torch.Tensor:
        with torch.inference_mode():
            return (
                t.average(torch.from_numpy(t.batches._features(frames, marks[frames])), skill) * t.average.motion_std
                + t.average.motion_mean
            )

    wanted = does(first, states.marks)
    assert (does(student, data.believed) - wanted).abs().mean() < 0.5 * (does(first, data.believed) - wanted).abs().mean()
    other = replace(SMALL, chunk=8)
    with pytest.raises(HomebodyError, match="another chunk"):
        make_head_trainer(data, other, config, tmp_path / "other", teacher=tmp_path / "teacher")


def test_a_slot_does_not_feel_its_neighbours() -> None:
    torch.manual_seed(0)
    model = ActionHead(SMALL)
    rng = np.random.default_rng(0)
    proprio = proprio_at(PANDA.q_home + rng.uniform(-0.2, 0.2, (3, 7)))
    seen = {"proprio": proprio, "tactile": np.zeros((3, 2, 3, 8, 8), np.float32)}
    marks = np.append(rng.normal(size=(3, SKILL)), [[1], [5], [7]], 1).astype(np.float32)
    many = HeadPolicy(model, lambda o, slots, words: marks[list(slots)], execute=2)
    many.reset([0, 1, 2], ["ring the bell"] * 3)
    alone = HeadPolicy(model, lambda o, slots, words: marks[2:], execute=2)
    alone.reset([0], ["ring the bell"])
    one = alone.act({k: v[2:] for k, v in seen.items()})
    assert np.array_equal(many.act(seen)[2], one[0])


def test_a_checkpoint_that_counts_its_skills_otherwise_does_the_same() -> None:
    other = ActionHead(replace(SMALL, skills=("wipe_mat", "other", "ring_bell")))
    marks = np.zeros((3, MARK_DIM), np.float32)
    marks[:, SKILL] = [SKILLS.index(s) for s in ("ring_bell", "turn_on_tap", "wipe_mat")]
    assert other.numbers(marks).tolist() == [2, 1, 0]
    assert ActionHead(SMALL).numbers(marks).tolist() == marks[:, SKILL].tolist()


@pytest.mark.parametrize(
    ("text", "said"), [("{}", "holds a None"), ('{"kind": "homebody-head"}', "damaged"), ("[", "damaged"), ('{"kind": "homebody-head", "network": {"width": 0}}', "expected")]
)  # fmt: skip
def test_a_folder_that_is_no_head_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(HomebodyError, match=said):
        HeadPolicy.load(tmp_path, lambda *_: np.zeros((1, MARK_DIM)))
