"""Marks say where: a plain reach at them, which knows nothing else, brings the tool there, wherever the robot stands."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from homebody.core.kinematics import rotation_error
from homebody.core.marks import MARK_DIM, Mark
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.labels import MARKED, sees
from homebody.envs.registry import all_tasks

BEFORE_M, ABOVE_M = 0.08, 0.32
"""How far before the act point a reach begins to go straight, and how high it passes over the room."""
NEAR_M = 0.005
OVER_M = 0.16
"""A push may begin beyond what it moves: a leaf's top stands so far over where it is pushed."""
TASKS = sorted(all_tasks())
THIN = (
    "open_drawer",
    "close_microwave",
    "put_in",
    "hold_up_food",
    "turn_on_stove",
    "close_fridge",
    "unscrew_jar",
    "fold_towel",
    "hand_over",
)


def best_joints(env: HouseholdVectorEnv, T: np.ndarray) -> np.ndarray:
    """Joints (dof,) for a tool pose (4, 4) in the base frame, from several starts."""
    robot = env.robot
    starts = []
    for quarter in np.arange(-1.5, 1.6, 1.0) * np.pi / 2:
        q = robot.q_home.copy()
        q[0], q[-1] = np.clip(np.arctan2(T[1, 3], T[0, 3]), robot.q_min[0], robot.q_max[0]), quarter
        starts.append(q)
    q = robot.inverse(np.repeat(T[None], 5, 0), np.array([robot.q_home, *starts]), iterations=80)
    reached = robot.forward(q)
    off = np.linalg.norm(reached[:, :3, 3] - T[:3, 3], axis=1) + 0.05 * np.linalg.norm(
        rotation_error(reached[:, :3, :3], np.repeat(T[None, :3, :3], 5, 0)), axis=1
    )
    return q[int(np.argmin(off))]


def shifted(T: np.ndarray, by: np.ndarray) -> np.ndarray:
    out = T.copy()
    out[:3, 3] += by
    return out


def over(env: HouseholdVectorEnv, q: np.ndarray, goal: np.ndarray, height: float) -> list[np.ndarray]:
    """Joints (dof,) on the way from some to others in joint space, which keeps the tool above a height [m]."""
    out = []
    for share in np.linspace(0.0, 1.0, 7)[:-1]:
        at = q + share * (goal - q)
        T = env.robot.forward(at[None])[0]
        T[2, 3] = max(T[2, 3], height)
        out.append(env.robot.inverse(T[None], at[None], iterations=30)[0])
    return out


def plain_reach(env: HouseholdVectorEnv, i: int = 0, steps: int = 160) -> float:
    """Smallest distance [m] between the tool and the act point, base frame, over a reach that follows the first mark alone."""
    robot, mark = env.robot, env.mark(i)
    grip = 0.0 if mark.pushes else 1.0
    before = shifted(mark.pose, -BEFORE_M * mark.approach)
    high = before.copy()
    high[2, 3] = max(high[2, 3] + (OVER_M if mark.pushes and high[2, 3] > ABOVE_M else 0.0), ABOVE_M)
    q = env.arm_target(i)
    least = 9.0
    way = [best_joints(env, mark.pose)]  # from the act point back, so that the wrist need not turn about on the way
    poses = [shifted(before, s * BEFORE_M * mark.approach) for s in np.linspace(1, 0, 9)[1:]]
    poses += [shifted(before, np.array([0.0, 0.0, z])) for z in np.linspace(0, high[2, 3] - before[2, 3], 5)[1:]]
    for T in poses:
        way.append(robot.inverse(T[None], way[-1][None], iterations=30)[0])
    way.reverse()
    goals = iter([*over(env, q, way[0], float(high[2, 3])), *way])
    goal = next(goals)
    for _ in range(steps):
        step = goal - q
        largest = float(np.abs(step).max())
        q = goal.copy() if largest < 0.06 else q + step * (0.06 / largest)
        env.step(np.append(robot.hold(q[None])[0], grip)[None].astype(np.float32))
        tool = np.linalg.inv(env.base_pose(i)) @ env.tool_state(i)[0]
        least = min(least, *(float(np.linalg.norm(tool[:3, 3] - m.position)) for m in (mark, env.mark(i))))
        if largest < 1e-6 or np.abs(env.arm_target(i) - goal).max() < 1e-3:
            goal = next(goals, goal)
        if env.finished(i) or least < 0.002:
            break
    return least


def misses(task: str, indices: range, split: str) -> list[tuple[int, float]]:
    """Episodes whose act point a plain reach misses by more than NEAR_M."""
    env = HouseholdVectorEnv(task, 1, cameras=(), split=split, threads=1)
    out = []
    for index in indices:
        env.reset(options={"index": [index]})
        if (off := plain_reach(env)) > NEAR_M:
            out.append((index, round(off, 4)))
    return out


