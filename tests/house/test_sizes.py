"""A function fits on a screen, a file in a head."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import FILES, title

LONGEST, MOST_LINES = 60, 400
MANY_OPTIONS = {"cli/bench.py": {"bench"}, "cli/collect.py": {"collect"}}
"""Commands with twenty options and more: a line for each in the signature and one in the help are two thirds of them."""


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Name and length in lines of every function, its signature and its docstring with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def test_lengths_are_counted_from_the_signature_to_the_last_line() -> None:
    assert list(functions(ast.parse("def f(\n  a,\n):\n    return [\n        a\n    ]\n"))) == [("f", 6)]


@pytest.mark.parametrize("path", FILES, ids=title)
def test_no_function_and_no_file_is_too_long(path: Path) -> None:
    text = path.read_text()
    long = {name: n for name, n in functions(ast.parse(text)) if n > LONGEST}
    assert set(long) <= MANY_OPTIONS.get(title(path), set()), f"{title(path)}: expected at most {LONGEST} lines, got {long}"
    assert len(text.splitlines()) < MOST_LINES
