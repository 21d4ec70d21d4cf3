"""A policy that acts out another episode."""

import numpy as np
from homebody.envs.engine import HouseholdVectorEnv
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
