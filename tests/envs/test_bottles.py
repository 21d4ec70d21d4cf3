"""Screw tops, a pump and lids obey mechanics, and their tasks cannot be won by luck."""

import mujoco
import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.bottles import BOTTLE, BOTTLE_PIECE, DISPENSER_PIECE, JAR, JAR_PIECE, PUMP_FIXTURE
from homebody.envs.furniture.pill_box import LID_TRAVEL_RAD, PILL_BOX_PIECE
from homebody.envs.furniture.thread import END_RAD, LEAD_M
from homebody.envs.house import household_stage
from homebody.envs.rooms.shell import begin
from homebody.envs.skills import expert_for
from homebody.envs.tasks.bottles import lies, off
from homebody.envs.world import World

TOPS = {JAR.name: (JAR, JAR_PIECE), BOTTLE.name: (BOTTLE, BOTTLE_PIECE)}


def alone(piece):
    """A piece on a plane, turned as in a layout, and nothing else."""
    spec = mujoco.MjSpec()
    begin(spec)
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2, 2, 0.1], contype=1, conaffinity=0)
    body = spec.worldbody.add_body(name=piece.name, pos=[0.3, 0.1, 0], quat=[np.cos(0.4), 0, 0, np.sin(0.4)])
    piece.add_to(spec, body)
    model = spec.compile()
    return model, mujoco.MjData(model)


class Bench:
    """One screw top to pull and turn at, its cap in a hand: 20 grams alone would go through the thread in one step of 5 ms."""

    def __init__(self, name):
        self.top, piece = TOPS[name]
        self.model, self.data = alone(piece)
        self.cap = self.model.body(f"{name}_cap").id
        self.brake = self.model.joint(f"cap_{name}")
        self.model.body_mass[self.cap], self.model.body_inertia[self.cap] = 0.75, 0.002
        mujoco.mj_setConst(self.model, mujoco.MjData(self.model))
        mujoco.mj_forward(self.model, self.data)
        self.seat = self.data.site(f"{name}_seat").xpos.copy()

    def apply(self, steps, force=(0.0, 0.0, 0.0), torque=0.0):
        weight = 9.81 * self.model.body_mass[self.cap]
        for k in range(steps):
            share = min(1.0, (k + 1) / 30)  # no hand pulls from one step to the next
            self.data.xfrc_applied[self.cap] = [*(share * np.array(force) + [0, 0, weight]), 0.0, 0.0, torque]
            mujoco.mj_step(self.model, self.data)
        self.data.xfrc_applied[self.cap] = 0

    @property
    def angle(self):
        return float(self.data.qpos[self.brake.qposadr[0]])

    @property
    def height(self):
        return float(self.data.xpos[self.cap, 2] - self.seat[2])

    def turn_to(self, angle):
        for _ in range(4000):
            if self.angle >= angle:
                return
            self.apply(1, torque=1.06 * self.top.torque)
        raise AssertionError(f"the cap stopped at {self.angle:.2f} rad")


@pytest.mark.parametrize("name", TOPS)
def test_no_pull_takes_a_cap_off_before_its_turns_are_made_and_one_newton_does_afterwards(name) -> None:
    bench = Bench(name)
    for angle in (0.0, 1.5, 3.0, 4.5, 6.0, 0.93 * END_RAD):
        bench.turn_to(angle)
        before = bench.height
        assert abs(before - LEAD_M * bench.angle / (2 * np.pi)) < 0.0015, "a cap rises as its thread says"
        bench.apply(100, force=(0, 0, 40))
        bench.apply(100, force=(12, 0, 20))
        assert bench.height < before + 0.0015, f"pulled off at {angle:.1f} rad"
        bench.apply(60)
    bench.turn_to(END_RAD + 0.1)
    bench.apply(60, force=(0, 0, 1.0))
    assert bench.height > bench.top.neck + 0.02


