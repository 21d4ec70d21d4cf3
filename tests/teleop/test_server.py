"""The page's server lets in who has the token, from this host and this origin, and nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from homebody.core.errors import HomebodyError
from homebody.teleop.commands import Ack, Command, Keep, Move
from homebody.teleop.server import BAD_LIMIT, BAD_MESSAGE, IN_FLIGHT, REPLACED, TeleopServer, build_page
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


class Heard:
    """What reached the simulation."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.lost = 0

    def lose(self) -> None:
        self.lost += 1


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[tuple[TeleopServer, Heard]]:
    heard = Heard()
    server = TeleopServer(host="127.0.0.1", port=0, on_command=heard.commands.append, on_lost=heard.lose)
    await server.start()
    try:
        yield server, heard
    finally:
        await server.stop()


def run(test: Callable[[TeleopServer, Heard], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with serving() as (server, heard):
            await asyncio.wait_for(test(server, heard), 20)

    asyncio.run(main())


async def get(server: TeleopServer, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
    def ask() -> tuple[int, dict[str, str], str]:
        host, port = server.address.split(":")
        line = http.client.HTTPConnection(host, int(port), timeout=5)
        line.putrequest("GET", path, skip_host="Host" in (headers or {}))
        for name, value in (headers or {}).items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        out = answer.status, dict(answer.headers), answer.read().decode()
        line.close()
        return out

    return await asyncio.to_thread(ask)


def socket(server: TeleopServer, *, token: str | None = None, origin: str | None = "", headers: dict[str, str] | None = None) -> connect:
    url = f"ws://{server.address}/socket?token={server.token if token is None else token}"
    return connect(url, origin=f"http://{server.address}" if origin == "" else origin, additional_headers=headers, proxy=None)  # type: ignore[arg-type]


def ack(message: str | bytes) -> str:
    """The page's word that it has shown a frame."""
    assert isinstance(message, bytes)
    return json.dumps({"type": "ack", "number": int.from_bytes(message[:4], "little")})


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_the_page_opens_with_the_token_and_carries_everything_it_needs() -> None:
    async def test(server: TeleopServer, _: Heard) -> None:
        status, headers, page = await get(server, f"/?token={server.token}")
        assert status == 200 and page.startswith("<!doctype html>")
        assert not re.findall(r"""(?:src|href)=["'](?!data:)""", page), "nothing is fetched from elsewhere"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'nonce-([^']+)'", headers["Content-Security-Policy"])
        assert nonce and page.count(f'nonce="{nonce[1]}"') == 2
        assert (
            headers["Referrer-Policy"] == "no-referrer" and headers["X-Frame-Options"] == "DENY" and headers["Cache-Control"] == "no-store"
        )
        assert server.token not in page

    run(test)


def test_two_servers_have_two_long_tokens() -> None:
    a, b = (TeleopServer(host="127.0.0.1", port=0, on_command=lambda _: None, on_lost=lambda: None).token for _ in range(2))
    assert a != b and len(a) >= 43, "256 bits"


BAD_REQUESTS: list[tuple[str, dict[str, str]]] = [
    ("/", {}),
    ("/?token=", {}),
    ("/?token=wrong", {}),
    ("/?token={token}x", {}),
    ("/?token={token}&token={token}", {}),
    ("/?Token={token}", {}),
    ("/?token=%C3%A9%FF", {}),
    ("/favicon.ico", {}),
    ("/../server.py", {}),
    ("/socket", {}),
    ("/?token={token}", {"Host": "evil.example"}),
    ("/?token={token}", {"Host": "127.0.0.1"}),
    ("/?token={token}", {"Host": "127.0.0.1.evil.example:{port}"}),
    ("/?token={token}", {"Origin": "http://evil.example"}),
    ("/?token={token}", {"Origin": "null"}),
]


@pytest.mark.parametrize(("path", "headers"), BAD_REQUESTS)
def test_a_request_without_the_token_or_from_elsewhere_is_refused(path: str, headers: dict[str, str]) -> None:
    async def test(server: TeleopServer, _: Heard) -> None:
        port = server.address.split(":")[1]
        filled = {k: v.replace("{port}", port) for k, v in headers.items()}
        status, _headers, said = await get(server, path.replace("{token}", server.token), filled)
        assert status == 403 and server.token not in said
        assert (await get(server, f"/?token={server.token}"))[0] == 200, "and the server lives on"

    run(test)


def test_a_known_visitor_asking_for_something_else_gets_404() -> None:
    async def test(server: TeleopServer, _: Heard) -> None:
        assert (await get(server, f"/page.js?token={server.token}"))[0] == 404

    run(test)


@pytest.mark.parametrize(
    "bad",
    [
        {"token": "wrong"}, {"token": ""}, {"origin": "http://evil.example"}, {"origin": None}, {"origin": "null"},
        {"origin": "https://127.0.0.1"}, {"headers": {"Host": "evil.example"}},
    ],
)  # fmt: skip
def test_a_socket_without_the_token_or_from_elsewhere_is_refused(bad: dict[str, Any]) -> None:
    async def test(server: TeleopServer, heard: Heard) -> None:
        with pytest.raises(InvalidStatus) as refusal:
            async with socket(server, **bad):
                pass
        assert refusal.value.response.status_code == 403
        assert not server.watched and heard.commands == []

    run(test)


def test_commands_come_in_and_frames_go_out() -> None:
    async def test(server: TeleopServer, heard: Heard) -> None:
        async with socket(server) as page:
            await until(lambda: server.watched)
            await page.send('{"type": "move", "linear": [1, 0, 0]}')
            await page.send('{"type": "keep"}')
            server.offer(b"frame")
            message = await page.recv()
            assert isinstance(message, bytes) and message[4:] == b"frame"
            await page.send(ack(message))
            await until(lambda: len(heard.commands) == 3)
            assert heard.commands == [Move(linear=(1.0, 0.0, 0.0)), Keep(), Ack(number=1)]
        await until(lambda: heard.lost == 1)
        assert not server.watched

    run(test)


def test_a_slow_page_skips_frames_and_gets_the_newest() -> None:
    async def test(server: TeleopServer, _: Heard) -> None:
        async with socket(server) as page:
            await until(lambda: server.watched)
            for n in range(20):
                server.offer(str(n).encode())
                await asyncio.sleep(0.01)
            assert not server.watched, "no frame is drawn for a page that lags"
            got = [await page.recv() for _ in range(IN_FLIGHT)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(page.recv(), 0.1)
            await page.send(ack(got[0]))
            assert (await page.recv())[4:] == b"19"

    run(test)


async def close_code(page: ClientConnection) -> int | None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await page.recv()
    return page.close_code


def test_a_second_page_takes_over_and_the_first_is_told() -> None:
    async def test(server: TeleopServer, heard: Heard) -> None:
        async with socket(server) as first:
            await until(lambda: server.watched)
            async with socket(server) as second:
                assert await close_code(first) == REPLACED
                await second.send('{"type": "keep"}')
                await until(lambda: heard.commands == [Keep()])
                assert heard.lost == 0

    run(test)


@pytest.mark.parametrize("message", ["[" * 3000, '{"type":"rm"}', b"\x00\xff"])
def test_a_page_that_talks_nonsense_is_shown_the_door(message: str | bytes) -> None:
    async def test(server: TeleopServer, heard: Heard) -> None:
        async with socket(server) as page:
            for _ in range(BAD_LIMIT + 1):
                await page.send(message)
            assert await close_code(page) == BAD_MESSAGE
        assert heard.commands == []
        assert (await get(server, f"/?token={server.token}"))[0] == 200

    run(test)


def test_an_oversized_message_ends_the_connection() -> None:
    async def test(server: TeleopServer, heard: Heard) -> None:
        async with socket(server) as page:
            await page.send("x" * 100_000)
            assert await close_code(page) == 1009
        await until(lambda: heard.lost == 1)

    run(test)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "example.org", "::"])
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(HomebodyError, match="expected a loopback address"):
        TeleopServer(host=host, port=0, on_command=lambda _: None, on_lost=lambda: None)


def test_a_taken_port_is_one_clear_line() -> None:
    async def test(server: TeleopServer, _: Heard) -> None:
        port = int(server.address.split(":")[1])
        with pytest.raises(HomebodyError, match=f"cannot listen on 127.0.0.1:{port}"):
            await TeleopServer(host="127.0.0.1", port=port, on_command=lambda _: None, on_lost=lambda: None).start()

    run(test)


def test_the_page_is_text_that_fits_its_policy() -> None:
    page = build_page("N")
    assert "innerHTML" not in page and "eval(" not in page
    assert not re.findall(r"<[^>]+\s(?:style|on\w+)=", page), "inline styles and handlers would be blocked"
