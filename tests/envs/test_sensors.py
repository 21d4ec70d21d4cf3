"""Laws of the sensors on request: forces add up, weight is felt, depth is where rays end, states and spaces know them, users add theirs."""

from __future__ import annotations

import gymnasium
import homebody.envs  # noqa: F401  (registers the ids)
import mujoco
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import GRIPPER_MAX_M, Q_HOME, forward
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.readout import bodies_of
from homebody.envs.robots.panda import FINGER_MASS, HAND_MASS, add_panda
from homebody.envs.rooms.shell import options
from homebody.envs.sensors.registry import SENSORS, register_sensor
from homebody.envs.sensors.sensor import Sensor, unbounded
from homebody.envs.sensors.taxels import FINGERS, pad_force
from homebody.envs.sensors.wrench import hand_wrench
from homebody.envs.skills.expert import Expert
from homebody.envs.visibility import moving_part

GRAVITY = 9.81
FORCES = ("wrench", "joint_torques", "taxel_forces")
EVERYTHING = ("depth", "segmentation", *FORCES)


def arm(mass_kg: float = 0.0, size_m: float = 0.02) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """The Panda at home in empty space, hand downwards, its fingers closed on a cube of `mass_kg`, or in the air."""
    spec = mujoco.MjSpec()
    options(spec)
    spec.option.enableflags = 0
    add_panda(spec)
    hand = spec.body("hand")
    hand.add_site(name="wrist")
    for name, kind in (("force", mujoco.mjtSensor.mjSENS_FORCE), ("torque", mujoco.mjtSensor.mjSENS_TORQUE)):
        spec.add_sensor(name=name, type=kind, objtype=mujoco.mjtObj.mjOBJ_SITE, objname="wrist")
    T = forward(Q_HOME)
    if mass_kg:
        quat = np.zeros(4)
        mujoco.mju_mat2Quat(quat, T[:3, :3].ravel())
        cube = spec.worldbody.add_body(name="cube", pos=T[:3, 3], quat=quat)
        cube.add_freejoint()
        cube.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[size_m] * 3, mass=mass_kg, friction=[1.0, 0.005, 0.0005])
    model = spec.compile()
    data = mujoco.MjData(model)
    data.qpos[:7] = data.ctrl[:7] = Q_HOME
    data.qpos[7:9] = size_m if mass_kg else GRIPPER_MAX_M / 2
    data.ctrl[7] = 0.0 if mass_kg else 1.0
    mujoco.mj_step(model, data, 400)
    mujoco.mj_forward(model, data)
    mujoco.mj_rnePostConstraint(model, data)
    return model, data


def test_the_wrench_is_that_of_mujocos_own_force_and_torque_sensors() -> None:
    model, data = arm(0.2)
    rng = np.random.default_rng(0)
    for _ in range(5):
        data.ctrl[:7] = Q_HOME + rng.uniform(-0.2, 0.2, 7)
        mujoco.mj_step(model, data, 20)
        mujoco.mj_forward(model, data)
        mujoco.mj_rnePostConstraint(model, data)
        expected = np.concatenate([data.sensor("force").data, data.sensor("torque").data])
        np.testing.assert_allclose(hand_wrench(model, data, "hand"), expected, atol=1e-9)


@pytest.mark.parametrize("mass_kg", [0.0, 0.1, 0.3])
def test_a_still_wrist_feels_the_weight_of_the_hand_and_of_what_it_holds(mass_kg: float) -> None:
    model, data = arm(mass_kg)
    world = data.body("hand").xmat.reshape(3, 3) @ hand_wrench(model, data, "hand")[:3]
    np.testing.assert_allclose(world, [0, 0, (HAND_MASS + 2 * FINGER_MASS + mass_kg) * GRAVITY], atol=0.05)