@pytest.mark.parametrize("task", THIN)
def test_a_plain_reach_comes_to_the_act_point(task: str) -> None:
    assert not misses(task, range(3), "train")


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_a_plain_reach_comes_to_the_act_point_of_every_task(task: str) -> None:
    assert not misses(task, range(25), "train") + misses(task, range(25), "heldout")


@pytest.mark.parametrize("task", TASKS)
def test_every_goal_of_every_task_has_a_mark(task: str) -> None:
    env = HouseholdVectorEnv(task, 1, cameras=("scene", "wrist"), image_size=16, threads=1)
    for index in range(2):
        env.reset(options={"index": [index]})
        goals = env.marked_goals(0)
        assert goals[0] == env.goal(0) and 1 <= len(goals) <= MARKED
        labels = env.labels(0)
        assert labels["marks"].shape == (len(goals), MARK_DIM) and np.isfinite(labels["marks"]).all()
        assert labels["pixels"].shape == labels["visible"].shape + (2,) == (2, len(goals), 2, 2)
        for goal, row in zip(goals, labels["marks"], strict=True):
            mark = env.mark(0, goal)
            assert np.allclose(mark.vector(), row, atol=1e-6)
            R = mark.pose[:3, :3]
            assert np.allclose(R.T @ R, np.eye(3), atol=1e-6) and np.linalg.det(R) > 0.99
            assert 0 <= mark.progress <= 1 and abs(np.linalg.norm(mark.way) - 1) < 1e-6
            assert np.linalg.norm(mark.position) < 1.1, "out of an arm's reach"


def test_a_mark_survives_its_vector_and_a_change_of_frame() -> None:
    mark = Mark(
        position=np.array([0.5, 0.1, 0.2]), approach=np.array([0.0, 0.0, -1.0]), across=np.array([0.0, 1.0, 0.0]), width=0.03,
        place=np.array([0.4, -0.2, 0.1]), way=np.array([1.0, 0.0, 0.0]), progress=0.25,
    )  # fmt: skip
    assert np.allclose(Mark.from_vector(mark.vector()).vector(), mark.vector())
    T = np.eye(4)
    T[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    T[:3, 3] = 0.3, 0.0, 0.0
    seen = mark.seen_from(T)
    assert np.allclose(T @ np.append(seen.position, 1), np.append(mark.position, 1))
    assert np.allclose(T[:3, :3] @ seen.approach, mark.approach) and seen.progress == mark.progress


def test_marks_are_in_the_base_frame_wherever_the_robot_stands() -> None:
    """The same handle in two episodes whose robots stand differently: back in the world it is the same place."""
    env = HouseholdVectorEnv("open_chest_drawer", 2, cameras=(), threads=1)
    env.reset(options={"index": [0, 1]})
    for i in range(2):
        T = env.base_pose(i)
        handle = env.snapshot(i).site(f"drawer_{env.goal(i).target}_handle")[:3, 3]
        assert np.allclose(T[:3, :3] @ env.mark(i).position + T[:3, 3], handle, atol=1e-9)
    assert np.abs(env.base_pose(0) - env.base_pose(1)).max() > 1e-3


def test_what_is_hidden_is_not_visible() -> None:
    """The scene camera sees the handle of a drawer in front of it, and not a point behind the chest."""
    env = HouseholdVectorEnv("open_drawer", 1, cameras=("scene",), image_size=16, threads=1)
    env.reset(options={"index": [0]})
    labels = env.labels(0)
    assert labels["visible"][0, 0, 0]
    model, data = env._reading.data(0)
    eye = model.cam_pos[model.camera("scene").id]
    assert not sees(model, data, eye, np.array([0.95, -0.46, 0.05]))


@pytest.mark.parametrize("task", ["turn_on_tap", "open_chest_drawer", "press_soap_pump"])
def test_furniture_hides_points_from_where_it_stands_in_the_episode(task: str) -> None:
    """As a simulation made for the episode alone sees it, whatever stood elsewhere in the episodes before."""
    env = HouseholdVectorEnv(task, 1, cameras=("scene",), image_size=16, threads=1)
    for index in range(6):
        env.reset(options={"index": [index]})
        model = env.model_of(0)
        data = mujoco.MjData(model)
        mujoco.mj_setState(model, data, env.physics_state(0), mujoco.mjtState.mjSTATE_INTEGRATION.value)
        mujoco.mj_forward(model, data)
        eye, labels = model.cam_pos[model.camera("scene").id], env.labels(0)
        for k, goal in enumerate(env.marked_goals(0)):
            mark = env.stage.mark(goal, env.snapshot(0))
            inside = (np.abs(labels["pixels"][0, k]) < 1).all(-1)
            assert labels["visible"][0, k].tolist() == [
                bool(inside[p]) and sees(model, data, eye, at) for p, at in enumerate((mark.position, mark.place))
            ]
