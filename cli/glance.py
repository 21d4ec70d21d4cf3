"""`homebody glance`: pictures of moments far apart, with labels, from which the policy's eyes learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT
from .endings import DONE
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..core.types import Policy
    from ..datasets.glancing import GlanceConfig
    from ..envs.engine import HouseholdVectorEnv

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
    axes: str = "",
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
        axes: Axes to set: NAME=VALUE, several separated by commas (`homebody axes` lists them), as in style=1 to see held-out styles alone.
        first_index: Index of the first episode; the index alone fixes the initial state and the moments.
        slots: Simulations side by side; what is seen does not depend on it.
        threads: Threads for physics and rendering.
        seed: Seed of the moments.
        json_path: Write `glances, episodes, skipped` there too.
    """
    from ..datasets.glancing import GlanceConfig
    from ..envs.axes import parse_axes
    from .doctor import require_gl
    from .progress import progress_bar

    config = GlanceConfig(every=every, until=until, seed=seed)
    starts, names, eyes = _starts(episodes, first_index), _names(tasks, robot), _eyes(cameras)
    require_gl()
    house: dict[str, Any] = {"robot": robot, "cameras": eyes, "image_size": image_size, "split": split, "randomize": randomize or None}
    studio = _Studio(out, policy, config, starts, {**house, "axes": parse_axes(axes), "threads": threads}, slots)
    with progress_bar("glance", len(names) * len(studio.starts)) as show:
        for task in names:
            studio.take(task, lambda done, name=task: show(done, f"{name}, {studio.glances} glances"))
    print(f"{studio.glances} glances of {studio.episodes} episodes, {studio.skipped} there before: {out}")
    write_json(json_path, {"glances": studio.glances, "episodes": studio.episodes, "skipped": studio.skipped})
    return DONE


def _starts(episodes: int, first_index: int) -> range:
    """First indices of the files."""
    if episodes < 1 or first_index < 0 or first_index % BLOCK:
        raise HomebodyError(f"episodes is {episodes} and first index {first_index}: expected 1 or more, and a multiple of {BLOCK}")
    return range(first_index, first_index + episodes, BLOCK)


def _names(tasks: str, robot: str) -> list[str]:
    from ..benchmarks.tasksets import task_names
    from ..envs.registry import task_robots

    names = [n for n in task_names(tasks) if robot in task_robots(n)]
    if not names:
        raise HomebodyError(f"none of the tasks {tasks} is for robot {robot!r}")
    return names


def _eyes(cameras: str) -> tuple[str, ...]:
    eyes = tuple(c.strip() for c in cameras.split(",") if c.strip())
    if not eyes:
        raise HomebodyError(f"cameras is {cameras!r}: expected one or more, such as scene,wrist")
    return eyes


class _Studio:
    """Takes the glances of one task after the other, and counts."""

    def __init__(self, out: Path, policy: str, config: GlanceConfig, starts: Sequence[int], house: dict[str, Any], slots: int) -> None:
        """starts: first indices of the blocks; house: arguments of the environments."""
        from .policies import find_policy

        self._out, self._source, self._config, self.starts, self._house, self._slots = (
            out,
            find_policy(policy),
            config,
            starts,
            house,
            slots,
        )
        self.glances = self.episodes = self.skipped = self._done = 0

    def take(self, task: str, show: Callable[[int], None]) -> None:
        """Makes the blocks of a task that are missing."""
        from ..envs.engine import HouseholdVectorEnv

        missing = [k for k in self.starts if not self._path(task, k).exists()]
        self.skipped += BLOCK * (len(self.starts) - len(missing))
        self._done += len(self.starts) - len(missing)
        if not missing:
            return
        env = HouseholdVectorEnv(task, self._slots, sensors=("extrinsics",), **self._house)
        try:
            actor = self._source.build(env)
            for first in missing:
                self._block(env, actor, task, first)
                self._done += 1
                show(self._done)
        finally:
            env.close()

    def _path(self, task: str, first: int) -> Path:
        return self._out / task / f"{first:06d}.npz"

    def _block(self, env: HouseholdVectorEnv, actor: Policy, task: str, first: int) -> None:
        from ..datasets.glances import write_block
        from ..datasets.glancing import take_glances

        taken = dict(take_glances(env, actor, range(first, first + BLOCK), self._config))
        rows = [taken[i] for i in sorted(taken) if taken[i][1]]
        write_block(self._path(task, first), rows, cameras=env.cameras, robot=env.robot.name)
        self.episodes += len(rows)
        self.glances += sum(len(g) for _, g in rows)


COMMANDS = {"glance": glance}
