"""The first kitchen as a stage: a chest of two drawers, a microwave, a bin, six loose objects; the six tasks policies ship for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mujoco
import numpy as np

from ...core.instructions import all_goals
from ...core.robots import ROBOTS
from ...core.types import Goal, goal_points
from ..past import Past
from ..stage import Check, Running, Start, pose_rotation, robot_rig
from ..variation import dressed, knobs
from .initial import initial_state
from .loose import OBJECTS
from .model import FIXTURES, HouseModel
from .tasks import TASKS, Snapshot, dense_reward, goal_checks


class KitchenStage:
    """Implements stage.Stage."""

    bound: tuple[str, ...] = ()
    movers: Mapping[str, int] = {}
    toward = slice(36, 39)

    def __init__(self, house: HouseModel) -> None:
        self.house, self.scene, self.robot = house, house.scene, ROBOTS[house.robot]
        self.model, self.model_hash = house.model, house.model_hash
        self.rig = robot_rig(self.model, self.robot)
        self.loose_qvel = house.object_qvel[:, 2]
        self.goals: tuple[Goal, ...] = all_goals()
        loose = np.unique(self.model.dof_bodyid[house.object_qvel[:, 0]])
        arm = tuple(f"joint{i}" for i in range(1, 8))
        self._knobs = knobs(self.model, loose=loose, slides=FIXTURES[:2], hinges=FIXTURES[2:], arm=arm)

    def start(self, task: str, split: str, index: int, axes: Mapping[str, float]) -> Start:
        return initial_state(self.house, task, split, index, axes)

    def dress(self, start: Start, axes: Mapping[str, float], rng: np.random.Generator) -> mujoco.MjModel:
        del start
        return dressed(self.model, self._knobs, axes, rng)

    def remember(self, past: Past, view: Snapshot, *, anew: bool = False) -> None:
        """Its predicates ask for the present state alone."""

    def muscles(self, goal: Goal, view: Snapshot) -> Mapping[int, float]:
        del goal, view
        return {}

    def views(self, fields: Mapping[str, np.ndarray], tools: np.ndarray, episodes: Sequence[Running | None]) -> list[Snapshot]:
        h, qpos, count = self.house, fields["qpos"], len(episodes)
        pose = qpos[:, h.object_qpos]  # (B, 6, 7)
        fixtures = qpos[:, h.fixture_qpos]  # (B, 3)
        speed = np.linalg.norm(fields["qvel"][:, h.object_qvel[:, :3]], axis=-1)
        touch = fields["sensordata"][:, h.touch]  # (B, 6, 2)
        rotation = pose_rotation(pose)
        points = np.concatenate([pose[..., :3], h.handles(fixtures), np.broadcast_to(h.bin_floor, (count, 1, 3))], axis=1)
        return [
            Snapshot(fixtures=fixtures[i], position=pose[i, :, :3], rotation=rotation[i], speed=speed[i], touch=touch[i],
                     tool=tools[i, :3, 3], points=points[i])
            for i in range(count)
        ]  # fmt: skip

    def checks(self, goal: Goal, start: Start) -> dict[str, Check]:
        del start
        return goal_checks(goal)

    def reward(self, goal: Goal, view: Snapshot, success: bool) -> float:
        return dense_reward(goal, view, success)

    def privileged(self, goal: Goal, view: Snapshot) -> np.ndarray:
        """(108,) points (30) [m], fixtures (3), tool (3) [m], target minus tool (3) [m], goal one-hot."""
        onehot = np.zeros(len(self.goals))
        onehot[self.goals.index(goal)] = 1
        target = view.points[goal_points(goal)[0]] - view.tool
        return np.concatenate([view.points.ravel(), view.fixtures, view.tool, target, onehot]).astype(np.float32)

    def pushable(self, goal: Goal, start: Start) -> int:
        del start
        return self.model.body(goal.target).id if goal.target in OBJECTS else -1

    def safety(self, view: Snapshot) -> dict[str, float]:
        del view
        return {}

    def places(self, goal: Goal, view: Snapshot) -> tuple[np.ndarray, np.ndarray]:
        target, receptacle = goal_points(goal)
        return view.points[target], view.points[receptacle]

    def points(self, view: Snapshot) -> np.ndarray:
        return view.points

    def horizon(self, goal: Goal) -> int:
        return TASKS[goal.task].horizon
