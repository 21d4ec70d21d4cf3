"""Fits dry friction, viscous damping, payload and command delay of an arm to a joint log, by `mujoco.sysid`.

Output-error method: the model follows the logged commands from the log's first sample, and Gauss-Newton makes its joint
positions agree with the encoders. Up to two rounds: the first weighs all joints alike, the second by what each one left over.
Intervals: Student t over the Gauss-Newton covariance, widened where residuals are correlated in time, which is how
errors of the model itself (gains, cable, gears) show.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mujoco
import numpy as np

from ...core.errors import HomebodyError
from .arm_model import ArmConfig, arm_spec, delayed_targets, nominal_joints, set_payload, speed_gains
from .fit import NAMES, STILL_RAD, UNITS, Estimate, Fit, correlation_samples, trust_note
from .joint_log import JointLog
from .which import ROBOT

START_PAYLOAD_KG = 0.2
"""Where the search for the payload starts."""
ROUNDS = ("first round", "second round: joints weighed by what they left over")
NO_FIT = "the model of the arm cannot follow this log"
WHAT_THEN = "are commands and positions of the same joints in radians, and times in seconds? Try a shorter --seconds"
EVEN = 1.2
"""Joints whose residuals differ by less than this factor need no second round."""


@dataclass(frozen=True, kw_only=True)
class IdentifyConfig:
    """What is fitted and how."""

    arm: ArmConfig = field(default_factory=ArmConfig)
    seconds: float = 60.0
    """Use at most this much of the log [s]."""
    linear: bool = False
    """Commands were joined by lines between samples (the log thins out a faster stream); False: held."""
    warmup_s: float = 0.3
    """Left out of the residual at the start, where the arm's unknown past still shows [s]."""
    max_delay_s: float = 0.2
    """Largest delay considered [s]."""
    confidence: float = 0.95
    """Of the intervals."""
    threads: int = 2
    """Threads for the simulations."""
    max_iterations: int = 60
    """Gauss-Newton steps a round, at most."""

    def __post_init__(self) -> None:
        for what, value, low, high in (
            ("seconds of the log", self.seconds, 2, 600), ("the largest delay [ms]", self.max_delay_s * 1000, 10, 500),
            ("confidence", self.confidence, 0.5, 0.9999), ("threads", self.threads, 1, 256),
            ("the physics step [ms]", self.arm.step_s * 1000, 0.2, 10),
        ):  # fmt: skip
            if not low <= value <= high:
                raise HomebodyError(f"{what} is {value:g}: expected {low} to {high}")


def _sysid() -> Any:
    try:
        import mujoco.sysid as sysid
    except ImportError:
        sysid = None
    if sysid is None or not hasattr(sysid, "optimize"):
        raise HomebodyError("identify needs mujoco's system identification: pip install 'homebody[calibrate]'")
    return sysid


def check_movement(log: JointLog) -> None:
    """Raises HomebodyError where nothing can be learned from the log's motion."""
    if (np.ptp(log.q, axis=0) < STILL_RAD).all():
        raise HomebodyError(f"no joint moves more than {STILL_RAD} rad in the log: nothing to identify (see --excite)")


def _set_friction(joint: str) -> Callable[[mujoco.MjSpec, Any], None]:
    def write(spec: mujoco.MjSpec, p: Any) -> None:
        spec.joint(joint).frictionloss = float(p.value[0])

    return write


def _set_damping(joint: str, gain: float) -> Callable[[mujoco.MjSpec, Any], None]:
    """Below zero, the rest comes off the servo's speed gain: on the arm the two are one number."""

    def write(spec: mujoco.MjSpec, p: Any) -> None:
        value = float(p.value[0])
        spec.joint(joint).damping = [max(value, 0.0), 0.0, 0.0]  # linear in speed: no higher powers
        spec.actuator(joint).biasprm[2] = -(gain + min(value, 0.0))

    return write


