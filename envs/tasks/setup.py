"""Draws an episode's initial state: layout, style, things and where they stand; a pure function of its random stream."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import mujoco
import numpy as np

from ...core.errors import HomebodyError
from ..furniture.clearance import SPARE_M
from ..objects.instance import Instance, grasps_from_above, turned
from ..objects.paste import paste_body
from ..rooms.scene import Layout, Spot, Style, Zone, spot_matrix
from .compiled import CompiledScene

EDGE_M = 0.05
"""How far a thing may stick out of the zone of free worktop."""
GAP_M = 0.045
"""Free space between things, room for a finger."""
HEADINGS = 4
"""Headings of the hand that are tried about a thing of revolution."""
TIGHT = 0.4
"""Share of the room's nudges that a piece with little room gets."""
ROBOT_NOISE = 0.04
"""Half-width of the uniform noise on the arm's start joints [rad], unless the axis `robot_start` says otherwise."""


Area = tuple[float, float, float, float, float]
"""x, y [m], heading [rad], half-length along it and half-width [m] of what something covers."""


def _overlap(a: Area, b: Area, gap: float) -> bool:
    """Whether two rectangles come closer than `gap` [m], by the separating axes of the pair."""
    d = np.array([b[0] - a[0], b[1] - a[1]])
    sides = [(np.array([np.cos(r[2]), np.sin(r[2])]), np.array([-np.sin(r[2]), np.cos(r[2])]), r) for r in (a, b)]
    for u, v, _ in sides:
        for axis in (u, v):
            reach = sum(r[3] * abs(float(axis @ p)) + r[4] * abs(float(axis @ q)) for p, q, r in sides)
            if abs(float(axis @ d)) > reach + gap:
                return False
    return True


def _sticks_out(a: Area, zone: Zone) -> float:
    """How far a rectangle reaches beyond a zone [m]."""
    c, s = abs(np.cos(a[2])), abs(np.sin(a[2]))
    dx, dy = a[3] * c + a[4] * s, a[3] * s + a[4] * c
    return float(max(zone[0] - a[0] + dx, a[0] + dx - zone[1], zone[2] - a[1] + dy, a[1] + dy - zone[3]))


class NoRoom(HomebodyError):
    """The worktop of this layout has no place for a thing."""


