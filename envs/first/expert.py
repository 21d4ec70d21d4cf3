"""The scripted expert as a policy: one skill per slot, restarted from whatever state the slot is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...core.kinematics import inverse
from ...core.types import Goal, Observation
from ..engine import HouseholdVectorEnv
from ..skills.motion import Context, Steps, Style
from .fixtures import pull_open, push_door, push_drawer
from .things import pick_up, put_in


def skill(ctx: Context, goal: Goal) -> Steps:
    """The generator that pursues `goal` until it is abandoned."""
    if goal.task == "pick_up":
        return pick_up(ctx, goal.target)
    if goal.task == "put_in":
        return put_in(ctx, goal.target, goal.receptacle or "bin")
    fixture = 2 if goal.target == "microwave" else ("top", "bottom").index(goal.target)
    if goal.task.startswith("open"):
        return pull_open(ctx, fixture)
    return push_door(ctx) if fixture == 2 else push_drawer(ctx, fixture)


class Expert:
    """Reads the privileged state of `env`; implements core.types.Policy. `reset` may come in the middle of an episode."""

    name = "expert"

    def __init__(self, env: HouseholdVectorEnv) -> None:
        self._env = env
        self._contexts: dict[int, Context] = {}
        self._skills: dict[int, Iterator[None] | None] = {}
        self._joints = np.zeros((env.num_envs, 7))

    def reset(self, slots: Sequence[int], instructions: Sequence[str]) -> None:
        """Starts the skill for each slot's goal from its present state. The instruction is the env's own."""
        del instructions
        house = self._env.stage.house
        for slot in slots:
            rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([self._env.episode_index(slot), self._env.steps(slot)])))
            tool, width = self._env.tool_state(slot)
            self._contexts[slot] = Context(
                snapshot=self._env.snapshot(slot), tool=tool, width=width, style=Style.sample(rng), rng=rng,
                handles=house.handles, hinge=house.hinge, reference=tool.copy(), grip=self._env.gripper_target(slot),
            )  # fmt: skip
            self._skills[slot] = skill(self._contexts[slot], self._env.goal(slot))
            self._joints[slot] = self._env.arm_target(slot)

    def span(self, slot: int) -> str:
        """Name of the sub-task that `slot` is in, e.g. `grasp`."""
        return self._contexts[slot].span if slot in self._contexts else "start"

    def act(self, observation: Observation) -> np.ndarray:
        """(B, 8) actions; slots that were never reset hold still."""
        del observation
        actions = self._env.held_actions()
        slots = [s for s in self._skills if not self._env.finished(s)]
        for slot in slots:
            ctx, steps = self._contexts[slot], self._skills[slot]
            ctx.snapshot = self._env.snapshot(slot)
            ctx.tool, ctx.width = self._env.tool_state(slot)
            if steps is not None and next(steps, StopIteration) is StopIteration:
                self._skills[slot] = None
        if slots:
            goals = np.stack([np.linalg.inv(self._env.base_pose(s)) @ self._contexts[s].reference for s in slots])
            joints = inverse(goals, self._joints[slots], iterations=4)
            self._joints[slots] = joints
            actions[slots, :7] = joints
            actions[slots, 7] = [self._contexts[s].grip for s in slots]
        return actions
