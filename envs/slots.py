"""What can be asked about one slot of the engine: its episode, its goal, where things are, how it may be repeated."""

from __future__ import annotations

from typing import Any

import gymnasium
import mujoco
import numpy as np

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.reference import JointReference
from ..core.robots import Robot
from ..core.types import Certificate, Goal
from .episode import Episode
from .projection import camera_poses, project
from .simulations import Simulations
from .spaces import cpu_name
from .stage import Stage


class Slots(gymnasium.vector.VectorEnv):  # type: ignore[type-arg]
    """The readers of HouseholdVectorEnv; it fills the fields."""

    stage: Stage
    robot: Robot
    task: str
    split: str
    cameras: tuple[str, ...]
    image_size: tuple[int, int]
    """Height and width of a picture."""
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
        """What slot i's stage remembers of its episode (cast, layout, ...); None in the first kitchen."""
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
        """(B, A) the targets in force: the action that changes nothing."""
        return self._reference.targets.astype(np.float32)

    def finished(self, i: int) -> bool:
        """Whether slot i's episode has ended (or none has begun)."""
        return bool(self._done[i])

    def episode_index(self, i: int) -> int:
        return int(self._index[i])

    def goal(self, i: int) -> Goal:
        episode = self._episodes[i]
        return episode.goal if episode else self.stage.goals[0]

    def valid_goals(self, i: int) -> list[Goal]:
        """Every goal that slot i's initial state allows; at least three."""
        episode = self._episodes[i]
        return list(episode.start.valid) if episode else []

    def paraphrases(self, i: int) -> list[str]:
        return list(phrasings(self.goal(i), self.split))

    def instruction(self, i: int) -> str:
        return self._episode(i).instruction

    def pixels(self, i: int) -> np.ndarray:
        """(cameras, 10, 2) where POINTS appear in each camera's picture: x right, y down, [-1, 1] inside."""
        points, tool, model = self.points(i)[None], self._world_pose[i : i + 1], self._sims.models[i]
        aspect = self.image_size[1] / self.image_size[0]
        views = [project(points, camera_poses(model, c, tool), model.cam_fovy[model.camera(c).id], aspect)[0] for c in self.cameras]
        return np.stack(views)

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

    def holds(self, i: int, goal: Goal) -> bool:
        """Whether `goal`'s predicates hold in slot i now."""
        episode = self._episodes[i]
        return episode is not None and all(c(self._seen[i]) for c in self.stage.checks(goal, episode.start).values())

    def points(self, i: int) -> np.ndarray:
        """(P, 3) places that goals can name [m]; in the first kitchen those of core.types.POINTS."""
        return self.stage.points(self._seen[i])

    def physics_state(self, i: int) -> np.ndarray:
        """(N,) float64 MuJoCo's integration state of slot i: what `state_hash` hashes and an episode records as its beginning."""
        return self._sims.row(i)

    def set_physics_state(self, i: int, physics: np.ndarray) -> None:
        """Writes slot i's integration state (N,), edited or not: sleepers that it moves wake, and the arm's set-points begin anew, at rest.
        To go on exactly, use `get_state`."""
        self._sims.set_row(i, physics)
        self._reference.rest(i, self._ctrl[i])

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
