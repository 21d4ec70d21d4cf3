"""Asking a policy again with a sense or a word left out: what that changes is what it leans on, and asking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from homebody.core.eyes import EYES
from homebody.core.kinematics import rotation_to_6d
from homebody.core.marks import ACT, MARK_DIM, PLACE
from homebody.core.robots import PANDA
from homebody.core.types import Observation
from homebody.policies.chunks import Chunked
from homebody.policies.explaining import JOINTS, TOUCH, WORDS, Belief, Change, Explainable, leanings, left_out, steering
from homebody.policies.eyes.network import Eyes, EyesConfig
from homebody.policies.eyes.runtime import Looking
from homebody.policies.head.network import ActionHead, HeadConfig
from homebody.policies.head.runtime import HeadPolicy
from homebody.policies.network import PolicyConfig, VisuoTactilePolicy
from homebody.policies.runtime import ChunkPolicy

STILL = np.array([0, 0, 0, 1, 0, 0, 0, 1, 0, 1], np.float32)


class Reader:
    """Acts at the thing and takes it to the bowl that it is told of; goes to the right the brighter the scene is, and minds no touch."""

    name, robot, execute, senses = "reader", PANDA, 4, ("scene", TOUCH, JOINTS, WORDS)

    def __init__(self, told: str | None = "please put the apple in the bowl") -> None:
        self._told = told

    def told(self, slot: int) -> str | None:
        return self._told

    def looks_in(self, slot: int) -> int:
        return 0

    def believe(self, observation: Observation, slot: int, words: str) -> Belief:
        points, motions = np.zeros((2, 3)), np.repeat(STILL[None], 4, 0)
        points[0, 0], points[1, 1], points[1, 2] = 0.2 * ("apple" in words), 0.3 * ("bowl" in words), 0.03 * ("apple" in words)
        motions[:, 0] = 0.001 * observation["scene"][slot, ..., 0].std() + observation[JOINTS][slot, 0] + 0.1 * ("apple" in words)
        heat = np.zeros((2, 4, 4))
        heat[0, 0, int("apple" in words)] = heat[1, 2, int("bowl" in words)] = 1
        return Belief(motions=motions, points=points, heat={"scene": heat})


def observation(n: int = 2) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    joints = PANDA.q_home + rng.uniform(-0.1, 0.1, (n, 7))
    T = PANDA.forward(joints)
    parts = [joints, np.zeros((n, 7)), np.full((n, 1), 0.08), T[:, :3, 3], T[:, :3, 0], T[:, :3, 1]]
    extrinsics = np.zeros((n, len(EYES), 10), np.float32)
    extrinsics[..., 3], extrinsics[..., 7], extrinsics[..., 9] = 1, 1, 1
    pictures = {c: rng.integers(0, 255, (n, 32, 32, 3), dtype=np.uint8) for c in ("scene", "wrist")}
    touch = rng.uniform(0, 0.003, (n, 2, 3, 8, 8)).astype(np.float32)
    return {**pictures, "tactile": touch, "proprio": np.concatenate(parts, 1).astype(np.float32), "extrinsics": extrinsics}


def test_words_belong_to_the_point_that_they_move_and_filling_words_are_not_asked_about() -> None:
    policy, seen = Reader(), observation()
    found = steering(policy, seen, 0, policy.believe(seen, 0, policy.told(0) or ""))
    assert [(w.word, w.point) for w in found] == [("put", None), ("apple", "act"), ("in", None), ("bowl", "place")]
    apple, bowl = found[1], found[3]
    assert apple.moved_mm == pytest.approx((200, 30)) and apple.mm == pytest.approx(200) and apple.heat == (1, 0)
    assert bowl.moved_mm == pytest.approx((0, 300)) and bowl.mm == pytest.approx(300) and bowl.heat == (0, 1)
    assert apple.motion_mm == pytest.approx(100, rel=1e-4) and bowl.motion_mm == 0 and found[0].mm == 0


def test_a_sense_that_has_no_effect_changes_nothing_and_the_others_what_they_change() -> None:
    policy, seen = Reader(), observation()
    usual = {JOINTS: seen[JOINTS] - 0.05}
    _, changes = leanings(policy, seen, 1, usual)
    assert list(changes) == list(policy.senses)
    assert changes[TOUCH] == Change(mm=0, degrees=0, gripper=0)
    assert changes["scene"].mm == pytest.approx(seen["scene"][1, ..., 0].std(), rel=1e-3)
    assert changes[JOINTS].mm == pytest.approx(50, rel=1e-3) and changes[WORDS].mm == pytest.approx(100, rel=1e-3)


def test_a_sense_is_left_out_in_one_slot_alone_and_of_a_copy() -> None:
    seen = observation()
    before = {k: v.copy() for k, v in seen.items()}
    for sense in ("wrist", TOUCH, JOINTS):
        other = left_out(seen, 1, sense, {JOINTS: np.zeros_like(seen[JOINTS])})
        assert np.array_equal(other[sense][0], seen[sense][0]) and not np.array_equal(other[sense][1], seen[sense][1])
        assert all(other[k] is seen[k] for k in seen if k != sense)
        grey = other["wrist"][1]
        assert sense != "wrist" or ((grey == grey[0, 0]).all() and np.abs(grey.mean((0, 1)) - seen["wrist"][1].mean((0, 1))).max() <= 0.5)
    assert all(np.array_equal(before[k], seen[k]) for k in seen)


def test_two_plans_are_compared_by_place_turn_and_grip() -> None:
    a, b = np.repeat(STILL[None], 2, 0), np.repeat(STILL[None], 2, 0)
    b[1, :3], b[:, 9] = (0.03, 0, 0.04), 0.25
    c, s = np.cos(np.deg2rad(30)), np.sin(np.deg2rad(30))
    b[:, 3:9] = rotation_to_6d(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]))
    change = Change.between(a, b)
    assert (change.mm, change.degrees, change.gripper) == pytest.approx((25, 30, 0.75), rel=1e-5)


def first_room() -> Chunked:
    return ChunkPolicy(VisuoTactilePolicy(PolicyConfig(image_size=32, channels=(8, 16, 16), text_width=32, width=32, layers=1)), execute=4)


def head(where: Any) -> Chunked:
    return HeadPolicy(ActionHead(HeadConfig(skill_width=8, width=32, layers=1)), where, execute=4)


def house() -> Chunked:
    return head(Looking(Eyes(EyesConfig(image_size=32, width=16, blocks=1, text_width=16))))


def by_true_marks() -> Chunked:
    marks = np.random.default_rng(0).normal(size=(2, MARK_DIM)).astype(np.float32)
    marks[:, -1] = 3
    return head(lambda observation, slots, words: marks[list(slots)])


@pytest.mark.parametrize(
    ("make", "cameras"), [(first_room, ("scene", "wrist")), (house, ("scene", "wrist")), (by_true_marks, ())], ids=lambda x: getattr(x, "__name__", "")
)  # fmt: skip
def test_what_a_policy_says_it_goes_by_is_what_it_acts_on_and_asking_changes_nothing(
    make: Callable[[], Chunked], cameras: tuple[str, ...]
) -> None:
    seen, acted = observation(), []
    for asked in (False, True):
        torch.manual_seed(0)
        policy = make()
        assert isinstance(policy, Explainable) and policy.senses[: len(cameras)] == cameras
        policy.reset([0, 1], ["ring the bell", "open the top drawer"])
        acted.append(policy.act(seen))
        if asked:
            belief, changes = leanings(policy, seen, 1, seen)
            motions, points = policy.plan(seen, [1])
            assert np.array_equal(belief.motions, motions[0, :4]) and np.array_equal(belief.points, points[0])
            assert set(belief.heat) == set(cameras) and all(
                h.shape[0] == 2 and h.sum((1, 2)) == pytest.approx(1) for h in belief.heat.values()
            )
            assert changes[JOINTS].mm == 0 and set(changes) == set(policy.senses)
            assert len(steering(policy, seen, 1, belief)) == (3 if cameras else 0)
            if belief.mark:
                vector = belief.mark.vector()
                assert np.allclose(vector[ACT], points[0, 0]) and np.allclose(vector[PLACE], points[0, 1])
        acted += [policy.act(seen) for _ in range(5)]
    assert all(np.array_equal(a, b) for a, b in zip(acted[:6], acted[6:], strict=True))


def test_who_is_told_nothing_that_it_does_says_so() -> None:
    torch.manual_seed(0)
    policy = HeadPolicy(
        ActionHead(HeadConfig(skill_width=8, width=32, layers=1)), lambda *_: np.zeros((1, MARK_DIM)), listen=lambda text: None
    )
    policy.reset([0], ["sing a song"])
    assert policy.told(0) is None
