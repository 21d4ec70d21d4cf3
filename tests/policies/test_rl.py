"""Reinforcement learning: an adapter that adds nothing, endings told apart, actors that survive the disk, residuals that can be nought."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.vector import AutoresetMode
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME, forward, nudged, rotation_error
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert
from homebody.policies.rl.checkpoint import RESIDUAL_KIND, STATE_KIND, load_actor, save_actor
from homebody.policies.rl.config import RLConfig, ppo_config, residual_config, sac_config
from homebody.policies.rl.control import JointControl, ToolControl, make_control
from homebody.policies.rl.guide import Guide
from homebody.policies.rl.memory import HalfMemory, gather
from homebody.policies.rl.networks import PlainActor, extract_actor
from homebody.policies.rl.runtime import StatePolicy
from homebody.policies.rl.shaping import StepCost
from homebody.policies.rl.state import load_training, save_training
from homebody.policies.rl.train import Learner, build, measure, play
from homebody.policies.rl.vec_env import BatchedVecEnv, StateInterface
from stable_baselines3.common.vec_env import VecCheckNan, VecMonitor, VecNormalize


class Script(gymnasium.vector.VectorEnv):  # type: ignore[type-arg]
    """Slots whose proprioception counts control steps and whose episodes end as the script says.

    `ends` maps an episode index to (step, terminated, truncated, success); reward is 1 a step.
    """

    metadata = {"autoreset_mode": AutoresetMode.DISABLED}  # noqa: RUF012

    def __init__(self, ends: dict[int, tuple[int, bool, bool, bool]], num_envs: int = 2) -> None:
        box = gymnasium.spaces.Box(-np.inf, np.inf, (24,), np.float32)
        self.num_envs, self.ends = num_envs, ends
        self.single_observation_space = gymnasium.spaces.Dict({"proprio": box})
        self.index, self.age, self.done = np.zeros(num_envs, int), np.zeros(num_envs, int), np.zeros(num_envs, bool)
        self.resets: list[list[int]] = []

    def _answer(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        proprio = np.tile(Q_HOME[0], (self.num_envs, 24)).astype(np.float32)
        proprio[:, :7] = Q_HOME
        proprio[:, 22], proprio[:, 23] = self.index, self.age
        ends = [self.ends.get(int(i), (10**9, False, False, False)) for i in self.index]
        success = np.array([s and a >= e for (e, _, _, s), a in zip(ends, self.age, strict=True)])
        info = {"success": success, "diverged": np.zeros(self.num_envs, bool), "index": self.index.copy()}
        return {"proprio": proprio}, info | {"instruction": [""] * self.num_envs}

    def reset(self, *, seed: Any = None, options: Any = None) -> Any:
        mask = options.get("reset_mask", np.ones(self.num_envs, bool))
        self.index[mask], self.age[mask], self.done[mask] = options["index"], 0, False
        self.resets.append(list(options["index"]))
        return self._answer()

    def step(self, actions: np.ndarray) -> Any:
        active = ~self.done
        self.age[active] += 1
        ends = [self.ends.get(int(i), (10**9, False, False, False)) for i in self.index]
        now = np.array([a == e[0] for a, e in zip(self.age, ends, strict=True)]) & active
        terminated, truncated = (np.array([e[k] for e in ends]) & now for k in (1, 2))
        self.done |= terminated | truncated
        observation, info = self._answer()
        return observation, active.astype(float), terminated, truncated, info


def scripted(ends: dict[int, tuple[int, bool, bool, bool]], hold: int = 1) -> tuple[BatchedVecEnv, Script]:
    house = Script(ends)
    return BatchedVecEnv(house, StateInterface(house, ToolControl(), keys=("proprio",), hold=hold)), house


def drawers(num_envs: int = 2, **settings: Any) -> HouseholdVectorEnv:
    return HouseholdVectorEnv("open_drawer", num_envs, cameras=(), privileged=True, threads=1, **settings)


# --- the adapter ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("control", [ToolControl(), JointControl()], ids=["tool", "joint"])
def test_the_adapter_gives_the_engines_own_numbers_step_for_step(control: Any) -> None:
    plain, inside = drawers(reward="dense"), drawers(reward="dense")
    env = BatchedVecEnv(inside, StateInterface(inside, control), first_index=5)
    seen, (raw, _) = env.reset(), plain.reset(options={"index": np.array([5, 6])})
    rng = np.random.default_rng(0)
    for _ in range(12):
        assert np.array_equal(seen, np.concatenate([raw["proprio"], raw["privileged"]], axis=1))
        action = rng.uniform(-1, 1, (2, control.dim)).astype(np.float32)
        seen, reward, done, _ = env.step(action)
        raw, expected, *_ = plain.step(control.targets(raw, action))
        assert np.array_equal(reward, expected.astype(np.float32)) and not done.any()
    assert [inside.state_hash(i) for i in range(2)] == [plain.state_hash(i) for i in range(2)]


def test_the_adapter_stands_stable_baselines_own_checks() -> None:
    env = VecCheckNan(VecMonitor(scripted({0: (3, True, False, True)})[0]), raise_exception=True)
    assert env.reset().shape == (2, 24) and env.reset().dtype == np.float32
    for _ in range(4):
        observation, reward, done, infos = env.step(np.stack([env.action_space.sample()] * 2))
        assert env.observation_space.contains(observation[0])
        assert (reward.dtype, done.dtype, len(infos)) == (np.float32, bool, 2)
    assert env.get_attr("num_envs") == [2, 2] and env.env_is_wrapped(VecNormalize) == [False, False]


@pytest.mark.parametrize(
    ("terminated", "truncated", "success", "timeout"),
    [(True, False, True, False), (True, False, False, False), (False, True, False, True), (True, True, True, False)],
    ids=["success", "failure", "time is up", "success at the last moment"],
)
def test_an_ending_says_why_and_the_slot_starts_the_next_episode(terminated: bool, truncated: bool, success: bool, timeout: bool) -> None:
    env, house = scripted({0: (2, terminated, truncated, success)})
    env.reset()
    env.step(np.zeros((2, 7)))
    observation, _, done, infos = env.step(np.zeros((2, 7)))
    assert done.tolist() == [True, False] and infos[1] == {}
    assert infos[0]["TimeLimit.truncated"] is timeout and infos[0]["is_success"] is success
    assert infos[0]["terminal_observation"][22:].tolist() == [0, 2]  # episode 0 after two steps
    assert observation[0, 22:].tolist() == [2, 0]  # slots began 0 and 1: the next is 2, before its first step
    assert observation[1, 22:].tolist() == [1, 2]
    assert (infos[0]["episode"]["r"], infos[0]["episode"]["l"]) == (2.0, 2)
    assert house.resets == [[0, 1], [2]]


def test_an_observation_outlives_the_next_step() -> None:
    env, _ = scripted({0: (1, True, False, True), 1: (2, False, True, False)})
    last = env.reset()
    for _ in range(5):
        kept = last.copy()
        after, *_ = env.step(np.zeros((2, 7)))
        assert np.array_equal(last, kept) and after is not last
        last = after


def test_a_held_action_sums_rewards_until_the_episode_ends() -> None:
    env, _ = scripted({0: (6, True, False, True)}, hold=4)
    env.reset()
    assert env.step(np.zeros((2, 7)))[1].tolist() == [4, 4]
    _, reward, done, infos = env.step(np.zeros((2, 7)))
    assert reward.tolist() == [2, 4] and done.tolist() == [True, False]
    assert infos[0]["terminal_observation"][23] == 6


def test_seeding_chooses_the_first_episode() -> None:
    env, house = scripted({})
    env.seed(40)
    env.reset()
    env.reset()
    assert house.resets == [[40, 41], [42, 43]]


def test_a_quick_success_costs_less_than_waiting_just_short_of_it() -> None:
    cost = StepCost(toward=slice(36, 39))
    near = {"privileged": np.zeros((1, 60), np.float32)}
    fine, broken = {"diverged": np.array([False])}, {"diverged": np.array([True])}
    waiting = cost(near, np.array([1.19]), fine)[0]
    assert cost(near, np.array([2.2]), fine)[0] == 0.0 > waiting
    assert cost(near, np.array([0.0]), broken)[0] < 100 * waiting


# --- control ----------------------------------------------------------------------------------------------------------
def test_a_nudge_moves_the_tool_as_asked_to_first_order() -> None:
    rng = np.random.default_rng(1)
    q = Q_HOME + rng.uniform(-0.2, 0.2, (20, 7))
    twist = rng.uniform(-1, 1, (20, 6)) * ([0.005] * 3 + [0.02] * 3)
    before, after = forward(q), forward(nudged(q, twist))
    assert np.abs(after[:, :3, 3] - before[:, :3, 3] - twist[:, :3]).max() < 5e-4
    assert np.abs(rotation_error(before[:, :3, :3], after[:, :3, :3]) - twist[:, 3:]).max() < 2e-3
    assert np.array_equal(nudged(q, np.zeros((20, 6))), q)


def test_actions_are_the_inverse_of_targets_where_an_action_can_reach() -> None:
    rng = np.random.default_rng(2)
    control = ToolControl(posture=0.0)
    observation = {"proprio": np.concatenate([Q_HOME + rng.uniform(-0.1, 0.1, (30, 7)), np.zeros((30, 17))], axis=1)}
    wanted = rng.uniform(-0.3, 0.3, (30, 7))
    assert np.abs(control.actions(observation, control.targets(observation, wanted)) - wanted).max() < 0.06
    far = control.targets(observation, np.ones((30, 7)))
    far[:, :7] += rng.uniform(-0.5, 0.5, (30, 7))
    assert np.abs(control.actions(observation, far)).max() <= 1.0


def test_an_expert_through_the_learners_hands_opens_drawers() -> None:
    house = drawers(4, reward="dense")
    control = ToolControl()
    inside = StateInterface(house, control, hold=4)
    guide = Guide(house, Expert(house), control, inside, hold=4, shape=None)
    env = BatchedVecEnv(house, guide)
    successes, _, rate = gather(env, 4, 0.95, 1, lambda: guide.taken)
    assert rate >= 0.75 and successes is not None
    moved = np.abs(successes.actions[:, 0]).max(0)
    assert (moved <= 1.0).all() and (moved[[0, 1, 2, 6]] > 0.5).all()


def test_controls_have_names() -> None:
    assert make_control("joint") == JointControl()
    with pytest.raises(HomebodyError, match=r"unknown control 'tol': nearest are tool"):
        make_control("tol")


# --- actors and checkpoints -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("config", [sac_config(), ppo_config()], ids=["sac", "ppo"])
def test_an_actor_from_disk_acts_as_stable_baselines_does(config: RLConfig, tmp_path: Path) -> None:
    env, _ = scripted({})
    seen = np.random.default_rng(0).normal(size=(50, 24)).astype(np.float32)
    model = build(env, config, measure(seen))
    save_actor(tmp_path, extract_actor(model.policy), STATE_KIND, {"keys": ["proprio"], "hold": 1, "control": "tool", "robot": "panda"})
    actor, interface = load_actor(tmp_path, STATE_KIND)
    with torch.inference_mode():
        mine = actor(torch.from_numpy(seen)).numpy()
    theirs, _ = model.predict(seen, deterministic=True)
    assert np.allclose(mine, theirs, atol=1e-5) and mine.std() > 1e-3
    assert interface == {"keys": ["proprio"], "hold": 1, "control": "tool", "robot": "panda"}
    policy = StatePolicy.load(tmp_path)
    policy.reset([0, 1], ["", ""])
    observation = {"proprio": np.tile(np.append(Q_HOME, np.zeros(17)), (2, 1)).astype(np.float32)}
    expected = ToolControl().targets(observation, model.predict(observation["proprio"], deterministic=True)[0])
    assert np.allclose(policy.act(observation), expected, atol=1e-5)


def test_a_held_action_of_the_policy_lasts_as_long_as_in_training() -> None:
    torch.manual_seed(0)
    policy = StatePolicy(PlainActor(24, (8,), 7, "relu", "tanh"), ToolControl(), ("proprio",), 3)
    policy.reset([0], [""])
    rng = np.random.default_rng(0)
    held = []
    for _ in range(6):
        proprio = np.append(Q_HOME, rng.normal(size=17))[None].astype(np.float32)
        held.append(policy.act({"proprio": proprio})[0, 7])
    assert held[0] == held[1] == held[2] != held[3] == held[4] == held[5]


def test_the_actor_of_an_asymmetric_pair_is_blind_to_the_critics_part() -> None:
    env, _ = scripted({})
    model = build(env, RLConfig(), ([0.0] * 24, [1.0] * 24), seen=20)
    a = np.random.default_rng(0).normal(size=(4, 24)).astype(np.float32)
    b = a.copy()
    b[:, 20:] += 1.0
    assert np.array_equal(model.predict(a, deterministic=True)[0], model.predict(b, deterministic=True)[0])
    action = torch.zeros(4, 7)
    assert not torch.allclose(model.critic(torch.from_numpy(a), action)[0], model.critic(torch.from_numpy(b), action)[0])
    with pytest.raises(HomebodyError, match="expected sac where the critic sees more"):
        build(env, ppo_config(), ([0.0] * 24, [1.0] * 24), seen=20)


def test_a_damaged_or_foreign_checkpoint_is_refused_in_words(tmp_path: Path) -> None:
    actor = PlainActor(24, (8,), 7, "relu", "tanh")
    save_actor(tmp_path, actor, STATE_KIND, {"keys": ["proprio"], "hold": 1, "control": "tool"})
    good = json.loads((tmp_path / "config.json").read_text())
    with pytest.raises(HomebodyError, match="is of kind 'homebody-rl-state': expected 'homebody-rl-residual'"):
        load_actor(tmp_path, RESIDUAL_KIND)
    for change, message in (
        ({"actor": good["actor"] | {"hidden": [10**9]}}, "hidden is 1000000000: expected a whole number from 1 to 4096"),
        ({"actor": good["actor"] | {"activation": "eval"}}, "activation 'eval'"),
        ({"actor": good["actor"] | {"hidden": [9]}}, "does not fit"),
        ({"actor": None}, "expected JSON with the keys kind, actor, interface"),
    ):
        (tmp_path / "config.json").write_text(json.dumps(good | change))
        with pytest.raises(HomebodyError, match=message):
            load_actor(tmp_path, STATE_KIND)
    (tmp_path / "config.json").write_text(
        json.dumps(good | {"interface": {"keys": ["privileged"], "hold": 1, "control": "tool", "robot": "panda"}})
    )
    with pytest.raises(HomebodyError, match="expected an environment with privileged=True"):
        StatePolicy.load(tmp_path).act({"proprio": np.zeros((1, 24), np.float32)})


# --- learning ---------------------------------------------------------------------------------------------------------
def small_learner(out: Path, seed: int = 0) -> Learner:
    env, _ = scripted({i: (3, True, False, i % 2 == 0) for i in range(10_000)})
    config = RLConfig(minutes=0.03, hidden=(16,), batch=16, updates=1, warmup=3, replay=500, seed=seed, save_minutes=100)
    model = build(env, config, measure(play(env, 3, 0)))
    facts = {"keys": ["proprio"], "hold": 1, "control": "tool"}
    return Learner(model, config, out, kind=STATE_KIND, interface=facts, steps_per_action=1, title="a script")


def test_training_writes_a_checkpoint_a_curve_and_what_resuming_needs(tmp_path: Path) -> None:
    shown: list[str] = []
    result = small_learner(tmp_path).run(lambda seconds, note: shown.append(note))
    assert {"steps", "seconds", "loss", "checkpoint"} <= set(result) and result["steps"] > 10
    assert result["success"] == pytest.approx(0.5, abs=0.15) and np.isfinite(result["loss"])
    names = {p.name for p in tmp_path.iterdir()}
    assert {"model.safetensors", "config.json", "card.md", "log.csv", "curve.png", "tensorboard", "training.safetensors"} <= names
    assert not list(tmp_path.rglob("*.pkl")) and not list(tmp_path.rglob("*.zip"))
    again = small_learner(tmp_path, seed=1)
    with torch.no_grad():
        assert any(
            (a - b).abs().max() > 0
            for a, b in zip(again.model.policy.parameters(), small_learner(tmp_path).model.policy.parameters(), strict=True)
        )
    again.resume()
    assert again.steps == result["steps"] and again.seconds == pytest.approx(result["seconds"])
    actor, _ = load_actor(tmp_path, STATE_KIND)
    assert all(torch.equal(a, b) for a, b in zip(actor.parameters(), extract_actor(again.model.policy).parameters(), strict=True))


def test_training_state_comes_back_whole(tmp_path: Path) -> None:
    first = small_learner(tmp_path)
    env, _ = scripted({i: (3, True, False, True) for i in range(100)})
    first.model.replay_buffer.successes, *_ = gather(env, 4, 0.95, 3)
    first.run()
    save_training(first.model, tmp_path, {"next_index": 7})
    second = small_learner(tmp_path, seed=3)
    meta = load_training(second.model, tmp_path)
    a, b = first.model.replay_buffer, second.model.replay_buffer
    assert meta["next_index"] == "7" and (a.pos, a.full) == (b.pos, b.full)
    assert np.array_equal(a.observations[: a.size()], b.observations[: b.size()])
    mine, theirs = a.successes, b.successes
    assert mine.size() == theirs.size() == 12 and np.array_equal(mine.observations, theirs.observations)
    x, y = (learner.model.critic.optimizer.state_dict()["state"] for learner in (first, second))
    assert x.keys() == y.keys() and len(x) > 4
    assert all(torch.equal(x[i]["exp_avg"], y[i]["exp_avg"]) and x[i]["step"] == y[i]["step"] for i in x)


def test_there_is_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(HomebodyError, match="nothing to resume"):
        small_learner(tmp_path).resume()


@pytest.mark.parametrize(
    ("change", "message"),
    [({"algorithm": "sacc"}, "unknown algorithm 'sacc': nearest are sac"), ({"gamma": 1.0}, "gamma is 1.0"), ({"minutes": 0.0}, "minutes is 0.0"),
     ({"hidden": ()}, "hidden is"), ({"batch": 0}, "batch is 0: expected 1 or more")],
)  # fmt: skip
def test_bad_settings_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(HomebodyError, match=message):
        RLConfig(**change)


# --- memory and beginnings ----------------------------------------------------------------------------------------------
def test_half_of_each_batch_comes_from_successes_without_correction() -> None:
    env, _ = scripted({i: (3, True, False, i % 3 == 0) for i in range(10_000)})
    successes, seen, rate = gather(env, 30, 0.97, 3)
    assert successes is not None and rate == pytest.approx(1 / 3, abs=0.1) and seen.shape[1] == 24
    assert successes.size() % 3 == 0 and (successes.observations[:, 0, 22] % 3 == 0).all()
    memory = HalfMemory(100, env.observation_space, env.action_space, device="cpu", n_envs=2, n_steps=3, gamma=0.97)
    for _ in range(10):
        memory.add(np.full((2, 24), -1.0), np.full((2, 24), -1.0), np.ones((2, 7)), np.zeros(2), np.zeros(2), [{}, {}])
    assert (memory.sample(8).observations == -1).all()
    memory.successes = successes
    batch = memory.sample(8)
    assert (batch.observations[:4] == -1).all() and (batch.observations[4:, 22] % 3 == 0).all()
    assert batch.discounts is not None and batch.discounts.shape == (8, 1)


def test_a_residual_begins_near_nothing_and_waits_for_its_critics() -> None:
    env, _ = scripted({})
    model = build(env, residual_config(), ([0.0] * 24, [1.0] * 24))
    sample = np.random.default_rng(0).normal(size=(64, 24)).astype(np.float32)
    assert not model.predict(sample, deterministic=True)[0].any()
    assert 0.15 < model.predict(sample)[0].std() < 0.45
    before = [p.clone() for p in model.actor.parameters()]
    for p in model.actor.parameters():
        p.grad = torch.ones_like(p)
    model.actor.optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(before, model.actor.parameters(), strict=True))
    model.actor.optimizer.wait = 0
    model.actor.optimizer.step()
    assert not all(torch.equal(a, b) for a, b in zip(before, model.actor.parameters(), strict=True))