class _Problem:
    """The log and the model in the words of `mujoco.sysid`."""

    def __init__(self, log: JointLog, config: IdentifyConfig) -> None:
        self.sysid, self.log, self.config = _sysid(), log, config
        self.spec = arm_spec(config.arm)
        self.friction, self.damping = nominal_joints(self.spec)
        self.gains = speed_gains(self.spec)
        model = self.spec.compile()
        steps = int(np.floor(log.time_s[-1] / config.arm.step_s + 1e-6))
        self.grid = np.arange(steps + 1) * config.arm.step_s
        self.weights = np.ones(ROBOT.dof)
        series = self.sysid.TimeSeries
        start, speed, still = _start(log, config.warmup_s)
        # What was sent before a log that begins in motion is unknown; the servos forget it within a second.
        self.kept = (log.time_s >= (config.warmup_s if still else config.warmup_s + 0.7)) & (log.time_s <= self.grid[-1])
        sensors = series.compute_all_sensor_mapping(model)
        self.sequences = [
            self.sysid.ModelSequences(
                "arm", self.spec, "log", self.sysid.create_initial_state(model, start, speed),
                series(self.grid, np.zeros((len(self.grid), ROBOT.dof))), series(log.time_s[self.kept], log.q[self.kept], sensors),
            )
        ]  # fmt: skip
        self.residual = self.sysid.build_residual_fn(
            models_sequences=self.sequences, custom_rollout=self._rollout, modify_residual=self._compare,
            n_threads=config.threads, resample_true=False,
        )  # fmt: skip

    def parameters(self, delay_s: float) -> Any:
        """The unknowns at their nominal values; the delay in milliseconds, so that all are of the order of 1.

        A joint that stands still keeps its nominal values: its columns of the Jacobian would be noise.
        """
        P = self.sysid.Parameter
        found = self.sysid.ParameterDict()
        still = np.ptp(self.log.q, axis=0) < STILL_RAD
        for i, joint in enumerate(ROBOT.joints):
            frozen, gain = bool(still[i]), float(self.gains[i])
            found.add(P(f"friction{i + 1}", self.friction[i], 0.0, 30.0, frozen=frozen, modifier=_set_friction(joint)))
            found.add(P(f"damping{i + 1}", self.damping[i], -0.5 * gain, 100.0, frozen=frozen, modifier=_set_damping(joint, gain)))
        found.add(P("payload", START_PAYLOAD_KG, 0.0, 10.0, modifier=lambda s, p: set_payload(s, float(p.value[0]))))
        found.add(P("delay", delay_s * 1000, 0.0, self.config.max_delay_s * 1000))
        return found

    def targets(self, delay_ms: float) -> np.ndarray:
        """(M, dof) what the servos see at each physics step."""
        log, c = self.log, self.config
        return delayed_targets(log.time_s, log.command, self.grid, c.arm.step_s, delay_ms / 1000, linear=c.linear)

    def _rollout(self, *, param_dicts: Sequence[Any], **rest: Any) -> Any:
        """sysid's own rollout under delayed commands, one delay a candidate."""
        control = [self.sysid.TimeSeries(self.grid, self.targets(float(p["delay"].value[0]))) for p in param_dicts]
        return self.sysid.sysid_rollout(**(rest | {"control_signal": control}))

    def _compare(self, params: Any, predicted: Any, measured: Any, model: Any, everything: bool, *, state: np.ndarray, **_: Any) -> Any:
        """Weighted differences of positions at the log's times. Positions come from the state: sensors lag it by a step."""
        del params, model, everything
        simulated = _at_times(measured.times, self.sequences[0].initial_state[0], state)
        difference = (simulated - measured.data) * self.weights
        return difference, self.sysid.TimeSeries(measured.times, simulated, measured.signal_mapping), measured

    def simulate(self, params: Any) -> tuple[np.ndarray, np.ndarray]:
        """Simulated and measured positions (M, dof) at the compared times."""
        _, predicted, measured = self.residual(params.as_vector(), params)
        return predicted[0][0].data, measured[0][0].data

    def saturated(self, params: Any) -> np.ndarray:
        """(dof,) share of the physics steps at the torque limit."""
        model = self.sysid.apply_param_modifiers(params, self.spec)
        data = mujoco.MjData(model)
        mujoco.mj_setState(model, data, self.sequences[0].initial_state[0], mujoco.mjtState.mjSTATE_FULLPHYSICS.value)
        count = np.zeros(ROBOT.dof)
        for target in self.targets(float(params["delay"].value[0])):
            data.ctrl[:] = target
            mujoco.mj_step(model, data)
            count += np.abs(data.actuator_force) > 0.99 * model.actuator_forcerange[:, 1]
        return count / len(self.grid)

    def vector(self, params: Any) -> Callable[[np.ndarray], np.ndarray]:
        """The residual as a function of the unknowns, one column a candidate."""
        return lambda x: np.concatenate(self.residual(x, params.copy())[0])


def _start(log: JointLog, seconds: float) -> tuple[np.ndarray, np.ndarray, bool]:
    """Joint positions (dof,) [rad] and speeds (dof,) [rad/s] at the log's start, and whether the arm stands still there.

    Then they are the mean and zero: one sample's noise would stay under dry friction.
    """
    head = log.time_s < seconds
    if np.ptp(log.command[head], axis=0).max() < 1e-3 and np.ptp(log.q[head], axis=0).max() < 5e-3:
        return log.q[head].mean(axis=0), np.zeros(ROBOT.dof), True
    if log.dq is not None:
        return log.q[0], log.dq[0], False
    few = slice(0, max(3, int(np.searchsorted(log.time_s, 0.03))))
    slope, value = np.polyfit(log.time_s[few], log.q[few], 1)
    return value, slope, False


