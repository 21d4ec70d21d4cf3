"""Random argument lists for every command, each run in a process of its own: `python tests/cli/fuzzing.py --first 0 --count 200`.

One process imports what commands import and forks once a case, which costs milliseconds instead of seconds. A case that runs on
longer than LIMIT_S has understood its arguments: it gets Ctrl-C and must end. What is wrong with a case is printed as a line of JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

LIMIT_S = 3.0
"""A case runs so long before it is interrupted [s]."""
PATIENCE_S = 60.0
"""So long may it take to end then [s]."""
CODES = (0, 1, 2, 130)
WHOLE = ("0", "1", "2", "3", "7", "-1", "-7", "2147483647", "2147483648", "9223372036854775808", "1e3", "1.5", "0x10", "", "nan", "many", "٣",
         " 2", "1_0", "--", "-", "+1", "00", "1" * 300)  # fmt: skip
REAL = ("0", "0.5", "1", "-0.5", "nan", "inf", "-inf", "1e308", "1e-308", "1e400", "", "x", "0,5", "50%", "3", "0.001", "-", "1e5")
TEXT = ("", " ", "x", "all", "core", "panda", "so101", "homebody", "expert", "zero", "random", "parrot", "train", "heldout", "cpu", "cuda", "on",
        "open_drawer", "open_fridge", "open_drawer,pick_up", ",", ",,x", "a=b", "drawer_friction=3", "object_mass=nan", "object_mass=0..4",
        "object_mass=", "=", "../x", "é", "\U0001f916", "\udcff\udcfe", "a" * 5000, "a\nb", "\x1b[31m", "{}", "[", "%s%n", "None", "-x", "--out",
        "auto", "127.0.0.1:1", "localhost:99999", "ws://x", "ws://127.0.0.1:9", "0.0.0.0", "::1", "open the top drawer", "pick up", "7x5", "0x0",
        "swap", "empty", "*", "$HOME", "~")  # fmt: skip
PATHS = ("", ".", "..", "/", "new", "new/deep/er", "file", "file/x", "folder", "empty", "loop", "gone", "set", "cut", "policy", "torn", "bench",
         "n" * 300, "é/ü", "\udcff", "a b", "-x", "~", "zero.csv", "zero.npz", "zero.json", "log.csv", "broken.json", "list.json", "x.pdf", "x.png",
         "/dev/null", "/dev/full", "/proc/self/x", "/etc/passwd/x", "folder/")  # fmt: skip
PROGRESS = 50


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What was wrong with a case."""

    number: int
    words: list[str]
    code: int
    what: str
    error: str


