"""The README tells the truth: its commands run, its Python runs, its pictures are there."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from homebody.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(bash|python)\n(.*?)```", README, re.S)
COMMANDS = [line for kind, block in BLOCKS if kind == "bash" for line in block.strip().splitlines()]
SMALLER = {"--episodes 50": "--episodes 1", "--episodes 20": "--episodes 2", "--steps 1000": "--steps 3"}
"""The same commands on less: long options only, never another command."""


def test_every_make_target_of_the_readme_exists() -> None:
    targets = [c for c in COMMANDS if c.startswith("make ")]
    assert len(targets) == 2
    for command in targets:
        subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, check=True, capture_output=True)


@pytest.mark.slow
def test_every_command_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ours = [c for c in COMMANDS if c.startswith("homebody ")]
    assert len(ours) == 15
    for command in ours:
        for long, short in SMALLER.items():
            command = command.replace(long, short)
        # 1 is an honest outcome of a prompt, a comparison or a doctor; 2 would mean that the README is wrong.
        assert main(shlex.split(command)[1:]) in (0, 1), command


def test_the_readmes_python_runs() -> None:
    for kind, block in BLOCKS:
        if kind == "python":
            exec(compile(block, "README.md", "exec"), {})


def test_the_readmes_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert len(pictures) >= 2
    for picture in pictures:
        assert 0 < (ROOT / picture).stat().st_size < 3_000_000
