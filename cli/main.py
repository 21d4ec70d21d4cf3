"""The command line's root: finds the sub-command, parses its options, runs it, and ends it in one of four ways (endings.py)."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import io
import math
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence

from .. import __version__
from ..core.errors import HomebodyError, shown, unknown
from ..core.interrupts import raising
from ..core.parent import end_with
from .endings import DONE, INTERRUPTED, REFUSED, report
from .extras import require_extra
from .plugins import load_plugins, take_plugins
from .streams import patient_streams, to_nowhere

COMMANDS: dict[str, tuple[str, str, str]] = {
    "prompt": ("prompt", "prompt", "run the robot on a sentence, write a film, print the verdict"),
    "chat": ("chat", "chat", "tell the robot one thing after the other in one lasting world"),
    "tasks": ("tasks", "tasks", "list the tasks, their instructions and predicates"),
    "robots": ("tasks", "robots", "list the robots"),
    "axes": ("tasks", "axes", "list the axes along which episodes may differ, with their ranges"),
    "collect": ("collect", "collect", "record demonstrations in simulation"),
    "glance": ("glance", "glance", "take labelled pictures of moments far apart, for the eyes to learn from"),
    "teleop": ("teleop", "teleop", "teach the robot by hand in the browser"),
    "data info": ("data", "info", "what a data set holds"),
    "data list": ("data", "list", "its episodes"),
    "data verify": ("data", "verify", "check every stream against its checksum"),
    "data replay": ("data", "replay", "act the episodes out again and compare states bit for bit"),
    "data log": ("data", "log", "its history of commits"),
    "train policy": ("train", "policy", "train the language-conditioned policy on data sets"),
    "train head": ("train", "head", "train the head that moves by marks and touch, without pictures"),
    "train eyes": ("train", "eyes", "train the eyes that find an instruction's goal in pictures"),
    "train join": ("parts", "join", "one policy of eyes and a head"),
    "train split": ("parts", "split", "eyes and a head of one policy"),
    "train listener": ("train_listener", "listener", "train the model of instructions on the corpus of sentences"),
    "train world-model": ("train", "world-model", "train the world model on whole attempts"),
    "imagine": ("imagine", "imagine", "film what the world model expected beside what happened"),
    "train rl": ("train_rl", "rl", "learn by trial, from state or as a residual on a frozen policy"),
    "bench": ("bench", "bench", "evaluate a policy: raw lines, intervals, a report"),
    "bench verify": ("bench_verify", "verify", "run episodes of an evaluation again: are its records what happens?"),
    "sequences": ("sequences", "sequences", "measure how often both things that a sentence asks for are done"),
    "compare": ("bench", "compare", "compare two benchmark runs, paired"),
    "serve": ("serve", "serve", "serve a policy to robots over a websocket"),
    "robot": ("robot", "robot", "run a simulated or real arm by a policy server"),
    "motion": ("motion", "motion", "hold the expert's motion against the arm's limits, in every physics step"),
    "speed": ("speed", "speed", "measure this machine's throughput, peers beside it"),
    "identify": ("identify", "identify", "friction, damping, payload and delay of an arm from a log of its joints"),
    "calibrate": ("calibrate", "calibrate", "a camera's lens and place from pictures of a printed board"),
    "doctor": ("doctor_command", "doctor", "what works here, what is missing and how to get it"),
}
"""Words typed -> module in `cli/`, key of its COMMANDS, one line of help."""
EXTRAS = {"teleop": "teleop", "train rl": "rl", "serve": "serve", "robot": "serve"}
"""Commands that run only with an extra."""
EXAMPLES = (
    'homebody prompt "open the top drawer"',
    "homebody collect --tasks pick_up --episodes 20 --out out/picks",
    "homebody bench --policy homebody --episodes 50 --out out/bench",
)
FOOT = (
    "`homebody COMMAND --help` explains each option. Every command takes --plugin PACKAGE.MODULE, once or more: a module of your own",
    "that registers tasks, objects, sensors, arms or policies; and --debug: tracebacks.",
)
LARGEST = 2**31 - 1
"""The largest whole number that options take: seeds, indices and counts go to parts that hold 32 bits."""


def overview() -> str:
    """The text of `homebody --help`."""
    width = max(map(len, COMMANDS))
    lines = [f"homebody {__version__}: prompt, teach and measure a household robot in simulation", "", "commands:"]
    lines += [f"  {name:<{width}}  {text}" for name, (_, _, text) in COMMANDS.items()]
    return "\n".join([*lines, "", "examples:", *(f"  {e}" for e in EXAMPLES), "", *FOOT])


def find_command(words: Sequence[str]) -> tuple[str, list[str]]:
    """The command that `words` begin with, and the words after it. Raises HomebodyError with the nearest names."""
    for count in (2, 1):
        name = " ".join(words[:count])
        if len(words) >= count and name in COMMANDS:
            return name, list(words[count:])
    first = words[0]
    group = [c for c in COMMANDS if c.startswith(first + " ")]
    if group and len(words) > 1 and not words[1].startswith("-"):
        raise unknown(f"command of `{first}`", words[1], [c.split()[1] for c in group])
    if group:
        raise HomebodyError(f"`homebody {first}` needs a command: expected one of {', '.join(c.split()[1] for c in group)}")
    raise unknown("command", first, sorted({c.split()[0] for c in COMMANDS}))


def _condense(text: str) -> str:
    """tyro's boxed complaint as one line."""
    plain = re.sub(r"[\u2500-\u257f]+|-{3,}", " ", text)
    lines = [" ".join(line.split()) for line in plain.splitlines()]
    useful = [
        line for line in lines if line and not re.match(r"^(Parsing error|Required options|For full helptext|homebody .*--help$)", line)
    ]
    return " ".join(useful)[:300] or "the options could not be read"


