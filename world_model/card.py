"""The world model's card: what it learned from, and what an evaluation found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.files import CARD_FILE, write_text

HEAD = "## Imagined attempts: "


def write_card(folder: Path, facts: Mapping[str, Any]) -> None:
    """A first card; `homebody imagine --evaluate N --card` adds measurements."""
    lines = [
        "# Homebody world model", "",
        "Cameras (scene and wrist, 64 x 64), taxels, proprioception and commanded tool poses in; what they will be 0.25 s later, and how an",
        "attempt ends, out. Licence: Apache-2.0.", "", "## Training", "",
        *(f"- {key}: `{json.dumps(value, default=str)}`" for key, value in facts.items()),
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / CARD_FILE, "\n".join(lines) + "\n")


def add_evaluation(folder: Path, setting: str, report: Mapping[str, Any]) -> None:
    """Puts the table of one evaluation into the card, in place of an earlier one of the same setting."""
    path = folder / CARD_FILE
    text = path.read_text() if path.exists() else "# Homebody world model\n"
    parts = text.split("\n" + HEAD)
    kept = [p for p in parts[1:] if p.splitlines()[0] != setting]
    low, high = report["success_auc_ci95"]
    rows = [
        ("episodes, of which solved", f"{report['episodes']}, {report['successes']}"),
        ("success AUC of the imagined end (95 % interval)", f"{report['success_auc']:.3f} ({low:.3f} to {high:.3f})"),
        ("the same, mean within tasks", f"{report['success_auc_within_tasks']:.3f}"),
        ("the same, judged without imagining", f"{report['success_auc_encoded']:.3f}"),
        *((f"latent error at {s} s, copying the last latent = 1", f"{v:.2f}") for s, v in report["latent_error"].items()),
        ("PSNR of predicted pictures at 0.5 s", f"{report['psnr']:.1f} dB (showing the last picture: {report['psnr_copy']:.1f} dB)"),
        ("effective rank of the latents", f"{report['rank']:.0f}"),
    ]
    table = "\n".join(["| measure | figure |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])
    sections = [parts[0].rstrip("\n"), *(HEAD + p.rstrip("\n") for p in kept), f"{HEAD}{setting}\n\n{table}"]
    write_text(path, "\n\n".join(sections) + "\n")
