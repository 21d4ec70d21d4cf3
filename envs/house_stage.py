"""The household rooms as a stage: a scene compiled once per layout, dressed and furnished anew for each episode."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import mujoco
import numpy as np

from ..core.errors import HomebodyError
from ..core.phrasebook import phrase
from ..core.robots import Robot
from ..core.types import Goal
from .first.initial import episode_rng
from .furniture.clearance import Furniture
from .furniture.parts import add_touch
from .objects.instance import Instance, add_thing
from .rooms.scene import Layout, Scene, spot_matrix
from .stage import Check, Start, robot_rig
from .tasks.setup import NoRoom, Setup
from .tasks.task import HouseholdTask
from .variation import dressed, knobs
from .world import BOUND, Names, World

AddRobot = Callable[[mujoco.MjSpec], None]
STORE_Z = -0.9
"""Height of the floor that things which an episode does not use stand on, behind the robot [m]."""
ROOT = "link0"
"""The body that carries the whole arm."""
PEOPLE = ("hand_", "person", "pet")
"""How the names of bodies of people and pets begin; `hand` alone is the robot's own."""
ATTEMPTS = 40
"""Initial states that are drawn until one has room for everything."""
SENSOR, OBJECT = mujoco.mjtSensor, mujoco.mjtObj


@dataclass(frozen=True, kw_only=True)
class Detail:
    """What the stage remembers of an episode besides its start."""

    task: str
    cast: Mapping[str, Instance]
    layout: str
    style: str
    zone: tuple[float, float, float, float]
    """Free worktop of the layout: x from, x to, y from, y to [m]."""


def _add_sensors(spec: mujoco.MjSpec, scene: Scene) -> None:
    """Contacts of each loose thing with each finger, the robot's net force on each thing, person and piece of furniture, and the deepest
    contact anywhere."""
    for k in range(scene.things):
        add_touch(spec, f"thing{k}")
        _add_force(spec, f"force_thing{k}", OBJECT.mjOBJ_BODY, f"thing{k}")
    for flex in [f.name for f in spec.flexes]:  # what the spheres on its vertices feel
        add_touch(spec, flex, subtree=True)
    for body in [b.name for b in spec.bodies if b.name.startswith(PEOPLE)]:
        _add_force(spec, f"force_person_{body}", OBJECT.mjOBJ_BODY, body)
    _add_force(spec, "force_furniture_room", OBJECT.mjOBJ_BODY, "world")
    loose = (*PEOPLE, "thing", "grain", ROOT, *(m.name for m in scene.movers), *(f.name for f in spec.flexes))
    for body in [b.name for b in spec.worldbody.bodies if not b.name.startswith(loose)]:
        _add_force(spec, f"force_furniture_{body}", OBJECT.mjOBJ_XBODY, body)
    spec.add_sensor(
        name="self_contact", type=SENSOR.mjSENS_CONTACT, objtype=OBJECT.mjOBJ_XBODY, objname=ROOT, reftype=OBJECT.mjOBJ_XBODY, refname=ROOT,
        intprm=[1, 0, 1],
    )  # fmt: skip
    spec.add_sensor(name="deepest", type=SENSOR.mjSENS_CONTACT, objtype=OBJECT.mjOBJ_UNKNOWN, intprm=[8, 1, 1])


def _add_force(spec: mujoco.MjSpec, name: str, kind: mujoco.mjtObj, body: str) -> None:
    """The robot's net contact force on a body, or with mjOBJ_XBODY on it and all that hangs on it (3,) [N]."""
    spec.add_sensor(
        name=name, type=SENSOR.mjSENS_CONTACT, objtype=kind, objname=body, reftype=OBJECT.mjOBJ_XBODY, refname=ROOT, intprm=[2, 3, 1]
    )


