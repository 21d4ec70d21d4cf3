"""The recipes: each page's files go to a user's own folder, its commands run there, and what comes out is what the page says."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from homebody.datasets.store import Store
from pages import DOCS, blocks, files, run_page

RECIPES = DOCS / "recipes"
OURS = {"add_a_task", "add_a_sensor", "add_a_policy", "add_an_arm"}


def run(name: str, folder: Path) -> str:
    return run_page(RECIPES / f"{name}.md", folder, threads=1)


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "episodes.jsonl").read_text().splitlines()]


def test_every_recipe_is_run_here() -> None:
    assert {p.stem for p in RECIPES.glob("*.md")} == OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_recipe_is_one_module_and_commands_that_name_it(name: str) -> None:
    page = RECIPES / f"{name}.md"
    ((path, text),) = files(page).items()
    module = path.removesuffix(".py").replace("/", ".")
    assert any(kind == "bash" and f"--plugin {module}" in block for kind, block in blocks(page))
    assert len(text.splitlines()) < 100, "a recipe fits on a page"


def test_a_task_is_one_module_of_sentences_goals_marks_predicates_and_one_skill(tmp_path: Path) -> None:
    (text,) = files(RECIPES / "add_a_task.md").values()
    generators = [
        f.name for f in ast.parse(text).body if isinstance(f, ast.FunctionDef) and any(isinstance(n, ast.YieldFrom) for n in ast.walk(f))
    ]
    assert generators == ["set_beside"], "one skill"
    said = run("add_a_task", tmp_path)
    assert "[x] beside(mug, plate)" in said and (tmp_path / "out/film/video.mp4").stat().st_size > 10_000
    done = records(tmp_path / "out/bench")
    assert [r["success"] for r in done] == [True, True]
    assert all(r["task"] == "set_beside" and r["steps"] > 30 for r in done), "the goal is open at the start"


def test_a_sensor_is_a_stream_of_the_data_set_and_the_episode_replays(tmp_path: Path) -> None:
    said = run("add_a_sensor", tmp_path)
    assert "1 of 1 episodes replay to the same state, 1 to success" in said
    with Store.open(tmp_path / "out/ranged") as store:
        distance = store.stream(0, "palm_range")
        assert distance.shape == (store.meta(0)["length"], 1) and distance.dtype == np.float32
    assert distance[0] > 0.2 and distance.min() < 0.03, "the hand comes down on the toy"


def test_a_policy_acts_in_every_slot_and_does_what_nothing_does_by_itself(tmp_path: Path) -> None:
    run("add_a_policy", tmp_path)
    pushed, nothing = records(tmp_path / "out/pusher"), records(tmp_path / "out/zero")
    assert {r["policy"] for r in pushed} == {"pusher"} and len(pushed) == 4
    assert sum(r["success"] for r in pushed) >= 2 and not any(r["success"] for r in nothing)


def test_an_arm_stands_in_the_list_solves_household_tasks_and_keeps_its_limits(tmp_path: Path) -> None:
    said = run("add_an_arm", tmp_path)
    assert "sixer: Six hinges in a row, reach 1.06 m." in said and "within the limits of a real arm" in said
    row = next(r for r in json.loads((tmp_path / "out/robots.json").read_text())["robots"] if r["name"] == "sixer")
    assert row["joints"] == 6 and {"serve_on_plate", "open_chest_drawer"} <= set(row["tasks"])
    done = records(tmp_path / "out/bench")
    assert {r["task"] for r in done} == {"serve_on_plate", "open_chest_drawer"}
    assert all(r["success"] and r["certificate"]["robot"] == "sixer" for r in done)