def _options(function: Callable[..., int]) -> dict[str, inspect.Parameter]:
    """By how they are typed, the options of a command."""
    parameters = inspect.signature(function).parameters.items()
    return {f"--{('json' if n == 'json_path' else n).replace('_', '-')}": p for n, p in parameters}


def _check_options(function: Callable[..., int], words: Sequence[str]) -> None:
    """Raises HomebodyError with the nearest name for an option that `function` does not have."""
    known = _options(function)
    for word in words:
        option = word.split("=")[0].replace("_", "-")
        if option.startswith("--") and option not in known and option.replace("--no-", "--", 1) not in known:
            raise unknown("option", option, sorted(known))


def _joined(function: Callable[..., int], words: Sequence[str]) -> list[str]:
    """`words` with texts that begin with a single dash, as a token may, tied to their options: they are no options themselves."""
    texts = {n for n, p in _options(function).items() if "str" in str(p.annotation)}
    out: list[str] = []
    for word in words:
        if out and out[-1].replace("_", "-") in texts and re.match(r"-[^-]", word):
            out[-1] += f"={word}"
        else:
            out.append(word)
    return out


def _check_numbers(given: Mapping[str, object]) -> None:
    """Raises HomebodyError for a number that nothing could be done with."""
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, int) and abs(value) > LARGEST:
            raise HomebodyError(f"{option} is {shown(str(value))}: expected a whole number between {-LARGEST} and {LARGEST}")
        if isinstance(value, float) and not math.isfinite(value):
            raise HomebodyError(f"{option} is {value}: expected a finite number")


def run_command(name: str, words: list[str]) -> int:
    """Parses the command's options, looks at the paths it will write to and runs it."""
    try:
        import tyro
    except ModuleNotFoundError:
        if name != "doctor":
            raise
        from .doctor import without_tyro

        return without_tyro(words)  # it must run whatever is missing
    helps = "--help" in words or "-h" in words
    if name in EXTRAS and not helps:
        require_extra(EXTRAS[name], f"`homebody {name}`")
    from .outputs import check_outputs

    module, key, _ = COMMANDS[name]
    function: Callable[..., int] = importlib.import_module(f".{module}", __package__).COMMANDS[key]
    if helps:
        tyro.cli(function, prog=f"homebody {name}", args=words)
    _check_options(function, words)
    words = _joined(function, words)
    complaint = io.StringIO()
    call = None
    with contextlib.redirect_stderr(complaint), contextlib.redirect_stdout(complaint):
        try:
            call = tyro.cli(_deferred(function), prog=f"homebody {name}", args=words)
        except SystemExit as stop:
            if stop.code == 0:
                raise
    if call is None:
        raise HomebodyError(f"{_condense(complaint.getvalue())} (see `homebody {name} --help`)")
    given = inspect.signature(function).bind(*call.args, **call.keywords)
    given.apply_defaults()
    _check_numbers(given.arguments)
    check_outputs(function, given.arguments)
    return call()


def _deferred(function: Callable[..., int]) -> Callable[..., functools.partial[int]]:
    """`function` with the same signature that returns the call instead of making it: parsing and running stay apart."""

    @functools.wraps(function)
    def wrapper(*positional: object, **named: object) -> functools.partial[int]:
        return functools.partial(function, *positional, **named)

    wrapper.__annotations__ = {k: v for k, v in function.__annotations__.items() if k != "return"}
    return wrapper


def _finish(words: list[str], *, debug: bool) -> int:
    """Runs a command to its exit code."""
    try:
        end_with()
        words, modules = take_plugins(words)
        name, options = find_command(words)
        load_plugins(modules)
        code = run_command(name, options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # the one place where foreign errors end
        if debug:
            traceback.print_exc()
            return REFUSED
        return report(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 done with a negative outcome, 2 bad input, a missing extra or a full disk, 130 interrupted."""
    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [w for w in words if w != "--debug"]
    with patient_streams(), raising():
        try:
            if not words or words[0] in ("--help", "-h", "help"):
                print(overview())
            elif words[0] == "--version":
                print(f"homebody {__version__}")
            else:
                return _finish(words, debug=debug)
            sys.stdout.flush()
            return DONE
        except OSError as error:  # standard output itself cannot be written to
            return report(error)


def entry() -> None:
    """What the installed command calls: nothing can be said any more after `main`, not even by the interpreter's last flush."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, AttributeError):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                to_nowhere(stream)
    sys.exit(code)


if __name__ == "__main__":
    entry()
