"""`homebody prompt`: from a sentence to motion, a film and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import tyro

from ..core.errors import HomebodyError, unknown
from ..core.robots import DEFAULT_ROBOT
from ..core.rollout import Listener, Run, one_episode
from ..core.types import CONTROL_HZ, Goal, Observation, Policy
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from .video import Background

Quality = Literal["fast", "pretty"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)
HOLD_FRAMES = CONTROL_HZ
"""The last picture stays for a second."""
SEED_STRIDE = 50
"""Seed n takes the first fitting episode index from n times this on; of 50 states some always fit."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one prompted episode came to."""

    success: bool
    diverged: bool
    credit: float
    steps: int
    predicates: Mapping[str, bool]
    certificate: Mapping[str, Any]
    told: str
    """The words that reached the policy: `text` as the axes of language left it."""
    heard: str | None
    """What was asked for in the middle instead; success is about that. None where nobody changed their mind."""


class _Announcer(Listener):
    """Prints a predicate when it changes, and other words when they come."""

    looks = False

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._known, self._words = say, dict[str, bool](), ""

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        now, at = dict(info["predicates"][run.slot]), f"{run.steps / CONTROL_HZ:5.1f} s"
        if run.steps and run.words != self._words:
            self._say(f"{at}  the instruction is now {run.words!r}")
        for name, holds in now.items():
            if run.steps and self._known.get(name, False) != holds:
                self._say(f"{at}  {name} {'holds' if holds else 'no longer holds'}")
        self._known, self._words = now, run.words


class _Film(Listener):
    """Films the rollout, a frame a control step: it runs in real time."""

    looks = False  # it draws its own

    def __init__(self, env: HouseholdVectorEnv, who: str, background: Background, quality: Quality) -> None:
        self._env, self._who, self._background = env, who, background
        self._profile: Literal["film", "pretty"] = "pretty" if quality == "pretty" else "film"

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        from .video_layout import SCENE, WRIST, Moment, compose

        slot, draw = run.slot, self._env.render_slot
        moment = Moment(
            instruction=run.words, policy=self._who,
            scene=draw(slot, "scene", (SCENE[3], SCENE[2]), self._profile),
            wrist=draw(slot, "wrist", (WRIST[3], WRIST[2]), self._profile),
            tactile=observation["tactile"][slot], predicates=info["predicates"][slot], step=run.steps, horizon=self._env.horizon(slot),
            time_s=run.steps / CONTROL_HZ, credit=float(info["credit"][slot]), success=bool(info["success"][slot]),
        )  # fmt: skip
        self._background.add(partial(compose, moment), times=1 + HOLD_FRAMES if run.over else 1)


def run_episode(
    env: HouseholdVectorEnv, policy: Policy, text: str, goal: Goal, index: int, video: Path, *,
    quality: Quality = "fast", say: Callable[[str], None] = print,
) -> Outcome:  # fmt: skip
    """Runs slot 0 of `env` on `text`, judged by `goal`, from initial state `index`, and writes its film to `video`.

    The policy hears the words as the environment's language axes pass them on, and hears when they change in the middle.
    """
    from .video import Background, VideoWriter
    from .video_layout import HEIGHT, WIDTH

    with VideoWriter(video, size=(HEIGHT, WIDTH), fps=CONTROL_HZ) as film, Background(film) as background:
        listeners = [_Announcer(say), _Film(env, policy.name, background, quality)]
        run, info = one_episode(env, policy, index, goal=goal, instruction=text, listeners=listeners)
    diverged = bool(info["diverged"][0])
    return Outcome(
        success=bool(info["success"][0]) and not diverged, diverged=diverged, credit=float(info["credit"][0]), steps=run.steps,
        predicates=dict(info["predicates"][0]), certificate=env.certificate(0).to_json(), told=run.told, heard=run.heard,
    )  # fmt: skip


