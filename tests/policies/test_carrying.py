"""With the thing in the hand: the act point follows from the place and from how the hand holds it."""

from __future__ import annotations

import numpy as np
import pytest
from homebody.core.marks import ACROSS, ACT, APPROACH, MARK_DIM, PLACE, SKILL, SKILLS, WAY
from homebody.core.robots import PANDA
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert
from homebody.policies.eyes.carrying import Carrying

AT = PANDA.position_at
FREE = np.zeros((2, 3, 8, 8), np.float32)
HELD = FREE + np.float32(1e-3)


def proprio(height: float) -> np.ndarray:
    """Of a hand that points straight down, 40 cm ahead."""
    out = np.zeros(PANDA.proprio_dim, np.float32)
    out[AT] = 0.4, 0.0, height
    out[AT.stop : AT.stop + 6] = 1, 0, 0, 0, -1, 0
    return out


def seen(skill: str) -> np.ndarray:
    mark = np.zeros(MARK_DIM, np.float32)
    mark[ACT], mark[PLACE], mark[APPROACH], mark[ACROSS], mark[SKILL] = (
        (0.9, 0.9, 0.9),
        (0.5, 0.3, 0.02),
        (1, 0, 0),
        (0, 0, 1),
        SKILLS.index(skill),
    )
    return mark


def test_a_held_thing_is_let_go_as_high_over_its_place_as_it_was_taken() -> None:
    carrying, mark = Carrying(PANDA), seen("put_in_pot")
    for height, tactile in ((0.20, FREE), (0.05, FREE), (0.09, HELD), (0.30, HELD)):
        carrying.feel(0, proprio(height), tactile)
    out = carrying.corrected(0, mark, proprio(0.30))
    assert out[ACT] == pytest.approx([0.5, 0.3, 0.07]) and np.array_equal(out[PLACE], mark[PLACE])
    assert out[APPROACH] == pytest.approx([0, 0, -1]) and out[ACROSS] == pytest.approx([0, -1, 0])
    way = np.array([0.1, 0.3, -0.28])
    assert out[WAY] == pytest.approx(way / np.linalg.norm(way), abs=1e-6)
    assert np.array_equal(carrying.corrected(1, mark, proprio(0.3)), mark), "another slot holds nothing"
    carrying.feel(0, proprio(0.08), FREE)
    assert np.array_equal(carrying.corrected(0, mark, proprio(0.08)), mark), "let go"


def test_what_is_held_fast_is_where_the_hand_is() -> None:
    carrying, hand = Carrying(PANDA), proprio(0.1)
    carrying.feel(0, hand, HELD)
    for skill in ("open_drawer", "turn_on_stove", "unscrew_jar", "pour_peas"):
        mark, out = seen(skill), carrying.corrected(0, seen(skill), hand)
        assert out[ACT] == pytest.approx(hand[AT]) and np.array_equal(out[PLACE], mark[PLACE])
        turned = skill in ("turn_on_stove", "pour_peas")
        assert out[ACROSS] == pytest.approx([0, -1, 0] if turned else mark[ACROSS])
        assert out[APPROACH] == pytest.approx([0, 0, -1] if skill == "pour_peas" else mark[APPROACH])
    up = carrying.corrected(0, seen("hold_up"), hand)
    assert up[ACT] == pytest.approx([0.4, 0.0, 0.9]) and up[PLACE] == pytest.approx([0.4, 0.0, 0.02])
    for skill in ("close_drawer", "wipe_mat", "ring_bell"):
        assert np.array_equal(carrying.corrected(0, seen(skill), hand), seen(skill))


@pytest.mark.parametrize("task", ["put_in_pot", "toys_in_basket", "bring_within_reach", "turn_off_stove", "open_cupboard", "pour_peas"])
def test_from_the_true_place_it_comes_to_the_true_mark(task: str) -> None:
    """Whatever the eyes made of the act point and the directions: an expert carries, and each look is set right to within a centimetre or two."""
    env = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
    expert, carrying, off, turns = Expert(env), Carrying(env.robot), [], []
    observation, info = env.reset(options={"index": np.array([3])})
    expert.reset([0], [str(info["instruction"][0])])
    for step in range(env.horizon(0)):
        action = expert.act(observation)
        if step % 8 == 0:
            truth = env.mark(0)
            carrying.feel(0, observation["proprio"][0], observation["tactile"][0])
            blurred = truth.vector()
            blurred[ACT], blurred[APPROACH], blurred[ACROSS] = 0, (1, 0, 0), (0, 0, 1)
            if carrying.corrected(0, blurred, observation["proprio"][0]) is not blurred:
                out = carrying.corrected(0, blurred, observation["proprio"][0])
                off.append(np.linalg.norm(out[ACT] - truth.position))
                turns.append(abs(out[ACROSS] @ truth.across) if out[ACROSS] @ blurred[ACROSS] < 0.99 else 1.0)
        observation, _, terminated, truncated, info = env.step(action)
        if terminated[0] or truncated[0]:
            break
    env.close()
    assert len(off) > 3
    assert np.median(off) < 0.02 and min(turns) > 0.95
