"""The household rooms as a stage: a scene compiled once per layout, dressed and furnished anew for each episode."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import mujoco
import numpy as np

from ..core.errors import HomebodyError
from ..core.marks import Mark, skill_of
from ..core.phrasebook import phrase
from ..core.types import Goal
from .casting import NOBODY, Detail, Parts, allowed, as_begun, as_it_is, parts_of, parts_under, recast, usable
from .furniture.clearance import Furniture
from .furniture.parts import add_force, add_touch
from .objects.instance import Instance, add_thing
from .past import Past
from .robots.arm import Arm
from .rooms.scene import Layout, Scene, spot_matrix
from .sensors.registry import add_sensors
from .splits import episode_rng
from .stage import Casting, Check, Running, Start, robot_rig
from .tasks.care import grip
from .tasks.rivals import LEAST_GOALS, add_rival, stir
from .tasks.setup import NoRoom, Setup
from .tasks.task import HouseholdTask
from .variation import dressed, knobs
from .world import BOUND, Names, World

STORE_Z = -0.9
"""Height of the floor that things which an episode does not use stand on, behind the robot [m]."""
PEOPLE = ("hand_", "person", "pet")
"""How the names of bodies of people and pets begin; `hand` alone is the robot's own."""
ATTEMPTS = 40
"""Initial states that are drawn until one has room for everything."""
SENSOR, OBJECT = mujoco.mjtSensor, mujoco.mjtObj


def _add_sensors(spec: mujoco.MjSpec, scene: Scene, root: str) -> None:
    """Contacts of each loose thing with each finger, the net force of the robot, whose lowest body is `root`, on each thing, person and piece
    of furniture, whether it touches itself, and the deepest contact."""
    for k in range(scene.things):
        add_touch(spec, f"thing{k}")
        add_force(spec, f"thing{k}", root)
        if spec.body("person_fingers") is not None:
            spec.add_sensor(
                name=f"clasp_thing{k}", type=SENSOR.mjSENS_CONTACT, objtype=OBJECT.mjOBJ_BODY, objname=f"thing{k}",
                reftype=OBJECT.mjOBJ_BODY, refname="person_fingers", intprm=[1, 0, 1],
            )  # fmt: skip
    for cap in [b.name for b in spec.bodies if b.name.endswith("_cap")]:
        add_force(spec, cap, root)
    for flex in [f.name for f in spec.flexes]:  # what the spheres on its vertices feel
        add_touch(spec, flex, subtree=True)
    for body in [b.name for b in spec.bodies if b.name.startswith(PEOPLE)]:
        add_force(spec, body, root, "person_")
    add_force(spec, "world", root, "furniture_")
    loose = (*PEOPLE, "thing", "grain", root, *(m.name for m in scene.movers), *(f.name for f in spec.flexes))
    for body in [b.name for b in spec.worldbody.bodies if not b.name.startswith(loose)]:
        add_force(spec, body, root, "furniture_", subtree=True)
    spec.add_sensor(
        name="self_contact", type=SENSOR.mjSENS_CONTACT, objtype=OBJECT.mjOBJ_XBODY, objname=root, reftype=OBJECT.mjOBJ_XBODY, refname=root,
        intprm=[1, 0, 1],
    )  # fmt: skip
    spec.add_sensor(name="deepest", type=SENSOR.mjSENS_CONTACT, objtype=OBJECT.mjOBJ_UNKNOWN, intprm=[8, 1, 1])


LAYOUTS_KEPT = 32
"""Compiled layouts kept at a time, 12 MiB and 0.1 s each."""


def _kept(kept: dict[str, Any], layout: Layout, make: Callable[[Layout], Any]) -> Any:
    """What was made of a layout, made on first use; the oldest goes where there are many."""
    if layout.name not in kept:
        if len(kept) >= LAYOUTS_KEPT:
            del kept[next(iter(kept))]
        kept[layout.name] = make(layout)
    return kept[layout.name]


