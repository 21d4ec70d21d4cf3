"""The SO-101 picks household things from a table by contact alone: from above, in closed loop at 20 Hz, as an expert would."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np
import pytest
from homebody.core import so101
from homebody.core.kinematics import rotation_error
from homebody.core.reference import JointReference
from homebody.core.robots import SO101
from homebody.core.so101 import Q_HOME, forward, inverse
from homebody.envs.robots.so101 import add_so101
from homebody.envs.rooms.shell import options

OPTIONS = ("timestep", "integrator", "solver", "jacobian", "cone", "impratio", "iterations", "ls_iterations", "disableflags")
CONTROL_HZ, SUBSTEPS = 20, 10
LIFT_M, CREEP_M = 0.08, 0.003
OBJECT = slice(6, 9)


@dataclass(frozen=True, kw_only=True)
class Thing:
    kind: mujoco.mjtGeom
    size: tuple[float, float, float]
    mass: float
    width: float
    """Across the jaws [m]."""
    height: float
    grasp_z: float
    """Height of the TCP at the grasp [m]."""


THINGS = {
    "cube": Thing(kind=mujoco.mjtGeom.mjGEOM_BOX, size=(0.015, 0.015, 0.015), mass=0.05, width=0.03, height=0.03, grasp_z=0.016),
    "cup": Thing(kind=mujoco.mjtGeom.mjGEOM_CYLINDER, size=(0.03, 0.04, 0), mass=0.12, width=0.06, height=0.08, grasp_z=0.06),
    "ball": Thing(kind=mujoco.mjtGeom.mjGEOM_SPHERE, size=(0.0225, 0, 0), mass=0.058, width=0.045, height=0.045, grasp_z=0.021),
    "egg": Thing(kind=mujoco.mjtGeom.mjGEOM_ELLIPSOID, size=(0.0285, 0.0215, 0.0215), mass=0.058, width=0.043, height=0.043, grasp_z=0.021),
}  # fmt: skip


def table_with(thing: Thing) -> mujoco.MjModel:
    spec, room = mujoco.MjSpec(), mujoco.MjSpec()
    options(room)
    house = room.option
    for option in OPTIONS:
        setattr(spec.option, option, getattr(house, option))
    add_so101(spec)
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[0.6, 0.6, 0.02], pos=[0.2, 0, -0.02], friction=[0.6, 0.005, 1e-4])
    body = spec.worldbody.add_body(name="thing")
    body.add_freejoint()
    round_ = thing.kind not in (mujoco.mjtGeom.mjGEOM_BOX, mujoco.mjtGeom.mjGEOM_CYLINDER)
    body.add_geom(type=thing.kind, size=list(thing.size), mass=thing.mass, friction=[0.6, 0.005, 1e-4], condim=6 if round_ else 4)
    return spec.compile()


def from_above(place: np.ndarray, yaw: float) -> np.ndarray:
    c, s = np.cos(yaw), np.sin(yaw)
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = [[c, s, 0], [s, -c, 0], [0, 0, -1]], place
    return T


class Picker:
    """Follows tool poses with `inverse`, makes up for the arm's weight with `hold` and for the rest with an integral."""

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        self.model, self.data = model, data
        self.q, self.integral = Q_HOME.copy(), np.zeros(5)
        self.reference = JointReference(SO101.limits, 1, 1 / CONTROL_HZ, SUBSTEPS)
        self.reference.rest(0, data.ctrl)

    def step(self, T: np.ndarray, opening: float) -> None:
        """One control step towards the tool pose T (4, 4)."""
        wish = inverse(T[None], self.q[None], iterations=8)[0]
        reach = 0.6 * so101.DQ_MAX / CONTROL_HZ
        self.q = self.q + np.clip(wish - self.q, -reach, reach)
        error = self.q - self.data.qpos[:5]
        self.integral = np.clip(self.integral + 0.15 * np.where(np.abs(error) < 0.05, error, 0), -0.06, 0.06)
        target = np.append(SO101.hold(self.q[None])[0] + self.integral, opening)
        for setpoint in self.reference.advance(np.array([0]), target[None])[0]:
            self.data.ctrl[:] = setpoint
            mujoco.mj_step(self.model, self.data)

    def thing_in_hand(self) -> np.ndarray:
        mujoco.mj_kinematics(self.model, self.data)
        tool = self.data.site("tcp")
        return tool.xmat.reshape(3, 3).T @ (self.data.qpos[OBJECT] - tool.xpos)


