"""The scripted expert as a policy: one skill per slot, restarted from whatever state the slot is in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...core.errors import HomebodyError
from ...core.robots import Robot
from ...core.table import Table
from ...core.tracker import Motion, Tracker, TrackerConfig
from ...core.types import Goal, Observation
from ..engine import HouseholdVectorEnv
from ..furniture.clearance import Furniture
from ..robots.table import arm_named
from . import appliances, bottles, care, cloth, doors, drawers, first, grains, long, things
from .base import HouseContext
from .leaving import leave
from .motion import DT, Steps, Style, give_way

FAMILIES = (first, things, drawers, doors, appliances, bottles, cloth, grains, care, long)
"""Modules with a table SKILLS each: task -> (context, goal) -> steps."""


Skill = Callable[[HouseContext, Goal], Steps]
SKILLS: Table[Skill] = Table("skill", (entry for module in FAMILIES for entry in module.SKILLS.items()))
"""Task -> skill, of every family and of tasks from outside."""


PACE = (0.6, 0.45)
"""Shares of the joints' speed and acceleration that the expert commands: near a singular pose a steady tool asks for more."""


class Pace:
    """Brings the joints that inverse kinematics ask for to joints that the arm can be at a control step later; slots apart."""

    def __init__(self, robot: Robot, count: int) -> None:
        self._tracker = Tracker(robot.joint_limits.shared(*PACE), DT, TrackerConfig(response_s=2 * DT))
        self._motion, self._target = Motion.resting(np.zeros((count, robot.dof))), np.zeros((count, robot.dof))

    def begin(self, slot: int, joints: np.ndarray) -> None:
        """At rest at joints (dof,) [rad]."""
        self._target[slot] = self._motion.position[slot] = joints
        self._motion.nu[slot] = self._motion.alpha[slot] = 0.0

    def follow(self, slots: Sequence[int], joints: np.ndarray) -> np.ndarray:
        """Wanted joints (n, dof) [rad] -> joints (n, dof) [rad]."""
        t, m = self._tracker, self._motion
        wanted = np.clip(joints, t.low, t.high)
        feed = np.clip((wanted - self._target[slots]) / t.ticks.unit, -t.ticks.nu_max, t.ticks.nu_max)
        some = Motion(position=m.position[slots], nu=m.nu[slots], alpha=m.alpha[slots])
        t.step(some, wanted, feed)
        m.position[slots], m.nu[slots], m.alpha[slots] = some.position, some.nu, some.alpha
        self._target[slots] = wanted
        return some.position


class Expert:
    """Reads the true state of `env`; implements core.types.Policy. `reset` may come in the middle of an episode."""

    name = "expert"

    def __init__(self, env: HouseholdVectorEnv) -> None:
        """Raises HomebodyError where actions mean something else than joint targets."""
        if env.control_mode != "joint":
            raise HomebodyError(f"the expert commands joint targets: expected control_mode 'joint', not {env.control_mode!r}")
        self._env = env
        self._pace = Pace(env.robot, env.num_envs)
        self._contexts: dict[int, HouseContext] = {}
        self._skills: dict[int, Iterator[None] | None] = {}

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        """Starts the skill for each slot's goal from its present state. The instruction is the env's own."""
        del instructions
        env = self._env
        for slot in slots:
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([env.episode_index(slot), env.steps(slot)])))
            tool, width = env.tool_state(slot)
            goal = env.goal(slot)
            if goal.task not in SKILLS:
                raise HomebodyError(f"no expert for task {goal.task}: expected one of {', '.join(SKILLS)}")
            ctx = HouseContext(
                tool=tool, width=width, style=Style.sample(rng), rng=rng, reference=tool.copy(), sent=tool.copy(), grip=env.gripper_target(slot),
                world=env.snapshot(slot), arm=arm_named(env.robot.name), T_world_base=env.base_pose(slot), joints=env.arm_target(slot), zone=env.detail(slot).zone,
                furniture=Furniture(env.model_of(slot), tuple(p.name for p in env.stage.definition.pieces), env.base_pose(slot)[:3, 3]),
            )  # fmt: skip
            self._pace.begin(slot, ctx.joints)
            skill = SKILLS[goal.task](ctx, goal)
            if 0 < env.steps(slot) == env.asked_at(slot):
                wanted = next((r for r in ("target", goal.target) if r in ctx.world.cast), "")
                skill = leave(ctx, wanted and ctx.world.body(wanted), skill)
            self._contexts[slot], self._skills[slot] = ctx, skill

    def span(self, slot: int) -> str:
        """Name of the sub-task that `slot` is in, e.g. `grasp`."""
        return self._contexts[slot].span if slot in self._contexts else "start"

    def act(self, observation: Observation) -> np.ndarray:
        """(B, A) actions; slots that were never reset hold still."""
        del observation
        env, robot = self._env, self._env.robot
        actions = env.held_actions()
        slots = [s for s in self._skills if not env.finished(s)]
        for slot in slots:
            ctx, steps = self._contexts[slot], self._skills[slot]
            ctx.world = env.snapshot(slot)
            ctx.pressing = ctx.world.pressing()
            ctx.tool, ctx.width = env.tool_state(slot)
            if steps is not None and next(steps, StopIteration) is StopIteration:
                self._skills[slot] = None
            give_way(ctx)
        if slots:
            contexts = [self._contexts[s] for s in slots]
            goals = np.stack([np.linalg.inv(c.T_world_base) @ c.reference for c in contexts])
            joints = robot.inverse(goals, np.stack([c.joints for c in contexts]), iterations=4)
            for ctx, q, T in zip(contexts, joints, robot.forward(joints), strict=True):
                ctx.joints, ctx.sent = q, ctx.T_world_base @ T
            followed = self._pace.follow(slots, joints)
            for ctx, off in zip(contexts, np.abs(followed - joints).max(-1), strict=True):
                ctx.strained = float(off)
            actions[slots, : robot.dof] = robot.hold(followed)
            actions[slots, robot.dof] = [c.grip for c in contexts]
        return actions
