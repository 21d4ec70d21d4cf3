"""The wire, the server under attack, the robot-side loop and its drivers."""

import asyncio
import contextlib
import http.client
import os
import pickle
import socket
import struct
import threading
import time

import msgpack
import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME, forward
from homebody.policies.serving.asking import Answer, Background, LocalAsker, Waiting
from homebody.policies.serving.client import PolicyClient, ServerError
from homebody.policies.serving.lerobot_driver import LeRobotDriver, LeRobotMapping
from homebody.policies.serving.limiter import LimiterConfig
from homebody.policies.serving.protocol import MAX_MESSAGE_BYTES, ProtocolError, pack, read_actions, read_request, unpack
from homebody.policies.serving.robot import LoopConfig, Plan, RobotLoop
from homebody.policies.serving.server import PolicyServer, ServerConfig
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect

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


@pytest.fixture(scope="module")
def served():
    with Served() as running:
        yield running


# --- the wire -----------------------------------------------------------------------------------------------------------
def test_messages_come_back_as_they_went():
    message = {**observation(), "prompt": "Öffne", "flag": True, "n": 3, "x": 0.25, "list": [1, "a", None], "deep": {"a": np.arange(6.0)}}
    back = unpack(pack(message))
    assert back.keys() == message.keys() and back["list"] == message["list"] and back["prompt"] == "Öffne"
    for key in (*CAMERAS, "tactile", "proprio"):
        assert back[key].dtype == message[key].dtype and (back[key] == message[key]).all() and back[key].flags.writeable
    assert (back["deep"]["a"] == np.arange(6.0)).all()


def test_arrays_are_written_as_openpi_reads_them():
    raw = msgpack.unpackb(pack({"actions": np.ones((2, 8), np.float32)}))
    assert set(raw["actions"]) == {b"__ndarray__", b"data", b"dtype", b"shape"}
    assert raw["actions"][b"dtype"] == "<f4" and raw["actions"][b"shape"] == [2, 8]
    assert unpack(msgpack.packb({b"n": {b"__npgeneric__": True, b"data": 2, b"dtype": "<i8"}})) == {"n": 2}


@pytest.mark.parametrize("value", [np.array([object()]), np.array([1j]), np.zeros(2, "V8"), np.zeros(2, ">f4"), {1, 2}, np.array(["a"])])
def test_what_is_no_plain_number_is_not_packed(value):
    with pytest.raises(ProtocolError, match="not sent"):
        pack({"a": value})


def array(**changes):
    fields = {b"__ndarray__": True, b"data": bytes(96), b"dtype": "<f4", b"shape": [24], **changes}
    return {**observation(), "prompt": "x", "proprio": {k: v for k, v in fields.items() if v is not ...}}