def build_spec(scene: Scene, add_robot: AddRobot, layout: Layout, donors: tuple[Instance, ...] = ()) -> mujoco.MjSpec:
    """The scene in one layout; `donors` are appended as further loose bodies, to copy things from."""
    spec = mujoco.MjSpec()
    spec.modelname = scene.name
    scene.shell(spec)
    scene.add_assets(spec)
    world = spec.worldbody
    for piece in scene.pieces:
        T = spot_matrix(layout.spots[piece.name])
        yaw = layout.spots[piece.name].yaw
        body = world.add_body(name=piece.name, pos=T[:3, 3].tolist(), quat=[np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)])
        piece.add_to(spec, body)
    for mover in scene.movers:
        body = world.add_body(name=mover.name, pos=[-2.0, 0.0, STORE_Z + 0.5], mocap=True)
        mover.build(spec, body)
    for k in range(scene.things):
        add_thing(spec, f"thing{k}", scene.catalogue[k % len(scene.catalogue)], stored(k, scene))
    if scene.extras is not None:
        scene.extras(spec)
    add_robot(spec)
    _add_sensors(spec, scene)
    for instance in donors:
        add_thing(spec, f"donor_{instance.name}", instance, (0.0, 0.0, 5.0))
    return spec


def stored(k: int, scene: Scene) -> tuple[float, float, float]:
    """Where loose thing k stands while no episode needs it: on the floor behind the robot."""
    instance = scene.catalogue[k % len(scene.catalogue)]
    return -1.4 - 0.3 * (k // 5), -0.6 + 0.3 * (k % 5), STORE_Z + instance.rest + 0.001


class HouseholdStage:
    """Implements stage.Stage for one scene and robot."""

    toward = slice(-3, None)

    def __init__(self, definition: Scene, tasks: Mapping[str, HouseholdTask], robot: Robot, add_robot: AddRobot) -> None:
        """tasks: those that play in this scene, by name."""
        self.definition, self.scene, self.robot = definition, definition.name, robot
        self.tasks = tasks
        self._add_robot = add_robot
        self._bases: dict[str, mujoco.MjModel] = {}
        self._furniture: dict[str, Furniture] = {}
        self.model = self.base(definition.layouts[0])
        self.names = Names(self.model, definition)
        self.rig = robot_rig(self.model, robot)
        self.bound: tuple[str, ...] = (*BOUND, "flexvert_xpos") if self.model.nflex else BOUND
        self.goals: tuple[Goal, ...] = tuple(g for t in tasks.values() for g in t.goals)
        self.loose_qvel = np.array([self.names.dof[t] + 2 for t in self.names.things], int)
        self.movers: Mapping[str, int] = {m.name: int(self.model.body_mocapid[self.names.body[m.name]]) for m in definition.movers}
        self.scratch = mujoco.MjData(self.model)
        fixtures = definition.fixtures.values()
        self._knobs = knobs(
            self.model, loose=np.array([self.names.body[t] for t in self.names.things], int),
            slides=tuple(f.joint for f in fixtures if f.kind == "drawer"), hinges=tuple(f.joint for f in fixtures if f.kind == "door"),
            arm=robot.joints, small=tuple(f.joint for f in fixtures if f.kind not in ("drawer", "door")),
        )  # fmt: skip

    def base(self, layout: Layout) -> mujoco.MjModel:
        """The compiled model of a layout, made on first use."""
        if layout.name not in self._bases:
            self._bases[layout.name] = build_spec(self.definition, self._add_robot, layout).compile()
        return self._bases[layout.name]

    def furniture(self, layout: Layout) -> Furniture:
        """What stands in a hand's way in a layout, looked up on first use."""
        if layout.name not in self._furniture:
            pieces = tuple(p.name for p in self.definition.pieces)
            self._furniture[layout.name] = Furniture(self.base(layout), pieces, np.zeros(3))
        return self._furniture[layout.name]

    @functools.cached_property
    def donor(self) -> mujoco.MjModel:
        """A model that holds every thing of the catalogue, to copy them from."""
        first = self.definition.layouts[0]
        return build_spec(self.definition, self._add_robot, first, self.definition.catalogue).compile()

    @property
    def model_hash(self) -> str:
        return self._hash

    @functools.cached_property
    def _hash(self) -> str:
        """SHA-256 (16 hex digits) over the donor model, which holds everything, and the layouts' places."""
        buffer = np.zeros(mujoco.mj_sizeModel(self.donor), np.uint8)
        mujoco.mj_saveModel(self.donor, None, buffer)
        digest = hashlib.sha256(buffer.tobytes())
        for layout in self.definition.layouts:
            digest.update(repr((layout.name, sorted(layout.spots.items()), layout.zone)).encode())
        return digest.hexdigest()[:16]

    def start(self, task: str, split: str, index: int, axes: Mapping[str, float]) -> Start:
        t = self.tasks[task]
        rng = episode_rng(task, split, index)
        goals = [g for g in t.goals if t.fits is None or t.fits(g, self.robot.name, split == "heldout")]
        goal = goals[int(rng.integers(len(goals)))]
        setup = self._set_up(t, goal, split, rng, axes)
        qpos = setup.qpos()
        instruction = phrase(goal, split, rng, {r: (i.nouns, i.adjective) for r, i in setup.cast_of.items()})
        others = tuple(g for o in self.tasks.values() if o.name != task and o.possible is not None for g in o.goals if o.possible(setup, g))
        return Start(
            goal=goal, instruction=instruction, qpos=qpos, ctrl=np.append(qpos[self.rig.arm_qpos], 1.0), valid=(goal, *others),
            roles=dict(setup.roles), model=setup.model(), T_world_base=spot_matrix(setup.mount),
            detail=Detail(task=task, cast=dict(setup.cast_of), layout=setup.layout.name, style=setup.style.name, zone=setup.layout.zone),
        )  # fmt: skip

    def _set_up(self, task: HouseholdTask, goal: Goal, split: str, rng: np.random.Generator, axes: Mapping[str, float]) -> Setup:
        """Draws initial states until one has room for everything."""
        for attempt in range(ATTEMPTS):
            setup = Setup(self, split, rng, axes)
            try:
                task.setup(setup, goal)
                return setup
            except NoRoom:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def dress(self, start: Start, axes: Mapping[str, float], rng: np.random.Generator) -> mujoco.MjModel:
        assert start.model is not None
        return dressed(start.model, self._knobs, axes, rng)

    def views(self, fields: Mapping[str, np.ndarray], tools: np.ndarray, starts: list[Start | None]) -> list[World]:
        return [
            World(self.names, fields, i, tools[i], s.roles if s else {}, s.detail.cast if s else {}, begun=s is not None)
            for i, s in enumerate(starts)
        ]

    def checks(self, goal: Goal, start: Start) -> dict[str, Check]:
        del start
        return self._task(goal).checks(goal)

    def _task(self, goal: Goal) -> HouseholdTask:
        if goal.task not in self.tasks:
            raise HomebodyError(f"task {goal.task!r} does not play in {self.scene}: expected one of {', '.join(self.tasks)}")
        return self.tasks[goal.task]

    def reward(self, goal: Goal, view: World, success: bool) -> float:
        """In [0, 2.2]: 0.2 for the tool near the focus, 1 for the share of predicates that hold, 1 for success."""
        t = self._task(goal)
        reach = 1 - np.tanh(5 * np.linalg.norm(view.tool - t.focus(view, goal)))
        share = float(np.mean([c(view) for c in t.checks(goal).values()]))
        return float(0.2 * reach + share + success)

    def privileged(self, goal: Goal, view: World) -> np.ndarray:
        """(S,) float32: positions and orientations (9) of the loose things, landmarks of cloths, fixtures' joints, tool (3), focus minus
        tool (3)."""
        things = [np.concatenate([view.position(t), view.rotation(t)[:, :2].ravel()]) for t in self.names.things]
        things += [view.landmarks(f).ravel() for f in self.names.flex]
        joints = [view.joint(j) for j in self.names.fixtures]
        focus = self._task(goal).focus(view, goal) if view.begun else np.zeros(3)
        return np.concatenate([*things, joints, view.tool, focus - view.tool]).astype(np.float32)

    def pushable(self, goal: Goal, start: Start) -> int:
        del goal
        return self.names.body[start.roles["target"]] if "target" in start.roles else -1

    def places(self, goal: Goal, view: World) -> tuple[np.ndarray, np.ndarray]:
        focus = self._task(goal).focus(view, goal)
        return focus, view.position("receptacle") if "receptacle" in view.roles else focus

    def points(self, view: World) -> np.ndarray:
        """(P, 3) positions of the loose things and landmarks of cloths."""
        return np.concatenate([np.stack([view.position(t) for t in self.names.things]), *(view.landmarks(f) for f in self.names.flex)])

    def horizon(self, goal: Goal) -> int:
        return self._task(goal).horizon
