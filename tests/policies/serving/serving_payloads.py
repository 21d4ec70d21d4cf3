"""What a client with the right token, or without it, might send to do harm."""

import os
import pickle

import msgpack
import numpy as np
from homebody.policies.serving.protocol import pack
from serving_fakes import TOKEN, observation, request


class Payload:
    """What a pickle could do."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def joints(**changes):
    """A request whose joints' array has some fields replaced."""
    fields = {"__ndarray__": True, "data": bytes(96), "dtype": "<f4", "shape": [24], **changes}
    return msgpack.packb({**msgpack.unpackb(pack(request())), "proprio": {k.encode(): v for k, v in fields.items()}})


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
        "pickled as an array": joints(data=evil, dtype="|O", shape=[1]),
        "object dtype": joints(dtype="|O"),
        "void dtype": joints(dtype="|V4"),
        "complex dtype": joints(dtype="<c8"),
        "structured dtype": joints(dtype=[["a", "<f4"]]),
        "dtype with a sub-array": joints(dtype="(1000000,1000000)f4"),
        "big-endian dtype": joints(dtype=">f4"),
        "strings for numbers": joints(dtype="<U1"),
        "negative shape": joints(shape=[-24]),
        "two negatives": joints(shape=[-4, -6]),
        "huge shape": joints(shape=[1 << 40, 1 << 40]),
        "nothing by very much": joints(shape=[0, 1 << 60], data=b""),
        "fractional shape": joints(shape=[24.0]),
        "shape of truths": joints(shape=[True, 24]),
        "too many dimensions": joints(shape=[1] * 40 + [24]),
        "shape without data": joints(data=b""),
        "extra field": joints(allow_pickle=True),
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
