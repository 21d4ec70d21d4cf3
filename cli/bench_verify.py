"""`homebody bench verify`: whether the records of an evaluation are what happens when its episodes are run again."""

from __future__ import annotations

from pathlib import Path

import tyro

from ..core.errors import HomebodyError
from ..core.robots import DEFAULT_ROBOT
from ..core.sources import sources_hash
from .bench_setup import BenchRecipe, actor, check_counts
from .outputs import JsonPath, write_json
from .policies import absolute_policy

SHOWN = 10
"""Episodes that differ and are named, at most; the JSON has all."""


def verify(
    folder: tyro.conf.Positional[Path],
    /,
    *,
    episodes: int = 20,
    policy: str = "",
    seed: int = 0,
    device: str = "cpu",
    slots: int = 16,
    threads: int = 2,
    json_path: JsonPath = None,
) -> int:
    """Runs episodes of a finished run again and compares what was said, done and reached, bit for bit.

    Exit code 1 where one differs. On another processor, engine or version of the program states may differ in their last bits: it is
    said where that is so.

    Args:
        folder: The --out folder of `homebody bench`.
        episodes: How many of its episodes, drawn at random (0: all).
        policy: The policy, where its name in the records is no longer where it is; its weights must be the same.
        seed: Which ones are drawn.
        device: Where the networks run: `cpu` or `cuda`.
        slots: Simulations side by side.
        threads: Threads for physics and rendering.
        json_path: Write `episodes, equal, differ` there too.
    """
    from ..benchmarks.records import read_settings
    from ..benchmarks.verify import chosen, run_again
    from ..datasets.workers import Alone
    from .progress import progress_bar

    check_counts(episodes=(episodes, 0), seed=(seed, 0), slots=(slots, 1), threads=(threads, 1))
    settings, records = read_settings(folder), chosen(folder, episodes, seed)
    if settings.get("think_ms"):
        raise HomebodyError(
            f"{folder} is of a policy that thinks for {settings['think_ms']:g} ms: what it thinks of in that time is not fixed"
        )
    source = actor(policy or settings["policy"], 0.0, device)
    if source.fingerprint != settings["fingerprint"]:
        raise HomebodyError(
            f"policy {policy or settings['policy']} has fingerprint {source.fingerprint or 'none'}: expected that of the records, "
            f"{settings['fingerprint'] or 'none'} (--policy FOLDER)"
        )
    recipe = BenchRecipe(
        policy=absolute_policy(policy or settings["policy"]), fingerprint=source.fingerprint, robot=settings.get("robot", DEFAULT_ROBOT),
        split=settings["split"], language=settings["language"], touch=settings.get("touch", "on"), randomize=settings.get("randomize", ""),
        axes=settings.get("axes", {}), arms=tuple({r.setting.name: r.setting for r in records if r.arm}.values()), think_ms=0.0,
        device=device, threads=threads,
    )  # fmt: skip
    with progress_bar("verify", len(records)) as advance:
        differ = run_again(Alone(recipe(), slots), records, advance)
    for row in differ[:SHOWN]:
        print(f"{' '.join(filter(None, (row['task'], row['arm'])))} {row['index']}: differs in {', '.join(row['what'])}")
    if differ and settings.get("code") != sources_hash():
        print("made by another version of the program: states may differ where physics or policies changed")
    print(f"{len(records) - len(differ)} of {len(records)} episodes are the same, bit for bit")
    write_json(json_path, {"episodes": len(records), "equal": len(records) - len(differ), "differ": differ})
    return int(bool(differ))


COMMANDS = {"verify": verify}
