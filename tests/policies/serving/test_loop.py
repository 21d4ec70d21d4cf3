"""The robot-side loop: blending, silence, failures, endings."""

import threading

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME
from homebody.policies.serving.asking import Answer, Background, Question, Waiting
from homebody.policies.serving.client import ServerError
from homebody.policies.serving.limiter import LimiterConfig
from homebody.policies.serving.robot import LoopConfig, Plan, RobotLoop
from serving_fakes import Arm, Lockstep, Moving, observation, run


def test_chunks_are_blended_by_the_steps_that_they_were_meant_for():
    old, new = np.full((6, 8), 1.0), np.arange(6)[:, None] * np.full(8, 10.0)
    for weight, expected in ((1.0, [10, 20, 30, 40, 50, None]), (0.5, [5.5, 10.5, 30, 40, 50, None])):
        plan = Plan(weight)
        plan.add(0, old, 0)
        plan.add(3, new, 4)  # observed at step 3, arrived at step 4: its first action is too late
        found = [plan.at(s) for s in range(4, 10)]
        assert [None if f is None else f[0] for f in found] == expected
    plan.add(0, np.ones((3, 8)), 20)
    assert plan.at(20) is None


def test_without_a_limiter_actions_pass_bit_for_bit():
    arm, asker = Arm(), Moving()
    report = run(arm, Waiting(asker), 20, limiter=None)
    assert asker.asked == report.asks == 3 and report.violations is None and report.silent_steps == 0
    expected = [Q_HOME.astype(np.float32)[0] + np.float64(0.015) * k for k in range(1, 9)]
    assert [s[0] for s in arm.sent[:8]] == pytest.approx(expected, abs=1e-12)
    assert arm.stops == 1


@pytest.mark.parametrize("hz", [20, 100, 1000])
def test_the_arm_moves_within_its_limits_at_any_rate_of_set_points(hz):
    arm = Arm(hz)
    report = run(arm, Waiting(Moving()), 30)
    assert report.violations == 0 and report.holds == 0 and len(arm.sent) >= 30 * hz / 20
    assert 0.3 < arm.joints[0] < 0.46 and arm.sent[-1][7] == 0.5
    assert np.abs(np.diff(np.array(arm.sent)[-2:, :7], axis=0)).max() < 1e-9  # at rest when the driver was stopped


def test_set_points_are_spread_over_the_control_step_at_the_driver_rate():
    arm, now, times = Arm(100), [0.0], []
    arm.act = lambda action: times.append(round(now[0], 6)) or action

    def sleep(seconds):
        now[0] += seconds

    config = LoopConfig(instruction="x", limiter=LimiterConfig())
    loop = RobotLoop(arm, Waiting(Moving()), config, clock=lambda: now[0], sleep=sleep)
    loop.run(lambda n: n >= 4)
    assert np.allclose(np.diff(times), 0.01) and loop.report.late == 0 and len(times) > 20
    assert arm.stops == 1


def test_a_slow_server_never_blocks_the_loop_and_its_silence_is_a_hold():
    arm = Arm()
    asker = Moving(until=lambda n: n != 2 or len(arm.sent) >= 60)  # the second answer waits for the loop to go on
    source = Lockstep(lambda: asker, held=lambda: asker.waits and len(arm.sent) < 60)
    report = run(arm, source, 120, execute=16)
    source.close()
    path = np.array(arm.sent)[:, 0]
    assert report.asks >= 2 and report.silent_steps >= 10 and report.holds >= 1 and report.violations == 0
    assert path[59] == path[55] > 0.1 and path[-1] > path[59] + 0.1 and asker.closed  # moved, rested, went on


def test_a_server_that_goes_away_is_held_through_and_asked_again():
    arm, connections = Arm(), []

    def connect_again():
        if connections and len(arm.sent) < 60:
            raise ServerError("gone for good")
        first = not connections
        connections.append(Moving(fail=lambda n: first and n >= 2))
        return connections[-1]

    source = Lockstep(connect_again)
    report = run(arm, source, 120)
    source.close()
    path = np.array(arm.sent)[:, 0]
    assert len(connections) == 2 and connections[0].closed and report.failures >= 2 and report.reason == "gone for good"
    assert report.holds >= 1 and report.violations == 0 and path[59] == path[55] > 0.1 and path[-1] > path[59] + 0.1


def test_actions_that_are_not_finite_are_held_through():
    report = run(Arm(), Waiting(Moving(bad=lambda n: n == 2)), 30)
    assert report.rejected == 8 and report.holds == 1 and report.violations == 0


def test_however_a_run_ends_the_arm_is_at_rest_and_stopped():
    for error in (KeyboardInterrupt, HomebodyError):
        arm = Arm()

        def finished(n, error=error):
            if n == 12:
                raise error
            return False

        with pytest.raises(error):
            RobotLoop(arm, Waiting(Moving()), LoopConfig(instruction="x", limiter=LimiterConfig(), pace=False)).run(finished)
        path = np.array(arm.sent)[:, 0]
        assert arm.stops == 1 and abs(path[-1] - path[-2]) < 1e-9 and path[11] - path[10] > 0.01


@pytest.mark.parametrize("settings", [{"instruction": " "}, {"execute": 0}, {"new_weight": 0.0}])
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(HomebodyError, match="expected|say what"):
        LoopConfig(**{"instruction": "x", **settings})


def test_a_question_is_not_taken_while_another_is_out():
    go = threading.Event()
    source = Background(lambda: Moving(until=lambda n: go.is_set()))
    question = Question(step=4, observation=observation(), instruction="x", reset=False)
    assert source.offer(question) and not source.offer(question) and source.take() == []
    go.set()
    answers = []
    while not answers:
        answers = source.take()
    assert [type(a) for a in answers] == [Answer] and answers[0].step == 4
    while not source.offer(question):
        pass
    source.close()