@pytest.mark.parametrize("mass_kg", [0.05, 0.1, 0.2, 0.4])
def test_the_shear_on_both_pads_is_the_weight_of_what_they_hold_still(mass_kg: float) -> None:
    model, data = arm(mass_kg)
    felt = np.stack([pad_force(model, data, finger) for finger in FINGERS])  # the tool's z axis points down
    assert felt[:, 2].sum() == pytest.approx(mass_kg * GRAVITY, rel=0.05)
    assert (felt[:, 0].sum((1, 2)) > 10).all()
    assert np.abs(data.body("cube").cvel).max() < 5e-3


def test_what_the_taxels_feel_adds_up_to_the_contact_force() -> None:
    model, data = arm(0.2)
    for finger, side in zip(FINGERS, (1, -1), strict=True):
        pad, total, f = model.geom(f"pad_{finger}").id, np.zeros(3), np.zeros(6)
        for k in range(data.ncon):
            contact = data.contact[k]
            if pad in contact.geom:
                mujoco.mj_contactForce(model, data, k, f)
                total += contact.frame.reshape(3, 3).T @ f[:3] * (1 if contact.geom[1] == pad else -1)
        own = data.geom(f"pad_{finger}").xmat.reshape(3, 3).T @ total
        np.testing.assert_allclose(pad_force(model, data, finger).sum((1, 2)), [own[1], side * own[0], own[2]], atol=1e-9)


def test_pressure_is_where_the_contact_is_and_nowhere_without_one() -> None:
    model, data = arm()
    assert not pad_force(model, data, "left").any()
    model, data = arm(0.05, 0.005)  # a cube of 10 mm between pads of 18 x 22 mm: nothing is felt at their corners
    pressure = pad_force(model, data, "left")[0]
    assert pressure[[0, 0, 7, 7], [0, 7, 0, 7]].max() < 0.1 * pressure.max() and pressure[1:7, 1:7].sum() > 0.8 * pressure.sum()


def test_joint_torques_hold_the_arm_against_gravity() -> None:
    env = HouseholdVectorEnv("hold_up_toy", 1, cameras=(), sensors=("joint_torques",), threads=1)
    observation, _ = env.reset(options={"index": [0]})
    for _ in range(20):
        observation = env.step(env.held_actions())[0]
    model, data = env._reading.data(0)
    dof = env.stage.rig.arm_qvel
    still = np.abs(observation["joint_torques"][0] - data.qfrc_bias[dof])
    assert (still <= model.dof_frictionloss[dof] + 0.05).all()
    assert np.abs(observation["joint_torques"]).max() > 10
    env.close()


def carried_N(env: HouseholdVectorEnv, i: int, felt: np.ndarray) -> float:
    """What the pads of slot i carry, upwards in the world [N], from felt (2, 3, 8, 8)."""
    _, data = env._reading.data(i)
    total = 0.0
    for finger, side, force in zip(FINGERS, (1, -1), felt.sum((2, 3)), strict=True):
        total -= float((data.geom(f"pad_{finger}").xmat.reshape(3, 3) @ [side * force[1], force[0], force[2]])[2])
    return total


@pytest.mark.parametrize("robot", ["panda", "so101"])
def test_taxels_weigh_what_the_expert_holds_up(robot: str) -> None:
    env = HouseholdVectorEnv("hold_up_drink", 2, robot=robot, cameras=(), sensors=("taxel_forces", "wrench"), threads=1)
    observation, info = env.reset(options={"index": [0, 0], "axes": [{}, {"object_mass": 1.8}]})
    expert = Expert(env)
    expert.reset([0, 1], info["instruction"])
    while not all(env.finished(i) for i in range(2)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].all()
    carried = [carried_N(env, i, observation["taxel_forces"][i]) for i in range(2)]
    weight = [GRAVITY * sum(env.model_of(i).body_mass[b] for b in moving_part(env, i).bodies) for i in range(2)]
    np.testing.assert_allclose(carried, weight, rtol=0.2, atol=0.1)
    load = np.linalg.norm(observation["wrench"][:, :3], axis=1)
    assert load[1] - load[0] == pytest.approx(weight[1] - weight[0], rel=0.3)
    env.close()


