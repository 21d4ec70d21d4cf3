"""`homebody serve` and `homebody robot`: over the wire as in one process."""

import contextlib
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from homebody.benchmarks.peers.openpi_client import install, talk
from homebody.cli.main import main
from homebody.cli.policies import find_policy
from homebody.cli.prompt import SEED_STRIDE
from homebody.cli.robot import run_sim
from homebody.cli.serve import is_loopback, make_sessions
from homebody.core.instructions import parse
from homebody.core.kinematics import Q_HOME
from homebody.envs.engine import HouseholdVectorEnv
from homebody.policies.serving.asking import LocalAsker, Waiting
from homebody.policies.serving.client import PolicyClient
from homebody.policies.serving.limiter import LimiterConfig

TEXT = "open the top drawer"


@contextlib.contextmanager
def serving(*options, cwd):
    """A `homebody serve` of its own process; yields its address and token."""
    command = [sys.executable, "-W", "error", "-m", "homebody.cli.main", "serve", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd)
    try:
        found = [re.search(pattern, process.stdout.readline()) for pattern in (r" at (ws://\S+:\d+)", r"^token: ([0-9a-f]{64})$")]
        assert all(found), process.stderr.read()
        yield found[0][1], found[1][1]
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(cwd=tmp_path_factory.mktemp("serve")) as where:
        yield where


def in_process(text, seed):
    """(success, steps, final hash) of the policy run as everywhere else: plain engine, plain policy."""
    goal, source = parse(text), find_policy("homebody")
    env = HouseholdVectorEnv(goal.task, 1, split="heldout")
    observation, info = env.reset(
        options={"index": np.array([env.find_index(goal, seed * SEED_STRIDE)]), "goal": [goal], "instruction": [text]}
    )
    policy = source.build(env)
    policy.reset([0], [text])
    while not env.finished(0):
        observation, _, _, _, info = env.step(policy.act(observation))
    found = bool(info["success"][0]), env.steps(0), env.certificate(0).final_hash
    env.close()
    return found


def over_the_wire(server, text, seed, episodes, folder, *options):
    url, token = server
    out = folder / "robot.json"
    words = ["robot", "--server", url, "--token", token, "--instruction", text, "--seed", str(seed), "--episodes", str(episodes)]
    code = main([*words, "--json", str(out), *options])
    data = json.loads(out.read_text())
    assert code == (0 if all(r["success"] for r in data["runs"]) else 1)
    return data["runs"]


def same(runs, seed, text=TEXT):
    expected = [in_process(text, seed + n) for n in range(len(runs))]
    assert [(r["success"], r["steps"], r["certificate"]["final_hash"]) for r in runs] == expected


def test_an_episode_over_the_wire_ends_in_the_same_state_bit_for_bit(server, tmp_path, capsys):
    runs = over_the_wire(server, TEXT, 3, 2, tmp_path)
    same(runs, 3)
    assert all(r["failures"] == 0 and r["silent_steps"] == 0 and r["violations"] is None and r["latency_ms"]["p50"] > 0 for r in runs)
    assert re.search(r"seed 3: (not )?done after \d+\.\d s, answers p50 \d+ ms", capsys.readouterr().out)


def test_with_the_limiter_too_and_no_set_point_breaks_a_limit(server):
    goal, (url, token) = parse(TEXT), server
    env = HouseholdVectorEnv(goal.task, 1, split="heldout")
    index, limiter = env.find_index(goal, 0), LimiterConfig()
    with PolicyClient(url, token) as client:
        there = run_sim(env, goal, TEXT, index, Waiting(client), limiter=limiter)
    _, _, sessions = make_sessions("homebody")
    here = run_sim(env, goal, TEXT, index, Waiting(LocalAsker(sessions())), limiter=limiter)
    env.close()
    assert there["certificate"] == here["certificate"] and there["steps"] == here["steps"]
    assert there["violations"] == 0 and there["success"]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["open the top drawer", "pick up the mug", "put the apple in the bowl", "close the microwave"])
def test_ten_episodes_of_each_task_end_in_the_same_states(server, tmp_path, text):
    same(over_the_wire(server, text, 10, 10, tmp_path), 10, text)


