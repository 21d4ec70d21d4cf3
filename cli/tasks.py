"""`homebody tasks`, `homebody robots` and `homebody axes`: what there is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT, robot_named
from .bench_setup import check_counts
from .endings import DONE, NEGATIVE
from .outputs import JsonPath, MaybeFolder, write_json
from .tables import Column, print_table


def describe_tasks() -> list[dict[str, Any]]:
    """One entry a task, with every goal, its instruction and its predicates."""
    from ..core.instructions import phrasings
    from ..envs.registry import all_tasks, task_goals, task_robots, task_scene
    from ..envs.splits import SPLITS

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


def tasks(
    *,
    gallery: MaybeFolder = None,
    policy: str = "",
    tries: int = 6,
    split: str = "train",
    seen: int = 0,
    held: int = 2,
    only: str = "all",
    robot: str = DEFAULT_ROBOT,
    json_path: JsonPath = None,
) -> int:
    """Lists the tasks: family, an instruction, predicates, horizon, phrasings; or draws each of them; or measures what cameras see of them.

    Args:
        gallery: Folder for a picture of every task, before and after the expert did it, and a page that shows them.
        policy: With --gallery, whose first success at every task is filmed in place of the pictures.
        tries: With --policy, starts of each task that it may try.
        split: With --policy, `train` or `heldout` starts.
        seen: Held-out starts of each task in which the pixels are counted that show the part that has to move, in each camera.
        held: With --seen, episodes in which the pixels of what the hand holds are counted in the wrist camera.
        only: Tasks for the gallery or --seen: `all`, `core`, a family, or names separated by commas.
        robot: Who does them in the gallery; of `all`, `core` and families, those that it can do.
        json_path: Write `tasks: [...]` there too.
    """
    if policy and gallery is None:
        raise HomebodyError(f"policy {policy!r} without a gallery: expected --gallery DIR for the films")
    if seen or held < 0:
        check_counts(seen=(seen, 1), held=(held, 0))
        return _measure_seen(seen, held, only, json_path)
    entries = describe_tasks()
    write_json(json_path, {"tasks": entries})
    if gallery is not None:
        names = _doable(only, robot)
        return _film_all(gallery, names, policy, robot, split, tries) if policy else _draw_all(gallery, names, robot)
    columns = [
        Column(title="task", rank=0, cells=[e["name"] for e in entries]),
        Column(title="family", rank=1, cells=[e["family"] for e in entries]),
        Column(title="room", rank=3, cells=[e["room"] for e in entries]),
        Column(title="for example", rank=1, cells=[e["instruction"] for e in entries], wraps=True),
        Column(title="goal predicates", rank=4, cells=[", ".join(e["predicates"]) for e in entries], wraps=True),
        Column(title="goals", rank=5, cells=[str(len(e["goals"])) for e in entries]),
        Column(title="steps", rank=2, cells=[str(e["horizon"]) for e in entries]),
        Column(title="robots", rank=3, cells=[", ".join(e["robots"]) for e in entries]),
        Column(title="phrasings", rank=6, cells=[f"{e['phrasings']['train']} + {e['phrasings']['heldout']}" for e in entries]),
    ]
    print_table(columns, more="a wider terminal or --json has them")
    families = {e["family"] for e in entries}
    print(f"{len(entries)} tasks in {len(families)} families; phrasings: training + held out")
    return 0


def _doable(only: str, robot: str) -> list[str]:
    """The tasks that are asked for and that a robot can do."""
    from ..benchmarks.tasksets import task_names
    from ..envs.registry import task_robots
    from ..envs.stages import find_stage

    robot_named(robot)
    names = [n for n in task_names(only) if robot in task_robots(n.partition("+")[0])]
    if not names:
        find_stage(task_names(only)[0], robot)  # says which arms can
    return names


def _film_all(folder: Path, names: Sequence[str], policy: str, robot: str, split: str, tries: int) -> int:
    from .doctor import require_gl
    from .gallery_films import write_films
    from .learned import check_asked
    from .policies import knowing
    from .progress import progress_bar

    check_counts(tries=(tries, 1))
    source = knowing(policy, names, robot)
    check_asked(source, names, robot)
    require_gl()
    with progress_bar("gallery", len(names)) as progress:
        shots = write_films(folder, names, source, robot=robot, split=split, tries=tries, progress=progress)
    undone = [s.task for s in shots if not s.success]
    print(
        f"{folder / 'index.html'}: {len(names) - len(undone)} of {len(names)} tasks done" + (f"; not {', '.join(undone)}" if undone else "")
    )
    return NEGATIVE if undone else DONE


def _draw_all(folder: Path, names: Sequence[str], robot: str) -> int:
    from .gallery import write_gallery
    from .progress import progress_bar

    with progress_bar("gallery", len(names)) as progress:
        done = write_gallery(folder, names, robot, progress)
    undone = [n for n, ok in done.items() if not ok]
    print(f"{folder / 'index.html'}: {len(names)} tasks" + (f"; the expert failed at {', '.join(undone)}" if undone else ""))
    return 1 if undone else 0


SEEN_STARTS, SEEN_HELD = 0.95, 0.90
"""Least shares of starts and of grasped frames in which what matters is seen."""


def _measure_seen(starts: int, held: int, only: str, json_path: Path | None) -> int:
    """Prints and writes what cameras see; 1 where it is too little."""
    from ..benchmarks.tasksets import task_names
    from ..envs.visibility import CAMERAS, ENOUGH_PX, seen_table
    from .doctor import require_gl
    from .progress import progress_bar

    require_gl()
    names = task_names(only)
    with progress_bar("seen", len(names)) as progress:
        rows = seen_table(names, starts, held, progress)
    shares = {"any camera": "start", **{c: c for c in CAMERAS}}
    print_table(
        [
            Column(title="task", rank=0, cells=[r["task"] for r in rows]), Column(title="robot", rank=2, cells=[r["robot"] for r in rows]),
            *(Column(title=title, rank=1, cells=[f"{r[key]:.2f}" for r in rows]) for title, key in shares.items()),
            Column(title="held, wrist", rank=1, cells=["" if r["held"] is None else f"{r['held']:.2f}" for r in rows]),
        ],
        more="a wider terminal or --json has them",
    )  # fmt: skip
    poor = [r["task"] for r in rows if r["start"] < SEEN_STARTS or (r["held"] is not None and r["held"] < SEEN_HELD)]
    print(f"shares of {starts} held-out starts with {ENOUGH_PX} pixels or more" + (f"; too few: {', '.join(poor)}" if poor else ""))
    write_json(json_path, {"seen": rows})
    return 1 if poor else 0


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
    write_json(json_path, {"robots": entries})
    return 0


def axes(*, json_path: JsonPath = None) -> int:
    """Lists the axes along which episodes may differ: family, unit, nominal value, training and held-out range, graded levels.

    Args:
        json_path: Write `axes: [...]` there too.
    """
    from dataclasses import asdict

    from ..envs.axes import AXES

    axes = list(AXES.values())
    columns = [
        Column(title="axis", rank=0, cells=[a.name for a in axes]),
        Column(title="family", rank=3, cells=[a.family for a in axes]),
        Column(title="unit", rank=1, cells=[a.unit for a in axes]),
        Column(title="nominal", rank=1, cells=[f"{a.nominal:g}" for a in axes]),
        Column(title="training", rank=2, cells=[f"{a.train[0]:g} to {a.train[1]:g}" for a in axes]),
        Column(title="held out", rank=2, cells=[f"{a.heldout[0]:g} to {a.heldout[1]:g}" for a in axes]),
        Column(title="drawn by --randomize", rank=5, cells=["yes" if a.drawn else "" for a in axes], wraps=True),
        Column(title="what", rank=4, cells=[a.help for a in axes], wraps=True),
    ]
    print_table(columns, more="a wider terminal or --json has them")
    write_json(json_path, {"axes": [{**asdict(a), "levels": list(a.levels())} for a in AXES.values()]})
    return 0


COMMANDS = {"tasks": tasks, "robots": robots, "axes": axes}
