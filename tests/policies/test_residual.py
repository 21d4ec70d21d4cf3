"""A residual on a frozen language policy: nothing learned is nothing changed, and it sees no more than its base."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from homebody.core.kinematics import Q_HOME, forward
from homebody.core.robots import PANDA
from homebody.envs.engine import HouseholdVectorEnv
from homebody.policies.network import PolicyConfig, VisuoTactilePolicy
from homebody.policies.rl.networks import PlainActor
from homebody.policies.rl.residual import Correction, FrozenBase, ResidualInterface, feature_dim
from homebody.policies.rl.residual_policy import ResidualPolicy
from homebody.policies.rl.vec_env import BatchedVecEnv
from homebody.policies.runtime import ChunkPolicy

SMALL = PolicyConfig(image_size=16, channels=(8, 8, 8), text_width=32, width=32, layers=1, chunk=8)

SEEN = feature_dim(PANDA)


def drawers(num_envs: int = 2, **settings: Any) -> HouseholdVectorEnv:
    return HouseholdVectorEnv("open_drawer", num_envs, cameras=(), privileged=True, threads=1, **settings)


@pytest.fixture(scope="module")
def base_model() -> VisuoTactilePolicy:
    torch.manual_seed(0)
    model = VisuoTactilePolicy(SMALL)
    model.motion_std.fill_(0.01)
    model.motion_mean[:, 3], model.motion_mean[:, 7] = 1.0, 1.0
    return model.eval()


def observations(seed: int, slots: int = 2) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    joints = Q_HOME + rng.uniform(-0.1, 0.1, (slots, 7))
    T = forward(joints)
    proprio = np.concatenate([joints, np.zeros((slots, 7)), np.full((slots, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]], axis=1)
    pictures = {c: rng.integers(0, 255, (slots, 16, 16, 3)).astype(np.uint8) for c in ("scene", "wrist")}
    return {**pictures, "proprio": proprio.astype(np.float32), "tactile": rng.uniform(0, 1e-3, (slots, 2, 3, 8, 8)).astype(np.float32)}


def nothing_actor() -> PlainActor:
    actor = PlainActor(SEEN, (8,), 4, "relu", "tanh")
    with torch.no_grad():
        actor.layers[-1].weight.zero_()
        actor.layers[-1].bias.zero_()
    return actor


def test_a_residual_of_nothing_is_its_base_bit_for_bit(base_model: VisuoTactilePolicy) -> None:
    plain = ChunkPolicy(base_model)
    residual = ResidualPolicy(nothing_actor(), FrozenBase(base_model), Correction())
    for policy in (plain, residual):
        policy.reset([0, 1], ["open the top drawer", "pick up the mug"])
    for step in range(18):
        observation = observations(step)
        assert np.array_equal(plain.act(observation), residual.act(observation))


def test_a_correction_shifts_the_tool_and_stays_within_its_bound(base_model: VisuoTactilePolicy) -> None:
    chunk = np.append(Q_HOME, 0.8).astype(np.float32)[None, None].repeat(8, 1)
    moved = Correction(reach_m=0.03).apply(chunk, np.array([[0.5, 0.0, -9.0, 1.0]]))
    shift = forward(moved[0, :, :7])[:, :3, 3] - forward(chunk[0, :, :7])[:, :3, 3]
    assert np.allclose(shift, [0.015, 0.0, -0.03], atol=2e-3)
    assert np.allclose(moved[..., 7], 1.0)


def test_the_residual_learner_sees_what_the_policy_sees_and_rewards_nothing_but_the_outcome(base_model: VisuoTactilePolicy) -> None:
    house = drawers()
    drawn: list[int] = []

    def look(slot: int) -> dict[str, np.ndarray]:
        drawn.append(slot)
        return {c: np.full((16, 16, 3), 30 * slot, np.uint8) for c in ("scene", "wrist")}

    env = BatchedVecEnv(house, ResidualInterface(house, FrozenBase(base_model), look, Correction()))
    seen = env.reset()
    assert seen.shape == (2, SEEN + 71) and drawn == [0, 1]
    policy = ResidualPolicy(nothing_actor(), FrozenBase(base_model), Correction())
    twin = drawers()
    raw, info = twin.reset(options={"index": np.array([0, 1])})
    policy.reset([0, 1], info["instruction"])
    pictures = {c: np.stack([np.full((16, 16, 3), 30 * s, np.uint8) for s in range(2)]) for c in ("scene", "wrist")}
    for _ in range(2):
        seen, reward, _, _ = env.step(np.zeros((2, 4)))
        assert not reward.any()
        for _ in range(8):
            raw, *_ = twin.step(policy.act({**raw, **pictures}))
        assert np.allclose(seen[:, :24], raw["proprio"], atol=1e-4)
        assert np.array_equal(seen[:, SEEN:], env._raw["privileged"])
    assert drawn == [0, 1] * 3  # once a chunk, not once a step


def test_the_engines_single_pictures_are_those_of_its_observations() -> None:
    house = HouseholdVectorEnv("open_drawer", 2, image_size=64, threads=1)
    raw, _ = house.reset(options={"index": np.array([3, 4]), "axes": [{"camera_tilt": 6.0}] * 2})
    for camera in ("scene", "wrist"):
        assert np.array_equal(house.render_slot(1, camera, (64, 64)), raw[camera][1])
    house.close()
