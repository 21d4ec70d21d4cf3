"""The registry of policies: one thing a name, anybody's factory from a folder of their own, and errors that say what is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.robots import ROBOTS
from homebody.policies.registry import POLICIES, add_policy, find_source
from homebody.policies.source import Body

BODY = Body(robot=ROBOTS["so101"], num_envs=2)
POLICY = """
import numpy as np

class Wave:
    name = "wave"

    def __init__(self, env):
        self.env = env

    def reset(self, slots, instructions):
        self.told = list(instructions)

    def act(self, observation):
        return np.zeros((self.env.num_envs, self.env.robot.action_dim), np.float32)

def make(env):
    return Wave(env)

def nothing(env):
    return 3

def deaf(env):
    policy = Wave(env)
    policy.reset = None
    return policy

def two(env, more):
    return Wave(env)

class Zoo:
    wave = make

NUMBER = 4
"""
SOURCE = """
from homebody.policies.source import PolicySource
from waving import Wave

blind = PolicySource(name="blind", build=Wave, cameras=(), privileged=True)
"""


def nothing_needed(extra: str, what: str) -> None:
    pass


def find(name: str):
    return find_source(name, require=nothing_needed)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to stand in, with modules that nobody has installed."""
    (tmp_path / "waving.py").write_text(POLICY)
    (tmp_path / "waving_sources.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    for name in ("waving", "waving_sources"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", ["waving:make", "waving:Wave", "waving:Zoo.wave"])
def test_a_factory_of_the_current_folder_gets_the_environment_and_makes_the_policy(folder: Path, name: str) -> None:
    source = find(name)
    assert source.cameras == ("scene", "wrist") and not source.fingerprint and not source.privileged
    policy = source.build(BODY)
    policy.reset([0, 1], ["a", "b"])
    assert policy.name == "wave" and policy.act({}).shape == (2, 6)


def test_a_source_says_what_its_policy_wants_of_the_environment(folder: Path) -> None:
    source = find("waving_sources:blind")
    assert source.cameras == () and source.privileged and source.name == "blind"


def test_the_current_folder_hides_no_installed_module(folder: Path) -> None:
    (folder / "numpy.py").write_text("raise SystemExit('hidden')\n")
    find("waving:make")
    assert sys.path[-1] == str(folder) and np.zeros(1).shape == (1,)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wavin:make", r"there is no module 'wavin': expected one of an installed package or of the current folder"),
        ("waving.deep:make", r"there is no module 'waving.deep'"),
        ("waving:mak", r"unknown factory of waving 'mak': nearest are make"),
        ("waving:Zoo.wav", r"unknown factory of waving 'wav': nearest are wave"),
        ("waving:NUMBER", r"waving:NUMBER is 4: expected a function of an environment that returns a policy"),
        ("homebdy", r"unknown policy 'homebdy': nearest are homebody.*package.module:factory"),
        ("no/such/folder", r"no/such/folder holds no model.safetensors: expected the folder of a checkpoint, or the name of a policy"),
    ],
)
def test_what_is_no_policy_is_one_clear_line(folder: Path, name: str, message: str) -> None:
    with pytest.raises(HomebodyError, match=message):
        find(name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("waving:nothing", r"waving:nothing returned 3, which lacks reset and act: expected a policy with a `name`"),
        ("waving:deaf", r"waving:deaf returned .*which lacks reset: expected"),
        ("waving:two", r"waving:two could not be called with an environment: .*missing 1 required positional argument"),
    ],
)
def test_a_factory_that_makes_no_policy_is_refused_when_it_is_called(folder: Path, name: str, message: str) -> None:
    with pytest.raises(HomebodyError, match=message):
        find(name).build(BODY)


def test_a_policy_of_ones_own_gets_a_name_once() -> None:
    add_policy("waver", lambda env: find("zero").build(env), cameras=())
    try:
        assert find("waver").cameras == () and find("waver").build(BODY).name == "zero"
        with pytest.raises(HomebodyError, match="two policies are called 'waver'"):
            add_policy("waver", lambda env: find("zero").build(env))
    finally:
        POLICIES.remove("waver")


@pytest.mark.parametrize("address", ["ws://127.0.0.1:9", "wss://127.0.0.1:9", "ws://@127.0.0.1:9"])
def test_a_server_without_its_token_is_refused(address: str) -> None:
    with pytest.raises(HomebodyError, match="expected wss?://TOKEN@HOST:PORT with the token"):
        find(address)


def test_a_server_that_is_not_there_is_one_line_and_the_token_is_not_in_it() -> None:
    with pytest.raises(HomebodyError, match="127.0.0.1:9 cannot be reached") as refused:
        find("ws://a-secret-of-mine@127.0.0.1:9")
    assert "secret" not in str(refused.value)
