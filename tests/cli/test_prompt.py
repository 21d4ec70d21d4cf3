"""`homebody prompt`: a sentence in, a film and a verdict out."""

import json

import av
import numpy as np
import pytest
from homebody.cli.filming import HOLD_FRAMES
from homebody.cli.prompt import prompt, run_episode
from homebody.core.errors import HomebodyError
from homebody.core.types import Certificate, Goal
from homebody.envs.engine import HouseholdVectorEnv
from homebody.policies.baselines import ZeroPolicy

GOAL = Goal(task="open_drawer", target="top")


class FakeHouse:
    """One slot that opens the drawer by a step at each positive action, and succeeds once it has been open for a while."""

    num_envs = 1

    def __init__(self, horizon=30):
        self.limit, self.steps, self.opened, self.asked, self.words = horizon, 0, 0, {}, ""

    def reset(self, *, options):
        self.asked, self.steps, self.opened, self.words = options, 0, 0, options["instruction"][0]
        return {"tactile": np.zeros((1, 2, 3, 8, 8), np.float32)}, self._info()

    def step(self, actions):
        self.steps += 1
        self.opened += int(actions[0, 0] > 0)
        over = np.array([self.opened >= 15])
        return (
            {"tactile": np.zeros((1, 2, 3, 8, 8), np.float32)},
            np.zeros(1),
            over,
            np.array([self.steps >= self.limit]) & ~over,
            self._info(),
        )

    def _info(self):
        now = {"open(top_drawer)": self.opened >= 5}
        return {"success": np.array([self.opened >= 15]), "credit": np.array([float(now["open(top_drawer)"])]),
                "diverged": np.array([False]), "predicates": [now], "instruction": [self.words]}  # fmt: skip

    def horizon(self, i):
        return self.limit

    def asked_at(self, i):
        return 0

    def render_slot(self, i, camera, size, profile):
        return np.full((*size, 3), 120, np.uint8)

    def certificate(self, i):
        return Certificate(task="open_drawer", robot="panda", split="heldout", index=7, goal=GOAL, model_hash="m", engine="fake", cpu="",
                           initial_hash="0", final_hash="1")  # fmt: skip


class Fixed:
    name = "fixed"

    def __init__(self, value):
        self.value, self.heard = value, []

    def reset(self, slots, instructions):
        self.heard.append((list(slots), list(instructions)))

    def act(self, observation):
        return np.full((1, 8), self.value, np.float32)


def frame_count(path):
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_a_solved_episode_is_filmed_whole_and_its_predicate_announced(tmp_path):
    env, policy, said = FakeHouse(), Fixed(1.0), []
    out = run_episode(env, policy, "open the top drawer, please", GOAL, 7, tmp_path / "video.mp4", say=said.append)
    assert out.success and out.steps == 15 and out.credit == 1.0 and out.predicates == {"open(top_drawer)": True}
    assert out.certificate["index"] == 7
    assert frame_count(tmp_path / "video.mp4") == 1 + 15 + HOLD_FRAMES
    assert said == ["  0.2 s  open(top_drawer) holds"]
    assert policy.heard == [([0], ["open the top drawer, please"])]  # the policy reads the person's own words
    assert env.asked["goal"] == [GOAL] and env.asked["index"].tolist() == [7]


def test_an_episode_that_fails_runs_to_its_horizon(tmp_path):
    out = run_episode(FakeHouse(horizon=12), Fixed(-1.0), "open the top drawer", GOAL, 0, tmp_path / "v.mp4", say=lambda _: None)
    assert not out.success and out.steps == 12 and out.credit == 0.0
    assert frame_count(tmp_path / "v.mp4") == 1 + 12 + HOLD_FRAMES


@pytest.mark.parametrize(("text", "changes", "message"), [
    ("open the top drawer", {"seed": -1}, "seed is -1: expected 0 or more"),
    ("open the top drawer", {"quality": "prety"}, "unknown quality 'prety': nearest are pretty"),
    ("open the top drawer", {"policy": "homebdy"}, "unknown policy 'homebdy': nearest are homebody"),
    ("open the top drawer", {"robot": "pnda"}, "unknown robot 'pnda': nearest are panda"),
    ("open the top drawer", {"scene": "kichen"}, "unknown scene 'kichen': nearest are home_kitchen"),
])  # fmt: skip
def test_bad_input_is_one_clear_line_and_nothing_is_written(tmp_path, text, changes, message):
    with pytest.raises(HomebodyError, match=message):
        prompt(text, **{"out": tmp_path / "o", "policy": "zero", **changes})
    assert not (tmp_path / "o").exists()


def test_the_expert_opens_the_top_drawer_on_request(tmp_path):
    code = prompt("open the top drawer", policy="expert", out=tmp_path, json_path=tmp_path / "r.json")
    result = json.loads((tmp_path / "r.json").read_text())
    keys = {
        "instruction",
        "task",
        "success",
        "credit",
        "steps",
        "seconds",
        "predicates",
        "video",
        "policy",
        "certificate",
    }
    assert code == 0 and result["success"] and keys <= set(result)
    assert result["predicates"] == dict.fromkeys(("open(top_drawer)", "gentle(top_drawer)", "others_left_alone"), True)
    assert result["seconds"] == result["steps"] / 20
    assert frame_count(result["video"]) == 1 + result["steps"] + HOLD_FRAMES


def test_doing_nothing_is_a_negative_outcome(tmp_path):
    assert prompt("open the top drawer", policy="zero", out=tmp_path) == 1


class Ear(ZeroPolicy):
    """Holds still and writes down what it is told."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def reset(self, slots, instructions):
        super().reset(slots, instructions)
        self.heard += list(instructions)


def run_under(axes, tmp_path, text="open the top drawer"):
    """(what the policy was told, the outcome, what was printed) of an episode in a house under `axes`."""
    env, policy, said = HouseholdVectorEnv("open_drawer", 1, split="heldout", cameras=(), axes=axes, threads=1), Ear(), []
    out = run_episode(env, policy, text, GOAL, env.find_index(GOAL), tmp_path / "v.mp4", say=said.append)
    asked = env.instruction(0)
    env.close()
    return policy.heard, out, said, asked


def test_a_prompted_policy_hears_when_something_else_is_asked_for_in_the_middle(tmp_path):
    heard, out, said, asked = run_under({"instruction_changes": 1.0}, tmp_path)
    assert heard == ["open the top drawer", asked] and asked != "open the top drawer"
    assert (out.told, out.heard) == ("open the top drawer", asked)
    assert any(asked in line for line in said)
    assert "open(top_drawer)" not in out.predicates, "success is about what is asked for now"


def test_a_prompted_policy_hears_that_its_instruction_is_taken_back(tmp_path):
    heard, out, _, asked = run_under({"taken_back": 1.0}, tmp_path)
    assert heard[1:] == [asked] == [out.heard] and set(out.predicates) == {"still"}
    assert out.success, "who holds still has stopped"


def test_typing_errors_and_irrelevant_words_reach_a_prompted_policy(tmp_path):
    heard, out, _, asked = run_under({"typing_errors": 0.15, "irrelevant_words": 2.0}, tmp_path)
    assert heard == [asked] == [out.told] and out.heard is None
    assert len(asked) > len("open the top drawer") and "open the top drawer" not in asked