def test_dead_taxels_feel_no_force_either() -> None:
    env = HouseholdVectorEnv("hold_up_drink", 1, cameras=(), sensors=("taxel_forces",), axes={"dead_taxels": 0.5}, threads=1)
    observation, info = env.reset(options={"index": [0]})
    expert, touched = Expert(env), np.zeros((2, 8, 8), bool)
    expert.reset([0], info["instruction"])
    while not env.finished(0):
        observation = env.step(expert.act(observation))[0]
        touched |= observation["taxel_forces"][0].any(1)
    assert 0.3 < touched.mean() <= 0.5
    env.close()


def test_depth_is_how_far_rays_go_and_segmentation_what_they_hit() -> None:
    env = HouseholdVectorEnv("open_fridge", 1, sensors=("depth", "segmentation"), threads=1)
    observation, info = env.reset(options={"index": [1]})
    model, data = env._reading.data(0)
    rng, groups, hit = np.random.default_rng(0), np.array([1, 1, 1, 0, 0, 0], np.uint8), np.zeros(1, np.int32)
    for camera in env.cameras:
        geometry = info["cameras"][0][camera]
        T, K = env.base_pose(0) @ geometry["T_base_camera"], geometry["intrinsics"]
        errors, same = [], []
        for row, column in rng.integers(0, 128, (200, 2)):
            ray = np.linalg.solve(K, [column + 0.5, row + 0.5, 1.0])  # z = 1: lengths along it are depths
            way = mujoco.mj_ray(model, data, T[:3, 3], T[:3, :3] @ ray, groups, 1, -1, hit)
            if way > 0:
                errors.append(abs(way - observation[f"{camera}_depth"][0, row, column, 0]))
                same.append(bodies_of(observation[f"{camera}_segmentation"][0, row, column], model) == model.geom_bodyid[hit[0]])
        assert len(errors) > 150 and np.quantile(errors, 0.9) < 0.006 and np.mean(same) > 0.93
    env.close()


@pytest.mark.filterwarnings("ignore:.*")  # the checker recommends normalised actions
def test_every_sensor_is_in_the_spaces_of_one_environment_and_of_many() -> None:
    one = gymnasium.make("homebody/pick_up-v1", image_size=32, sensors=EVERYTHING)
    check_env(one.unwrapped, skip_render_check=True)
    many = HouseholdVectorEnv("pick_up", 2, image_size=32, sensors=EVERYTHING)
    seen, single = many.reset(options={"index": [4, 5]})[0], one.reset(seed=4)[0]
    assert set(seen) == set(many.observation_space) == set(one.observation_space)  # type: ignore[call-overload]
    assert many.observation_space.contains(seen)
    for key, value in single.items():
        assert np.array_equal(value, seen[key][0]), key
    assert single["scene_depth"].shape == (32, 32, 1) and single["wrist_segmentation"].shape == (32, 32, 2)
    one.close()
    many.close()


def test_what_is_sensed_on_request_changes_nothing_else() -> None:
    plain, rich = (HouseholdVectorEnv("hold_up_toy", 1, image_size=32, sensors=s, threads=1) for s in ((), EVERYTHING))
    a, b = (e.reset(options={"index": [2]})[0] for e in (plain, rich))
    for _ in range(5):
        action = plain.held_actions()
        action[:, :7] += 0.02
        a, b = (e.step(action)[0] for e in (plain, rich))
    assert plain.state_hash(0) == rich.state_hash(0) and plain.stage.model_hash == rich.stage.model_hash
    assert all(np.array_equal(a[k], b[k]) for k in a)
    plain.close()
    rich.close()


def test_a_state_brings_all_that_is_sensed_with_it() -> None:
    env = HouseholdVectorEnv("hold_up_toy", 1, image_size=32, sensors=EVERYTHING, axes={"camera_delay": 100.0}, threads=1)
    env.reset(options={"index": [2]})
    action = env.held_actions()
    for _ in range(4):
        action[:, :7] += 0.02
        env.step(action)
    saved = env.get_state(0)
    expected = env.step(action)[0]
    env.reset(options={"index": [7]})
    env.set_state(0, saved)
    again = env.step(action)[0]
    assert all(np.array_equal(expected[k], again[k]) for k in expected)
    env.close()


