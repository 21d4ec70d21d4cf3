"""Model cards: what a checkpoint was trained on, and what it scored, from the benchmark's own summary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.files import write_text
from .checkpoint import CARD_FILE

MARK = "## Scores: "


def check_card(folder: Path) -> Path:
    """The card of a checkpoint's folder. Raises HomebodyError where there is none: said before an evaluation, not after it."""
    path = folder / CARD_FILE
    if not path.is_file():
        raise HomebodyError(f"no {CARD_FILE} in {folder}: expected a checkpoint folder")
    return path


def add_scores(folder: Path, title: str, summary: Mapping[str, Any]) -> None:
    """Writes a table of a benchmark's `summary.json` into the card, in place of one with the same title."""
    path = check_card(folder)
    text = path.read_text().rstrip()
    head, _, tail = text.partition(MARK + title)
    rest = tail[tail.find("\n" + MARK) + 1 :] if "\n" + MARK in tail else ""
    lines = [MARK + title, "", "| task | episodes | solved | rate | 95 % interval |", "|---|---|---|---|---|"]
    for name, t in summary["tasks"].items():
        lines.append(f"| {name} | {t['episodes']} | {t['successes']} | {t['rate']:.2f} | {t['ci95'][0]:.2f} to {t['ci95'][1]:.2f} |")
    lines += ["", f"Mean over the tasks: {summary['mean']:.3f}. Engine: {summary['engine']}.", ""]
    write_text(path, "\n".join([head.rstrip(), "", *lines, rest]).rstrip() + "\n")
