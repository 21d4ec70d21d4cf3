"""`homebody train join` and `homebody train split`: the policy for the whole house and its two parts."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import HomebodyError
from .endings import DONE
from .outputs import JsonPath, OutFolder, write_json


def join(*, eyes: Path, head: Path, out: OutFolder, json_path: JsonPath = None) -> int:
    """Makes one policy of eyes and a head, in half precision.

    Args:
        eyes: Folder that `homebody train eyes` wrote.
        head: Folder that `homebody train head` wrote.
        out: Folder of the checkpoint.
        json_path: Write `checkpoint, bytes` there too.
    """
    from ..core.files import MODEL_FILE
    from ..policies.house import join as join_parts

    join_parts(eyes, head, out)
    size = (out / MODEL_FILE).stat().st_size
    print(f"{size / 2**20:.1f} MiB: {out}")
    write_json(json_path, {"checkpoint": str(out), "bytes": size})
    return DONE


def split(*, policy: Path, out: OutFolder, json_path: JsonPath = None) -> int:
    """Takes the policy for the whole house apart, to train its eyes or its head on: `train head --start-from OUT/head`.

    Args:
        policy: Folder that `homebody train join` wrote, e.g. assets/checkpoints/house.
        out: Folder for the two parts, `eyes` and `head`.
        json_path: Write `eyes, head` there too.
    """
    from ..policies.house import split as take_apart

    eyes, head = out / "eyes", out / "head"
    if eyes.exists() or head.exists():
        raise HomebodyError(f"{out} holds parts already: expected a new folder")
    take_apart(policy, eyes, head)
    print(f"{eyes}, {head}")
    write_json(json_path, {"eyes": str(eyes), "head": str(head)})
    return DONE


COMMANDS = {"join": join, "split": split}
