"""The server: what it answers, whom it refuses, and that it outlives both."""

import asyncio
import contextlib
import socket
import struct
import time

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME
from homebody.policies.serving.asking import LocalAsker
from homebody.policies.serving.client import PolicyClient, ServerError
from homebody.policies.serving.protocol import pack, unpack
from homebody.policies.serving.server import PolicyServer, ServerConfig
from serving_fakes import TOKEN, Served, Still, observation, request
from serving_payloads import HANDSHAKES, RAW, UPGRADE, payloads
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect


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


def test_a_policy_in_this_process_answers_as_a_served_one(served):
    with PolicyClient(served.url, TOKEN) as client:
        there = client.ask(observation(), "x")[0]
    here = LocalAsker(Still()).ask(observation(), "x", reset=True)[0]
    assert there.dtype == here.dtype and (there == here).all()
