"""The learning curve: rows in `log.csv`, a picture in `curve.png`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from ...core.files import write_rows as write_table
from ...core.files import writing

LOG_FILE, CURVE_FILE = "log.csv", "curve.png"
FIELDS = ("steps", "seconds", "cpu_seconds", "episodes", "success", "return", "length", "loss")


def read_rows(folder: Path) -> list[dict[str, float]]:
    path = folder / LOG_FILE
    if not path.is_file():
        return []
    with path.open() as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def write_rows(folder: Path, rows: list[dict[str, Any]], title: str) -> None:
    """Replaces `log.csv` and draws the share of successes against control steps and against minutes."""
    if not rows:
        return
    write_table(folder / LOG_FILE, FIELDS, rows)
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), sharey=True, layout="constrained")
    success = [r["success"] for r in rows]
    left.plot([r["steps"] for r in rows], success)
    left.set(xlabel="control steps", ylabel="success, last 100 episodes", ylim=(-0.02, 1.02))
    right.plot([r["seconds"] / 60 for r in rows], success, label="by the clock")
    right.plot([r["cpu_seconds"] / 60 for r in rows], success, label="of processor time")
    right.set(xlabel="minutes")
    right.legend()
    figure.suptitle(title, fontsize="medium")
    with writing(folder / CURVE_FILE) as part:
        figure.savefig(part, dpi=110)
    plt.close(figure)
