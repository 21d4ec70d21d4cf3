"""The policy server: openpi's websocket protocol, with a token, an Origin rule, size caps and errors that tell nothing.

First frame: metadata. Then each binary frame is an observation and its answer `{"actions": (H, A), "server_timing": {...}}`;
a text frame is an error, after which the connection closes. `GET /healthz` answers OK without a token.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ...core.errors import HomebodyError
from ...core.robots import DEFAULT_ROBOT, robot_named
from ...core.types import CONTROL_HZ
from .protocol import MAX_MESSAGE_BYTES, ProtocolError, pack, read_request, unpack
from .session import Session, SessionFactory

MIN_TOKEN = 16
"""Characters. A generated token has 43, of 256 random bits."""


@dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """Where and to whom the policy is served."""

    token: str
    """Shared secret: `Authorization: Api-Key TOKEN` (as openpi's client sends it) or `Bearer TOKEN`."""
    host: str = "127.0.0.1"
    """Address to bind; the default is this machine alone."""
    port: int = 8000
    """TCP port; 0 takes a free one."""
    policy: str = "homebody"
    """Name that the metadata tell."""
    robot: str = DEFAULT_ROBOT
    """The arm that it is served to."""
    cameras: tuple[str, ...] = ("scene", "wrist")
    """Pictures that a request must hold."""
    origins: tuple[str, ...] = ()
    """Web origins that may connect; a handshake with another Origin header is refused. Robots send none."""
    max_message_bytes: int = MAX_MESSAGE_BYTES
    """Longer frames close the connection [bytes]."""
    max_connections: int = 8
    """Robots at once."""
    handshake_timeout_s: float = 5.0
    """A client that has not finished its handshake by then is dropped [s]."""
    guesses: int = 10
    """Wrong tokens per address and `guess_window_s`, after which that address is refused for the rest of the window."""
    guess_window_s: float = 30.0
    """See `guesses` [s]."""
    tls: ssl.SSLContext | None = None
    """Certificate for wss://; without it the token crosses the network in clear."""

    def __post_init__(self) -> None:
        if len(self.token) < MIN_TOKEN or not self.token.isascii() or any(c.isspace() for c in self.token):
            raise HomebodyError(f"the token has {len(self.token)} characters: expected {MIN_TOKEN} or more, ASCII, without spaces")
        if not 0 <= self.port <= 65535:
            raise HomebodyError(f"port is {self.port}: expected 0 to 65535")

    def metadata(self) -> dict[str, Any]:
        """The first frame."""
        robot = robot_named(self.robot)
        return {
            "server": "homebody", "policy": self.policy, "action_dim": robot.action_dim, "control_hz": CONTROL_HZ,
            "cameras": list(self.cameras), "action": f"absolute joint targets [rad] ({robot.dof}), gripper opening 0 to 1",
        }  # fmt: skip


@dataclass
class Tally:
    """What the server has done so far."""

    served: int = 0
    """Requests answered with actions."""
    refused_handshakes: dict[int, int] = field(default_factory=dict)
    """By HTTP status."""
    refused_requests: int = 0
    failures: int = 0
    """Requests that the policy itself failed on."""


class PolicyServer:
    """Serves one policy; each connection has a session of its own, and chunks are computed one at a time."""

    def __init__(self, config: ServerConfig, sessions: SessionFactory, *, say: Callable[[str], None] = lambda line: None) -> None:
        """say: where a line about each refusal and failure goes, without secrets."""
        self.config, self.tally, self._sessions, self._say = config, Tally(), sessions, say
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="policy")
        self._wrong: dict[str, deque[float]] = {}
        self._open = 0
        self._digest = hashlib.sha256(config.token.encode()).digest()
        self._log = logging.getLogger(f"{__name__}.websockets")
        self._log.disabled = True  # the library logs every failed handshake with a traceback

    async def start(self) -> Server:
        """Binds and answers from now on. Raises HomebodyError where the address cannot be had."""
        c = self.config
        try:
            return await serve(
                self._serve, c.host, c.port, process_request=self._admit, compression=None, max_size=c.max_message_bytes,
                max_queue=2, open_timeout=c.handshake_timeout_s, close_timeout=2, ssl=c.tls, server_header=None, logger=self._log,
            )  # fmt: skip
        except OSError as error:
            raise HomebodyError(
                f"cannot serve at {c.host} port {c.port} ({error.strerror or error}): choose another --host or --port"
            ) from error

    async def run(self, ready: Callable[[int], None] = lambda port: None) -> None:
        """Serves until cancelled; `ready` is called with the port."""
        try:
            async with await self.start() as server:
                ready(server.sockets[0].getsockname()[1])
                await server.serve_forever()
        finally:
            self._worker.shutdown(wait=False, cancel_futures=True)

    # --- handshakes ---------------------------------------------------------------------------------------------------
    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets the handshake go on."""
        path = request.path.partition("?")[0]
        if path == "/healthz":
            return connection.respond(http.HTTPStatus.OK, "OK\n")
        status = self._refusal(path, request, str(connection.remote_address[0]))
        if status is None:
            return None
        self.tally.refused_handshakes[status] = self.tally.refused_handshakes.get(status, 0) + 1
        self._say(f"refused a handshake: {status.value} {status.phrase}")
        return connection.respond(status, f"{status.phrase}\n")

    def _refusal(self, path: str, request: Request, address: str) -> http.HTTPStatus | None:
        status = http.HTTPStatus
        if path != "/":
            return status.NOT_FOUND
        origins = request.headers.get_all("Origin")
        if origins and not (len(origins) == 1 and origins[0] in self.config.origins):
            return status.FORBIDDEN
        if self._locked_out(address):
            return status.TOO_MANY_REQUESTS
        given = request.headers.get_all("Authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() not in ("api-key", "bearer"):
            return status.UNAUTHORIZED
        if not hmac.compare_digest(hashlib.sha256(token.strip().encode()).digest(), self._digest):
            self._wrong.setdefault(address, deque(maxlen=self.config.guesses)).append(time.monotonic())
            return status.UNAUTHORIZED
        return status.SERVICE_UNAVAILABLE if self._open >= self.config.max_connections else None

    def _locked_out(self, address: str) -> bool:
        """Whether this address has guessed too often. Only wrong tokens count, which no web page can send."""
        since = time.monotonic() - self.config.guess_window_s
        self._wrong = {a: times for a, times in self._wrong.items() if times[-1] > since}
        times = self._wrong.get(address, ())
        return sum(t > since for t in times) >= self.config.guesses

    # --- requests -----------------------------------------------------------------------------------------------------
    async def _serve(self, connection: ServerConnection) -> None:
        self._open += 1
        try:
            await connection.send(pack(self.config.metadata()))
            session, asked, proprio_dim = self._sessions(), "", robot_named(self.config.robot).proprio_dim
            while True:
                frame = await connection.recv()
                started = time.perf_counter()
                observation, text, reset = read_request(unpack(frame, self.config.max_message_bytes), self.config.cameras, proprio_dim)
                answer = await self._answer(session, observation, text if reset or text != asked else None)
                asked = text
                answer["server_timing"]["total_ms"] = 1000 * (time.perf_counter() - started)
                await connection.send(pack(answer))
                self.tally.served += 1
        except ConnectionClosed:
            pass
        except ProtocolError as error:
            self.tally.refused_requests += 1
            self._say(f"refused a request: {error}")
            await self._end(connection, 1008, f"error: {error}")
        except Exception as error:  # the boundary to the network: whatever the policy raised stays here
            self.tally.failures += 1
            self._say(f"the policy failed: {type(error).__name__}: {error}")
            await self._end(connection, 1011, "error: the policy failed on this observation")
        finally:
            self._open -= 1

    async def _answer(self, session: Session, observation: dict[str, Any], instruction: str | None) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            started = time.perf_counter()
            if instruction is not None:
                session.reset(instruction)
            actions = session.chunk(observation)
            return {"actions": actions, "server_timing": {"infer_ms": 1000 * (time.perf_counter() - started)}}

        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    @staticmethod
    async def _end(connection: ServerConnection, code: int, words: str) -> None:
        try:
            await connection.send(words)
            await connection.close(code)
        except ConnectionClosed:
            pass
