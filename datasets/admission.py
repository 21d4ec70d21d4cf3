"""What a data set takes: every stream and every word of an episode is looked at before anything is written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..core.errors import HomebodyError, shown
from ..core.robots import robot_named
from ..core.types import TAXELS, Certificate, Episode, Goal, Span

NUMERIC = ("action", "intervention", "times_s", "initial_state")
"""Streams of every episode beside its observations."""
SENSES = ("tactile", "proprio")
"""Observations of every episode beside the pictures."""
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""What a camera, an observation or a label may be called: it becomes the name of an array."""


def check_facts(robot: str, cameras: Sequence[str], image_size: int, control_hz: int) -> None:
    """Raises HomebodyError for what no data set can be made for."""
    robot_named(robot)
    if isinstance(cameras, str) or len(set(cameras)) < len(cameras):
        raise HomebodyError(f"cameras is {cameras!r}: expected a list of different names, as in ('scene', 'wrist'), or () for no pictures")
    for camera in cameras:
        _name("camera", camera, taken=(*NUMERIC, *SENSES))
        if f"{camera}_ends" in cameras:
            raise HomebodyError(f"cameras {camera!r} and {camera + '_ends'!r} collide: expected another name for the second")
    for what, value in (("image size", image_size), ("control rate", control_hz)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise HomebodyError(f"{what} is {value!r}: expected a whole number, 1 or more")


def check_streams(episode: Episode, facts: Mapping[str, Any]) -> None:
    """Raises HomebodyError for numbers or pictures that do not fit a data set with these `facts` (robot, cameras, image_size)."""
    robot, cameras, size = robot_named(facts["robot"]), tuple(facts["cameras"]), int(facts["image_size"])
    if not isinstance(episode.action, np.ndarray) or episode.action.ndim != 2:
        raise HomebodyError(f"action is {_what(episode.action)}: expected float32 (T, {robot.action_dim}) for {robot.name}")
    T = episode.length
    if T < 1:
        raise HomebodyError("the episode has no frames: expected one or more")
    for name in (*cameras, *SENSES):
        if name not in episode.observation:
            kind = "camera" if name in cameras else "observation"
            raise HomebodyError(f"{kind} {name!r} is missing: expected {', '.join((*cameras, *SENSES))}")
    for name, value in episode.observation.items():
        if name not in cameras:
            _name("observation", name, taken=(*NUMERIC, *(f"{c}_ends" for c in cameras)))
            _no_picture(name, value, cameras)
    for name in episode.labels:
        _name("label", name, taken=())
    streams = {**episode.observation, "action": episode.action, "intervention": episode.intervention, "times_s": episode.times_s}
    for name, value in (streams | {f"label {n!r}": v for n, v in episode.labels.items()}).items():
        _numbers(name, value)
        if value.ndim == 0 or len(value) != T:
            raise HomebodyError(f"stream {name!r} has {len(value) if value.ndim else 'no'} frames: expected {T}")
    for camera in cameras:
        value = episode.observation[camera]
        if value.dtype != np.uint8:
            raise HomebodyError(f"camera {camera!r} has pictures of {value.dtype}: expected uint8, 0 to 255")
        if value.shape != (T, size, size, 3):
            raise HomebodyError(f"camera {camera!r} has pictures of shape {value.shape}: expected ({T}, {size}, {size}, 3)")
    _exactly("action", episode.action, np.float32, (T, robot.action_dim), robot.name)
    _exactly("proprio", episode.observation["proprio"], np.float32, (T, robot.proprio_dim), robot.name)
    _exactly("tactile", episode.observation["tactile"], np.float32, (T, *TAXELS), robot.name)
    _exactly("intervention", episode.intervention, np.bool_, (T,), robot.name)
    _exactly("times_s", episode.times_s, np.float64, (T,), robot.name)
    steps = np.diff(episode.times_s)
    if (steps <= 0).any():
        t = int(np.argmax(steps <= 0))
        raise HomebodyError(
            f"times_s does not grow: {episode.times_s[t]:g} s at frame {t}, then {episode.times_s[t + 1]:g} s; expected each later than the last"
        )
    _numbers("initial_state", episode.initial_state)
    if episode.initial_state.dtype != np.float64 or episode.initial_state.ndim != 1 or not episode.initial_state.size:
        raise HomebodyError(
            f"initial_state is {_what(episode.initial_state)}: expected float64 (N,), the physics state before the first action"
        )


def describe(episode: Episode, facts: Mapping[str, Any]) -> dict[str, Any]:
    """All of an episode but its streams, as plain JSON. Raises HomebodyError for what does not fit a data set with these `facts`."""
    certificate = episode.certificate
    if not isinstance(certificate, Certificate) or not isinstance(certificate.goal, Goal):
        raise HomebodyError(f"certificate is {_what(certificate)}: expected a Certificate with its Goal")
    if certificate.robot != facts["robot"]:
        raise HomebodyError(f"the episode is of robot {certificate.robot!r}: this data set is of {facts['robot']!r}; choose another folder")
    if isinstance(certificate.index, bool) or not isinstance(certificate.index, int) or certificate.index < 0:
        raise HomebodyError(f"certificate.index is {certificate.index!r}: expected a whole number, 0 or more")
    texts = {n: getattr(episode, n) for n in ("instruction", "policy", "recipe")}
    texts |= {
        f"certificate.{n}": getattr(certificate, n) for n in ("task", "split", "model_hash", "engine", "cpu", "initial_hash", "final_hash")
    }
    texts |= {"certificate.goal.task": certificate.goal.task, "certificate.goal.target": certificate.goal.target}
    for name, value in texts.items():
        if not isinstance(value, str) or not (value.strip() or name == "recipe"):
            raise HomebodyError(f"{name} is {shown(repr(value))}: expected text")
    if isinstance(episode.paraphrases, str) or not all(isinstance(p, str) for p in episode.paraphrases):
        raise HomebodyError(f"paraphrases is {shown(repr(episode.paraphrases))}: expected a list of texts")
    for name, value in (("success", episode.success), *((f"predicate {k!r}", v) for k, v in episode.predicates.items())):
        if not isinstance(value, bool | np.bool_):
            raise HomebodyError(f"{name} is {value!r}: expected True or False")
    if not isinstance(episode.credit, int | float | np.floating) or not 0 <= episode.credit <= 1:
        raise HomebodyError(f"credit is {episode.credit!r}: expected a share between 0 and 1")
    out = {
        "instruction": episode.instruction, "paraphrases": list(episode.paraphrases),
        "predicates": {k: bool(v) for k, v in episode.predicates.items()}, "success": bool(episode.success), "credit": float(episode.credit),
        "spans": [_span(s, episode.length) for s in episode.spans], "policy": episode.policy, "recipe": episode.recipe,
        "certificate": certificate.to_json(), "length": episode.length, "goals": [g.to_json() for g in episode.goals],
        "roles": dict(episode.roles),
    }  # fmt: skip
    _plain("", out)
    return out


def _span(span: Span, length: int) -> dict[str, Any]:
    bounds = (span.start, span.stop)
    if not isinstance(span.name, str) or any(isinstance(b, bool) or not isinstance(b, int | np.integer) for b in bounds):
        raise HomebodyError(f"span {span!r}: expected a name and two whole numbers")
    if not 0 <= span.start < span.stop <= length:
        raise HomebodyError(f"span {shown(span.name)!r} is [{span.start}, {span.stop}): expected frames of [0, {length}), at least one")
    return {"name": span.name, "start": int(span.start), "stop": int(span.stop)}


def _plain(place: str, value: Any) -> None:
    """Raises HomebodyError for what JSON does not have."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise HomebodyError(f"{place or 'the episode'} has the key {key!r}: expected text")
            _plain(f"{place}.{key}" if place else key, inner)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            _plain(f"{place}[{i}]", inner)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise HomebodyError(f"{place} is {value}: expected a finite number")
    elif value is not None and not isinstance(value, str | bool | int):
        raise HomebodyError(f"{place} is {_what(value)}: expected text, a number of Python, True or False")


def _name(kind: str, name: object, *, taken: Sequence[str]) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise HomebodyError(f"{kind} {shown(repr(name))}: expected a name of letters, digits and _ that begins with a letter")
    if name in taken or (kind != "label" and name.startswith("label_")):
        raise HomebodyError(f"{kind} {name!r}: the name is taken by another stream; expected another one")


def _no_picture(name: str, value: object, cameras: Sequence[str]) -> None:
    """A picture that is no camera of the data set would be stored raw, many times larger."""
    if isinstance(value, np.ndarray) and ((value.dtype == np.uint8 and value.ndim >= 3) or value.ndim == 4):
        raise HomebodyError(f"observation {name!r} holds pictures, {_what(value)}: this data set's cameras are {', '.join(cameras)}")


def _numbers(name: str, value: object) -> None:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        raise HomebodyError(f"stream {name!r} is {_what(value)}: expected an array of numbers")
    if value.dtype.kind == "f" and not (finite := np.isfinite(value)).all():
        place = np.unravel_index(int(np.argmin(finite)), value.shape)
        raise HomebodyError(f"stream {name!r} holds {value[place]} at {tuple(map(int, place))}: expected finite numbers")


def _exactly(name: str, value: np.ndarray, dtype: type[np.generic], shape: tuple[int, ...], robot: str) -> None:
    if value.dtype != dtype or value.shape != shape:
        raise HomebodyError(f"stream {name!r} is {_what(value)}: expected {np.dtype(dtype)} {shape} for {robot}")


def _what(value: object) -> str:
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else f"{shown(repr(value), 40)} ({type(value).__name__})"
