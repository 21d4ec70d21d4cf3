"""`homebody prompt`: from a sentence to motion, a film and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tyro

from ..core.errors import HomebodyError, unknown
from ..core.instructions import phrasings
from ..core.robots import DEFAULT_ROBOT
from ..core.types import CONTROL_HZ, Goal, Policy
from .doing import BROKE, Done, Stay, numbered, told
from .filming import QUALITIES, Announcer, Film, Quality
from .outputs import JsonPath, OutFolder, write_json

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from .explain import Explainer
    from .policies import PolicySource

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

    def to_json(self) -> dict[str, Any]:
        """The fields, by their names."""
        return {k: dict(v) if isinstance(v, Mapping) else v for k, v in vars(self).items()}


def run_plan(
    env: HouseholdVectorEnv, policy: Policy, goals: Sequence[Goal], words: Sequence[str], index: int, video: Path, *,
    quality: Quality = "fast", say: Callable[[str], None] = print, goes_home: bool = False, explainer: Explainer | None = None,
) -> tuple[Outcome, list[Done]]:  # fmt: skip
    """Runs slot 0 of `env` from initial state `index` on `words`, a sentence for each goal, one after the other, and writes one film to `video`.

    The policy hears the words as the environment's language axes pass them on, and hears when they change in the middle. goes_home: as
    `doing.Stay` has it. explainer: hears of every frame, and draws what it knows into the film.
    """
    from .video import Background, VideoWriter
    from .video_layout import HEIGHT, WIDTH

    height, frame, asking = (HEIGHT, None, []) if explainer is None else (explainer.height, explainer.frame, [explainer])
    with VideoWriter(video, size=(height, WIDTH), fps=CONTROL_HZ) as film, Background(film) as background:
        listeners = [Announcer(say), *asking, Film(env, policy.name, background, quality, frame)]
        stay = Stay(env, policy, listeners, say, goes_home=goes_home)
        stay.begin(index, goals[0], words[0])
        done = stay.do(goals, words)
    names = dict.fromkeys(name for d in done for name in d.predicates)
    outcome = Outcome(
        success=all(d.success for d in done), diverged=any(d.why == BROKE for d in done), steps=stay.run.steps,
        credit=sum(d.credit for d in done) / len(done),
        predicates={name: all(d.predicates.get(name, True) for d in done) for name in names},
        certificate=env.certificate(0).to_json(), told=stay.run.told, heard=stay.run.heard if len(goals) == 1 else None,
    )  # fmt: skip
    return outcome, done


def run_episode(
    env: HouseholdVectorEnv, policy: Policy, text: str, goal: Goal, index: int, video: Path, *,
    quality: Quality = "fast", say: Callable[[str], None] = print,
) -> Outcome:  # fmt: skip
    """As `run_plan`, on one sentence that asks for one thing."""
    return run_plan(env, policy, [goal], [text], index, video, quality=quality, say=say)[0]


def prompt(
    text: tyro.conf.Positional[str],
    /,
    *,
    plan: bool = False,
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
    explain: bool = False,
    json_path: JsonPath = None,
) -> int:
    """Tells the robot what to do, films it and says whether it did it.

    Args:
        text: The instruction, e.g. "open the top drawer", or several: "open the fridge and then close the fridge".
        plan: Say what was understood and move nothing.
        scene: Where: by default the scene that the instruction belongs to.
        robot: Robot's name.
        seed: Which initial state, 0 or more; none of them was used in training.
        policy: `homebody` (`house` outside the first room), `expert`, `random`, `play`, `zero`, package.module:factory, ws://TOKEN@HOST:PORT, or a checkpoint's folder.
        think: Milliseconds to think before each chunk of actions: the world model judges variations of it (0: act at once).
        randomize: Vary physics, light, colours and cameras: `train` or `heldout` ranges.
        axes: Axes to set: NAME=VALUE, several separated by commas (`homebody axes` lists them).
        device: Where the networks run: `cpu` or `cuda`.
        out: Folder for video.mp4.
        quality: The film's pictures: `fast`, or `pretty` (shadows and smooth edges, several times slower).
        explain: Draw where the policy looks and acts into the film, colour the words that say so, and print what its decisions leaned on: each is planned again without each sense, which takes some 50 ms (for `homebody`, `house` and their kind).
        json_path: Write the result there too.
    """
    from .asked import plan_of

    started = time.perf_counter()
    first, profile = _checked(seed, think, quality)
    goals = list(plan_of(text, first, robot=robot, scene=scene))
    if plan or len(goals) > 1:
        print(numbered([phrasings(g)[0] for g in goals]), flush=True)
    if plan:
        return _planned(text, goals, json_path)
    env, actor, index, learned = _build(goals, policy, device, think, scene=scene, robot=robot, randomize=randomize, axes=axes, first=first)
    explainer = _explainer(env, actor) if explain else None
    print(f"{actor.name}: {text!r}", flush=True)
    video = out / "video.mp4"
    result, done = run_plan(
        env, actor, goals, told(goals, text), index, video, quality=profile, say=partial(print, flush=True), goes_home=learned, explainer=explainer
    )  # fmt: skip
    env.close()
    _print(result, time.perf_counter() - started, video)
    about = {**_about(text, goals), "seconds": result.steps / CONTROL_HZ, "policy": actor.name, **result.to_json()}
    wall = {"wall_seconds": time.perf_counter() - started, "video": str(video)}
    parts = {"plan": [d.to_json() for d in done]} if len(goals) > 1 else {}
    write_json(json_path, {**about, **wall, **parts, **(explainer.report() if explainer else {})})
    return 0 if result.success else 1


def _checked(seed: int, think: float, quality: str) -> tuple[int, Quality]:
    """The episode index to begin with and the film's pictures. Raises HomebodyError for what nothing could be done with."""
    if seed < 0 or think < 0:
        raise HomebodyError(f"{f'seed is {seed}' if seed < 0 else f'think is {think} ms'}: expected 0 or more")
    profiles: dict[str, Quality] = {q: q for q in QUALITIES}
    if quality not in profiles:
        raise unknown("quality", quality, QUALITIES)
    return seed * SEED_STRIDE, profiles[quality]


