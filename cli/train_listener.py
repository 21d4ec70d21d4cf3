"""`homebody train listener`: the model of instructions, from the corpus of sentences that ships with the package."""

from __future__ import annotations

from ..core.errors import HomebodyError
from .endings import DONE
from .outputs import JsonPath, OutFolder, write_json


def listener(
    *,
    out: OutFolder,
    sentences: int = 320_000,
    passes: int = 5,
    members: int = 4,
    examined: int = 2000,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Trains the model that tells which goals a sentence asks for; twelve minutes of one core.

    It learns from core/listening/corpus/*.txt and the phrasebook: sentences written by hand, in which names, asides, politeness and slips
    of the finger vary, and others that ask for nothing or must not be followed. A third of the sentences is kept out of training; how the
    model reads those is said at the end. Cut short, the same command goes on behind the last network that was done.

    Args:
        out: Folder of the checkpoint.
        sentences: Sentences made from the corpus.
        passes: How often each is seen.
        members: Networks that vote.
        examined: Sentences that were kept out of training to examine it on.
        seed: Seed of sentences and weights.
        json_path: Write the result there too.
    """
    from ..core.listening.model import load_model
    from ..policies.listening.train import ListenerTrainConfig, examine, train_listener

    if examined < 1:
        raise HomebodyError(f"examined is {examined}: expected 1 or more")
    if (out / "model.safetensors").exists():
        raise HomebodyError(f"{out} holds a checkpoint already: expected a new folder")
    config = ListenerTrainConfig(pool=sentences, passes=passes, members=members, seed=seed)
    result = train_listener(config, out, lambda line: print(line, flush=True))
    read = examine(load_model(out), count=examined, seed=seed + 1)
    print(
        f"of sentences kept out of training: {read['single']:.1%} of single orders read right, {read['none']:.1%} of the rest left alone: {out}"
    )
    write_json(json_path, {**result, **read})
    return DONE


COMMANDS = {"listener": listener}