def build_spec(scene: Scene, arm: Arm, layout: Layout, donors: tuple[Instance, ...] = (), sensors: tuple[str, ...] = ()) -> mujoco.MjSpec:
    """The scene in one layout, with what the `sensors` of these names need; `donors` are appended as further loose bodies, to copy things from."""
    spec = mujoco.MjSpec()
    spec.modelname = scene.name
    scene.shell(spec)
    scene.add_assets(spec)
    world = spec.worldbody
    for piece in scene.pieces:
        spot = layout.spots[piece.name]
        body = world.add_body(name=piece.name, pos=[spot.x, spot.y, spot.z], quat=[np.cos(spot.yaw / 2), 0, 0, np.sin(spot.yaw / 2)])
        piece.add_to(spec, body, mirrored=spot.mirrored)
    for mover in scene.movers:
        body = world.add_body(name=mover.name, pos=[-2.0, 0.0, STORE_Z + 0.5], mocap=True)
        mover.build(spec, body)
    for k in range(scene.things):
        add_thing(spec, f"thing{k}", scene.catalogue[k % len(scene.catalogue)], stored(k, scene))
    if scene.extras is not None:
        scene.extras(spec)
    add_arm(spec, arm)
    add_sensors(spec, sensors)
    _add_sensors(spec, scene, arm.root)
    for instance in donors:
        add_thing(spec, f"donor_{instance.name}", instance, (0.0, 0.0, 5.0))
    return spec


def add_arm(spec: mujoco.MjSpec, arm: Arm) -> None:
    """Adds an arm where it nominally stands."""
    arm.add(spec)
    root, m = spec.body(arm.root), arm.mount
    root.pos, root.quat = [m.x, m.y, m.z], [np.cos(m.yaw / 2), 0, 0, np.sin(m.yaw / 2)]


