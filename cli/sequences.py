"""`homebody sequences`: of sentences that ask for two things, how many are done whole."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError
from ..core.files import MODEL_FILE
from ..core.robots import DEFAULT_ROBOT, robot_named
from ..core.sources import sources_hash
from ..core.types import CONTROL_HZ, Goal, Policy
from .doing import BROKE, Stay, told
from .endings import DONE, INTERRUPTED, NEGATIVE
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..benchmarks.sequence_records import SequenceConfig, SequenceRecord
    from ..benchmarks.sequences import TwoThings
    from ..envs.engine import HouseholdVectorEnv
    from .policies import PolicySource


class SequenceWork:
    """Implements datasets.workers.Work: a unit is the number of a sequence, its result a record, a function of the settings and the number."""

    def __init__(self, config: SequenceConfig, policy: str, device: str) -> None:
        self._config, self._policy, self._device = config, policy, device
        self._sources: dict[tuple[str, ...], PolicySource] = {}
        self._open: tuple[tuple[str, str], HouseholdVectorEnv, Policy] | None = None

    def begin(self, group: str, slots: int) -> None:
        """There is one world at a time, opened where it is needed."""

    def end(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def advance(self, indices: Sequence[int]) -> list[tuple[int, SequenceRecord]]:
        return [(n, self.run(n)) for n in indices]

    def run(self, number: int) -> SequenceRecord:
        """Draws sequence `number`, hears it, and where it was heard as it is meant does both in one world."""
        from ..benchmarks.sequence_records import SequenceRecord
        from ..benchmarks.sequences import draw
        from .asked import heard

        c = self._config
        asked = draw(number, seed=c.seed, tasks=c.tasks, rooms=c.rooms, robot=c.robot)
        understood: tuple[Goal, ...] | None = None
        refused, came = "", dict[str, Any]()
        try:
            understood = heard(asked.text)
        except HomebodyError as why:
            refused = str(why)
        if understood == asked.goals:
            came = self._do(asked)
        return SequenceRecord(
            number=number, room=asked.room, text=asked.text, goals=tuple(g.to_json() for g in asked.goals), returns=asked.returns,
            task=asked.task, index=asked.index, heard=None if understood is None else tuple(g.to_json() for g in understood),
            refused=refused, **came,
        )  # fmt: skip

    def _do(self, asked: TwoThings) -> dict[str, Any]:
        """What the record says of a sentence that was understood."""
        source = self._source(asked.goals)
        env, policy = self._place(asked.task, source)
        stay = Stay(env, policy, say=lambda _: None, goes_home=bool(source.fingerprint))
        words = told(asked.goals, asked.text)
        stay.begin(asked.index, asked.goals[0], words[0])
        done = stay.do(asked.goals, words)
        return {
            "done": tuple(d.success for d in done), "diverged": any(d.why == BROKE for d in done), "seconds": stay.run.steps / CONTROL_HZ,
            "parts": tuple(d.to_json() for d in done), "certificate": env.certificate(0).to_json(),
        }  # fmt: skip

    def _source(self, goals: Sequence[Goal]) -> PolicySource:
        """Who does it, as `homebody prompt` finds it."""
        from .policies import knowing

        tasks = tuple(g.task for g in goals)
        if tasks not in self._sources:
            self._sources[tasks] = knowing(self._policy, tasks, self._config.robot, self._device)
        return self._sources[tasks]

    def _place(self, task: str, source: PolicySource) -> tuple[HouseholdVectorEnv, Policy]:
        """A house for the states of `task` and the policy in it; the last ones where they are the same."""
        from .prompt import house_for

        key = task, source.name
        if self._open is None or self._open[0] != key:
            self.end()
            env = house_for(source, task, robot=self._config.robot)
            try:
                self._open = key, env, source.build(env)
            except BaseException:
                env.close()
                raise
        return self._open[1], self._open[2]


@dataclass(frozen=True, kw_only=True)
class SequenceRecipe:
    """What a worker needs, as plain values: it travels to other processes."""

    config: SequenceConfig
    policy: str
    device: str

    def __call__(self) -> SequenceWork:
        return SequenceWork(self.config, self.policy, self.device)


def _known(policy: str, rooms: Sequence[str], robot: str, device: str) -> tuple[tuple[str, ...], str, str]:
    """The tasks that may be asked for, and names and fingerprints of who does them: `homebody` and `house` share the rooms.

    Raises HomebodyError for a policy that cannot act on the robot, and for a room of which it knows nothing.
    """
    from ..benchmarks.sequences import tasks_at_home
    from ..envs.registry import all_tasks
    from .learned import check_asked
    from .policies import knowing

    known, names, fingerprints = set[str](), list[str](), list[str]()
    for room in rooms:
        home = tasks_at_home(room, robot)
        source = knowing(policy, home, robot, device)
        learned = set(source.trained_on.tasks if source.trained_on else all_tasks())
        if not learned & set(home):
            who = f"policy {source.name!r} knows no task of room {room!r}" if home else f"no task of room {room!r} is for robot {robot!r}"
            raise HomebodyError(f"{who}: expected other --rooms")
        check_asked(source, [t for t in home if t in learned], robot)
        known |= learned
        names, fingerprints = [*names, source.name], [*fingerprints, source.fingerprint]
    tasks = tuple(t for t, x in all_tasks().items() if t in known and robot in x.robots)
    return tasks, "+".join(dict.fromkeys(names)), "+".join(dict.fromkeys(f for f in fingerprints if f))


def sequences(
    *, out: OutFolder = Path("out/sequences"), policy: str = "homebody", rooms: str = "first,kitchen,bathroom,care", episodes: int = 100,
    seed: int = 0, robot: str = DEFAULT_ROBOT, device: str = "cpu", workers: int | None = None, fail_below: float = 0.0,
    json_path: JsonPath = None,
) -> int:  # fmt: skip
    """Measures in what share of sentences that ask for two things both are done, in one world, as `homebody prompt` does them.

    Sentences and worlds are drawn by the seed: rooms and tasks take turns, the words vary, the states are held out from training, and one
    sentence in five takes back what it has just had done. What the listener does not understand exactly as it was meant is not run and counts
    as not done. Run the same command again to finish an interrupted run; a larger --episodes adds to it.

    Args:
        out: Folder for sequences.jsonl (a raw record each) and summary.json.
        policy: `homebody` (`house` outside the first room), `expert`, `random`, `zero`, package.module:factory, or a checkpoint's folder. A
            learned policy is asked only for tasks that it was trained on.
        rooms: Rooms that take turns, separated by commas: first, kitchen, bathroom, care, bedroom.
        episodes: Sequences in all.
        seed: Which sentences in which worlds, 0 or more.
        robot: Robot's name.
        device: Where the networks run: `cpu` or `cuda`.
        workers: Run on this many worker processes (Ray), with the same outcomes; by default this process.
        fail_below: Exit code 1 where the share of both done is lower (0 to 1): a gate for scripts.
        json_path: Write the summary there too.
    """
    from ..assets import checkpoint
    from ..benchmarks.sequence_records import SequenceConfig, run_sequences
    from ..datasets.workers import Alone
    from .cluster import cluster_config
    from .crew import RayCrew
    from .policies import absolute_policy
    from .progress import progress_bar

    if not 0 <= fail_below <= 1:
        raise HomebodyError(f"fail below is {fail_below}: expected a rate between 0 and 1")
    robot_named(robot)
    settings: dict[str, Any] = {
        "episodes": episodes, "seed": seed, "robot": robot, "rooms": tuple(r.strip() for r in rooms.split(",") if r.strip())
    }  # fmt: skip
    config = SequenceConfig(**settings, tasks=())  # checked before a policy is looked for
    tasks, name, fingerprint = _known(policy, config.rooms, robot, device)
    listener = hashlib.sha256((checkpoint("listener") / MODEL_FILE).read_bytes()).hexdigest()[:16]
    config = SequenceConfig(**settings, tasks=tasks, policy=name, fingerprint=fingerprint, listener=listener, code=sources_hash())
    recipe = SequenceRecipe(config=config, policy=absolute_policy(policy), device=device)
    remote, started = cluster_config(workers, None), time.perf_counter()
    crew = RayCrew(remote, recipe, slots=1) if remote else Alone(recipe(), 1)
    with progress_bar(f"sequences {name}", episodes) as advance:
        summary = run_sequences(crew, config, out, progress=lambda done, _, note: advance(done, note))
    summary["wall_seconds"] = time.perf_counter() - started
    _print(summary, out)
    write_json(json_path, summary)
    passed = (summary["both"]["rate"] or 0.0) >= fail_below
    return INTERRUPTED if summary["interrupted"] else DONE if passed else NEGATIVE


def _print(summary: dict[str, Any], out: Path) -> None:
    from ..benchmarks.report_style import interval, percent
    from ..benchmarks.summary import plan_in_words

    rows = {**summary["rooms"], "all": summary}
    for name, row in rows.items():
        both, first, second = row["both"], row["first"], row["second_given_first"]
        apart = "".join(f", {row[k]} {k}" for k in ("misheard", "diverged") if row[k])
        print(
            f"{name:<8}  both {both['successes']:>3} of {row['sequences']:<3} {percent(both['rate']):>5}  ({interval(both['ci95'])}); "
            f"first {percent(first['rate'])}, then the second {percent(second['rate'])}{apart}"
        )
    heard = summary["both_if_heard"]
    print(f"both of what was heard as it was meant: {percent(heard['rate'])} ({interval(heard['ci95'])})")
    if words := plan_in_words(summary):
        print(words.strip())
    print(f"{'interrupted; kept what was finished: ' if summary['interrupted'] else ''}{out / 'sequences.jsonl'}")


COMMANDS = {"sequences": sequences}
