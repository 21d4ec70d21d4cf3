"""`homebody motion`: whether the simulated arm moves as a real one could, looked at in every physics step."""

from __future__ import annotations

from typing import Any

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT
from .outputs import JsonPath, write_json
from .progress import progress_bar

FEW = ("hold_up_drink", "close_chest_drawer", "close_cupboard")
"""What is looked at where nothing is said: a thing, a drawer, a door."""


def motion(
    *, tasks: str = ",".join(FEW), episodes: int = 6, split: str = "train", robot: str = DEFAULT_ROBOT, json_path: JsonPath = None
) -> int:
    """Runs the expert and holds every physics step against the arm's published limits; exit code 1 where it broke one.

    Args:
        tasks: Tasks, or sets of tasks, with commas between; `all` for every task of the robot.
        episodes: Episodes of each task.
        split: Training or held-out initial states.
        robot: Which arm.
        json_path: Write the figures there too.
    """
    from ..benchmarks.motion import MotionRecord, watch_episodes
    from ..benchmarks.tasksets import task_names, variant
    from ..envs.engine import HouseholdVectorEnv
    from ..envs.registry import task_robots
    from ..envs.skills.expert import Expert

    if not 1 <= episodes <= 10_000:
        raise HomebodyError(f"episodes is {episodes}: expected 1 to 10000")
    names = [n for n in task_names(tasks) if robot in task_robots(variant(n)[0])]
    if not names:
        raise HomebodyError(f"none of the tasks {tasks} is for robot {robot!r}")
    total, rows = MotionRecord(), dict[str, Any]()
    with progress_bar("motion", len(names) * episodes) as show:
        for name in names:
            task, axes = variant(name)
            env = HouseholdVectorEnv(task, min(episodes, 8), cameras=(), split=split, robot=robot, axes=axes)
            record = watch_episodes(env, Expert(env), range(episodes))
            env.close()
            total.add(record)
            rows[name] = record.to_json()
            show(total.episodes, name)
    for name, row in rows.items():
        print(f"{name:24s} {line(row)}")
    print(f"{'all':24s} {line(total.to_json())}")
    broken = total.verdict()
    print("\n".join(broken) if broken else "within the limits of a real arm")
    write_json(json_path, {"tasks": rows, "all": total.to_json(), "verdict": broken})
    return int(bool(broken))


def line(row: dict[str, Any]) -> str:
    """One task's figures in words: limits as shares of them."""
    commanded, force = row["commanded"], row["furniture_N"]
    return (
        f"{row['successes']:3d}/{row['episodes']:<3d} commanded speed {commanded['speed']:.2f} acceleration {commanded['acceleration']:.2f} "
        f"jerk {commanded['jerk']:.2f}; measured speed {row['measured_speed']:.2f}, acceleration over {100 * row['acceleration_over']:.2f} %, "
        f"torque at limit {100 * row['torque_at_limit']:.2f} %; furniture {force['p50']:.0f} N, 95 %: {force['p95']:.0f}"
    )


COMMANDS = {"motion": motion}
