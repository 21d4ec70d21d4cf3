"""Sections of the report, each a function of the summary and the raw records."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .compare import WORDS, in_words, verdict
from .films import SUCCESS, kind
from .protocol import EpisodeRecord
from .report_plots import dose_response, ranking
from .report_style import interval, percent, points, section, table, value
from .safety import COUNTS, FORCES
from .summary import Summary

MAX_FAILURES, FOLD = 200, 12
"""Most failures listed, and how many make the list fold."""


def task_rows(summary: Summary) -> str:
    head = ["task", "episodes", "successes", "rate", "95 % interval", "partial credit", "time to success", "mean steps"]
    swap = "other" in summary
    rows = []
    for name, r in summary["tasks"].items():
        credit = "–" if r["credit"] is None else f"{r['credit']:.2f}"
        steps = "–" if r["steps"] is None else f"{r['steps']:.0f}"
        seconds = "–" if r["seconds"] is None else f"{r['seconds']:.1f} s"
        row = [escape(name), str(r["episodes"]), str(r["successes"]), percent(r["rate"]), interval(r["ci95"]), credit, seconds, steps]
        rows.append(row + ([f"{percent(r['other']['rate'])} ({interval(r['other']['ci95'])})"] if swap else []))
    return table(head + (["the other task done"] if swap else []), rows, range(1, len(head) + 1))


def goal_rows(summary: Summary) -> str:
    rows = [
        [escape(goal), str(g["episodes"]), str(g["successes"]), percent(g["successes"] / g["episodes"])]
        for r in summary["tasks"].values()
        for goal, g in r["goals"].items()
    ]
    return f"<details><summary>{len(rows)} goals</summary>{table(['goal', 'episodes', 'successes', 'rate'], rows, (1, 2, 3))}</details>"


def failures(records: Sequence[EpisodeRecord]) -> str:
    failed = [r for r in records if not r.success]
    rows = []
    for r in failed[:MAX_FAILURES]:
        missing = ", ".join(k for k, v in r.predicates.items() if not v) or "held too short"
        why = f"<code>{escape(missing)}</code>"
        if r.diverged:
            why = f'<span class="bad">{escape(r.skipped or r.fault or "simulation diverged")}, not counted</span>'
        where = f"{escape(r.task)} <span class=soft>{escape(r.setting.name)}</span>" if r.arm else escape(r.task)
        rows.append([where, str(r.index), escape(r.instruction) or "<i>no text</i>", why, f"{r.credit:.2f}"])
    if not rows:
        return "<p>None.</p>"
    more = f"<p class=soft>{len(failed) - MAX_FAILURES} more in episodes.jsonl.</p>" if len(failed) > MAX_FAILURES else ""
    body = table(["task", "index", "instruction", "not met at the end", "credit"], rows, (1, 4)) + more
    return body if len(rows) <= FOLD else f"<details><summary>{len(failed)} episodes</summary>{body}</details>"


def against(summary: Summary) -> str:
    result = summary.get("against")
    if not result:
        return ""
    _, *rest = lines = in_words(result)
    figures = lines[0].removeprefix(f"{WORDS[result['verdict']]}: ")
    head = {"better": "Better", "worse": "Worse", "undecided": "Not distinguishable"}[result["verdict"]]
    title = f"Against {result['policy_a']} (A); this run is B"
    words = "".join(f'<p class="soft">{escape(line)}</p>' for line in rest)
    return section(title, "", f'<div class="card verdict {result["verdict"]}"><strong>{head}</strong><p>{escape(figures)}</p>{words}</div>')


def _heat(name: str, axis: Mapping[str, Any], tasks: Sequence[str]) -> str:
    """Success of each task at each level, deeper where it is higher."""
    levels = axis["levels"]
    head = "".join(f"<th class=n>level {r['level']}<br>{escape(value(r['value'], axis['unit']))}</th>" for r in levels)

    def cell(row: Mapping[str, Any] | None) -> str:
        if not row or row["rate"] is None:
            return "<td class=n>–</td>"
        tip = f"{row['successes']} of {row['episodes']}, 95 % interval {interval(row['ci95'])}"
        return f'<td class=n title="{tip}" style="background:rgba(var(--tint),{0.5 * row["rate"]:.2f})">{percent(row["rate"])}</td>'

    body = "".join(f"<tr><td>{escape(t)}</td>{''.join(cell(r['tasks'].get(t)) for r in levels)}</tr>" for t in tasks)
    means = "".join(f"<td class=n><b>{percent(r['rate'])}</b><br><span class=soft>{interval(r['ci95'])}</span></td>" for r in levels)
    drops = "".join(f"<td class=n>{_drop(r['against_nominal'])}</td>" for r in levels)
    return (
        f'<div class="scroll heat"><table><caption>{escape(name)} <span class="soft">{escape(axis["help"])}</span></caption>'
        f"<thead><tr><th>task</th>{head}</tr></thead><tbody>{body}<tr><td><b>mean</b></td>{means}</tr>"
        f"<tr><td class=soft>against nominal,<br>paired [points]</td>{drops}</tr></tbody></table></div>"
    )


def _drop(pair: Mapping[str, Any] | None) -> str:
    if not pair:
        return "–"
    if pair["identical"] == pair["pairs"]:
        return "0<br><span class=soft>the same to<br>the last bit</span>"
    low, high = pair["ci95"]
    words = {"better": "better", "worse": "worse", "undecided": "not distinguishable"}[verdict(pair["p"], pair["only_a"], pair["only_b"])]
    soft = f"{points(low)} to {points(high)}<br>{words}<br>detectable: {100 * pair['mde']:.0f}"
    return f"{points(pair['difference'])}<br><span class=soft>{soft}</span>"


def sweep(summary: Summary) -> str:
    if "sweep" not in summary:
        return ""
    axes, rows = summary["sweep"]["axes"], summary["sweep"]["ranking"]
    inert = [r["axis"] for r in rows if r["identical"] == r["pairs"]]
    order = [r["axis"] for r in rows if r["axis"] not in inert] + [n for n in axes if n not in {r["axis"] for r in rows}]
    tables = "".join(_heat(n, axes[n], list(summary["tasks"])) for n in [*order, *inert])
    quiet = f"<details><summary>{len(inert)} that changed nothing</summary>{_curves(axes, inert)}</details>" if inert else ""
    curve = section(
        "Dose and response", "Success [%] against one axis at a time, everything else nominal: the mean of the tasks with its 95 % "
        "band, each task as a thin line. Every level has the same episodes.", _curves(axes, order) if order else "", quiet,
        f"<details{' open' if len(axes) <= 3 else ''}><summary>By task and level</summary>{tables}</details>",
    )  # fmt: skip
    ranked = section(
        "What hurts most", "Points of success lost from nominal to the hardest level, over the same episodes, with the paired 95 % "
        "interval. Faint bars: not distinguishable from chance.", _ranked(rows),
    )  # fmt: skip
    return curve + ranked


def _curves(axes: Mapping[str, Any], names: Sequence[str]) -> str:
    plots = "".join(
        f'<div class="card"><h3>{escape(n)} <span class="soft">{escape("factor" if axes[n]["unit"] == "x" else axes[n]["unit"])}</span></h3>'
        f"{dose_response(n, axes[n])}</div>"
        for n in names
    )
    return f'<div class="grid">{plots}</div>'


def _ranked(rows: Sequence[Mapping[str, Any]]) -> str:
    """The axes that made a difference to any episode, and the names of the others."""
    live = [r for r in rows if r["identical"] < r["pairs"]]
    inert = ", ".join(escape(r["axis"]) for r in rows if r["identical"] == r["pairs"])
    plot = f'<div class="card">{ranking(live)}</div>' if live else ""
    note = f'<p class="soft">Changed nothing, to the last bit of every final state: {inert}.</p>' if inert else ""
    return plot + note or "<p>Nothing is paired yet.</p>"


def films(summary: Summary, strips: Sequence[tuple[EpisodeRecord, bytes]]) -> str:
    note = summary.get("films", {})
    if not strips and not note:
        return ""
    parts, place = [], {t: n for n, t in enumerate(summary["tasks"])}
    for record, jpeg in sorted(strips, key=lambda s: (place.get(s[0].task, len(place)), not s[0].success, kind(s[0]))):
        how = kind(record)
        tag = f'<span class="tag{"" if how == SUCCESS else " bad"}">{escape(how)}</span>'
        text = f"“{escape(record.instruction)}”" if record.instruction else "<i>no text</i>"
        where = ", ".join(filter(None, (f"episode {record.index}", record.setting.name, f"{record.seconds:.1f} s")))
        data = base64.b64encode(jpeg).decode()
        parts.append(
            f'<figure><div class="strip"><img alt="{escape(record.task)}, {escape(how)}" src="data:image/jpeg;base64,{data}"></div>'
            f"<figcaption>{tag}<b>{escape(record.task)}</b> {text} <span class=soft>{escape(where)}</span></figcaption></figure>"
        )
    if "refused" in note:
        parts.append(f'<p class="soft">No more strips: {escape(note["refused"])}</p>')
    if "strays" in note:
        parts.append(f'<p class="bad">{note["strays"]} episodes came to another state when they were acted out again: no strip.</p>')
    return section(
        "Films", "One success and one failure of each kind, from the first state to the last. The pictures are of the recorded actions "
        "acted out again, to the same final state.", *parts,
    )  # fmt: skip


def safety(summary: Summary) -> str:
    rows = []
    for name, r in summary["tasks"].items():
        if not (s := r.get("safety")):
            continue
        rows.append([escape(name), str(s["episodes"]), *(_force(s.get(k)) for k in FORCES), *(_count(s.get(k)) for k in COUNTS)])
    if not rows:
        return ""
    head = ["task", "episodes", *FORCES.values(), *COUNTS.values()]
    return section(
        "Safety", "Forces: median and largest of the episodes' peaks. Counts: how many in all, and the share of episodes with one or more.",
        table(head, rows, range(1, len(head))),
    )  # fmt: skip


def _force(row: Mapping[str, float] | None) -> str:
    return "–" if row is None else f"{row['p50']:.0f} N <span class=soft>max {row['max']:.0f}</span>"


def _count(row: Mapping[str, Any] | None) -> str:
    return "–" if row is None else f"{row['total']} <span class=soft>{percent(row['rate'])}</span>"
