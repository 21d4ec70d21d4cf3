"""Workers on Ray: processes on this machine or on a cluster that do pieces of work and may die without harm.

Ray is imported inside functions only, so that nothing but `--workers` ever loads it. Every worker is one process with one
thread each for physics, pictures and network: Mesa's software renderer, which has crashed with two drawing threads in one
process, has one here. Two ways to use workers: `crew.RayCrew` runs units of work (episodes) that any worker can do again;
`Team` calls methods of one object in each worker side by side (rollouts for reinforcement learning).
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..core.errors import HomebodyError
from ..core.interrupts import deferred
from .extras import require_extra
from .plugins import Site, site

MAX_WORKERS = 1024
CONNECT_S = 5.0
"""How long to wait for a cluster to answer [s]."""
STORE_BYTES = 1 << 30
"""Shared memory for results on their way; more goes to disk."""
LOCAL_TRIES = 3
"""How often to try to start a cluster on this machine."""
SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""HTTP/2's first frame, in both directions: length (3 bytes), type 4, flags, stream (4 bytes); RFC 9113, section 3.4."""
START_TRIES = 4
"""How often in a row workers may die before they have started."""
SOCKET_ROOM = 30
"""Longest folder name that leaves room for Ray's socket names below it (107 bytes in all)."""


@dataclass(frozen=True, kw_only=True)
class ClusterConfig:
    """How many workers, and where."""

    workers: int
    """Worker processes, one thread each."""
    address: str | None = None
    """`HOST:PORT` of a running Ray cluster, or `auto` for the one on this machine; None starts one that ends with the command."""

    def __post_init__(self) -> None:
        if not 1 <= self.workers <= MAX_WORKERS:
            raise HomebodyError(f"workers is {self.workers}: expected 1 to {MAX_WORKERS}")
        if self.address is not None and self.address != "auto":
            _, _, port = self.address.rpartition(":")
            if "/" in self.address or not port.isdigit() or not 0 < int(port) < 65536:
                raise HomebodyError(f"ray address is {self.address!r}: expected HOST:PORT of a running cluster, or auto")


def cluster_config(workers: int | None, ray: str | None) -> ClusterConfig | None:
    """The options `--workers` and `--ray`; None where the command runs in this process. Raises HomebodyError for bad ones, and
    where no cluster answers."""
    if workers is None:
        if ray is not None:
            raise HomebodyError(f"--ray {ray} needs --workers N: how many workers to start there")
        return None
    require_extra("ray", "--workers")
    config = ClusterConfig(workers=workers, address=ray)
    _knock(config.address)
    return config


def slots_each(slots: int, config: ClusterConfig) -> int:
    """Episodes side by side in each worker, for `slots` over all of them; one at least."""
    return -(-slots // config.workers)


def _set_environment(config: ClusterConfig) -> None:
    """Ray reads these when it is imported: it takes such settings in no other way."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if config.address is None:
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # meant for desktop systems: loopback addresses only
        if "RAY_AUTH_MODE" not in os.environ:  # whoever lacks this token cannot talk to the cluster
            os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}


@contextmanager
def cluster(config: ClusterConfig) -> Iterator[Any]:
    """Ray, connected: to `config.address`, or to a cluster of its own that is gone afterwards, files included."""
    _set_environment(config)
    import ray

    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    folder = None
    try:
        if config.address is None:
            folder = tempfile.mkdtemp(prefix="homebody-", dir="/tmp" if len(tempfile.gettempdir()) > SOCKET_ROOM else None)
            options = {"num_cpus": config.workers, "num_gpus": 0, "include_dashboard": False, "object_store_memory": STORE_BYTES}
            settings |= {**options, "_temp_dir": folder}
        _init(ray, config.address, settings)
        yield ray
    finally:
        with deferred():  # what is half shut down stays behind
            ray.shutdown()
            if folder:
                shutil.rmtree(folder, ignore_errors=True)


def _init(ray: Any, address: str | None, settings: dict[str, Any]) -> None:
    """ray.init; a cluster on this machine gets more than one chance, as Ray gives a busy one only 30 s to start."""
    for left in reversed(range(1 if address else LOCAL_TRIES)):
        try:
            ray.init(address=address or "local", **settings)
            return
        except Exception as error:  # Ray has no error of its own for this: it raises whatever its parts do
            ray.shutdown()
            if not left:
                raise _no_cluster(address, error) from error


def _no_cluster(address: str | None, error: Exception) -> HomebodyError:
    if address is None:
        return HomebodyError(f"Ray could not start workers on this machine: {_last_line(error)}")
    token = "one with a token wants RAY_AUTH_MODE=token and RAY_AUTH_TOKEN"
    return HomebodyError(f"no Ray cluster answers at {address}: {_last_line(error)} ({token})")


def _knock(address: str | None) -> None:
    """Raises HomebodyError where nobody speaks HTTP/2, the transport of Ray's gRPC; Ray itself would try for minutes."""
    if address in (None, "auto"):
        return
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_S) as line:
            line.settimeout(CONNECT_S)
            line.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS)
            answer = line.recv(9)
    except OSError as error:
        raise HomebodyError(f"no Ray cluster answers at {address}: {error.strerror or error}") from error
    if len(answer) < 4 or answer[3] != SETTINGS[3]:
        raise HomebodyError(f"no Ray cluster answers at {address}: what listens there is something else")


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__


