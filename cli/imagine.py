"""`homebody imagine`: the world model's film of what would happen beside what did, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tyro

from ..core.errors import HomebodyError, unknown
from ..core.robots import DEFAULT_ROBOT
from ..core.rollout import Listener, Run, one_episode
from ..core.types import CONTROL_HZ, Goal, Observation
from .outputs import JsonPath, MaybeFolder, OutFolder, write_json

if TYPE_CHECKING:
    from ..datasets.sampler import TrainingArrays
    from ..envs.engine import HouseholdVectorEnv
    from ..world_model.network import WorldModel
    from .policies import PolicySource


def imagine(
    text: tyro.conf.Positional[str] = "",
    /,
    *,
    robot: str = DEFAULT_ROBOT,
    seed: int = 0,
    policy: str = "homebody",
    world: str = "world",
    randomize: str = "",
    evaluate: int = 0,
    card: MaybeFolder = None,
    out: OutFolder = Path("out/imagine"),
    json_path: JsonPath = None,
) -> int:
    """Films what the world model expected beside what happened, touch included; --evaluate measures it.

    The policy runs on the sentence. For every moment the film shows, below it, what the model had predicted from the
    observation half a second before and the commands that followed, and how likely it thought success.

    Args:
        text: The instruction, e.g. "put the apple in the bowl".
        robot: Robot's name, one that the task is for and that the world model was trained on.
        seed: Which initial state, 0 or more; none of them was used in training.
        policy: Who acts: `homebody`, `expert`, `random`, `zero`, package.module:factory, or the folder of a checkpoint.
        world: `world`, or the folder of a world model's checkpoint.
        randomize: Vary physics, light, colours and cameras: `train` or `heldout` ranges.
        evaluate: Also imagine so many held-out episodes over all tasks (200 gives a usable interval) and report
            success AUC, latent error and PSNR.
        card: Folder of a world model whose card gets the figures of --evaluate.
        out: Folder for video.mp4.
        json_path: Write `psnr, lpips, success_auc, video` and more there too.
    """
    from ..core.experience import read_experience
    from ..envs.axes import RANDOMIZE
    from .asked import goal_of
    from .learned import check_asked, check_body, say_if_new
    from .policies import find_policy, world_folder
    from .prompt import SEED_STRIDE

    if not text and not evaluate:
        raise HomebodyError('nothing to imagine: expected an instruction such as "open the top drawer", or --evaluate N')
    if seed < 0:
        raise HomebodyError(f"seed is {seed}: expected 0 or more")
    if randomize and randomize not in RANDOMIZE:
        raise unknown("randomisation", randomize, RANDOMIZE)
    if evaluate < 0:
        raise HomebodyError(f"evaluate is {evaluate}: expected 0 or more episodes")
    who, seen = f"world model {world!r}", read_experience(world_folder(world))
    check_body(who, seen, robot)
    goal = goal_of(text, seed * SEED_STRIDE, robot=robot) if text else None
    acting = _Acting(source=find_policy(policy), robot=robot, randomize=randomize or None, seed=seed)
    wanted = [*([goal.task] if goal else []), *(["first"] if evaluate else [])]
    check_asked(acting.source, wanted, robot)
    say_if_new(who, seen, wanted, robot)
    result = _imagine(text, goal, acting, world_folder(world), out, evaluate, card)
    write_json(json_path, result | {"instruction": text, "policy": policy})
    return 0


def _imagine(
    text: str, goal: Goal | None, acting: _Acting, world: Path, out: Path, evaluate: int, card: Path | None
) -> dict[str, Any]:  # fmt: skip
    """The film of `goal` and the evaluation, where they are asked for; what they came to."""
    from ..world_model.card import add_evaluation
    from ..world_model.checkpoint import load_world

    model = load_world(world)
    # lpips needs a network that may not be downloaded here; the key stays, so that readers see it was not measured.
    result: dict[str, Any] = {"psnr": None, "lpips": None, "success_auc": None, "video": None}
    if goal is not None:
        result |= _film(model, text, goal, acting, out)
        done = "done" if result["success"] else "not done"
        print(f"{done}; predicted pictures at 0.5 s: PSNR {result['psnr']:.1f} dB: {result['video']}")
    if evaluate:
        e = _evaluate(model, acting, evaluate)
        result |= {"evaluation": e, "psnr": e["psnr"], "success_auc": e["success_auc"]}
        _print_evaluation(e)
        if card:
            add_evaluation(card, f"{acting.source.name} on held-out states, {acting.randomize or 'nominal'} house", e)
    return result


def _print_evaluation(e: dict[str, Any]) -> None:
    low, high = e["success_auc_ci95"]
    print(f"{e['episodes']} held-out episodes, {e['successes']} solved: success AUC {e['success_auc']:.3f} (95 % {low:.3f} to {high:.3f}),")
    print(f"  within tasks {e['success_auc_within_tasks']:.3f}; PSNR {e['psnr']:.1f} dB, showing the last picture {e['psnr_copy']:.1f} dB")
    print("  latent error as a share of copying: " + ", ".join(f"{v:.2f} at {k} s" for k, v in e["latent_error"].items()))


@dataclass(frozen=True, kw_only=True)
class _Acting:
    """Who acts, with what, where."""

    source: PolicySource
    robot: str
    randomize: str | None
    seed: int
    """Initial state."""

    def house(self, task: str, threads: int = 2) -> HouseholdVectorEnv:
        """One slot of held-out initial states, seen as data sets are."""
        from ..envs.engine import HouseholdVectorEnv

        return HouseholdVectorEnv(
            task, 1, robot=self.robot, split="heldout", image_size=128, randomize=self.randomize, privileged=self.source.privileged,
            sensors=self.source.sensors, threads=threads,
        )  # fmt: skip


class _Streams(Listener):
    """Every frame of the episodes in slot 0, one after the other, as the world model reads them."""

    def __init__(self, size: int | None = None) -> None:
        """size: pictures are shrunk to so many pixels a side, and the taxels take half the room; None leaves all as it is."""
        self._size = size
        self.streams: dict[str, list[np.ndarray]] = {k: [] for k in ("scene", "wrist", "tactile", "proprio", "action")}

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        import cv2

        for k in ("scene", "wrist"):
            picture = observation[k][run.slot]
            small = picture.copy() if self._size is None else cv2.resize(picture, (self._size, self._size), interpolation=cv2.INTER_AREA)
            self.streams[k].append(small)
        tactile = observation["tactile"][run.slot]
        self.streams["tactile"].append(tactile.copy() if self._size is None else tactile.astype(np.float16))
        self.streams["proprio"].append(observation["proprio"][run.slot].copy())
        self.streams["action"].append(np.array(action))


def _film(model: WorldModel, text: str, goal: Goal, acting: _Acting, out: Path) -> dict[str, Any]:
    from ..world_model.imagination import dream, prepare, psnr
    from .dream_layout import HEIGHT, WIDTH, DreamMoment, compose_dream
    from .prompt import SEED_STRIDE
    from .video import VideoWriter

    env, size = acting.house(goal.task), model.config.image_size
    kept, start = _Streams(), env.find_index(goal, acting.seed * SEED_STRIDE)
    run, info = one_episode(env, acting.source.build(env), start, goal=goal, instruction=text, listeners=[kept])
    success = bool(info["success"][0])
    env.close()
    actions = kept.streams.pop("action")
    streams = {k: np.stack(v) for k, v in kept.streams.items()}
    inputs = prepare(**streams, size=size)
    expected = dream(model, inputs, np.stack(actions), run.told)
    small = np.stack([((inputs[c].permute(0, 2, 3, 1).numpy() + 0.5) * 255).round().astype(np.uint8) for c in ("scene", "wrist")], 1)
    video, count = out / "video.mp4", len(actions)
    with VideoWriter(video, size=(HEIGHT, WIDTH), fps=CONTROL_HZ) as film:
        for t in range(count):
            over = t == count - 1
            frame = compose_dream(DreamMoment(
                instruction=text, policy=acting.source.name, real=np.stack([streams["scene"][t], streams["wrist"][t]]), imagined=expected.pictures[t],
                real_touch=streams["tactile"][t], imagined_touch=expected.tactile[t], judged=expected.judged[: t + 1], total=count,
                time_s=t / CONTROL_HZ, success=success if over else None,
            ))  # fmt: skip
            for _ in range(1 + CONTROL_HZ if over else 1):
                film.write(frame)
    ahead = expected.pictures[10:] if count > 10 else expected.pictures
    return {"psnr": psnr(ahead, small[-len(ahead) :]), "video": str(video), "success": success, "steps": count}


def _evaluate(model: WorldModel, acting: _Acting, episodes: int) -> dict[str, Any]:
    from ..envs.registry import members
    from ..world_model.imagination import evaluate
    from .progress import progress_bar

    data, words = roll_out(acting, episodes, members("first"), model.config.image_size)
    with progress_bar("imagine", episodes) as advance:
        return evaluate(model, data, words, seed=acting.seed, progress=lambda n: advance(n, ""))


def roll_out(acting: _Acting, episodes: int, tasks: tuple[str, ...], size: int) -> tuple[TrainingArrays, list[str]]:
    """Held-out episodes that the policy acted in, tasks in turn, as arrays with pictures of `size`, and their instructions."""
    from ..core.marks import MARK_DIM
    from ..datasets.sampler import TrainingArrays
    from .progress import progress_bar

    kept = _Streams(size)
    lengths: list[int] = []
    goals: list[Goal] = []
    success: list[bool] = []
    words: list[str] = []
    with progress_bar(f"roll out {acting.source.name}", episodes) as advance:
        for n, task in enumerate(tasks):
            env = acting.house(task, threads=1)
            actor = acting.source.build(env)
            for index in range(acting.seed, acting.seed + len(range(n, episodes, len(tasks)))):
                run, info = one_episode(env, actor, index, listeners=[kept])
                words.append(run.told)
                lengths.append(run.steps)
                goals.append(env.goal(0))
                success.append(bool(info["success"][0]))
                advance(len(lengths), task)
            env.close()
    arrays = {k: np.stack(v) for k, v in kept.streams.items()}
    total = len(arrays["action"])
    data = TrainingArrays(
        scene=arrays["scene"], wrist=arrays["wrist"], tactile=arrays["tactile"], proprio=arrays["proprio"], action=arrays["action"],
        intervention=np.zeros(total, bool), marks=np.zeros((total, 1, MARK_DIM), np.float32), pixels=np.zeros((total, 2, 1, 2, 2), np.float32),
        starts=np.concatenate([[0], np.cumsum(lengths)]), asked=tuple((g,) for g in goals), success=np.array(success),
    )  # fmt: skip
    return data, words


COMMANDS = {"imagine": imagine}
