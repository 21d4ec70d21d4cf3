"""One simulation of the household world as predicates, rewards and experts read it: everything by name."""

from __future__ import annotations

from collections.abc import Mapping

import mujoco
import numpy as np

from ..core.errors import HomebodyError
from .furniture.piece import Fixture
from .objects.instance import Instance
from .rooms.scene import Scene

BOUND = ("xpos", "xmat", "site_xpos", "site_xmat", "xaxis", "xanchor")
"""Fields that a World reads besides qpos, qvel and sensordata; flexes add `flexvert_xpos`."""


class Names:
    """Addresses of a model by name, shared by all its simulations."""

    def __init__(self, model: mujoco.MjModel, scene: Scene) -> None:
        self.body = {model.body(i).name: i for i in range(model.nbody)}
        self.site = {model.site(i).name: i for i in range(model.nsite)}
        self.joint = {model.joint(i).name: i for i in range(model.njnt)}
        self.qpos = {model.joint(i).name: int(model.jnt_qposadr[i]) for i in range(model.njnt)}
        self.dof = {model.joint(i).name: int(model.jnt_dofadr[i]) for i in range(model.njnt)}
        self.hinge = {model.joint(i).name: model.jnt_type[i] == mujoco.mjtJoint.mjJNT_HINGE for i in range(model.njnt)}
        self.range = {model.joint(i).name: (float(low), float(high)) for i, (low, high) in enumerate(model.jnt_range)}
        """Of each limited joint [m or rad]."""
        self.sensor = {
            model.sensor(i).name: slice(int(model.sensor_adr[i]), int(model.sensor_adr[i] + model.sensor_dim[i]))
            for i in range(model.nsensor)
        }
        adr = [s.start for n, s in self.sensor.items() if n.startswith("force_furniture")]
        self.furniture_forces = np.array(adr, int)[:, None] + np.arange(3)
        self.things = tuple(f"thing{k}" for k in range(scene.things))
        self.fixtures: dict[str, Fixture] = scene.fixtures
        flexes = [str(mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_FLEX, i)) for i in range(model.nflex)]
        self.flex = {n: slice(int(a), int(a + c)) for n, a, c in zip(flexes, model.flex_vertadr, model.flex_vertnum, strict=True)}
        joints = model.body_jntadr[model.flex_vertbodyid]
        self.flex_qpos = {n: model.jnt_qposadr[joints[s]][:, None] + np.arange(3) for n, s in self.flex.items()}
        self.flex_dof = {n: model.jnt_dofadr[joints[s]][:, None] + np.arange(3) for n, s in self.flex.items()}
        self.flex_origin = {n: model.body_pos[model.flex_vertbodyid[s]] for n, s in self.flex.items()}


class World:
    """One simulation. Names of roles ("target") stand for the bodies that play them in this episode."""

    __slots__ = ("T_world_tool", "_fields", "_i", "begun", "cast", "names", "roles")

    def __init__(
        self, names: Names, fields: Mapping[str, np.ndarray], i: int, T_world_tool: np.ndarray, roles: Mapping[str, str],
        cast: Mapping[str, Instance], *, begun: bool = True,
    ) -> None:  # fmt: skip
        """cast: role -> what plays it; begun: False for a slot that no episode has been started in."""
        self.begun = begun
        self.names, self._fields, self._i, self.T_world_tool, self.roles, self.cast = names, fields, i, T_world_tool, roles, cast

    def _id(self, table: Mapping[str, int], name: str, what: str) -> int:
        if name not in table:
            raise HomebodyError(f"no {what} {name!r} in this scene: expected one of {', '.join(sorted(table))}")
        return table[name]

    def body(self, name: str) -> str:
        """The body that plays a role; bodies stand for themselves."""
        return self.roles.get(name, name)

    @property
    def tool(self) -> np.ndarray:
        """(3,) tool centre point [m], world frame."""
        return self.T_world_tool[:3, 3]

    def joint(self, name: str) -> float:
        """Position of a fixture's joint [m or rad]."""
        return float(self._fields["qpos"][self._i, self._id(self.names.qpos, name, "joint")])

    def joint_speed(self, name: str) -> float:
        return float(self._fields["qvel"][self._i, self._id(self.names.dof, name, "joint")])

    def joint_axis(self, name: str) -> tuple[np.ndarray, np.ndarray, bool]:
        """Anchor (3,) [m] and direction (3,) of a joint's axis in the world, and whether it is a hinge."""
        j = self._id(self.names.joint, name, "joint")
        return self._fields["xanchor"][self._i, j].copy(), self._fields["xaxis"][self._i, j].copy(), bool(self.names.hinge[name])

    def position(self, name: str) -> np.ndarray:
        """(3,) origin of a body's frame [m]."""
        return self._fields["xpos"][self._i, self._id(self.names.body, self.body(name), "body")].copy()

    def rotation(self, name: str) -> np.ndarray:
        """(3, 3) orientation of a body."""
        return self._fields["xmat"][self._i, self._id(self.names.body, self.body(name), "body")].reshape(3, 3).copy()

    def site(self, name: str) -> np.ndarray:
        """(4, 4) pose of a site."""
        s, T = self._id(self.names.site, name, "site"), np.eye(4)
        T[:3, :3] = self._fields["site_xmat"][self._i, s].reshape(3, 3)
        T[:3, 3] = self._fields["site_xpos"][self._i, s]
        return T

    def speed(self, name: str) -> float:
        """Linear speed of a loose thing [m/s]."""
        adr = self._id(self.names.dof, self.body(name), "joint")
        return float(np.linalg.norm(self._fields["qvel"][self._i, adr : adr + 3]))

    def sensor(self, name: str) -> np.ndarray:
        """Readings of a sensor."""
        if name not in self.names.sensor:
            raise HomebodyError(f"no sensor {name!r} in this scene")
        return self._fields["sensordata"][self._i, self.names.sensor[name]].copy()

    def touch(self, name: str) -> np.ndarray:
        """(2,) contacts of a loose thing with the left and right finger."""
        body = self.body(name)
        return np.array([self.sensor(f"touch_{body}_{f}")[0] for f in ("left", "right")])

    def pressing(self) -> float:
        """The robot's largest net contact force on the room or a piece of its furniture [N]."""
        readings = self._fields["sensordata"][self._i, self.names.furniture_forces]  # (N, 3)
        return float(np.linalg.norm(readings, axis=-1).max())

    def force(self, name: str) -> float:
        """Net contact force between a loose thing and the robot [N]."""
        return float(np.linalg.norm(self.sensor(f"force_{self.body(name)}")))

    def vertices(self, flex: str) -> np.ndarray:
        """(V, 3) vertices of a cloth [m], world frame."""
        return self._fields["flexvert_xpos"][self._i, self.names.flex[flex]].copy()

    def landmarks(self, flex: str) -> np.ndarray:
        """(5, 3) vertices of a cloth that stand for it [m]: its first and last and those at the quarters between by number."""
        v = self.vertices(flex)
        return v[np.linspace(0, len(v) - 1, 5).round().astype(int)]

    def vertex_speed(self, flex: str) -> float:
        """Mean speed of a cloth's vertices [m/s]."""
        return float(np.linalg.norm(self._fields["qvel"][self._i, self.names.flex_dof[flex]], axis=-1).mean())
