"""`homebody serve`: a policy behind openpi's websocket protocol."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import ssl
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT
from .endings import DONE

if TYPE_CHECKING:
    from ..policies.serving.session import SessionFactory


def make_sessions(policy: str, device: str = "cpu", robot: str = DEFAULT_ROBOT) -> tuple[str, tuple[str, ...], SessionFactory]:
    """(name, cameras, a session for each connection) of a policy, served to `robot`. Raises HomebodyError."""
    from ..core.robots import robot_named
    from ..policies.source import Body
    from .learned import check_asked
    from .policies import find_policy

    source, body = find_policy(policy, device), Body(robot=robot_named(robot))
    if source.simulated or source.privileged:
        raise HomebodyError(
            f"policy {policy!r} reads the simulation's state and cannot be served: expected homebody, zero, random or a checkpoint"
        )
    if source.sensors:
        raise HomebodyError(f"policy {policy!r} needs {', '.join(source.sensors)}, which robots do not send: expected another policy")
    check_asked(source, [], robot)
    from ..policies.runtime import ChunkPolicy
    from ..policies.serving.session import ChunkSession, StepSession

    built = source.build(body)
    if isinstance(built, ChunkPolicy):  # connections share its network
        return source.name, source.cameras, lambda: ChunkSession(built)
    return source.name, source.cameras, lambda: StepSession(source.build(body))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None and key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(str(cert), str(key) if key else None)
    except (OSError, ssl.SSLError) as error:
        raise HomebodyError(f"--cert {cert} and --key {key} cannot be read ({error.strerror or error}): expected PEM files") from error
    return context


def serve(
    *,
    policy: str = "homebody",
    robot: str = DEFAULT_ROBOT,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str = "",
    origin: tuple[str, ...] = (),
    cert: Path | None = None,
    key: Path | None = None,
    device: str = "cpu",
) -> int:
    """Serves a policy to robots over a websocket (openpi's wire format, this project's observation keys) until interrupted.

    Args:
        policy: `homebody`, `zero`, `random`, `play`, package.module:factory, or the folder of a checkpoint.
        robot: The arm that it is served to.
        host: Address to bind; the default is reachable from this machine alone.
        port: TCP port; 0 takes a free one.
        token: Secret of 16 characters or more that clients must send; made anew and printed when empty.
        origin: Web origins that may connect from a browser; none by default.
        cert: Certificate for wss:// (PEM).
        key: Its private key (PEM).
        device: `cpu` or `cuda`.
    """
    tls = _tls(cert, key)
    from ..policies.serving.server import PolicyServer, ServerConfig

    secret = token or secrets.token_hex(32)
    config = ServerConfig(token=secret, host=host, port=port, origins=origin, tls=tls)
    name, cameras, sessions = make_sessions(policy, device, robot)
    config = replace(config, policy=name, cameras=cameras, robot=robot)

    def ready(bound: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        print(f"serving {name} at {'wss' if tls else 'ws'}://{shown}:{bound}  (Ctrl-C ends)", flush=True)
        if not token:
            print(f"token: {secret}", flush=True)
        if tls is None and not is_loopback(host):
            print("the token crosses the network in clear: use --cert and --key, or a tunnel", flush=True)

    server = PolicyServer(config, sessions, say=lambda line: print(line, flush=True))
    with contextlib.suppress(KeyboardInterrupt):  # that is how a server ends
        asyncio.run(server.run(ready))
    print("ended", flush=True)
    return DONE


COMMANDS = {"serve": serve}
