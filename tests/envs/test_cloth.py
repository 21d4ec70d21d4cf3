"""Cloth: its stiffness, what fingers feel of it, and predicates that a lucky state does not meet."""

import mujoco
import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.bedding import MARK_HALF_M
from homebody.envs.furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, add_cloth, placed, stiffen
from homebody.envs.registry import all_tasks
from homebody.envs.rooms.shell import block, cloth_options
from homebody.envs.skills.expert import Expert
from homebody.envs.tasks.cloth import COVERED, FLAT_M
from homebody.envs.tasks.cloth_predicates import covers, edges_meet, gathered, halved, hull_area, left_alone, lies_flat
from homebody.envs.tasks.rumple import bunched, rumpled

TASKS = sorted(n for n, t in all_tasks().items() if t.family == "cloth")


class Still:
    """A world that holds one cloth and nothing else: what the predicates ask of one."""

    def __init__(self, vertices, tool=(0.3, 0.0, 0.4), speed=0.0, touch=(0, 0)):
        self._vertices, self.tool = vertices.reshape(-1, 3), np.array(tool)
        self._speed, self._touch = speed, np.array(touch)

    def vertices(self, flex):
        return self._vertices.copy()

    def vertex_speed(self, flex):
        return self._speed

    def touch(self, name):
        return self._touch

    def site(self, name):
        T = np.eye(4)
        T[:3, 3] = 0.5, 0.0, 0.0
        return T


def folded(cloth, axis, *, slide=0.0, lift=0.0, turn=0.0, share=0.5):
    """A cloth folded over along `axis`, the upper layer shifted across by `slide`, raised by `lift` and turned by `turn`."""
    X = np.moveaxis(cloth.grid(), axis, 0)
    crease = round(share * (len(X) - 1))
    upper = X[crease:].copy()
    upper[..., axis] = 2 * X[crease, 0, axis] - upper[..., axis]
    upper[..., 2] += 2 * cloth.radius + lift
    upper[..., 1 - axis] += slide
    c, s = np.cos(turn), np.sin(turn)
    pivot = X[crease].mean(0)
    upper[..., :2] = (upper[..., :2] - pivot[:2]) @ np.array([[c, s], [-s, c]]) + pivot[:2]
    X = np.concatenate([X[:crease], upper])
    return placed(np.moveaxis(X, 0, axis), 0.5, 0.0, 0.3)


def fold_holds(cloth, axis, vertices, **state):
    w = Still(vertices, **state)
    return all(c(w) for c in (edges_meet(cloth, axis, 0.035), halved(cloth, axis), lies_flat(cloth, 0.06), left_alone(cloth)))


@pytest.mark.parametrize(("cloth", "axis"), [(QUILT, 0), (TOWEL, 1)])
def test_a_cloth_is_folded_where_it_lies_in_half_and_nowhere_near_it(cloth, axis) -> None:
    rng = np.random.default_rng(0)
    assert fold_holds(cloth, axis, folded(cloth, axis))
    assert fold_holds(cloth, axis, folded(cloth, axis, slide=0.02))
    misses = {
        "flat": placed(cloth.grid(), 0.5, 0.0, 0.0), "along the other axis": folded(cloth, 1 - axis), "a third": folded(cloth, axis, share=2 / 3),
        "shifted": folded(cloth, axis, slide=0.05), "askew": folded(cloth, axis, turn=0.6), "in the air": folded(cloth, axis, lift=0.08),
        "crumpled": placed(cloth.grid() * np.array([0.3, 0.3, 1.0]) + rng.uniform(0, 0.02, cloth.grid().shape), 0.5, 0.0, 0.0),
        "a strip": folded(cloth, axis) * np.where(np.arange(3) == 1 - axis, 0.5, 1.0),
    }  # fmt: skip
    met = [name for name, vertices in misses.items() if fold_holds(cloth, axis, vertices)]
    assert not met, met


def test_a_folded_cloth_that_is_held_or_moves_is_not_let_go() -> None:
    good = folded(QUILT, 0)
    assert not fold_holds(QUILT, 0, good, touch=(1, 0))
    assert not fold_holds(QUILT, 0, good, speed=0.05)
    assert not fold_holds(QUILT, 0, good, tool=good.reshape(-1, 3)[10] + np.array([0.0, 0.0, 0.02]))


def test_a_blanket_covers_what_it_lies_on_and_not_what_it_hangs_over() -> None:
    check = covers(BLANKET, "mark", MARK_HALF_M, COVERED, FLAT_M)
    flat = BLANKET.grid()
    assert check(Still(placed(flat, 0.5, 0.0, 0.0)))
    assert check(Still(placed(flat, 0.52, 0.02, 0.1)))
    assert not check(Still(placed(flat, 0.5, 0.0, 0.0, 0.05)))  # held above the bed
    assert not check(Still(placed(flat, 0.64, 0.0, 0.0)))  # beside the mark
    for percent in (54, 66):
        for x in (0.42, 0.46, 0.5):
            assert not check(Still(placed(rumpled(BLANKET, percent, 3), x, 0.0, 0.0)))
    assert not check(Still(placed(folded(BLANKET, 0), 0.0, 0.0, 0.0)))


