"""Whether an arm moves as a real one could: every physics step of whole episodes against the published limits.

Commanded motion: finite differences of the set-points, from rest. Measured motion: joint velocities and their differences. Torque is
what the joints' drives give, gravity compensation included. Nothing of the tracker's own arithmetic is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.rollout import Rollout

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from .protocol import Actor

FIELDS = ("ctrl", "qvel", "qfrc_actuator", "sensordata")
AT_LIMIT = 0.999
"""Share of the torque limit from which a joint counts as at it."""
KINDS = ("speed", "acceleration", "jerk")


@dataclass(kw_only=True)
class MotionRecord:
    """Episodes of one task, or of many summed."""

    episodes: int = 0
    successes: int = 0
    steps: int = 0
    """Physics steps looked at."""
    commanded: dict[str, float] = field(default_factory=lambda: dict.fromkeys(KINDS, 0.0))
    """Largest share of each limit that a set-point used, the gripper's included; 1 is the limit."""
    measured_speed: float = 0.0
    """Largest share of a joint's speed limit that was measured."""
    fast: int = 0
    """Physics steps in which some joint was faster than its limit."""
    jolts: int = 0
    """... in which some joint accelerated by more than its limit."""
    saturated: int = 0
    """... in which some joint's torque was at its limit."""
    self_contacts: int = 0
    """... in which the arm touched itself."""
    broken: int = 0
    """Episodes that ended since their physics broke."""
    furniture_N: list[float] = field(default_factory=list)
    """The largest force on furniture of each episode."""

    def add(self, other: MotionRecord) -> None:
        """Takes in what another record counted."""
        self.commanded = {k: max(self.commanded[k], other.commanded[k]) for k in KINDS}
        self.measured_speed = max(self.measured_speed, other.measured_speed)
        for name in ("episodes", "successes", "steps", "fast", "jolts", "saturated", "self_contacts", "broken"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.furniture_N += other.furniture_N

    def to_json(self) -> dict[str, Any]:
        """Counts as shares of the physics steps, forces as quantiles."""
        steps, forces = max(self.steps, 1), self.furniture_N or [0.0]
        return {
            "episodes": self.episodes, "successes": self.successes, "broken": self.broken, "physics_steps": self.steps,
            "commanded": dict(self.commanded),
            "measured_speed": self.measured_speed, "speed_over": self.fast / steps, "acceleration_over": self.jolts / steps,
            "torque_at_limit": self.saturated / steps, "self_contact_steps": self.self_contacts,
            "furniture_N": dict(zip(("p50", "p95", "max"), map(float, np.percentile(forces, (50, 95, 100))), strict=True)),
        }  # fmt: skip

    def verdict(self) -> list[str]:
        """What a real arm would not have done, in words; empty where all is well."""
        j, out = self.to_json(), []
        out += [f"commanded {k} at {v:.3f} of the limit" for k, v in self.commanded.items() if v > 1.0]
        if self.fast:
            out.append(f"measured speed over the limit in {self.fast} steps, at most {self.measured_speed:.2f} of it")
        out += [f"{k} in {100 * j[k]:.2f} % of steps, expected < 1 %" for k in ("acceleration_over", "torque_at_limit") if j[k] >= 0.01]
        out += [f"the physics of {self.broken} episodes broke"] if self.broken else []
        return out + ([f"the arm touched itself in {self.self_contacts} steps"] if self.self_contacts else [])


class MotionWatch:
    """Looks at each physics step of an engine's slots. `begin` after a reset, `see` after each step."""

    def __init__(self, env: HouseholdVectorEnv) -> None:
        self._env, self.record = env, MotionRecord()
        env.trace(FIELDS)
        self._dt = env.model.opt.timestep
        limits = env.robot.limits
        self._limits = [np.asarray(x) for x in (limits.dq_max, limits.ddq_max, limits.dddq_max)]
        self._self = int(env.model.sensor("self_contact").adr[0])
        self.begin()

    def begin(self) -> None:
        """All slots are at rest at the start of their episodes."""
        held = np.stack([self._env.setpoint(i) for i in range(self._env.num_envs)])
        self._past = np.repeat(held[:, None], 3, axis=1)  # (B, 3, A)
        self._qvel = np.zeros((self._env.num_envs, self._env.robot.dof))

    def see(self) -> None:
        """Counts the physics steps of the last control step."""
        slots, seen = self._env.traced
        whole = ~np.array([self._env.diverged(int(s)) for s in slots], bool)  # what broke is not stepped on: its last states are no motion
        slots, seen = slots[whole], {n: x[whole] for n, x in seen.items()}
        if not len(slots):
            return
        r, dof, rig = self.record, self._env.robot.dof, self._env.stage.rig
        r.steps += seen["ctrl"].shape[0] * seen["ctrl"].shape[1]
        motion = np.concatenate([self._past[slots], seen["ctrl"]], axis=1)  # (n, 3 + T, A)
        self._past[slots] = motion[:, -3:]
        for kind, limit in zip(KINDS, self._limits, strict=True):
            motion = np.diff(motion, axis=1) / self._dt
            r.commanded[kind] = max(r.commanded[kind], float((np.abs(motion) / limit).max()))
        speed = seen["qvel"][:, :, rig.arm_qvel]  # (n, T, dof)
        acceleration = np.diff(np.concatenate([self._qvel[slots][:, None], speed], axis=1), axis=1) / self._dt
        self._qvel[slots] = speed[:, -1]
        share = np.abs(speed) / self._limits[0][:dof]
        r.measured_speed = max(r.measured_speed, float(share.max()))
        r.fast += int((share > 1.0).any(-1).sum())
        r.jolts += int((np.abs(acceleration) > self._limits[1][:dof]).any(-1).sum())
        torque = np.abs(seen["qfrc_actuator"][:, :, rig.arm_qvel])
        r.saturated += int((torque >= AT_LIMIT * self._env.robot.tau_max).any(-1).sum())
        r.self_contacts += int((seen["sensordata"][:, :, self._self] > 0).sum())


def watch_episodes(
    env: HouseholdVectorEnv, policy: Actor, indices: Iterable[int], ended: Callable[[int], None] | None = None
) -> MotionRecord:
    """Runs episodes `indices` of the environment's task with `policy`, as many at once as there are slots.

    ended: called with the number of episodes that came to their end.
    """
    watch, rollout, todo = MotionWatch(env), Rollout(env, policy), list(indices)
    while todo:
        now, todo = todo[: env.num_envs], todo[env.num_envs :]
        rollout.start(now)
        watch.begin()
        while rollout.runs:
            rollout.step()
            watch.see()
        watch.record.episodes += len(now)
        watch.record.successes += int(rollout.info["success"][: len(now)].sum())
        watch.record.broken += int(rollout.info["diverged"][: len(now)].sum())
        watch.record.furniture_N += [s["furniture_force_N"] for s in rollout.info["safety"][: len(now)]]
        if ended is not None:
            ended(len(now))
    return watch.record
