"""No module imports itself by a detour: not at the top, not inside a function, not for the type checker alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from sources import FILES, ROOT


def module_of(path: Path) -> str:
    """`envs/rooms/scene.py` -> `envs.rooms.scene`; a package is its `__init__`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, known: set[str]) -> Iterator[str]:
    """Modules that a file imports by relative imports, wherever they stand in it. Importing a module also runs the packages that it is
    in; those edges are left out, since a package's `__init__` may import its own modules."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            name = ".".join(p for p in base if p)
            for alias in node.names:
                full = f"{name}.{alias.name}" if name else alias.name
                yield full if full in known else name


def circle(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules of a circle in order, the first again at the end; empty where there is none."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        stack = [(start, iter(sorted(graph[start])))] if start not in done else []
        path += [start] if stack else []
        while stack:
            node, rest = stack[-1]
            following = next((n for n in rest if n in graph and n not in done), None)
            if following is None:
                done.add(node)
                stack.pop()
                path.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            else:
                stack.append((following, iter(sorted(graph[following]))))
                path.append(following)
    return []


def graph_of_the_house() -> dict[str, set[str]]:
    files = {module_of(p): p for p in FILES}
    return {name: set(imported(path, set(files))) - {name} for name, path in files.items()}


def test_a_circle_is_found_where_there_is_one() -> None:
    assert circle({"a": {"b"}, "b": {"c", "d"}, "c": set(), "d": {"b"}}) == ["b", "d", "b"]
    assert circle({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == []
    assert circle({"a": {"b"}, "b": {"a"}}) == ["a", "b", "a"]


def test_imports_of_every_kind_are_seen() -> None:
    graph = graph_of_the_house()
    assert len(graph) > 200
    assert "core.errors" in graph["core.robots"] and "envs.robots.table" in graph["envs.house"]
    assert any(len(edges) > 10 for edges in graph.values())


def test_no_module_imports_itself_by_a_detour() -> None:
    found = circle(graph_of_the_house())
    assert not found, "a circle of imports: " + " -> ".join(found)
