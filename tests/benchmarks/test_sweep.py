"""Sweeps: arms on the same episodes, resumed like any run, and what the summary makes of them."""

import json

import pytest
from fake_house import GOALS, FakeHouse, Listener
from homebody.benchmarks.arms import plan_axes
from homebody.benchmarks.compare import compare
from homebody.benchmarks.protocol import BenchConfig
from homebody.benchmarks.records import read_records
from homebody.benchmarks.runner import evaluate
from homebody.benchmarks.summary import summarise
from homebody.core.instructions import phrasings
from homebody.core.statistics import mcnemar

TASKS = ("open_drawer", "pick_up")
ARMS = plan_axes("hinge_friction=0..4,camera_tilt=4..4").arms


def run(folder, actor=Listener, arms=ARMS, episodes=20, tasks=TASKS, house=FakeHouse, **changes):
    config = BenchConfig(tasks=tasks, episodes=episodes, policy="listener", arms=arms, **changes)
    return evaluate(house, actor, config, folder, slots=4)


def test_every_arm_runs_the_same_episodes_and_records_its_setting(tmp_path):
    summary = run(tmp_path)
    records = read_records(tmp_path)
    for arm in ("", *(a.name for a in ARMS)):
        mine = [r for r in records if r.setting.name == arm]
        assert {(r.task, r.index) for r in mine} == {(t, n) for t in TASKS for n in range(20)}
        assert all(r.certificate["axes"] == r.setting.axes for r in mine)
    words = {(r.task, r.index): set() for r in records}
    for r in records:
        words[r.task, r.index].add(r.instruction)
    assert all(len(w) == 1 for w in words.values())
    assert summary["episodes"] == 40 and summary["mean"] == 1.0  # the summary's own figures are of the nominal arm


def test_the_dose_response_is_what_the_house_does(tmp_path):
    sweep = run(tmp_path)["sweep"]
    levels = sweep["axes"]["hinge_friction"]["levels"]
    expected = [sum(not n % 10 < 5 * r["value"] for n in range(20)) / 20 if r["level"] else 1.0 for r in levels]
    assert [r["rate"] for r in levels] == expected and expected[0] == 1.0 and expected[-1] < 0.3
    assert [r["tasks"]["pick_up"]["rate"] for r in levels] == expected
    last = levels[-1]["against_nominal"]
    assert (last["pairs"], last["only_a"], last["only_b"]) == (40, 32, 0) and last["p"] == mcnemar(32, 0)
    assert levels[0]["against_nominal"] is None


def test_axes_are_ranked_by_the_success_that_they_cost(tmp_path):
    hard, soft = run(tmp_path)["sweep"]["ranking"]
    assert (hard["axis"], hard["level"], hard["drop"]) == ("hinge_friction", 4, 0.8)
    assert hard["ci95"][0] > 0.6 and hard["p"] < 1e-6
    assert (soft["axis"], soft["drop"], soft["p"]) == ("camera_tilt", 0.0, 1.0) and 0 < soft["mde"] < 0.5
    assert (hard["identical"], soft["identical"]) == (8, 40)  # the blind listener does not notice a camera


def test_a_sweep_goes_on_where_ctrl_c_stopped_it_and_axes_can_be_added(tmp_path):
    class Interrupted(Listener):
        calls = 0

        def act(self, observation):
            Interrupted.calls += 1
            if Interrupted.calls == 260:
                raise KeyboardInterrupt
            return super().act(observation)

    first = run(tmp_path / "a", actor=Interrupted, arms=ARMS[:4])
    assert first["interrupted"]
    kept = (tmp_path / "a" / "episodes.jsonl").read_text().splitlines()
    assert 20 < len(kept) < 200 and any('"arm"' in line for line in kept)
    run(tmp_path / "a", arms=ARMS[:4])
    again = run(tmp_path / "a")
    assert (tmp_path / "a" / "episodes.jsonl").read_text().splitlines()[: len(kept)] == kept
    assert again == run(tmp_path / "b") and read_records(tmp_path / "a") == read_records(tmp_path / "b")


