"""`homebody glance`: pictures of moments far apart, with labels, from which the policy's eyes learn."""

from __future__ import annotations

from typing import Any

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT
from .endings import DONE
from .outputs import JsonPath, OutFolder, write_json

BLOCK = 40
"""Episodes in a file."""


def glance(
    *,
    out: OutFolder,
    tasks: str = "all",
    episodes: int = 40,
    policy: str = "expert",
    every: float = 16.0,
    until: int = 0,
    cameras: str = "scene,wrist",
    image_size: int = 128,
    robot: str = DEFAULT_ROBOT,
    split: str = "train",
    randomize: str = "",
    first_index: int = 0,
    slots: int = 12,
    threads: int = 2,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Takes pictures now and then while somebody acts, with labels of where the goals of the scene are.

    A picture's price is its drawing, a scene's is next to nothing: many scenes with few glances each teach more than few scenes. Files of
    40 episodes are written whole; the same command again makes those that are missing.

    Args:
        out: Folder of the glances.
        tasks: Tasks, or sets of tasks, with commas between.
        episodes: Episodes of each task, rounded up to whole files of 40.
        policy: Who acts: `expert`, `wander` (goes about near the things that goals are about), or any other policy.
        every: Control steps between two glances on average.
        until: Control steps after which an episode is left (0: at its end).
        cameras: Which cameras look: scene, wrist, side.
        image_size: Height and width of the pictures [pixels].
        robot: Robot's name.
        split: `train` or `heldout` initial states.
        randomize: Draw physics, senses, light, colours and cameras from the `train` or `heldout` ranges.
        first_index: Index of the first episode; the index alone fixes the initial state and the moments.
        slots: Simulations side by side; what is seen does not depend on it.
        threads: Threads for physics and rendering.
        seed: Seed of the moments.
        json_path: Write `glances, episodes, skipped` there too.
    """
    from ..benchmarks.tasksets import task_names
    from ..datasets.glances import write_block
    from ..datasets.glancing import GlanceConfig, take_glances
    from ..envs.engine import HouseholdVectorEnv
    from ..envs.registry import task_robots
    from .doctor import require_gl
    from .policies import find_policy
    from .progress import progress_bar

    config, source = GlanceConfig(every=every, until=until, seed=seed), find_policy(policy)
    if episodes < 1 or first_index < 0 or first_index % BLOCK:
        raise HomebodyError(f"episodes is {episodes} and first index {first_index}: expected 1 or more, and a multiple of {BLOCK}")
    names = [n for n in task_names(tasks) if robot in task_robots(n)]
    if not names:
        raise HomebodyError(f"none of the tasks {tasks} is for robot {robot!r}")
    eyes = tuple(c.strip() for c in cameras.split(",") if c.strip())
    if not eyes:
        raise HomebodyError(f"cameras is {cameras!r}: expected one or more, such as scene,wrist")
    require_gl()
    starts = range(first_index, first_index + episodes, BLOCK)
    report: dict[str, Any] = {"glances": 0, "episodes": 0, "skipped": 0}
    with progress_bar("glance", len(names) * len(starts)) as show:
        for number, task in enumerate(names):
            missing = [k for k in starts if not (out / task / f"{k:06d}.npz").exists()]
            report["skipped"] += BLOCK * (len(starts) - len(missing))
            if not missing:
                continue
            env = HouseholdVectorEnv(
                task, slots, robot=robot, cameras=eyes, image_size=image_size, sensors=("extrinsics",), split=split,
                randomize=randomize or None, threads=threads,
            )  # fmt: skip
            try:
                actor = source.build(env)
                for k in missing:
                    taken = dict(take_glances(env, actor, range(k, k + BLOCK), config))
                    rows = [taken[i] for i in sorted(taken) if taken[i][1]]
                    write_block(out / task / f"{k:06d}.npz", rows, cameras=eyes, robot=robot)
                    report["episodes"] += len(rows)
                    report["glances"] += sum(len(g) for _, g in rows)
                    show(number * len(starts) + starts.index(k) + 1, f"{task}, {report['glances']} glances")
            finally:
                env.close()
    print(f"{report['glances']} glances of {report['episodes']} episodes, {report['skipped']} there before: {out}")
    write_json(json_path, report)
    return DONE


COMMANDS = {"glance": glance}
