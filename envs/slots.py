"""What can be asked about one slot of the engine: its episode, its goal, where things are, how it may be repeated."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import gymnasium
import mujoco
import numpy as np

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.marks import Mark
from ..core.reference import JointReference
from ..core.robots import Robot
from ..core.types import Certificate, Goal
from .arguments import choice
from .control import ControlMode
from .episode import Episode
from .labels import frame_labels, marked_goals
from .past import Past
from .sensors.cameras import CameraGeometry, camera_geometry
from .sensors.sensor import Reading
from .simulations import Simulations
from .spaces import cpu_name
from .stage import FINGERS, Stage

PINCH_M = 0.0015
"""Fingers closer than this hold nothing: closed ones that push touch a thing with both pads."""


class Slots(gymnasium.vector.VectorEnv):  # type: ignore[type-arg]
    """The readers of HouseholdVectorEnv; it fills the fields."""

    stage: Stage
    robot: Robot
    task: str
    split: str
    cameras: tuple[str, ...]
    image_size: tuple[int, int]
    """Height and width of a picture."""
    control_mode: str
    marked: int
    """Most goals that labels speak of."""
    model: mujoco.MjModel
    _control: ControlMode
    _reading: Reading
    _sims: Simulations
    _qpos: np.ndarray
    _ctrl: np.ndarray
    _reference: JointReference
    _episodes: list[Episode | None]
    _index: np.ndarray
    _steps: np.ndarray
    _done: np.ndarray
    _world_pose: np.ndarray
    _seen: list[Any]
    _marks: dict[tuple[int, Goal], Mark]
    _fixed_axes: dict[str, float]

    def _episode(self, slot: int) -> Episode:
        episode = self._episodes[slot]
        if episode is None:
            raise HomebodyError(f"slot {slot} has no episode: reset it first")
        return episode

    def snapshot(self, i: int) -> Any:
        """The state that predicates read, of slot i, as of the last reset or step."""
        return self._seen[i]

    def tool_state(self, i: int) -> tuple[np.ndarray, float]:
        """Measured tool pose (4, 4) in the world and gripper width [m]."""
        return self._world_pose[i].copy(), float(self.robot.width(self._qpos[i : i + 1, self.stage.rig.finger_qpos])[0])

    def base_pose(self, i: int) -> np.ndarray:
        """(4, 4) where slot i's robot stands in the world."""
        episode = self._episodes[i]
        return episode.start.T_world_base.copy() if episode else np.eye(4)

    def detail(self, i: int) -> Any:
        """What slot i's stage remembers of its episode (cast, layout, ...)."""
        return self._episode(i).start.detail

    def arm_target(self, i: int) -> np.ndarray:
        """(n,) joint targets in force [rad]."""
        return self._reference.targets[i, : self.robot.dof].copy()

    def gripper_target(self, i: int) -> float:
        return float(self._reference.targets[i, -1])

    def setpoint(self, i: int) -> np.ndarray:
        """(A,) what the arm's servos are told now: joint positions [rad] and the gripper's opening, on their way to the targets."""
        return self._ctrl[i].copy()

    def held_actions(self) -> np.ndarray:
        """(B, A) the action that changes nothing: in control mode `joint` the targets in force."""
        return self._control.still(self.robot, self._reference.targets)

    def finished(self, i: int) -> bool:
        """Whether slot i's episode has ended (or none has begun)."""
        return bool(self._done[i])

    def diverged(self, i: int) -> bool:
        """Whether the physics of slot i's episode broke."""
        return bool(self._sims.diverged[i])

    def episode_index(self, i: int) -> int:
        return int(self._index[i])

    def goal(self, i: int) -> Goal:
        episode = self._episodes[i]
        return episode.goal if episode else self.stage.goals[0]

    def valid_goals(self, i: int) -> list[Goal]:
        """Every goal that slot i's initial state allows; at least three."""
        episode = self._episodes[i]
        return list(episode.start.valid) if episode else []

    def open_goals(self, i: int) -> list[Goal]:
        """Every goal that is open to being done in slot i now: the scene has what it takes, within reach, and it does not hold already."""
        return list(self._episode(i).open_to(self._seen[i]))

    def usable_goals(self, i: int) -> list[Goal]:
        """Every goal that slot i's present state allows, or would if furniture were moved: what may be asked for one after the other."""
        return list(self.stage.usable(self._episode(i).start, self._seen[i]))

    def paraphrases(self, i: int) -> list[str]:
        return list(phrasings(self.goal(i), self.split))

    def instruction(self, i: int) -> str:
        return self._episode(i).instruction

    def mark(self, i: int, goal: Goal | None = None) -> Mark:
        """Where slot i's goal, or another that its scene knows, is now: in the base frame."""
        return self._mark(i, goal or self.goal(i)).seen_from(self.base_pose(i))

    def _mark(self, i: int, goal: Goal) -> Mark:
        """The same in the world frame, computed once a control step: a grasp takes a millisecond, and several ask for it."""
        if (i, goal) not in self._marks:
            self._marks[i, goal] = self.stage.mark(goal, self._seen[i])
        return self._marks[i, goal]

    def marked_goals(self, i: int) -> tuple[Goal, ...]:
        """The goals that `labels` speaks of: what slot i's episode first asked for, then others that its state allows, `marked` at most."""
        episode = self._episode(i)
        return marked_goals(episode.first_goal, episode.start.valid, self.marked)

    def roles(self, i: int) -> dict[str, str]:
        """What plays which part in slot i's episode, e.g. {"target": "mug_blue"}."""
        cast = getattr(self._episode(i).start.detail, "cast", {})
        return {role: instance.name for role, instance in cast.items()}

    def labels(self, i: int, *, pictured: bool = True) -> dict[str, np.ndarray]:
        """Training labels of slot i's present frame, never an observation: see labels.frame_labels. pictured: those of its cameras' pictures
        as well."""
        model, data = self._reading.data(i)
        marks = [self._mark(i, g) for g in self.marked_goals(i)]
        aspect = self.image_size[1] / self.image_size[0]
        return frame_labels(
            marks, self.base_pose(i), self._world_pose[i], model, data, self.cameras if pictured else (), aspect, self.stage.arm.hand
        )

    def camera_geometry(self, i: int, camera: str) -> CameraGeometry:
        """Intrinsics and pose of a camera of slot i, as of the last reset or step, for pictures of `image_size`."""
        choice("camera", camera, [self.model.camera(k).name for k in range(self.model.ncam)])
        return camera_geometry(self._sims.models[i], camera, self.image_size, self._world_pose[i], self.base_pose(i), self.stage.arm.hand)

    def holding(self, i: int, bodies: Collection[int]) -> bool:
        """Whether both pads of slot i's hand press on something of `bodies` (ids) between them."""
        if self.tool_state(i)[1] < PINCH_M:
            return False
        model, data = self._reading.data(i)
        pads = [model.geom(f"pad_{finger}").id for finger in FINGERS]
        pairs = data.contact.geom if data.ncon else np.zeros((0, 2), int)
        theirs = np.isin(model.geom_bodyid[pairs], list(bodies)).any(1)
        return all((theirs & (pairs == pad).any(1)).any() for pad in pads)

    def axes(self, i: int) -> dict[str, float]:
        """What differs from the nominal house in slot i's episode."""
        episode = self._episodes[i]
        return dict(episode.axes) if episode else {}

    def model_of(self, i: int) -> mujoco.MjModel:
        """The model that slot i's episode runs on: the stage's, or its own where axes, layout or things differ."""
        return self._sims.models[i]

    def horizon(self, i: int) -> int:
        return self.stage.horizon(self.goal(i))

    def steps(self, i: int) -> int:
        """Control steps since the start of slot i's episode."""
        return int(self._steps[i])

    def asked_at(self, i: int) -> int:
        """The control step at which slot i's present goal was asked for (`ask`), 0 at the start: its horizon counts from there."""
        return self._episode(i).since

    def holds(self, i: int, goal: Goal) -> bool:
        """Whether `goal`'s predicates hold in slot i now."""
        episode = self._episodes[i]
        return episode is not None and all(c(self._seen[i]) for c in self.stage.checks(goal, episode.start).values())

    def points(self, i: int) -> np.ndarray:
        """(P, 3) positions of the loose things and landmarks of cloths [m], world frame."""
        return self.stage.points(self._seen[i])

    def physics_state(self, i: int) -> np.ndarray:
        """(N,) float64 MuJoCo's integration state of slot i: what `state_hash` hashes and an episode records as its beginning."""
        return self._sims.row(i)

    def set_physics_state(self, i: int, physics: np.ndarray) -> None:
        """Writes slot i's integration state (N,), edited or not: sleepers that it moves wake, and the arm's set-points begin anew, at rest.
        To go on exactly, use `get_state`."""
        self._sims.set_row(i, physics)
        self._reference.rest(i, self._ctrl[i])
        self._reading.moved(self._reading.pose)
        self._marks.clear()
        if (episode := self._episodes[i]) is not None:
            episode.past = Past()  # what was written was not done: it is no movement that counts

    def state_hash(self, i: int) -> str:
        """SHA-256 of slot i's physics state, 16 hex digits."""
        return self._sims.state_hash(i)

    def certificate(self, i: int) -> Certificate:
        """What makes slot i's episode repeatable; `final_hash` is the state now."""
        episode = self._episode(i)
        return Certificate(
            task=self.task, robot=self.robot.name, split=self.split, index=int(self._index[i]), goal=episode.first_goal,
            model_hash=self.stage.model_hash, engine=f"mujoco {mujoco.__version__}", cpu=cpu_name(),
            axes=episode.axes, initial_hash=episode.initial_hash, final_hash=self.state_hash(i),
        )  # fmt: skip

    def find_index(self, goal: Goal, start: int = 0) -> int:
        """The first episode index from `start` on whose initial state allows `goal`."""
        for index in range(start, start + 1000):
            if goal in self.stage.start(self.task, self.split, index, self._fixed_axes).valid:
                return index
        raise HomebodyError(f"no episode of {self.task!r} from {start} to {start + 1000} allows {goal.to_json()}")
