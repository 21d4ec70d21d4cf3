"""The limiter against an independent checker of the published tables."""

import itertools

import numpy as np
import pytest
from homebody.core.braking import Ticks, brake, certified, ramp_of_speed, speed_of_ramp
from homebody.core.errors import HomebodyError
from homebody.core.kinematics import Q_HOME
from homebody.core.limits import FER, FR3, find_limits
from homebody.policies.serving.limiter import JointLimiter, LimiterConfig, TorqueLimiter
from homebody.policies.serving.limits_check import KINDS, LimitsChecker, torque_violations

TABLES = pytest.mark.parametrize("limits", [FER, FR3], ids=lambda t: t.name)


class Adversary:
    """Commands for N arms, eight kinds of malice in equal shares."""

    def __init__(self, limiter, limits, count, rng):
        self.limiter, self.rng, self.kind = limiter, rng, np.arange(count) % 8
        self.low, self.high = np.asarray(limits.q_min), np.asarray(limits.q_max)
        self.last = limiter.position.copy()

    def command(self, t):
        rng, n = self.rng, len(self.kind)
        fresh = rng.uniform(-12, 12, (n, 7))
        switch = (rng.random(n) < 0.006)[:, None]
        speed = np.where(self.limiter.velocity == 0, 1.0, self.limiter.velocity)
        choices = [
            fresh,  # jumps at every tick
            np.where(switch, fresh, self.last),  # jumps, and time to gather speed between them
            np.full((n, 7), 1e3 if (t // 200) % 2 else -1e300),  # from end to end
            np.where(rng.random((n, 7)) < 0.5, self.low, self.high) if t % 350 == 0 else self.last,  # riding the position limits
            self.limiter.position + np.sign(speed) * rng.uniform(0, 0.1, (n, 7)),  # always a bit further on
            self.last + rng.normal(0, 0.02, (n, 7)),  # a walk
            np.where(switch, fresh, self.last),  # ... with nan and infinities in it
            np.where(rng.random((n, 7)) < 0.004, -50 * np.sign(self.last), self.last),  # back at full speed
        ]
        self.last = np.select([(self.kind == k)[:, None] for k in range(8)], choices)
        sent = self.last.copy()
        broken = (self.kind == 6) & (rng.random(n) < 0.05)
        sent[broken, rng.integers(0, 7)] = rng.choice([np.nan, np.inf, -np.inf])
        return sent


def attack(limits, arms, ticks, dt_s=0.001, seed=0):
    """The checker after `ticks` malicious commands to each of `arms`, a third of whose joints start at a limit."""
    rng = np.random.default_rng(seed)
    low, high = np.asarray(limits.q_min) + 2e-6, np.asarray(limits.q_max) - 2e-6
    where = rng.random((arms, 7))
    start = np.select([where < 0.17, where > 0.83], [low, high], rng.uniform(low, high, (arms, 7)))
    limiter = JointLimiter(LimiterConfig(limits=limits, dt_s=dt_s), start)
    adversary, checker = Adversary(limiter, limits, arms, rng), LimitsChecker(limits, dt_s, start)
    for begin in range(0, ticks, 100):
        stop = min(begin + 100, ticks)
        checker.add(np.stack([limiter.step(adversary.command(t)) for t in range(begin, stop)]))
    assert limiter.rejected.sum() > 0
    return checker


def test_a_million_adversarial_commands_break_no_limit():
    for limits, arms, ticks in ((FR3, 1000, 700), (FER, 1000, 400)):
        checker = attack(limits, arms, ticks)
        assert checker.violations == 0, checker.counts
        assert min(checker.peaks["acceleration"], checker.peaks["jerk"]) > 0.999  # they were ridden, not avoided


@pytest.mark.parametrize("dt_s", [2e-4, 0.01, 0.05])
@TABLES
def test_no_limit_breaks_at_other_rates(limits, dt_s):
    checker = attack(limits, 80, 600, dt_s, seed=1)
    assert checker.violations == 0, checker.counts


@TABLES
def test_no_limit_breaks_between_commands_at_20_hz(limits):
    rng = np.random.default_rng(7)
    start = np.clip(np.tile(Q_HOME, (60, 1)), np.asarray(limits.q_min) + 0.1, np.asarray(limits.q_max) - 0.1)
    limiter, checker = JointLimiter(LimiterConfig(limits=limits), start), LimitsChecker(limits, 0.001, start)
    for _ in range(25):
        command = limiter.position + rng.choice([0.02, 0.3, 5.0, np.nan], (60, 1), p=[0.4, 0.3, 0.25, 0.05]) * rng.normal(size=(60, 7))
        checker.add(limiter.advance(None if rng.random() < 0.1 else command, 50))
    assert checker.violations == 0, checker.counts
    assert limiter.rejected.sum() > 0


@pytest.mark.slow
@TABLES
def test_ten_million_adversarial_commands_break_no_limit(limits):
    checker = attack(limits, 2000, 5000, seed=2)
    assert checker.violations == 0, checker.counts
    assert checker.peaks["velocity"] > 0.999


@pytest.mark.parametrize("kind", KINDS)
def test_the_checker_sees_each_kind_of_violation(kind):
    rest = np.tile(Q_HOME, (4, 1))
    for j, q in enumerate(FR3.q_min):
        rest[:, j] = max(rest[0, j], q + 0.5)
    stream = rest.copy()
    t = np.arange(400) / 1000
    if kind == "finite":
        stream[2, 3] = np.nan
    elif kind == "position":
        stream[2, 0] = 2.95
    else:  # smooth motions of joint 1 that break this limit; the faster ones break more than one
        stream = np.tile(rest[0], (400, 1))
        motion = {
            "velocity": 3.0 * t, "position_velocity": None, "acceleration": 0.5 * 11 * t**2, "jerk": 8e-6 * (np.arange(400) > 3),
        }[kind]  # fmt: skip
        stream[:, 0] = np.linspace(2.84, 2.88, 400) if motion is None else stream[:, 0] + motion
        rest = stream[:1] if motion is None else rest
    checker = LimitsChecker(FR3, 0.001, rest[0])
    checker.add(stream)
    assert checker.counts[kind] > 0


def test_the_tables_are_the_published_ones():
    assert FR3.q_max[3] == -0.1169 and FR3.ddq_dec == (6.0, 2.585, 3.5, 4.0, 17.0, 5.5, 17.0)
    assert FER.dq_max == (2.175,) * 4 + (2.61,) * 3 and FER.dddq_max[1] == 3750.0
    distance = np.full(7, 0.5)
    assert np.isclose(FR3.speed_towards(distance)[0], -0.6599 + np.sqrt(2 * 6.0 * 0.5))
    assert (FR3.speed_towards(np.zeros(7)) == 0).all() and (FER.speed_towards(np.zeros(7)) == FER.dq_max).all()
    with pytest.raises(HomebodyError, match="unknown limit table 'pandas': nearest are panda"):
        find_limits("pandas")


@TABLES
def test_a_stop_comes_to_rest_exactly_and_within_its_certificate(limits):
    rng = np.random.default_rng(3)
    for dt_s in (2e-4, 0.001, 0.05):
        ticks = Ticks.of(limits, dt_s, 0.9999)
        nu, alpha = rng.uniform(-1, 1, (500, 7)) * ticks.nu_max, rng.uniform(-1, 1, (500, 7)) * ticks.alpha_max
        room = np.abs(rng.normal(0, 0.3, (500, 7))) / ticks.unit
        promised = certified(room, nu, alpha, ticks)
        assert 0.2 < promised.mean() < 0.98
        x, worst, fastest = np.zeros_like(nu), np.where(nu > 0, (nu + ticks.offset) ** 2 / (2 * ticks.decel), 0.0), nu.copy()
        for _ in range(int(0.9 / dt_s) + 8):
            following = brake(nu, alpha, ticks)
            assert (np.abs(following - alpha) <= 1 + 1e-9).all() and (np.abs(following) <= ticks.alpha_max).all()
            alpha, nu = following, nu + following
            x = x + nu
            worst = np.maximum(worst, x + np.where(nu > 1e-12, (nu + ticks.offset) ** 2 / (2 * ticks.decel), 0.0))
            fastest = np.maximum(fastest, nu)
        assert (np.abs(nu) < 1e-9).all() and (np.abs(alpha) < 1e-9).all()
        kept = (worst <= room + 1e-6) & (fastest <= ticks.nu_max + 1e-9)
        assert kept[promised].all()


def test_the_ramp_and_its_inverse_agree():
    alpha = np.random.default_rng(4).uniform(0, 40, 1000)
    assert np.allclose(ramp_of_speed(speed_of_ramp(alpha)), alpha)


def min_jerk(amplitude, duration_s, rate_hz):
    s = np.linspace(0, 1, int(duration_s * rate_hz) + 1)[:, None]
    return Q_HOME + (10 * s**3 - 15 * s**4 + 6 * s**5) * amplitude * np.array([0.5, 0.5, -0.5, 0.4, -0.5, 0.5, 0.5])


@TABLES
def test_a_lawful_trajectory_passes_unchanged(limits):
    path = min_jerk(0.9, 1.0, 1000)
    limiter = JointLimiter(LimiterConfig(limits=limits), Q_HOME)
    assert np.abs(np.concatenate([limiter.step(q[None]) for q in path]) - path).max() < 1e-12


@TABLES
def test_commands_at_20_hz_are_followed_within_2_mrad_of_the_straight_lines_between_them(limits):
    commands = min_jerk(0.9, 1.0, 20)  # its fastest joint does 0.84 rad/s
    limiter = JointLimiter(LimiterConfig(limits=limits), Q_HOME)
    for before, after in itertools.pairwise(commands):
        line = before + (after - before) * np.arange(1, 51)[:, None] / 50
        assert np.abs(limiter.advance(after[None], 50)[:, 0] - line).max() < 0.002


@TABLES
def test_a_far_target_is_reached_without_overshoot(limits):
    goal = Q_HOME + np.array([1.0, 0.5, -1.0, 0.5, 0.3, 0.3, 0.01])
    limiter = JointLimiter(LimiterConfig(limits=limits), Q_HOME)
    path = np.concatenate([limiter.step(goal[None]) for _ in range(1500)])
    assert ((path - goal) * np.sign(goal - Q_HOME)).max() < 1e-9
    assert np.abs(path[-1] - goal).max() < 1e-6 and np.abs(path[720] - goal).max() < 1e-3  # the fastest possible takes 0.63 s


def moving(limits=FER):
    limiter = JointLimiter(LimiterConfig(limits=limits), np.stack([Q_HOME, Q_HOME]))
    for _ in range(250):
        limiter.step(np.stack([Q_HOME + 1.0, Q_HOME + 1.0]))
    assert (np.abs(limiter.velocity).max(1) > 0.5).all()
    return limiter


@TABLES
def test_100_ms_of_silence_start_a_lawful_hold_that_stays(limits):
    limiter = moving(limits)
    start = limiter.position.copy()
    checker = LimitsChecker(limits, 0.001, start)
    for tick in range(1, 100):
        limiter.step(None)
        assert not limiter.holding.any(), tick
    limiter.step(None)
    assert limiter.holding.all()
    stream = np.stack([limiter.step(None) for _ in range(600)])
    assert limiter.at_rest.all() and np.ptp(stream[-200:], axis=0).max() == 0
    checker._past = stream[:3]  # from within the motion
    assert checker.add(stream[3:]) == 0
    stopping = np.argmax(np.abs(np.diff(stream, axis=0)).max((1, 2)) == 0)
    assert stopping < 400  # the fastest joint at its limit needs 2.62 / 10 s and the ramps
    limiter.step(start)
    assert not limiter.holding.any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_command_that_is_not_finite_holds_its_arm_and_no_other(bad):
    limiter = moving()
    command = np.stack([Q_HOME + 1.0, Q_HOME + 1.0])
    command[0, 4] = bad
    for _ in range(800):
        limiter.step(command)
    assert limiter.holding.tolist() == [True, False] and limiter.rejected.tolist() == [800, 0]
    assert limiter.at_rest[0] and np.isfinite(limiter.position).all()
    assert np.abs(limiter.position[1] - np.clip(Q_HOME + 1.0, FER.q_min, FER.q_max)).max() < 1e-3


def test_the_slower_command_of_a_policy_that_is_not_finite_is_rejected_too():
    limiter = moving()
    limiter.advance(np.full((2, 7), np.nan), 50)
    assert limiter.holding.all()


def test_results_do_not_depend_on_how_many_arms_there_are():
    rng = np.random.default_rng(5)
    start = np.tile(Q_HOME, (5, 1))
    together = JointLimiter(LimiterConfig(limits=FR3), start)
    alone = JointLimiter(LimiterConfig(limits=FR3), start[3])
    for _ in range(200):
        command = rng.uniform(-3, 3, (5, 7))
        assert (together.step(command)[3] == alone.step(command[3])[0]).all()


@pytest.mark.parametrize(
    ("start", "words"), [(np.full(7, 9.0), "joint 1 starts at 9.0000 rad: expected -2.89"), (np.full(7, np.nan), "finite"), (np.zeros(6), "shape")]
)  # fmt: skip
def test_a_start_that_cannot_be_is_refused(start, words):
    with pytest.raises(HomebodyError, match=words):
        JointLimiter(LimiterConfig(), start)


def test_torques_keep_their_rate_and_ramp_to_zero_on_silence():
    rng = np.random.default_rng(6)
    limiter = TorqueLimiter(FR3, count=200)
    wild = rng.choice([-1e9, 1e9, 30.0, -5.0, np.nan, np.inf], (500, 200, 7), p=[0.3, 0.3, 0.15, 0.15, 0.05, 0.05])
    sent = [limiter.step(w) for w in wild]
    sent += [limiter.step(np.full((200, 7), 80.0)) for _ in range(100)]
    assert sent[-1].min() > 11.9 and sent[-1].max() > 70
    sent += [limiter.step(None) for _ in range(300)]
    assert torque_violations(np.stack(sent), FR3, 0.001) == 0
    assert (sent[-1] == 0).all() and (sent[699] == sent[599]).sum() == 0
    assert torque_violations(np.full((3, 1, 7), 2.0), FR3, 0.001) == 7
