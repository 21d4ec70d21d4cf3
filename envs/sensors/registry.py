"""Every sensor by name: what an environment's `sensors=(...)` may ask for."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from ...core.errors import HomebodyError, unknown
from ...core.table import Table
from .cameras import EXTRA
from .encoders import PROPRIO
from .extrinsics import EXTRINSICS
from .sensor import Sensor
from .taxels import TACTILE, TAXEL_FORCES
from .wrench import JOINT_TORQUES, WRENCH

ALWAYS = (TACTILE, PROPRIO)
"""What every observation has besides its cameras."""
SENSORS: Table[Sensor] = Table("sensor", {s.name: s for s in (WRENCH, JOINT_TORQUES, TAXEL_FORCES, EXTRINSICS)})
"""What is read on request; `register_sensor` adds a user's own."""
RESERVED = (*(s.name for s in ALWAYS), *EXTRA, "privileged", "instruction")


def register_sensor(sensor: Sensor) -> None:
    """Makes a sensor of your own known by its name. Raises HomebodyError where the name is taken."""
    if sensor.name in RESERVED:
        raise HomebodyError(f"an observation always has {sensor.name!r}: expected another name for a sensor than {', '.join(RESERVED)}")
    SENSORS.add(sensor.name, sensor)


def requested(names: object) -> tuple[str, ...]:
    """The names of sensors that are asked for, each once: `depth` and `segmentation` of every camera, and those of SENSORS."""
    known = (*EXTRA, *SENSORS)
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise HomebodyError(f"sensors is {names!r}: expected a list of names, such as ({known[0]!r}, {WRENCH.name!r})")
    for i, name in enumerate(names):
        if name not in known:
            raise unknown("sensor", str(name), known)
        if name in names[:i]:
            raise HomebodyError(f"sensor {name!r} is asked for twice: expected each name once")
    return tuple(names)


def add_sensors(spec: mujoco.MjSpec, names: Sequence[str]) -> None:
    """Adds what the sensors of these names read to a model with its robot in it."""
    for add in (SENSORS[name].add for name in names):
        if add is not None:
            add(spec)
