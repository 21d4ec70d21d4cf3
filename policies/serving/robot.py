"""The robot-side loop: observe, ask, blend chunks by their time stamps, limit, act; hold when nothing lawful is known."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ...core.errors import HomebodyError
from ...core.robots import DEFAULT_ROBOT, Robot, robot_named
from ...core.types import CONTROL_HZ, Observation
from .asking import Question, Source
from .drivers import Driver
from .limiter import JointLimiter, LimiterConfig
from .limits_check import LimitsChecker

SETTLE_STEPS = 2 * CONTROL_HZ


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """How chunks become actions."""

    instruction: str
    """What the robot is asked to do."""
    execute: int = 8
    """Control steps after which the next chunk is asked for; what remains of the old one bridges the wait."""
    new_weight: float = 1.0
    """Where chunks overlap: share of the newer one. 1 replaces the older, 0.5 averages them."""
    limiter: LimiterConfig | None = None
    """The arm's limits; None passes actions on as they are, for a simulation that has limits of its own."""
    robot: str = DEFAULT_ROBOT
    """The arm that is driven."""
    pace: bool = True
    """Keep real time; False lets a simulation run as fast as it can."""

    def __post_init__(self) -> None:
        if not self.instruction.strip():
            raise HomebodyError("the instruction is empty: say what the robot is to do")
        if self.execute < 1:
            raise HomebodyError(f"execute is {self.execute}: expected 1 or more control steps")
        if not 0.0 < self.new_weight <= 1.0:
            raise HomebodyError(f"new_weight is {self.new_weight}: expected above 0, up to 1")


@dataclass
class LoopReport:
    """What a run of the loop came to."""

    steps: int = 0
    """Control steps."""
    asks: int = 0
    """Questions that were answered with a chunk."""
    failures: int = 0
    """Questions that were not: no connection, no answer in time, a refusal."""
    reason: str = ""
    """Of the last failure."""
    silent_steps: int = 0
    """Control steps for which no chunk had an action."""
    rejected: int = 0
    """Actions that were not finite."""
    holds: int = 0
    """Times that the limiter brought the arm to rest."""
    late: int = 0
    """Times that the loop fell more than a control step behind real time."""
    violations: int | None = None
    """Set-points that broke a limit, by the independent checker; None without a limiter."""
    latencies_ms: list[float] = field(default_factory=list, repr=False)
    """Of each answered question."""

    def to_json(self) -> dict[str, Any]:
        data = {k: v for k, v in asdict(self).items() if k != "latencies_ms"}
        values = self.latencies_ms or [0.0]
        return {**data, "latency_ms": {f"p{q}": float(np.percentile(values, q)) for q in (50, 95, 99)}}


class Plan:
    """The actions known for the steps to come."""

    def __init__(self, new_weight: float) -> None:
        self._new_weight = new_weight
        self._steps: dict[int, np.ndarray] = {}

    def add(self, start: int, actions: np.ndarray, now: int) -> None:
        """Blends in a chunk whose first action was meant for step `start`; what lies before step `now` is too late."""
        fresh = {start + k: a for k, a in enumerate(actions) if start + k >= now}
        w = self._new_weight
        if not fresh:
            return
        if w == 1.0:
            self._steps = fresh
            return
        self._steps = {s: a for s, a in self._steps.items() if s >= now}
        for step, action in fresh.items():
            self._steps[step] = (1.0 - w) * self._steps[step] + w * action if step in self._steps else action

    def at(self, step: int) -> np.ndarray | None:
        """The action (A,) for `step`, or None."""
        return self._steps.get(step)


