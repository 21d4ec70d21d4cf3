"""`homebody speed`: the throughput of this machine, and of a peer in the same run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError
from .outputs import JsonPath, write_json

if TYPE_CHECKING:
    from ..benchmarks.peers.robosuite_peer import RobosuitePeer
    from ..envs.engine import HouseholdVectorEnv

BATCH = 64
PIXEL_BATCH = 16
CAMERA_SIZE = 128
KINDS = {"state": 0, "pixel": CAMERA_SIZE}
"""What is measured, and the size of the two pictures [pixels]; 0 for none."""


def _engines(threads: int) -> dict[str, HouseholdVectorEnv]:
    from ..envs.engine import HouseholdVectorEnv

    return {
        "state": HouseholdVectorEnv("first", BATCH, cameras=(), threads=threads),
        "pixel": HouseholdVectorEnv("first", PIXEL_BATCH, cameras=("scene", "wrist"), image_size=CAMERA_SIZE, threads=threads),
        "reset": HouseholdVectorEnv("first", 1, cameras=("scene", "wrist"), image_size=CAMERA_SIZE, threads=1),
    }


def _engine_figures(envs: dict[str, HouseholdVectorEnv], peer: RobosuitePeer | None, seconds: float, rounds: int) -> dict[str, Any]:
    """Steps and resets per second of ours and, turn by turn, of the peer's."""
    from ..benchmarks import speed as measure
    from ..benchmarks.peers.robosuite_peer import TASKS

    turns: dict[str, Callable[[], float]] = {}
    for kind, cameras in KINDS.items():
        turns[f"{kind} ours"] = partial(measure.StepTimer(envs[kind]).run, seconds)
        for task in TASKS if peer else ():
            assert peer is not None
            turns[f"{kind} {task}"] = partial(peer.steps_per_s, task, cameras, seconds)
    turns["reset ours"] = lambda: measure.median(measure.reset_ms(envs["reset"], 20))
    for task in TASKS if peer else ():
        assert peer is not None
        turns[f"reset {task}"] = lambda task=task: measure.median(peer.reset_ms(task, CAMERA_SIZE, 2))
    found = measure.take_turns(turns, rounds)
    out: dict[str, Any] = {
        "state_steps_per_s": found["state ours"], "pixel_steps_per_s": found["pixel ours"], "reset_ms_p50": found["reset ours"],
    }  # fmt: skip
    if peer:
        tasks = {
            t: {
                "state_steps_per_s": found[f"state {t}"],
                "pixel_steps_per_s": found[f"pixel {t}"],
                "reset_ms": found[f"reset {t}"],
            }
            for t in TASKS
        }
        best = {
            "state_steps_per_s": max(t["state_steps_per_s"] for t in tasks.values()),
            "pixel_steps_per_s": max(t["pixel_steps_per_s"] for t in tasks.values()),
            "reset_ms": min(t["reset_ms"] for t in tasks.values()),
        }
        ratios = {
            "state_steps_per_s": out["state_steps_per_s"] / best["state_steps_per_s"],
            "pixel_steps_per_s": out["pixel_steps_per_s"] / best["pixel_steps_per_s"],
            "reset_ms": best["reset_ms"] / out["reset_ms_p50"],
        }
        out["peers"] = {"robosuite": {**best, "version": peer.version, "processes": 1, "tasks": tasks, "ratios": ratios}}
    return out


def _policy_figures(policy: str) -> dict[str, float]:
    from ..benchmarks.speed import policy_ms
    from ..envs.engine import HouseholdVectorEnv
    from .learned import check_asked
    from .policies import find_policy

    source = find_policy(policy)
    check_asked(source, ["first"])
    env = HouseholdVectorEnv(
        "first", 1, cameras=source.cameras, image_size=source.image_size, privileged=source.privileged, sensors=source.sensors, threads=1
    )
    observation, info = env.reset(seed=0)
    try:
        return policy_ms(source.build(env), observation, info["instruction"][0])
    finally:
        env.close()


def _print(figures: dict[str, Any]) -> None:
    print(f"state                  {figures['state_steps_per_s']:10.0f} steps/s, {BATCH} simulations")
    print(f"two {CAMERA_SIZE} x {CAMERA_SIZE} cameras  {figures['pixel_steps_per_s']:10.0f} steps/s")
    print(f"reset with cameras     {figures['reset_ms_p50']:10.1f} ms")
    latency = figures["policy_ms"]
    print(f"policy, one chunk      {latency['p50']:10.1f} ms (95 %: {latency['p95']:.1f}, 99 %: {latency['p99']:.1f})")
    store = figures["dataset"]
    print(f"training windows       {store['windows_per_s']:10.0f} per s; {store['write_frames_per_s']:.0f} frames/s written")
    for name, peer in figures.get("peers", {}).items():
        r = peer["ratios"]
        print(f"against {name} {peer['version']}: state {r['state_steps_per_s']:.1f} x, two cameras {r['pixel_steps_per_s']:.1f} x, "
              f"reset {r['reset_ms']:.0f} x faster (its faster task of {', '.join(peer['tasks'])})")  # fmt: skip


def speed(
    *,
    peers: bool = False,
    household: bool = False,
    policy: str = "homebody",
    seconds: float = 3.0,
    rounds: int = 3,
    threads: int = 2,
    peers_dir: Path = Path(".peers"),
    json_path: JsonPath = None,
) -> int:
    """Measures this machine: engine, rendering, reset, policy and data set.

    Args:
        peers: Measure robosuite too, in turns; installs it into an environment of its own on first use (needs the network).
        household: Measure the full household kitchen, cloth and memory as well.
        policy: Policy whose latency is measured.
        seconds: Length of each measured stretch [s].
        rounds: Stretches of each measurement; their median counts.
        threads: Threads of our engine.
        peers_dir: Folder of the peers' environments.
        json_path: Write the figures there too.
    """
    if not 0 < seconds <= 600:
        raise HomebodyError(f"seconds is {seconds}: expected a number above 0, at most 600")
    for name, value in (("rounds", rounds), ("threads", threads)):
        if value < 1:
            raise HomebodyError(f"{name} is {value}: expected 1 or more")
    from ..datasets import speed as dataset_speed
    from .speed_household import household_figures, print_household

    latency = _policy_figures(policy)
    rooms: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        peer = None
        if peers:
            from ..benchmarks.peers.robosuite_peer import RobosuitePeer, install

            peer = stack.enter_context(RobosuitePeer(install(peers_dir.resolve() / "robosuite")))
        if household:
            rooms = household_figures(peer, seconds, rounds, threads)
        envs = _engines(threads)
        for env in envs.values():
            stack.callback(env.close)
        figures = _engine_figures(envs, peer, seconds, rounds)
    figures |= {"policy_ms": latency, "dataset": dataset_speed.measure(), "threads": threads, "cores": os.cpu_count()}
    _print(figures)
    if household:
        figures["household"] = rooms
        print_household(rooms)
    write_json(json_path, figures)
    return 0


COMMANDS = {"speed": speed}
