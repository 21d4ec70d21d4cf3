"""Policies that know nothing: what any score must be compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..core.robots import DEFAULT_ROBOT, ROBOTS, Robot
from ..core.types import CONTROL_HZ, Observation


class ZeroPolicy:
    """Holds the arm where it is, gripper open."""

    name = "zero"

    def __init__(self, robot: Robot = ROBOTS[DEFAULT_ROBOT]) -> None:
        self._dof = robot.dof
        self._held: dict[int, np.ndarray] = {}

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot in slots:
            self._held.pop(slot, None)

    def act(self, observation: Observation) -> np.ndarray:
        n = self._dof
        actions = np.ones((len(observation["proprio"]), n + 1), np.float32)
        for slot, proprio in enumerate(observation["proprio"]):
            actions[slot, :n] = self._held.setdefault(slot, np.array(proprio[:n]))
        return actions


class RandomPolicy:
    """Draws every action anew, uniformly over the action space; joint speeds stay within the arm's limits."""

    name = "random"

    def __init__(self, seed: int = 0, robot: Robot = ROBOTS[DEFAULT_ROBOT]) -> None:
        self._seed, self._robot = seed, robot
        self._rngs: dict[int, np.random.Generator] = {}

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        """Gives the episodes in `slots` seeds of their own, so that their actions depend on nothing else."""
        for slot, seed in zip(slots, seeds, strict=True):
            self._rngs[slot] = np.random.default_rng([self._seed, seed])

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        self.seed(slots, [0] * len(slots))

    def act(self, observation: Observation) -> np.ndarray:
        robot = self._robot
        actions = np.zeros((len(observation["proprio"]), robot.dof + 1), np.float32)
        for slot in range(len(actions)):
            rng = self._rngs.setdefault(slot, np.random.default_rng([self._seed, slot]))
            actions[slot] = np.append(rng.uniform(robot.q_min, robot.q_max), rng.uniform())
        return actions


class PlayPolicy:
    """Motor babble for world models: moves the tool from one random place over the worktop to the next, hand down, low and
    high, and opens and closes the gripper as it likes. Things get touched, pushed and sometimes picked up."""

    name = "play"
    SPEED_MPS = 0.35

    def __init__(self, seed: int = 0, robot: Robot = ROBOTS[DEFAULT_ROBOT]) -> None:
        self._seed, self._robot = seed, robot
        self._rngs: dict[int, np.random.Generator] = {}
        self._goals: dict[int, np.ndarray] = {}
        self._targets: dict[int, np.ndarray] = {}
        self._opening: dict[int, float] = {}

    def seed(self, slots: Sequence[int], seeds: Sequence[int]) -> None:
        """Gives the episodes in `slots` seeds of their own, so that their actions depend on nothing else."""
        for slot, seed in zip(slots, seeds, strict=True):
            self._rngs[slot] = np.random.default_rng([self._seed, seed])

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        for slot in slots:
            self._goals.pop(slot, None)

    def act(self, observation: Observation) -> np.ndarray:
        proprio = np.asarray(observation["proprio"], np.float64)
        actions = np.ones((len(proprio), self._robot.action_dim), np.float32)
        for slot, row in enumerate(proprio):
            actions[slot] = self._move(slot, row)
        return actions

    def _move(self, slot: int, proprio: np.ndarray) -> np.ndarray:
        rng, robot = self._rngs.setdefault(slot, np.random.default_rng([self._seed, slot])), self._robot
        if slot not in self._goals:
            self._targets[slot], self._opening[slot] = proprio[: robot.dof].copy(), 1.0
            self._goals[slot] = robot.forward(proprio[None, : robot.dof])[0]
        T = robot.forward(self._targets[slot][None])[0]
        far = self._goals[slot][:3, 3] - T[:3, 3]
        if np.linalg.norm(far) < 0.01 or rng.random() < 0.02:
            self._goals[slot] = self._place(rng)
            if rng.random() < 0.4:
                self._opening[slot] = float(rng.random() < 0.5)
        step = self.SPEED_MPS / CONTROL_HZ
        aim = self._goals[slot].copy()
        aim[:3, 3] = T[:3, 3] + far * min(1.0, step / (np.linalg.norm(far) + 1e-9))
        joints = robot.inverse(aim[None], self._targets[slot][None], iterations=4)[0]
        self._targets[slot] += np.clip(joints - self._targets[slot], -0.08, 0.08)
        return np.append(self._targets[slot], self._opening[slot])

    def _place(self, rng: np.random.Generator) -> np.ndarray:
        """(4, 4) a pose over the worktop, hand down and turned at random; half of them at the height of objects."""
        pose, angle = np.eye(4), rng.uniform(-0.8, 0.8)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        pose[:3, :3], pose[:3, 3] = turn @ np.diag([1.0, -1.0, -1.0]), rng.uniform(*self._robot.worktop_m)
        if rng.random() < 0.5:
            pose[2, 3] = rng.uniform(0.01, 0.09)
        return pose
