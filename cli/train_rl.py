"""`homebody train rl`: learning by trial from state, or a residual on a frozen language policy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import tyro

from ..core.errors import HomebodyError

if TYPE_CHECKING:
    from ..policies.rl.config import RLConfig
    from ..policies.rl.train import Learner

HOLD = 4
"""Control steps that an action of a learner from state is held: five decisions a second."""


def parse_axes(text: str) -> dict[str, float]:
    """`camera_tilt=6,drawer_friction=9` -> {name: value}. Raises HomebodyError for unknown names and bad numbers."""
    from ..envs.axes import check_axes

    out: dict[str, float] = {}
    for part in (p.strip() for p in text.split(",") if p.strip()):
        name, _, value = part.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError:
            raise HomebodyError(f"axis setting {part!r}: expected NAME=NUMBER") from None
    return check_axes(out)


def _from_state(
    task: str, axes: Mapping[str, float], config: RLConfig, slots: int, threads: int, out: Path, demonstrations: int
) -> Learner:
    from ..envs.engine import HouseholdVectorEnv
    from ..envs.experts import Expert
    from ..policies.rl.checkpoint import STATE_KIND
    from ..policies.rl.control import ToolControl
    from ..policies.rl.guide import Guide
    from ..policies.rl.memory import HalfMemory, gather
    from ..policies.rl.shaping import StepCost
    from ..policies.rl.train import Learner, build, measure, play
    from ..policies.rl.vec_env import STATE_KEYS, BatchedVecEnv, StateInterface

    house = HouseholdVectorEnv(task, slots, cameras=(), privileged=True, reward="dense", threads=threads)
    cost, control = StepCost(scale=1 / HOLD), ToolControl()
    interface = StateInterface(house, control, hold=HOLD, shape=cost)
    env = BatchedVecEnv(house, interface, axes=axes)
    seen, successes = play(env, config.warmup, config.seed), None
    if demonstrations:
        guide = Guide(house, Expert(house), control, interface, hold=HOLD, shape=cost)
        guided = BatchedVecEnv(house, guide, axes=axes)
        successes, shown, rate = gather(guided, demonstrations, config.gamma, config.n_steps, lambda: guide.taken)
        seen = np.concatenate([seen, shown])
        print(f"the expert, in the learner's terms, solves {100 * rate:.0f} % of {demonstrations} training episodes of {task}")
    model = build(env, config, measure(seen))
    if isinstance(model.replay_buffer if config.algorithm == "sac" else None, HalfMemory):
        model.replay_buffer.successes = successes  # type: ignore[union-attr]
    env.seed(config.first_index)
    facts = {"keys": list(STATE_KEYS), "hold": HOLD, "control": "tool"}
    prior = f" and {demonstrations} demonstrations" if demonstrations else ""
    title = f"{task}, {config.algorithm} from state{prior}"
    return Learner(model, config, out, kind=STATE_KIND, interface=facts, steps_per_action=HOLD, title=title)


def _residual(
    task: str, axes: Mapping[str, float], config: RLConfig, slots: int, threads: int, out: Path, base: str, demonstrations: int
) -> Learner:
    from ..envs.engine import HouseholdVectorEnv
    from ..policies.checkpoint import load_model
    from ..policies.rl.checkpoint import BASE_FOLDER, RESIDUAL_KIND
    from ..policies.rl.memory import HalfMemory, gather
    from ..policies.rl.residual import CAMERAS, FEATURE_DIM, Correction, FrozenBase, ResidualInterface
    from ..policies.rl.train import Learner, build, measure
    from ..policies.rl.vec_env import BatchedVecEnv
    from .policies import IMAGE_SIZE, checkpoint_folder

    folder = checkpoint_folder(base)
    frozen = FrozenBase(load_model(folder))
    house = HouseholdVectorEnv(task, slots, cameras=(), privileged=True, reward="sparse", threads=threads)

    def look(slot: int) -> dict[str, Any]:
        return {c: house.render_slot(slot, c, (IMAGE_SIZE, IMAGE_SIZE)) for c in CAMERAS}

    correction = Correction()
    env = BatchedVecEnv(house, ResidualInterface(house, frozen, look, correction), axes=axes)
    successes, seen, rate = gather(env, demonstrations, config.gamma, config.n_steps)
    print(f"{base} alone solves {100 * rate:.0f} % of {demonstrations} training episodes of {task} with {dict(axes) or 'nothing changed'}")
    model = build(env, config, measure(seen), seen=FEATURE_DIM)
    assert isinstance(model.replay_buffer, HalfMemory)  # type: ignore[union-attr]
    model.replay_buffer.successes = successes  # type: ignore[union-attr]
    (out / BASE_FOLDER).mkdir(parents=True, exist_ok=True)
    for file in ("model.safetensors", "config.json", "card.md"):
        if (folder / file).is_file():
            shutil.copyfile(folder / file, out / BASE_FOLDER / file)
    facts = {"reach_m": correction.reach_m, "grip": correction.grip, "execute": frozen.execute}
    title = f"{task}, residual on {base} under {dict(axes)}"
    return Learner(model, config, out, kind=RESIDUAL_KIND, interface=facts, steps_per_action=frozen.execute, title=title)


def rl(
    *,
    out: Path,
    task: str = "open_drawer",
    algorithm: Literal["sac", "ppo"] = "sac",
    minutes: float = 20.0,
    target: float | None = None,
    residual: bool = False,
    policy: str = "homebody",
    axes: str = "",
    demonstrations: int | None = None,
    slots: int = 32,
    threads: int = 2,
    seed: int = 0,
    resume: bool = False,
    json_path: Annotated[Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Reinforcement learning with Stable-Baselines3 on the batched engine; Ctrl-C saves.

    Writes model.safetensors, config.json, card.md, log.csv, curve.png, tensorboard/ and what resuming needs. The result is
    a policy: `homebody bench --policy OUT`. From state the policy sees the simulation's truth; with --residual it sees
    what the language policy sees, and only the 0/1 outcome teaches it.

    Args:
        out: Folder of the checkpoint.
        task: Task to learn.
        algorithm: `sac` or `ppo`; the residual takes sac.
        minutes: Stop after so many minutes.
        target: Stop earlier once this share of the last 100 training episodes succeeded (above 1: never).
        residual: Learn a small correction of a frozen language policy instead of a policy from state.
        policy: With --residual: the frozen policy, `homebody` or the folder of a checkpoint.
        axes: What differs from the nominal house in training, e.g. `camera_tilt=6,drawer_friction=9`.
        demonstrations: Episodes whose successes fill half of each of SAC's batches: of the scripted expert, or with
            --residual of the frozen policy alone. Default: 0 for ppo, which cannot use any, else 96.
        slots: Simulations side by side.
        threads: Threads for physics.
        seed: Seed of weights, exploration and updates.
        resume: Continue the training in --out.
        json_path: Write `steps, seconds, loss, checkpoint, episodes, success, cpu_seconds` there too.
    """
    from ..envs.initial import task_goals
    from ..policies.rl.config import ppo_config, residual_config, sac_config
    from ..policies.rl.state import STATE_FILE
    from .progress import progress_bar

    task_goals(task)
    setting = parse_axes(axes)
    prior = (0 if algorithm == "ppo" else 96) if demonstrations is None else demonstrations
    for name, value, least in (("slots", slots, 1), ("threads", threads, 1), ("demonstrations", prior, int(residual))):
        if value < least:
            raise HomebodyError(f"{name} is {value}: expected {least} or more")
    if algorithm == "ppo" and prior:
        raise HomebodyError(f"demonstrations is {prior} with ppo: expected 0, since ppo learns from its own episodes alone")
    if residual and algorithm != "sac":
        raise HomebodyError(f"algorithm {algorithm!r} with --residual: expected 'sac'")
    if resume and not (out / STATE_FILE).is_file():
        raise HomebodyError(f"nothing to resume in {out}: expected {STATE_FILE} of an earlier training")
    if not resume and (out / STATE_FILE).exists():
        raise HomebodyError(f"{out} holds a training already: pass --resume to continue it, or another --out")
    preset = residual_config if residual else {"sac": sac_config, "ppo": ppo_config}[algorithm]
    config = preset(minutes=minutes, seed=seed)
    config = config if target is None else replace(config, target=target)
    learner = (
        _residual(task, setting, config, slots, threads, out, policy, prior)
        if residual
        else _from_state(task, setting, config, slots, threads, out, prior)
    )
    if resume:
        learner.resume()
    with progress_bar("learn (seconds)", round(60 * minutes)) as advance:
        result = learner.run(lambda seconds, note: advance(round(seconds), note))
    print(
        f"{result['steps']} control steps, {result['episodes']} episodes in {result['seconds']:.0f} s "
        f"({result['cpu_seconds']:.0f} s of processor time), success {result['success']:.2f}: {result['checkpoint']}"
    )
    if json_path:
        json_path.write_text(json.dumps(result, indent=2) + "\n")
    return 0


COMMANDS = {"rl": rl}
