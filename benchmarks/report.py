"""`report.html`: one self-contained page of an evaluation, made from its raw records."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..core.files import write_text
from .protocol import EpisodeRecord
from .records import REPORT
from .report_plots import success_bars
from .report_sections import against, failures, films, goal_rows, safety, sweep, task_rows
from .report_style import STYLE, interval, percent, section
from .summary import Summary, plan_in_words

PACKAGES = ("homebody", "mujoco", "torch", "numpy", "gymnasium")
ASKED = {
    "nominal": "phrasings used in training", "heldout": "phrasings held out from training",
    "swap": "another instruction that the state allows", "empty": "no text",
}  # fmt: skip
FELT = {"on": "as measured", "off": "zeros", "shuffled": "of other steps, places permuted"}


def machine() -> dict[str, str]:
    """What the figures depend on besides the code."""
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": ", ".join(versions),
    }


def _facts(summary: Summary) -> str:
    facts = {
        "policy": f"{summary['policy']} {summary['fingerprint'][:12]}".strip(), "robot": summary["robot"],
        "initial states": f"split {summary['split']}, first episode index {summary['seed']}", "text": ASKED[summary["language"]],
        "taxels": FELT[summary["touch"]], "axes in all episodes": ", ".join(f"{k} = {v:g}" for k, v in summary["axes"].items()) or "nominal",
        "physics": f"{summary['engine']}, model {summary['model_hash']}", **machine(),
    }  # fmt: skip
    rows = "".join(f"<tr><td class=soft>{escape(k)}</td><td>{escape(str(v))}</td></tr>" for k, v in facts.items())
    return f'<div class="scroll"><table>{rows}</table></div>'


def _head(summary: Summary) -> str:
    broken = f" {summary['diverged']} more broke in the simulator and are not counted." if summary["diverged"] else ""
    broken += f" {summary['skipped']} more were skipped: their states allow no other instruction." if "skipped" in summary else ""
    cut = " The run was interrupted: this is what was finished." if summary.get("interrupted") else ""
    cut += plan_in_words(summary)
    chips = {"split": summary["split"], "text": summary["language"], "robot": summary["robot"]}
    chips |= {"taxels": summary["touch"]} if summary["touch"] != "on" else {}
    chips |= {k: f"{v:g}" for k, v in summary["axes"].items()}
    swept = len(summary["sweep"]["axes"]) if "sweep" in summary else 0
    chips |= {"swept": f"{swept} ax{'i' if swept == 1 else 'e'}s"} if swept else {}
    items = "".join(f"<li><b>{escape(k)}</b>{escape(str(v))}</li>" for k, v in chips.items())
    nominal = " in the nominal house" if swept else ""
    count = len(summary["tasks"])
    return f"""<p class="eyebrow">Homebody bench</p><h1>{escape(str(summary["policy"]))}</h1>
<div class="big">{percent(summary["mean"])}</div>
<p class="soft">mean success over {count} task{"s" * (count != 1)}{nominal}, 95 % interval {interval(summary["mean_ci95"])};
{summary["episodes"]} episodes.{broken}{cut}</p><ul class="chips">{items}</ul>"""


def html(summary: Summary, records: Sequence[EpisodeRecord], strips: Sequence[tuple[EpisodeRecord, bytes]] = ()) -> str:
    """The page's text; `strips` are JPEGs of episodes."""
    note = """Intervals are Wilson's for a task and MOVER for the mean. Credit is the share of goal predicates, false at the start,
that hold at the end."""
    body = [
        _head(summary), against(summary),
        section("Success by task", "", f'<div class="card">{success_bars(summary["tasks"])}</div>'),
        sweep(summary), films(summary, strips),
        section("Figures", note, task_rows(summary)), safety(summary),
        section("By goal", "", goal_rows(summary)), section("Failures", "", failures(records)),
        section("What was run", "", _facts(summary)),
    ]  # fmt: skip
    title = escape(f"Homebody bench: {summary['policy']}")
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="icon" href="data:,"><style>{STYLE}</style><main>
{"".join(body)}
</main></html>
"""


def write_report(
    folder: Path, summary: Summary, records: Sequence[EpisodeRecord], strips: Sequence[tuple[EpisodeRecord, bytes]] = ()
) -> Path:  # fmt: skip
    """Writes the page into `folder` and returns its path."""
    path = folder / REPORT
    write_text(path, html(summary, records, strips))
    return path