def stored(k: int, scene: Scene) -> tuple[float, float, float]:
    """Where loose thing k stands while no episode needs it: on the floor behind the robot."""
    instance = scene.catalogue[k % len(scene.catalogue)]
    return -1.4 - 0.3 * (k // 5), -0.6 + 0.3 * (k % 5), STORE_Z + instance.rest + 0.001


class HouseholdStage:
    """Implements stage.Stage for one scene and robot."""

    toward = slice(-3, None)

    def __init__(
        self,
        definition: Scene,
        tasks: Mapping[str, HouseholdTask],
        arm: Arm,
        mixes: Mapping[str, tuple[str, ...]] | None = None,
        sensors: tuple[str, ...] = (),
        others: Mapping[str, HouseholdTask] | None = None,
    ) -> None:
        """tasks: those that play in this scene, by name; mixes: names for several of them, each episode one; sensors: names of those that
        add something to the model; others: all tasks that may be asked for in it, these included."""
        self._mixes, self._sensors = mixes or {}, sensors
        self.definition, self.scene, self.arm, self.robot = definition, definition.name, arm, arm.robot
        self.tasks, self.others = tasks, tasks if others is None else others
        self._bases: dict[str, mujoco.MjModel] = {}
        self._furniture: dict[str, Furniture] = {}
        self._layouts = {y.name: y for y in definition.layouts}
        self.model = self.base(definition.layouts[0])
        self.names = Names(self.model, definition)
        self.rig = robot_rig(self.model, arm.robot)
        self.bound: tuple[str, ...] = (*BOUND, "flexvert_xpos") if self.model.nflex else BOUND
        self.goals: tuple[Goal, ...] = tuple(g for t in tasks.values() for g in t.goals)
        self.loose_qvel = np.array([self.names.dof[t] + 2 for t in self.names.things], int)
        self.movers: Mapping[str, int] = {m.name: int(self.model.body_mocapid[self.names.body[m.name]]) for m in definition.movers}
        self.scratch = mujoco.MjData(self.model)
        fixtures = definition.fixtures.values()
        self._knobs = knobs(
            self.model, loose=np.array([self.names.body[t] for t in self.names.things], int),
            slides=tuple(f.joint for f in fixtures if f.kind == "drawer"), hinges=tuple(f.joint for f in fixtures if f.kind == "door"),
            arm=arm.robot.joints, root=arm.root, small=tuple(f.joint for f in fixtures if f.kind not in ("drawer", "door")),
        )  # fmt: skip

    def _compiled(self, layout: Layout, donors: tuple[Instance, ...] = ()) -> mujoco.MjModel:
        """Raises HomebodyError where MuJoCo refuses what an arm or a sensor from outside adds."""
        try:
            return build_spec(self.definition, self.arm, layout, donors, self._sensors).compile()
        except ValueError as error:
            who = ", ".join((f"arm {self.robot.name}", *(f"sensor {s}" for s in self._sensors)))
            raise HomebodyError(f"MuJoCo refuses scene {self.scene} with {who}: {' '.join(str(error).split())}") from error

    def base(self, layout: Layout) -> mujoco.MjModel:
        """The compiled model of a layout, made on first use."""
        return _kept(self._bases, layout, self._compiled)

    def furniture(self, layout: Layout) -> Furniture:
        """What stands in a hand's way in a layout, looked up on first use."""
        pieces = tuple(p.name for p in self.definition.pieces)
        return _kept(self._furniture, layout, lambda y: Furniture(self.base(y), pieces, np.zeros(3)))

    @functools.cached_property
    def donor(self) -> mujoco.MjModel:
        """A model that holds every thing of the catalogue, to copy them from."""
        first = self.definition.layouts[0]
        return self._compiled(first, tuple(self.definition.catalogue))

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
        rng = episode_rng(task, split, index)
        names = self._mixes.get(task, (task,))
        t = self.tasks[names[int(rng.integers(len(names)))] if len(names) > 1 else task]
        goals = [g for g in t.goals if t.fits is None or t.fits(g, self.robot.name, split == "heldout")]
        goal = goals[int(rng.integers(len(goals)))]
        setup, parts = self._set_up(t, goal, split, rng, axes)
        qpos = setup.qpos()
        instruction = phrase(goal, split, rng, {r: (i.nouns, i.adjective) for r, i in setup.cast_of.items()})
        return Start(
            goal=goal, instruction=instruction, qpos=qpos, ctrl=np.append(qpos[self.rig.arm_qpos], 1.0), valid=(goal, *parts),
            roles=dict(setup.roles), model=setup.model(), T_world_base=spot_matrix(setup.mount),
            detail=Detail(task=t.name, cast=dict(setup.cast_of), layout=setup.layout.name, style=setup.style.name, zone=setup.layout.zone, parts=parts,
                          handy=frozenset(setup.handy), cloths=setup.cloths),
        )  # fmt: skip

    def _set_up(
        self, task: HouseholdTask, goal: Goal, split: str, rng: np.random.Generator, axes: Mapping[str, float]
    ) -> tuple[Setup, dict[Goal, Parts]]:
        """Draws initial states until one has room for everything and allows enough other goals; who plays what under each of these."""
        for attempt in range(ATTEMPTS):
            setup = Setup(self, split, rng, axes)
            try:
                task.setup(setup, goal)
                stir(setup)
                return setup, self._with_rivals(setup, task, goal)
            except NoRoom:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError

    def _with_rivals(self, setup: Setup, task: HouseholdTask, own: Goal) -> dict[Goal, Parts]:
        """Adds things until enough other goals are allowed; where a thing is asked for, another one besides, if there is room."""
        liked, askable = (
            [g.target for g in task.goals],
            sorted({g.target for t in self.others.values() if t.family == "pick" for g in t.goals}),
        )
        parts = self._allowed(setup, own)
        target = setup.roles.get("target", "")
        if "target" in setup.handy and all(p.roles.get("target", target) == target for p in parts.values()):
            with contextlib.suppress(NoRoom):
                add_rival(setup, liked, askable, squeeze=False)
                parts = self._allowed(setup, own)
        while len(parts) + 1 < LEAST_GOALS:
            add_rival(setup, liked, askable)
            parts = self._allowed(setup, own)
        return parts

    def _allowed(self, setup: Setup, own: Goal) -> dict[Goal, Parts]:
        """The goals besides its own that an initial state allows, in a fixed order."""
        found = allowed(setup, self.others.values(), self.robot.name)
        return {g: parts_under(c, setup.roles, setup.cast_of) for g, c in found.items() if g != own}

    def usable(self, start: Start, view: World | None = None) -> tuple[Goal, ...]:
        s = as_begun(self, start) if view is None else as_it_is(self, start, view)
        found = usable(s, self.others.values(), self.robot.name)
        return tuple(found) if start.goal in found else (start.goal, *found)

    def open_to(self, start: Start, goal: Goal, view: World) -> dict[Goal, Casting]:
        found = allowed(as_it_is(self, start, view), self.others.values(), self.robot.name)
        own = next(t for t in self.others.values() if start.goal in t.goals)
        for known in {goal, start.goal} if own.possible is None else {goal}:
            found.setdefault(known, {})
        start, fresh = recast(start, found), view.anew()
        return {g: c for g, c in found.items() if not all(check(fresh) for check in self.checks(g, start).values())}

    def recast(self, start: Start, castings: Mapping[Goal, Casting]) -> Start:
        return recast(start, castings)

    def dress(self, start: Start, axes: Mapping[str, float], rng: np.random.Generator) -> mujoco.MjModel:
        assert start.model is not None
        return dressed(start.model, self._knobs, axes, rng)

    def views(self, fields: Mapping[str, np.ndarray], tools: np.ndarray, episodes: Sequence[Running | None]) -> list[World]:
        out = []
        for i, e in enumerate(episodes):
            p = parts_of(e.goal, e.start) if e else NOBODY
            layout = self._layouts[e.start.detail.layout] if e else self.definition.layouts[0]
            out.append(
                World(
                    self.names,
                    fields,
                    i,
                    tools[i],
                    p.roles,
                    p.cast,
                    self.robot,
                    e.start if e else None,
                    functools.partial(self.furniture, layout),
                    past=e.past if e else None,
                )
            )
        return out

    def checks(self, goal: Goal, start: Start) -> dict[str, Check]:
        p = parts_of(goal, start)

        def played(check: Check) -> Check:
            return lambda w: check(w.playing(p.roles, p.cast))

        return {name: played(check) for name, check in self._task(goal).checks(goal).items()}

    def remember(self, past: Past, view: World, *, pressed_N: float = 0.0, anew: bool = False) -> None:
        if anew:
            past.begin(view)
        else:
            past.see(view, pressed_N)

    def muscles(self, goal: Goal, view: World) -> Mapping[int, float]:
        return grip(goal, view)

    def _task(self, goal: Goal) -> HouseholdTask:
        if goal.task not in self.others:
            raise HomebodyError(f"task {goal.task!r} does not play in {self.scene}: expected one of {', '.join(self.others)}")
        return self.others[goal.task]

    def reward(self, mark: Mark, view: World, success: bool) -> float:
        """In [0, 2.2]: 0.2 for the tool near the act point, 1 for progress, 1 for success."""
        reach = 1.0 if mark.held else 1 - np.tanh(5 * np.linalg.norm(view.tool - mark.position))
        return float(0.2 * reach + mark.progress + success)

    def mark(self, goal: Goal, view: World) -> Mark:
        """Where `goal` is, in the world frame."""
        t = self._task(goal)
        if view.start is not None:
            p = parts_of(goal, view.start)
            view = view.playing(p.roles, p.cast)
        mark = t.marks(view, goal)
        if not mark.skill:
            mark = replace(mark, skill=skill_of(goal.task))
        return mark if mark.progress >= 0 else replace(mark, progress=float(np.mean([c(view) for c in t.checks(goal).values()])))

    def privileged(self, mark: Mark | None, view: World) -> np.ndarray:
        """(S,) float32: positions and orientations (9) of the loose things, landmarks of cloths, fixtures' joints, tool (3), and of the
        goal's mark the place minus the tool (3), the way (3), width, progress, the act point minus the tool (3)."""
        things = [np.concatenate([view.position(t), view.rotation(t)[:, :2].ravel()]) for t in self.names.things]
        things += [view.landmarks(f).ravel() for f in self.names.flex]
        joints = [view.joint(j) for j in self.names.fixtures]
        acts = np.zeros(11)
        if mark is not None:
            acts = np.concatenate([mark.place - view.tool, mark.way, [mark.width, mark.progress], mark.position - view.tool])
        return np.concatenate([*things, joints, view.tool, acts]).astype(np.float32)

    def pushable(self, goal: Goal, start: Start) -> int:
        roles = parts_of(goal, start).roles
        role = next((r for r in ("target", goal.target) if r in roles), None)
        return -1 if role is None else self.names.body[roles[role]]

    def points(self, view: World) -> np.ndarray:
        return np.concatenate([np.stack([view.position(t) for t in self.names.things]), *(view.landmarks(f) for f in self.names.flex)])

    def horizon(self, goal: Goal) -> int:
        return self._task(goal).horizon
