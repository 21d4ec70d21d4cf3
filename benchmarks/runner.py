"""Runs a policy over episodes, many at a time, and keeps one raw record of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import HomebodyError
from ..datasets.workers import Alone, Crew, Units
from .against import Rival
from .films import Films, Stage
from .protocol import Actor, BenchConfig, House
from .records import SUMMARY, RecordStore, write_json
from .report import write_report
from .summary import Summary, summarise
from .workers import BenchWork, Played, group_name

Progress = Callable[[int, int, str], None]
"""(episodes done, episodes in all, what runs now); called where a task goes on and after each episode."""


class _Decided(Exception):
    """The sequential test has its answer."""


def evaluate(
    env_factory: Callable[[str, int], House],
    make_policy: Callable[[House], Actor],
    config: BenchConfig,
    folder: Path,
    *,
    slots: int = 16,
    progress: Progress = lambda done, total, label: None,
    rival: Rival | None = None,
) -> Summary:
    """Evaluates a policy in this process; see `evaluate_with`.

    env_factory(task, num_envs) builds the environment of one task; make_policy(env) the policy that acts in it. `slots`
    episodes run side by side.
    """
    work = BenchWork(env_factory, make_policy, config.language, touch=config.touch, arms=config.arms)
    return evaluate_with(Alone(work, slots), config, folder, progress=progress, rival=rival)


def wanted_episodes(config: BenchConfig, rival: Rival | None = None) -> dict[str, Sequence[int]]:
    """The episode indices of each task."""
    if rival:
        return dict(rival.indices)
    return dict.fromkeys(config.tasks, range(config.seed, config.seed + config.episodes))


def _groups(
    config: BenchConfig, wanted: Mapping[str, Sequence[int]], done: set[tuple[str, str, int]], rival: Rival | None
) -> dict[str, list[int]]:
    """What is left to run: a group for each task and arm, or, where the test may stop early, for each task and part."""
    if rival and rival.stop_early:
        return {
            group_name(t, part=k): [n for n in indices if (t, "", n) not in done]
            for k, part in enumerate(rival.parts, 1) for t, indices in part.items()
        }  # fmt: skip
    return {
        group_name(t, arm): [n for n in indices if (t, arm.name, n) not in done]
        for t, indices in wanted.items() for arm in config.all_arms
    }  # fmt: skip


def evaluate_with(
    crew: Crew, config: BenchConfig, folder: Path, *, progress: Progress = lambda done, total, label: None, rival: Rival | None = None,
    films: int = 0, stage: Callable[[str], Stage] | None = None,
) -> Summary:  # fmt: skip
    """Evaluates a policy on every task and writes `episodes.jsonl`, `summary.json` and `report.html` into `folder`.

    `crew` runs a BenchWork; outcomes do not depend on how many workers or slots it has. Episodes that `folder` already
    holds are not run again. On KeyboardInterrupt what is finished is summarised, with `interrupted` true. With a `rival`, its
    episodes are run, and where it may stop early no more of them than its test needs. `stage(task)` builds an environment of
    one slot for at most `films` film strips.
    """
    store = RecordStore(folder, config.settings())
    if rival is None:
        store.intend(config.episodes)
    wanted = wanted_episodes(config, rival)
    units = {(t, a.name, n) for t, indices in wanted.items() for a in config.all_arms for n in indices}
    shelf = Films(folder, store.records, limit=films)
    total, done = len(units), len(units & store.done())
    interrupted = False

    def keep(group: str, _: int, played: Played) -> None:
        nonlocal done
        store.append(played.record)
        if films:
            shelf.offer(played)
        done += 1
        progress(done, total, f"{group}, {crew.note}" if crew.note else group)
        if rival and rival.stop_early and rival.decides(store.records):
            raise _Decided

    todo = Units(_groups(config, wanted, store.done(), rival), keep)
    try:
        if not todo.finished and not (rival and rival.stop_early and rival.decides(store.records)):
            if done:
                progress(done, total, "going on")
            crew.run(todo)
    except _Decided:
        pass
    except KeyboardInterrupt:
        interrupted = True
        store.open()
    finally:
        store.close()
    # In order of task and index, not of completion: sums of floats depend on their order.
    records = sorted((r for r in store.records if r.key in units), key=lambda r: r.key)
    summary = summarise(records, config.tasks, config.settings()) | {"interrupted": interrupted}
    if store.plan:
        summary["plan"] = {**store.plan, "shown": config.episodes}
    if rival and (result := rival.result(folder, records)):
        summary["against"] = result
    if films and stage and not interrupted:
        progress(done, total, "film strips")
        summary |= _shoot(shelf, stage)
    write_json(folder / SUMMARY, summary)
    write_report(folder, summary, records, shelf.strips())
    return summary


def _shoot(shelf: Films, stage: Callable[[str], Stage]) -> dict[str, Any]:
    """Strips are worth having, not worth losing an evaluation for: where pictures cannot be drawn, the summary says why."""
    try:
        strays = shelf.shoot(stage)
    except HomebodyError as error:
        return {"films": {"refused": str(error)}}
    except KeyboardInterrupt:
        return {"films": {"refused": "interrupted"}}
    return {"films": {"strays": strays}} if strays else {}