class Payload:
    """What a pickle could do."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def packed(message):
    return msgpack.packb(message, default=lambda a: msgpack.unpackb(pack({"a": a}))["a"])


def payloads(folder):
    """Name -> frame that a client with the right token could send."""
    evil = pickle.dumps(Payload(folder / "owned"))
    good = pack(request())
    nan_image = np.full((32, 32, 3), np.nan, np.float32)
    nan_joints = observation()["proprio"].copy()
    nan_joints[2] = np.nan
    return {
        "text": "open the top drawer",
        "empty": b"",
        "truncated": good[:-10],
        "trailing": good + b"\x00",
        "noise": bytes(np.random.default_rng(1).integers(0, 256, 500, dtype=np.uint8)),
        "oversized": pack(request(scene=np.zeros((1300, 1300, 3), np.uint8))),
        "pickled": evil,
        "pickled as an array": packed(array(**{"data": evil, "dtype": "|O", "shape": [1]})),
        "object dtype": packed(array(**{"dtype": "|O"})) if False else packed(replaced(b"dtype", "|O")),
        "void dtype": packed(replaced(b"dtype", "|V4")),
        "complex dtype": packed(replaced(b"dtype", "<c8")),
        "structured dtype": packed(replaced(b"dtype", [["a", "<f4"]])),
        "dtype with a sub-array": packed(replaced(b"dtype", "(1000000,1000000)f4")),
        "big-endian dtype": packed(replaced(b"dtype", ">f4")),
        "strings for numbers": packed(replaced(b"dtype", "<U1")),
        "negative shape": packed(replaced(b"shape", [-24])),
        "two negatives": packed(replaced(b"shape", [-4, -6])),
        "huge shape": packed(replaced(b"shape", [1 << 40, 1 << 40])),
        "nothing by very much": packed(replaced(b"shape", [0, 1 << 60], data=b"")),
        "fractional shape": packed(replaced(b"shape", [24.0])),
        "shape of truths": packed(replaced(b"shape", [True, 24])),
        "too many dimensions": packed(replaced(b"shape", [1] * 40 + [24])),
        "shape without data": packed(replaced(b"data", b"")),
        "extra field": packed(replaced(b"allow_pickle", True)),
        "wrong dtype of an image": pack(request(scene=np.zeros((32, 32, 3), np.float32))),
        "nan image": pack(request(scene=nan_image)),
        "image of one pixel": pack(request(scene=np.zeros((1, 1, 3), np.uint8))),
        "grey image": pack(request(scene=np.zeros((32, 32), np.uint8))),
        "nan joints": pack(request(proprio=nan_joints)),
        "infinite taxels": pack(request(tactile=np.full((2, 3, 8, 8), np.inf, np.float32))),
        "joints beyond all": pack(request(proprio=np.full(24, 1e30, np.float32))),
        "batched joints": pack(request(proprio=np.zeros((1, 24), np.float32))),
        "no camera": pack(request(wrist=None)),
        "no joints": pack(request(proprio=None)),
        "no instruction": pack(request(prompt=None)),
        "two instructions": pack(request(instruction="close it")),
        "endless instruction": pack(request(prompt="a" * 301)),
        "instruction with controls": pack(request(prompt="open\x1b[2J")),
        "instruction of bytes": pack(request(prompt=b"open")),
        "unknown key": pack(request(checkpoint="/etc/passwd")),
        "reset by a word": pack(request(reset="yes")),
        "list": msgpack.packb([1, 2, 3]),
        "number": msgpack.packb(7),
        "map of numbers": msgpack.packb({1: 2}),
        "extension": msgpack.packb({"a": msgpack.ExtType(42, b"x")}),
        "date": msgpack.packb({**{k: 0 for k in "ab"}, "prompt": msgpack.Timestamp(0)}),
        "bomb of lists": b"\x81\xa1a" + b"\x91" * 3000 + b"\x90",
        "wide bomb": b"\x81\xa1a" + (b"\xdc\x03\xe8" + b"\x90" * 1000) + b"",
        "claimed giant": b"\x81\xa1a\xc6\xff\xff\xff\xff",
        "claimed giant list": b"\x81\xa1a\xdd\xff\xff\xff\xff",
        "scalar that does not fit": msgpack.packb({"a": {"__npgeneric__": True, "data": 1e400, "dtype": "<i2"}}),
    }  # fmt: skip


def replaced(key, value, **more):
    """A request whose joints' array has one field replaced."""
    return array(**{}) | {
        "proprio": {b"__ndarray__": True, b"data": bytes(96), b"dtype": "<f4", b"shape": [24], key: value, **{k.encode(): v for k, v in more.items()}}
    }  # fmt: skip


def test_no_hostile_payload_is_read_and_none_runs(tmp_path):
    for name, frame in payloads(tmp_path).items():
        with pytest.raises(ProtocolError):
            read_request(unpack(frame), CAMERAS)
            pytest.fail(f"{name} was read")
    assert not (tmp_path / "owned").exists()
    os.system(f"touch {tmp_path / 'probe'}")  # the pickle's own means would have worked here
    assert (tmp_path / "probe").exists()