def reachable_yaw(place: np.ndarray, yaws: list[float]) -> float:
    """Of equally good yaws the one that the wrist's roll reaches with the least turning."""
    goals = np.array([from_above(place, yaw) for yaw in yaws])
    q = inverse(goals, np.tile(Q_HOME, (len(yaws), 1)), iterations=60)
    error = np.linalg.norm(rotation_error(forward(q)[:, :3, :3], goals[:, :3, :3]), axis=1)
    return yaws[int(np.lexsort((np.abs(q[:, 4]), error.round(2)))[0])]


def pick(thing: Thing, model: mujoco.MjModel, rng: np.random.Generator, *, release: bool = False) -> tuple[float, float]:
    """Height gained [m] and creep in the hand over 3 s [m]; `release` opens the jaws before the height is read."""
    radius, way, turn = rng.uniform(*so101.TOP_DOWN_RADIUS_M), rng.uniform(-1.2, 1.2), rng.uniform(-np.pi, np.pi)
    place = np.array([so101.OFFSET[0, 0] + radius * np.cos(way), radius * np.sin(way), thing.height / 2 + 5e-4])
    sides = 4 if thing.kind == mujoco.mjtGeom.mjGEOM_BOX else 2
    yaw = reachable_yaw(place, [turn + k * 2 * np.pi / sides for k in range(sides)])
    data = mujoco.MjData(model)
    opening = float(so101.opening_from_width(np.array(thing.width + 0.02)))
    data.qpos[:5], data.qpos[5] = Q_HOME, so101.angle_from_width(np.array(thing.width + 0.02))
    data.qpos[OBJECT], data.qpos[9:13] = place, [np.cos(turn / 2), 0, 0, np.sin(turn / 2)]
    data.ctrl[:] = np.append(SO101.hold(Q_HOME[None])[0], opening)
    picker = Picker(model, data)
    offset = from_above(place, yaw)[:3, :3] @ so101.grasp_offset(thing.width + 0.004)

    def go(height: float, opening: float, steps: int) -> None:
        """Over the thing, wherever it has rolled to."""
        for _ in range(steps):
            picker.step(from_above(np.array([*data.qpos[6:8], thing.grasp_z + height]) - offset, yaw), opening)

    clear = max(0.05, thing.height - thing.grasp_z + 0.03)
    go(clear, opening, 24)
    for k in range(16):
        go(clear * (15 - k) / 16, opening, 1)
    go(0.0, opening, 6)
    grasp = np.array([*data.qpos[6:8], thing.grasp_z]) - offset

    def rise(height: float, opening: float, steps: int) -> None:
        for _ in range(steps):
            picker.step(from_above(grasp + [0, 0, height], yaw), opening)

    rise(0.0, 0.0, 14)
    for k in range(24):
        rise(LIFT_M * (k + 1) / 24, 0.0, 1)
    rise(LIFT_M, 0.0, 10)
    held = picker.thing_in_hand()
    rise(LIFT_M, opening if release else 0.0, 60)
    return float(data.qpos[8] - place[2]), float(np.linalg.norm(picker.thing_in_hand() - held))


def picked(outcome: tuple[float, float]) -> bool:
    return outcome[0] > LIFT_M - 0.015 and outcome[1] < CREEP_M


@pytest.mark.parametrize("name", THINGS)
def test_it_lifts_household_things_and_holds_them_still_for_3_s(name: str) -> None:
    model, rng = table_with(THINGS[name]), np.random.default_rng(3)
    outcomes = [pick(THINGS[name], model, rng) for _ in range(2)]
    assert all(picked(o) for o in outcomes), outcomes


def test_what_the_jaws_let_go_falls() -> None:
    assert pick(THINGS["cube"], table_with(THINGS["cube"]), np.random.default_rng(3), release=True)[0] < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("name", THINGS)
def test_95_of_100_picks_succeed_all_over_the_workspace(name: str) -> None:
    model, rng = table_with(THINGS[name]), np.random.default_rng(1)
    outcomes = [pick(THINGS[name], model, rng) for _ in range(50)]
    assert np.mean([picked(o) for o in outcomes]) >= 0.95, [o for o in outcomes if not picked(o)]
