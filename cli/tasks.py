"""`homebody tasks`, `homebody robots` and `homebody axes`: what there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import tyro

JsonPath = Annotated[Path | None, tyro.conf.arg(name="json")]


def describe_tasks() -> list[dict[str, Any]]:
    """One entry a task, with every goal, its instruction and its predicates."""
    from ..core.instructions import phrasings
    from ..envs.initial import SPLITS
    from ..envs.registry import all_tasks, task_goals, task_robots, task_scene

    out = []
    for name, task in all_tasks().items():
        goals = task_goals(name)
        out.append({
            "name": name, "family": task.family, "room": task.room, "scene": task_scene(name), "instruction": phrasings(goals[0])[0],
            "predicates": list(task.predicates(goals[0])), "horizon": task.horizon, "robots": list(task_robots(name)),
            "reverse": getattr(task, "reverse", "") or None, "splits": list(SPLITS),
            "goals": [{**g.to_json(), "instruction": phrasings(g)[0], "predicates": list(task.predicates(g))} for g in goals],
            "phrasings": {s: min(len(phrasings(g, s)) for g in goals) for s in SPLITS},
        })  # fmt: skip
    return out


def tasks(*, gallery: Path | None = None, only: str = "all", json_path: JsonPath = None) -> int:
    """Lists the tasks: family, an instruction, predicates, horizon, phrasings; or draws each of them.

    Args:
        gallery: Folder for a picture of every task, before and after the expert did it, and a page that shows them.
        only: Tasks for the gallery: `all`, `core`, a family, or names separated by commas.
        json_path: Write `tasks: [...]` there too.
    """
    from rich.console import Console
    from rich.table import Table

    entries = describe_tasks()
    if json_path:
        json_path.write_text(json.dumps({"tasks": entries}, indent=2))
    if gallery is not None:
        return _draw_all(gallery, only)
    table = Table("task", "family", "room", "for example", "goal predicates", "goals", "steps", "robots", "phrasings")
    for e in entries:
        counts = f"{e['phrasings']['train']} + {e['phrasings']['heldout']}"
        table.add_row(e["name"], e["family"], e["room"], e["instruction"], ", ".join(e["predicates"]), str(len(e["goals"])),
                      str(e["horizon"]), ", ".join(e["robots"]), counts)  # fmt: skip
    Console().print(table)
    families = {e["family"] for e in entries}
    print(f"{len(entries)} tasks in {len(families)} families; phrasings: training + held out")
    return 0


def _draw_all(folder: Path, only: str) -> int:
    from ..benchmarks.tasksets import task_names
    from .gallery import write_gallery
    from .progress import progress_bar

    names = task_names(only)
    with progress_bar("gallery", len(names)) as progress:
        done = write_gallery(folder, names, progress)
    undone = [n for n, ok in done.items() if not ok]
    print(f"{folder / 'index.html'}: {len(names)} tasks" + (f"; the expert failed at {', '.join(undone)}" if undone else ""))
    return 1 if undone else 0


def robots(*, json_path: JsonPath = None) -> int:
    """Lists the robots.

    Args:
        json_path: Write `robots: [...]` there too.
    """
    from ..core.robots import ROBOTS
    from ..core.types import TAXELS
    from ..envs.registry import all_tasks, task_robots

    entries = [
        {
            "name": r.name, "joints": r.dof, "q_min_rad": r.q_min.tolist(), "q_max_rad": r.q_max.tolist(), "dq_max_radps": r.dq_max.tolist(),
            "tau_max_Nm": r.tau_max.tolist(), "gripper_m": r.gripper_max_m, "taxels": [TAXELS[0], *TAXELS[2:]], "latency_s": r.latency_s,
            "description": r.description, "tasks": [t for t in all_tasks() if r.name in task_robots(t)],
        }
        for r in ROBOTS.values()
    ]  # fmt: skip
    for e in entries:
        print(f"{e['name']}: {e['description']} Two pads of 8 x 8 taxels, position control at 20 Hz, {len(e['tasks'])} tasks.")
    if json_path:
        json_path.write_text(json.dumps({"robots": entries}, indent=2))
    return 0


def axes(*, json_path: JsonPath = None) -> int:
    """Lists the axes along which episodes may differ: family, unit, nominal value, training and held-out range, graded levels.

    Args:
        json_path: Write `axes: [...]` there too.
    """
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from ..envs.axes import AXES

    table = Table("axis", "family", "unit", "nominal", "training", "held out", "drawn by --randomize", "what")
    for a in AXES.values():
        ranges = (f"{r[0]:g} to {r[1]:g}" for r in (a.train, a.heldout))
        table.add_row(a.name, a.family, a.unit, f"{a.nominal:g}", *ranges, "yes" if a.drawn else "", a.help)
    Console().print(table)
    if json_path:
        entries = [{**asdict(a), "levels": list(a.levels())} for a in AXES.values()]
        json_path.write_text(json.dumps({"axes": entries}, indent=2))
    return 0


COMMANDS = {"tasks": tasks, "robots": robots, "axes": axes}
