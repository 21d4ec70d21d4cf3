"""`homebody tasks`, `homebody robots` and `homebody axes`: what there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import tyro

JsonPath = Annotated[Path | None, tyro.conf.arg(name="json")]


def describe_tasks() -> list[dict[str, Any]]:
    """One entry a task, with every goal, its instruction and its predicates."""
    from ..core.instructions import all_goals, phrasings
    from ..envs.initial import SPLITS
    from ..envs.model import ROBOTS
    from ..envs.tasks import TASKS

    out = []
    for task in TASKS.values():
        goals = [g for g in all_goals() if g.task == task.name]
        out.append({
            "name": task.name, "family": task.family, "room": task.room, "instruction": phrasings(goals[0])[0],
            "predicates": list(task.predicates(goals[0])), "horizon": task.horizon, "robots": list(ROBOTS), "splits": list(SPLITS),
            "goals": [{**g.to_json(), "instruction": phrasings(g)[0], "predicates": list(task.predicates(g))} for g in goals],
            "phrasings": {s: min(len(phrasings(g, s)) for g in goals) for s in SPLITS},
        })  # fmt: skip
    return out


def tasks(*, json_path: JsonPath = None) -> int:
    """Lists the tasks: family, an instruction, predicates, horizon, phrasings.

    Args:
        json_path: Write `tasks: [...]` there too.
    """
    from rich.console import Console
    from rich.table import Table

    entries = describe_tasks()
    table = Table("task", "family", "for example", "goal predicates", "goals", "steps", "phrasings (train + held out)")
    for e in entries:
        counts = f"{e['phrasings']['train']} + {e['phrasings']['heldout']}"
        table.add_row(e["name"], e["family"], e["instruction"], ", ".join(e["predicates"]), str(len(e["goals"])), str(e["horizon"]), counts)
    Console().print(table)
    if json_path:
        json_path.write_text(json.dumps({"tasks": entries}, indent=2))
    return 0


def robots(*, json_path: JsonPath = None) -> int:
    """Lists the robots.

    Args:
        json_path: Write `robots: [...]` there too.
    """
    from ..core.kinematics import DQ_MAX, GRIPPER_MAX_M, Q_MAX, Q_MIN, TAU_MAX

    entry = {
        "name": "panda", "joints": 7, "q_min_rad": Q_MIN.tolist(), "q_max_rad": Q_MAX.tolist(), "dq_max_radps": DQ_MAX.tolist(),
        "tau_max_Nm": TAU_MAX.tolist(), "gripper_m": GRIPPER_MAX_M, "taxels": [2, 8, 8],
    }  # fmt: skip
    print("panda: Franka Panda, 7 joints, two fingers of 8 x 8 taxels, opening 80 mm, position control at 20 Hz")
    if json_path:
        json_path.write_text(json.dumps({"robots": [entry]}, indent=2))
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

    table = Table("axis", "family", "unit", "nominal", "training", "held out", "what")
    for a in AXES.values():
        ranges = (f"{r[0]:g} to {r[1]:g}" for r in (a.train, a.heldout))
        table.add_row(a.name, a.family, a.unit, f"{a.nominal:g}", *ranges, a.help)
    Console().print(table)
    if json_path:
        entries = [{**asdict(a), "levels": list(a.levels())} for a in AXES.values()]
        json_path.write_text(json.dumps({"axes": entries}, indent=2))
    return 0


COMMANDS = {"tasks": tasks, "robots": robots, "axes": axes}
