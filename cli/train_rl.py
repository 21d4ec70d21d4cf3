"""`homebody train rl`: learning by trial from state, or a residual on a frozen language policy."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..core.errors import HomebodyError, unknown
from ..core.experience import Experience
from ..core.robots import DEFAULT_ROBOT
from .endings import DONE, INTERRUPTED
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from ..policies.rl.config import RLConfig
    from ..policies.rl.train import Learner

HOLD = 4
"""Control steps that an action of a learner from state is held: five decisions a second."""
DEMONSTRATIONS = 96


@dataclass(frozen=True, kw_only=True)
class _MakeHouse:
    """Builds the engine, here or in a worker, as plain values that can travel there."""

    task: str
    robot: str
    residual: bool
    """Whether only the 0/1 outcome is to teach."""
    threads: int
    axes: Mapping[str, float]
    randomize: str | None

    def __call__(self, slots: int) -> HouseholdVectorEnv:
        from ..envs.engine import HouseholdVectorEnv

        return HouseholdVectorEnv(
            self.task,
            slots,
            robot=self.robot,
            cameras=(),
            privileged=True,
            reward="sparse" if self.residual else "dense",
            threads=self.threads,
            axes=self.axes,
            randomize=self.randomize,
        )

    @property
    def where(self) -> str:
        """The task and what differs from the nominal house, in words."""
        settings = [f"{k}={v:g}" for k, v in self.axes.items()] + ([f"randomize {self.randomize}"] if self.randomize else [])
        what = self.task if self.robot == DEFAULT_ROBOT else f"{self.task} with {self.robot}"
        return f"{what} under {', '.join(settings)}" if settings else what


@dataclass(frozen=True, kw_only=True)
class _Setup:
    """What both kinds of learning are built from."""

    make: _MakeHouse
    house: Any
    """The engine with all slots: a HouseholdVectorEnv, or one spread over workers."""
    config: RLConfig
    out: Path
    demonstrations: int
    resume: bool
    """Whether the folder holds demonstrations and normalisation already."""
    known: Experience | None
    """What the weights will have seen."""


def _from_state(setup: _Setup) -> Learner:
    from ..core.robots import robot_named
    from ..envs.skills.expert import Expert
    from ..envs.stages import find_stage
    from ..policies.rl.checkpoint import STATE_KIND
    from ..policies.rl.control import ToolControl
    from ..policies.rl.guide import Guide
    from ..policies.rl.memory import gather
    from ..policies.rl.shaping import StepCost
    from ..policies.rl.train import Learner, build, measure, play
    from ..policies.rl.vec_env import STATE_KEYS, BatchedVecEnv, StateInterface

    config, count = setup.config, setup.demonstrations
    make = setup.make
    cost = StepCost(toward=find_stage(make.task, make.robot).toward, scale=1 / HOLD)
    control = ToolControl(robot=robot_named(make.robot))
    env = BatchedVecEnv(setup.house, StateInterface(setup.house, control, hold=HOLD, shape=cost))
    seen, successes = np.zeros((1, *(env.observation_space.shape or ()))), None
    if not setup.resume:
        seen = play(env, config.warmup, config.seed)
    if count and not setup.resume:  # the expert reads the engine itself, which is in this process
        house = make(min(count, setup.house.num_envs))
        guide = Guide(house, Expert(house), control, StateInterface(house, control, hold=HOLD, shape=cost), hold=HOLD, shape=cost)
        guided = BatchedVecEnv(house, guide)
        successes, shown, rate = gather(guided, count, config.gamma, config.n_steps, lambda: guide.taken)
        house.close()
        seen = np.concatenate([seen, shown])
        print(f"the expert, in the learner's terms, solves {100 * rate:.0f} % of {count} training episodes of {make.where}")
    model = build(env, config, measure(seen), successes=successes)
    env.seed(config.first_index)
    title = f"{make.where}, {config.algorithm} from state" + (f" and {count} demonstrations" if count else "")
    facts = {"keys": list(STATE_KEYS), "hold": HOLD, "control": "tool", "task": make.task, "robot": make.robot}
    return Learner(model, config, setup.out, kind=STATE_KIND, interface=facts, steps_per_action=HOLD, title=title,
                   trained_on=setup.known)  # fmt: skip


def _residual(setup: _Setup, base: str) -> Learner:
    from ..policies.checkpoint import load_model
    from ..policies.rl.checkpoint import BASE_FOLDER, RESIDUAL_KIND
    from ..policies.rl.memory import gather
    from ..policies.rl.residual import CAMERAS, Correction, FrozenBase, ResidualInterface, feature_dim
    from ..policies.rl.train import Learner, build, measure
    from ..policies.rl.vec_env import BatchedVecEnv
    from .policies import IMAGE_SIZE, checkpoint_folder

    config, house, kept = setup.config, setup.house, setup.out / BASE_FOLDER
    frozen = FrozenBase(load_model(kept if setup.resume else checkpoint_folder(base)))
    correction = Correction(robot=frozen.robot)

    def look(slot: int) -> dict[str, Any]:
        return {c: house.render_slot(slot, c, (IMAGE_SIZE, IMAGE_SIZE)) for c in CAMERAS}

    env = BatchedVecEnv(house, ResidualInterface(house, frozen, look, correction))
    seen, successes = np.zeros((1, *(env.observation_space.shape or ()))), None
    if not setup.resume:
        successes, seen, rate = gather(env, setup.demonstrations, config.gamma, config.n_steps)
        print(f"{base} alone solves {100 * rate:.0f} % of {setup.demonstrations} training episodes of {setup.make.where}")
        _copy_checkpoint(checkpoint_folder(base), kept)
    model = build(env, config, measure(seen), seen=feature_dim(frozen.robot), successes=successes)
    facts = {"reach_m": correction.reach_m, "grip": correction.grip, "execute": frozen.execute}
    facts |= {"task": setup.make.task, "robot": setup.make.robot}
    title = f"residual on {base} for {setup.make.where}"
    return Learner(model, config, setup.out, kind=RESIDUAL_KIND, interface=facts, steps_per_action=frozen.execute, title=title,
                   trained_on=setup.known)  # fmt: skip


def _copy_checkpoint(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in ("model.safetensors", "config.json", "card.md"):
        if (source / file).is_file():
            shutil.copyfile(source / file, target / file)


def _prior(algorithm: str, residual: bool, demonstrations: int | None) -> int:
    """How many demonstrations to gather. Raises HomebodyError where the algorithm cannot use them or needs some."""
    count = (0 if algorithm == "ppo" else DEMONSTRATIONS) if demonstrations is None else demonstrations
    if residual and algorithm != "sac":
        raise HomebodyError(f"algorithm {algorithm!r} with --residual: expected 'sac'")
    if count < int(residual):
        raise HomebodyError(f"demonstrations is {count}: expected {int(residual)} or more")
    if algorithm == "ppo" and count:
        raise HomebodyError(f"demonstrations is {count} with ppo: expected 0, since ppo learns from its own episodes alone")
    return count


def _check_robot(task: str, robot: str, residual: bool) -> None:
    """Raises HomebodyError for an unknown task or robot, and where the robot cannot do it."""
    from ..envs.stages import find_stage

    find_stage(task, robot)
    if residual and robot != DEFAULT_ROBOT:
        raise HomebodyError(f"robot {robot!r} with --residual: expected {DEFAULT_ROBOT!r}, which the language policies drive")


def _check_folder(out: Path, *, resume: bool, task: str, robot: str, residual: bool) -> None:
    from ..core.files import read_kind
    from ..core.training import check_folder
    from ..policies.rl.checkpoint import RESIDUAL_KIND, STATE_KIND, made_for

    check_folder(out, resume=resume)
    if not resume:
        return
    before, kind = made_for(out), RESIDUAL_KIND if residual else STATE_KIND
    if before != (task, robot) or read_kind(out) != kind:
        words = {STATE_KIND: "a policy from state", RESIDUAL_KIND: "a residual"}
        raise HomebodyError(
            f"{out} holds {words.get(read_kind(out), 'something else')} for task {before[0]} with robot {before[1]}: expected the same options "
            f"with --resume, not task {task} with robot {robot}{' and --residual' if residual else ''}"
        )


def rl(
    *,
    out: OutFolder,
    task: str = "open_drawer",
    robot: str = DEFAULT_ROBOT,
    algorithm: Literal["sac", "ppo"] = "sac",
    minutes: float = 20.0,
    target: float | None = None,
    residual: bool = False,
    policy: str = "homebody",
    axes: str = "",
    randomize: str = "",
    demonstrations: int | None = None,
    slots: int = 32,
    threads: int = 2,
    seed: int = 0,
    resume: bool = False,
    workers: int | None = None,
    ray: str | None = None,
    json_path: JsonPath = None,
) -> int:
    """Reinforcement learning with Stable-Baselines3 on the batched engine; Ctrl-C saves.

    Writes a checkpoint (`homebody bench --policy OUT`), log.csv, curve.png, tensorboard/ and what resuming needs. From state the policy
    sees the simulation's truth; with --residual it sees what the language policy sees, and only the 0/1 outcome teaches it.

    Args:
        out: Folder of the checkpoint.
        task: Task to learn, of any room (`homebody tasks` lists them), or `first`: the six of the first room, mixed.
        robot: Robot's name, one that the task is for.
        algorithm: `sac` or `ppo`; the residual takes sac.
        minutes: Stop after so many minutes.
        target: Stop earlier once this share of the last 100 training episodes succeeded (above 1: never).
        residual: Learn a small correction of a frozen language policy instead of a policy from state.
        policy: With --residual: the frozen policy, `homebody` or the folder of a checkpoint.
        axes: Axes to set in all episodes: NAME=VALUE, several separated by commas (`homebody axes` lists them).
        randomize: `train` or `heldout`: draw the other axes of every episode from those ranges.
        demonstrations: Episodes of the expert, or of the frozen policy, whose successes fill half of SAC's batches (96; ppo takes none).
        slots: Simulations side by side.
        threads: Threads for physics.
        seed: Seed of weights, exploration and updates.
        resume: Continue the training in --out.
        workers: Simulate in this many worker processes (Ray), with the same numbers.
        ray: `HOST:PORT` of a running Ray cluster for the workers, or `auto`; by default one is started and ended.
        json_path: Write `steps, seconds, loss, checkpoint, episodes, success, cpu_seconds` there too.
    """
    from ..envs.axes import parse_axes
    from .cluster import cluster_config
    from .remote_env import remote_env

    config, prior = _config(algorithm, residual, minutes, target, seed), _prior(algorithm, residual, demonstrations)
    _check(out, task, robot, randomize, slots, threads, residual=residual, resume=resume)
    known = _known(task, robot, base=policy if residual and not resume else "", resumed=out if resume else None)
    remote = cluster_config(workers, ray)
    make = _MakeHouse(
        task=task, robot=robot, residual=residual, threads=1 if remote else threads, axes=parse_axes(axes), randomize=randomize or None,
    )  # fmt: skip
    with remote_env(remote, make, slots) if remote else nullcontext(make(slots)) as house:
        setup = _Setup(make=make, house=house, config=config, out=out, demonstrations=prior, resume=resume, known=known)
        return _finish(_learn(_residual(setup, policy) if residual else _from_state(setup), resume), json_path)


def _check(
    out: Path, task: str, robot: str, randomize: str, slots: int, threads: int, *, residual: bool, resume: bool
) -> None:  # fmt: skip
    """Raises HomebodyError for what cannot be learned, before anything is built."""
    from ..envs.axes import RANDOMIZE

    if randomize and randomize not in RANDOMIZE:
        raise unknown("randomisation", randomize, RANDOMIZE)
    for name, value in (("slots", slots), ("threads", threads)):
        if value < 1:
            raise HomebodyError(f"{name} is {value}: expected 1 or more")
    _check_robot(task, robot, residual)
    _check_folder(out, resume=resume, task=task, robot=robot, residual=residual)


def _config(algorithm: str, residual: bool, minutes: float, target: float | None, seed: int) -> RLConfig:
    from ..policies.rl.config import ppo_config, residual_config, sac_config

    preset = residual_config if residual else {"sac": sac_config, "ppo": ppo_config}[algorithm]
    config = preset(minutes=minutes, seed=seed)
    return config if target is None else replace(config, target=target)


def _known(task: str, robot: str, *, base: str, resumed: Path | None) -> Experience | None:
    """What the weights will have seen, those of the policy `base` that a residual corrects (empty: none) with it."""
    from .learned import check_asked, rooms_of, with_earlier
    from .policies import checkpoint_folder, find_policy

    if base:
        check_asked(find_policy(base), [task], robot)
    rooms = rooms_of([task])
    seen = Experience.of([robot], rooms.values(), rooms)
    return with_earlier(seen, start_from=checkpoint_folder(base) if base else None, resumed=resumed)


def _finish(result: dict[str, Any], json_path: Path | None) -> int:
    """Says what the learning came to; the exit code."""
    write_json(json_path, result)
    stopped = "interrupted, saved; --resume goes on: " if result["interrupted"] else ""
    print(
        f"{stopped}{result['steps']} control steps, {result['episodes']} episodes in {result['seconds']:.0f} s "
        f"({result['cpu_seconds']:.0f} s of processor time), success {result['success']:.2f}: {result['checkpoint']}"
    )
    return INTERRUPTED if result["interrupted"] else DONE


def _learn(learner: Learner, resume: bool) -> dict[str, Any]:
    from .progress import progress_bar

    if resume:
        learner.resume()
    with progress_bar("learn (seconds)", round(60 * learner.config.minutes)) as advance:
        return learner.run(lambda seconds, note: advance(round(seconds), note))


COMMANDS = {"rl": rl}
