"""`homebody train ...`: learning from data sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..core.errors import HomebodyError
from .endings import DONE, INTERRUPTED, NEGATIVE
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..core.experience import Experience
    from ..core.training import Progress
    from ..datasets.sampler import Learnable, TrainingArrays
    from ..world_model.network import WorldModel
    from ..world_model.settle import SettleConfig
    from ..world_model.train import WorldTrainConfig

SHOWN_EVERY = 20
"""Updates between two looks at the losses."""


def policy(
    *,
    data: tuple[Path, ...],
    out: OutFolder,
    steps: int = 30_000,
    minutes: float = 0.0,
    batch: int = 64,
    rate: float = 1e-3,
    size: Literal["cpu", "gpu"] = "cpu",
    start_from: Path | None = None,
    resume: bool = False,
    device: str = "cpu",
    half: bool = False,
    threads: int = 2,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Trains the language-conditioned policy by imitation; Ctrl-C saves.

    Writes model.safetensors, config.json, card.md, log.csv, loss.png and what resuming needs.

    Args:
        data: Folders of data sets made by `homebody collect`.
        out: Folder of the checkpoint.
        steps: Updates in all; the learning rate falls along a cosine over them.
        minutes: Stop after so many minutes, the schedule with it (0: no limit).
        batch: Frames per update.
        rate: Peak learning rate.
        size: `cpu` trains on two cores at 64 pixels; `gpu` is wider and sees 128 pixels.
        start_from: Checkpoint whose weights to begin with.
        resume: Continue the training in --out with the same numbers as if it had not stopped.
        device: `cpu` or `cuda`.
        half: bfloat16 arithmetic.
        threads: Threads on the processor.
        seed: Seed of weights and batches.
        json_path: Write `steps, seconds, loss, checkpoint` there too.
    """
    from ..policies.batches import LEARNABLE
    from ..policies.network import PolicyConfig, gpu_config
    from ..policies.train import TrainConfig, make_trainer

    check_training(out, resume, device)
    config = TrainConfig(steps=steps, minutes=minutes, batch=batch, rate=rate, seed=seed, threads=threads, device=device, half=half)
    network = gpu_config() if size == "gpu" else PolicyConfig()
    arrays, known = _read(data, LEARNABLE, network.image_size, start_from=start_from, resumed=out if resume else None)
    trainer = make_trainer(arrays, network, config, out, start_from=start_from, trained_on=known)
    if resume:
        trainer.resume()
    return _finish(_shown("train", steps, trainer.run), json_path)


