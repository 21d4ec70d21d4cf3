"""Each physical axis changes a measured behaviour, in the direction and by the amount that the physics says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import mujoco
import numpy as np
import pytest
from homebody.envs.axes import AXES
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.wear import SLIP_HINGE

DOOR, DRAWER, KNOB = "cupboard_door", "drawer_top", "knob_left"
GOING = 0.02
"""Speed from which on a joint moves [m/s or rad/s]."""
Measure = Callable[[mujoco.MjModel, mujoco.MjData], float]


@pytest.fixture(scope="module")
def env() -> Iterator[HouseholdVectorEnv]:
    made = HouseholdVectorEnv("clear_rubbish", 1, cameras=(), threads=1)
    yield made
    made.close()


def measured(env: HouseholdVectorEnv, axis: str, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
    """The axis's five levels and what is measured at each."""
    levels, out = np.array(AXES[axis].levels()), []
    for level in levels:
        env.reset(options={"index": [3], "axes": [{axis: float(level)}]})
        model = env.model_of(0)
        model.opt.enableflags &= ~mujoco.mjtEnableBit.mjENBL_SLEEP.value  # what sleeps has no contacts to measure
        data = mujoco.MjData(model)
        data.qpos[:] = env.stage.start("clear_rubbish", "train", 3, {}).qpos
        mujoco.mj_forward(model, data)
        out.append(measure(model, data))
    return levels, np.array(out)


def lone(model: mujoco.MjModel, data: mujoco.MjData, joint: str, start: float = 0.3) -> tuple[int, int]:
    """Sets a joint ajar, where no catch holds it; returns its addresses in qpos and qvel."""
    j = model.joint(joint).id
    data.qpos[model.jnt_qposadr[j]] = start
    mujoco.mj_forward(model, data)
    return int(model.jnt_qposadr[j]), int(model.jnt_dofadr[j])


