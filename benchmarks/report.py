"""`report.html`: one self-contained page of an evaluation, made from its raw records."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from .protocol import EpisodeRecord
from .records import REPORT
from .summary import Summary

MAX_FAILURES = 200
PACKAGES = ("homebody", "mujoco", "torch", "numpy", "gymnasium")

STYLE = """
:root { --ink:#22262b; --soft:#6b7480; --line:#e4e1da; --page:#faf8f4; --card:#fff; --bar:#2f7d6d; --bad:#c2553b; }
@media (prefers-color-scheme: dark) { :root { --ink:#e9e6df; --soft:#9aa3ad; --line:#34393f; --page:#17191c; --card:#1f2226;
  --bar:#5cb8a4; --bad:#e88a72; } }
body { margin:0; background:var(--page); color:var(--ink); font:15px/1.5 system-ui,sans-serif; }
main { max-width:60rem; margin:0 auto; padding:2.5rem 1.25rem 4rem; }
h1 { font-size:1.5rem; margin:0; } h2 { font-size:1.05rem; margin:2.2rem 0 .6rem; }
p.soft, td.soft, .soft { color:var(--soft); }
.big { font-size:3rem; font-weight:650; letter-spacing:-.02em; line-height:1.1; margin:1.2rem 0 .2rem; }
.scroll { overflow-x:auto; }
table { border-collapse:collapse; width:100%; background:var(--card); border:1px solid var(--line); border-radius:8px; }
th,td { text-align:left; padding:.45rem .7rem; border-bottom:1px solid var(--line); vertical-align:top; }
th { font-weight:600; color:var(--soft); font-size:.85rem; } tr:last-child td { border-bottom:0; }
td.n, th.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; }
svg { width:100%; height:auto; display:block; } svg text { fill:var(--ink); font:13px system-ui,sans-serif; }
svg text.soft { fill:var(--soft); }
code { font:13px ui-monospace,monospace; } .bad { color:var(--bad); }
"""


def percent(rate: float | None) -> str:
    """A rate for people; a dash where nothing was measured."""
    return "–" if rate is None else f"{100 * rate:.0f} %"


def interval(ci95: Sequence[float]) -> str:
    """An interval of rates for people."""
    return f"{100 * ci95[0]:.0f} to {100 * ci95[1]:.0f} %"


def _plot(tasks: Mapping[str, Mapping[str, Any]]) -> str:
    """Bars of success with 95 % whiskers, one row a task."""
    left, width, row, right = 170, 560, 34, 70
    parts: list[str] = []

    def x(rate: float) -> float:
        return left + width * rate

    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<line x1="{x(tick)}" x2="{x(tick)}" y1="4" y2="{row * len(tasks) + 8}" stroke="var(--line)"/>')
        parts.append(f'<text class="soft" x="{x(tick)}" y="{row * len(tasks) + 26}" text-anchor="middle">{percent(tick)}</text>')
    for n, (name, r) in enumerate(tasks.items()):
        y = 8 + row * n
        middle, (low, high) = y + row / 2 - 4, r["ci95"]
        parts.append(f'<text x="{left - 12}" y="{middle + 5}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{left}" y="{y}" width="{width * (r["rate"] or 0):.1f}" height="{row - 9}" rx="3" fill="var(--bar)"/>')
        parts.append(
            f'<path d="M{x(low):.1f} {middle}H{x(high):.1f}M{x(low):.1f} {middle - 5}v10M{x(high):.1f} {middle - 5}v10" '
            'stroke="var(--ink)" stroke-width="1.5" fill="none"/>'
        )
        parts.append(f'<text x="{left + width + 14}" y="{middle + 5}">{percent(r["rate"])}</text>')
    size = f"0 0 {left + width + right} {row * len(tasks) + 34}"
    return f'<svg viewBox="{size}" role="img" aria-label="Success rate of each task">{"".join(parts)}</svg>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int]) -> str:
    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(f"<{tag}{' class=n' if i in numeric else ''}>{v}</{tag}>" for i, v in enumerate(values))

    body = "".join(f"<tr>{cells('td', r)}</tr>" for r in rows)
    return f'<div class="scroll"><table><thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def _task_rows(summary: Summary) -> str:
    head = ["task", "episodes", "successes", "rate", "95 % interval", "partial credit", "mean steps"]
    swap = "other" in summary
    rows = []
    for name, r in summary["tasks"].items():
        credit = "–" if r["credit"] is None else f"{r['credit']:.2f}"
        steps = "–" if r["steps"] is None else f"{r['steps']:.0f}"
        row = [
            escape(name),
            str(r["episodes"]),
            str(r["successes"]),
            percent(r["rate"]),
            interval(r["ci95"]),
            credit,
            steps,
        ]
        rows.append(row + ([f"{percent(r['other']['rate'])} ({interval(r['other']['ci95'])})"] if swap else []))
    return _table(head + (["the other task done"] if swap else []), rows, range(1, len(head) + 1))


def _goal_rows(summary: Summary) -> str:
    rows = [
        [escape(goal), str(g["episodes"]), str(g["successes"]), percent(g["successes"] / g["episodes"])]
        for r in summary["tasks"].values()
        for goal, g in r["goals"].items()
    ]
    return _table(["goal", "episodes", "successes", "rate"], rows, (1, 2, 3))


def _failures(records: Sequence[EpisodeRecord]) -> str:
    failed = [r for r in records if not r.success]
    rows = []
    for r in failed[:MAX_FAILURES]:
        missing = ", ".join(k for k, v in r.predicates.items() if not v) or "held too short"
        why = '<span class="bad">simulation diverged, not counted</span>' if r.diverged else f"<code>{escape(missing)}</code>"
        rows.append([escape(r.task), str(r.index), escape(r.instruction) or "<i>no text</i>", why, f"{r.credit:.2f}"])
    more = f"<p class=soft>{len(failed) - MAX_FAILURES} more in episodes.jsonl.</p>" if len(failed) > MAX_FAILURES else ""
    table = _table(["task", "index", "instruction", "not met at the end", "credit"], rows, (1, 4)) if rows else "<p>None.</p>"
    return table + more


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


def html(summary: Summary, records: Sequence[EpisodeRecord]) -> str:
    """The page's text."""
    asked = {"nominal": "phrasings used in training", "heldout": "phrasings held out from training",
             "swap": "another instruction that the state allows", "empty": "no text"}[summary["language"]]  # fmt: skip
    facts = {
        "policy": f"{summary['policy']} {summary['fingerprint'][:12]}".strip(), "robot": summary["robot"],
        "initial states": f"split {summary['split']}, first episode index {summary['seed']}", "text": asked,
        "physics": f"{summary['engine']}, model {summary['model_hash']}", **machine(),
    }  # fmt: skip
    tested = "".join(f"<tr><td class=soft>{escape(k)}</td><td>{escape(str(v))}</td></tr>" for k, v in facts.items())
    diverged = f" {summary['diverged']} diverged and are not counted." if summary["diverged"] else ""
    cut = " The run was interrupted: this is what was finished." if summary.get("interrupted") else ""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Homebody bench: {escape(str(summary["policy"]))}</title><style>{STYLE}</style><main>
<h1>Homebody bench: {escape(str(summary["policy"]))}</h1>
<div class="big">{percent(summary["mean"])}</div>
<p class="soft">mean success over {len(summary["tasks"])} tasks, 95 % interval {interval(summary["mean_ci95"])};
{summary["episodes"]} episodes.{diverged}{cut}</p>
<h2>Success by task</h2>{_plot(summary["tasks"])}
<h2>Figures</h2>{_task_rows(summary)}
<p class="soft">Intervals are Wilson's for a task and MOVER for the mean. Credit is the share of goal predicates, false at the
start, that hold at the end.</p>
<h2>By goal</h2>{_goal_rows(summary)}
<h2>Failures</h2>{_failures(records)}
<h2>What was run</h2><div class="scroll"><table>{tested}</table></div>
</main></html>
"""


def write_report(folder: Path, summary: Summary, records: Sequence[EpisodeRecord]) -> Path:
    """Writes the page into `folder` and returns its path."""
    path = folder / REPORT
    path.write_text(html(summary, records))
    return path
