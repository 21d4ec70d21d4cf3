"""The wire format of openpi's policy servers: MessagePack whose arrays are maps of `__ndarray__`, data, dtype and shape.

What comes in is untrusted: no dtype outside a list of plain numbers, no shape that its data does not fill, caps on every size,
no extension types; nothing is ever executed or unpickled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NoReturn

import msgpack
import numpy as np

from ...core.errors import HomebodyError
from ...core.types import TAXELS

MAX_MESSAGE_BYTES = 4 << 20
"""Two 720 x 720 pictures and the rest."""
MAX_DIMENSIONS = 6
MAX_CONTAINERS = 256
"""Lists and maps in one message, nested ones counted: small on the wire, large in memory."""
MAX_INSTRUCTION = 300
"""Characters."""
MAX_CHUNK = 256
"""Actions in one answer."""
IMAGE_SIZES = (16, 720)
"""Height and width of a picture [pixels]."""
DTYPES = frozenset(["|b1", "|u1", "|i1", *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)), *(f"<f{size}" for size in (2, 4, 8))])


class ProtocolError(HomebodyError):
    """A message that is not what the protocol allows. Its text may go to the other side: no values from this one."""


def _pack_array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.str not in DTYPES:
            raise ProtocolError(f"arrays of dtype {value.dtype} are not sent: expected plain numbers")
        return {b"__ndarray__": True, b"data": value.tobytes(), b"dtype": value.dtype.str, b"shape": value.shape}
    if isinstance(value, np.generic):
        return value.item()
    raise ProtocolError(f"values of type {type(value).__name__} are not sent")


def pack(message: Mapping[str, Any]) -> bytes:
    """A message of strings, numbers, maps, lists and arrays as bytes."""
    packed = msgpack.packb(dict(message), default=_pack_array)
    assert packed is not None
    return packed


class _Reader:
    """Hooks of one message: counts containers, builds arrays."""

    def __init__(self) -> None:
        self.containers = 0

    def count(self, value: Any) -> Any:
        self.containers += 1
        if self.containers > MAX_CONTAINERS:
            raise ProtocolError(f"more than {MAX_CONTAINERS} lists and maps in one message")
        return value

    def map(self, value: dict[Any, Any]) -> Any:
        self.count(value)
        text = {k.decode("utf-8", "replace") if isinstance(k, bytes) else k: v for k, v in value.items()}
        if "__ndarray__" in text:
            return read_array(text)
        if "__npgeneric__" in text:
            return read_scalar(text)
        return text


def _refuse_extension(code: int, data: bytes) -> NoReturn:
    raise ProtocolError(f"extension type {code} in the message")


def _dtype(value: Any) -> np.dtype[Any]:
    name = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    if not isinstance(name, str) or name not in DTYPES:
        raise ProtocolError(f"array of dtype {str(name)[:20]!r}: expected one of {', '.join(sorted(DTYPES))}")
    return np.dtype(name)


def read_array(fields: Mapping[str, Any]) -> np.ndarray:
    """The array of a map with exactly `__ndarray__`, `data`, `dtype`, `shape`."""
    if set(fields) != {"__ndarray__", "data", "dtype", "shape"} or fields["__ndarray__"] is not True:
        raise ProtocolError("an array needs exactly __ndarray__, data, dtype and shape")
    dtype, shape, data = _dtype(fields["dtype"]), fields["shape"], fields["data"]
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS or not all(type(n) is int for n in shape):
        raise ProtocolError(f"an array's shape is a list of at most {MAX_DIMENSIONS} whole numbers")
    if any(not 0 <= n <= MAX_MESSAGE_BYTES for n in shape):
        raise ProtocolError(f"an array's sides are 0 to {MAX_MESSAGE_BYTES}")
    if not isinstance(data, bytes) or math.prod(shape) * dtype.itemsize != len(data):
        raise ProtocolError("an array's data and its shape disagree")
    return np.frombuffer(data, dtype).reshape(shape).copy()  # writable


def read_scalar(fields: Mapping[str, Any]) -> Any:
    """The number of a map with exactly `__npgeneric__`, `data` and `dtype`."""
    if set(fields) != {"__npgeneric__", "data", "dtype"} or type(fields["data"]) not in (bool, int, float):
        raise ProtocolError("a scalar needs exactly __npgeneric__, data and dtype")
    try:
        return _dtype(fields["dtype"]).type(fields["data"]).item()
    except OverflowError as error:
        raise ProtocolError("a scalar does not fit its dtype") from error


def unpack(data: bytes | str, max_bytes: int = MAX_MESSAGE_BYTES) -> dict[str, Any]:
    """One message. Raises ProtocolError for anything else than a map within the caps."""
    if isinstance(data, str):
        raise ProtocolError("a text frame: expected binary MessagePack")
    if len(data) > max_bytes:
        raise ProtocolError(f"a message of {len(data)} bytes: expected at most {max_bytes}")
    reader = _Reader()
    try:
        message = msgpack.unpackb(
            data, object_hook=reader.map, list_hook=reader.count, ext_hook=_refuse_extension, strict_map_key=True,
            max_bin_len=max_bytes, max_str_len=1 << 16, max_array_len=1024, max_map_len=64, max_ext_len=16,
        )  # fmt: skip
    except ProtocolError:
        raise
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise ProtocolError("not one whole MessagePack message within the caps") from error
    if not isinstance(message, dict):
        raise ProtocolError("a message is a map")
    return message


def _checked(message: Mapping[str, Any], key: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    value = message.get(key)
    if not isinstance(value, np.ndarray) or value.dtype.str != dtype or value.shape != shape:
        raise ProtocolError(f"`{key}` is missing or of another kind: expected {np.dtype(dtype).name} {shape}")
    if value.dtype.kind == "f" and not (np.abs(value) <= 1e3).all():  # nan fails this too
        raise ProtocolError(f"`{key}` holds a number that is not finite or beyond 1000")
    return value


def _picture(message: Mapping[str, Any], key: str) -> np.ndarray:
    value = message.get(key)
    low, high = IMAGE_SIZES
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8 or value.ndim != 3 or value.shape[2] != 3:
        raise ProtocolError(f"`{key}` is missing or of another kind: expected uint8 (height, width, 3)")
    if not all(low <= n <= high for n in value.shape[:2]):
        raise ProtocolError(f"`{key}` is {value.shape[0]} x {value.shape[1]}: expected {low} to {high} pixels a side")
    return value


def read_request(message: Mapping[str, Any], cameras: tuple[str, ...], proprio_dim: int) -> tuple[dict[str, np.ndarray], str, bool]:
    """(observation without a batch axis, instruction, whether a new episode begins) of a request. Raises ProtocolError.

    The instruction stands under `prompt` (openpi's word) or `instruction`; `reset` is optional.
    """
    words = [k for k in ("prompt", "instruction") if k in message]
    extra = set(message) - {*cameras, "tactile", "proprio", "reset", *words}
    if extra:
        raise ProtocolError(f"unknown keys {', '.join(repr(str(k)[:30]) for k in sorted(extra, key=str)[:3])}")
    text, reset = message.get(words[0]) if len(words) == 1 else None, message.get("reset", False)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= MAX_INSTRUCTION or not text.isprintable():
        raise ProtocolError(f"the instruction is missing or no line of 1 to {MAX_INSTRUCTION} characters: expected one `prompt`")
    if not isinstance(reset, bool):
        raise ProtocolError("`reset` is no truth value")
    observation = {c: _picture(message, c) for c in cameras}
    observation["tactile"] = _checked(message, "tactile", "<f4", TAXELS)
    observation["proprio"] = _checked(message, "proprio", "<f4", (proprio_dim,))
    return observation, text, reset


def read_actions(message: Mapping[str, Any], action_dim: int) -> np.ndarray:
    """(H, action_dim) float32 actions of an answer. Raises ProtocolError."""
    value = message.get("actions")
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f" or value.ndim != 2 or value.shape[1] != action_dim:
        raise ProtocolError(f"the answer holds no `actions` (H, {action_dim}) of floats")
    if not 1 <= len(value) <= MAX_CHUNK or not np.isfinite(value).all():
        raise ProtocolError(f"the answer's actions are not 1 to {MAX_CHUNK} rows of finite numbers")
    return value.astype(np.float32)