def test_late_depth_is_that_of_earlier_steps() -> None:
    env = HouseholdVectorEnv("pick_up", 2, image_size=32, sensors=("depth",), threads=1)
    frames = [env.reset(options={"index": [3, 3], "axes": [{"camera_delay": 100.0, "noise": 20.0}, {}]})[0]]
    action = env.held_actions()
    for _ in range(6):
        action[:, 0] += 0.03
        frames.append(env.step(action)[0])
    assert np.array_equal(frames[6]["wrist_depth"][0], frames[4]["wrist_depth"][1])
    env.close()


@pytest.fixture
def tool_height():
    """A sensor of a user's own: how high the tool is above the world's origin, through a MuJoCo sensor that it adds."""

    def add(spec: mujoco.MjSpec) -> None:
        spec.add_sensor(name="tool_height", type=mujoco.mjtSensor.mjSENS_FRAMEPOS, objtype=mujoco.mjtObj.mjOBJ_SITE, objname="tcp")

    sensor = Sensor(
        name="tool_height", space=lambda _: unbounded((1,)), read=lambda r: r.sensor("tool_height")[:, 2:].astype(np.float32), add=add,
        help="height of the tool [m]",
    )  # fmt: skip
    register_sensor(sensor)
    yield sensor
    SENSORS.remove(sensor.name)


@pytest.mark.parametrize("task", ["pick_up", "hold_up_toy"])
def test_a_sensor_from_outside_is_added_to_the_model_and_read(tool_height: Sensor, task: str) -> None:
    env = HouseholdVectorEnv(task, 2, cameras=(), sensors=("tool_height",), threads=1)
    observation, _ = env.reset(options={"index": [0, 1]})
    for _ in range(3):
        observation = env.step(env.held_actions())[0]
    heights = [env.tool_state(i)[0][2, 3] for i in range(2)]
    np.testing.assert_allclose(observation["tool_height"][:, 0], heights, atol=2e-3)  # a sensor is a physics step old
    assert env.single_observation_space["tool_height"].shape == (1,)
    other = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
    assert other.stage.model_hash != env.stage.model_hash
    env.close()


def test_a_sensor_that_mujoco_refuses_is_named_in_one_line() -> None:
    def add(spec: mujoco.MjSpec) -> None:
        spec.add_sensor(name="nowhere", type=mujoco.mjtSensor.mjSENS_GYRO, objtype=mujoco.mjtObj.mjOBJ_SITE, objname="no_such_site")

    register_sensor(Sensor(name="nowhere", space=lambda _: unbounded((3,)), read=lambda r: r.sensor("nowhere"), add=add))
    try:
        with pytest.raises(HomebodyError, match="MuJoCo refuses scene first with arm panda, sensor nowhere: .*no_such_site"):
            HouseholdVectorEnv("pick_up", cameras=(), sensors=("nowhere",))
    finally:
        SENSORS.remove("nowhere")


def test_a_name_that_is_taken_is_refused(tool_height: Sensor) -> None:
    for name, said in (
        ("tool_height", "two sensors are called"),
        ("wrench", "two sensors are called"),
        ("proprio", "always has"),
        ("depth", "always has"),
    ):
        with pytest.raises(HomebodyError, match=f"{said} '{name}'"):
            register_sensor(Sensor(name=name, space=tool_height.space, read=tool_height.read))


def test_unknown_sensors_are_named_with_their_neighbours() -> None:
    with pytest.raises(HomebodyError, match="unknown sensor 'wrnch'.*wrench"):
        HouseholdVectorEnv("pick_up", cameras=(), sensors=("wrnch",))
    with pytest.raises(HomebodyError, match="sensors is 'wrench': expected a list of names"):
        HouseholdVectorEnv("pick_up", cameras=(), sensors="wrench")
    with pytest.raises(HomebodyError, match="asked for twice"):
        HouseholdVectorEnv("pick_up", cameras=(), sensors=("wrench", "wrench"))
