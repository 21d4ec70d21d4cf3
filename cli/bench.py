"""`homebody bench` and `homebody compare`: how well a policy does, and whether another does better."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from ..core.errors import HomebodyError, unknown

if TYPE_CHECKING:
    from ..benchmarks.workers import BenchWork
    from .policies import PolicySource


def task_names(tasks: str) -> tuple[str, ...]:
    """Task names of `core`, `all` or a comma list. Raises HomebodyError for an unknown one."""
    from ..envs.tasks import TASKS

    names = [t.strip() for t in tasks.split(",") if t.strip()]
    out: dict[str, None] = {}
    for name in names:
        if name in ("core", "all"):
            out |= dict.fromkeys(TASKS)
        elif name in TASKS:
            out[name] = None
        else:
            raise unknown("task", name, [*TASKS, "core", "all"])
    if not out:
        raise HomebodyError(f"tasks is {tasks!r}: expected core, all, or names separated by commas")
    return tuple(out)


@dataclass(frozen=True, kw_only=True)
class BenchRecipe:
    """Everything that a worker needs to evaluate, as plain values: it travels to other processes."""

    policy: str
    fingerprint: str
    """What the weights' hash must be over there."""
    robot: str
    split: str
    language: str
    randomize: str
    axes: dict[str, float]
    think_ms: float
    device: str
    threads: int

    def __call__(self) -> BenchWork:
        from ..benchmarks.workers import BenchWork
        from ..envs.engine import HouseholdVectorEnv

        source = actor(self.policy, self.think_ms, self.device)
        if source.fingerprint != self.fingerprint:
            raise HomebodyError(f"policy {self.policy} has fingerprint {source.fingerprint} in the worker: expected {self.fingerprint}")

        def make_env(task: str, count: int) -> HouseholdVectorEnv:
            return HouseholdVectorEnv(
                task, count, robot=self.robot, split=self.split, cameras=source.cameras, image_size=source.image_size,
                privileged=source.privileged, randomize=self.randomize or None, axes=self.axes, threads=self.threads,
            )  # fmt: skip

        return BenchWork(make_env, source.build, self.language)


def absolute_policy(name: str) -> str:
    """The policy's name, or its folder's whole path: a worker may stand in another folder."""
    from .policies import NAMES

    return name if name in NAMES else str(Path(name).resolve())


def _print_summary(summary: dict[str, Any], out: Path) -> None:
    from ..benchmarks.report import interval, percent

    width = max((len(t) for t in summary["tasks"]), default=4)
    for name, row in summary["tasks"].items():
        swap = f", the other task {percent(row['other']['rate'])}" if "other" in row else ""
        diverged = f", {row['diverged']} diverged" if row["diverged"] else ""
        rate = f"{percent(row['rate']):>5}  ({interval(row['ci95'])})"
        print(f"{name:<{width}}  {row['successes']:>4} of {row['episodes']:<4} {rate}{swap}{diverged}")
    other = f", the other task {percent(summary['other']['mean'])}" if "other" in summary else ""
    print(f"{'mean':<{width}}  {'':>12} {percent(summary['mean']):>5}  ({interval(summary['mean_ci95'])}){other}")
    if "thinking" in summary:
        t = summary["thinking"]
        share = 100 * t["changed"] / t["decisions"]
        print(
            f"{t['decisions']} decisions: {t['ms']['p50']:.0f} ms (95 %: {t['ms']['p95']:.0f}, 99 %: {t['ms']['p99']:.0f}); "
            f"another than the policy's own acted in {share:.1f} %"
        )
    print(f"{'interrupted; kept what was finished: ' if summary['interrupted'] else ''}{out / 'report.html'}")


def actor(policy: str, think_ms: float, device: str) -> PolicySource:
    """The policy to evaluate, thinking where it is given time to. Raises HomebodyError for bad settings."""
    from .policies import find_policy, thinking

    if think_ms < 0:
        raise HomebodyError(f"think is {think_ms:g} ms: expected 0 or more")
    source = find_policy(policy, device)
    return thinking(source, think_ms, device=device) if think_ms else source


