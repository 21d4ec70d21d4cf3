"""`homebody speed --household`: the full kitchen with twelve loose things, cloth, and the memory of many simulations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..benchmarks.peers.robosuite_peer import RobosuitePeer

TASK = "hold_up_food"
CROWD = {"distractors": 5.0}
STATE_BATCH, PIXEL_BATCH, CAMERA_SIZE = 64, 16, 128
PEER_TASK = "PickPlace"


def _resident_GiB() -> float:
    """Memory of this process in use now; 0 where the system does not say."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 2**20
    except OSError:
        return 0.0


def cloth_tasks() -> tuple[str, ...]:
    from ..envs.registry import all_tasks

    return tuple(n for n, t in all_tasks().items() if t.family == "cloth")


def household_figures(peer: RobosuitePeer | None, seconds: float, rounds: int, threads: int) -> dict[str, Any]:
    """Steps per second of the full kitchen, in turns with the peer's pick and place; reset, cloth and memory."""
    from ..benchmarks import speed as measure
    from ..envs.engine import HouseholdVectorEnv

    before = _resident_GiB()
    many = HouseholdVectorEnv(TASK, STATE_BATCH, cameras=(), threads=threads, axes=CROWD)
    measure.StepTimer(many).run(min(seconds, 2.0))
    memory = _resident_GiB() - before
    seen = HouseholdVectorEnv(TASK, PIXEL_BATCH, image_size=CAMERA_SIZE, threads=threads, axes=CROWD)
    one = HouseholdVectorEnv(TASK, 1, image_size=CAMERA_SIZE, threads=1)
    turns: dict[str, Callable[[], float]] = {
        "state": partial(measure.StepTimer(many).run, seconds), "pixel": partial(measure.StepTimer(seen).run, seconds),
        "reset": lambda: measure.median(measure.reset_ms(one, 20)),
    }  # fmt: skip
    cloth = {}
    for task in cloth_tasks():
        cloth[task] = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
        turns[task] = partial(measure.StepTimer(cloth[task]).run, seconds)
    if peer is not None:
        turns["peer"] = partial(peer.steps_per_s, PEER_TASK, 0, seconds)
    found = measure.take_turns(turns, rounds)
    for env in (many, seen, one, *cloth.values()):
        env.close()
    out: dict[str, Any] = {
        "state_steps_per_s": found["state"], "pixel_steps_per_s": found["pixel"], "reset_ms_p50": found["reset"], "memory_GiB": memory,
        "cloth_realtime": {t: found[t] / 20 for t in cloth},
    }  # fmt: skip
    if peer is not None:
        out["robosuite_pick_place"] = {"state_steps_per_s": found["peer"], "ratio": found["state"] / found["peer"]}
    return out


def print_household(figures: dict[str, Any]) -> None:
    """For people."""
    print(f"household kitchen, 12 things: state {figures['state_steps_per_s']:.0f} steps/s ({STATE_BATCH} simulations), "
          f"two cameras {figures['pixel_steps_per_s']:.0f} steps/s, reset {figures['reset_ms_p50']:.1f} ms, "
          f"{figures['memory_GiB']:.2f} GiB for {STATE_BATCH}")  # fmt: skip
    for task, ratio in figures["cloth_realtime"].items():
        print(f"{task}: {ratio:.1f} x real time, one simulation")
    if "robosuite_pick_place" in figures:
        print(f"against robosuite's {PEER_TASK}: {figures['robosuite_pick_place']['ratio']:.1f} x")
