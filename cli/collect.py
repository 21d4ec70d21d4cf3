"""`homebody collect`: records demonstrations in simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import HomebodyError, unknown
from ..core.robots import DEFAULT_ROBOT
from .endings import DONE, INTERRUPTED, NEGATIVE
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..datasets.collect import CollectConfig
    from ..datasets.workers import CollectReport, CollectWork
    from .cluster import ClusterConfig


EXPERT = "expert"


@dataclass(frozen=True, kw_only=True)
class CollectRecipe:
    """Everything that a worker needs to collect, as plain values: it travels to other processes."""

    policy: str | None
    """Who acts before or instead of the expert; None where it is the expert alone."""
    fingerprint: str
    """What the hash of its weights must be over there."""
    robot: str
    split: str
    image_size: int
    cameras: tuple[str, ...]
    sensors: tuple[str, ...]
    marked: int
    randomize: str
    threads: int
    config: CollectConfig

    def __call__(self) -> CollectWork:
        from ..datasets.workers import CollectWork
        from ..envs.engine import HouseholdVectorEnv
        from ..envs.skills.expert import Expert
        from .policies import find_policy

        source = find_policy(self.policy) if self.policy else None
        if source and source.fingerprint != self.fingerprint:
            raise HomebodyError(f"policy {self.policy} has fingerprint {source.fingerprint} in the worker: expected {self.fingerprint}")

        unrecorded = source.cameras if source and not self.cameras else ()
        sensors = tuple(dict.fromkeys((*self.sensors, *(source.sensors if source else ()))))

        def make_env(task: str, count: int) -> HouseholdVectorEnv:
            return HouseholdVectorEnv(
                task, count, robot=self.robot, image_size=self.image_size, cameras=self.cameras or unrecorded, split=self.split, sensors=sensors,
                privileged=bool(source and source.privileged), randomize=self.randomize or None, threads=self.threads, marked=self.marked,
            )  # fmt: skip

        return CollectWork(make_env, Expert, self.config, make_policy=source.build if source else None, unrecorded=unrecorded)


def collect(
    *,
    out: OutFolder,
    tasks: str = "first",
    episodes: int = 10,
    policy: str = EXPERT,
    takeover: float = 0.0,
    perturb: float = 0.0,
    autonomous: float = 0.0,
    keep_failures: bool = False,
    randomize: str = "",
    image_size: int = 128,
    cameras: str = "scene,wrist",
    sensors: str = "",
    marks: int = 6,
    robot: str = DEFAULT_ROBOT,
    split: str = "train",
    first_index: int = 0,
    slots: int = 16,
    threads: int = 2,
    workers: int | None = None,
    ray: str | None = None,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Records episodes of scripted demonstrations into a data set, each one a transaction.

    Episodes come in the order of task and index, a function of these alone. Ctrl-C keeps every finished one; the same command again goes on where it
    stopped: what the data set holds already is skipped. A later --first-index adds more.

    Args:
        out: Folder of the data set; made if missing, added to if it is one.
        tasks: Tasks separated by commas, or names of sets: `first` (the six of the first room), `core`, `all`, a family.
        episodes: Episodes of each task.
        policy: Who acts: `expert`, or a policy that begins the episodes that the expert finishes (see --takeover).
        takeover: Share of the episodes in which the expert takes over from --policy at a random moment (0 to 1).
        perturb: Share of the episodes with bursts of random motion that the expert recovers from (0 to 1).
        autonomous: Share of the episodes in which --policy acts from beginning to end (0 to 1).
        keep_failures: Also record episodes that were not solved.
        randomize: Draw physics, senses, light, colours and cameras of each episode from the `train` or the wider `heldout`
            ranges (`homebody axes` lists them): what a policy needs that is to leave the simulator.
        image_size: Pictures' height and width [pixels].
        cameras: Cameras that are recorded: scene, wrist, side; `none` for episodes without pictures, several times as fast, from which what
            moves by marks learns; --policy looks all the same.
        sensors: What else is recorded: wrench, joint_torques, taxel_forces or sensors of your own, each a stream of its own.
        marks: Most goals of an episode that its labels say where of, its own first; the others tell what it was not.
        robot: Robot's name.
        split: `train` or `heldout` initial states.
        first_index: Index of the first episode; the index alone fixes the initial state.
        slots: Simulations side by side, over all workers; episodes do not depend on it.
        threads: Threads for physics and rendering in one process; a worker has one.
        workers: Run on this many worker processes (Ray): the same data set, but for measured times. One that dies costs only
            the episodes it was running, which are run again: a way round crashes of software renderers, too.
        ray: `HOST:PORT` of a running Ray cluster for the workers, or `auto`; by default one is started and ended.
        seed: Seed of the perturbations and takeovers.
        json_path: Write `episodes, kept, skipped, frames, seconds, rejected` there too.
    """
    from ..benchmarks.tasksets import task_names
    from ..datasets.collect import CollectConfig
    from .cluster import cluster_config
    from .doctor import require_gl
    from .policies import absolute_policy

    names, senses = task_names(tasks), _recorded_sensors(sensors)
    _check(names, robot, split, image_size, slots, threads, randomize)
    fingerprint = _fingerprint(policy, names, robot, _cameras(cameras))
    learned = policy != EXPERT
    config = CollectConfig(
        episodes=episodes, first_index=first_index, perturb=perturb, takeover=takeover or float(learned and not autonomous),
        autonomous=autonomous, keep_failures=keep_failures, seed=seed, policy=(fingerprint or policy) if learned else "", randomize=randomize,
    )  # fmt: skip
    remote = cluster_config(workers, ray)
    require_gl()
    work = CollectRecipe(
        policy=absolute_policy(policy) if learned else None, fingerprint=fingerprint, robot=robot, split=split,
        image_size=image_size, cameras=_cameras(cameras), sensors=senses, marked=marks, randomize=randomize, threads=1 if remote else threads, config=config,
    )  # fmt: skip
    report, interrupted = _collect(work, names, out, slots, remote)
    _print(report, out, interrupted)
    write_json(json_path, asdict(report))
    return INTERRUPTED if interrupted else DONE if report.kept or report.skipped else NEGATIVE