def test_the_sweep_follows_from_the_raw_lines_alone(tmp_path):
    summary = run(tmp_path)
    again = summarise(read_records(tmp_path), TASKS, BenchConfig(tasks=TASKS, policy="listener").settings())
    assert again["sweep"] == summary["sweep"]


def test_broken_episodes_count_in_no_arm_and_no_pair(tmp_path):
    sweep = run(tmp_path, house=lambda t, n: FakeHouse(t, n, diverging=frozenset({15, 16})))["sweep"]
    last = sweep["axes"]["hinge_friction"]["levels"][-1]
    assert (last["episodes"], last["diverged"], last["against_nominal"]["pairs"]) == (36, 4, 36)


def test_two_sweeps_are_compared_arm_by_arm_and_the_verdict_is_of_the_nominal_one(tmp_path):
    run(tmp_path / "a", house=lambda t, n: FakeHouse(t, n, hard=frozenset(range(12))))
    run(tmp_path / "b")
    result = compare(tmp_path / "a", tmp_path / "b")
    assert (result["pairs"], result["verdict"], result["difference"]) == (40, "better", 0.6)
    assert set(result["arms"]) == {a.name for a in ARMS}
    assert result["arms"][ARMS[3].name]["difference"] == pytest.approx(0.1)


def test_a_task_in_a_hard_setting_starts_as_the_task_does_and_pairs_with_its_own_kind(tmp_path):
    run(tmp_path / "a", tasks=("open_drawer", "open_drawer+stiff"), arms=())
    records = read_records(tmp_path / "a")
    plain, stiff = ([r for r in records if r.task == t] for t in ("open_drawer", "open_drawer+stiff"))
    assert [(r.index, r.instruction) for r in plain] == [(r.index, r.instruction) for r in stiff]
    assert all(r.certificate["axes"]["hinge_friction"] == 1.5 and r.certificate["task"] == "open_drawer" for r in stiff)
    assert all(r.success for r in plain) and sum(r.success for r in stiff) == 4
    assert json.loads((tmp_path / "a" / "summary.json").read_text())["tasks"]["open_drawer+stiff"]["rate"] == 0.2


def test_axes_of_language_change_the_words_of_the_same_request_and_nothing_else(tmp_path):
    heard = []

    class Shouted(Listener):
        def reset(self, slots, instructions):
            heard.extend(instructions)
            super().reset(slots, [text.lower() for text in instructions])

    run(tmp_path, actor=Shouted, arms=plan_axes("typing_errors=4..4").arms, episodes=6)
    records = read_records(tmp_path)
    plain, loud = ({(r.task, r.index): r for r in records if bool(r.arm) is arm} for arm in (False, True))
    assert all(loud[k].instruction == plain[k].instruction.upper() and loud[k].goal == plain[k].goal for k in plain)
    assert {r.instruction for r in records} == set(heard) and all(r.success for r in records)


def test_a_share_of_the_episodes_has_phrasings_held_out_from_training(tmp_path):
    run(tmp_path, arms=plan_axes("phrasing=4..4").arms, episodes=20)
    mine = [r for r in read_records(tmp_path) if r.arm]
    goals = {str(g.to_json()): g for g in GOALS}
    assert mine and all(r.instruction in phrasings(goals[str(r.goal)], "heldout") for r in mine)


def test_a_change_of_mind_reaches_the_policy_and_decides_success(tmp_path):
    run(tmp_path, arms=plan_axes("instruction_changes=4..4").arms, tasks=("open_drawer",), episodes=6)
    told = [r for r in read_records(tmp_path) if r.arm]
    assert all(r.heard == "pick up the apple" and r.success and r.predicates == {"met(apple)": True} for r in told)
    assert all(r.heard is None for r in read_records(tmp_path) if not r.arm)
