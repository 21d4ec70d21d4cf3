"""The policy for the whole house: eyes that find marks, a head that acts by them, in one checkpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..assets.listening import listener
from ..core.errors import HomebodyError
from ..core.experience import KEY, Experience, read_experience
from ..core.files import CARD_FILE, CONFIG_FILE, MODEL_FILE, write_text
from ..core.instructions import phrasings
from ..core.weights import load_state, save_state
from .eyes.checkpoint import load_eyes, save_eyes
from .eyes.network import Eyes, EyesConfig
from .eyes.runtime import Looking
from .head.checkpoint import load_head, save_head
from .head.network import ActionHead, HeadConfig
from .head.runtime import HeadPolicy

KIND = "homebody-house"
PARTS = ("eyes", "head")


def join(eyes: Path, head: Path, folder: Path) -> None:
    """Writes one checkpoint of two, in half precision. Raises HomebodyError where they are not of one arm."""
    parts: dict[str, Any] = {"eyes": load_eyes(eyes), "head": load_head(head)}
    if len(robots := {m.config.robot for m in parts.values()}) > 1:
        raise HomebodyError(f"{eyes} and {head} are of {' and '.join(sorted(robots))}: expected those of one arm")
    folder.mkdir(parents=True, exist_ok=True)
    weights = {f"{name}.{k}": v.half() if v.is_floating_point() else v for name, m in parts.items() for k, v in m.state_dict().items()}
    save_state(folder / MODEL_FILE, weights, {"kind": KIND})
    config: dict[str, Any] = {"kind": KIND, **{name: asdict(m.config) for name, m in parts.items()}}
    known = [read_experience(f) for f in (eyes, head)]
    if all(known):
        config[KEY] = _both([k for k in known if k]).to_json()
    write_text(folder / CONFIG_FILE, json.dumps(config, indent=2) + "\n")
    if not (folder / CARD_FILE).exists():
        write_text(folder / CARD_FILE, CARD)


def split(folder: Path, eyes: Path, head: Path) -> None:
    """Writes the two parts of a checkpoint as folders of their own, to train on from. Raises HomebodyError where it is none."""
    seeing, acting = load_house(folder)
    known = read_experience(folder)
    save_eyes(seeing, eyes, known)
    save_head(acting, head, known)


def _both(known: list[Experience]) -> Experience:
    """What both parts have seen."""
    common = {key: sorted(set.intersection(*(set(getattr(k, key)) for k in known))) for key in ("robots", "rooms", "tasks")}
    return Experience.of(**common)


CARD = """# Homebody, the whole house

Two cameras, taxels, proprioception, the cameras' calibration and text in; chunks of 16 actions out, of which 8 are acted out. Eyes find where
the instruction's goal is (2.4 M parameters), a head acts by that (3.5 M). `make recipe` makes the data and trains both. Licence: Apache-2.0.
"""


def load_house(folder: Path) -> tuple[Eyes, ActionHead]:
    """Both parts of a checkpoint. Raises HomebodyError that names the file and what is wrong with it."""
    path = folder / CONFIG_FILE
    try:
        config: Mapping[str, Any] = json.loads(path.read_text())
        if config.get("kind") != KIND:
            raise HomebodyError(f"{folder} holds a {config.get('kind')!r}: expected a {KIND!r}")
        seen = {**config["eyes"], "cameras": tuple(config["eyes"]["cameras"]), "skills": tuple(config["eyes"]["skills"])}
        acting = {**config["head"], "skills": tuple(config["head"]["skills"])}
        parts: dict[str, Any] = {"eyes": Eyes(EyesConfig(**seen)), "head": ActionHead(HeadConfig(**acting))}
    except OSError as error:
        raise HomebodyError(f"no {CONFIG_FILE} in {folder}: expected a checkpoint of eyes and head") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected JSON with the keys {' and '.join(map(repr, PARTS))}") from error
    tensors, _ = load_state(folder / MODEL_FILE)
    for name, model in parts.items():
        try:
            own = {k.removeprefix(f"{name}."): v.float() for k, v in tensors.items() if k.startswith(f"{name}.")}
            model.load_state_dict(own)
        except RuntimeError as error:
            raise HomebodyError(f"{folder / MODEL_FILE} does not fit {path}: {' '.join(str(error).split())[:200]}") from error
    return parts["eyes"].eval(), parts["head"].eval()


def house_policy(folder: Path, *, name: str) -> HeadPolicy:
    """The policy of a checkpoint."""
    torch.set_num_threads(1)  # one observation at a time: a second thread costs more in waiting than it computes
    eyes, head = load_house(folder)
    return HeadPolicy(head, Looking(eyes), name=name, listen=plainly)


def plainly(text: str) -> str | None:
    """The phrasebook's plainest sentence for what a text asks for; None where that is nothing, or several things, or not understood."""
    try:
        goals = listener().plan(text)
    except HomebodyError:
        return None
    return phrasings(goals[0])[0] if len(goals) == 1 else None
