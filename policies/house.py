"""The policy for the whole house: eyes that find marks, a head that acts by them, in one checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ..assets.listening import listener
from ..core.checkpoints import fill, read_sizes, read_weights, settings, write_checkpoint
from ..core.errors import HomebodyError
from ..core.experience import Experience, read_experience
from ..core.files import CARD_FILE, write_text
from ..core.instructions import phrasings
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
    weights = {f"{name}.{k}": v.half() if v.is_floating_point() else v for name, m in parts.items() for k, v in m.state_dict().items()}
    known = [read_experience(f) for f in (eyes, head)]
    both = _both([k for k in known if k]) if all(known) else None
    write_checkpoint(folder, KIND, weights, {name: asdict(m.config) for name, m in parts.items()}, both)
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
    sizes = read_sizes(folder, KIND, *PARTS, expected="a checkpoint of eyes and head")
    eyes, head = Eyes(settings(EyesConfig, sizes[0], folder)), ActionHead(settings(HeadConfig, sizes[1], folder))
    tensors = read_weights(folder)
    own = [{k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")} for name in PARTS]
    return fill(eyes, own[0], folder), fill(head, own[1], folder)


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
