"""What a sensor is: a key of the observation with a space, a way into the model and a way to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import gymnasium
import mujoco
import numpy as np

from ...core.errors import HomebodyError
from ...core.eyes import EYES
from ...core.robots import Robot
from ..axes import episode_stream
from ..simulations import Simulations
from ..stage import Rig

STATE = mujoco.mjtState.mjSTATE_INTEGRATION.value


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a sensor's space depends on."""

    robot: Robot
    image_size: tuple[int, int]
    """Height and width of a picture."""


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """One sense: a function for each of its sides, as furniture and tasks are made."""

    name: str
    """Key of the observation."""
    space: Callable[[Setting], gymnasium.spaces.Box]
    """One simulation's reading: shape, type, bounds."""
    read: Callable[[Reading], np.ndarray]
    """(B, ...) readings of all simulations, delayed and degraded as their episodes say."""
    add: Callable[[mujoco.MjSpec], None] | None = None
    """Adds to the model what is read, once the robot is in it; None where the model has it already. What it adds changes the model's hash:
    states and certificates do not fit environments without the sensor."""
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What an episode does to its senses."""

    axes: Mapping[str, float]
    key: tuple[str, str, int]
    """Task, split, index."""

    def value(self, axis: str, nominal: float = 0.0) -> float:
        return self.axes.get(axis, nominal)

    def stream(self, what: str) -> np.random.Generator:
        """The episode's own random stream for `what`."""
        return episode_stream(*self.key, what)


NOMINAL = Condition(axes={}, key=("", "train", 0))
"""Of a slot in which no episode has begun."""


class Reading:
    """B simulations as the last step left them, for sensors to read from."""

    def __init__(self, robot: Robot, hand: str, rig: Rig, simulations: Simulations, model: mujoco.MjModel, count: int) -> None:
        """hand: name of the body that the tool is on."""
        self.robot, self.hand, self.rig, self.fields = robot, hand, rig, simulations.fields
        self.pose = np.tile(np.eye(4), (count, 1, 1))
        """(B, 4, 4) T_base_tcp, true and now."""
        self.pictures: Mapping[str, np.ndarray] = {}
        """Key -> (B, H, W, C), as late and as spoiled as they arrive."""
        self.conditions: list[Condition] = [NOMINAL] * count
        self.calibrated: list[np.ndarray] = [np.zeros((len(EYES), 10), np.float32)] * count
        """Where cameras stood before the episode (core.eyes)."""
        self._sims = simulations
        self._names = {
            model.sensor(i).name: slice(int(model.sensor_adr[i]), int(model.sensor_adr[i] + model.sensor_dim[i]))
            for i in range(model.nsensor)
        }
        self._data: list[tuple[mujoco.MjModel, mujoco.MjData] | None] = [None] * count
        self._computed = np.zeros(count, bool)

    @property
    def count(self) -> int:
        return len(self.conditions)

    def moved(self, pose: np.ndarray) -> None:
        """The simulations have moved on: pose (B, 4, 4) of the tools in the base frame."""
        self.pose = pose
        self._computed[:] = False

    def sensor(self, name: str) -> np.ndarray:
        """(B, n) readings of a sensor of the model. Raises HomebodyError for an unknown name."""
        if name not in self._names:
            raise HomebodyError(f"no sensor {name!r} in this model: add it to the MjSpec (Sensor.add)")
        return self.fields["sensordata"][:, self._names[name]]

    def data(self, i: int) -> tuple[mujoco.MjModel, mujoco.MjData]:
        """Slot i's model and a copy of its state with everything computed: contacts, forces, internal wrenches. A millisecond, once a
        control step whoever asks; nothing of the simulation changes. A simulation that diverged keeps what it had."""
        held, model = self._data[i], self._sims.models[i]
        if held is None or held[0] is not model:  # where bodies may sleep, static ones are placed at a reset alone
            held, self._computed[i] = (model, mujoco.MjData(model)), False
            self._data[i] = held
        if not self._computed[i] and not self._sims.diverged[i]:
            mujoco.mj_setState(model, held[1], self._sims.row(i), STATE)
            mujoco.mj_forward(model, held[1])
            mujoco.mj_rnePostConstraint(model, held[1])
        self._computed[i] = True
        return held


def stacked(reading: Reading, one: Callable[[mujoco.MjModel, mujoco.MjData], np.ndarray]) -> np.ndarray:
    """(B, ...) float32: `one` of each slot's model and computed state."""
    return np.stack([one(*reading.data(i)) for i in range(reading.count)]).astype(np.float32)


def unbounded(shape: Sequence[int]) -> gymnasium.spaces.Box:
    """Any float32 numbers of a shape."""
    return gymnasium.spaces.Box(-np.inf, np.inf, tuple(shape), np.float32)
