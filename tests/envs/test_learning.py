"""A short reinforcement-learning run learns something: the state observation and the dense reward are sound."""

from __future__ import annotations

import gymnasium
import homebody.envs  # noqa: F401
import numpy as np
import pytest


class StateView(gymnasium.Wrapper):  # type: ignore[type-arg]
    """A flat state vector and small joint steps, as a learner from scratch needs them."""

    def __init__(self, env: gymnasium.Env) -> None:  # type: ignore[type-arg]
        super().__init__(env)
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (24 + 60,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1, 1, (8,), np.float32)

    @staticmethod
    def _flat(observation: dict[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([observation["proprio"], observation["privileged"]]).astype(np.float32)

    def reset(self, **keywords):  # type: ignore[no-untyped-def,override]
        observation, info = self.env.reset(**keywords)
        return self._flat(observation), info

    def step(self, action):  # type: ignore[no-untyped-def,override]
        held = self.env.unwrapped.vector.held_actions()[0]
        target = np.append(held[:7] + 0.08 * action[:7], 0.5 + 0.5 * action[7])
        observation, reward, terminated, truncated, info = self.env.step(target)
        return self._flat(observation), reward, terminated, truncated, info


def mean_return(env: gymnasium.Env, act, episodes: int) -> float:  # type: ignore[no-untyped-def,type-arg]
    total = []
    for episode in range(episodes):
        observation, _ = env.reset(seed=10_000 + episode)
        done, score = False, 0.0
        while not done:
            observation, reward, terminated, truncated, _ = env.step(act(observation))
            score, done = score + float(reward), terminated or truncated
        total.append(score)
    return float(np.mean(total))


@pytest.mark.slow
def test_a_short_ppo_run_on_open_drawer_beats_random() -> None:
    ppo = pytest.importorskip("stable_baselines3").PPO
    env = StateView(gymnasium.make("homebody/open_drawer-v1", cameras=(), privileged=True, reward="dense"))
    rng = np.random.default_rng(0)
    random = mean_return(env, lambda _: rng.uniform(-1, 1, 8), 10)
    model = ppo("MlpPolicy", env, n_steps=1024, batch_size=256, learning_rate=5e-4, seed=0, device="cpu")
    model.learn(40_000)
    learned = mean_return(env, lambda o: model.predict(o, deterministic=True)[0], 10)
    assert learned > 1.3 * random