def bench(
    *,
    out: Path,
    tasks: str = "core",
    policy: str = "homebody",
    split: str = "heldout",
    language: str = "nominal",
    episodes: int = 50,
    seed: int = 0,
    robot: str = "panda",
    randomize: str = "",
    axes: str = "",
    think: float = 0.0,
    device: str = "cpu",
    slots: int = 16,
    threads: int = 2,
    workers: int | None = None,
    ray: str | None = None,
    card: Path | None = None,
    json_path: Annotated[Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Evaluates a policy: success rates with intervals, from one raw record per episode.

    Run the same command again to finish an interrupted run; a larger --episodes adds to it.

    Args:
        out: Folder for episodes.jsonl, summary.json and report.html.
        tasks: `core`, `all`, or task names separated by commas.
        policy: `homebody`, `expert`, `random`, `zero`, or the folder of a checkpoint.
        split: Initial states: `heldout` (never used in training) or `train`.
        language: The text: `nominal` (phrasings used in training), `heldout` (phrasings held out from training), `swap`
            (another instruction that the same state allows), `empty` (none).
        episodes: Episodes per task.
        seed: Index of the first episode; the index alone fixes the initial state.
        robot: Robot's name.
        randomize: Draw physics, senses, light, colours and cameras of each episode from the `train` or the wider `heldout`
            ranges (`homebody axes` lists them).
        axes: Axes to set in all episodes: NAME=VALUE, several separated by commas.
        think: Milliseconds to think before each chunk of actions: the world model judges variations of it (0: act at once).
        device: Where the networks run: `cpu` or `cuda`.
        slots: Simulations side by side, over all workers; outcomes do not depend on it.
        threads: Threads for physics and rendering in one process; a worker has one.
        workers: Run on this many worker processes (Ray), with the same outcomes, bit for bit (but for --think, whose budget
            is time). One that dies costs only the episodes it was running, which are run again: a way round crashes of
            software renderers, too.
        ray: `HOST:PORT` of a running Ray cluster for the workers, or `auto`; by default one is started and ended.
        card: Folder of a checkpoint whose model card gets these scores.
        json_path: Write the summary there too.
    """
    from ..benchmarks.protocol import BenchConfig
    from ..benchmarks.runner import evaluate_with
    from ..datasets.workers import Alone
    from ..envs.axes import RANDOMIZE, parse_axes
    from .cluster import cluster_config, slots_each
    from .crew import RayCrew
    from .progress import progress_bar

    source, setting = actor(policy, think, device), parse_axes(axes)
    if randomize and randomize not in RANDOMIZE:
        raise unknown("randomisation", randomize, RANDOMIZE)
    config = BenchConfig(
        tasks=task_names(tasks), episodes=episodes, seed=seed, split=split, language=language, robot=robot,
        randomize=randomize, axes=setting, think_ms=think, policy=source.name, fingerprint=source.fingerprint,
    )  # fmt: skip
    if slots < 1:
        raise HomebodyError(f"slots is {slots}: expected 1 or more")
    if threads < 1:
        raise HomebodyError(f"threads is {threads}: expected 1 or more")
    remote = cluster_config(workers, ray)
    recipe = BenchRecipe(
        policy=absolute_policy(policy), fingerprint=source.fingerprint, robot=robot, split=split, language=language,
        randomize=randomize, axes=setting, think_ms=think, device=device, threads=1 if remote else threads,
    )  # fmt: skip
    crew = RayCrew(remote, recipe, slots=slots_each(slots, remote)) if remote else Alone(recipe(), slots)
    with progress_bar(f"bench {source.name}", episodes * len(config.tasks)) as advance:
        summary = evaluate_with(crew, config, out, progress=lambda done, _, note: advance(done, note))
    _print_summary(summary, out)
    if card:
        from ..policies.card import add_scores

        house = f", house varied over the {randomize} ranges" if randomize else ""
        add_scores(card, f"{split} initial states, {language} instructions{house}", summary)
    if json_path:
        json_path.write_text(json.dumps(summary, indent=2) + "\n")
    return 1 if summary["interrupted"] else 0


def compare(
    dir_a: tyro.conf.Positional[Path],
    dir_b: tyro.conf.Positional[Path],
    /,
    *,
    json_path: Annotated[Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Compares two benchmark runs episode by episode: is B better than A, and what difference could have been seen?

    Args:
        dir_a: Folder of the first run.
        dir_b: Folder of the second run.
        json_path: Write the result there too.
    """
    from ..benchmarks.compare import compare as compare_runs

    result = compare_runs(dir_a, dir_b)
    for name, row in result["tasks"].items():
        print(f"{name:<18} {row['pairs']:>4} pairs   A {100 * row['rate_a']:5.1f} %   B {100 * row['rate_b']:5.1f} %")
    low, high = result["ci95"]
    verdict = {"better": "B is better", "worse": "B is worse", "undecided": "undecided"}[result["verdict"]]
    print(
        f"B minus A: {100 * result['difference']:+.1f} points (95 % interval {100 * low:+.1f} to {100 * high:+.1f}), "
        f"p = {result['p']:.3g}, {verdict}; {result['pairs']} pairs would show {100 * result['mde']:.1f} points 8 times in 10"
    )
    if result["unpaired"]:
        print(f"{result['unpaired']} episodes are in one run only and were left out")
    if result["different_models"]:
        print(f"the physics model differs in {result['different_models']} pairs: this compares houses as well as policies")
    if json_path:
        json_path.write_text(json.dumps(result, indent=2) + "\n")
    return 0


COMMANDS = {"bench": bench, "compare": compare}
