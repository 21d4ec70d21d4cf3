"""`homebody imagine`: the world model's film of what would happen beside what did, and how far to trust it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import tyro

from ..core.errors import HomebodyError, unknown
from ..core.types import CONTROL_HZ, Goal
from .outputs import JsonPath, MaybeFolder, OutFolder, write_json

if TYPE_CHECKING:
    from ..datasets.sampler import TrainingArrays
    from ..world_model.network import WorldModel


def imagine(
    text: tyro.conf.Positional[str] = "",
    /,
    *,
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
        seed: Which initial state, 0 or more; none of them was used in training.
        policy: Who acts: `homebody`, `expert`, `random`, `zero`, or the folder of a checkpoint.
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
    from .learned import check_asked, say_if_new
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
    goal = goal_of(text, seed * SEED_STRIDE) if text else None
    from ..world_model.checkpoint import load_world

    wanted = [*([goal.task] if goal else []), *(["all"] if evaluate else [])]
    check_asked(find_policy(policy), wanted)
    say_if_new(f"world model {world!r}", read_experience(world_folder(world)), wanted)
    model = load_world(world_folder(world))
    # lpips needs a network that may not be downloaded here; the key stays, so that readers see it was not measured.
    result: dict[str, Any] = {"instruction": text, "policy": policy, "psnr": None, "lpips": None, "success_auc": None, "video": None}
    if goal is not None:
        result |= _film(model, text, goal, seed, policy, randomize or None, out)
        print(
            f"{'done' if result['success'] else 'not done'}; predicted pictures at 0.5 s: PSNR {result['psnr']:.1f} dB: {result['video']}"
        )
    if evaluate:
        result |= {"evaluation": _evaluate(model, policy, randomize or None, evaluate, seed)}
        e = result["evaluation"]
        result |= {"psnr": e["psnr"], "success_auc": e["success_auc"]}
        low, high = e["success_auc_ci95"]
        print(
            f"{e['episodes']} held-out episodes, {e['successes']} solved: success AUC {e['success_auc']:.3f} (95 % {low:.3f} to {high:.3f}),"
        )
        print(
            f"  within tasks {e['success_auc_within_tasks']:.3f}; PSNR {e['psnr']:.1f} dB, showing the last picture {e['psnr_copy']:.1f} dB"
        )
        print("  latent error as a share of copying: " + ", ".join(f"{v:.2f} at {k} s" for k, v in e["latent_error"].items()))
        if card:
            from ..world_model.card import add_evaluation

            add_evaluation(card, f"{policy} on held-out states, {randomize or 'nominal'} house", e)
    write_json(json_path, result)
    return 0


def _film(model: WorldModel, text: str, goal: Goal, seed: int, policy: str, randomize: str | None, out: Path) -> dict[str, Any]:
    from ..envs.engine import HouseholdVectorEnv
    from ..world_model.imagination import dream, prepare, psnr
    from .dream_layout import HEIGHT, WIDTH, DreamMoment, compose_dream
    from .policies import find_policy
    from .prompt import SEED_STRIDE
    from .video import VideoWriter

    source, size = find_policy(policy), model.config.image_size
    env = HouseholdVectorEnv(goal.task, 1, split="heldout", image_size=128, randomize=randomize, privileged=source.privileged)
    actor = source.build(env)
    observation, info = env.reset(options={"index": [env.find_index(goal, seed * SEED_STRIDE)], "goal": [goal], "instruction": [text]})
    actor.reset([0], [text])
    seen: list[dict[str, np.ndarray]] = []
    actions: list[np.ndarray] = []
    while not env.finished(0):
        action = actor.act(observation)
        seen.append({k: observation[k][0].copy() for k in ("scene", "wrist", "tactile", "proprio")})
        actions.append(action[0].copy())
        observation, _, _, _, info = env.step(action)
    success = bool(info["success"][0])
    env.close()
    streams = {k: np.stack([s[k] for s in seen]) for k in seen[0]}
    inputs = prepare(**streams, size=size)
    expected = dream(model, inputs, np.stack(actions), text)
    small = np.stack([((inputs[c].permute(0, 2, 3, 1).numpy() + 0.5) * 255).round().astype(np.uint8) for c in ("scene", "wrist")], 1)
    video, count = out / "video.mp4", len(actions)
    with VideoWriter(video, size=(HEIGHT, WIDTH), fps=CONTROL_HZ) as film:
        for t in range(count):
            over = t == count - 1
            frame = compose_dream(DreamMoment(
                instruction=text, policy=source.name, real=np.stack([streams["scene"][t], streams["wrist"][t]]), imagined=expected.pictures[t],
                real_touch=streams["tactile"][t], imagined_touch=expected.tactile[t], judged=expected.judged[: t + 1], total=count,
                time_s=t / CONTROL_HZ, success=success if over else None,
            ))  # fmt: skip
            for _ in range(1 + CONTROL_HZ if over else 1):
                film.write(frame)
    ahead = expected.pictures[10:] if count > 10 else expected.pictures
    return {"psnr": psnr(ahead, small[-len(ahead) :]), "video": str(video), "success": success, "steps": count}


def _evaluate(model: WorldModel, policy: str, randomize: str | None, episodes: int, seed: int) -> dict[str, Any]:
    from ..envs.first.tasks import TASKS
    from ..world_model.imagination import evaluate
    from .progress import progress_bar

    data, words = roll_out(policy, randomize, episodes, seed, tuple(TASKS), model.config.image_size)
    with progress_bar("imagine", episodes) as advance:
        return evaluate(model, data, words, seed=seed, progress=lambda n: advance(n, ""))


def roll_out(
    policy: str, randomize: str | None, episodes: int, seed: int, tasks: tuple[str, ...], size: int
) -> tuple[TrainingArrays, list[str]]:
    """Held-out episodes that the policy acted in, tasks in turn, as arrays with pictures of `size`, and their instructions."""
    import cv2

    from ..core.types import Goal as GoalType
    from ..datasets.sampler import TrainingArrays
    from ..envs.engine import HouseholdVectorEnv
    from .policies import find_policy
    from .progress import progress_bar

    source = find_policy(policy)
    frames: dict[str, list[np.ndarray]] = {k: [] for k in ("scene", "wrist", "tactile", "proprio", "action")}
    lengths: list[int] = []
    goals: list[GoalType] = []
    success: list[bool] = []
    words: list[str] = []
    with progress_bar(f"roll out {source.name}", episodes) as advance:
        for n, task in enumerate(tasks):
            count = len(range(n, episodes, len(tasks)))
            env = HouseholdVectorEnv(
                task, 1, split="heldout", image_size=128, randomize=randomize, privileged=source.privileged, threads=1
            )  # fmt: skip
            actor = source.build(env)
            for index in range(seed, seed + count):
                observation, info = env.reset(options={"index": [index]})
                actor.reset([0], info["instruction"])
                words.append(info["instruction"][0])
                start = len(frames["action"])
                while not env.finished(0):
                    action = actor.act(observation)
                    for k in ("scene", "wrist"):
                        frames[k].append(cv2.resize(observation[k][0], (size, size), interpolation=cv2.INTER_AREA))
                    frames["tactile"].append(observation["tactile"][0].astype(np.float16))
                    frames["proprio"].append(observation["proprio"][0].copy())
                    frames["action"].append(action[0].copy())
                    observation, _, _, _, info = env.step(action)
                lengths.append(len(frames["action"]) - start)
                goals.append(env.goal(0))
                success.append(bool(info["success"][0]))
                advance(len(lengths), task)
            env.close()
    arrays = {k: np.stack(v) for k, v in frames.items()}
    total = len(arrays["action"])
    data = TrainingArrays(
        scene=arrays["scene"], wrist=arrays["wrist"], tactile=arrays["tactile"], proprio=arrays["proprio"], action=arrays["action"],
        intervention=np.zeros(total, bool), points=np.zeros((total, 10, 3), np.float32), pixels=np.zeros((total, 2, 10, 2), np.float32),
        starts=np.concatenate([[0], np.cumsum(lengths)]), goals=tuple(goals), success=np.array(success),
    )  # fmt: skip
    return data, words


COMMANDS = {"imagine": imagine}
