"""Nothing outside the arms' own modules names an arm, a part of one, or counts joints: a third arm is one module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import FILES, title

OWN = ("envs/robots/", "core/robots.py", "core/kinematics.py", "core/so101.py", "core/limits.py")
"""Where arms are declared, and their maths."""
PEERS = ("benchmarks/peers/robosuite_",)
"""Speak of another project's arms, by its names."""
ARM = re.compile(r"\b(panda|so-?101|fr3)\b", re.IGNORECASE)
PART = re.compile(r"(joint|link)\d+|finger_(left|right)")
COUNTS = {5, 6, 7, 8, 14, 15, 18, 22, 24}
"""Joints, actions and places in proprioception of the arms that there are."""
STREAMS = re.compile(r"\b(proprio|actions?|joints|chunk|command|burst|ctrl|last|flat|q|dq)\b")
SHAPED = {"range", "zeros", "ones", "eye", "empty", "full", "arange", "tile"}
LOOKED_AT = [p for p in FILES if not title(p).startswith((*OWN, *PEERS))]


def docstrings(tree: ast.AST) -> set[int]:
    """Ids of strings that stand alone: documentation, which may name whom it likes."""
    return {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}


def names_of(node: ast.AST) -> list[str]:
    """Identifiers that a node uses."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        return [node.attr]
    if isinstance(node, ast.ImportFrom):
        return [*(node.module or "").split("."), *(a.name for a in node.names)]
    return []


def bounds(node: ast.Subscript) -> set[object]:
    """Whole numbers that a subscript cuts or picks by."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    ends = [e for p in parts for e in ((p.lower, p.upper) if isinstance(p, ast.Slice) else (p,))]
    return {e.value for e in ends if isinstance(e, ast.Constant)}


def sizes(node: ast.Call) -> set[object]:
    """Whole numbers that a call such as `range(7)` or `zeros((n, 7))` is given."""
    parts = [x for a in node.args for x in (a.elts[-1:] if isinstance(a, ast.Tuple) else [a])]
    values = [x.value for x in parts if isinstance(x, ast.Constant)]
    if names_of(node.func) == ["range"] and len(values) == 2:
        return {values[1] - values[0]}
    return set(values)


def complaints(source: str) -> Iterator[tuple[int, str]]:
    """(line, what is wrong there)"""
    tree = ast.parse(source)
    free = docstrings(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in free:
            if ARM.search(node.value):
                yield line, f"names an arm: {node.value[:60]!r}"
            elif PART.fullmatch(node.value):
                yield line, f"names a part of an arm: {node.value!r}"
        elif isinstance(node, ast.JoinedStr):
            for text, value in zip(node.values, node.values[1:], strict=False):
                if isinstance(text, ast.Constant) and isinstance(value, ast.FormattedValue) and str(text.value) in ("joint", "link"):
                    yield line, "counts joints or links by name"
        for name in names_of(node):
            if re.search(r"panda|so101|(^|_)fr3", name, re.IGNORECASE):
                yield line, f"names an arm: {name}"
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("kinematics"):
            own = [a.name for a in node.names if not a.name.startswith("rotation_")]
            if own:
                yield line, f"takes one arm's kinematics: {', '.join(own)}"
        if isinstance(node, ast.Subscript) and STREAMS.search(ast.unparse(node.value)) and bounds(node) & COUNTS:
            yield line, f"counts joints: {ast.unparse(node)[:60]}"
        if isinstance(node, ast.Call) and (names_of(node.func) or [""])[0] in SHAPED and 7 in sizes(node):
            yield line, f"counts joints: {ast.unparse(node)[:60]}"


def test_the_look_sees_what_it_is_for() -> None:
    bad = """
def f(robot="panda"): return proprio[:, :7], np.zeros(7), f"joint{i}", "link0", action[7], range(7)
from ..core.kinematics import forward
from .robots.so101 import add
"""
    assert {what.split(":")[0] for _, what in complaints(bad)} == {
        "names an arm", "counts joints", "counts joints or links by name", "names a part of an arm", "takes one arm's kinematics",
    }  # fmt: skip
    good = '"""The Panda."""\nfrom ..core.kinematics import rotation_to_6d\nx = pose[:3], colour[7], proprio[: robot.dof]\n'
    assert not list(complaints(good))


@pytest.mark.parametrize("path", LOOKED_AT, ids=title)
def test_no_module_names_an_arm_or_counts_its_joints(path: Path) -> None:
    found = [f"{title(path)}:{line} {what}" for line, what in complaints(path.read_text())]
    assert not found, "\n".join(found)
