"""How much of what matters the cameras see: the part that a task moves, at the start, and the thing in the hand, while it is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from .engine import HouseholdVectorEnv
from .readout import bodies_of
from .registry import task_robots
from .skills.expert import Expert

ENOUGH_PX = 8
"""Pixels of 128 x 128 from which on a part counts as seen."""
SIZE = (128, 128)
CAMERAS = ("scene", "wrist", "side")


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that can be moved: the bodies of a subtree, or a cloth, whose bodies are its vertices."""

    name: str
    bodies: frozenset[int]
    flex: int = -1
    """Id of the cloth, -1 for none."""

    def pixels(self, segmentation: np.ndarray, model: mujoco.MjModel) -> int:
        """How many pixels of (H, W, 2) object ids and types show it."""
        own = np.isin(bodies_of(segmentation, model), list(self.bodies))
        cloth = (segmentation[..., 1] == mujoco.mjtObj.mjOBJ_FLEX.value) & (segmentation[..., 0] == self.flex)
        return int((own | cloth).sum())


def _subtree(model: mujoco.MjModel, root: int) -> frozenset[int]:
    bodies = {root}
    for body in range(root + 1, model.nbody):  # parents come first
        if int(model.body_parentid[body]) in bodies:
            bodies.add(body)
    return frozenset(bodies)


def moving_part(env: HouseholdVectorEnv, slot: int) -> Part:
    """What slot's goal moves first: the thing that it is about, or the movable body that its mark lies on, with what hangs on it: a cloth,
    a door where it is pushed, its handle where it is pulled."""
    model, view, goal = env.model_of(slot), env.snapshot(slot), env.goal(slot)
    for role in ("target", goal.target):
        if role in view.roles:
            body = model.body(view.body(role)).id
            return Part(name=role, bodies=_subtree(model, body))
    data = mujoco.MjData(model)
    mujoco.mj_setState(model, data, env.physics_state(slot), mujoco.mjtState.mjSTATE_INTEGRATION.value)
    mujoco.mj_kinematics(model, data)
    movable = (model.body_weldid != 0) & (model.body_rootid != model.body(env.stage.arm.root).id) & (model.body_mocapid < 0)
    # Frames of bodies and sites on them: a mark on furniture is one of these, or very near.
    owner = np.concatenate([np.arange(model.nbody), model.site_bodyid])
    away = np.linalg.norm(np.concatenate([data.xpos, data.site_xpos]) - env.stage.mark(goal, view).position, axis=1)
    nearest = int(owner[np.argmin(np.where(movable[owner], away, np.inf))])
    for flex, (first, count) in enumerate(zip(model.flex_vertadr, model.flex_vertnum, strict=True)):
        if nearest in model.flex_vertbodyid[first : first + count]:
            name, vertices = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_FLEX, flex), model.flex_vertbodyid[first : first + count]
            return Part(name=str(name), bodies=frozenset(map(int, vertices)), flex=flex)
    return Part(name=model.body(nearest).name, bodies=_subtree(model, nearest))


def pixels_at_start(env: HouseholdVectorEnv, cameras: Sequence[str], episodes: int) -> np.ndarray:
    """(episodes, cameras) pixels of 128 x 128 that show the part that has to move, at the beginnings of episodes 0, 1, ..."""
    out = np.zeros((episodes, len(cameras)), int)
    for index in range(episodes):
        env.reset(options={"index": [index], "reset_mask": np.arange(env.num_envs) == 0})
        part, model = moving_part(env, 0), env.model_of(0)
        out[index] = [part.pixels(env.render_slot(0, c, SIZE, kind="segmentation"), model) for c in cameras]
    return out


def pixels_while_held(env: HouseholdVectorEnv, camera: str, episodes: int, every: int = 5) -> np.ndarray:
    """(frames,) pixels of 128 x 128 that show the part in `camera` while both pads press on it, as the expert does the task."""
    out: list[int] = []
    expert = Expert(env)
    for index in range(episodes):
        observation, info = env.reset(options={"index": [index]})
        part, model = moving_part(env, 0), env.model_of(0)
        expert.reset([0], info["instruction"])
        while not env.finished(0):
            observation, _, _, _, info = env.step(expert.act(observation))
            if env.steps(0) % every == 0 and env.holding(0, part.bodies):
                out.append(part.pixels(env.render_slot(0, camera, SIZE, kind="segmentation"), model))
    return np.array(out, int)


def seen_table(tasks: Sequence[str], episodes: int, held_episodes: int, progress: Callable[[int, str], None]) -> list[dict[str, Any]]:
    """One entry a task and robot: the shares of held-out starts in which cameras see the part that has to move, and of grasped frames in
    which the wrist camera sees what is held (None where nothing was)."""
    out: list[dict[str, Any]] = []
    for number, task in enumerate(tasks):
        for robot in task_robots(task):
            env = HouseholdVectorEnv(task, 1, robot=robot, cameras=(), split="heldout", threads=1)
            seen = pixels_at_start(env, CAMERAS, episodes) >= ENOUGH_PX
            held = pixels_while_held(env, "wrist", held_episodes) if held_episodes else np.zeros(0, int)
            env.close()
            out.append({
                "task": task, "robot": robot, "start": float(seen.any(1).mean()),
                **{camera: float(seen[:, c].mean()) for c, camera in enumerate(CAMERAS)},
                "held": float((held >= ENOUGH_PX).mean()) if len(held) else None,
            })  # fmt: skip
        progress(number + 1, task)
    return out
