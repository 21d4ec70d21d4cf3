"""Pages of the documentation as tests read them: their code blocks, and how a page is run from its first block to its last."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FILE = re.compile(r"# ([\w/]+\.py)\n")
"""First line of a Python block that is a file of the reader's own."""
DRAWN = {"mermaid"}
"""Blocks that are shown and not run."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, text) of each code block."""
    return re.findall(r"```(\w*)\n(.*?)```", page.read_text(), re.S)


def files(page: Path) -> dict[str, str]:
    """Path -> text of the files that a page shows."""
    return {m[1]: text for kind, text in blocks(page) if kind == "python" and (m := FILE.match(text))}


def run_page(page: Path, folder: Path, *, threads: int = 2, negative: bool = False) -> str:
    """Runs a page's blocks in `folder`, in their order, each in a process of its own; what it shows as files is written there. Returns what
    was printed. A command may end with 0, and with 1 where a `negative` outcome is as good."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "OMP_NUM_THREADS": str(threads)}
    printed = ""
    for kind, text in blocks(page):
        if kind in DRAWN:
            continue
        if kind == "python" and (named := FILE.match(text)):
            (folder / named[1]).parent.mkdir(parents=True, exist_ok=True)
            (folder / named[1]).write_text(text)
            continue
        command = ["bash", "-eu", "-c", text] if kind == "bash" else [sys.executable, "-c", text]
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=False)
        fine = negative and kind == "bash" and run.returncode == 1 and "error:" not in run.stderr and "Traceback" not in run.stderr
        assert run.returncode == 0 or fine, f"{page.name}:\n{text}\n{run.stdout[-1500:]}\n{run.stderr[-2500:]}"
        printed += run.stdout
    return printed
