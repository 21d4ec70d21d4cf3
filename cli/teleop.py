"""`homebody teleop`: a page in the browser for teaching the robot by hand."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT
from ..core.types import CONTROL_HZ
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..datasets.store import Store
    from ..teleop.session import Session

CHECK_S = 0.2
"""How often the server looks whether the simulation still runs [s]."""


def _done_indices(store: Store, task: str, split: str) -> set[int]:
    """Episode indices of `task` and `split` that the data set already holds."""
    return {index for its_task, _, its_split, index, _ in store.recorded() if (its_task, its_split) == (task, split)}


async def _serve(session: Session, host: str, port: int) -> None:
    """Serves the page until Ctrl-C, SIGTERM or the simulation's end."""
    from ..teleop.loop import Loop, away
    from ..teleop.server import TeleopServer

    events = asyncio.get_running_loop()
    server = TeleopServer(host=host, port=port, on_command=lambda c: loop.submit(c), on_lost=lambda: away(loop))
    loop = Loop(
        session, lambda frame: _publish(events, server.offer, frame), watched=lambda: server.watched, latency_ms=lambda: server.latency_ms
    )  # fmt: skip
    done = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        events.add_signal_handler(name, done.set)
    await server.start()
    print(f"open this page in a browser on this machine (Ctrl-C ends):\n  {server.url}", flush=True)
    loop.start()
    while not done.is_set() and not loop.stopped:
        try:
            await asyncio.wait_for(done.wait(), CHECK_S)
        except TimeoutError:
            continue
    await asyncio.to_thread(loop.stop)
    await server.stop()
    if loop.failure is not None:
        raise loop.failure


def _publish(events: asyncio.AbstractEventLoop, offer: Any, frame: bytes) -> None:
    if not events.is_closed():
        events.call_soon_threadsafe(offer, frame)


def _check(host: str, port: int, split: str, seed: int, limit: float) -> None:
    """Raises HomebodyError for a setting that cannot be served."""
    from ..envs.splits import SPLITS
    from ..teleop.server import check_loopback

    check_loopback(host)
    if split not in SPLITS:
        raise HomebodyError(f"unknown split {split!r}: expected {' or '.join(SPLITS)}")
    if seed < 0:
        raise HomebodyError(f"seed is {seed}: expected 0 or more")
    if not 0 <= port <= 65535:
        raise HomebodyError(f"port is {port}: expected 0 to 65535")
    if not 1 <= limit <= 600:
        raise HomebodyError(f"limit is {limit}: expected 1 to 600 seconds")


def teleop(
    *,
    out: OutFolder = Path("out/teleop"),
    port: int = 8765,
    host: str = "127.0.0.1",
    task: str = "first",
    robot: str = DEFAULT_ROBOT,
    seed: int = 0,
    policy: str = "",
    split: str = "train",
    limit: float = 180.0,
    json_path: JsonPath = None,
) -> int:
    """Serves a page for driving the robot by keyboard or gamepad, and records what is kept.

    The page's address carries a token: who does not have it is refused. Each kept attempt is one transaction.

    Args:
        out: Folder of the data set; made if missing, added to if it is one.
        port: TCP port; 0 for any free one.
        host: Loopback address to listen on.
        task: Which starts come up: a task of any room (`homebody tasks` lists them), or `first`: the six of the first room, mixed.
        robot: Robot's name, one that the task is for.
        seed: Episode index of the first start, 0 or more; those that the data set holds are skipped.
        policy: Who acts on prompts: `homebody`, `expert`, or the folder of a checkpoint. By default `homebody` in the first room,
            which it knows, and `expert` in the other rooms.
        split: `train` or `heldout` starts.
        limit: Longest attempt [s].
        json_path: Write `episodes, numbers, dataset` there at the end.
    """
    from ..core.robots import robot_named
    from ..envs.stages import find_stage
    from .doctor import require_gl
    from .learned import check_asked
    from .policies import IMAGE_SIZE, find_policy

    stage = find_stage(task, robot)
    _check(host, port, split, seed, limit)
    require_gl()
    source = find_policy(policy or ("homebody" if stage.scene == "first" else "expert"))
    check_asked(source, [task], robot)
    from ..datasets.store import open_for
    from ..teleop.drive import ToolDrive
    from ..teleop.house import PatientEnv
    from ..teleop.session import Session, SessionConfig

    with open_for(out, robot=robot, cameras=("scene", "wrist"), image_size=IMAGE_SIZE, control_hz=CONTROL_HZ) as store:
        senses = {"privileged": source.privileged, "sensors": source.sensors}
        env = PatientEnv(task, 1, limit_steps=round(limit * CONTROL_HZ), robot=robot, image_size=IMAGE_SIZE, split=split, **senses)
        config = SessionConfig(first_index=seed, skip=_done_indices(store, task, split))
        session = Session(env, ToolDrive(robot=robot_named(robot)), store.append, policy=source.build(env), config=config)
        try:
            asyncio.run(_serve(session, host, port))
        finally:
            env.close()
        kept, total = session.kept, len(store)
    print(f"kept {len(kept)} episodes; {total} in {out}")
    write_json(json_path, {"episodes": len(kept), "numbers": kept, "dataset": str(out)})
    return 0


COMMANDS = {"teleop": teleop}