def prompt(
    text: tyro.conf.Positional[str],
    /,
    *,
    scene: str = "",
    robot: str = DEFAULT_ROBOT,
    seed: int = 0,
    policy: str = "homebody",
    think: float = 0.0,
    randomize: str = "",
    axes: str = "",
    device: str = "cpu",
    out: OutFolder = Path("out/prompt"),
    quality: str = "fast",
    json_path: JsonPath = None,
) -> int:
    """Tells the robot what to do, films it and says whether it did it.

    Args:
        text: The instruction, e.g. "open the top drawer".
        scene: Where: by default the scene that the instruction belongs to.
        robot: Robot's name.
        seed: Which initial state, 0 or more; none of them was used in training.
        policy: `homebody`, `expert`, `random`, `play`, `zero`, package.module:factory, ws://TOKEN@HOST:PORT, or a checkpoint's folder.
        think: Milliseconds to think before each chunk of actions: the world model judges variations of it (0: act at once).
        randomize: Vary physics, light, colours and cameras: `train` or `heldout` ranges.
        axes: Axes to set: NAME=VALUE, several separated by commas (`homebody axes` lists them).
        device: Where the networks run: `cpu` or `cuda`.
        out: Folder for video.mp4.
        quality: The film's pictures: `fast`, or `pretty` (shadows and smooth edges, several times slower).
        json_path: Write the result there too.
    """
    from ..envs.axes import parse_axes
    from .asked import goal_of

    started = time.perf_counter()
    if seed < 0 or think < 0:
        raise HomebodyError(f"{f'seed is {seed}' if seed < 0 else f'think is {think} ms'}: expected 0 or more")
    profiles: dict[str, Quality] = {q: q for q in QUALITIES}
    if quality not in profiles:
        raise unknown("quality", quality, QUALITIES)
    goal = goal_of(text, seed * SEED_STRIDE, robot=robot, scene=scene)
    env, actor = _build(goal, policy, device, think, scene=scene, robot=robot, randomize=randomize, axes=parse_axes(axes))
    print(f"{actor.name}: {text!r}", flush=True)
    index, video = env.find_index(goal, seed * SEED_STRIDE), out / "video.mp4"
    result = run_episode(env, actor, text, goal, index, video, quality=profiles[quality], say=lambda line: print(line, flush=True))
    env.close()
    _print(result, time.perf_counter() - started, video)
    data = {k: dict(v) if isinstance(v, Mapping) else v for k, v in vars(result).items()}
    about = {"instruction": text, "task": goal.task, "goal": goal.to_json(), "seconds": result.steps / CONTROL_HZ}
    wall = {"wall_seconds": time.perf_counter() - started, "video": str(video), "policy": actor.name}
    write_json(json_path, {**about, **data, **wall})
    return 0 if result.success else 1


def _build(
    goal: Goal, policy: str, device: str, think: float, *, scene: str, robot: str, randomize: str, axes: Mapping[str, float]
) -> tuple[HouseholdVectorEnv, Policy]:
    """The house that the goal is asked for in, and who acts in it."""
    from ..envs.engine import HouseholdVectorEnv
    from .learned import check_asked
    from .policies import find_policy, thinking

    source = find_policy(policy, device)
    check_asked(source, [goal.task], robot)
    source = thinking(source, think, device=device) if think else source
    env = HouseholdVectorEnv(
        goal.task, 1, robot=robot, scene=scene, split="heldout", cameras=source.cameras, image_size=source.image_size,
        privileged=source.privileged, sensors=source.sensors, randomize=randomize or None, axes=axes,
    )  # fmt: skip
    return env, source.build(env)


def _print(result: Outcome, seconds: float, video: Path) -> None:
    for name, holds in result.predicates.items():
        print(f"  {'[x]' if holds else '[ ]'} {name}")
    verdict = "done" if result.success else "the simulation diverged" if result.diverged else "not done"
    print(f"{verdict} after {result.steps / CONTROL_HZ:.1f} s (took {seconds:.1f} s): {video}")


COMMANDS = {"prompt": prompt}