class Setup:
    """An initial state in the making (and a situation.Situation). Tasks call `use`, `cast`, `stand`, `put`, `joint` and `distract`."""

    clear = 0.5
    """What else may be asked for is clearly undone in an initial state."""

    def __init__(self, stage: CompiledScene, split: str, rng: np.random.Generator, axes: Mapping[str, float]) -> None:
        self.stage, self.rng, self.axes = stage, rng, axes
        self.heldout = split == "heldout"
        scene = stage.definition
        new_layout, new_style = self._heldout("layout"), self._heldout("style")
        self._layouts = [y for y in scene.layouts if y.heldout == new_layout]
        styles = [s for s in scene.styles if s.heldout == new_style]
        self.style: Style = styles[int(rng.integers(len(styles)))]
        self.layout: Layout = self._layouts[int(rng.integers(len(self._layouts)))]
        mount = stage.arm.mount
        dx, dy, turn = rng.uniform(-1, 1, 3) * (np.array(mount.noise) + (0.0, 0.0, scene.turned))
        self.mount = Spot(x=mount.x + dx, y=mount.y + dy, yaw=mount.yaw + turn, z=mount.z)
        self.cast_of: dict[str, Instance] = {}
        self.roles: dict[str, str] = {}
        self.joints: dict[str, float] = {}
        self._free = list(stage.names.things)
        self._poses: dict[str, np.ndarray] = {}
        self._bodies: dict[str, np.ndarray] = {}
        self._cloths: dict[str, np.ndarray] = {}
        self._nudges: dict[str, np.ndarray] = {}
        self._taken: list[Area] = []
        """What stands on the worktop."""
        self.handy: set[str] = set()
        """Roles that stand on the worktop with room for a hand about them."""
        self._nudge_all()

    def _heldout(self, axis: str) -> bool:
        """Whether what `axis` governs comes from the held-out set: in the held-out split always, else by the axis's chance."""
        return bool(self.rng.random() < self.axes.get(axis, 0.0)) or self.heldout

    # --- furniture ----------------------------------------------------------------------------------------------------
    def use(self, *pieces: str) -> None:
        """Chooses a layout in which all `pieces` are in reach. Call it first."""
        fitting = [y for y in self._layouts if set(pieces) <= y.usable]
        if not fitting:
            raise HomebodyError(f"no layout of {self.stage.scene} has {', '.join(pieces)} in reach")
        self.layout = fitting[int(self.rng.integers(len(fitting)))]
        self._nudge_all()

    def _nudge_all(self) -> None:
        """Nudges what the robot can use of the layout, where the scene says so."""
        scene = self.stage.definition
        self._nudges.clear()
        if any(scene.nudge):
            for piece in (p.name for p in scene.pieces if p.name in self.layout.usable and p.name not in scene.fixed):
                share = TIGHT if piece in self.layout.tight else 1.0
                along, across, turn = scene.nudge
                self.nudge(piece, share * along, share * across, share * turn)

    def nudge(self, piece: str, along: float, across: float, turn: float, height: tuple[float, float] | None = None) -> None:
        """Moves a piece without loose parts within its place, for this episode: up to `along` and `across` its own axes [m], up to
        `turn` [rad], to a height drawn from a range [m]."""
        (dx, dy, da), spot = self.rng.uniform(-1, 1, 3) * (along, across, turn), self.layout.spots[piece]
        c, sn = np.cos(spot.yaw), np.sin(spot.yaw)
        z = spot.z if height is None else self.between(*height)
        self._nudges[piece] = np.array([spot.x + c * dx - sn * dy, spot.y + sn * dx + c * dy, z, spot.yaw + da])

    def _nudged(self, piece: str) -> np.ndarray:
        """(4, 4) where a nudged piece stands."""
        x, y, z, yaw = self._nudges[piece]
        return spot_matrix(Spot(x=x, y=y, z=z, yaw=yaw))

    @property
    def reach(self) -> Zone:
        """Free worktop that the robot reaches from above: the layout's zone, for a small arm what lies before it; see `reaches`."""
        x0, x1, y0, y1 = self.layout.zone
        ring = self.stage.arm.ring
        if ring is None:
            return x0, x1, y0, y1
        near, far = ring.ahead_m
        return self.mount.x + near, min(x1, self.mount.x + far), y0, y1

    def reaches(self, x: float, y: float) -> bool:
        """Whether the robot gets its tool to a place on the worktop from above, at any heading: a small arm in a part of a ring."""
        m, ring = self.mount, self.stage.arm.ring
        c, s = np.cos(m.yaw), np.sin(m.yaw)
        return ring is None or ring.holds(c * (x - m.x) + s * (y - m.y), c * (y - m.y) - s * (x - m.x))

    def joint(self, name: str, value: float) -> None:
        """Sets a fixture's joint [m or rad]."""
        if name not in self.stage.names.qpos:
            raise HomebodyError(f"no joint {name!r} in {self.stage.scene}")
        self.joints[name] = value

    def between(self, low: float, high: float) -> float:
        """A uniform draw."""
        return float(self.rng.uniform(low, high))

    def ajar(self, low: float, high: float) -> float:
        """How far what has to be closed stands open: a uniform draw, less where the axis `initial_opening` says so."""
        return self.between(low, high) * self.axes.get("initial_opening", 1.0)

    def choose(self, options: list[str]) -> str:
        return options[int(self.rng.integers(len(options)))]

    # --- loose things -------------------------------------------------------------------------------------------------
    def cast(self, role: str, *categories: str, fits: Callable[[Instance], bool] = lambda _: True) -> Instance:
        """Has an instance of one of `categories`, of the episode's split, play `role`; it still has to be placed."""
        new = self._heldout("instance")
        kinds = [t for t in self.stage.definition.catalogue if t.category in categories]
        new = new and any(t.heldout for t in kinds)  # a room may have one thing of a kind, in both splits
        options = [t for t in kinds if t.heldout == new and fits(t)]
        if not options:
            raise HomebodyError(f"the catalogue of {self.stage.scene} has no {' or '.join(categories)} that fits {role!r}")
        if not self._free:
            raise HomebodyError(f"{self.stage.scene} has only {len(self.stage.names.things)} loose things: no room for {role!r}")
        self.cast_of[role] = self._sized(options)
        self.roles[role] = self._free.pop(0)
        return self.cast_of[role]

    def _sized(self, options: list[Instance]) -> Instance:
        """One of the options; with the axis `object_size`, the further from the middle size the larger its value."""
        share = self.axes.get("object_size", 0.0)
        pick, side = int(self.rng.integers(len(options))), self.rng.choice([-1.0, 1.0])
        if not share:
            return options[pick]
        by_size = sorted(options, key=lambda t: t.footprint * t.footprint * t.top)
        middle = (len(by_size) - 1) / 2
        return by_size[round(middle + side * share * middle)]

    def stand(
        self, role: str, zone: Zone | None = None, yaw: tuple[float, float] = (-np.pi, np.pi), margin: float = GAP_M, *, squeeze: bool = True,
        handy: bool | None = None,
    ) -> np.ndarray:  # fmt: skip
        """Stands a thing on free worktop, by rejection; returns its position (3,). What is given a zone is stood within reach.
        `handy`: only where furniture leaves room for a hand about it, as what plays `target` must have it."""
        near = self.reaches if zone is not None else lambda x, y: True
        handy = role == "target" if handy is None else handy
        in_hand = self._in_hand(role) if handy else lambda position, heading: True
        x0, x1, y0, y1 = zone or self.layout.zone
        more = self.axes.get("object_pose", 0.0)
        x0, x1, y0, y1 = x0 - more, x1 + more, y0 - more, y1 + more
        # A crowded worktop is crowded: what the task needs stands close together rather than not at all.
        for gap in (margin,) if not squeeze else (margin, margin / 2, 0.012):
            for _ in range(200):
                x, y, heading = self.between(x0, x1), self.between(y0, y1), self.between(*yaw)
                if not near(x, y):
                    continue
                area = self._area(role, x, y, heading)
                if _sticks_out(area, (x0, x1, y0, y1)) < EDGE_M and not any(_overlap(area, other, gap) for other in self._taken):
                    position = np.array([x, y, self.cast_of[role].rest])
                    if not in_hand(position, heading):
                        continue
                    self._taken.append(area)
                    self.put(role, position, heading)
                    if handy:
                        self.handy.add(role)
                    return position
        raise NoRoom(f"no free place for {role!r} in zone {zone or self.layout.zone} of layout {self.layout.name}")

    def _in_hand(self, role: str) -> Callable[[np.ndarray, float], bool]:
        """Tells of a position (3,) and a heading [rad] whether some grasp from above leaves the hand clear of furniture, which stands as it
        was set up so far."""
        furniture, data, names, arm = self.stage.furniture(self.layout), self.stage.scratch, self.stage.names, self.stage.arm
        model = self.stage.base(self.layout)
        mujoco.mj_resetData(model, data)  # or it keeps where another layout's furniture stands
        for name, value in self.joints.items():
            data.qpos[names.qpos[name]] = value
        mujoco.mj_kinematics(model, data)

        moves = {names.body[p]: self._nudged(p) @ np.linalg.inv(spot_matrix(self.layout.spots[p])) for p in self._nudges}

        def placed(body: str) -> tuple[np.ndarray, np.ndarray]:
            i = names.body[body]
            T = moves.get(int(model.body_rootid[i]))
            position, R = data.xpos[i], data.xmat[i].reshape(3, 3)
            return (position, R) if T is None else (T[:3, :3] @ position + T[:3, 3], T[:3, :3] @ R)

        def check(position: np.ndarray, heading: float) -> bool:
            R = spot_matrix(Spot(x=0.0, y=0.0, yaw=heading))[:3, :3]
            for _, grasp, T, angle in grasps_from_above(self.cast_of[role], position, R, HEADINGS):
                opening = min(grasp.width + SPARE_M, arm.robot.gripper_max_m)
                if furniture.crowding(arm, turned(T, angle), opening, placed) == 0:
                    return True
            return False

        return check

    def _area(self, role: str, x: float, y: float, heading: float) -> Area:
        half, r = self.cast_of[role].half, self.cast_of[role].footprint
        return (x, y, heading, half[0], half[1]) if min(half[:2]) > 0 else (x, y, heading, r, r)

    def put(self, role: str, position: np.ndarray, yaw: float = 0.0, quat: np.ndarray | None = None) -> None:
        """Puts a thing anywhere, upright with a heading or with a whole orientation."""
        q = np.array([np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)]) if quat is None else quat
        self._poses[role] = np.concatenate([position, q])

    def pose_of(self, role: str) -> np.ndarray:
        """(7,) where a thing was put."""
        return self._poses[role]

    def put_body(self, name: str, position: np.ndarray) -> None:
        """Puts a free body of the scene that is no thing of the catalogue, such as a pea."""
        self._bodies[name] = position

    def put_cloth(self, flex: str, vertices: np.ndarray) -> None:
        """Puts a cloth's vertices (..., 3) [m] where they are to be; keeps other things off the rectangle that they cover."""
        points = np.reshape(vertices, (-1, 3))
        if len(points) != len(self.stage.names.flex_qpos[flex]):
            raise HomebodyError(f"{len(points)} vertices for {flex}: expected {len(self.stage.names.flex_qpos[flex])}")
        self._cloths[flex] = points
        low, high = points[:, :2].min(0), points[:, :2].max(0)
        (x, y), (half_x, half_y) = (low + high) / 2, (high - low) / 2
        self._taken.append((float(x), float(y), 0.0, float(half_x), float(half_y)))

    @property
    def cloths(self) -> tuple[str, ...]:
        """The cloths that were put somewhere."""
        return tuple(self._cloths)

    def take(self, x: float, y: float, radius: float) -> None:
        """Keeps a circle of the worktop free."""
        self._taken.append((x, y, 0.0, radius, radius))

    def distract(self, low: int, high: int, *categories: str) -> None:
        """Stands `low` to `high` other things about, of categories that no role has."""
        used = {t.category for t in self.cast_of.values()}
        open_ = sorted(
            {t.category for t in self.stage.definition.catalogue if t.category not in used and (not categories or t.category in categories)}
        )
        wanted = int(self.rng.integers(low, high + 1)) + round(self.axes.get("distractors", 0.0))
        for n in range(min(wanted, len(open_), len(self._free))):
            category = open_.pop(int(self.rng.integers(len(open_))))
            try:
                self.cast(f"distractor{n}", category, fits=lambda t: t.footprint < 0.09)
                tall = self.cast_of[f"distractor{n}"].top > 0.055  # a hand over low things would meet it
                self.stand(f"distractor{n}", margin=0.10 if tall else GAP_M, squeeze=False)
            except HomebodyError:  # no room, or no small one: one distractor less
                self.dismiss(f"distractor{n}")

    def dismiss(self, role: str) -> None:
        """Takes back a role that was cast and not placed."""
        if role in self.roles:
            self._free.insert(0, self.roles.pop(role))
        self.cast_of.pop(role, None)

    # --- the result ---------------------------------------------------------------------------------------------------
    def qpos(self) -> np.ndarray:
        """(nq,)"""
        stage, names = self.stage, self.stage.names
        out = stage.base(self.layout).qpos0.copy()
        for role, body in self.roles.items():
            if role not in self._poses:
                raise HomebodyError(f"{role!r} was cast but never placed")
            adr = names.qpos[body]
            out[adr : adr + 7] = self._poses[role]
        for name, position in self._bodies.items():
            adr = names.qpos[name]
            out[adr : adr + 7] = [*position, 1.0, 0.0, 0.0, 0.0]
        for name, points in self._cloths.items():
            out[names.flex_qpos[name]] = points - names.flex_origin[name]
        for name, value in self.joints.items():
            out[names.qpos[name]] = value
        robot = stage.robot
        noise = self.axes.get("robot_start", ROBOT_NOISE)
        arm = robot.q_home + self.rng.uniform(-noise, noise, robot.dof)
        out[stage.rig.arm_qpos] = np.clip(arm, robot.q_min, robot.q_max)
        out[stage.rig.finger_qpos] = robot.fingers_open
        return out

    def model(self) -> mujoco.MjModel:
        """The episode's model: the layout's, with its things pasted in and its style worn."""
        base = self.stage.base(self.layout)
        model = copy.copy(base)
        for role, body in self.roles.items():
            donor = self.stage.donor
            paste_body(model, base.body(body).id, donor, donor.body(f"donor_{self.cast_of[role].name}").id)
        wear(model, self.style)
        root, half = model.body(self.stage.arm.root).id, self.mount.yaw / 2
        model.body_pos[root] = self.mount.x, self.mount.y, self.mount.z
        model.body_quat[root] = np.cos(half), 0.0, 0.0, np.sin(half)
        for piece, (x, y, z, yaw) in self._nudges.items():
            moved = base.body(piece).id
            model.body_pos[moved], model.body_quat[moved] = (x, y, z), (np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2))
        mujoco.mj_setConst(model, self.stage.scratch)
        return model


def wear(model: mujoco.MjModel, style: Style) -> None:
    """Gives a model's materials the finishes of a style."""
    role = mujoco.mjtTextureRole.mjTEXROLE_RGB.value
    for material, finish in style.finishes.items():
        m = model.material(material).id
        model.mat_rgba[m, :3] = finish.rgb
        model.mat_texid[m, role] = model.texture(finish.texture).id if finish.texture else -1
        model.mat_texrepeat[m] = finish.repeat