def _planned(text: str, goals: Sequence[Goal], json_path: Path | None) -> int:
    """What `--plan` says, and nothing else."""
    parts = [{"instruction": phrasings(g)[0], "task": g.task, "goal": g.to_json(), "success": None} for g in goals]
    write_json(json_path, {**_about(text, goals), "plan": parts})
    return 0


def _about(text: str, goals: Sequence[Goal]) -> dict[str, Any]:
    """What was asked for: the first of several goals."""
    return {"instruction": text, "task": goals[0].task, "goal": goals[0].to_json()}


def _explainer(env: HouseholdVectorEnv, policy: Policy) -> Explainer:
    from .explain import Explainer

    return Explainer(env, policy)


def _build(
    goals: Sequence[Goal], policy: str, device: str, think: float, *, scene: str, robot: str, randomize: str, axes: str, first: int
) -> tuple[HouseholdVectorEnv, Policy, int, bool]:
    """The house that the goals are asked for in, who acts in it, the first episode index from `first` on that fits, and whether who acts has
    learned it."""
    from ..envs.axes import parse_axes
    from ..envs.lasting import start_for
    from .learned import check_asked
    from .policies import knowing, thinking

    settings, source = parse_axes(axes), knowing(policy, [g.task for g in goals], robot, device)
    check_asked(source, [g.task for g in goals], robot)
    source = thinking(source, think, device=device) if think else source
    task, index = goals[0].task, -1
    if len(goals) > 1:
        task, index = start_for(goals, robot=robot, scene=scene, first=first, axes=settings)
    env = house_for(source, task, robot=robot, scene=scene, randomize=randomize or None, axes=settings)
    return env, source.build(env), env.find_index(goals[0], first) if index < 0 else index, bool(source.fingerprint)


def house_for(source: PolicySource, task: str, **settings: Any) -> HouseholdVectorEnv:
    """The house, one slot of it, with the senses that a policy asks for; held-out states."""
    from ..envs.engine import HouseholdVectorEnv

    return HouseholdVectorEnv(
        task, 1, split="heldout", cameras=source.cameras, image_size=source.image_size, privileged=source.privileged, sensors=source.sensors,
        **settings,
    )  # fmt: skip


def _print(result: Outcome, seconds: float, video: Path) -> None:
    for name, holds in result.predicates.items():
        print(f"  {'[x]' if holds else '[ ]'} {name}")
    verdict = "done" if result.success else "the simulation diverged" if result.diverged else "not done"
    print(f"{verdict} after {result.steps / CONTROL_HZ:.1f} s (took {seconds:.1f} s): {video}")


COMMANDS = {"prompt": prompt}
