"""The robot's side of the wire: asks a policy server for chunks. Trusts the server no more than the server trusts it."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType
from typing import Any, Self

import numpy as np
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.sync.client import connect

from ...core.errors import HomebodyError
from ...core.robots import DEFAULT_ROBOT, robot_named
from ...core.types import CONTROL_HZ, Observation
from .protocol import MAX_MESSAGE_BYTES, ProtocolError, pack, read_actions, unpack


class ServerError(HomebodyError):
    """The server cannot be reached, or said no."""


class PolicyClient:
    """A connection to a policy server that speaks openpi's wire format. One thread at a time."""

    def __init__(self, url: str, token: str, *, robot: str | None = DEFAULT_ROBOT, timeout_s: float = 10.0) -> None:
        """robot: the arm that asks, None for any; url: ws://HOST:PORT or wss://...; timeout_s for connecting and for each answer. Raises
        ServerError."""
        self._timeout_s, self._stack = timeout_s, contextlib.ExitStack()
        if not url.startswith(("ws://", "wss://")):
            raise ServerError(f"the server is {url!r}: expected ws://HOST:PORT or wss://HOST:PORT")
        try:
            opened = connect(
                url, compression=None, max_size=MAX_MESSAGE_BYTES, open_timeout=timeout_s, close_timeout=2, proxy=None,
                additional_headers={"Authorization": f"Api-Key {token}"},
            )  # fmt: skip
            self._socket = self._stack.enter_context(opened)
        except InvalidStatus as error:
            status = error.response.status_code
            hint = {401: ": wrong token", 429: ": too many wrong tokens from here, wait a minute", 503: ": too many robots"}
            raise ServerError(f"{url} refused the connection with {status}{hint.get(status, '')}") from error
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ValueError) as error:
            raise ServerError(
                f"{url} cannot be reached ({str(error) or type(error).__name__}): is `homebody serve` running there?"
            ) from error
        try:
            self.metadata: dict[str, Any] = self._receive()
            """What the server serves: `policy`, `cameras`, `control_hz`, `action_dim`."""
        except ServerError:
            self.close()
            raise
        told = self.metadata.get("action_dim")
        self._dim = robot_named(robot).action_dim if robot is not None else told if isinstance(told, int) else 0
        if (told is not None and told != self._dim) or self.metadata.get("control_hz", CONTROL_HZ) != CONTROL_HZ:
            self.close()
            raise ServerError(f"{url} serves another robot: expected {self._dim} action numbers at {CONTROL_HZ} Hz")

    def _receive(self) -> dict[str, Any]:
        try:
            frame = self._socket.recv(timeout=self._timeout_s)
        except TimeoutError as error:
            raise ServerError(f"no answer within {self._timeout_s:g} s") from error
        except ConnectionClosed as error:
            raise ServerError("the server closed the connection") from error
        if isinstance(frame, str):
            raise ServerError(f"the server says: {' '.join(frame.split())[:200]}")
        try:
            return unpack(frame)
        except ProtocolError as error:
            raise ServerError(f"the server's answer cannot be read: {error}") from error

    def ask(self, observation: Observation, instruction: str, *, reset: bool = False) -> tuple[np.ndarray, float]:
        """(H, A) actions for an observation without a batch axis, and the round trip [s]. `reset` begins a new episode.

        Of the pictures only those are sent that the server said it looks at."""
        started = time.perf_counter()
        told = self.metadata.get("cameras")
        seen = {k: v for k, v in observation.items() if not isinstance(told, list) or k in (*told, "tactile", "proprio")}
        try:
            self._socket.send(pack({**seen, "prompt": instruction, "reset": reset}))
        except ConnectionClosed as error:
            raise ServerError("the server closed the connection") from error
        try:
            return read_actions(self._receive(), self._dim), time.perf_counter() - started
        except ProtocolError as error:
            raise ServerError(str(error)) from error

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