def breakaway(joint: str, start: float = 0.3, sign: float = 1.0, most: float = 40.0, seconds: float = 4.0) -> Measure:
    """Least force or torque that sets a joint going, pushed ever harder."""

    def measure(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        _, v = lone(model, data, joint, start)
        steps = round(seconds / model.opt.timestep)
        for k in range(steps):
            data.qfrc_applied[v] = sign * most * k / steps
            mujoco.mj_step(model, data)
            if sign * data.qvel[v] > GOING:
                return most * k / steps
        return most

    return measure


def monotonic(values: np.ndarray) -> bool:
    d = np.diff(values)
    return bool((d > 0).all() or (d < 0).all())


def test_the_force_to_open_a_drawer_is_its_dry_friction(env: HouseholdVectorEnv) -> None:
    levels, force = measured(env, "drawer_friction", breakaway(DRAWER, start=0.05))
    assert monotonic(force)
    # The ramp goes on while the drawer covers its first 5 mm against its dampers.
    assert np.polyfit(levels, force, 1)[0] == pytest.approx(1.0, abs=0.1) and (np.abs(force - levels) < 2.0).all()


def test_the_torque_to_open_a_door_is_its_hinge_s_dry_friction(env: HouseholdVectorEnv) -> None:
    levels, torque = measured(env, "hinge_friction", breakaway(DOOR, most=3.0))
    assert monotonic(torque)
    assert np.polyfit(levels, torque, 1)[0] == pytest.approx(1.0, abs=0.1) and (np.abs(torque - levels) < 0.3).all()


def test_a_damped_drawer_s_speed_under_a_force_falls_as_one_over_the_damping(env: HouseholdVectorEnv) -> None:
    def speed(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        _, v = lone(model, data, DRAWER, 0.0)
        model.jnt_range[model.joint(DRAWER).id, 1] = 10.0  # room to reach its steady speed
        data.qfrc_applied[v] = 4.0
        for _ in range(300):
            mujoco.mj_step(model, data)
        return float(data.qvel[v])

    levels, speeds = measured(env, "fixture_damping", speed)
    assert monotonic(speeds)
    assert np.allclose(speeds * levels, speeds[0], rtol=0.05)


def test_a_drawer_s_acceleration_falls_as_one_over_its_mass(env: HouseholdVectorEnv) -> None:
    def mass(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        _, v = lone(model, data, DRAWER, 0.05)
        data.qfrc_applied[v] = 40.0
        for _ in range(4):
            mujoco.mj_step(model, data)
        net = 40.0 - model.dof_frictionloss[v] - model.dof_damping[v] * data.qvel[v] / 2
        return float(net * 4 * model.opt.timestep / data.qvel[v])

    levels, masses = measured(env, "fixture_mass", mass)
    assert monotonic(masses)
    body = env.model_of(0).body(DRAWER).mass[0] / levels[-1]
    assert np.polyfit(levels, masses, 1)[0] == pytest.approx(body, rel=0.1)


def standing(env: HouseholdVectorEnv) -> str:
    """The body of the thing that the episode is about."""
    return env.stage.start("clear_rubbish", "train", 3, {}).roles["target"]


def test_a_thing_s_weight_on_the_worktop_is_its_mass(env: HouseholdVectorEnv) -> None:
    def weight(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        body = model.body(standing(env)).id
        for _ in range(200):
            mujoco.mj_step(model, data)
        total, force = 0.0, np.zeros(6)
        for k, c in enumerate(data.contact):
            if body in model.geom_bodyid[c.geom]:
                mujoco.mj_contactForce(model, data, k, force)
                total += force[0]
        return total

    levels, weights = measured(env, "object_mass", weight)
    assert monotonic(weights)
    assert np.allclose(weights / levels, weights[0], rtol=0.05)


def test_the_force_to_slide_a_thing_grows_with_the_friction_of_surfaces(env: HouseholdVectorEnv) -> None:
    def slides(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        body = model.body(standing(env)).id
        v = model.body_dofadr[body]
        weight = model.body_mass[body] * 9.81
        for _ in range(60):
            mujoco.mj_step(model, data)
        for k in range(800):
            push = 2.0 * weight * k / 800
            data.xfrc_applied[body, 0] = push
            data.xfrc_applied[body, 4] = -push * data.xipos[body, 2]  # at its foot: it slides, it does not tip
            mujoco.mj_step(model, data)
            if data.qvel[v] > GOING:
                return float(push / weight)
        return 2.0

    levels, ratio = measured(env, "surface_friction", slides)
    assert monotonic(ratio)
    assert np.allclose(ratio / levels, ratio[0], rtol=0.15)


def pressed(joint: str, torque: float) -> Measure:
    """How far the arm's joint gives under a torque while it holds its place."""

    def measure(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        j = model.joint(joint).id
        q, v = model.jnt_qposadr[j], model.jnt_dofadr[j]
        data.ctrl[:] = np.append(data.qpos[env_arm(model)], 1.0)
        for _ in range(200):
            mujoco.mj_step(model, data)
        before = data.qpos[q]
        data.qfrc_applied[v] = torque
        for _ in range(300):
            mujoco.mj_step(model, data)
        return float(abs(data.qpos[q] - before))

    return measure


def env_arm(model: mujoco.MjModel) -> np.ndarray:
    return np.array([model.joint(f"joint{i}").qposadr[0] for i in range(1, 8)])


def test_a_stiffer_arm_gives_less(env: HouseholdVectorEnv) -> None:
    levels, given = measured(env, "arm_gain", pressed("joint1", 30.0))
    assert monotonic(given)
    assert np.allclose(given * levels, given[0], rtol=0.1)


def test_an_arm_s_dry_friction_brakes_it_by_that_much(env: HouseholdVectorEnv) -> None:
    """Servos off, weight and dampers off: what is left is friction, which takes speed away evenly."""

    def braking(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        v = model.joint("joint7").dofadr[0]
        model.actuator_gainprm[:], model.actuator_biasprm[:], model.dof_damping[:], model.opt.gravity[:] = 0.0, 0.0, 0.0, 0.0
        data.qvel[v] = 3.0
        for _ in range(10):
            mujoco.mj_step(model, data)
        mass = np.zeros((model.nv, model.nv))
        mujoco.mj_fullM(model, data, mass)
        return float((3.0 - data.qvel[v]) / (10 * model.opt.timestep) * mass[v, v])

    levels, torque = measured(env, "arm_friction", braking)
    assert monotonic(torque)
    loss = env.model_of(0).joint("joint7").frictionloss[0] / levels[-1]
    assert np.polyfit(levels, torque, 1)[0] == pytest.approx(loss, rel=0.2)


def test_a_closer_shuts_the_door_and_asks_for_its_torque_at_45_degrees(env: HouseholdVectorEnv) -> None:
    def held(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        lone(model, data, DOOR, np.pi / 4)
        return float(-data.qfrc_passive[model.joint(DOOR).dofadr[0]])

    levels, spring = measured(env, "closer_spring", held)
    assert np.allclose(spring, levels, atol=1e-6)

    def let_go(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        q, _ = lone(model, data, DOOR, np.pi / 4)
        for _ in range(30):
            mujoco.mj_step(model, data)
        return float(data.qpos[q])

    _, opening = measured(env, "closer_spring", let_go)
    assert monotonic(opening) and opening[0] == pytest.approx(np.pi / 4, abs=1e-3)


def test_a_slack_pull_moves_by_its_play_before_the_drawer_does(env: HouseholdVectorEnv) -> None:
    def slack(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        q, _ = lone(model, data, DRAWER, 0.05)
        play, v = model.joint(f"{DRAWER}_play").qposadr[0], model.joint(f"{DRAWER}_play").dofadr[0]
        for k in range(800):
            data.qfrc_applied[v] = 6.0 * k / 800
            mujoco.mj_step(model, data)
            if data.qpos[q] > 0.0505:
                break
        return float(data.qpos[play] * 1000)

    levels, play = measured(env, "backlash", slack)
    assert monotonic(play)
    assert np.allclose(play, levels, atol=0.4)


def test_a_sagging_door_swings_shut_with_its_weight_times_the_lean(env: HouseholdVectorEnv) -> None:
    def bias(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        _, v = lone(model, data, DOOR, 0.6)
        return float(data.qfrc_bias[v])

    levels, torque = measured(env, "sag", bias)
    assert monotonic(torque)
    model = env.model_of(0)
    body = model.body(DOOR)
    arm = float(np.hypot(body.ipos[0], body.ipos[1]))
    expected = body.mass[0] * 9.81 * arm * np.sin(np.deg2rad(levels)) * np.cos(0.6)
    assert np.allclose(torque, expected, rtol=0.2, atol=0.02)


def test_a_worn_hinge_holds_by_its_share_more_than_it_slides(env: HouseholdVectorEnv) -> None:
    levels, holds = measured(env, "stick_slip", breakaway(DOOR, most=3.0, seconds=8.0))
    assert monotonic(holds)
    assert np.polyfit(levels, holds, 1)[0] == pytest.approx(0.25, rel=0.15)  # of the cupboard's 0.25 N m

    def slides(model: mujoco.MjModel, data: mujoco.MjData) -> float:
        _, v = lone(model, data, DOOR)
        data.qvel[v] = SLIP_HINGE
        mujoco.mj_forward(model, data)
        viscous = 0.3 * SLIP_HINGE
        return float(-data.qfrc_passive[v] + model.dof_frictionloss[v] - viscous)

    levels, sliding = measured(env, "stick_slip", slides)
    assert np.allclose(sliding, 0.25, rtol=0.05)


def test_the_torque_to_turn_a_knob_grows_with_cap_torque(env: HouseholdVectorEnv) -> None:
    levels, torque = measured(env, "cap_torque", breakaway(KNOB, start=1.0, most=0.4))
    assert monotonic(torque)
    assert np.allclose(torque / levels, torque[0], rtol=0.25)
