"""Trust, checked: every stream against its checksum, every episode against its certificate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..core.errors import HomebodyError
from ..core.types import Certificate
from .folder import why
from .store import Store, checksum

JERK_LIMIT = 3.0
"""Largest jump of a joint target between frames [rad]: the arm's speed limit allows 0.13."""


class ReplayEnv(Protocol):
    """What replay needs of the engine: one slot."""

    def reset(self, *, seed: Any = None, options: Any = None) -> Any: ...
    def step(self, actions: np.ndarray) -> Any: ...
    def state_hash(self, i: int) -> str: ...


def verify(path: Path) -> dict[str, Any]:
    """Checks every episode; keys `episodes`, `frames`, `problems` (one line each)."""
    with Store.open(path) as store:
        problems, frames = list[str](), 0
        for number in range(len(store)):
            try:
                meta = store.meta(number)
                frames += int(meta["length"])
                problems += _problems(store, number, meta)
            except (HomebodyError, KeyError, ValueError, TypeError) as error:
                problems.append(f"episode {number}: its description cannot be read ({why(error.__cause__ or error)})")
        if frames != store.info()["frames"] and not problems:
            problems.append(f"the episodes hold {frames} frames, the data set counts {store.info()['frames']}")
        return {"episodes": len(store), "frames": frames, "problems": problems}


def _problems(store: Store, number: int, meta: dict[str, Any]) -> list[str]:
    found: list[str] = []
    shapes, values = store.shapes(number), dict[str, np.ndarray]()
    for name, expected in meta["checksums"].items():
        if name not in shapes:
            found.append(f"episode {number}: stream {name!r} is missing")
            continue
        try:
            value = values[name] = store.read(number, name)
        except HomebodyError as error:
            found.append(f"episode {number}: stream {name!r} cannot be read ({why(error.__cause__ or error)})")
            continue
        if checksum(value) != expected:
            found.append(f"episode {number}: stream {name!r} does not match its checksum")
        elif value.dtype.kind == "f" and not np.isfinite(value).all():
            found.append(f"episode {number}: stream {name!r} holds a number that is not finite")
    if found:
        return found
    times, action = values["times_s"], values["action"]
    if len(times) != meta["length"]:
        found.append(f"episode {number}: {len(times)} frames, {meta['length']} announced")
    if (np.diff(times) <= 0).any():
        found.append(f"episode {number}: times do not grow")
    if np.abs(np.diff(action[:, :-1], axis=0)).max(initial=0) > JERK_LIMIT:
        found.append(f"episode {number}: joint targets jump by more than {JERK_LIMIT} rad")
    return found


def replay(path: Path, make_env: Callable[[Certificate], ReplayEnv], episodes: Sequence[int] | None = None,
           progress: Callable[[int, str], None] = lambda *_: None) -> dict[str, Any]:  # fmt: skip
    """Acts every episode out again from its index; keys `episodes`, `equal`, `successes`, `different` (numbers)."""
    report: dict[str, Any] = {"episodes": 0, "equal": 0, "successes": 0, "different": []}
    envs: dict[tuple[str, str, str], ReplayEnv] = {}
    with Store.open(path) as store:
        for number in range(len(store)) if episodes is None else episodes:
            meta = store.meta(number)
            certificate = Certificate.from_json(meta["certificate"])
            key = (certificate.task, certificate.robot, certificate.split)
            if key not in envs:
                envs[key] = make_env(certificate)
            equal, success = _act_out(envs[key], certificate, store.stream(number, "action"))
            report["episodes"] += 1
            report["equal"] += equal
            report["successes"] += success
            if not equal:
                report["different"].append(number)
            progress(report["episodes"], f"{report['equal']} equal")
    return report


def _act_out(env: ReplayEnv, certificate: Certificate, actions: np.ndarray) -> tuple[bool, bool]:
    try:
        env.reset(options={"index": [certificate.index], "goal": [certificate.goal], "axes": [certificate.axes]})
    except HomebodyError:
        return False, False
    equal = env.state_hash(0) == certificate.initial_hash
    info: dict[str, Any] = {"success": [False]}
    for action in actions:
        *_, info = env.step(np.asarray(action, np.float32)[None])
    return equal and env.state_hash(0) == certificate.final_hash, bool(info["success"][0])
