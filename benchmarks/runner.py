"""Runs a policy over episodes, many at a time, and keeps one raw record of each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..datasets.workers import Alone, Crew, Units
from .protocol import Actor, BenchConfig, EpisodeRecord, House
from .records import SUMMARY, RecordStore, write_json
from .report import write_report
from .summary import Summary, summarise
from .workers import BenchWork

Progress = Callable[[int, int, str], None]
"""(episodes done, episodes in all, what runs now); called where a task goes on and after each episode."""


def evaluate(
    env_factory: Callable[[str, int], House],
    make_policy: Callable[[House], Actor],
    config: BenchConfig,
    folder: Path,
    *,
    slots: int = 16,
    progress: Progress = lambda done, total, label: None,
) -> Summary:
    """Evaluates a policy in this process; see `evaluate_with`.

    env_factory(task, num_envs) builds the environment of one task; make_policy(env) the policy that acts in it. `slots`
    episodes run side by side.
    """
    return evaluate_with(Alone(BenchWork(env_factory, make_policy, config.language), slots), config, folder, progress=progress)


def evaluate_with(crew: Crew, config: BenchConfig, folder: Path, *, progress: Progress = lambda done, total, label: None) -> Summary:
    """Evaluates a policy on every task and writes `episodes.jsonl`, `summary.json` and `report.html` into `folder`.

    `crew` runs a BenchWork; outcomes do not depend on how many workers or slots it has. Episodes that `folder` already
    holds are not run again. On KeyboardInterrupt what is finished is summarised, with `interrupted` true.
    """
    store = RecordStore(folder, config.settings())
    wanted = range(config.seed, config.seed + config.episodes)
    todo = {t: [n for n in wanted if n not in store.done(t)] for t in config.tasks}
    total = config.episodes * len(config.tasks)
    done = total - sum(map(len, todo.values()))
    interrupted = False

    def keep(task: str, _: int, record: EpisodeRecord) -> None:
        nonlocal done
        store.append(record)
        done += 1
        progress(done, total, f"{task}, {crew.note}" if crew.note else task)

    units = Units(todo, keep)
    try:
        if not units.finished:
            if done:
                progress(done, total, next(t for t in todo if todo[t]))
            crew.run(units)
    except KeyboardInterrupt:
        interrupted = True
        store.open()
    finally:
        store.close()
    # In order of task and index, not of completion: sums of floats depend on their order.
    records = sorted((r for r in store.records if r.task in config.tasks and r.index in wanted), key=lambda r: r.key)
    summary = summarise(records, config.tasks, config.settings()) | {"interrupted": interrupted}
    write_json(folder / SUMMARY, summary)
    write_report(folder, summary, records)
    return summary