def test_3000_damaged_messages_are_refused_or_read_whole():
    rng, good = np.random.default_rng(2), pack(request())
    read = 0
    for _ in range(3000):
        frame = bytearray(good)
        for _ in range(rng.integers(1, 4)):
            frame[rng.choice([rng.integers(0, len(frame)), rng.integers(0, 60), len(frame) - rng.integers(1, 900)])] = rng.integers(0, 256)
        with contextlib.suppress(ProtocolError):
            found, text, _ = read_request(unpack(bytes(frame)), CAMERAS)
            assert found["scene"].shape[2] == 3 and np.isfinite(found["proprio"]).all() and len(text) <= 300
            read += 1
    assert 0 < read < 3000


@pytest.mark.parametrize(
    "actions", [None, np.zeros((0, 8)), np.zeros((2, 7)), np.full((2, 8), np.nan), np.zeros((300, 8)), np.zeros((2, 8), int)]
)
def test_answers_are_not_trusted_either(actions):
    with pytest.raises(ProtocolError):
        read_actions({"actions": actions})


# --- the server -----------------------------------------------------------------------------------------------------------
def test_an_answer_holds_the_chunk_the_timing_and_the_metadata_come_first(served):
    with PolicyClient(served.url, TOKEN) as client:
        assert (
            client.metadata["action_dim"] == 8 and client.metadata["control_hz"] == 20 and client.metadata["cameras"] == ["scene", "wrist"]
        )
        actions, seconds = client.ask(observation(), "open the top drawer")
        assert actions.shape == (16, 8) and actions.dtype == np.float32 and np.allclose(actions[:, :7], Q_HOME) and 0 < seconds < 5
    with connect(served.url, additional_headers={"Authorization": f"Bearer {TOKEN}"}) as raw:
        raw.recv()
        raw.send(pack(request()))
        timing = unpack(raw.recv())["server_timing"]
        assert 0 <= timing["infer_ms"] <= timing["total_ms"]


def test_a_new_instruction_or_episode_resets_the_session_and_each_connection_has_its_own(served):
    with PolicyClient(served.url, TOKEN) as one, PolicyClient(served.url, TOKEN) as two:
        for text, reset in (("a", False), ("a", False), ("b", False), ("b", True)):
            one.ask(observation(), text, reset=reset)
        first = served.sessions[-2:]
        two.ask(observation(), "c")
        assert [s.resets for s in first] == [["a", "b", "b"], ["c"]]


def handshake(port, *, token=TOKEN, path="/", **headers):
    fields = {"Authorization": f"Api-Key {token}"} if token is not None else {}
    with connect(f"ws://127.0.0.1:{port}{path}", additional_headers={**fields, **headers}, open_timeout=3) as raw:
        return raw.recv(timeout=3)


