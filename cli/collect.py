"""`homebody collect`: records demonstrations in simulation."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import tyro

from ..core.errors import HomebodyError


def collect(
    *,
    out: Path,
    tasks: str = "all",
    episodes: int = 60,
    policy: str = "expert",
    takeover: float = 0.0,
    perturb: float = 0.0,
    keep_failures: bool = False,
    image_size: int = 128,
    robot: str = "panda",
    split: str = "train",
    first_index: int = 0,
    slots: int = 16,
    threads: int = 2,
    seed: int = 0,
    json_path: Annotated[Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Records episodes of scripted demonstrations into a data set, each one a transaction.

    Ctrl-C keeps every finished episode; run again with a later --first-index to add more.

    Args:
        out: Folder of the data set; made if missing, added to if it is one.
        tasks: Task name, several separated by commas, or `all`.
        episodes: Episodes per task; for `all`, in total.
        policy: Who acts: `expert`, or a checkpoint that begins the episodes that the expert finishes (see --takeover).
        takeover: Share of the episodes in which the expert takes over from --policy at a random moment (0 to 1).
        perturb: Share of the episodes with bursts of random motion that the expert recovers from (0 to 1).
        keep_failures: Also record episodes that were not solved.
        image_size: Pictures' height and width [pixels].
        robot: Robot's name.
        split: `train` or `heldout` initial states.
        first_index: Index of the first episode; the index alone fixes the initial state.
        slots: Simulations side by side.
        threads: Threads for physics and rendering.
        seed: Seed of the perturbations and takeovers.
        json_path: Write `episodes, kept, frames, seconds, rejected` there too.
    """
    from ..datasets.collect import CollectConfig, Collector, CollectReport
    from ..datasets.store import Store
    from ..envs.engine import HouseholdVectorEnv
    from ..envs.experts import Expert
    from ..envs.initial import task_goals
    from ..envs.model import house_model
    from .doctor import require_gl
    from .policies import make_policy
    from .progress import progress_bar

    names = [t.strip() for t in tasks.split(",") if t.strip()]
    for name in names:
        task_goals(name)
    if slots < 1:
        raise HomebodyError(f"slots is {slots}: expected 1 or more")
    config = CollectConfig(
        episodes=episodes, first_index=first_index, perturb=perturb,
        takeover=takeover or (0.0 if policy == "expert" else 1.0), keep_failures=keep_failures, seed=seed,
    )  # fmt: skip
    require_gl()
    house_model(robot)
    total: dict[str, Any] = asdict(CollectReport())
    cameras = ("scene", "wrist")
    exists = out.exists() and any(out.iterdir())
    store = Store.open(out, mode="a") if exists else Store.create(out, robot=robot, cameras=cameras, image_size=image_size, control_hz=20)
    with store:
        for name in names:
            env = HouseholdVectorEnv(
                name, min(slots, episodes), robot=robot, image_size=image_size, cameras=cameras, split=split, threads=threads
            )
            learned = None if policy == "expert" else make_policy(policy, env)
            with progress_bar(f"collect {name}", episodes) as advance:
                collector = Collector(env, Expert(env), store.append, config, policy=learned, on_episode=_on_episode(advance))
                interrupted = _run(collector)
            for key in ("episodes", "kept", "frames", "seconds"):
                total[key] += getattr(collector.report, key)
            for reason, count in collector.report.rejected.items():
                total["rejected"][reason] = total["rejected"].get(reason, 0) + count
            env.close()
            if interrupted:
                break
    print(f"kept {total['kept']} of {total['episodes']} episodes, {total['frames']} frames in {total['seconds']:.0f} s: {out}")
    for reason, count in total["rejected"].items():
        print(f"  rejected, {reason}: {count}")
    if json_path:
        json_path.write_text(json.dumps(total, indent=2))
    return 0 if total["kept"] else 1


def _on_episode(advance: Callable[[int, str], None]) -> Callable[[Any], None]:
    def show(report: Any) -> None:
        advance(report.episodes, f"{report.kept} kept, {report.frames / max(report.seconds, 1e-9):.0f} frames/s")

    return show


def _run(collector: Any) -> bool:
    """Runs until done or Ctrl-C, which keeps what was committed; True when interrupted."""
    try:
        collector.run()
    except KeyboardInterrupt:
        return True
    return False


COMMANDS = {"collect": collect}
