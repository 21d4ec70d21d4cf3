"""Checkpoints of learned actors: `model.safetensors`, `config.json`, `card.md`; a residual carries its base in `base/`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...core.checkpoints import fill, read_weights, write_checkpoint
from ...core.errors import HomebodyError
from ...core.experience import Experience
from ...core.files import CARD_FILE, CONFIG_FILE, MODEL_FILE, write_text
from .networks import PlainActor

STATE_KIND, RESIDUAL_KIND = "homebody-rl-state", "homebody-rl-residual"
BASE_FOLDER = "base"
ACTIVATIONS, SQUASHES = ("relu", "tanh"), ("tanh", "clip")
LARGEST = 4096
"""Units of a layer and numbers of an observation, at most: a config from elsewhere cannot ask for all memory."""


def save_actor(folder: Path, actor: PlainActor, kind: str, interface: Mapping[str, Any], trained_on: Experience | None = None) -> None:
    """`interface` is what the actor sees and does: the keyword arguments of its policy; `trained_on` what it has seen."""
    write_checkpoint(folder, kind, actor.state_dict(), {"actor": actor.settings, "interface": dict(interface)}, trained_on)


def made_for(folder: Path) -> tuple[str, str]:
    """The task and the robot of a checkpoint. Raises HomebodyError where its config does not say."""
    path = folder / CONFIG_FILE
    try:
        interface = json.loads(path.read_text())["interface"]
        return str(interface["task"]), str(interface["robot"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HomebodyError(
            f"{path} does not say what was trained ({type(error).__name__}: {error}): expected task and robot in `interface`, as "
            "`homebody train rl` writes them"
        ) from error


def _whole(value: Any, name: str, path: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST:
        raise HomebodyError(f"{path}: {name} is {value!r}: expected a whole number from 1 to {LARGEST}")
    return value


def load_actor(folder: Path, kind: str) -> tuple[PlainActor, dict[str, Any]]:
    """The actor of a checkpoint folder and its interface. Raises HomebodyError that names the file and what is wrong with it."""
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise HomebodyError(f"no {CONFIG_FILE} in {folder}: expected a checkpoint folder with {MODEL_FILE} and {CONFIG_FILE}")
    try:
        config = json.loads(path.read_text())
        found, actor, interface = config["kind"], config["actor"], dict(config["interface"])
        seen, hidden, dim = actor["seen"], list(actor["hidden"]), actor["dim"]
        activation, squash = actor["activation"], actor["squash"]
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise HomebodyError(f"damaged {path}: {error}; expected JSON with the keys kind, actor, interface") from error
    if found != kind:
        raise HomebodyError(f"{path} is of kind {found!r}: expected {kind!r}")
    sizes = [_whole(v, n, path) for n, v in (("seen", seen), ("dim", dim), *(("hidden", h) for h in hidden))]
    if activation not in ACTIVATIONS or squash not in SQUASHES:
        raise HomebodyError(f"{path}: activation {activation!r} and squash {squash!r}: expected one of {ACTIVATIONS} and {SQUASHES}")
    plain = PlainActor(sizes[0], hidden, sizes[1], activation, squash)
    return fill(plain, read_weights(folder), folder), interface


def write_card(folder: Path, title: str, facts: Mapping[str, Any]) -> None:
    """A first model card; scores are added by `homebody bench --card`."""
    lines = [f"# {title}", "", "Licence: Apache-2.0.", "", "## Training", ""]
    lines += [f"- {key}: `{json.dumps(value, default=str)}`" for key, value in facts.items()]
    write_text(folder / CARD_FILE, "\n".join(lines) + "\n")
