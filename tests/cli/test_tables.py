"""Tables fit the terminal with names whole."""

from __future__ import annotations

import pytest
from homebody.cli.main import main
from homebody.cli.tables import Column, fitting, print_table
from homebody.cli.tasks import describe_tasks
from homebody.envs.axes import AXES


@pytest.mark.parametrize("width", [60, 80, 100, 132, 200, 400])
@pytest.mark.parametrize("command", ["tasks", "axes"])
def test_every_name_is_whole_and_no_line_is_wider_than_the_terminal(
    command: str, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main([command]) == 0
    said = capsys.readouterr().out
    names = [t["name"] for t in describe_tasks()] if command == "tasks" else list(AXES)
    assert all(f" {name} " in said for name in names) and "…" not in said
    assert max(map(len, said.splitlines())) <= width


def test_names_stay_whole_where_the_terminal_is_narrower_than_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    print_table([Column(title="task", rank=0, cells=["put_toothbrush_in_cup"]), Column(title="what", rank=1, cells=["x"])])
    said = capsys.readouterr().out
    assert " put_toothbrush_in_cup " in said and "what" in said.splitlines()[-1]


def test_the_least_important_column_goes_first_and_the_first_stays() -> None:
    a, b, c = (Column(title=t, rank=r, cells=["x" * 20]) for t, r in (("a", 0), ("b", 2), ("c", 1)))
    assert [fitting([a, b, c], width) for width in (70, 69, 46, 10)] == [[a, b, c], [a, c], [a], [a]]


def test_brackets_in_a_cell_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Column(title="n", rank=0, cells=["[red]x[/red] [bold"])])
    assert "[red]x[/red] [bold" in capsys.readouterr().out