def test_a_towel_is_in_the_basket_with_nine_tenths_of_it() -> None:
    check = gathered(TOWEL, "basket_floor", 0.15, 0.15, 0.9)
    small = TOWEL.grid() * np.array([0.8, 0.8, 1.0])
    assert check(Still(placed(small, 0.5, 0.0, 0.0)))
    assert not check(Still(placed(small, 0.5, 0.0, 0.0, 0.2)))  # over it
    assert not check(Still(placed(small, 0.56, 0.0, 0.0)))  # over the rim
    assert not check(Still(placed(TOWEL.grid(), 0.5, 0.0, 0.0)))  # spread over it


def test_the_hull_of_points_on_a_line_has_no_area() -> None:
    assert hull_area(np.stack([np.arange(5.0), np.arange(5.0)], axis=-1)) < 1e-9
    assert np.isclose(hull_area(np.array([[0, 0], [2, 0], [2, 3], [0, 3], [1, 1]], float)), 6.0)


def sag(factor):
    """How far the end of a strip that juts over an edge hangs down [m]."""
    strip = Cloth(name="strip", count=(9, 3), cell=0.03, mass=0.05, radius=0.003, young=2e5, thickness=0.006)
    spec = mujoco.MjSpec()
    cloth_options(spec)
    block(spec, (0.0, -0.3, -0.1), (0.53, 0.3, 0.0), "", solid=True)
    add_cloth(spec, strip, textured=False)
    model = spec.compile()
    stiffen(model, factor)
    data = mujoco.MjData(model)
    mujoco.mj_step(model, data, 1600)
    assert np.abs(data.qvel).max() < 0.02
    return -data.flexvert_xpos[:, 2].min()


def test_stiffer_cloth_hangs_less_over_an_edge() -> None:
    drops = [sag(f) for f in (0.25, 1.0, 4.0)]
    assert drops[0] > drops[1] + 0.004 and drops[1] > drops[2] + 0.004, drops


def test_rumpled_cloth_keeps_its_length_and_lies_still() -> None:
    for cloth, percent, waves in ((BLANKET, 62, 3), (TOWEL, 80, 3)):
        X = bunched(cloth, percent / 100, waves)
        steps = np.linalg.norm(np.diff(X, axis=0), axis=-1)
        assert steps.max() < 1.001 * cloth.cell and np.isclose(np.ptp(X[..., 0]), percent / 100 * cloth.size[0], atol=1e-3)
        settled = rumpled(cloth, percent, waves)
        assert settled[..., 2].max() > 0.015 and np.ptp(settled[..., 0]) < 0.98 * cloth.size[0]
        assert np.array_equal(settled, rumpled(cloth, percent, waves))


def test_an_axis_makes_the_cloth_of_an_episode_stiffer() -> None:
    soft, stiff = (HouseholdVectorEnv("fold_towel", 1, cameras=(), threads=1, axes={"cloth_stiffness": f}) for f in (0.5, 2.0))
    for env in (soft, stiff):
        env.reset(options={"index": [0]})
    assert np.allclose(stiff.model_of(0).flex_bending, 4 * soft.model_of(0).flex_bending)
    assert np.allclose(stiff.model_of(0).flex_stiffness, 4 * soft.model_of(0).flex_stiffness)


def test_the_fingers_feel_the_cloth_that_they_hold() -> None:
    """A towel is carried to the basket: both pads' taxels feel it on the way, and nothing has gone through anything."""
    env = HouseholdVectorEnv("towel_in_basket", 1, cameras=(), threads=1)
    observation, info = env.reset(options={"index": [2]})
    assert not observation["tactile"].any()
    expert = Expert(env)
    expert.reset([0], info["instruction"])
    felt, deepest, highest = np.zeros(2, bool), 0.0, 0.0
    while expert.span(0) not in ("place", "release") and not env.finished(0):
        observation, _, _, _, info = env.step(expert.act(observation))
        view = env.snapshot(0)
        deepest, highest = min(deepest, float(view.sensor("deepest")[0])), max(highest, view.vertices("towel")[:, 2].max())
        if expert.span(0) == "carry" and view.touch("towel").all():
            felt |= observation["tactile"][0, :, 0].any(axis=(1, 2))
    assert felt.all() and highest > 0.3 and not info["diverged"].any()
    assert deepest > -0.01, f"something is {-1000 * deepest:.1f} mm inside something"


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_the_expert_handles_cloth(task) -> None:
    """>= 75 % with a margin for 20 episodes."""
    env = HouseholdVectorEnv(task, 20, cameras=(), threads=2)
    observation, info = env.reset(options={"index": np.arange(200, 220)})
    expert = Expert(env)
    expert.reset(range(20), info["instruction"])
    while not all(env.finished(i) for i in range(20)):
        observation, _, _, _, info = env.step(expert.act(observation))
    assert info["success"].sum() >= 14, f"{info['success'].sum()}/20"
