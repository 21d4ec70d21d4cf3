"""`homebody bench` and `homebody compare`: how well a policy does, and whether another does better."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tyro

from ..core.errors import HomebodyError, unknown
from ..core.robots import DEFAULT_ROBOT
from ..core.sources import sources_hash
from .bench_setup import BenchRecipe, actor, check_counts, check_rivals, taken, usual_workers
from .endings import DONE, INTERRUPTED, NEGATIVE
from .outputs import JsonPath, MaybeFolder, OutFolder, write_json


def _print_sweep(summary: dict[str, Any]) -> None:
    """The sensitivity ranking, and the dose-response table of each axis."""
    from ..benchmarks.report_style import interval, percent, points, value

    for name, axis in summary["sweep"]["axes"].items():
        cells = (f"{value(r['value'], axis['unit'])}: {percent(r['rate'])} ({interval(r['ci95'])})" for r in axis["levels"])
        print(f"{name}  {'  '.join(cells)}")
    ranking = summary["sweep"]["ranking"]
    inert = [row["axis"] for row in ranking if row["identical"] == row["pairs"]]
    for row in (r for r in ranking if r["axis"] not in inert):
        low, high = row["ci95"]
        words = "" if row["p"] < 0.05 else ", not distinguishable from none"
        print(
            f"{row['axis']} at level {row['level']}: {points(-row['drop'])} points ({points(-high)} to {points(-low)}), p = {row['p']:.3g}"
            f"{words}; {row['pairs']} pairs would show {100 * row['mde']:.0f} points 8 times in 10"
        )
    if inert:
        print(f"changed nothing, to the last bit of every final state: {', '.join(inert)}")


def _print_summary(summary: dict[str, Any], out: Path) -> None:
    from ..benchmarks.compare import in_words
    from ..benchmarks.report_style import interval, percent
    from ..benchmarks.summary import plan_in_words

    width = max((len(t) for t in summary["tasks"]), default=4)
    for name, row in summary["tasks"].items():
        swap = f", the other task {percent(row['other']['rate'])}" if "other" in row else ""
        diverged = f", {row['diverged']} broke in the simulator" if row["diverged"] else ""
        diverged += f", {row['skipped']} skipped: no other instruction" if "skipped" in row else ""
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
    if "sweep" in summary:
        _print_sweep(summary)
    if "against" in summary:
        print("\n".join(in_words(summary["against"])))
    if words := plan_in_words(summary):
        print(words.strip())
    print(f"{'interrupted; kept what was finished: ' if summary['interrupted'] else ''}{out / 'report.html'}")


def bench(
    *,
    out: OutFolder = Path("out/bench"),
    tasks: str | None = None,
    policy: str = "homebody",
    split: str = "heldout",
    language: str = "nominal",
    touch: str = "on",
    episodes: int | None = None,
    seed: int = 0,
    robot: str = DEFAULT_ROBOT,
    randomize: str = "",
    axes: str = "",
    against: Path | None = None,
    stop_early: bool = False,
    think: float = 0.0,
    device: str = "cpu",
    films: int = 24,
    slots: int = 16,
    threads: int = 2,
    workers: int | None = None,
    ray: str | None = None,
    card: MaybeFolder = None,
    fail_below: float = 0.0,
    json_path: JsonPath = None,
) -> int:
    """Evaluates a policy: success rates with intervals, from one raw record per episode.

    Run the same command again to finish an interrupted run; a larger --episodes, more tasks or more axes add to it.

    Args:
        out: Folder for episodes.jsonl, summary.json and report.html.
        tasks: Names separated by commas: `core` (the default: the first six tasks and one of each family), `all`, `hard` (core
            in perturbed settings), a family, a task, or a task in a setting, as in open_drawer+stiff.
        policy: `homebody`, `expert`, `random`, `zero`, `parrot` (acts out another episode), or the folder of a checkpoint.
        split: Initial states: `heldout` (never used in training) or `train`.
        language: The text: `nominal` (phrasings used in training), `heldout` (phrasings held out from training), `swap`
            (another instruction that the same state allows), `empty` (none).
        touch: The taxels that the policy gets: `on` (as measured), `off` (zeros), `shuffled` (those of another step, places
            permuted).
        episodes: Episodes per task and arm (50; with --against, all that its folder holds).
        seed: Index of the first episode; the index alone fixes the initial state.
        robot: Robot's name.
        randomize: Draw physics, senses, light, colours and cameras of each episode from the `train` or the wider `heldout`
            ranges (`homebody axes` lists them).
        axes: Axes to set or to sweep, separated by commas: NAME=VALUE holds in all episodes; NAME=0..4 (graded levels, 0 is
            nominal) and NAME=VALUE,VALUE run an arm each beside the nominal one, on the same episodes. NAME may be a family
            (as in physical=0..4) or `all`.
        against: Folder of a finished run: this policy gets its very episodes, and the two are compared in pairs.
        stop_early: With --against, stop as soon as the comparison is decided; its false alarms stay below 5 % (exact
            sequential test, ten looks).
        think: Milliseconds to think before each chunk of actions: the world model judges variations of it (0: act at once).
        device: Where the networks run: `cpu` or `cuda`.
        films: Most film strips in the report, half of them successes, half failures (0: none).
        slots: Simulations side by side, over all workers; outcomes do not depend on it.
        threads: Threads for physics and rendering in one process; a worker has one.
        workers: Run on this many worker processes (Ray), with the same outcomes, bit for bit (but for --think, whose budget
            is time). One that dies costs only the episodes it was running, which are run again: a way round crashes of
            software renderers, too. By default one per core for 400 episodes or more, where Ray is installed and --think is
            off; else this process.
        ray: `HOST:PORT` of a running Ray cluster for the workers, or `auto`; by default one is started and ended.
        card: Folder of a checkpoint whose model card gets these scores.
        fail_below: Exit code 1 where the mean rate is lower (0 to 1): a gate for scripts.
        json_path: Write the summary there too.
    """
    from ..benchmarks.against import Rival
    from ..benchmarks.arms import plan_axes
    from ..benchmarks.protocol import BenchConfig
    from ..benchmarks.runner import evaluate_with, wanted_episodes
    from ..benchmarks.tasksets import task_names
    from ..datasets.workers import Alone
    from ..envs.axes import RANDOMIZE
    from .cluster import cluster_config, slots_each
    from .crew import RayCrew
    from .learned import check_asked
    from .progress import progress_bar

    if not 0 <= fail_below <= 1:
        raise HomebodyError(f"fail below is {fail_below}: expected a rate between 0 and 1")
    if card:
        from ..policies.card import check_card

        check_card(card)  # before the run, not after it
    source, plan = actor(policy, think, device), plan_axes(axes)
    if randomize and randomize not in RANDOMIZE:
        raise unknown("randomisation", randomize, RANDOMIZE)
    house: dict[str, Any] = {"split": split, "robot": robot, "randomize": randomize, "axes": dict(plan.fixed), "seed": seed}
    if stop_early and not against:
        raise HomebodyError("--stop-early needs --against DIR: the finished run to compare with")
    if against and plan.arms:
        raise HomebodyError(f"axes {axes!r} sweep: expected --against or a sweep, or two sweeps and `homebody compare`")
    rival = Rival(against, tasks=task_names(tasks) if tasks else (), episodes=episodes, stop_early=stop_early) if against else None
    house = taken(rival, house) if rival else house
    config = BenchConfig(
        tasks=rival.tasks if rival else task_names(tasks or "core"), episodes=50 if episodes is None else episodes, language=language,
        touch=touch, arms=plan.arms, think_ms=think, policy=source.name, fingerprint=source.fingerprint, code=sources_hash(), **house,
    )  # fmt: skip
    check_asked(source, config.tasks, config.robot)
    if language == "swap":
        check_rivals(wanted_episodes(config, rival), config)
    check_counts(slots=(slots, 1), threads=(threads, 1), films=(films, 0))
    total = sum(map(len, wanted_episodes(config, rival).values())) * len(config.all_arms)
    remote = cluster_config(usual_workers(total, think, device) if workers is None and ray is None else workers, ray)
    recipe = BenchRecipe.of(config, policy, device=device, threads=1 if remote else threads)
    if rival:
        rival.check(config.settings(), out)
    crew = RayCrew(remote, recipe, slots=slots_each(slots, remote)) if remote else Alone(recipe(), slots)
    with progress_bar(f"bench {source.name}", total) as advance:
        summary = evaluate_with(
            crew, config, out, progress=lambda done, _, note: advance(done, note), rival=rival, films=films, stage=recipe.stage
        )  # fmt: skip
    _print_summary(summary, out)
    if card:
        from ..policies.card import add_scores

        varied = f", house varied over the {randomize} ranges" if randomize else ""
        add_scores(card, f"{split} initial states, {language} instructions{varied}", summary)
    write_json(json_path, summary)
    passed = (summary["mean"] or 0.0) >= fail_below  # None where every episode diverged
    return INTERRUPTED if summary["interrupted"] else DONE if passed else NEGATIVE


def compare(
    dir_a: tyro.conf.Positional[Path],
    dir_b: tyro.conf.Positional[Path],
    /,
    *,
    json_path: JsonPath = None,
) -> int:
    """Compares two benchmark runs episode by episode: is B better than A, and what difference could have been seen?

    The verdict comes first: B is better, B is worse, or not distinguishable.

    Args:
        dir_a: Folder of the first run.
        dir_b: Folder of the second run.
        json_path: Write the result there too.
    """
    from ..benchmarks.compare import compare as compare_runs
    from ..benchmarks.compare import in_words

    result = compare_runs(dir_a, dir_b)
    for name, row in result["tasks"].items():
        print(f"{name:<18} {row['pairs']:>4} pairs   A {100 * row['rate_a']:5.1f} %   B {100 * row['rate_b']:5.1f} %")
    print("\n".join(in_words(result)))
    write_json(json_path, result)
    return 0


COMMANDS = {"bench": bench, "compare": compare}
