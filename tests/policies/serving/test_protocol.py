"""The wire: what is read, and what is not."""

import contextlib
import os

import msgpack
import numpy as np
import pytest
from homebody.core.robots import PANDA
from homebody.policies.serving.protocol import MAX_MESSAGE_BYTES, ProtocolError, pack, read_actions, read_request, unpack
from serving_fakes import CAMERAS, observation, request
from serving_payloads import payloads


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


def test_no_hostile_payload_is_read_and_none_runs(tmp_path):
    for name, frame in payloads(tmp_path).items():
        with pytest.raises(ProtocolError):
            read_request(unpack(frame), CAMERAS, PANDA.proprio_dim)
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
            found, text, _ = read_request(unpack(bytes(frame)), CAMERAS, PANDA.proprio_dim)
            assert found["scene"].shape[2] == 3 and np.isfinite(found["proprio"]).all() and len(text) <= 300
            read += 1
    assert 0 < read < 3000


@pytest.mark.parametrize(
    "actions", [None, np.zeros((0, 8)), np.zeros((2, 7)), np.full((2, 8), np.nan), np.zeros((300, 8)), np.zeros((2, 8), int)]
)
def test_answers_are_not_trusted_either(actions):
    with pytest.raises(ProtocolError):
        read_actions({"actions": actions}, PANDA.action_dim)


def test_messages_may_be_as_long_as_two_large_pictures():
    large = np.zeros((720, 720, 3), np.uint8)
    assert len(pack(request(scene=large, wrist=large))) < MAX_MESSAGE_BYTES
    read_request(unpack(pack(request(scene=large, wrist=large))), CAMERAS, PANDA.proprio_dim)