def _check(
    names: Sequence[str], robot: str, split: str, image_size: int, slots: int, threads: int, randomize: str
) -> None:  # fmt: skip
    """Raises HomebodyError for settings that nothing could be collected with."""
    from ..envs.arguments import choice, picture_size
    from ..envs.axes import RANDOMIZE
    from ..envs.splits import SPLITS
    from ..envs.stages import find_stage
    from .bench_setup import check_counts

    for name in names:
        find_stage(name, robot)
    choice("split", split, SPLITS)
    picture_size(image_size)
    check_counts(slots=(slots, 1), threads=(threads, 1))
    if randomize and randomize not in RANDOMIZE:
        raise unknown("randomisation", randomize, RANDOMIZE)


def _fingerprint(policy: str, names: Sequence[str], robot: str, cameras: Sequence[str]) -> str:
    """Of the policy's weights; empty for one without. Raises HomebodyError where it cannot act there, by these cameras."""
    from .learned import check_asked
    from .policies import find_policy

    if policy == EXPERT:
        return ""
    source = find_policy(policy)
    if cameras and (missing := [c for c in source.cameras if c not in cameras]):
        union = ",".join((*cameras, *missing))
        raise HomebodyError(f"policy {policy!r} looks through {', '.join(source.cameras)}: expected --cameras {union}")
    check_asked(source, names, robot)
    return source.fingerprint


def _collect(
    work: CollectRecipe, names: Sequence[str], out: Path, slots: int, remote: ClusterConfig | None
) -> tuple[CollectReport, bool]:  # fmt: skip
    """Runs what the data set does not hold yet."""
    from ..core.types import CONTROL_HZ
    from ..datasets.collect import recipe
    from ..datasets.store import open_for
    from ..datasets.workers import Alone
    from ..datasets.workers import collect as collect_with
    from .cluster import slots_each
    from .crew import RayCrew
    from .progress import progress_bar

    config, crew = work.config, RayCrew(remote, work, slots=slots_each(slots, remote)) if remote else Alone(work(), slots)
    with open_for(out, robot=work.robot, cameras=work.cameras, image_size=work.image_size, control_hz=CONTROL_HZ) as store:
        there = store.recorded()

        def recorded(task: str, index: int) -> bool:
            return (task, work.robot, work.split, index, recipe(config, index, learned=work.policy is not None)) in there

        with progress_bar(f"collect {','.join(names)}", config.episodes * len(names)) as advance:
            return collect_with(
                crew, names, config, store.append, slots=max(slots, remote.workers if remote else 1), skip=recorded,
                on_episode=lambda report: advance(report.skipped + report.episodes, _note(report, crew.note)),
            )  # fmt: skip


def _print(report: CollectReport, out: Path, interrupted: bool) -> None:
    print(
        f"{'interrupted; ' if interrupted else ''}kept {report.kept} of {report.episodes} episodes, {report.frames} frames "
        f"in {report.seconds:.0f} s: {out}"
    )
    if report.skipped:
        print(f"  skipped, recorded here before: {report.skipped}")
    for reason, count in report.rejected.items():
        print(f"  rejected, {reason}: {count}")


def _parts(names: str) -> tuple[str, ...]:
    return tuple(n.strip() for n in names.split(",") if n.strip())


def _cameras(names: str) -> tuple[str, ...]:
    return () if names == "none" else _parts(names)


def _recorded_sensors(names: str) -> tuple[str, ...]:
    """Sensors by name. Raises HomebodyError for unknown ones, and for pictures, which a data set keeps of its cameras alone."""
    from ..envs.sensors.cameras import EXTRA
    from ..envs.sensors.registry import SENSORS, requested

    asked = requested(_parts(names))
    if pictures := [n for n in asked if n in EXTRA]:
        raise HomebodyError(f"sensor {pictures[0]!r} is not recorded: expected some of {', '.join(SENSORS)}")
    return asked


def _note(report: CollectReport, crew: str) -> str:
    note = f"{report.kept} kept, {report.frames / max(report.seconds, 1e-9):.0f} frames/s"
    return f"{note}, {crew}" if crew else note


COMMANDS = {"collect": collect}
