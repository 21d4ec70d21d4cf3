"""Workers on a real Ray cluster: the same episodes as one process, whoever dies."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.benchmarks.records import read_records
from homebody.cli.cluster import ClusterConfig, Lost, Team, cluster
from homebody.cli.crew import RayCrew
from homebody.cli.main import main
from homebody.cli.remote_env import RemoteVectorEnv
from homebody.core.errors import HomebodyError
from homebody.datasets.store import Store
from homebody.datasets.workers import TRIES, Units
from homebody.envs.engine import HouseholdVectorEnv

CLUSTER = """
import sys
from homebody.cli.cluster import ClusterConfig, cluster
with cluster(ClusterConfig(workers=2)) as ray:
    print(ray.get_runtime_context().gcs_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where this module's cluster keeps its files; short, as they are sockets."""
    path = Path(tempfile.mkdtemp(prefix="hbtest-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A running cluster of another process, with a token that this one knows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        # Ray reads the token once a process: where another test has begun with one, that one holds.
        patch.setenv("RAY_AUTH_TOKEN", os.environ.get("RAY_AUTH_TOKEN") or secrets.token_hex(32))
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        run = subprocess.Popen(
            [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": str(folder)}, cwd=folder,
        )  # fmt: skip
        with run:
            assert run.stdin and run.stdout
            found = run.stdout.readline().strip()
            assert found, "the cluster did not start"
            yield found
            run.stdin.close()
    assert gone(folder) and not list(folder.glob("homebody-*"))


def processes(folder: Path, name: str = "") -> list[int]:
    """Processes with an open file in `folder` whose title begins with `name`."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if not (entry / "cmdline").read_text().startswith(name):
                continue
            if any(os.readlink(fd).startswith(str(folder)) for fd in (entry / "fd").iterdir()):
                found.append(int(entry.name))
        except (OSError, ValueError):
            continue
    return found


def hashes(dataset: Path) -> list[Any]:
    """Everything of each episode, in the order of the set, but the measured times."""
    out = []
    with Store.open(dataset) as store:
        for n in range(len(store)):
            meta = store.meta(n)
            del meta["checksums"]["times_s"]
            out.append(meta)
    return out


def gone(folder: Path) -> bool:
    """Whether the last process with files there ends soon: told to stop, one takes a moment on a busy machine."""
    deadline = time.monotonic() + 60
    while processes(folder) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not processes(folder)


def committed(dataset: Path) -> int:
    """Episodes in a data set that another process may just be making."""
    try:
        return len(Store.open(dataset))
    except HomebodyError:
        return 0


def collect(out: Path, *words: str) -> list[Any]:
    sizes = ["--image-size", "32", "--perturb", "0.5", "--randomize", "train", "--episodes", "3"]
    assert main(["collect", "--tasks", "open_drawer", *sizes, "--out", str(out), *words]) == 0
    return hashes(out)


def test_collect_makes_the_same_data_set_on_two_workers_and_on_any_number_of_slots(address: str, tmp_path: Path) -> None:
    one = collect(tmp_path / "one", "--slots", "1")
    assert [m["certificate"]["index"] for m in one] == [0, 1, 2]
    assert collect(tmp_path / "both", "--slots", "2") == one
    assert collect(tmp_path / "two", "--slots", "4", "--workers", "2", "--ray", address) == one


def test_bench_gives_the_same_records_and_summary_on_two_workers(address: str, tmp_path: Path) -> None:
    words = ["bench", "--policy", "expert", "--tasks", "open_drawer,pick_up", "--episodes", "3", "--language", "swap"]
    assert main([*words, "--slots", "2", "--out", str(tmp_path / "one")]) == 0
    assert main([*words, "--slots", "4", "--out", str(tmp_path / "two"), "--workers", "2", "--ray", address]) == 0
    assert read_records(tmp_path / "one") == read_records(tmp_path / "two")
    assert (tmp_path / "one" / "summary.json").read_text() == (tmp_path / "two" / "summary.json").read_text()


class Poisoned:
    """A work of numbers; episode 3 kills its worker, always."""

    def begin(self, group: str, slots: int) -> None:
        self.running: list[int] = []

    def advance(self, indices: list[int]) -> list[tuple[int, int]]:
        self.running += indices
        if 3 in self.running:
            os.kill(os.getpid(), signal.SIGKILL)
        return [(self.running.pop(), os.getpid())]

    def end(self) -> None:
        pass


class Counter:
    def add(self, n: int) -> int:
        self.total = getattr(self, "total", 0) + n
        return self.total

    def refuse(self) -> None:
        raise HomebodyError("not with me")

    def die(self, who: bool) -> str:
        if who:
            os.kill(os.getpid(), signal.SIGKILL)
        return "alive"


@pytest.fixture
def by_value() -> Iterator[None]:
    """This module's classes travel to workers whole: it has no name there."""
    import ray.cloudpickle

    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    ray.cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.mark.slow
@pytest.mark.usefixtures("by_value")
def test_an_episode_that_always_kills_its_worker_is_one_error_that_names_it(address: str) -> None:
    kept: dict[int, int] = {}
    crew = RayCrew(ClusterConfig(workers=2, address=address), Poisoned, slots=2)
    with pytest.raises(HomebodyError, match=f"episode 3 of 'numbers' has killed its worker {TRIES} times"):
        crew.run(Units({"numbers": range(9)}, lambda _, index, pid: kept.__setitem__(index, pid)))
    assert sorted(kept) == [0, 1, 2, 4, 5, 6, 7, 8] and crew.restarts == TRIES
    assert os.getpid() not in kept.values()


@pytest.mark.slow
@pytest.mark.usefixtures("by_value")
def test_a_team_answers_in_order_and_builds_the_dead_again(address: str) -> None:
    with cluster(ClusterConfig(workers=2, address=address)) as ray:
        team = Team(ray, [Counter, Counter])
        assert team.call("add", [(1,), (10,)]) == [1, 10]
        assert team.call("add", [(1,), (10,)]) == [2, 20]
        with pytest.raises(HomebodyError, match="not with me"):
            team.call("refuse", [(), ()])
        alive, lost = team.call("die", [(False,), (True,)])
        assert alive == "alive" and isinstance(lost, Lost)
        assert team.call("add", [(1,), (10,)]) == [3, 10] and team.restarts == 1


def test_rollouts_on_workers_are_those_of_one_engine_even_when_a_worker_is_killed(address: str, folder: Path) -> None:
    make = partial(HouseholdVectorEnv, "open_drawer", cameras=(), privileged=True, reward="dense", threads=1)
    rng = np.random.default_rng(0)
    with cluster(ClusterConfig(workers=2, address=address)) as ray:
        there, here = RemoteVectorEnv(ray, make, 3, 2), make(num_envs=3)
        assert there.single_observation_space == here.single_observation_space
        for t in range(24):
            if t in (0, 9, 15):
                mask = np.array([True, t != 15, t == 0])
                options = {"index": t + np.arange(mask.sum()), "reset_mask": mask, "axes": [{"object_mass": 1.2}] * mask.sum()}
                same(there.reset(options=options), here.reset(options=options))
            if t in (5, 19):
                os.kill(processes(folder, "ray::Host")[0], signal.SIGKILL)
            actions = here.held_actions() + rng.normal(0, 0.05, (3, 8))
            same(there.step(actions), here.step(actions))
        assert there.restarts == 2


def same(a: Any, b: Any) -> None:
    """Equal to the last bit, whatever the nesting."""
    if isinstance(a, dict):
        assert a.keys() == b.keys()
        for k in a:
            same(a[k], b[k])
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            same(x, y)
    else:
        assert np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "0"], "workers is 0: expected 1 to"),
        (["--workers", "-2"], "workers is -2: expected 1 to"),
        (["--ray", "auto"], "--ray auto needs --workers N"),
        (["--workers", "2", "--ray", "here"], "ray address is 'here': expected HOST:PORT"),
        (["--workers", "2", "--ray", "127.0.0.1:9"], "no Ray cluster answers at 127.0.0.1:9"),
    ],
)
@pytest.mark.parametrize("command", [["bench", "--policy", "expert"], ["collect"]])
def test_bad_workers_are_one_line_and_nothing_is_written(
    command: list[str], words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--tasks", "pick_up", "--episodes", "1", "--out", str(tmp_path / "out"), *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {said}") and len(error.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_port_where_something_else_listens_is_told_apart_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as line:
                line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        start = time.monotonic()
        port = server.getsockname()[1]
        words = ["bench", "--policy", "zero", "--episodes", "1", "--out", str(tmp_path / "out"), "--workers", "1"]
        assert main([*words, "--ray", f"127.0.0.1:{port}"]) == 2
        assert time.monotonic() - start < 10
    assert "what listens there is something else" in capsys.readouterr().err


def test_without_ray_the_extra_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homebody.cli.extras._fault", lambda _: "missing")
    assert main(["bench", "--policy", "zero", "--workers", "2", "--out", str(tmp_path / "out")]) == 2
    assert "pip install 'homebody[ray]'" in capsys.readouterr().err


def test_without_workers_ray_is_never_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from homebody.cli.main import main; "
        f"main(['bench', '--policy', 'zero', '--tasks', 'pick_up', '--episodes', '1', '--out', {str(tmp_path / 'b')!r}]); "
        f"main(['collect', '--tasks', 'pick_up', '--episodes', '1', '--image-size', '32', '--out', {str(tmp_path / 'c')!r}]); "
        "sys.exit('ray' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, cwd=tmp_path).returncode == 0
    assert (tmp_path / "b" / "summary.json").exists() and len(Store.open(tmp_path / "c")) == 1


def kill_three_times(folder: Path, progress: Callable[[], int]) -> tuple[threading.Thread, list[int]]:
    """Kills a worker three times, each time after at least one more episode was committed."""
    killed: list[int] = []

    def hunt() -> None:
        seen, deadline = 0, time.monotonic() + 500
        while len(killed) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
            prey = [p for p in processes(folder, "ray::Host") if p not in killed]
            if prey and progress() > seen:
                seen = progress()
                os.kill(prey[len(killed) % len(prey)], signal.SIGKILL)
                killed.append(prey[len(killed) % len(prey)])

    thread = threading.Thread(target=hunt)
    thread.start()
    return thread, killed


@pytest.mark.slow
def test_collect_loses_and_doubles_nothing_when_workers_are_killed_three_times(address: str, folder: Path, tmp_path: Path) -> None:
    words = ["collect", "--tasks", "pick_up", "--image-size", "32", "--perturb", "0.5", "--episodes", "16", "--slots", "4"]
    assert main([*words, "--out", str(tmp_path / "one")]) == 0
    hunter, killed = kill_three_times(folder, lambda: committed(tmp_path / "two"))
    assert main([*words, "--out", str(tmp_path / "two"), "--workers", "2", "--ray", address]) == 0
    hunter.join()
    assert len(set(killed)) == 3
    assert hashes(tmp_path / "two") == hashes(tmp_path / "one")


@pytest.mark.slow
def test_bench_loses_and_doubles_nothing_when_workers_are_killed_three_times(address: str, folder: Path, tmp_path: Path) -> None:
    lines = tmp_path / "two" / "episodes.jsonl"
    words = ["bench", "--policy", "expert", "--tasks", "pick_up,open_drawer", "--episodes", "60", "--slots", "4"]
    assert main([*words, "--out", str(tmp_path / "one")]) == 0
    hunter, killed = kill_three_times(folder, lambda: lines.read_bytes().count(b"\n") if lines.exists() else 0)
    assert main([*words, "--out", str(tmp_path / "two"), "--workers", "2", "--ray", address]) == 0
    hunter.join()
    assert len(set(killed)) == 3
    assert len(lines.read_text().splitlines()) == 120
    assert read_records(tmp_path / "two") == read_records(tmp_path / "one")


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_finished_and_leaves_no_process_behind(folder: Path, tmp_path: Path) -> None:
    own = folder / "own"
    own.mkdir()
    command = [sys.executable, "-m", "homebody.cli.main", "collect", "--tasks", "pick_up", "--episodes", "500", "--image-size", "32"]
    command += ["--slots", "4", "--workers", "2", "--out", str(tmp_path / "set"), "--json", str(tmp_path / "r.json")]
    run = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=tmp_path, env={**os.environ, "TMPDIR": str(own)}
    )
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and not committed(tmp_path / "set"):
        time.sleep(0.2)
    assert processes(own)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 1 and "Traceback" not in said
    report = json.loads((tmp_path / "r.json").read_text())
    assert 0 < report["kept"] == len(Store.open(tmp_path / "set")) < 500
    assert gone(own) and not list(own.iterdir())
