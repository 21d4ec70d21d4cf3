"""`homebody bench verify`: whether the records of an evaluation are what happens when its episodes are run again."""

from __future__ import annotations

from pathlib import Path

import tyro

from ..core.errors import HomebodyError
from ..core.sources import sources_hash
from .bench_setup import BenchRecipe, actor, check_counts
from .outputs import JsonPath, write_json

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
    from ..benchmarks.protocol import BenchConfig
    from ..benchmarks.records import read_settings
    from ..benchmarks.verify import chosen, run_again
    from ..datasets.workers import Alone
    from .progress import progress_bar

    check_counts(episodes=(episodes, 0), seed=(seed, 0), slots=(slots, 1), threads=(threads, 1))
    records = chosen(folder, episodes, seed)
    config = BenchConfig(
        tasks=tuple({r.task: None for r in records}), arms=tuple({r.setting.name: r.setting for r in records if r.arm}.values()),
        **read_settings(folder),
    )  # fmt: skip
    if config.think_ms:
        raise HomebodyError(f"{folder} is of a policy that thinks for {config.think_ms:g} ms: what it thinks of in that time is not fixed")
    policy = policy or config.policy
    source = actor(policy, 0.0, device)
    if source.fingerprint != config.fingerprint:
        raise HomebodyError(
            f"policy {policy} has fingerprint {source.fingerprint or 'none'}: expected that of the records, "
            f"{config.fingerprint or 'none'} (--policy FOLDER)"
        )
    recipe = BenchRecipe.of(config, policy, device=device, threads=threads)
    with progress_bar("verify", len(records)) as advance:
        differ = run_again(Alone(recipe(), slots), records, advance)
    for row in differ[:SHOWN]:
        print(f"{' '.join(filter(None, (row['task'], row['arm'])))} {row['index']}: differs in {', '.join(row['what'])}")
    if differ and config.code != sources_hash():
        print("made by another version of the program: states may differ where physics or policies changed")
    print(f"{len(records) - len(differ)} of {len(records)} episodes are the same, bit for bit")
    write_json(json_path, {"episodes": len(records), "equal": len(records) - len(differ), "differ": differ})
    return int(bool(differ))


COMMANDS = {"verify": verify}