class Host:
    """The actor: one process that holds one object. An error in the input comes back as a value, so that it stays one line."""

    def build(self, make: Callable[[], Any], where: Site) -> tuple[bool, Any]:
        """Makes the object where the user's own modules are known; the process's id."""
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        try:
            where.set_up()
            self._object = make()
        except HomebodyError as error:
            return False, str(error)
        return True, os.getpid()

    def call(self, method: str, arguments: Sequence[Any]) -> tuple[bool, Any]:
        try:
            return True, getattr(self._object, method)(*arguments)
        except HomebodyError as error:
            return False, str(error)


def value(answer: tuple[bool, Any]) -> Any:
    good, value = answer
    if not good:
        raise HomebodyError(value)
    return value


class Hosts:
    """Starts actors, and starts them again."""

    def __init__(self, ray: Any) -> None:
        self._ray, self._failures = ray, 0
        self._kind = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, scheduling_strategy="SPREAD")(Host)
        e = ray.exceptions
        self.deaths = (e.RayActorError, e.WorkerCrashedError, e.OutOfMemoryError, e.ObjectLostError, e.NodeDiedError)

    def start(self, make: Callable[[], Any]) -> tuple[Any, Any]:
        """A new actor, and the call that builds its object."""
        actor = self._kind.remote()
        return actor, actor.build.remote(make, site())

    def stop(self, actor: Any) -> None:
        self._ray.kill(actor)

    def started(self, answer: tuple[bool, Any]) -> int:
        """The process id of a worker that was built."""
        self._failures = 0
        return value(answer)

    def failed(self, error: BaseException) -> None:
        """A worker died before it was built. Raises HomebodyError when that goes on."""
        self._failures += 1
        if self._failures >= START_TRIES:
            raise HomebodyError(f"{self._failures} workers in a row died while they started: {_last_line(error)}")


@dataclass(frozen=True, kw_only=True)
class Lost:
    """The answer of a worker that died. It has been built again; what it knew is gone."""

    reason: str


class Team:
    """One object in each worker, called side by side: `with cluster(config) as ray: team = Team(ray, makes)`."""

    def __init__(self, ray: Any, makes: Sequence[Callable[[], Any]]) -> None:
        """makes[i], which travels to worker i, builds its object there."""
        self._ray, self._hosts, self._makes = ray, Hosts(ray), list(makes)
        started = [self._hosts.start(make) for make in self._makes]
        self._actors = [actor for actor, _ in started]
        for i, (_, call) in enumerate(started):
            self._finish_start(i, call)
        self.restarts = 0

    def call(self, method: str, arguments: Sequence[Sequence[Any]]) -> list[Any]:
        """Calls `method(*arguments[i])` of each worker's object; the answers in the same order, `Lost` from one that died."""
        calls = [actor.call.remote(method, tuple(a)) for actor, a in zip(self._actors, arguments, strict=True)]
        return [self._answer(i, call) for i, call in enumerate(calls)]

    def one(self, i: int, method: str, *arguments: Any) -> Any:
        """Calls a method of worker i's object only; `Lost` where it died."""
        return self._answer(i, self._actors[i].call.remote(method, arguments))

    def _answer(self, i: int, call: Any) -> Any:
        try:
            return value(self._ray.get(call))
        except self._hosts.deaths as error:
            self.restarts += 1
            self._restart(i)
            return Lost(reason=_last_line(error))

    def _restart(self, i: int) -> None:
        self._hosts.stop(self._actors[i])
        self._actors[i], call = self._hosts.start(self._makes[i])
        self._finish_start(i, call)

    def _finish_start(self, i: int, call: Any) -> None:
        try:
            self._hosts.started(self._ray.get(call))
        except self._hosts.deaths as error:
            self._hosts.failed(error)
            self._restart(i)
