"""How a joint stops: a jerk-limited law that comes to rest exactly, and a bound on where it gets before that.

Everything is in jerk ticks: one unit of position is u = J dt^3 [rad], so that speed nu [u/tick] and acceleration alpha [u/tick^2]
obey, in one tick, |alpha' - alpha| <= 1, nu' = nu + alpha', position' = position + nu'. Those are the finite differences of the
positions that are sent, not an approximation of them.

Why no command can break a limit. `brake` depends on (nu, alpha) only, so a stop, once begun, is the tail of itself. `certified`
bounds that whole stop from above. The tracker moves to a state only if it is certified, or else takes the next step of the
stop that the last certified state had; either way a lawful stop lies ahead, tick after tick.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from .limits import MotionLimits


@dataclass(frozen=True, kw_only=True)
class Ticks:
    """One table in jerk ticks; arrays (n,), of another n after `at`."""

    unit: np.ndarray
    """J dt^3 [rad]."""
    nu_max: np.ndarray
    """Speed limit [u/tick]."""
    alpha_max: np.ndarray
    """Acceleration limit [u/tick^2]."""
    ramp: np.ndarray
    """Ticks from full acceleration to none."""
    ramp_speed: np.ndarray
    """Speed lost on that ramp [u/tick]."""
    offset: np.ndarray
    """`dq_offset` [u/tick]; 0 without a position-dependent speed limit."""
    decel: np.ndarray
    """`ddq_dec` [u/tick^2]; infinite without one."""
    worst: np.ndarray
    """Speed at which a stop with full deceleration comes closest to the position-dependent limit [u/tick]; infinite: at its start."""

    def at(self, joints: np.ndarray) -> Ticks:
        """The same for a list of joint numbers (n,)."""
        return Ticks(**{f.name: getattr(self, f.name)[joints] for f in fields(self)})

    @staticmethod
    def of(limits: MotionLimits, dt_s: float, share: float) -> Ticks:
        """`share` is how much of speed, acceleration and jerk may be used."""
        jerk, accel, speed = (share * np.asarray(x) for x in (limits.dddq_max, limits.ddq_max, limits.dq_max))
        unit = jerk * dt_s**3
        alpha = accel * dt_s**2 / unit
        offset, decel = np.zeros_like(unit), np.full_like(unit, np.inf)
        if limits.dq_offset is not None and limits.ddq_dec is not None:
            offset, decel = np.asarray(limits.dq_offset) * dt_s / unit, np.asarray(limits.ddq_dec) * dt_s**2 / unit
        steep = np.isfinite(decel) & (decel > alpha)
        worst = np.where(steep, offset * alpha / np.where(steep, decel - alpha, 1.0), np.inf)
        return Ticks(
            unit=unit, nu_max=speed * dt_s / unit, alpha_max=alpha, ramp=np.ceil(alpha), ramp_speed=speed_of_ramp(alpha),
            offset=offset, decel=decel, worst=worst,
        )  # fmt: skip


def speed_of_ramp(alpha: np.ndarray) -> np.ndarray:
    """Speed gained while an acceleration alpha, this tick's included, falls to none by 1 a tick: a + (a - 1) + ... down to 0."""
    n = np.ceil(alpha)
    return n * alpha - 0.5 * n * (n - 1.0)


def ramp_of_speed(nu: np.ndarray) -> np.ndarray:
    """Inverse of `speed_of_ramp`: the deceleration from which a ramp to none takes exactly the speed nu >= 0."""
    n = np.maximum(1.0, np.ceil(0.5 * (np.sqrt(1.0 + 8.0 * nu) - 1.0)))
    return nu / n + 0.5 * (n - 1.0)


def brake(nu: np.ndarray, alpha: np.ndarray, ticks: Ticks) -> np.ndarray:
    """The next acceleration of a stop that ends with nu = alpha = 0, exactly, in the fewest ticks and without swinging past."""
    wanted = -np.sign(nu) * ramp_of_speed(np.abs(nu))
    return within_jerk(wanted, alpha, ticks)


def within_jerk(wanted: np.ndarray, alpha: np.ndarray, ticks: Ticks) -> np.ndarray:
    """The acceleration nearest to `wanted` that the limits of jerk and acceleration allow after `alpha`."""
    return np.clip(np.clip(wanted, alpha - 1.0, alpha + 1.0), -ticks.alpha_max, ticks.alpha_max)


def certified(room: np.ndarray, nu: np.ndarray, alpha: np.ndarray, ticks: Ticks) -> np.ndarray:
    """Whether `brake`, from here on, stays within speed, position and position-dependent speed on the positive side.

    room: distance to the position limit [u]. The answer may be False for a stop that would do, never True for one that would not.
    Phases: the acceleration falls by 1 a tick, up to `onset` ticks at no more than `peak` speed; full deceleration, which needs
    (peak^2 - nu^2) / 2 alpha_max to reach a speed nu; then a ramp out of at most ramp - 1 moving ticks. The speed nu is allowed
    where room >= (nu + offset)^2 / 2 decel; over the full deceleration that is a parabola in nu whose maximum is at `worst`.
    """
    peak = np.maximum(0.0, nu + speed_of_ramp(np.maximum(alpha - 1.0, 0.0)))
    onset = np.maximum(0.0, np.ceil(alpha + ticks.alpha_max) - 1.0)
    reach = onset * peak + (ticks.ramp - 1.0) * np.minimum(peak, ticks.ramp_speed)
    at = np.minimum(peak, ticks.worst)
    full = (peak * peak - at * at) / (2.0 * ticks.alpha_max)
    curve = np.where(np.isfinite(ticks.decel), full + (at + ticks.offset) ** 2 / (2.0 * ticks.decel), peak * peak / (2.0 * ticks.alpha_max))
    reach = np.where(peak > 0.0, reach + curve, 0.0)
    return (peak <= ticks.nu_max) & (reach <= room)