def raw_bytes(port, data, wait=2.0):
    """What the server says to bytes on its port."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as link:
        link.sendall(data)
        said = b""
        with contextlib.suppress(OSError):
            while piece := link.recv(4096):
                said += piece
        return said


UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
HANDSHAKES = {
    "no token": {"token": None},
    "wrong token": {"token": "b" * 24},
    "empty token": {"token": ""},
    "beginning of the token": {"token": TOKEN[:-1]},
    "token and more": {"token": TOKEN + "a"},
    "token of other letters": {"token": TOKEN.upper()},
    "other scheme": {"token": None, "Authorization": f"Basic {TOKEN}"},
    "token without scheme": {"token": None, "Authorization": TOKEN},
    "token in the query": {"token": None, "path": f"/?token={TOKEN}"},
    "foreign origin": {"Origin": "https://evil.example"},
    "null origin": {"Origin": "null"},
    "origin of this machine": {"Origin": "http://127.0.0.1:8000"},
    "other path": {"path": "/admin"},
    "websocket to healthz": {"path": "/healthz"},
}
RAW = {
    "path traversal": f"GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\nAuthorization: Api-Key {TOKEN}\r\n{UPGRADE}\r\n",
    "encoded traversal": f"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\nAuthorization: Api-Key {TOKEN}\r\n{UPGRADE}\r\n",
    "healthz traversal": f"GET /healthz/../../etc/passwd HTTP/1.1\r\nHost: x\r\nAuthorization: Api-Key {TOKEN}\r\n{UPGRADE}\r\n",
    "post": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "two tokens": f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Api-Key {TOKEN}\r\nAuthorization: Api-Key x\r\n{UPGRADE}\r\n",
    "endless header": "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a" * 200_000 + "\r\n\r\n",
    "many headers": "GET / HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{n}: a\r\n" for n in range(2000)) + "\r\n",
    "no http": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 tls hello?\r\n\r\n",
    "slow handshake": "GET / HTTP/1.1\r\nHost: x\r\n",
    "silence": "",
}


def test_no_hostile_handshake_or_payload_is_accepted_and_the_server_lives(served, tmp_path):
    before, accepted, tried = served.server.tally.served, [], 0
    for name, case in HANDSHAKES.items():
        tried += 1
        with contextlib.suppress(InvalidHandshake):
            handshake(served.port, **case)
            accepted.append(name)
    for name, text in RAW.items():
        tried += 1
        said = raw_bytes(served.port, text.encode("latin1"))
        if b" 101 " in said[:20] or b"root:" in said or b"Traceback" in said or b"homebody" in said:
            accepted.append(name)
    for name, frame in payloads(tmp_path).items():
        tried += 1
        with connect(served.url, additional_headers={"Authorization": f"Api-Key {TOKEN}"}) as raw:
            raw.recv()
            with contextlib.suppress(ConnectionClosed):
                raw.send(frame)
                said = raw.recv(timeout=5)
                if not (
                    isinstance(said, str) and said.startswith("error: ") and "Traceback" not in said and "/" not in said.replace("/s", "")
                ):
                    accepted.append(name)
                raw.recv(timeout=5)
                accepted.append(f"{name} stayed connected")
    assert tried >= 60 and accepted == []
    assert served.server.tally.served == before and served.server.tally.failures == 0
    assert not (tmp_path / "owned").exists()
    assert served.healthy()
    with PolicyClient(served.url, TOKEN) as client:
        assert client.ask(observation(), "still there?")[0].shape == (16, 8)
    assert TOKEN not in " ".join(served.lines)


def test_a_client_that_stops_in_the_middle_of_a_frame_keeps_nobody_waiting(served):
    head = f"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Api-Key {TOKEN}\r\n{UPGRADE}\r\n".encode()
    links = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(3)]
    for link in links:
        link.sendall(head + b"\x82\xff" + struct.pack(">Q", 1 << 20) + b"mask" + b"half")
    with PolicyClient(served.url, TOKEN) as client:
        assert client.ask(observation(), "x")[1] < 2
    for link in links:
        link.close()


def test_the_failure_of_a_policy_tells_nothing_and_ends_only_its_connection(served):
    with PolicyClient(served.url, TOKEN) as other, PolicyClient(served.url, TOKEN) as client:
        with pytest.raises(ServerError) as caught:
            client.ask(observation(), "break")
        assert str(caught.value) == "the server says: error: the policy failed on this observation"
        assert other.ask(observation(), "x")[0].shape == (16, 8)


def test_an_allowed_origin_may_connect():
    with Served(origins=("https://panel.example",)) as running:
        assert b"homebody" in handshake(running.port, Origin="https://panel.example")
        with pytest.raises(InvalidHandshake, match="403"):
            handshake(running.port, Origin="https://panel.example.evil")


def test_guessing_tokens_locks_an_address_out_for_a_while_and_other_failures_do_not():
    with Served(guesses=5, guess_window_s=0.6) as running:
        for _ in range(20):
            with pytest.raises(InvalidHandshake, match="401"):
                handshake(running.port, token=None)
        for _ in range(5):
            with pytest.raises(InvalidHandshake, match="401"):
                handshake(running.port, token="guess")
        with pytest.raises(ServerError, match="429: too many wrong tokens"):
            PolicyClient(running.url, TOKEN)
        time.sleep(0.7)
        PolicyClient(running.url, TOKEN).close()


def test_no_more_than_so_many_robots_at_once():
    with Served(max_connections=1) as running, PolicyClient(running.url, TOKEN):
        with pytest.raises(ServerError, match="503: too many robots"):
            PolicyClient(running.url, TOKEN)
        assert running.healthy()


def test_a_port_that_is_taken_and_a_token_that_is_short_are_one_line_each(served):
    with pytest.raises(HomebodyError, match=f"cannot serve at 127.0.0.1 port {served.port}"):
        asyncio.run(PolicyServer(ServerConfig(token=TOKEN, port=served.port), Still).start())
    with pytest.raises(HomebodyError, match="the token has 5 characters: expected 16 or more"):
        ServerConfig(token="short")


@pytest.mark.parametrize(
    ("url", "token", "words"), [("http://x", TOKEN, "expected ws://"), ("ws://127.0.0.1:9", TOKEN, "is `homebody serve` running"), (None, "b" * 20, "401: wrong token")]
)  # fmt: skip
def test_a_client_says_why_it_cannot_connect(served, url, token, words):
    with pytest.raises(ServerError, match=words):
        PolicyClient(url or served.url, token, timeout_s=2)


# --- the loop ---------------------------------------------------------------------------------------------------------------
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
    """Asks for joint 1 to move at 0.3 rad/s from where it is; may be slow, may fail."""

    def __init__(self, delay_s=0.0, fail=lambda n: False, bad=lambda n: False):
        self.delay_s, self.fail, self.bad, self.asked, self.closed = delay_s, fail, bad, 0, False

    def ask(self, observation, instruction, *, reset=False):
        self.asked += 1
        time.sleep(self.delay_s)
        if self.fail(self.asked):
            raise ServerError("gone")
        chunk = np.tile(np.append(observation["proprio"][:7], 0.5), (16, 1))
        chunk[:, 0] += 0.015 * np.arange(1, 17)
        return (np.full_like(chunk, np.nan) if self.bad(self.asked) else chunk), self.delay_s

    def close(self):
        self.closed = True


def test_chunks_are_blended_by_the_steps_that_they_were_meant_for():
    old, new = np.full((6, 8), 1.0), np.arange(6)[:, None] * np.full(8, 10.0)
    for weight, expected in ((1.0, [10, 20, 30, 40, 50, None]), (0.5, [5.5, 10.5, 30, 40, 50, None])):
        plan = Plan(weight)
        plan.add(0, old, 0)
        plan.add(3, new, 4)  # observed at step 3, arrived at step 4: its first action is too late
        found = [plan.at(s) for s in range(4, 10)]
        assert [None if f is None else f[0] for f in found] == expected
    plan.add(0, np.ones((3, 8)), 20)
    assert plan.at(20) is None


def run(arm, source, steps, **settings):
    config = LoopConfig(**{"instruction": "x", "limiter": LimiterConfig(), "pace": False, **settings})
    return RobotLoop(arm, source, config).run(lambda n: n >= steps)


def test_without_a_limiter_actions_pass_bit_for_bit():
    arm, asker = Arm(), Moving()
    report = run(arm, Waiting(asker), 20, limiter=None)
    assert asker.asked == report.asks == 3 and report.violations is None and report.silent_steps == 0
    expected = [Q_HOME.astype(np.float32)[0] + np.float64(0.015) * k for k in range(1, 9)]
    assert [s[0] for s in arm.sent[:8]] == pytest.approx(expected, abs=1e-12)
    assert arm.stops == 1


@pytest.mark.parametrize("hz", [20, 100, 1000])
def test_the_arm_moves_within_its_limits_at_any_rate_of_set_points(hz):
    arm = Arm(hz)
    report = run(arm, Waiting(Moving()), 30)
    assert report.violations == 0 and report.holds == 0 and len(arm.sent) >= 30 * hz / 20
    assert 0.3 < arm.joints[0] < 0.46 and arm.sent[-1][7] == 0.5
    assert np.abs(np.diff(np.array(arm.sent)[-2:, :7], axis=0)).max() < 1e-9  # at rest when the driver was stopped


def test_a_slow_server_never_blocks_the_loop_and_its_silence_is_a_hold():
    arm, asker = Arm(), Moving(delay_s=0.5)
    source = Background(lambda: asker)
    started = time.monotonic()
    report = run(arm, source, 36, pace=True, execute=16)
    assert 1.7 < time.monotonic() - started < 2.6
    source.close()
    assert report.asks >= 2 and report.silent_steps >= 8 and report.holds >= 1 and report.violations == 0 and report.late_steps <= 2
    assert arm.joints[0] > 0.05 and asker.closed


def test_a_server_that_goes_away_is_held_through_and_asked_again():
    arm, connections = Arm(), []

    def connect_again():
        connections.append(Moving(fail=lambda n: len(connections) == 1 and n >= 2))
        return connections[-1]

    source = Background(connect_again, retry_s=0.7)
    report = run(arm, source, 50, pace=True)
    source.close()
    assert len(connections) == 2 and report.failures == 1 and report.reason == "gone" and report.holds >= 1
    assert report.asks >= 4 and report.violations == 0 and connections[0].closed


def test_actions_that_are_not_finite_are_held_through():
    report = run(Arm(), Waiting(Moving(bad=lambda n: n == 2)), 30)
    assert report.rejected == 8 and report.holds == 1 and report.violations == 0


def test_however_a_run_ends_the_arm_is_at_rest_and_stopped():
    for error in (KeyboardInterrupt, HomebodyError):
        arm = Arm()

        def finished(n, error=error):
            if n == 12:
                raise error
            return False

        with pytest.raises(error):
            RobotLoop(arm, Waiting(Moving()), LoopConfig(instruction="x", limiter=LimiterConfig(), pace=False)).run(finished)
        path = np.array(arm.sent)[:, 0]
        assert arm.stops == 1 and abs(path[-1] - path[-2]) < 1e-9 and path[11] - path[10] > 0.01


def test_a_policy_in_this_process_answers_as_a_served_one(served):
    with PolicyClient(served.url, TOKEN) as client:
        there = client.ask(observation(), "x")[0]
    here = LocalAsker(Still()).ask(observation(), "x", reset=True)[0]
    assert there.dtype == here.dtype and (there == here).all()


@pytest.mark.parametrize("settings", [{"instruction": " "}, {"execute": 0}, {"new_weight": 0.0}])
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(HomebodyError, match="expected|say what"):
        LoopConfig(**{"instruction": "x", **settings})


def test_a_question_is_not_taken_while_another_is_out():
    source = Background(lambda: Moving(delay_s=0.2))
    from homebody.policies.serving.asking import Question

    question = Question(step=4, observation=observation(), instruction="x", reset=False)
    assert source.offer(question) and not source.offer(question)
    time.sleep(0.4)
    answers = source.take()
    assert [type(a) for a in answers] == [Answer] and answers[0].step == 4 and source.take() == [] and source.offer(question)
    source.close()


# --- LeRobot ----------------------------------------------------------------------------------------------------------------
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
    read_request(unpack(pack({**seen, "prompt": "x"})), CAMERAS)  # as the server demands them


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


def test_messages_may_be_as_long_as_two_large_pictures():
    large = np.zeros((720, 720, 3), np.uint8)
    assert len(pack(request(scene=large, wrist=large))) < MAX_MESSAGE_BYTES
    read_request(unpack(pack(request(scene=large, wrist=large))), CAMERAS)
