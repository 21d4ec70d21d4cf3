"""What the tests of serving share: a server in a thread, an arm and a policy that are made up."""

import asyncio
import contextlib
import http.client
import threading
import time

import numpy as np
from homebody.core.kinematics import Q_HOME
from homebody.policies.serving.asking import Background
from homebody.policies.serving.client import ServerError
from homebody.policies.serving.limiter import LimiterConfig
from homebody.policies.serving.robot import LoopConfig, RobotLoop
from homebody.policies.serving.server import PolicyServer, ServerConfig

TOKEN = "a token of 24 letters!!".replace(" ", "-")
CAMERAS = ("scene", "wrist")


def observation():
    rng = np.random.default_rng(0)
    out = {c: rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for c in CAMERAS}
    proprio = np.zeros(24, np.float32)
    proprio[:7] = Q_HOME
    return out | {"tactile": np.zeros((2, 3, 8, 8), np.float32), "proprio": proprio}


def request(**changes):
    """A good request with some keys replaced, or with None, removed."""
    message = {**observation(), "prompt": "open the top drawer", **changes}
    return {k: v for k, v in message.items() if v is not None}


class Still:
    """A session that answers with the joints it sees."""

    def __init__(self):
        self.resets = []

    def reset(self, instruction):
        self.resets.append(instruction)

    def chunk(self, observation):
        if self.resets[-1] == "break":
            raise RuntimeError("/secret/path/model.safetensors is gone")
        return np.tile(np.append(observation["proprio"][:7], 1.0), (16, 1)).astype(np.float32)


class Served:
    """A server in a thread."""

    def __init__(self, **settings):
        self.sessions, self.lines = [], []
        config = ServerConfig(**{"token": TOKEN, "port": 0, "handshake_timeout_s": 0.5, "guesses": 1000, **settings})
        self.server = PolicyServer(config, self._session, say=self.lines.append)
        self._loop, ready = asyncio.new_event_loop(), threading.Event()

        def begun(port):
            self.port = port
            ready.set()

        async def run():
            self._task = asyncio.current_task()
            with contextlib.suppress(asyncio.CancelledError):
                await self.server.run(begun)

        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(run()))
        self._thread.start()
        assert ready.wait(10)

    def _session(self):
        self.sessions.append(Still())
        return self.sessions[-1]

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}"

    def healthy(self):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        link.request("GET", "/healthz")
        answer = link.getresponse()
        body = answer.read()
        link.close()
        return answer.status == 200 and body == b"OK\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)
        self._loop.close()


class Arm:
    """A driver whose joints are where they were told to be."""

    name = "arm"

    def __init__(self, control_hz=20):
        self.control_hz, self.sent, self.stops, self.joints = control_hz, [], 0, Q_HOME.copy()

    def connect(self):
        self.connected = True

    def observe(self):
        out = observation()
        out["proprio"][:7] = self.joints
        return out

    def act(self, action):
        self.joints = np.asarray(action[:7], np.float64)
        self.sent.append(np.array(action))
        return self.sent[-1]

    def stop(self):
        self.stops += 1


class Moving:
    """Asks for joint 1 to move at 0.3 rad/s from where it is. For ask number n it waits `until(n)`, may fail or answer badly."""

    def __init__(self, until=lambda n: True, fail=lambda n: False, bad=lambda n: False):
        self.until, self.fail, self.bad, self.asked, self.closed, self.waits = until, fail, bad, 0, False, False

    def ask(self, observation, instruction, *, reset=False):
        self.asked += 1
        while not self.until(self.asked):
            self.waits = True
            time.sleep(0.001)
        self.waits = False
        if self.fail(self.asked):
            raise ServerError("gone")
        chunk = np.tile(np.append(observation["proprio"][:7], 0.5), (16, 1))
        chunk[:, 0] += 0.015 * np.arange(1, 17)
        return (np.full_like(chunk, np.nan) if self.bad(self.asked) else chunk), 0.0

    def close(self):
        self.closed = True


class Lockstep(Background):
    """Asks in the background, but every answer that is not held back on purpose arrives before the loop goes on.

    A loop without pace would otherwise run through its steps before the asking thread gets its turn.
    """

    def __init__(self, connect, held=lambda: False):
        super().__init__(connect, retry_s=0.005)
        self._held = held

    def take(self):
        deadline = time.monotonic() + 30.0
        while self._busy.is_set() and not self._held():
            assert time.monotonic() < deadline, "the asking thread answers nothing"
            time.sleep(0.0005)
        return super().take()


def run(arm, source, steps, **settings):
    config = LoopConfig(**{"instruction": "x", "limiter": LimiterConfig(), "pace": False, **settings})
    return RobotLoop(arm, source, config).run(lambda n: n >= steps)