def head(
    *,
    data: tuple[Path, ...],
    out: OutFolder,
    steps: int = 20_000,
    minutes: float = 0.0,
    batch: int = 1024,
    rate: float = 1e-3,
    start_from: Path | None = None,
    teacher: Path | None = None,
    resume: bool = False,
    threads: int = 2,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Trains the head, which moves by marks, touch and words, without a picture; Ctrl-C saves.

    Give it demonstrations, made cheaply by `homebody collect --cameras none --marks 1`. The folder that it writes is a policy: every
    command acts it out with the simulator's true marks, which says what it will be worth with perfect eyes.

    Args:
        data: Folders of data sets made by `homebody collect`, of one arm.
        out: Folder of the checkpoint.
        steps: Updates in all; the learning rate falls along a cosine over them.
        minutes: Stop after so many minutes, the schedule with it (0: no limit).
        batch: Frames per update.
        rate: Peak learning rate.
        start_from: Head whose weights to begin with.
        teacher: Head that says what is to be done, knowing the true marks: the new one learns to do it by marks as a policy saw them in --data
            (`collect --policy` keeps them), wherever that led.
        resume: Continue the training in --out with the same numbers as if it had not stopped.
        threads: Threads on the processor.
        seed: Seed of weights and batches.
        json_path: Write `steps, seconds, loss, checkpoint` there too.
    """
    from ..core.experience import Experience
    from ..datasets.states import load_states
    from ..policies.head.network import HeadConfig
    from ..policies.head.train import HeadTrainConfig, make_head_trainer
    from .learned import rooms_of, with_earlier
    from .progress import progress_bar

    check_training(out, resume, "cpu")
    config = HeadTrainConfig(steps=steps, minutes=minutes, batch=batch, rate=rate, seed=seed, threads=threads)
    with progress_bar("read", count_episodes(data)) as advance:
        arrays = load_states(data, progress=advance)
    rooms = rooms_of(g.task for g in arrays.goals)
    known = with_earlier(Experience.of((arrays.robot,), rooms.values(), rooms), start_from=start_from, resumed=out if resume else None)
    trainer = make_head_trainer(
        arrays, HeadConfig(robot=arrays.robot), config, out, start_from=start_from, teacher=teacher, trained_on=known
    )
    if resume:
        trainer.resume()
    return _finish(_shown("train", steps, trainer.run), json_path)


def eyes(
    *,
    data: tuple[Path, ...],
    out: OutFolder,
    check: tuple[Path, ...] = (),
    most_off: float = 0.0,
    steps: int = 20_000,
    minutes: float = 0.0,
    batch: int = 48,
    rate: float = 1e-3,
    start_from: Path | None = None,
    freeze_trunk: bool = False,
    resume: bool = False,
    threads: int = 2,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Trains the eyes, which find where an instruction's goal is in pictures; Ctrl-C saves.

    Args:
        data: Folders made by `homebody glance`, of one arm.
        out: Folder of the checkpoint.
        check: Folders of glances of scenes that are not trained on: how far off the eyes are there is said at the end.
        most_off: With --check, exit code 1 where half of the act points are off by more [m]; 0: no matter. A gate for scripts.
        steps: Updates in all; the learning rate falls along a cosine over them.
        minutes: Stop after so many minutes, the schedule with it (0: no limit).
        batch: Glances per update, each asked for four goals.
        rate: Peak learning rate.
        start_from: Eyes whose weights to begin with.
        freeze_trunk: Leave what turns pictures into maps as --start-from has it: a step takes half the time.
        resume: Continue the training in --out with the same numbers as if it had not stopped.
        threads: Threads on the processor.
        seed: Seed of weights and batches.
        json_path: Write `steps, seconds, loss, checkpoint` there too, and `off` with --check [m].
    """
    from ..core.experience import Experience
    from ..datasets.glances import blocks, read_glances
    from ..policies.eyes.network import EyesConfig
    from ..policies.eyes.train import EyesTrainConfig, make_eyes_trainer, measure
    from .learned import rooms_of, with_earlier
    from .progress import progress_bar

    check_training(out, resume, "cpu")
    config = EyesTrainConfig(steps=steps, minutes=minutes, batch=batch, rate=rate, seed=seed, threads=threads, freeze_trunk=freeze_trunk)
    unseen = read_glances(blocks(check)) if check else None
    found = blocks(data)
    with progress_bar("read", len(found)) as advance:
        glances = read_glances(found, progress=advance)
    rooms = rooms_of(s.goals[0].task for s in glances.scenes)
    known = with_earlier(Experience.of((glances.robot,), rooms.values(), rooms), start_from=start_from, resumed=out if resume else None)
    trainer = make_eyes_trainer(glances, EyesConfig(robot=glances.robot), config, out, start_from=start_from, trained_on=known)
    if resume:
        trainer.resume()
    result = _shown("train", steps, trainer.run)
    failed = False
    if unseen is not None and not result["interrupted"]:
        result["off"] = off = measure(trainer.average.eval(), unseen)
        _print_off(off)
        failed = 0 < most_off < off["act"]["p50"]
    return _finish(result, json_path) or (NEGATIVE if failed else DONE)


def _print_off(off: dict[str, Any]) -> None:
    """How far off eyes are, the worst task first."""
    for task, row in sorted(off["tasks"].items(), key=lambda item: -item[1]["p50"]):
        print(f"  {task:24s} act point {1000 * row['p50']:4.0f} mm, 90 %: {1000 * row['p90']:4.0f}; {row['n']} glances")
    print(f"act point {1000 * off['act']['p50']:.0f} mm, 90 %: {1000 * off['act']['p90']:.0f}; place {1000 * off['place']['p50']:.0f} mm")


def count_episodes(data: tuple[Path, ...]) -> int:
    """How many episodes some data sets hold together."""
    from ..datasets.store import Store

    return sum(len(Store.open(p)) for p in data)


def world_model(
    *,
    data: tuple[Path, ...],
    out: OutFolder,
    steps: int = 20_000,
    minutes: float = 0.0,
    settle: float = 0.5,
    batch: int = 24,
    rate: float = 1e-3,
    start_from: Path | None = None,
    resume: bool = False,
    device: str = "cpu",
    half: bool = False,
    threads: int = 2,
    seed: int = 0,
    json_path: JsonPath = None,
) -> int:
    """Trains the world model on whole attempts, good and bad; Ctrl-C saves.

    Give it demonstrations, episodes of the policy with their failures (`homebody collect --policy P --autonomous 1
    --keep-failures`) and random play (`--policy play`). Writes model.safetensors, config.json, log.csv and what resuming needs.

    Args:
        data: Folders of data sets made by `homebody collect`.
        out: Folder of the checkpoint.
        steps: Updates in all; the learning rate falls along a cosine over them.
        minutes: Stop after so many minutes, the schedule with it (0: no limit).
        settle: Share of the steps (and minutes) at the end in which the encoder stands still: cheaper by its pictures.
        batch: Clips per update, each of five frames a quarter of a second apart.
        rate: Peak learning rate.
        start_from: World model whose weights to begin with.
        resume: Continue the training in --out with the same numbers as if it had not stopped.
        device: `cpu` or `cuda`.
        half: bfloat16 arithmetic.
        threads: Threads on the processor.
        seed: Seed of weights and batches.
        json_path: Write `steps, seconds, loss, checkpoint` there too.
    """
    from ..world_model.checkpoint import load_world
    from ..world_model.clips import LEARNABLE
    from ..world_model.network import WorldConfig
    from ..world_model.settle import SettleConfig
    from ..world_model.train import WorldTrainConfig, make_world_trainer

    check_training(out, resume, device)
    asked = WorldTrainConfig(steps=steps, minutes=minutes, batch=batch, rate=rate, seed=seed, threads=threads, device=device, half=half)
    config, network = _before_settling(asked, settle), WorldConfig()
    arrays, known = _read(data, LEARNABLE, network.image_size, start_from=start_from, resumed=out if resume else None)
    began = load_world(start_from) if start_from else None
    trainer = make_world_trainer(arrays, network, config, out, start_from=began, trained_on=known)
    if resume:
        trainer.resume()
    result = _shown("train", config.steps, trainer.run)
    if settle and trainer.course.spent and not result["interrupted"]:  # not after Ctrl-C: --resume goes on with the first stage
        second = SettleConfig(steps=max(1, round(steps * settle)), minutes=minutes * settle, threads=threads, seed=seed)
        last = _settle(trainer.average.cpu(), arrays, second, out, known)
        result = {**last, "steps": result["steps"] + last["steps"], "seconds": result["seconds"] + last["seconds"]}
    return _finish(result, json_path)


def _before_settling(asked: WorldTrainConfig, settle: float) -> WorldTrainConfig:
    """The first stage of a training whose last share is `settle`."""
    if not 0 <= settle < 1:
        raise HomebodyError(f"settle is {settle}: expected a share, 0 or more and less than 1")
    return replace(asked, steps=max(1, round(asked.steps * (1 - settle))), minutes=asked.minutes * (1 - settle))


def _read(
    data: tuple[Path, ...], learnable: Learnable, image_size: int, *, start_from: Path | None, resumed: Path | None
) -> tuple[TrainingArrays, Experience | None]:
    """The data sets, decoded, and what the weights will have seen."""
    from ..datasets.sampler import decode, select
    from .learned import seen_in, with_earlier
    from .progress import progress_bar

    chosen = select(data, learnable)
    with progress_bar("read", len(chosen)) as advance:
        arrays = decode(chosen, image_size=image_size, progress=advance)
    return arrays, with_earlier(seen_in(arrays), start_from=start_from, resumed=resumed)


def _settle(model: WorldModel, arrays: TrainingArrays, config: SettleConfig, out: Path, known: Experience | None) -> dict[str, Any]:
    from ..world_model.settle import Settler, keep_latents
    from .progress import progress_bar

    with progress_bar("keep latents", len(arrays.action)) as advance:
        latents = keep_latents(model, arrays, progress=lambda n: advance(n, ""))
    return _shown("settle", config.steps, Settler(model, arrays, latents, config, out, known).run)


def _shown(title: str, steps: int, run: Callable[[Callable[[Progress], None]], dict[str, Any]]) -> dict[str, Any]:
    """Runs a training with its progress and smoothed losses shown; what it came to."""
    from .progress import progress_bar

    with progress_bar(title, steps) as advance:

        def show(p: Progress) -> None:
            if p.step % SHOWN_EVERY == 0:
                advance(p.step, "  ".join(f"{k} {v:.4f}" for k, v in p.parts.items()))

        return run(show)


def _finish(result: dict[str, Any], json_path: Path | None) -> int:
    """Says what a training came to, or what is kept of one that was stopped; the exit code."""
    stopped = "interrupted, saved; --resume goes on: " if result["interrupted"] else ""
    print(f"{stopped}{result['steps']} steps in {result['seconds']:.0f} s, loss {result['loss']:.4f}: {result['checkpoint']}")
    write_json(json_path, result)
    return INTERRUPTED if result["interrupted"] else DONE


def check_training(out: Path, resume: bool, device: str) -> None:
    """Raises HomebodyError where a training cannot begin or go on in `out`."""
    import torch

    from ..core.training import check_folder

    if device != "cpu" and not torch.cuda.is_available():
        raise HomebodyError(f"device {device!r} is not available here: expected 'cpu' (see `homebody doctor`)")
    check_folder(out, resume=resume)


COMMANDS = {"policy": policy, "head": head, "eyes": eyes, "world-model": world_model}