def test_in_real_time_the_arm_moves_while_the_server_thinks(server, tmp_path):
    (run,) = over_the_wire(server, TEXT, 0, 1, tmp_path, "--realtime", "--limits", "panda", "--new-weight", "0.5")
    assert run["asks"] >= 3 and run["failures"] == 0 and run["violations"] == 0 and run["steps"] > 20


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("serve --token short", "the token has 5 characters: expected 16 or more"),
        ("serve --policy expert", "policy 'expert' reads the simulation's state and cannot be served"),
        ("serve --policy homebdy", "unknown policy 'homebdy': nearest are homebody"),
        ("serve --port 70000", "port is 70000: expected 0 to 65535"),
        ("serve --host 203.0.113.7", "cannot serve at 203.0.113.7 port 8000"),
        ("serve --device tpu", "unknown device 'tpu': nearest are cpu"),
        ("serve --cert no.pem", "no.pem"),
        ("robot --token t", "instruction"),
        ("robot --token t --instruction x --driver franka", "unknown driver 'franka': nearest are"),
        ("robot --token t --instruction x --limits ur5", "unknown limits 'ur5'"),
        ("robot --token t --instruction x --episodes 0", "expected 0 or more, then positive numbers"),
        ("robot --token t --instruction juggle", "juggle"),
        ("robot --token t --server http://x --instruction close_the_microwave", "expected ws://"),
        ("robot --token t --server ws://127.0.0.1:9 --instruction close_the_microwave", "is `homebody serve` running there?"),
        ("robot --token t --driver lerobot --instruction x", "needs --config FILE"),
        ("robot --token t --driver lerobot --instruction x --limits none", "a real arm needs panda or fr3"),
        ("robot --token t --driver lerobot --instruction x --config no.json", "no.json cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(words, message, capsys):
    assert main([w.replace("_", " ") for w in words.split()]) == 2
    error = capsys.readouterr().err
    assert message in error and error.startswith("error: ") and error.count("\n") == 1


def test_a_wrong_token_is_one_line_and_exit_2(server, capsys):
    assert main(["robot", "--server", server[0], "--token", "b" * 20, "--instruction", TEXT]) == 2
    assert "refused the connection with 401: wrong token" in capsys.readouterr().err


def test_only_loopback_addresses_are_this_machine():
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost")
    assert not any(is_loopback(h) for h in ("0.0.0.0", "::", "10.0.0.1", "robot.local"))


def test_a_lerobot_arm_is_built_from_a_file_and_runs(server, tmp_path, monkeypatch, capsys):
    """LeRobot's registry and factory are faked, by the names that they have in LeRobot 0.4."""
    state = {f"joint_{n}.pos": float(np.degrees(q)) for n, q in enumerate(Q_HOME, 1)} | {"gripper.pos": 100.0}
    built = []

    class Robot:
        def __init__(self):
            self.is_connected, self.action_features = False, dict.fromkeys(state, float)
            self.observation_features = {**self.action_features, "front": (128, 128, 3), "hand": (128, 128, 3)}

        def connect(self):
            self.is_connected = True

        def get_observation(self):
            picture = np.full((128, 128, 3), 90, np.uint8)
            return {**state, "front": picture, "hand": picture}

        def send_action(self, action):
            state.update(action)
            return action

        def disconnect(self):
            self.is_connected = False

    class Config:
        def __init__(self, *, port):
            self.port = port

    modules = {
        "lerobot": {}, "lerobot.robots": {"RobotConfig": types.SimpleNamespace(get_known_choices=lambda: {"panda_follower": Config})},
        "lerobot.robots.utils": {"make_robot_from_config": lambda config: built.append((config.port, Robot())) or built[-1][1]},
        "lerobot.utils": {}, "lerobot.utils.import_utils": {"register_third_party_plugins": lambda: None},
        "lerobot.cameras": {}, "lerobot.cameras.opencv": {},
        "draccus": {"decode": lambda kind, settings: kind(**settings), "ParsingError": KeyError},
    }  # fmt: skip
    for name, content in modules.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    file = tmp_path / "arm.json"
    mapping = {"cameras": {"scene": "front", "wrist": "hand"}, "without_touch": True, "control_hz": 100}
    words = ["robot", "--server", server[0], "--token", server[1], "--instruction", TEXT, "--driver", "lerobot", "--config", str(file)]

    file.write_text(json.dumps({"robot": {"type": "panda_follower", "port": "a"}, "mapping": mapping}))
    assert main([*words, "--seconds", "1.5", "--json", str(tmp_path / "out.json")]) == 0
    (run,) = json.loads((tmp_path / "out.json").read_text())["runs"]
    assert built[0][0] == "a" and not built[0][1].is_connected and run["steps"] == 30 and run["asks"] >= 1 and run["violations"] == 0
    capsys.readouterr()
    for settings, more, message in (
        ({"type": "panda"}, {}, "unknown LeRobot type 'panda': nearest are panda_follower"),
        ({"type": "panda_follower", "speed": 1}, {}, "does not take these settings"),
        ({"type": "panda_follower", "port": "a"}, {"colour": 1}, "the mapping does not fit"),
    ):
        file.write_text(json.dumps({"robot": settings, "mapping": {**mapping, **more}}))
        assert main(words) == 2 and message in capsys.readouterr().err


@pytest.mark.peers
def test_the_client_of_openpi_talks_to_the_server(server):
    url, token = server
    python = install(Path(__file__).parents[2] / ".peers" / "openpi")
    found = talk(python, url, token, TEXT)
    assert found["metadata"]["action_dim"] == 8 and found["shape"] == [16, 8] and found["dtype"] == "float32"
    assert found["refused"] == "401" and "`proprio` is missing" in found["error"]
    name, _, sessions = make_sessions("homebody")
    assert found["metadata"]["policy"] == name
    observation = {k: np.zeros((128, 128, 3), np.uint8) for k in ("scene", "wrist")}
    joints = np.zeros(24, np.float32)
    joints[:7] = found["joints"]
    observation |= {"tactile": np.zeros((2, 3, 8, 8), np.float32), "proprio": joints}
    assert LocalAsker(sessions()).ask(observation, TEXT)[0].tolist() == found["actions"]
