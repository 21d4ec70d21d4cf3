"""Episodes told by still pictures, for tests of what counts as done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.cloth import Cloth
from homebody.envs.furniture.grains import NAMES
from homebody.envs.skills.expert import Expert

UPRIGHT = (1.0, 0.0, 0.0, 0.0)


class Film:
    """One episode told by still pictures: bodies and joints are put where a story has them, and looked at once a control step."""

    def __init__(self, task: str, index: int = 0) -> None:
        self.env = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
        self.env.reset(options={"index": [index]})
        self.goal, self.names = self.env.goal(0), self.env.stage.names

    @property
    def w(self):
        return self.env.snapshot(0)

    def look(self) -> dict[str, bool]:
        """The goal's predicates in the state as it stands, remembered."""
        self.env._sims.forward(np.array([0]))
        view = self.env._view()[0]
        self.env.stage.remember(self.env._episode(0).past, view)
        return self.env._episode(0).predicates(view, 0.0)

    def put(self, role: str, position, quat=UPRIGHT) -> dict[str, bool]:
        self.place(role, position, quat)
        return self.look()

    def place(self, role: str, position, quat=UPRIGHT) -> None:
        """As `put`, within the same step as what comes next."""
        body = self.w.body(role)
        self.env._qpos[0, self.names.qpos[body] : self.names.qpos[body] + 7] = [*position, *quat]
        self.env._qvel[0, self.names.dof[body] : self.names.dof[body] + 6] = 0.0

    def drop(self, role: str, position, height: float, quat=UPRIGHT) -> dict[str, bool]:
        """It falls from `height` [m] over a place."""
        body, t = self.w.body(role), 0.0
        while (z := height - 0.5 * 9.81 * t * t) > 0:
            self.env._qvel[0, self.names.dof[body] + 2] = -9.81 * t
            self.env._qpos[0, self.names.qpos[body] : self.names.qpos[body] + 7] = [*position[:2], position[2] + z, *quat]
            self.look()
            t += 0.05
        return self.put(role, position, quat)

    def slide(self, joint: str, to: float, steps: int = 25) -> dict[str, bool]:
        """A fixture's joint goes to `to` in so many control steps."""
        at, dof = self.names.qpos[joint], self.names.dof[joint]
        before = float(self.env._qpos[0, at])
        for k in range(1, steps + 1):
            self.env._qpos[0, at] = before + (to - before) * k / steps
            self.env._qvel[0, dof] = (to - before) / steps / 0.05
            self.look()
        self.env._qpos[0, at], self.env._qvel[0, dof] = to, 0.0
        return self.look()

    def peas(self, points) -> dict[str, bool]:
        for name, point in zip(NAMES, points, strict=True):
            self.env._qpos[0, self.names.qpos[name] : self.names.qpos[name] + 3] = point
        return self.look()

    def cloth(self, cloth: Cloth, vertices) -> dict[str, bool]:
        self.env._qpos[0, self.names.flex_qpos[cloth.name]] = vertices.reshape(-1, 3) - self.names.flex_origin[cloth.name]
        return self.look()

    def expert(self) -> dict[str, bool]:
        """The expert does it."""
        expert, info = Expert(self.env), {}
        expert.reset([0], [""])
        while not self.env.finished(0):
            *_, info = self.env.step(expert.act({}))
        return info["predicates"][0]


Story = Callable[[Film], dict[str, bool]]


@dataclass(frozen=True, kw_only=True)
class Case:
    task: str
    what: str
    story: Story
    fails: str = ""
    """How the name of a predicate begins that must not hold; empty: all hold."""
    index: int = 0


# --- fixtures ---------------------------------------------------------------------------------------------------------


def spot(f: Film, role: str = "receptacle", up: float = 0.0, aside: float = 0.0) -> np.ndarray:
    """On the floor of a container, for a thing that rests as `target` does."""
    cavity, T = f.w.cast[role].cavity, f.w.position(role)
    assert cavity is not None
    return T + np.array([cavity.centre[0] + aside, cavity.centre[1], cavity.floor + up])


def goes_in(f: Film, up: float = 0.002, role: str = "target", container: str = "receptacle") -> dict[str, bool]:
    return f.put(role, spot(f, container, f.w.cast[role].rest + up))
