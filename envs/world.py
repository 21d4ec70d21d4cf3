"""One simulation of the household world as predicates, rewards and experts read it: everything by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import mujoco
import numpy as np

from ..core.errors import HomebodyError
from ..core.robots import Robot
from .furniture.clearance import Furniture
from .furniture.grains import GRAIN_RADIUS_M
from .furniture.grains import NAMES as GRAINS
from .furniture.piece import Fixture
from .objects.instance import Instance
from .past import Past
from .robots.table import arm_named
from .rooms.scene import Scene
from .safety import force_groups
from .start import Start

BOUND = ("xpos", "xmat", "site_xpos", "site_xmat", "xaxis", "xanchor")
"""Fields that a World reads besides qpos, qvel and sensordata; flexes add `flexvert_xpos`."""
TAXELS = 64
"""Taxels of a finger: the first channel of its sensor is how deep each is pressed."""


class Names:
    """Addresses of a model by name, shared by all its simulations."""

    def __init__(self, model: mujoco.MjModel, scene: Scene) -> None:
        self.body = {model.body(i).name: i for i in range(model.nbody)}
        self.site = {model.site(i).name: i for i in range(model.nsite)}
        self.joint = {model.joint(i).name: i for i in range(model.njnt)}
        self.qpos = {model.joint(i).name: int(model.jnt_qposadr[i]) for i in range(model.njnt)}
        self.dof = {model.joint(i).name: int(model.jnt_dofadr[i]) for i in range(model.njnt)}
        self.hinge = {model.joint(i).name: model.jnt_type[i] == mujoco.mjtJoint.mjJNT_HINGE for i in range(model.njnt)}
        self.sensor = {
            model.sensor(i).name: slice(int(model.sensor_adr[i]), int(model.sensor_adr[i] + model.sensor_dim[i]))
            for i in range(model.nsensor)
        }
        self.furniture_forces = force_groups(model)["furniture_force_N"]
        self.things = tuple(f"thing{k}" for k in range(scene.things))
        self.fixtures: dict[str, Fixture] = scene.fixtures
        self.fixture_order = {j: k for k, j in enumerate(self.fixtures)}
        self.fixture_qpos = np.array([self.qpos[j] for j in self.fixtures], int)
        self.fixture_dof = np.array([self.dof[j] for j in self.fixtures], int)
        self.fixture_travel = np.array([f.travel for f in self.fixtures.values()])
        self.loose = (*self.things, *(n for n in self.body if f"touch_{n}_left" in self.sensor and n in self.qpos and n not in self.things))
        """Bodies that can be taken up, such as things and caps."""
        self.loose_body = np.array([self.body[n] for n in self.loose], int)
        self.loose_dof = np.array([self.dof[n] for n in self.loose], int)
        self.loose_touch = np.array([[self.sensor[f"touch_{n}_{f}"].start for f in ("left", "right")] for n in self.loose], int)
        self.grain_body = np.array([self.body[n] for n in GRAINS if n in self.body], int)
        self.grain_radius = GRAIN_RADIUS_M
        flexes = [str(mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_FLEX, i)) for i in range(model.nflex)]
        self.flex = {n: slice(int(a), int(a + c)) for n, a, c in zip(flexes, model.flex_vertadr, model.flex_vertnum, strict=True)}
        joints = model.body_jntadr[model.flex_vertbodyid]
        self.flex_qpos = {n: model.jnt_qposadr[joints[s]][:, None] + np.arange(3) for n, s in self.flex.items()}
        self.flex_dof = {n: model.jnt_dofadr[joints[s]][:, None] + np.arange(3) for n, s in self.flex.items()}
        self.flex_origin = {n: model.body_pos[model.flex_vertbodyid[s]] for n, s in self.flex.items()}


class World:
    """One simulation. Names of roles ("target") stand for the bodies that play them in this episode."""

    __slots__ = ("T_world_tool", "_fields", "_furniture", "_i", "cast", "names", "past", "robot", "roles", "start")

    def __init__(
        self,
        names: Names,
        fields: Mapping[str, np.ndarray],
        i: int,
        T_world_tool: np.ndarray,
        roles: Mapping[str, str],
        cast: Mapping[str, Instance],
        robot: Robot,
        start: Start | None,
        furniture: Callable[[], Furniture],
        *,
        past: Past | None = None,
    ) -> None:
        """cast: role -> what plays it; start: what the episode began with, None for a slot that none has been started in; furniture: what
        stands in a hand's way in the episode's layout; past: what its episode remembers."""
        self.robot, self.start, self._furniture, self.past = robot, start, furniture, past
        self.names, self._fields, self._i, self.T_world_tool, self.roles, self.cast = names, fields, i, T_world_tool, roles, cast

    def _id(self, table: Mapping[str, int], name: str, what: str) -> int:
        if name not in table:
            raise HomebodyError(f"no {what} {name!r} in this scene: expected one of {', '.join(sorted(table))}")
        return table[name]

    def body(self, name: str) -> str:
        """The body that plays a role; bodies stand for themselves."""
        return self.roles.get(name, name)

    @property
    def begun(self) -> bool:
        """Whether an episode has been started in this slot."""
        return self.start is not None

    @property
    def T_world_base(self) -> np.ndarray:
        """(4, 4) where the robot stands."""
        return np.eye(4) if self.start is None else self.start.T_world_base

    def playing(self, roles: Mapping[str, str], cast: Mapping[str, Instance]) -> World:
        """The same simulation with other bodies in the roles: as another goal sees it."""
        return World(
            self.names,
            self._fields,
            self._i,
            self.T_world_tool,
            roles,
            cast,
            self.robot,
            self.start,
            self._furniture,
            past=self.past,
        )

    def anew(self) -> World:
        """The same simulation as an instruction that is given now sees it: nothing has happened yet."""
        out = self.playing(self.roles, self.cast)
        out.past = Past()
        out.past.begin(out)
        return out

    def row(self, name: str) -> np.ndarray:
        """This simulation's row of a bound field."""
        return self._fields[name][self._i]

    def in_the_way(self, T_world_tool: np.ndarray, opening: float) -> float:
        """How far a hand at a tool pose (4, 4), open by `opening` [m], would reach into furniture [m], summed."""
        return self._furniture().crowding(arm_named(self.robot.name), T_world_tool, opening, lambda b: (self.position(b), self.rotation(b)))

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

    def pressed(self) -> np.ndarray:
        """(2,) whether the inner sides of the left and the right finger feel anything."""
        return np.array([(self.sensor(f"tactile_{f}")[:TAXELS] > 0).any() for f in ("left", "right")])

    def struck(self, joint: str) -> float:
        """The fastest that a fixture's joint has met one of its stops since the instruction [m/s or rad/s]."""
        return self._of_fixture(joint, self.past.struck if self.past is not None else np.zeros(0))

    def hit_N(self) -> float:
        """The largest force of the robot on the room or its furniture since the instruction [N]."""
        return self.past.pressed_N if self.past is not None else 0.0

    def moved(self, joint: str) -> float:
        """How far a fixture's joint has been from where it was when the instruction was given [m or rad]."""
        return self._of_fixture(joint, self.past.moved if self.past is not None else np.zeros(0))

    def _of_fixture(self, joint: str, values: np.ndarray) -> float:
        """The value of one fixture; 0 where nothing is remembered yet."""
        order = self.names.fixture_order
        return float(values[self._id(order, joint, "fixture")]) if len(values) else 0.0

    def fell(self, name: str) -> float:
        """The fastest that a loose thing or a cap has fallen since the instruction with no finger at it [m/s]."""
        values = self.past.fell_mps if self.past is not None else np.zeros(0)
        return float(values[self.names.loose.index(self.body(name))]) if len(values) else 0.0

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
