"""Laws that hold for every task of the household world."""

import subprocess
import sys

import numpy as np
import pytest
from homebody.core.instructions import parse, phrasings
from homebody.core.phrasebook import book
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.house import SCENES
from homebody.envs.registry import all_tasks, task_goals
from homebody.envs.skills.expert import Expert
from homebody.envs.skills.parrot import ParrotPolicy
from homebody.policies.baselines import RandomPolicy, ZeroPolicy

TASKS = sorted(all_tasks())


def make(task, n=1, **settings):
    return HouseholdVectorEnv(task, n, **{"cameras": (), "threads": 1, **settings})


def roll(env, steps, indices):
    """Starts `indices` and lets the expert act for `steps` control steps; actions (T, B, A) and the hashes at the end."""
    _, info = env.reset(options={"index": indices})
    expert, actions = Expert(env), []
    expert.reset(range(env.num_envs), info["instruction"])
    for _ in range(steps):
        actions.append(expert.act({}))
        env.step(actions[-1])
    return np.stack(actions), [env.state_hash(i) for i in range(env.num_envs)]


def test_names_are_told_apart_and_every_task_has_its_sentences() -> None:
    assert set(book()) == set(all_tasks())
    for name, task in all_tasks().items():
        assert task.goals == book()[name].goals and task.scene in SCENES and SCENES[task.scene].room == task.room
        assert task.reverse == "" or (task.reverse in all_tasks() and task.reverse != name)


def test_a_sentence_means_the_task_that_it_was_written_for() -> None:
    wrong = []
    for name in all_tasks():
        for goal in task_goals(name):
            for split in ("train", "heldout"):
                wrong += [(p, goal, parse(p)) for p in phrasings(goal, split) if parse(p) != goal]
    assert not wrong, f"{len(wrong)} sentences are misread, for example {wrong[:5]}"


@pytest.mark.parametrize("task", TASKS)
def test_an_initial_state_depends_on_its_index_alone(task) -> None:
    env = make(task, 2)
    env.reset(options={"index": [3, 4]})
    before, words = [env.state_hash(i) for i in (0, 1)], [env.instruction(i) for i in (0, 1)]
    for _ in range(5):
        env.step(env.held_actions())
    env.reset(options={"index": [4, 3]})
    assert [env.state_hash(i) for i in (1, 0)] == before and [env.instruction(i) for i in (1, 0)] == words
    other = make(task, 1, split="heldout")
    other.reset(options={"index": [3]})
    assert other.state_hash(0) != before[0]


@pytest.mark.parametrize("task", TASKS)
def test_no_goal_is_met_at_the_start_and_things_stand_still(task) -> None:
    env = make(task, 6)
    _, info = env.reset(options={"index": np.arange(6)})
    assert not any(all(p.values()) for p in info["predicates"])
    places = [env.points(i).copy() for i in range(6)]
    for _ in range(10):
        _, _, terminated, _, info = env.step(env.held_actions())
    assert not terminated.any() and not info["diverged"].any()
    for i, before in enumerate(places):
        assert np.abs(env.points(i) - before).max() < 0.012, f"episode {i} of {task} does not begin at rest"


@pytest.mark.parametrize("task", TASKS)
def test_an_episode_replays_bit_for_bit_alone_and_on_any_number_of_threads(task) -> None:
    env = make(task, 3)
    actions, hashes = roll(env, 30, [5, 6, 7])
    for count, threads, rows in ((3, 2, (0, 1, 2)), (3, 4, (0, 1, 2)), (1, 1, (1,))):
        again = make(task, count, threads=threads)
        again.reset(options={"index": [5 + r for r in rows]})
        for action in actions:
            again.step(action[list(rows)])
        assert [again.state_hash(i) for i in range(count)] == [hashes[r] for r in rows], f"{threads} threads"


def replayed(task, actions, indices, threads):
    """Final state hashes of the same actions from the same episodes."""
    again = make(task, len(indices), threads=threads)
    again.reset(options={"index": indices})
    for action in actions:
        again.step(action)
    hashes = [again.state_hash(i) for i in range(len(indices))]
    again.close()
    return hashes


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted(all_tasks()))
def test_whole_episodes_replay_bit_for_bit_on_any_threads_and_in_another_process(task, tmp_path) -> None:
    indices = list(range(13))
    env = make(task, 13, threads=2)
    actions, hashes = roll(env, env.horizon(0), indices)
    env.close()
    np.save(tmp_path / "actions.npy", actions)
    code = f"""
import numpy as np
from homebody.envs.engine import HouseholdVectorEnv
env = HouseholdVectorEnv({task!r}, 13, cameras=(), threads=4)
env.reset(options={{"index": list(range(13))}})
for a in np.load({str(tmp_path / "actions.npy")!r}): env.step(a)
print(*[env.state_hash(i) for i in range(13)])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=True, cwd=tmp_path)
    assert replayed(task, actions, indices, threads=1) == hashes
    assert out.stdout.split() == hashes


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_doing_nothing_anything_or_something_else_never_succeeds(task) -> None:
    env = make(task, 20, threads=2)
    successes = {}
    for policy in (ZeroPolicy(), RandomPolicy(), ParrotPolicy(env)):
        count = 0
        for start in range(0, 100, 20):
            observation, info = env.reset(options={"index": np.arange(start, start + 20)})
            if hasattr(policy, "seed"):
                policy.seed(range(20), range(start, start + 20))
            policy.reset(range(20), info["instruction"])
            while not all(env.finished(i) for i in range(20)):
                observation, _, _, _, info = env.step(policy.act(observation))
            count += int(info["success"].sum())
        successes[policy.name] = count
    assert max(successes.values()) <= 1, successes
