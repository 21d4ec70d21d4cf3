"""Collecting: an episode's recipe is what makes it, what is there by the same recipe is not made again, any arm can be disturbed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.cli.main import main
from homebody.core.errors import HomebodyError
from homebody.core.types import Observation
from homebody.datasets.check import verify
from homebody.datasets.collect import BLOCKED_RAD, BURST_RAD, NEVER, CollectConfig, Collector, Mixture, plan, recipe
from homebody.datasets.store import Store
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert

SMALL = ["--image-size", "16", "--slots", "4", "--threads", "1"]


def collect(out: Path, *words: str) -> dict[str, Any]:
    report = out.with_suffix(".json")
    assert main(["collect", "--out", str(out), *SMALL, "--json", str(report), *words]) == 0
    return json.loads(report.read_text())


def indices(path: Path) -> list[int]:
    with Store.open(path) as store:
        return [store.meta(i)["certificate"]["index"] for i in range(len(store))]


def test_collecting_again_goes_on_where_it_stopped_and_doubles_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--tasks", "open_drawer", "--episodes")
    out = tmp_path / "set"
    assert collect(out, *words, "2")["skipped"] == 0
    before = sorted(p.name for p in (out / "chunks").iterdir())
    again = collect(out, *words, "2")
    assert (again["episodes"], again["kept"], again["skipped"]) == (0, 0, 2)
    assert "skipped, recorded here before: 2" in capsys.readouterr().out
    assert sorted(p.name for p in (out / "chunks").iterdir()) == before
    more = collect(out, *words, "3", "--seed", "7")
    assert (more["kept"], more["skipped"]) == (1, 2), "an undisturbed demonstration does not depend on the seed"
    assert indices(out) == [0, 1, 2]
    disturbed = collect(out, *words, "2", "--perturb", "1")
    assert (disturbed["kept"] + sum(disturbed["rejected"].values()), disturbed["skipped"]) == (2, 0)
    assert verify(out)["problems"] == []


def test_a_policy_looks_where_no_picture_is_recorded(tmp_path: Path) -> None:
    """It sees what it sees where they are, and looks no more once it is relieved."""
    words = ["--tasks", "close_drawer", "--episodes", "2", "--policy", "homebody", "--takeover", "1", "--keep-failures", "--slots", "2"]
    blind, pictured = tmp_path / "blind", tmp_path / "pictured"
    assert main(["collect", "--out", str(blind), *words, "--cameras", "none", "--marks", "1"]) == 0
    assert main(["collect", "--out", str(pictured), *words, "--marks", "1"]) == 0
    a, b = Store.open(blind), Store.open(pictured)
    assert a.cameras == () and set(b.shapes(0)) - set(a.shapes(0)) >= {"scene", "wrist", "label_pixels", "label_visible"}
    for number in range(2):
        assert not a.stream(number, "intervention").all() and "label_believed" not in a.shapes(number), "this one goes by no mark"
        assert np.array_equal(a.stream(number, "action"), b.stream(number, "action"))


def test_a_policy_that_goes_by_marks_looks_on_to_the_end_and_its_beliefs_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "set"
    words = ["--tasks", "close_drawer", "--episodes", "2", "--policy", "house", "--takeover", "0.5", "--slots", "2", "--keep-failures"]
    assert main(["collect", "--out", str(out), *words, "--cameras", "none", "--marks", "1"]) == 0
    store = Store.open(out)
    for number in range(2):
        looked, believed, marks = (store.stream(number, f"label_{n}") for n in ("looked", "believed", "marks"))
        assert np.array_equal(looked, np.arange(len(looked)) % 8 == 0), "as often as it acts, whoever acts"
        assert np.array_equal(believed[:8], np.repeat(believed[:1], 8, 0)), "what it goes by between two looks"
        assert believed.shape == marks[:, 0].shape and np.linalg.norm((believed - marks[:, 0])[looked, :3], axis=1).min() < 0.05
    assert verify(out)["problems"] == []


def test_another_arm_is_refused_before_anything_moves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "set"
    Store.create(out, robot="panda", cameras=("scene", "wrist"), image_size=16, control_hz=20).close()
    assert main(["collect", "--out", str(out), *SMALL, "--tasks", "hold_up_food", "--robot", "so101", "--episodes", "1"]) == 2
    said = capsys.readouterr().err
    assert said == f"error: {out} holds episodes of panda: expected episodes of so101; choose another --out\n"


def test_taking_over_from_nobody_is_refused_and_leaves_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["collect", "--out", str(tmp_path / "set"), "--tasks", "open_drawer", "--episodes", "1", "--takeover", "0.5"]) == 2
    assert "need a policy that acts" in capsys.readouterr().err and not (tmp_path / "set").exists()


BASE = CollectConfig(episodes=1, perturb=0.5, policy="abc", takeover=0.3, autonomous=0.1, seed=3)


@pytest.mark.parametrize(
    "change", [{"perturb": 0.6}, {"policy": "abd"}, {"takeover": 0.4}, {"autonomous": 0.2}, {"seed": 4}, {"randomize": "train"}]
)
def test_whatever_changes_an_episode_changes_its_recipe(change: dict[str, Any]) -> None:
    """For every index whose episode is disturbed under both; and never where nothing does, but for the house."""
    other = dataclasses.replace(BASE, **change)
    compared = 0
    for index in range(60):
        plans = [plan(c, index, learned=True) for c in (BASE, other)]
        plain = [not p.bursts and not p.takeover_at for p in plans]
        same = recipe(BASE, index, learned=True) == recipe(other, index, learned=True)
        assert same == (all(plain) and "randomize" not in change)
        compared += not any(plain)
    assert compared > 10


def test_the_number_of_episodes_the_first_index_and_what_is_kept_are_no_part_of_a_recipe() -> None:
    other = dataclasses.replace(BASE, episodes=9, first_index=4, keep_failures=True)
    assert all(recipe(BASE, i, learned=True) == recipe(other, i, learned=True) for i in range(20))


def test_plans_are_drawn_in_the_order_that_earlier_data_sets_were() -> None:
    for index in range(30):
        rng = np.random.default_rng([3, index])
        at = int(rng.integers(5, 140)) if rng.random() < 0.3 else 0
        at = NEVER if rng.random() < 0.1 else at
        drawn = plan(BASE, index, learned=True)
        assert (drawn.takeover_at, drawn.bursts) == (at, bool(rng.random() < 0.5))
        assert drawn.rng.random() == rng.random()


@pytest.mark.parametrize(("robot", "task"), [("panda", "open_drawer"), ("so101", "hold_up_food")])
def test_bursts_move_every_joint_of_any_arm_by_the_same_spread(robot: str, task: str) -> None:
    env = HouseholdVectorEnv(task, 4, robot=robot, image_size=16, threads=1)
    collector = Collector(env, Expert(env), CollectConfig(episodes=4, perturb=1.0, keep_failures=True))
    ended = list(collector.advance(range(4)))
    while len(ended) < 4:
        ended += collector.advance([])
    env.close()
    moved = []
    for _, one in ended:
        episode = one.episode
        assert episode is not None and episode.action.shape[1] == env.robot.action_dim
        during = ~episode.intervention[1:] & ~episode.intervention[:-1]
        moved.append(np.diff(episode.action[:, :-1], axis=0)[during])
    steps = np.concatenate(moved)
    assert len(steps) > 5 and (np.abs(steps).max(0) > 0).all() and 0.5 * BURST_RAD < steps.std() < 1.7 * BURST_RAD


def test_a_burst_ends_where_the_arm_is_held_back() -> None:
    class Still:
        """Stays where it is and counts how often it starts afresh."""

        name, starts = "still", 0

        def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
            self.starts += 1

        def act(self, observation: Observation) -> np.ndarray:
            return np.zeros((1, 8), np.float32)

        def span(self, slot: int) -> str:
            return "stay"

    mixture = Mixture(Still(), CollectConfig(episodes=1, perturb=1.0))
    mixture.seed([0], [0])
    mixture.reset([0], ["stay"])
    held = {"proprio": np.zeros((1, 24), np.float32)}
    sent = np.array([mixture.act(held)[0, :-1] for _ in range(1000)])
    off = np.abs(sent).max(1)
    lengths = np.diff(np.flatnonzero(np.diff(np.r_[0, off > 0, 0])))[::2]
    assert len(lengths) > 5 and lengths.min() < 5, "bursts stop short where no joint follows"
    assert off.max() < BLOCKED_RAD + 4 * BURST_RAD


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(HomebodyError, match="seed is -1"):
        CollectConfig(episodes=1, seed=-1)
