"""Plots of the report as inline SVG, coloured by the page's variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .report_style import interval, percent, points, value

LINES = 8
"""Most tasks for which a dose-response plot shows a thin line each."""


def _text(x: float, y: float, words: str, *, anchor: str = "start", soft: bool = False) -> str:
    return f'<text{" class=soft" if soft else ""} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _whisker(x1: float, x2: float, y: float) -> str:
    return f'<path d="M{x1:.1f} {y:.1f}H{x2:.1f}M{x1:.1f} {y - 5:.1f}v10M{x2:.1f} {y - 5:.1f}v10" stroke="var(--ink)" stroke-width="1.4" fill="none"/>'


def success_bars(tasks: Mapping[str, Mapping[str, Any]]) -> str:
    """Bars of success with 95 % whiskers, one row a task."""
    left, width, row, right = 200, 560, 32, 60
    end = row * len(tasks) + 8
    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + width * tick
        parts.append(f'<line x1="{x}" x2="{x}" y1="2" y2="{end}" stroke="var(--line)"/>')
        parts.append(_text(x, end + 18, percent(tick), anchor="middle", soft=True))
    for n, (name, r) in enumerate(tasks.items()):
        middle, (low, high) = 8 + row * n + (row - 10) / 2, r["ci95"]
        bar = f'<rect x="{left}" y="{8 + row * n}" width="{width * (r["rate"] or 0):.1f}" height="{row - 10}" rx="4" fill="var(--bar)"/>'
        tip = f"<title>{escape(name)}: {r['successes']} of {r['episodes']}, 95 % interval {interval(r['ci95'])}</title>"
        parts.append(f"<g>{tip}{bar}{_whisker(left + width * low, left + width * high, middle)}</g>")
        parts.append(_text(left - 14, middle + 4.5, name, anchor="end"))
        parts.append(_text(left + width + 14, middle + 4.5, percent(r["rate"])))
    return f'<svg viewBox="0 0 {left + width + right} {end + 26}" role="img" aria-label="Success rate of each task">{"".join(parts)}</svg>'


def _scale(count: int, left: float, width: float) -> list[float]:
    """x of each level, evenly apart: levels are graded to be even steps of difficulty."""
    return [left + width * i / max(1, count - 1) for i in range(count)]


def dose_response(name: str, axis: Mapping[str, Any]) -> str:
    """Success against level: the mean of the tasks with its interval as a band, single tasks as thin lines."""
    left, width, top, height = 38, 262, 12, 128
    levels = [r for r in axis["levels"] if r["rate"] is not None]
    xs = _scale(len(levels), left + 8, width - 16)

    def y(rate: float) -> float:
        return top + height * (1 - rate)

    parts = []
    for tick in (0.0, 0.5, 1.0):
        parts.append(f'<line x1="{left}" x2="{left + width}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="var(--line)"/>')
        parts.append(_text(left - 8, y(tick) + 4, f"{100 * tick:.0f}", anchor="end", soft=True))
    upper = [f"{x:.1f},{y(r['ci95'][1]):.1f}" for x, r in zip(xs, levels, strict=True)]
    lower = [f"{x:.1f},{y(r['ci95'][0]):.1f}" for x, r in zip(xs, levels, strict=True)]
    parts.append(f'<polygon points="{" ".join(upper + lower[::-1])}" fill="var(--bar)" opacity=".16"/>')
    parts += _task_lines(levels, xs, y)
    line = " ".join(f"{x:.1f},{y(r['rate']):.1f}" for x, r in zip(xs, levels, strict=True))
    parts.append(f'<polyline points="{line}" fill="none" stroke="var(--bar)" stroke-width="2.5" stroke-linejoin="round"/>')
    for x, r in zip(xs, levels, strict=True):
        tip = f"level {r['level']}, {value(r['value'], axis['unit'])}: {percent(r['rate'])}, 95 % interval {interval(r['ci95'])}"
        parts.append(f'<circle cx="{x:.1f}" cy="{y(r["rate"]):.1f}" r="4.5" fill="var(--bar)"><title>{tip}</title></circle>')
        parts.append(_text(x, top + height + 20, f"{r['value']:.3g}", anchor="middle", soft=True))
    size = f"0 0 {left + width + 14} {top + height + 28}"
    return f'<svg viewBox="{size}" role="img" aria-label="Success against {escape(name)}">{"".join(parts)}</svg>'


def _task_lines(levels: Sequence[Mapping[str, Any]], xs: Sequence[float], y: Any) -> list[str]:
    tasks = list(dict.fromkeys(t for r in levels for t in r["tasks"]))
    if not 1 < len(tasks) <= LINES:
        return []
    out = []
    for task in tasks:
        seen = [(x, r["tasks"][task]["rate"]) for x, r in zip(xs, levels, strict=True) if r["tasks"].get(task, {}).get("rate") is not None]
        line = " ".join(f"{x:.1f},{y(rate):.1f}" for x, rate in seen)
        out.append(
            f'<polyline points="{line}" fill="none" stroke="var(--soft)" stroke-width="1" opacity=".55"><title>{escape(task)}</title></polyline>'
        )
    return out


def ranking(rows: Sequence[Mapping[str, Any]]) -> str:
    """Bars of the drop in success from nominal to the hardest level, with 95 % whiskers; a faint bar may be chance."""
    left, width, row, right = 200, 540, 30, 80
    low = min([0.0, *(r["ci95"][0] for r in rows)])
    high = max([0.1, *(r["ci95"][1] for r in rows)])
    end = row * len(rows) + 8

    def x(drop: float) -> float:
        return left + width * (drop - low) / (high - low)

    step = next(s for s in (0.05, 0.1, 0.25, 0.5) if (high - low) / s <= 8)
    first = -int(-low // step) if low < 0 else 0
    parts = []
    for k in range(first, int(high / step) + 1):
        parts.append(f'<line x1="{x(k * step):.1f}" x2="{x(k * step):.1f}" y1="2" y2="{end}" stroke="var(--line)"/>')
        parts.append(_text(x(k * step), end + 18, f"{100 * k * step:.0f}".replace("-", "−"), anchor="middle", soft=True))
    for n, r in enumerate(rows):
        middle = 8 + row * n + (row - 10) / 2
        start, length = min(x(0), x(r["drop"])), abs(x(r["drop"]) - x(0))
        shown = "" if r["p"] < 0.05 else ' opacity=".35"'
        tip = f"<title>p = {r['p']:.3g}; {r['pairs']} pairs would show {100 * r['mde']:.0f} points 8 times in 10</title>"
        bar = f'<rect x="{start:.1f}" y="{8 + row * n}" width="{length:.1f}" height="{row - 10}" rx="4" fill="var(--bad)"{shown}/>'
        parts.append(f"<g>{tip}{bar}{_whisker(x(r['ci95'][0]), x(r['ci95'][1]), middle)}</g>")
        parts.append(_text(left - 14, middle + 4.5, str(r["axis"]), anchor="end"))
        parts.append(_text(left + width + 14, middle + 4.5, points(-r["drop"])))
    parts.append(f'<line x1="{x(0):.1f}" x2="{x(0):.1f}" y1="2" y2="{end}" stroke="var(--soft)"/>')
    return f'<svg viewBox="0 0 {left + width + right} {end + 26}" role="img" aria-label="Sensitivity ranking">{"".join(parts)}</svg>'