@pytest.mark.parametrize("name", TOPS)
@pytest.mark.parametrize("factor", [0.5, 1.0, 2.0])
def test_the_torque_that_turns_a_cap_is_its_brakes_dry_friction(name, factor) -> None:
    bench = Bench(name)
    bench.model.dof_frictionloss[bench.brake.dofadr[0]] *= factor
    bench.apply(40, torque=0.3 * factor * bench.top.torque)  # takes up the play
    begun = bench.angle
    bench.apply(100, torque=0.9 * factor * bench.top.torque)
    assert bench.angle < begun + 0.02
    bench.apply(100, torque=1.15 * factor * bench.top.torque)
    assert bench.angle > 0.3


def test_a_pump_needs_its_springs_force_and_comes_back() -> None:
    model, data = alone(DISPENSER_PIECE)
    head, at = model.body("pump_head").id, model.joint("pump").qposadr[0]
    for force, pressed in ((8.0, False), (30.0, True), (0.0, False)):
        data.xfrc_applied[head, 2] = -force
        for _ in range(200):
            mujoco.mj_step(model, data)
        assert (data.qpos[at] >= PUMP_FIXTURE.opened) == pressed, force
    assert data.qpos[at] < PUMP_FIXTURE.shut


@pytest.mark.parametrize("angle", [0.0, 0.7, 1.3, 0.95 * LID_TRAVEL_RAD])
def test_a_lid_stays_where_it_was_left_and_a_finger_moves_it(angle) -> None:
    model, data = alone(PILL_BOX_PIECE)
    joint = model.joint("lid_wednesday")
    data.qpos[joint.qposadr[0]] = angle
    for _ in range(200):
        mujoco.mj_step(model, data)
    assert abs(data.qpos[joint.qposadr[0]] - angle) < 0.02
    data.qfrc_applied[joint.dofadr[0]] = 0.09 * (1 if angle < 1 else -1)
    for _ in range(100):
        mujoco.mj_step(model, data)
    assert abs(data.qpos[joint.qposadr[0]] - angle) > 0.3


def test_caps_sit_on_their_bottles_wherever_a_layout_puts_these() -> None:
    stage = household_stage("home_bathroom", "panda")
    for layout in stage.definition.layouts[::4]:
        model = stage.base(layout)
        data = mujoco.MjData(model)
        for _ in range(4):
            mujoco.mj_step(model, data)
        for name in TOPS:
            assert np.linalg.norm(data.body(f"{name}_cap").xpos - data.site(f"{name}_seat").xpos) < 0.001, layout.name


def world(stage, qpos):
    data = mujoco.MjData(stage.model)
    data.qpos[:] = qpos
    mujoco.mj_forward(stage.model, data)
    fields = {n: np.asarray(getattr(data, n))[None] for n in (*stage.bound, "qpos", "qvel", "sensordata")}
    return World(stage.names, fields, 0, np.eye(4), {}, {})


def test_a_cap_counts_as_put_down_only_on_the_worktop_beside_its_bottle() -> None:
    stage = household_stage("home_bathroom", "panda")
    start = stage.model.qpos0.copy()
    adr, seat = stage.names.qpos["jar_cap"], world(stage, start).site("jar_seat")[:3, 3]
    for place, is_off, is_down in (
        (seat, False, False), (seat + [0, 0, 0.008], False, False), (seat + [0, 0, 0.06], True, False), (seat + [0.03, 0, 0.004], False, False),
        ([0.35, 0.0, 0.0], True, True), ([-1.4, 0.0, -0.9], True, False),
    ):  # fmt: skip
        qpos = start.copy()
        qpos[adr : adr + 3] = place
        w = world(stage, qpos)
        assert (off(JAR)(w), lies(JAR)(w)) == (is_off, is_down), place


@pytest.mark.parametrize(
    "task", ["press_soap_pump", "open_pill_box", "close_pill_box", "unscrew_jar", "unscrew_bottle", "put_toothbrush_in_cup"]
)
def test_the_expert_does_it(task) -> None:
    env = HouseholdVectorEnv(task, 3, cameras=(), threads=1)
    observation, info = env.reset(options={"index": np.arange(3)})
    expert = expert_for(env)
    expert.reset(range(3), info["instruction"])
    while not all(env.finished(i) for i in range(3)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].sum() >= 2
