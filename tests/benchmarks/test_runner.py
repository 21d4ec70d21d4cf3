"""The evaluation protocol: pairing, resuming, counting, and independence of the batch."""

import json

import pytest
from fake_house import GOALS, HOLD, Deaf, Dice, FakeHouse, Listener
from homebody.benchmarks.protocol import BenchConfig, EpisodeRecord
from homebody.benchmarks.records import read_records
from homebody.benchmarks.runner import evaluate
from homebody.benchmarks.summary import summarise
from homebody.core.errors import HomebodyError
from homebody.core.instructions import phrasings
from homebody.core.statistics import wilson

TASKS = ("open_drawer", "open_microwave")


def config(**changes):
    return BenchConfig(**{"tasks": TASKS, "episodes": 12, "policy": "listener", **changes})


def run(folder, actor=Listener, slots=4, house=FakeHouse, **changes):
    return evaluate(house, actor, config(**changes), folder, slots=slots)


def lines(folder):
    return [json.loads(line) for line in (folder / "episodes.jsonl").read_text().splitlines()]


def test_a_policy_that_listens_succeeds_and_every_episode_leaves_one_raw_line(tmp_path):
    summary = run(tmp_path, seed=100)
    assert summary["mean"] == 1.0 and summary["engine"] == "fake 1" and summary["policy"] == "listener"
    assert {(r["task"], r["index"]) for r in lines(tmp_path)} == {(t, n) for t in TASKS for n in range(100, 112)}
    assert summary == json.loads((tmp_path / "summary.json").read_text())
    row = summary["tasks"]["open_drawer"]
    assert (row["episodes"], row["successes"], row["credit"], row["ci95"]) == (12, 12, 1.0, list(wilson(12, 12)))
    first = lines(tmp_path)[0]
    assert first["seconds"] == first["steps"] / 20 and first["steps"] == 3 + first["index"] % 5 + HOLD - 1


@pytest.mark.parametrize("policy", [Listener, Dice])
def test_results_do_not_depend_on_the_number_of_slots(tmp_path, policy):
    runs = []
    for slots in (1, 3, 16):
        run(tmp_path / str(slots), actor=policy, slots=slots, language="swap")
        runs.append(read_records(tmp_path / str(slots)))
    assert runs[0] == runs[1] == runs[2]
    assert len({r.success for r in runs[0]}) == (1 if policy is Listener else 2)


def test_a_second_run_adds_only_what_is_missing(tmp_path):
    run(tmp_path, episodes=5)
    before = lines(tmp_path)
    started = []
    summary = evaluate(lambda t, n: started.append((t, n)) or FakeHouse(t, n), Listener, config(episodes=7), tmp_path)
    assert started == [(t, 2) for t in TASKS]
    assert lines(tmp_path)[:10] == before and len(lines(tmp_path)) == 14 and summary["episodes"] == 14


def test_the_first_number_of_episodes_is_the_plan_and_going_on_after_a_look_is_said(tmp_path):
    assert run(tmp_path, episodes=5)["plan"] == {"episodes": 5, "shown": 5}
    assert "planned" not in (tmp_path / "report.html").read_text()
    extended = run(tmp_path, episodes=7)
    assert extended["plan"] == {"episodes": 5, "extended": [{"to": 7, "after": 10}], "shown": 7}
    assert "5 episodes a task were planned, extended to 7 after 10 were seen" in (tmp_path / "report.html").read_text()
    assert run(tmp_path, episodes=7) == extended, "the same command again is no other extension"
    fewer = run(tmp_path, episodes=4)
    assert "extended" in fewer["plan"] and fewer["plan"]["shown"] == 4
    assert run(tmp_path / "cut", episodes=6)["plan"] == {"episodes": 6, "shown": 6}
    run(tmp_path / "cut", episodes=2)
    assert "6 episodes a task were planned; this shows the first 2" in (tmp_path / "cut" / "report.html").read_text()


def test_the_actions_of_an_episode_leave_their_hash(tmp_path):
    run(tmp_path / "a", actor=Dice)
    run(tmp_path / "b", actor=Dice, slots=1)
    run(tmp_path / "c")
    a, b, c = ({(x["task"], x["index"]): x["actions"] for x in lines(tmp_path / n)} for n in "abc")
    assert a == b and all(len(h) == 16 for h in a.values()) and a != c


def test_a_finished_run_builds_no_environment(tmp_path):
    first = run(tmp_path)
    assert evaluate(lambda *_: pytest.fail("built"), Listener, config(), tmp_path) == first


def test_a_line_cut_by_a_kill_is_run_again(tmp_path):
    run(tmp_path)
    whole = sorted(lines(tmp_path), key=str)
    path = tmp_path / "episodes.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    assert run(tmp_path)["episodes"] == 24
    assert sorted(lines(tmp_path), key=str) == whole


