"""A policy that acts out another episode, and what a task is worth to it: `-m slow` holds every task to the bars."""

from collections.abc import Sequence

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.registry import all_tasks
from homebody.envs.skills.expert import Expert
from homebody.envs.skills.parrot import ParrotPolicy


def test_a_parrot_does_what_the_expert_did_in_the_next_episode_whoever_else_is_there() -> None:
    env = HouseholdVectorEnv("clear_rubbish", 2, cameras=(), threads=1)
    _, info = env.reset(options={"index": [4, 5]})
    expert, wanted = Expert(env), []
    expert.reset([0, 1], info["instruction"])
    for _ in range(30):
        wanted.append(expert.act({}))
        env.step(wanted[-1])
    _, info = env.reset(options={"index": [9, 4]})
    parrot = ParrotPolicy(env)
    parrot.reset([0, 1], info["instruction"])
    for step in range(30):
        action = parrot.act({})
        assert np.array_equal(action[1], wanted[step][1])  # episode 4 gets what was done in episode 5
        env.step(action)
    env.close()


ANOTHER, ANOTHER_CLOSES, FIXED = 0.05, 0.15, 0.30
"""What may come of acting out another episode, of that where a push shuts something, and of the best of six episodes acted out everywhere."""
SIX_FROM = 1000
"""The first of the six, none of which is among the starts that they are tried on."""
CLOSING = ("close_", "turn_off_", "switch_off_")


def outcomes(env: HouseholdVectorEnv, indices: np.ndarray, policy: object) -> np.ndarray:
    """(n,) whether episodes `indices`, one a slot, end well."""
    _, info = env.reset(options={"index": indices})
    policy.reset(range(len(indices)), info["instruction"])
    while not all(env.finished(i) for i in range(len(indices))):
        *_, info = env.step(policy.act({}))
    return np.asarray(info["success"], bool)


class Fixed(ParrotPolicy):
    """Slot i acts out one of six episodes, that of its number modulo six, wherever it is."""

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        plans = [self._play(self._env.goal(0).task, SIX_FROM + k) for k in range(6)]
        self._plans = {slot: plans[slot % 6] for slot in slots}


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted(all_tasks()))
def test_acting_out_another_episode_is_of_little_use(task: str) -> None:
    env = HouseholdVectorEnv(task, 40, cameras=(), split="heldout")
    count = int(outcomes(env, np.arange(40), ParrotPolicy(env)).sum())
    env.close()
    print(f"{task}: {count} of 40")
    assert count <= (ANOTHER_CLOSES if task.startswith(CLOSING) else ANOTHER) * 40


@pytest.mark.slow
@pytest.mark.parametrize("task", sorted(all_tasks()))
def test_no_one_of_six_episodes_solves_a_task_everywhere(task: str) -> None:
    env = HouseholdVectorEnv(task, 96, cameras=(), split="heldout")
    found = outcomes(env, np.arange(96), Fixed(env)).reshape(16, 6).sum(0)
    env.close()
    print(f"{task}: {found.tolist()} of 16 each")
    assert found.max() <= FIXED * 16