class _Actuation:
    """From one action a control step to the driver's set-points."""

    def __init__(
        self, driver: Driver, robot: Robot, config: LimiterConfig | None, observation: Observation, report: LoopReport, wait: Callable[[], None]
    ) -> None:  # fmt: skip
        """wait: returns when the next set-point is due."""
        if driver.control_hz % CONTROL_HZ:
            raise HomebodyError(f"{driver.name} is driven at {driver.control_hz} Hz: expected a multiple of {CONTROL_HZ}")
        self._driver, self._report, self._wait = driver, report, wait
        self._parts = driver.control_hz // CONTROL_HZ
        self._dof = robot.dof
        joints = np.asarray(observation["proprio"][: robot.dof], np.float64)
        self._last = np.append(joints, np.clip(robot.opening(observation["proprio"][robot.width_at]), 0.0, 1.0))
        self._limiter = JointLimiter(config, joints) if config else None
        self._holding = False
        if config and self._limiter:
            self._ticks = round(1 / (driver.control_hz * config.dt_s))
            if self._ticks < 1 or abs(self._ticks * driver.control_hz * config.dt_s - 1) > 1e-9:
                raise HomebodyError(f"the limiter's dt_s is {config.dt_s}: expected whole ticks in 1 / {driver.control_hz} s")
            self._checker = LimitsChecker(config.limits, config.dt_s, self._limiter.position)
            report.violations = 0

    def settle(self) -> bool:
        """One control step of silence after the end; whether the arm still moves."""
        moving = self._limiter is not None and not bool(self._limiter.at_rest.all())
        if moving:
            self._send(None)
        return moving

    def step(self, action: np.ndarray | None) -> None:
        """One control step; None is silence."""
        report = self._report
        report.silent_steps += action is None
        if action is not None and not np.isfinite(action).all():
            report.rejected += 1
        if self._limiter is None:
            if action is not None and np.isfinite(action).all():
                self._last = action
            for _ in range(self._parts):
                self._act()
            return
        holding = self._send(action)
        report.holds += holding and not self._holding
        self._holding = holding

    def _send(self, action: np.ndarray | None) -> bool:
        """One control step through the limiter; whether it holds."""
        assert self._limiter is not None
        n = self._dof
        grip = self._last[n] if action is None or not np.isfinite(action[n]) else np.clip(action[n], 0.0, 1.0)
        joints = None if action is None else np.where(np.isfinite(action).all(), action[:n], np.nan)[None]
        stream = self._limiter.advance(joints, self._ticks * self._parts)
        self._report.violations = self._checker.add(stream)
        for part in range(1, self._parts + 1):
            self._last = np.append(stream[part * self._ticks - 1, 0], grip)
            self._act()
        return bool(self._limiter.holding[0])

    def _act(self) -> None:
        self._driver.act(self._last)
        self._wait()


class RobotLoop:
    """Runs one instruction on one robot."""

    def __init__(
        self, driver: Driver, source: Source, config: LoopConfig, *,
        clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._driver, self._source, self.config = driver, source, config
        self._clock, self._sleep = clock, sleep
        self._plan = Plan(config.new_weight)
        self._due = 0.0
        self._asked_at: int | None = None
        self._reset = True
        self.report = LoopReport()

    def run(self, finished: Callable[[int], bool]) -> LoopReport:
        """Acts until `finished(steps done)`. However it ends, the arm is brought to rest and the driver stopped."""
        driver, report = self._driver, self.report
        actuation: _Actuation | None = None
        try:
            driver.connect()
            observation = driver.observe()
            actuation = _Actuation(driver, robot_named(self.config.robot), self.config.limiter, observation, report, self._wait)
            self._due = self._clock()
            while not finished(report.steps):
                step = report.steps
                self._hear(step)
                self._ask(step, observation)
                self._hear(step)  # a source that waits has answered by now
                actuation.step(self._plan.at(step))
                report.steps += 1
                observation = driver.observe()
        finally:
            try:
                self._settle(actuation)
            finally:
                driver.stop()
        return report

    def _ask(self, step: int, observation: Observation) -> None:
        due = self._asked_at is None or step - self._asked_at >= self.config.execute or self._plan.at(step) is None
        question = Question(step=step, observation=observation, instruction=self.config.instruction, reset=self._reset)
        if due and self._source.offer(question):
            self._asked_at, self._reset = step, False

    def _hear(self, step: int) -> None:
        report = self.report
        for answer in self._source.take():
            if answer.actions is None:
                report.failures, report.reason, self._asked_at = report.failures + 1, answer.reason, None
                continue
            report.asks += 1
            report.latencies_ms.append(1000 * answer.seconds)
            self._plan.add(answer.step, answer.actions, step)

    def _wait(self) -> None:
        """Until the next set-point is due, at the driver's rate."""
        if not self.config.pace:
            return
        self._due += 1 / self._driver.control_hz
        late = self._clock() - self._due
        if late < 0:
            self._sleep(-late)
        elif late > 1 / CONTROL_HZ:  # too late to catch up: go on from here
            self.report.late += 1
            self._due += late

    def _settle(self, actuation: _Actuation | None) -> None:
        """Silence, until the limiter has brought the arm to rest."""
        for _ in range(SETTLE_STEPS):
            if actuation is None or not actuation.settle():
                return
