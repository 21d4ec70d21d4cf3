"""Speed measurements: what they count, and the peer's process."""

import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from homebody.benchmarks.peers.robosuite_peer import REQUIREMENTS, RobosuitePeer, install
from homebody.benchmarks.speed import StepTimer, policy_ms, reset_ms, take_turns
from homebody.core.errors import HomebodyError


class Slow:
    """Steps take 2 ms, resets 20 ms; episodes last five steps."""

    num_envs = 4
    single_action_space = SimpleNamespace(low=np.full(8, -1.0), high=np.full(8, 1.0))

    def __init__(self):
        self.age, self.begun = np.zeros(4, int), []

    def reset(self, *, options):
        time.sleep(0.02)
        mask = options.get("reset_mask", np.ones(4, bool))
        self.age[mask] = 0
        self.begun.extend(options["index"].tolist())
        assert len(options["index"]) == mask.sum()
        return {}, {}

    def step(self, actions):
        assert actions.shape == (4, 8) and np.abs(actions).max() <= 1
        time.sleep(0.002)
        self.age += 1
        return {}, np.zeros(4), self.age >= 5, np.zeros(4, bool), {}


def test_only_steps_of_running_episodes_count_and_resets_are_not_in_the_time():
    env = Slow()
    rate = StepTimer(env).run(0.15)
    assert 4 / 0.002 * 0.5 < rate <= 4 / 0.002
    assert len(env.begun) > 8 and len(set(env.begun)) == len(env.begun)  # every episode is a new one


def test_resets_are_timed_one_by_one():
    times = reset_ms(Slow(), 3)
    assert len(times) == 3 and all(20 <= t < 60 for t in times)


def test_policy_latency_is_of_a_fresh_chunk_each_time():
    calls = []

    class Policy:
        name = "p"

        def reset(self, slots, instructions):
            calls.append((slots, instructions))

        def act(self, observation):
            time.sleep(0.001)
            return np.zeros((1, 8), np.float32)

    found = policy_ms(Policy(), {}, "open the top drawer", count=20)
    assert 1.0 <= found["p50"] <= found["p95"] <= found["p99"]
    assert calls == [([0], ["open the top drawer"])] * 23


def test_measurements_take_turns_and_the_median_counts():
    order, values = [], iter([1.0, 10.0, 9.0, 30.0, 2.0, 20.0])
    found = take_turns({n: lambda n=n: order.append(n) or next(values) for n in "ab"}, 3)
    assert order == list("ababab") and found == {"a": 2.0, "b": 20.0}


def test_a_peer_that_cannot_start_is_one_clear_error():
    with (
        RobosuitePeer(sys.executable) as peer,
        pytest.raises(HomebodyError, match="robosuite ended while measuring 'Lift 0 1'"),
    ):
        peer.steps_per_s("Lift", 0, 1)


def test_a_whole_installation_is_used_again_and_another_version_is_not(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    stamp = tmp_path / "installed.txt"
    stamp.write_text("\n".join(REQUIREMENTS))
    assert install(tmp_path, say=pytest.fail) == tmp_path / "bin" / "python"
    stamp.write_text("robosuite==1.4.0")
    failed = SimpleNamespace(returncode=1, stderr="no network\n")
    monkeypatch.setattr("homebody.benchmarks.peers.robosuite_peer.subprocess.run", lambda *a, **k: failed)
    with pytest.raises(HomebodyError, match=r"could not install the peer robosuite \(no network\)"):
        install(tmp_path, say=lambda _: None)