def _at_times(times: np.ndarray, initial: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Joint positions (M, dof) at `times` from states (time, qpos, qvel), by cubic Hermite interpolation."""
    from scipy.interpolate import CubicHermiteSpline

    path, n = np.vstack([initial, state]), ROBOT.dof
    return CubicHermiteSpline(path[:, 0], path[:, 1 : 1 + n], path[:, 1 + n : 1 + 2 * n])(times)


def _start_delay(problem: _Problem) -> float:
    """The best of a grid of delays [s] with the shipped values: a start within reach of Gauss-Newton."""
    grid = np.linspace(0, problem.config.max_delay_s, 21)
    params = problem.parameters(0.0)
    x = np.tile(params.as_vector()[:, None], (1, len(grid)))
    x[-1] = grid * 1000
    residual = problem.vector(params)(x)
    return float(grid[np.argmin((residual**2).sum(axis=0))])


def _optimize(problem: _Problem, params: Any) -> tuple[Any, Any]:
    """One round of Gauss-Newton; its printout goes nowhere."""
    options = {"eps": 1e-4, "xtol": 1e-6, "x_scale": "jac", "max_iters": problem.config.max_iterations, "output": io.StringIO()}
    return problem.sysid.optimize(params.move_off_bounds(fraction=0.0011), problem.residual, verbose=False, **options)


def _half_widths(problem: _Problem, params: Any, jacobian: np.ndarray, correlation: float) -> np.ndarray:
    """Half-widths of the intervals of the free unknowns, in their order."""
    residuals, _, _ = problem.residual(params.as_vector(), params.copy())
    scale = np.linalg.norm(jacobian, axis=0)
    scale[scale == 0] = 1.0
    _, widths = problem.sysid.calculate_intervals(residuals, jacobian / scale, alpha=1 - problem.config.confidence)
    return widths / scale * np.sqrt(correlation)


def _estimates(problem: _Problem, params: Any, widths: np.ndarray) -> list[Estimate]:
    half_width = dict(zip((n for n, p in params.items() if not p.frozen), map(float, widths), strict=True))
    moved = np.ptp(problem.log.q, axis=0)
    out = []
    for name in NAMES:
        p, kind = params[name], name.rstrip("0123456789")
        joint = int(name.removeprefix(kind)) - 1 if name != kind else None
        value, width = float(p.value[0]), half_width.get(name, float("inf"))
        moved_rad = float("inf") if joint is None else float(moved[joint])
        note = trust_note(name, value, width, float(p.min_value[0]), float(p.max_value[0]), moved_rad, problem.gains)
        nominal = 0.0 if joint is None else float(p.nominal[0])
        out.append(Estimate(name=name, unit=UNITS[kind], value=value, half_width=width, nominal=nominal, note=note))
    return out


def identify(log: JointLog, config: IdentifyConfig | None = None, on_round: Callable[[str], None] = lambda _: None) -> Fit:
    """Fits the log. `on_round` hears what is being done. Raises HomebodyError where the log explains no arm."""
    config = config or IdentifyConfig()
    log = log.first(config.seconds)
    check_movement(log)
    try:
        fit = _fit(_Problem(log, config), on_round)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise HomebodyError(f"{NO_FIT} ({type(error).__name__}: {' '.join(str(error).split())[:120]}); {WHAT_THEN}") from error
    if not (np.isfinite(fit.after).all() and np.isfinite([e.value for e in fit.estimates]).all()):
        raise HomebodyError(f"{NO_FIT} (it is not finite); {WHAT_THEN}")
    return fit


def _fit(problem: _Problem, on_round: Callable[[str], None]) -> Fit:
    config = problem.config
    shipped = problem.parameters(0.0)
    shipped["payload"].value = np.zeros(1)
    before, measured = problem.simulate(shipped)
    on_round("looking for the delay")
    params = problem.parameters(_start_delay(problem))
    iterations, after, jacobian = 0, before, np.zeros((0, 0))
    for which in ROUNDS:
        on_round(which)
        params, result = _optimize(problem, params)
        after, _ = problem.simulate(params)
        jacobian, iterations = np.asarray(result.jac), iterations + len(result.extras["objective"]) - 1
        left_over = np.maximum(np.sqrt(np.mean((after - measured) ** 2, axis=0)), 1e-7)
        if which == ROUNDS[-1] or left_over.max() < EVEN * left_over.min():
            break
        problem.weights = 1 / left_over
    correlation = correlation_samples(after - measured)
    widths = _half_widths(problem, params, jacobian, correlation)
    return Fit(
        estimates=_estimates(problem, params, widths), time_s=problem.log.time_s[problem.kept], measured=measured, before=before,
        after=after, saturated=problem.saturated(params), confidence=config.confidence, correlation=correlation, iterations=iterations,
    )  # fmt: skip
