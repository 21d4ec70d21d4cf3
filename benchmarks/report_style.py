"""The look of `report.html`, and how figures are written for people."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

STYLE = """
:root { color-scheme:light dark; --ink:#22262b; --soft:#6b7480; --line:#e6e2d9; --page:#faf8f4; --card:#fff; --bar:#2f7d6d;
  --tint:47,125,109; --bad:#c2553b; --badtint:194,85,59; --film:#efebe2; }
@media (prefers-color-scheme: dark) { :root { --ink:#e9e6df; --soft:#9aa3ad; --line:#33383e; --page:#15171a; --card:#1d2023;
  --bar:#5cb8a4; --tint:92,184,164; --bad:#e88a72; --badtint:232,138,114; --film:#101214; } }
* { box-sizing:border-box; }
body { margin:0; background:var(--page); color:var(--ink); font:15px/1.55 system-ui,sans-serif; }
main { max-width:66rem; margin:0 auto; padding:2.8rem 1.25rem 5rem; }
h1 { font-size:1.5rem; font-weight:650; letter-spacing:-.01em; margin:.1rem 0 0; }
h2 { font-size:1.12rem; font-weight:650; margin:3rem 0 .3rem; letter-spacing:-.005em; }
h3 { font-size:.92rem; font-weight:600; margin:0; }
h2 + .soft { margin:0 0 1rem; }
.eyebrow { color:var(--soft); font-size:.78rem; letter-spacing:.09em; text-transform:uppercase; margin:0; }
p.soft, td.soft, .soft { color:var(--soft); } .soft { font-size:.9rem; }
.big { font-size:3.4rem; font-weight:680; letter-spacing:-.03em; line-height:1.05; margin:1.3rem 0 .25rem; }
.chips { display:flex; flex-wrap:wrap; gap:.4rem; margin:1rem 0 0; padding:0; list-style:none; }
.chips li { border:1px solid var(--line); background:var(--card); border-radius:999px; padding:.12rem .75rem; font-size:.84rem; }
.chips b { font-weight:500; color:var(--soft); margin-right:.35rem; }
.card { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:1.1rem 1.25rem; margin:1rem 0 0; }
.verdict { border-left:4px solid var(--soft); } .verdict.better { border-left-color:var(--bar); }
.verdict.worse { border-left-color:var(--bad); }
.verdict strong { font-size:1.2rem; display:block; letter-spacing:-.01em; } .verdict p { margin:.35rem 0 0; }
.grid { display:grid; grid-template-columns:repeat(auto-fill,minmax(19rem,1fr)); gap:1rem; margin-top:1rem; }
.grid .card { margin:0; padding:.9rem 1rem .6rem; }
.scroll { overflow-x:auto; background:var(--card); border:1px solid var(--line); border-radius:12px; }
table { border-collapse:collapse; width:100%; }
th,td { text-align:left; padding:.48rem .8rem; border-bottom:1px solid var(--line); vertical-align:top; }
th { font-weight:600; color:var(--soft); font-size:.82rem; vertical-align:bottom; } tbody tr:last-child td { border-bottom:0; }
td.n, th.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; }
.heat { margin-top:1rem; } .heat td.n { border-left:2px solid var(--card); }
.heat caption { text-align:left; font-weight:600; font-size:.92rem; padding:.8rem .8rem .3rem; }
svg { width:100%; height:auto; display:block; } svg text { fill:var(--ink); font:13px system-ui,sans-serif; }
svg text.soft { fill:var(--soft); font-size:12px; }
figure { margin:1rem 0 0; background:var(--card); border:1px solid var(--line); border-radius:12px; overflow:hidden; }
figure .strip { background:var(--film); overflow-x:auto; } figure img { display:block; width:100%; min-width:40rem; height:auto; }
figcaption { display:flex; flex-wrap:wrap; gap:.2rem .8rem; align-items:baseline; padding:.6rem .95rem .7rem; font-size:.9rem; }
.tag { font-size:.78rem; font-weight:600; border-radius:999px; padding:.06rem .6rem; background:rgba(var(--tint),.16); color:var(--bar); }
.tag.bad { background:rgba(var(--badtint),.15); color:var(--bad); }
details { margin:.9rem 0 0; } summary { cursor:pointer; color:var(--soft); font-size:.9rem; padding:.2rem 0 .6rem; }
code { font:13px ui-monospace,monospace; } .bad { color:var(--bad); }
@media (max-width:40rem) { .big { font-size:2.6rem; } th,td { padding:.4rem .55rem; } }
@media print { details::details-content { content-visibility:visible; } .card,figure,.scroll { break-inside:avoid; } }
"""


def percent(rate: float | None) -> str:
    """A rate for people; a dash where nothing was measured."""
    return "–" if rate is None else f"{100 * rate:.0f} %"


def interval(ci95: Sequence[float]) -> str:
    """An interval of rates for people."""
    return f"{100 * ci95[0]:.0f} to {100 * ci95[1]:.0f} %"


def points(share: float) -> str:
    """A difference of rates for people, in percentage points, with a true minus sign."""
    whole = round(100 * share)
    return f"{whole:+d}".replace("-", "−") if whole else "0"


def value(number: float, unit: str) -> str:
    """A value on an axis: `0.47 N m`, `×2.1`."""
    return f"×{number:.3g}" if unit == "x" else f"{number:.3g} {unit}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int]) -> str:
    """Rows of HTML cells; the columns `numeric` are set flush right."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(f"<{tag}{' class=n' if i in numeric else ''}>{v}</{tag}>" for i, v in enumerate(values))

    body = "".join(f"<tr>{cells('td', r)}</tr>" for r in rows)
    return f'<div class="scroll"><table><thead><tr>{cells("th", head)}</tr></thead><tbody>{body}</tbody></table></div>'


def section(title: str, note: str, *parts: str) -> str:
    """A heading, a line in a soft voice, and what follows."""
    line = f'<p class="soft">{note}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2>{line}{''.join(parts)}</section>"
