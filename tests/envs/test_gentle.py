"""Experts are gentle: what they press, shut and wipe feels no blow, and a joint pressed to its end is held there, no harder."""

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.skills.expert import Expert
from homebody.envs.skills.joints import Lead

MOST_N = {
    "press_soap_pump": 60,
    "press_coffee_button": 60,
    "ring_bell": 60,
    "switch_off_light": 90,
    "close_cutlery_drawer": 60,
    "wipe_mat": 60,
}
"""What furniture may feel at most in any physics step; each felt 80 to 220 N before [N]."""


@pytest.mark.parametrize("task", MOST_N)
def test_what_is_pressed_shut_or_wiped_feels_no_blow(task):
    env = HouseholdVectorEnv(task, 2, cameras=(), split="heldout", threads=1)
    observation, info = env.reset(options={"index": [300, 301]})
    expert = Expert(env)
    expert.reset([0, 1], info["instruction"])
    while not all(env.finished(i) for i in range(2)):
        observation, *_, info = env.step(expert.act(observation))
    env.close()
    assert info["success"].all()
    assert max(s["furniture_force_N"] for s in info["safety"]) < MOST_N[task]


def led(value, left, pressing, steps):
    """The lead after control steps with a joint that stands still at `value`."""
    lead = Lead(most=0.01, cruise=0.02, creep=0.01, force_N=20.0, lead=0.005)
    return [lead.see(value, left, pressing, there=True) for _ in range(steps)][-1]


def test_a_lead_grows_while_a_joint_lags_and_not_at_its_end():
    assert led(0.0, 0.008, 5.0, 10) == pytest.approx(0.01)
    assert led(0.008, 0.0, 5.0, 10) == pytest.approx(0.005)


def test_past_its_end_a_joint_is_let_back():
    assert led(0.010, -0.002, 5.0, 10) < 0.002
    assert np.all(np.diff([led(0.010, -0.002, 5.0, n) for n in range(1, 6)]) < 0)