@pytest.mark.parametrize(("changes", "message"), [
    ({"policy": "deaf"}, "policy 'listener', this run has 'deaf'"),
    ({"split": "train"}, "split 'heldout', this run has 'train'"),
    ({"language": "empty"}, "language 'nominal', this run has 'empty'"),
    ({"seed": 1}, "seed 0, this run has 1"),
    ({"code": "ab12"}, "code None, this run has 'ab12'"),
])  # fmt: skip
def test_a_folder_of_other_settings_is_refused_and_left_alone(tmp_path, changes, message):
    run(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(HomebodyError, match=message):
        run(tmp_path, **changes)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_interrupting_keeps_what_was_finished(tmp_path):
    class Interrupted(Listener):
        calls = 0

        def act(self, observation):
            Interrupted.calls += 1
            if Interrupted.calls == 40:
                raise KeyboardInterrupt
            return super().act(observation)

    summary = run(tmp_path, actor=Interrupted)
    assert summary["interrupted"] and 0 < summary["episodes"] == len(lines(tmp_path)) < 24
    assert (tmp_path / "report.html").read_text().count("interrupted") == 1
    assert run(tmp_path)["episodes"] == 24


def test_diverged_episodes_are_counted_apart_and_in_no_rate(tmp_path):
    summary = run(tmp_path, house=lambda t, n: FakeHouse(t, n, diverging=frozenset({2, 3}), hard=frozenset({3, 4})))
    row = summary["tasks"]["open_drawer"]
    assert (row["episodes"], row["successes"], row["diverged"]) == (10, 9, 2)
    assert row["rate"] == 0.9 and summary["diverged"] == 4


def test_the_summary_follows_from_the_raw_lines_alone(tmp_path):
    summary = run(tmp_path, house=lambda t, n: FakeHouse(t, n, hard=frozenset({1, 6, 7})))
    assert summary["tasks"]["open_microwave"]["rate"] == 0.75
    again = summarise(read_records(tmp_path), TASKS, config().settings())
    assert again == {k: v for k, v in summary.items() if k not in ("interrupted", "plan")}


def test_the_swap_arm_tells_a_policy_that_listens_from_one_that_does_not(tmp_path):
    listener, deaf = run(tmp_path / "a", language="swap"), run(tmp_path / "b", actor=Deaf, language="swap")
    assert (listener["mean"], listener["other"]["mean"]) == (1.0, 0.0)
    assert (deaf["mean"], deaf["other"]["mean"]) == (0.0, 1.0)
    for line in lines(tmp_path / "a"):
        assert line["goal"] != line["other"] and line["instruction"] in phrasings(
            GOALS[[g.to_json() for g in GOALS].index(line["goal"])], "train"
        )


def test_the_arms_give_training_phrasings_held_out_ones_and_none(tmp_path):
    for arm, split in (("nominal", "train"), ("heldout", "heldout")):
        assert run(tmp_path / arm, language=arm)["mean"] == 1.0
        for r in read_records(tmp_path / arm):
            goal = next(g for g in GOALS if g.to_json() == r.goal)
            assert r.instruction in phrasings(goal, split)
            assert r.instruction not in phrasings(goal, "heldout" if split == "train" else "train")
    assert len({r.instruction for r in read_records(tmp_path / "nominal")}) > 4
    assert run(tmp_path / "empty", language="empty")["mean"] == 0.0
    assert {r.instruction for r in read_records(tmp_path / "empty")} == {""}


def test_environments_are_closed_even_when_the_policy_fails(tmp_path):
    houses = []

    class Broken(Listener):
        def act(self, observation):
            raise HomebodyError("broken")

    with pytest.raises(HomebodyError, match="broken"):
        evaluate(lambda t, n: houses.append(FakeHouse(t, n)) or houses[-1], Broken, config(), tmp_path)
    assert [h.closed for h in houses] == [True]


@pytest.mark.parametrize(("changes", "message"), [
    ({"episodes": 0}, "episodes is 0: expected 1 or more"),
    ({"episodes": -3}, "episodes is -3"),
    ({"seed": -1}, "seed is -1"),
    ({"split": "test"}, "unknown split 'test'"),
    ({"language": "helout"}, "unknown language arm 'helout': nearest are heldout"),
    ({"tasks": ()}, "no task"),
    ({"tasks": ("a", "a")}, "name one twice"),
])  # fmt: skip
def test_bad_settings_are_refused_with_their_value(changes, message):
    with pytest.raises(HomebodyError, match=message):
        config(**changes)


def test_a_record_reads_back_as_it_was_written_and_a_damaged_line_is_named(tmp_path):
    run(tmp_path)
    assert [EpisodeRecord.from_json(json.loads(json.dumps(r.to_json()))) for r in read_records(tmp_path)] == read_records(tmp_path)
    path = tmp_path / "episodes.jsonl"
    text = path.read_text().splitlines()
    text[3] = text[3].replace('"steps"', '"stps"')
    path.write_text("\n".join(text) + "\n")
    with pytest.raises(HomebodyError, match="line 4 is no episode record: an episode record lacks steps"):
        read_records(tmp_path)


def test_the_report_is_one_page_without_links_and_escapes_what_it_shows(tmp_path):
    run(tmp_path, actor=Deaf, language="swap")
    page = (tmp_path / "report.html").read_text()
    assert "http" not in page and "<script" not in page and page.count("<svg") == 1
    assert "the other task done" in page and "met(apple)" in page
