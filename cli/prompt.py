"""`homebody prompt`: from a sentence to motion, a film and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import tyro

from ..core.errors import HomebodyError, unknown
from ..core.robots import DEFAULT_ROBOT
from ..core.types import CONTROL_HZ, Goal, Policy
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

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


@dataclass
class _Announcer:
    """Prints a predicate when it changes."""

    say: Callable[[str], None]
    known: dict[str, bool]

    def update(self, step: int, predicates: Mapping[str, bool]) -> None:
        for name, holds in predicates.items():
            if self.known[name] != holds:
                self.say(f"{step / CONTROL_HZ:5.1f} s  {name} {'holds' if holds else 'no longer holds'}")
        self.known = dict(predicates)


def run_episode(
    env: HouseholdVectorEnv, policy: Policy, text: str, goal: Goal, index: int, video: Path, *,
    quality: Quality = "fast", say: Callable[[str], None] = print,
) -> Outcome:  # fmt: skip
    """Runs slot 0 of `env` on `text`, judged by `goal`, from initial state `index`, and writes its film to `video`.

    Each control step is one frame, so the film runs in real time.
    """
    from .video import Background, VideoWriter
    from .video_layout import HEIGHT, SCENE, WIDTH, WRIST, Moment, compose

    profile: Literal["film", "pretty"] = "pretty" if quality == "pretty" else "film"
    observation, info = env.reset(options={"index": np.array([index]), "goal": [goal], "instruction": [text]})
    policy.reset([0], [text])
    announcer, step, over = _Announcer(say, dict(info["predicates"][0])), 0, False
    with VideoWriter(video, size=(HEIGHT, WIDTH), fps=CONTROL_HZ) as film, Background(film) as background:
        while True:
            moment = Moment(
                instruction=text, policy=policy.name,
                scene=env.render_slot(0, "scene", (SCENE[3], SCENE[2]), profile),
                wrist=env.render_slot(0, "wrist", (WRIST[3], WRIST[2]), profile),
                tactile=observation["tactile"][0], predicates=info["predicates"][0], step=step, horizon=env.horizon(0),
                time_s=step / CONTROL_HZ, credit=float(info["credit"][0]), success=bool(info["success"][0]),
            )  # fmt: skip
            background.add(partial(compose, moment), times=1 + HOLD_FRAMES if over else 1)
            if over:
                break
            observation, _, terminated, truncated, info = env.step(policy.act(observation))
            step += 1
            announcer.update(step, info["predicates"][0])
            over = bool(terminated[0] or truncated[0])
    diverged = bool(info["diverged"][0])
    return Outcome(
        success=bool(info["success"][0]) and not diverged, diverged=diverged, credit=float(info["credit"][0]), steps=step,
        predicates=dict(info["predicates"][0]), certificate=env.certificate(0).to_json(),
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
        policy: `homebody`, `expert`, `random`, `play`, `zero`, or the folder of a checkpoint.
        think: Milliseconds to think before each chunk of actions: the world model judges variations of it (0: act at once).
        randomize: Vary physics, light, colours and cameras: `train` or `heldout` ranges.
        axes: Axes to set: NAME=VALUE, several separated by commas (`homebody axes` lists them).
        device: Where the networks run: `cpu` or `cuda`.
        out: Folder for video.mp4.
        quality: The film's pictures: `fast`, or `pretty` (shadows and smooth edges, several times slower).
        json_path: Write the result there too.
    """
    from .asked import goal_of

    started = time.perf_counter()
    if seed < 0:
        raise HomebodyError(f"seed is {seed}: expected 0 or more")
    profiles: dict[str, Quality] = {q: q for q in QUALITIES}
    if quality not in profiles:
        raise unknown("quality", quality, QUALITIES)
    goal = goal_of(text, seed * SEED_STRIDE, robot=robot, scene=scene)
    from ..envs.axes import parse_axes
    from ..envs.engine import HouseholdVectorEnv
    from .learned import check_asked
    from .policies import find_policy, thinking

    if think < 0:
        raise HomebodyError(f"think is {think} ms: expected 0 or more")
    source = find_policy(policy, device)
    check_asked(source, [goal.task], robot)
    if think:
        source = thinking(source, think, device=device)
    env = HouseholdVectorEnv(
        goal.task, 1, robot=robot, scene=scene, split="heldout", cameras=source.cameras, image_size=source.image_size,
        privileged=source.privileged, randomize=randomize or None, axes=parse_axes(axes),
    )  # fmt: skip
    actor = source.build(env)
    video = out / "video.mp4"
    print(f"{source.name}: {text!r}", flush=True)
    index = env.find_index(goal, seed * SEED_STRIDE)
    result = run_episode(env, actor, text, goal, index, video, quality=profiles[quality], say=lambda line: print(line, flush=True))
    env.close()
    for name, holds in result.predicates.items():
        print(f"  {'[x]' if holds else '[ ]'} {name}")
    verdict = "done" if result.success else "the simulation diverged" if result.diverged else "not done"
    print(f"{verdict} after {result.steps / CONTROL_HZ:.1f} s (took {time.perf_counter() - started:.1f} s): {video}")
    write_json(
        json_path,
        {
            "instruction": text, "task": goal.task, "goal": goal.to_json(), "success": result.success, "credit": result.credit,
            "steps": result.steps, "seconds": result.steps / CONTROL_HZ, "wall_seconds": time.perf_counter() - started,
            "predicates": dict(result.predicates), "diverged": result.diverged, "video": str(video),
            "policy": source.name, "certificate": dict(result.certificate),
        },
    )  # fmt: skip
    return 0 if result.success else 1


COMMANDS = {"prompt": prompt}
