"""The page's server: one self-contained page and one websocket on loopback, both behind a token.

Refused with 403 before anything else is looked at: a request without the token (compared in constant time), for a host
that is not this server's (DNS rebinding), or from another origin (any web page may open a socket to loopback).
"""

from __future__ import annotations

import asyncio
import hmac
import http
import ipaddress
import logging
import secrets
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ..core.errors import HomebodyError
from .commands import MAX_BYTES, Ack, Command, parse_command

PAGE = Path(__file__).parent / "page"
SOCKET_PATH = "/socket"
IN_FLIGHT = 3
"""Frames on their way at most; a slower page skips frames instead of falling behind."""
REPLACED, BAD_MESSAGE = 4001, 4002
"""Close codes: another page took over; too many messages that are no commands."""
BAD_LIMIT = 20
PING_S = 5.0
"""A connection that does not answer a ping for so long is lost [s]."""


def build_page(nonce: str) -> str:
    """The page with its style and script inside; both carry the nonce that the policy asks for."""
    style, script = ((PAGE / name).read_text() for name in ("style.css", "page.js"))
    html = (PAGE / "index.html").read_text()
    html = html.replace("<!-- style -->", f'<style nonce="{nonce}">\n{style}</style>')
    return html.replace("<!-- script -->", f'<script nonce="{nonce}">\n{script}</script>')


def _security_headers(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src blob: data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )  # fmt: skip
    return {
        "Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip


def _response(status: http.HTTPStatus, body: str, kind: str, extra: dict[str, str] | None = None) -> Response:
    data = body.encode()
    headers = Headers({"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(data)), "Connection": "close", **(extra or {})})
    return Response(status.value, status.phrase, headers, data)


def check_loopback(host: str) -> str:
    """`host` if it names this machine alone. Raises HomebodyError with the way to serve another machine."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise HomebodyError(
            f"host is {host!r}: expected a loopback address such as 127.0.0.1; from another machine use `ssh -L 8765:127.0.0.1:8765`"
        )
    return host


class TeleopServer:
    """Serves one operator; a second page takes over from the first."""

    def __init__(self, *, host: str, port: int, on_command: Callable[[Command], None], on_lost: Callable[[], None]) -> None:
        self._host, self._port = check_loopback(host), port
        self._on_command, self._on_lost = on_command, on_lost
        self.token = secrets.token_urlsafe(32)
        self._server: Server | None = None
        self._operator: ServerConnection | None = None
        self._latest: bytes | None = None
        self._fresh = asyncio.Event()
        self._room = asyncio.Event()
        self._sent: dict[int, float] = {}
        self._count = 0
        self.latency_ms = 0.0
        """From sending a frame to hearing that it was shown, smoothed."""

    # --- life ---------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Opens the port. Raises HomebodyError when it is taken."""
        quiet = logging.getLogger("homebody.teleop.socket")
        quiet.setLevel(logging.CRITICAL)  # a refused handshake is no news
        try:
            self._server = await serve(
                self._converse, self._host, self._port, process_request=self._admit, max_size=MAX_BYTES, max_queue=64, compression=None,
                ping_interval=PING_S, ping_timeout=PING_S, open_timeout=5, close_timeout=1, logger=quiet, server_header=None,
            )  # fmt: skip
        except OSError as error:
            raise HomebodyError(f"cannot listen on {self._host}:{self._port} ({error.strerror}): choose another --port") from error
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Closes every connection and the port."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def address(self) -> str:
        """Host and port as a browser writes them."""
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}/?token={self.token}"

    @property
    def watched(self) -> bool:
        """Whether a page is there and ready for another frame. Safe to read from any thread."""
        return self._operator is not None and len(self._sent) < IN_FLIGHT

    def offer(self, frame: bytes) -> None:
        """The newest frame; one that was not sent yet is dropped. Call on the event loop."""
        self._latest = frame
        self._fresh.set()

    # --- who may come in ----------------------------------------------------------------------------------------------
    def _hosts(self) -> set[str]:
        return {self.address, f"localhost:{self._port}", f"127.0.0.1:{self._port}", f"[::1]:{self._port}"}

    def _allowed(self, request: Request, query: dict[str, list[str]], *, socket: bool) -> bool:
        given = query.get("token", [""])
        token = len(given) == 1 and hmac.compare_digest(given[0].encode(errors="replace"), self.token.encode())
        try:
            host, origin = request.headers.get("Host"), request.headers.get("Origin")
        except MultipleValuesError:
            return False
        origins = {f"http://{h}" for h in self._hosts()}
        return token and host in self._hosts() and (origin in origins or (origin is None and not socket))

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """None lets a websocket handshake go on; anything else is the answer."""
        del connection
        parts = urllib.parse.urlsplit(request.path)
        upgrade = "Upgrade" in request.headers
        if not self._allowed(request, urllib.parse.parse_qs(parts.query), socket=upgrade):
            return _response(
                http.HTTPStatus.FORBIDDEN, "403: open the address that `homebody teleop` printed, token included\n", "text/plain"
            )
        if upgrade and parts.path == SOCKET_PATH:
            return None
        if parts.path == "/" and not upgrade:
            nonce = secrets.token_urlsafe(16)
            return _response(http.HTTPStatus.OK, build_page(nonce), "text/html", _security_headers(nonce))
        return _response(http.HTTPStatus.NOT_FOUND, "404\n", "text/plain")

    # --- one connection -----------------------------------------------------------------------------------------------
    async def _converse(self, connection: ServerConnection) -> None:
        former, self._operator = self._operator, connection
        if former is not None:
            await former.close(REPLACED, "opened in another window")
        self._sent.clear()
        self._room.set()
        sender = asyncio.create_task(self._send_frames(connection))
        try:
            await self._listen(connection)
        except ConnectionClosed:
            pass
        finally:
            sender.cancel()
            if self._operator is connection:
                self._operator = None
                self._sent.clear()
                self._on_lost()

    async def _listen(self, connection: ServerConnection) -> None:
        bad = 0
        async for message in connection:
            if self._operator is not connection:
                return
            try:
                command = parse_command(message)
            except HomebodyError:
                bad += 1
                if bad > BAD_LIMIT:
                    await connection.close(BAD_MESSAGE, "these are no commands")
                    return
                continue
            if isinstance(command, Ack):
                self._acknowledge(command.number)
            self._on_command(command)

    def _acknowledge(self, number: int) -> None:
        sent = self._sent.pop(number, None)
        if sent is not None:
            self.latency_ms += 0.2 * (1e3 * (time.perf_counter() - sent) - self.latency_ms)
            self._room.set()

    async def _send_frames(self, connection: ServerConnection) -> None:
        try:
            while True:
                await self._fresh.wait()
                while len(self._sent) >= IN_FLIGHT:
                    self._room.clear()
                    await self._room.wait()
                self._fresh.clear()
                frame, self._latest = self._latest, None
                if frame is None:
                    continue
                self._count += 1
                self._sent[self._count] = time.perf_counter()
                await connection.send(self._count.to_bytes(4, "little") + frame)
        except ConnectionClosed:
            pass
