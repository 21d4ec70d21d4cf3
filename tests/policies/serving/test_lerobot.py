"""The driver for LeRobot's arms, against a fake of LeRobot's interface."""

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME, forward
from homebody.core.robots import PANDA
from homebody.policies.serving.asking import Waiting
from homebody.policies.serving.lerobot_driver import LeRobotDriver, LeRobotMapping
from homebody.policies.serving.protocol import pack, read_request, unpack
from serving_fakes import CAMERAS, Moving, run


class FakeLeRobot:
    """The part of LeRobot's Robot that it documents: degrees, flat keys, send_action returns what was sent."""

    def __init__(self, clip=None, velocities=False):
        self.is_connected, self.clip, self.sent = False, clip, []
        self.state = {f"joint_{n}.pos": float(np.degrees(q)) for n, q in enumerate(Q_HOME, 1)} | {"gripper.pos": 50.0}
        if velocities:
            self.state |= {f"joint_{n}.vel": 90.0 for n in range(1, 8)}
        self.frames = {"front": np.zeros((48, 64, 3), np.uint8), "hand": np.ones((48, 64, 3), np.uint8)}

    @property
    def observation_features(self):
        return dict.fromkeys(self.state, float) | {k: v.shape for k, v in self.frames.items()}

    @property
    def action_features(self):
        return {k: float for k in self.state if k.endswith(".pos")}

    def connect(self):
        self.is_connected = True

    def get_observation(self):
        assert self.is_connected
        return {**self.state, **self.frames}

    def send_action(self, action):
        assert self.is_connected and set(action) == set(self.action_features) and all(type(v) is float for v in action.values())
        sent = {k: float(np.clip(v, self.state[k] - self.clip, self.state[k] + self.clip)) if self.clip else v for k, v in action.items()}
        self.state |= sent
        self.sent.append(sent)
        return sent

    def disconnect(self):
        assert self.is_connected
        self.is_connected = False


MAPPING = LeRobotMapping(cameras=(("scene", "front"), ("wrist", "hand")), without_touch=True)


def test_lerobot_observations_become_ours():
    robot, now = FakeLeRobot(), [0.0]
    driver = LeRobotDriver(robot, MAPPING, clock=lambda: now[0])
    driver.connect()
    seen = driver.observe()
    assert np.allclose(seen["proprio"][:7], Q_HOME, atol=1e-6) and (seen["proprio"][7:14] == 0).all()
    assert seen["proprio"][14] == pytest.approx(0.04) and np.allclose(seen["proprio"][15:18], forward(Q_HOME)[:3, 3], atol=1e-6)
    assert (seen["wrist"] == 1).all() and seen["tactile"].shape == (2, 3, 8, 8)
    robot.state["joint_2.pos"] += 9.0
    now[0] = 0.1
    assert driver.observe()["proprio"][8] == pytest.approx(np.radians(90.0), rel=1e-4)
    fast = LeRobotDriver(FakeLeRobot(velocities=True), MAPPING)
    fast.connect()
    assert np.allclose(fast.observe()["proprio"][7:14], np.pi / 2)
    read_request(unpack(pack({**seen, "prompt": "x"})), CAMERAS, PANDA.proprio_dim)  # as the server demands them


def test_lerobot_actions_are_sent_in_its_units_and_come_back_as_sent():
    robot = FakeLeRobot(clip=5.0)
    driver = LeRobotDriver(robot, MAPPING)
    driver.connect()
    sent = driver.act(np.append(Q_HOME + 0.01, 0.52))
    assert robot.sent[0]["joint_1.pos"] == pytest.approx(np.degrees(Q_HOME[0] + 0.01)) and robot.sent[0]["gripper.pos"] == pytest.approx(52)
    assert np.allclose(sent, np.append(Q_HOME + 0.01, 0.52))
    assert driver.act(np.append(Q_HOME + 1.0, 1.0))[0] == pytest.approx(Q_HOME[0] + 0.01 + np.radians(5))
    driver.stop()
    driver.stop()
    assert not robot.is_connected


def test_a_lerobot_arm_runs_through_the_loop():
    robot = FakeLeRobot()
    report = run(LeRobotDriver(robot, MAPPING), Waiting(Moving()), 20)
    assert report.violations == 0 and not robot.is_connected and np.radians(robot.state["joint_1.pos"]) > 0.15


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cameras": (("scene", "frnt"), ("wrist", "hand"))}, "unknown observation of the robot 'frnt': nearest are front"),
        ({"gripper": "griper"}, "unknown observation of the robot 'griper.pos': nearest are gripper.pos"),
        ({"tactile": "skin", "without_touch": False}, "unknown observation of the robot 'skin'"),
        ({"without_touch": False}, "set `tactile`, or `without_touch`"),
        ({"joints": ("a",)}, "1 joint names: expected 7"),
        ({"units": "turns"}, "unknown units 'turns'"),
        ({"gripper_range": (1.0, 1.0)}, "two different numbers"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_before_anything_moves(settings, words):
    robot = FakeLeRobot()
    with pytest.raises(HomebodyError, match=words):
        LeRobotDriver(robot, LeRobotMapping(**{"cameras": MAPPING.cameras, "without_touch": True, **settings})).connect()
    assert not robot.is_connected