def prepare(folder: Path) -> None:
    """The things that paths may lead to: a data set, a checkpoint, and damaged ones of each."""
    folder.mkdir()
    with contextlib.chdir(folder):
        for line in (
            "collect --tasks open_drawer --episodes 1 --image-size 32 --out set",
            "train policy --data set --steps 2 --batch 4 --threads 1 --out policy",
            "bench --policy zero --tasks open_drawer --episodes 1 --films 0 --out bench",
        ):  # not in this process: what a store starts does not survive a fork
            subprocess.run([sys.executable, "-m", "homebody.cli.main", *line.split()], check=True, capture_output=True)
        shutil.copytree("set", "cut")
        for chunk in Path("cut/chunks").iterdir():
            os.truncate(chunk, chunk.stat().st_size // 2)
        shutil.copytree("policy", "torn")
        os.truncate("torn/model.safetensors", 1000)
        Path("empty").mkdir()
        Path("folder/inside").mkdir(parents=True)
        Path("folder/cat.jpg").write_bytes(b"\xff\xd8\xff")
        Path("file").write_text("mine")
        Path("loop").symlink_to("loop")
        Path("gone").symlink_to("not/there")
        for name in ("zero.csv", "zero.npz", "zero.json"):
            Path(name).touch()
        Path("log.csv").write_text("time_s,q1,command1\n0,0,0\n1,x,0\n")
        Path("broken.json").write_text('{"robot": ')
        Path("list.json").write_text("[1, 2]")


def value(rng: random.Random, hint: Any) -> list[str]:
    """A value for a parameter, mostly of its kind."""
    hint = get_args(hint)[0] if hasattr(hint, "__metadata__") else hint
    options = [h for h in get_args(hint) if h is not type(None)] if type(None) in get_args(hint) else [hint]
    hint = options[0]
    if get_origin(hint) is Literal and rng.random() < 0.6:
        return [str(rng.choice(get_args(hint)))]
    if get_origin(hint) is tuple:
        return [w for _ in range(rng.choice((0, 1, 1, 2))) for w in value(rng, get_args(hint)[0])]
    if rng.random() < 0.08:
        return [rng.choice(rng.choice((WHOLE, REAL, TEXT, PATHS)))]
    pools = {int: WHOLE, float: REAL, str: TEXT, Path: PATHS}
    return [] if hint is bool else [rng.choice(pools.get(hint, TEXT))]


def arguments(number: int) -> list[str]:
    """The words of case `number`, a function of it alone."""
    from homebody.cli.main import COMMANDS

    rng = random.Random(number)
    name = rng.choice(list(COMMANDS))
    module, key, _ = COMMANDS[name]
    function = sys.modules[f"homebody.cli.{module}"].COMMANDS[key]
    hints, words = get_type_hints(function, include_extras=True), name.split()
    for parameter in inspect.signature(function).parameters.values():
        required, hint = parameter.default is parameter.empty, hints[parameter.name]
        if parameter.kind is parameter.POSITIONAL_ONLY or "Positional" in str(getattr(hint, "__metadata__", "")):
            words += value(rng, hint) if rng.random() < 0.85 else []
        elif rng.random() < (0.95 if required else 0.2):
            option = "--" + ("json" if parameter.name == "json_path" else parameter.name).replace("_", "-")
            words += [option, *value(rng, hint)]
    if rng.random() < 0.1:
        words.insert(rng.randrange(len(words) + 1), rng.choice(TEXT + PATHS + WHOLE))
    if rng.random() < 0.03:
        words = words[: rng.randrange(len(words) + 1)]
    return [w.replace("\0", "") for w in words]


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every path below a folder, with its size and time of change."""
    return {str(p.relative_to(folder)): (s.st_size, s.st_mtime_ns) for p in folder.rglob("*") if (s := p.lstat())}


def run(words: list[str], folder: Path) -> tuple[int, str, bool]:
    """Exit code (-1 where it had to be killed), what it said on standard error, whether it was interrupted."""
    error = folder.parent / f"{folder.name}.err"
    pid = os.fork()
    if not pid:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
        os.chdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        os.dup2(os.open(error, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        from homebody.cli.main import main

        code = 99
        try:
            code = main(words)
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 98
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    code, interrupted = _wait(pid, LIMIT_S), False
    if code is None:
        interrupted = True
        os.killpg(pid, signal.SIGINT)  # as a terminal does: to all that the command started
        code = _wait(pid, PATIENCE_S)
    if code is None:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # what it may have left behind
    text = error.read_text(errors="replace")
    error.unlink()
    return -1 if code is None else code, text, interrupted


def _wait(pid: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def fault_of(code: int, error: str, interrupted: bool, before: dict[str, Any], after: dict[str, Any]) -> str:
    """What is wrong with how a case ended; empty where nothing is."""
    lines = [line for line in error.splitlines() if line.startswith("error: ")]
    new = sorted(set(after) - set(before))
    if code not in CODES:
        return "it had to be killed" if code == -1 else "exit code"
    if "Traceback" in error or "Exception ignored" in error:
        return "a traceback"
    if any("a fault of Homebody" in line for line in lines):
        return "an unexpected error"
    if code == 2 and len(lines) != 1:
        return f"{len(lines)} error lines"
    if code == 2 and any(len(line) > 700 for line in lines):
        return "a line of more than 700 characters"
    if code == 2 and not interrupted and (new or any(after[k] != before[k] for k in set(after) & set(before) if after[k][0])):
        return f"refused, but it wrote {new[:5] or 'over what was there'}"
    if halves := [n for n in new if Path(n).name.endswith((".part", ".partial")) or Path(n).name.startswith(".x")]:
        return f"half written: {halves}"
    return ""


def cases(first: int, count: int, folder: Path) -> Iterator[Fault]:
    """Runs the cases and yields those that went wrong."""
    template, place = folder / "template", folder / "case"
    prepare(template)
    tally: dict[int, int] = {}
    for number in range(first, first + count):
        words = arguments(number)
        shutil.copytree(template, place, symlinks=True)
        before = tree(place)
        code, error, interrupted = run(words, place)
        tally[code] = tally.get(code, 0) + 1
        if what := fault_of(code, error, interrupted, before, tree(place)):
            yield Fault(number=number, words=words, code=code, what=what, error=error[-1500:])
        while place.exists():  # what was killed a moment ago may still be writing
            shutil.rmtree(place, ignore_errors=True)
        if (number - first + 1) % PROGRESS == 0:
            print(f"{number - first + 1}/{count} {tally}", file=sys.stderr, flush=True)


def main() -> int:
    import importlib

    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    from homebody.cli.main import COMMANDS

    modules = {f"homebody.cli.{module}" for module, _, _ in COMMANDS.values()}
    for name in (*sorted(modules), "homebody.envs.engine", "homebody.datasets.store", "torch", "homebody.world_model.train",
                 "homebody.policies.rl.train", "homebody.policies.serving.server", "homebody.teleop.drive", "homebody.envs.registry"):  # fmt: skip
        importlib.import_module(name)
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        for fault in cases(options.first, options.count, Path(folder)):
            faults += 1
            print(json.dumps(asdict(fault)), flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
