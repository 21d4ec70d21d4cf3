"""Laws of the taxels: silent without contact, exact penetration, growing with force, the patch where the object is."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from homebody.core.kinematics import GRIPPER_MAX_M, Q_HOME, forward
from homebody.envs.robots.panda import GRIP_FORCE_N, add_panda
from homebody.envs.rooms.shell import options
from homebody.envs.sensors.taxels import tactile_image

FINGERS = ("left", "right")
RADIUS_M = 0.02
OBJECT = slice(9, 16)
"""The sphere's pose in qpos, after seven joints and two fingers."""


def grip(offset: tuple[float, float, float], opening: float, seconds: float = 0.8) -> tuple[mujoco.MjModel, mujoco.MjData]:
    """The gripper closed to `opening` on a weightless sphere at `offset` [m] from the tool, in the tool's frame."""
    spec = mujoco.MjSpec()
    options(spec)
    spec.option.enableflags = 0  # nothing sleeps
    add_panda(spec)
    T = forward(Q_HOME)
    ball = spec.worldbody.add_body(name="ball", pos=T[:3, 3] + T[:3, :3] @ np.array(offset), gravcomp=1)
    ball.add_freejoint()
    ball.add_geom(name="ball", type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[RADIUS_M, 0, 0], mass=0.1)
    model = spec.compile()
    data = mujoco.MjData(model)
    data.qpos[:7] = data.ctrl[:7] = Q_HOME
    data.qpos[7:9], data.ctrl[7] = GRIPPER_MAX_M / 2, opening
    mujoco.mj_step(model, data, round(seconds / model.opt.timestep))
    mujoco.mj_forward(model, data)
    return model, data


def raw(data: mujoco.MjData, finger: str) -> np.ndarray:
    """(3, 64) as MuJoCo reports them."""
    return data.sensor(f"tactile_{finger}").data.reshape(3, 64)


def image(data: mujoco.MjData) -> np.ndarray:
    """(2, 3, 8, 8)"""
    return tactile_image(*(raw(data, f).reshape(1, 192) for f in FINGERS))[0]


def force(model: mujoco.MjModel, data: mujoco.MjData, finger: str) -> float:
    """Normal force on one pad [N]."""
    pad, total, wrench = model.geom(f"pad_{finger}").id, 0.0, np.zeros(6)
    for i, contact in enumerate(data.contact):
        if pad in contact.geom:
            mujoco.mj_contactForce(model, data, i, wrench)
            total += wrench[0]
    return total


def test_taxels_are_zero_without_contact() -> None:
    _, data = grip((0, 0, 0), opening=1.0)
    assert data.ncon == 0
    assert not image(data).any()


def test_each_taxel_reports_the_spheres_penetration_at_its_own_place() -> None:
    model, data = grip((-0.003, 0, 0.004), opening=0.0)
    mesh = model.mesh("taxel_plate")
    vertices = model.mesh_vert[mesh.vertadr[0] : mesh.vertadr[0] + mesh.vertnum[0]]
    for finger in FINGERS:
        plate = data.geom(f"taxels_{finger}")
        places = plate.xpos + vertices @ plate.xmat.reshape(3, 3).T
        depth = np.maximum(0, RADIUS_M - np.linalg.norm(places - data.body("ball").xpos, axis=1))
        assert depth.max() > 1e-4
        np.testing.assert_allclose(raw(data, finger)[0], depth, atol=1e-8)


def test_depth_and_patch_grow_with_the_grip_force_until_it_saturates() -> None:
    forces, depths, areas = [], [], []
    for opening in (0.45, 0.42, 0.38, 0.30, 0.0):
        model, data = grip((0, 0, 0), opening)
        depth = image(data)[:, 0]
        forces.append(force(model, data, "left"))
        depths.append(depth.max())
        areas.append((depth > 0).sum())
        assert force(model, data, "right") == pytest.approx(forces[-1], rel=0.02)
    assert all(np.diff(forces[:4]) > 0.5) and all(np.diff(depths[:4]) > 0)
    assert areas[0] < areas[2] < areas[4]
    assert forces[-1] == pytest.approx(GRIP_FORCE_N, rel=0.05)
    assert 1e-4 < depths[-1] < 2e-3


@pytest.mark.parametrize("finger", [0, 1], ids=FINGERS)
def test_row_0_is_at_the_tip_and_column_0_at_minus_x_on_both_fingers(finger: int) -> None:
    def centroid(x_m: float, z_m: float) -> np.ndarray:
        """Row and column of the patch's middle for a sphere moved along the tool's x and z."""
        depth = image(grip((x_m, 0, z_m), opening=0.2)[1])[finger, 0]
        return (np.indices(depth.shape) * depth).sum((1, 2)) / depth.sum()

    middle, x, tip = centroid(0, 0), centroid(0.004, 0), centroid(0, 0.004)
    np.testing.assert_allclose(middle, [3.5, 3.5], atol=0.3)
    assert x[1] > middle[1] + 0.7 and x[0] == pytest.approx(middle[0], abs=0.3)
    assert tip[0] < middle[0] - 0.7 and tip[1] == pytest.approx(middle[1], abs=0.3)


def test_a_batch_of_raw_taxels_gives_the_images_of_its_rows() -> None:
    left, right = np.random.default_rng(0).random((2, 5, 192))
    images = tactile_image(left, right)
    assert images.shape == (5, 2, 3, 8, 8) and images.dtype == np.float32
    for i in range(5):
        np.testing.assert_array_equal(images[i], tactile_image(left[i : i + 1], right[i : i + 1])[0])
