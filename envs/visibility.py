"""How much of what matters the cameras see: the part that a task moves, at the start, and the thing in the hand, while it is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

from .engine import HouseholdVectorEnv
from .readout import bodies_of
from .skills import expert_for

ENOUGH_PX = 8
"""Pixels of 128 x 128 from which on a part counts as seen."""
SIZE = (128, 128)


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that can be moved: the bodies of a subtree, or a cloth."""

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
    """What slot's goal moves first: the movable body on which the place lies where the tool has to go, with what hangs on it. A thing, a
    cloth, a door where it is pushed, its handle where it is pulled."""
    model, data = env.model_of(slot), mujoco.MjData(env.model_of(slot))
    mujoco.mj_setState(model, data, env.physics_state(slot), mujoco.mjtState.mjSTATE_INTEGRATION.value)
    mujoco.mj_kinematics(model, data)
    place = env.stage.places(env.goal(slot), env.snapshot(slot))[0]
    movable = (model.body_weldid != 0) & (model.body_rootid != model.body("link0").id) & (model.body_mocapid < 0)
    # Frames of bodies and sites on them; the act point is one of these, or very near.
    body = np.concatenate([np.arange(model.nbody), model.site_bodyid])
    away = np.linalg.norm(np.concatenate([data.xpos, data.site_xpos]) - place, axis=1)
    body, away = body[movable[body]], away[movable[body]]
    nearest = int(body[np.argmin(away)])
    flexes = np.flatnonzero(
        np.array([nearest in model.flex_vertbodyid[a : a + n] for a, n in zip(model.flex_vertadr, model.flex_vertnum, strict=True)])
    )
    if len(flexes):
        return Part(name=str(mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_FLEX, int(flexes[0]))), bodies=frozenset(), flex=int(flexes[0]))
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
    """(frames,) pixels of 128 x 128 that show the thing in `camera` while both fingers touch it, as the expert does the task."""
    out: list[int] = []
    expert = expert_for(env)
    for index in range(episodes):
        observation, info = env.reset(options={"index": [index]})
        part, model = moving_part(env, 0), env.model_of(0)
        expert.reset([0], info["instruction"])
        while not env.finished(0):
            observation, _, _, _, info = env.step(expert.act(observation))
            if env.steps(0) % every == 0 and env.holding(0, part.bodies):
                out.append(part.pixels(env.render_slot(0, camera, SIZE, kind="segmentation"), model))
    return np.array(out, int)
