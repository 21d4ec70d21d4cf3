"""`homebody data ...`: look into data sets, and trust them no further than they can be checked."""

from __future__ import annotations

from pathlib import Path

import tyro

from .outputs import JsonPath, write_json
from .tables import Column, print_table

DatasetPath = tyro.conf.Positional[Path]


def info(*, dataset: DatasetPath, json_path: JsonPath = None) -> int:
    """Shows what a data set holds.

    Args:
        dataset: Folder of the data set.
        json_path: Write the facts there too.
    """
    from ..datasets.store import Store

    with Store.open(dataset) as store:
        metas = [store.meta(i) for i in range(len(store))]
        facts = store.info() | {"successes": sum(m["success"] for m in metas)}
        tasks: dict[str, int] = {}
        for meta in metas:
            task = meta["certificate"]["goal"]["task"]
            tasks[task] = tasks.get(task, 0) + 1
    facts["tasks"] = tasks
    for key, value in facts.items():
        print(f"{key:>12}: {value}")
    write_json(json_path, facts)
    return 0


def list_(*, dataset: DatasetPath, json_path: JsonPath = None) -> int:
    """Lists the episodes: instruction, frames, outcome, who acted.

    Args:
        dataset: Folder of the data set.
        json_path: Write `episodes: [...]` there too.
    """
    from ..datasets.store import Store

    with Store.open(dataset) as store:
        rows = [
            {k: m[k] for k in ("instruction", "length", "success", "credit", "policy")} | {"episode": i}
            for i, m in ((i, store.meta(i)) for i in range(len(store)))
        ]
    columns = [
        Column(title="episode", rank=0, cells=[str(r["episode"]) for r in rows]),
        Column(title="instruction", rank=1, cells=[str(r["instruction"]) for r in rows], wraps=True),
        Column(title="frames", rank=3, cells=[str(r["length"]) for r in rows]),
        Column(title="solved", rank=2, cells=["yes" if r["success"] else "no" for r in rows]),
        Column(title="credit", rank=4, cells=[f"{r['credit']:.2f}" for r in rows]),
        Column(title="policy", rank=2, cells=[str(r["policy"]) for r in rows]),
    ]
    print_table(columns, more="a wider terminal or --json has them")
    write_json(json_path, {"episodes": rows})
    return 0


def verify(*, dataset: DatasetPath, json_path: JsonPath = None) -> int:
    """Checks every stream of every episode against its checksum. Exit code 1 when something is wrong.

    Args:
        dataset: Folder of the data set.
        json_path: Write `episodes, frames, problems` there too.
    """
    from ..datasets.check import verify as check

    report = check(dataset)
    for problem in report["problems"]:
        print(problem)
    print(f"{report['episodes']} episodes, {report['frames']} frames, {len(report['problems'])} problems")
    write_json(json_path, report)
    return 1 if report["problems"] else 0


def replay(*, dataset: DatasetPath, episodes: int = 0, json_path: JsonPath = None) -> int:
    """Acts the episodes out again and compares the physics state, bit for bit. Exit code 1 when one differs.

    Args:
        dataset: Folder of the data set.
        episodes: How many, from the first; 0 for all.
        json_path: Write `episodes, equal, successes, different` there too.
    """
    from ..core.errors import HomebodyError
    from ..core.types import Certificate
    from ..datasets.check import replay as act_again
    from ..datasets.store import Store
    from ..teleop.house import PatientEnv
    from .progress import progress_bar

    if episodes < 0:
        raise HomebodyError(f"episodes is {episodes}: expected 0 (all) or more")

    def make(certificate: Certificate) -> PatientEnv:  # attempts by hand may last longer than their task's horizon
        return PatientEnv(certificate.task, 1, robot=certificate.robot, split=certificate.split, cameras=(), threads=1)

    with Store.open(dataset) as store:
        count = min(episodes or len(store), len(store))
    with progress_bar("replay", count) as advance:
        report = act_again(dataset, make, range(count), advance)
    print(f"{report['equal']} of {report['episodes']} episodes replay to the same state, {report['successes']} to success")
    write_json(json_path, report)
    return 0 if report["equal"] == report["episodes"] else 1


def log(*, dataset: DatasetPath, json_path: JsonPath = None) -> int:
    """Shows the data set's history, the newest commit first.

    Args:
        dataset: Folder of the data set.
        json_path: Write `commits: [...]` there too.
    """
    from ..datasets.store import Store

    with Store.open(dataset) as store:
        commits = store.history()
    for commit in commits:
        print(f"{commit['id']}  {commit['time']}  {commit['message']}")
    write_json(json_path, {"commits": commits})
    return 0


COMMANDS = {"info": info, "list": list_, "verify": verify, "replay": replay, "log": log}
