"""Files that ship with the package, found by name."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import HomebodyError, unknown

CHECKPOINTS = Path(__file__).parent / "checkpoints"


def checkpoint(name: str) -> Path:
    """The folder of a shipped checkpoint: `model.safetensors`, `config.json` and `card.md`."""
    shipped = sorted(p.parent.name for p in CHECKPOINTS.glob("*/model.safetensors"))
    if not shipped:
        raise HomebodyError(f"no checkpoint {name!r}: none ships in {CHECKPOINTS}; train one, or use --policy expert")
    if name not in shipped:
        raise unknown("checkpoint", name, shipped)
    return CHECKPOINTS / name
