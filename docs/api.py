"""The reference of every public module, as HTML from its docstrings: `make docs`, or `python docs/api.py out/docs`."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import homebody
import pdoc

ROOMS = ("core", "envs", "datasets", "policies", "world_model", "teleop", "benchmarks")
"""The rooms that others build on; `cli` and `assets` are ours."""
SKIPPED = ("benchmarks.peers",)
"""Scripts that run in other projects' environments."""


def public_modules() -> list[str]:
    """Names of the rooms' packages and modules, by their files."""
    root = Path(homebody.__file__).parent
    files = [f.relative_to(root).with_suffix("") for room in ROOMS for f in (root / room).rglob("*.py")]
    names = {".".join(f.parts) for f in files} | {".".join(f.parts[:-1]) for f in files}
    plain = {n.removesuffix(".__init__") for n in names}
    public = {n for n in plain if not n.startswith(SKIPPED) and not any(part.startswith("_") for part in n.split("."))}
    return sorted(f"homebody.{n}" for n in public)


def build(out: Path, *only: str) -> list[Path]:
    """Writes a page for each public module, or for `only` these, and a search over them; the pages that are there then. Raises RuntimeError
    where a public module got none."""
    for name in only or public_modules():  # pdoc keeps what it imports from starting programs, and sees rooms without __init__.py only then
        importlib.import_module(name)
    others = sorted({p.parent.name for p in Path(homebody.__file__).parent.glob("*/*.py")} - set(ROOMS))
    hidden = "|".join(re.escape(name) for name in (*others, *SKIPPED))
    pdoc.render.configure(docformat="markdown", show_source=False, footer_text=f"homebody {homebody.__version__}")
    pdoc.pdoc(*(only or ("homebody", rf"!homebody\.({hidden})(\.|$)")), output_directory=out)
    missing = [n for n in only or public_modules() if not (out / f"{n.replace('.', '/')}.html").is_file()]
    if missing:
        raise RuntimeError(f"no page was made for {', '.join(missing)}")
    return sorted(out.rglob("*.html"))


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/docs")
    print(f"{len(build(folder))} pages: {folder / 'index.html'}")
