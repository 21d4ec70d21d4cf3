"""The one rollout loop: who is told what and when, who hears of which frame, and that slots do not depend on each other."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.rollout import Listener, Rollout, one_episode, until_success


class Clock:
    """Each slot's episode n lasts n control steps; in episode 5 another thing is asked for after two of them."""

    def __init__(self, num_envs=3):
        self.num_envs = num_envs
        self.index, self.steps = np.full(num_envs, -1), np.zeros(num_envs, int)
        self.words = [""] * num_envs

    def reset(self, *, options):
        for n, slot in enumerate(np.flatnonzero(options["reset_mask"])):
            self.index[slot], self.steps[slot] = options["index"][n], 0
            self.words[slot] = options["instruction"][n].upper() if "instruction" in options else f"do {options['index'][n]}"
        return {"steps": self.steps.copy()}, {"instruction": list(self.words)}

    def step(self, actions):
        self.steps += 1
        self.words = ["stop" if n == 5 and t == 2 else w for n, t, w in zip(self.index, self.steps, self.words, strict=True)]
        over = self.steps == self.index
        return {"steps": self.steps.copy()}, np.zeros(self.num_envs), over, np.zeros(self.num_envs, bool), {"instruction": list(self.words)}


class Actor:
    """Writes down what it is told; acts with the number of its call."""

    name = "actor"

    def __init__(self):
        self.said, self.calls, self.seen = [], 0, []

    def seed(self, slots, seeds):
        self.said.append(("seed", list(slots), list(seeds)))

    def reset(self, slots, instructions):
        self.said.append(("reset", list(slots), list(instructions)))

    def act(self, observation):
        self.seen.append(observation)
        self.calls += 1
        return np.full((3, 2), self.calls - 1.0, np.float32)


class Ear(Listener):
    def __init__(self):
        self.heard = []

    def seen(self, run, observation, info):
        self.heard.append((run.index, "seen", run.steps, run.over, int(observation["steps"][run.slot])))

    def acts(self, run, observation, action):
        self.heard.append((run.index, "acts", run.steps, float(action[0]), int(observation["steps"][run.slot])))


def test_a_policy_is_seeded_then_told_the_words_that_the_environment_passes_on():
    policy = Actor()
    rollout = Rollout(Clock(), policy)
    rollout.start([4, 9], instructions=["open it", "close it"])
    assert policy.said == [("seed", [0, 1], [4, 9]), ("reset", [0, 1], ["OPEN IT", "CLOSE IT"])]
    assert [run.told for run in rollout.runs.values()] == ["OPEN IT", "CLOSE IT"]


def test_a_policy_is_told_again_when_somebody_changes_their_mind_and_only_its_slot_is():
    policy, env = Actor(), Clock()
    rollout = Rollout(env, policy)
    five, _ = rollout.start([5, 8])
    rollout.step()
    assert len(policy.said) == 2 and five.heard is None and five.words == "do 5"
    rollout.step()
    assert policy.said[2:] == [("reset", [0], ["stop"])]
    assert (five.told, five.heard, five.words) == ("do 5", "stop", "stop")
    rollout.until_one_ends()
    assert len(policy.said) == 3, "once is enough"


def test_words_of_the_callers_own_reach_the_policy_and_are_no_change_of_mind():
    policy = Actor()
    rollout = Rollout(Clock(), policy)
    rollout.reset([1], {"index": [3]})
    (run,) = rollout.begin([1], [3], told=[""], seeds=[77])
    assert policy.said == [("seed", [1], [77]), ("reset", [1], [""])]
    rollout.until_one_ends()
    assert run.over and run.heard is None and len(policy.said) == 2


def test_listeners_hear_each_frame_once_between_the_first_state_and_the_last():
    ear = Ear()
    run, info = one_episode(Clock(num_envs=3), Actor(), 3, listeners=[ear])
    assert ear.heard == [
        (3, "seen", 0, False, 0), (3, "acts", 0, 0.0, 0), (3, "seen", 1, False, 1), (3, "acts", 1, 1.0, 1), (3, "seen", 2, False, 2),
        (3, "acts", 2, 2.0, 2), (3, "seen", 3, True, 3),
    ]  # fmt: skip
    assert run.steps == 3 and run.over and info["instruction"][0] == "do 3"


class Luck(Clock):
    """Succeeds from episode 3 on; episode n lasts n + 1 steps."""

    def step(self, actions):
        self.index += self.steps == 0
        *moved, info = super().step(actions)
        return *moved, {**info, "success": self.index >= 4}


def test_a_policy_tries_again_until_it_succeeds_or_has_had_its_tries():
    assert [(run.index, done) for run, done in (until_success(Luck(), Actor(), n) for n in (1, 3, 4, 9))] == [
        (0, False), (2, False), (3, True), (3, True),
    ]  # fmt: skip


def test_slots_that_end_are_free_for_others_while_their_neighbours_go_on():
    rollout = Rollout(Clock(), Actor())
    rollout.start([2, 6, 2])
    assert [(r.index, r.slot) for r in rollout.until_one_ends()] == [(2, 0), (2, 2)] and rollout.free == [0, 2]
    rollout.start([9], slots=[0])
    assert [(r.index, r.slot, r.steps) for r in rollout.until_one_ends()] == [(6, 1, 6)]
    assert {i: r.steps for i, r in rollout.runs.items()} == {0: 4}
    rollout.drop(0)
    assert rollout.until_one_ends() == []


def test_the_policy_sees_through_its_sight_and_listeners_see_everything():
    policy, ear = Actor(), Ear()
    rollout = Rollout(Clock(), policy, listeners=[ear], sight=lambda observation: {"steps": -observation["steps"]})
    rollout.start([2])
    rollout.until_one_ends()
    assert [int(o["steps"][0]) for o in policy.seen] == [0, -1]
    assert [h[-1] for h in ear.heard if h[1] == "seen"] == [0, 1, 2]


def test_the_callers_actions_take_the_place_of_a_policys():
    ear = Ear()
    rollout = Rollout(Clock(), listeners=[ear])
    rollout.start([2])
    rollout.step(np.full((3, 2), 7.0))
    assert ear.heard[1][3] == 7.0
    with pytest.raises(HomebodyError, match="no policy: expected the actions"):
        rollout.step()


def test_more_episodes_than_free_slots_are_refused_and_nothing_starts():
    env = Clock()
    with pytest.raises(HomebodyError, match="4 episodes to start in 3 free slots"):
        Rollout(env, Actor()).start([1, 2, 3, 4])
    assert (env.index == -1).all()


class Glancer:
    """Looks at every third frame, and says so."""

    name = "glancer"

    def reset(self, slots, instructions):
        self.left = dict.fromkeys(slots, 0)

    def act(self, observation):
        self.left = {s: (n - 1) % 3 for s, n in self.left.items()}
        return np.zeros((3, 2), np.float32)

    def looks_in(self, slot):
        return self.left[slot]


@pytest.mark.parametrize("wanted", [False, True])
def test_an_environment_hears_when_its_pictures_are_looked_at_unless_a_listener_wants_them_all(wanted):
    class Eye(Listener):
        looks = wanted

    class Drawn(Clock):
        def expect_looks(self, frames):
            expected.append(list(frames))

    expected = []
    rollout = Rollout(Drawn(), Glancer(), listeners=[Eye()])
    rollout.start([9, 8])
    for _ in range(4):
        rollout.step()
    assert expected == ([] if wanted else [[2, 2, 0], [1, 1, 0], [0, 0, 0], [2, 2, 0]])
