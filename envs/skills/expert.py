"""The scripted expert as a policy: one skill per slot, restarted from whatever state the slot is in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...core.errors import HomebodyError
from ...core.table import Table
from ...core.types import Goal, Observation
from ..engine import HouseholdVectorEnv
from ..furniture.clearance import Furniture
from ..robots.table import arm_named
from . import appliances, bottles, care, cloth, doors, drawers, first, grains, long, things
from .base import HouseContext
from .motion import Steps, Style

FAMILIES = (first, things, drawers, doors, appliances, bottles, cloth, grains, care, long)
"""Modules with a table SKILLS each: task -> (context, goal) -> steps."""


Skill = Callable[[HouseContext, Goal], Steps]
SKILLS: Table[Skill] = Table("skill", (entry for module in FAMILIES for entry in module.SKILLS.items()))
"""Task -> skill, of every family and of tasks from outside."""


class Expert:
    """Reads the true state of `env`; implements core.types.Policy. `reset` may come in the middle of an episode."""

    name = "expert"

    def __init__(self, env: HouseholdVectorEnv) -> None:
        """Raises HomebodyError where actions mean something else than joint targets."""
        if env.control_mode != "joint":
            raise HomebodyError(f"the expert commands joint targets: expected control_mode 'joint', not {env.control_mode!r}")
        self._env = env
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
                tool=tool, width=width, style=Style.sample(rng), rng=rng, reference=tool.copy(), grip=env.gripper_target(slot),
                world=env.snapshot(slot), arm=arm_named(env.robot.name), T_world_base=env.base_pose(slot), joints=env.arm_target(slot), zone=env.detail(slot).zone,
                furniture=Furniture(env.model_of(slot), tuple(p.name for p in env.stage.definition.pieces), env.base_pose(slot)[:3, 3]),
            )  # fmt: skip
            self._contexts[slot], self._skills[slot] = ctx, SKILLS[goal.task](ctx, goal)

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
            ctx.tool, ctx.width = env.tool_state(slot)
            if steps is not None and next(steps, StopIteration) is StopIteration:
                self._skills[slot] = None
        if slots:
            contexts = [self._contexts[s] for s in slots]
            goals = np.stack([np.linalg.inv(c.T_world_base) @ c.reference for c in contexts])
            joints = robot.inverse(goals, np.stack([c.joints for c in contexts]), iterations=4)
            for ctx, q in zip(contexts, joints, strict=True):
                ctx.joints = q
            actions[slots, : robot.dof] = robot.hold(joints)
            actions[slots, robot.dof] = [c.grip for c in contexts]
        return actions
