"""The physics of many slots on `mujoco.batch`: each simulation on a model of its own where its episode differs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import mujoco
import numpy as np
from mujoco import batch

from ..core.errors import HomebodyError
from ..core.types import CONTROL_HZ
from .followers import followers, lead
from .physics_state import PhysicsMemory, PhysicsState
from .safety import force_groups
from .stage import Stage, Start
from .variation import still_history

SPEED_LIMIT = 500.0
"""A joint or body faster than this [rad/s or m/s] has diverged; a can squeezed out of the fingers spins at 200 rad/s."""
PLACE_LIMIT = 1e3
"""Nothing is a kilometre away or has turned so many radians."""
DEPTH_LIMIT_M = 0.03
"""Two solids deeper in one another than this have diverged, where the model has a `deepest` sensor."""
WARNINGS = [
    w.value
    for w in (
        mujoco.mjtWarning.mjWARN_BADQPOS,
        mujoco.mjtWarning.mjWARN_BADQVEL,
        mujoco.mjtWarning.mjWARN_BADQACC,
        mujoco.mjtWarning.mjWARN_CONTACTFULL,
        mujoco.mjtWarning.mjWARN_CNSTRFULL,
    )
]


class Simulations:
    """B simulations of one stage. `fields` are live arrays (B, ...) over the engine's state and what the stage reads besides."""

    def __init__(self, stage: Stage, count: int, threads: int) -> None:
        self._stage, model = stage, stage.model
        self.substeps = round(1 / (CONTROL_HZ * model.opt.timestep))
        sleeps = bool(model.opt.enableflags & mujoco.mjtEnableBit.mjENBL_SLEEP.value)
        self._batch = batch.Batch(model, nsim=count, nthread=threads, persistent=sleeps)
        self.fields: dict[str, np.ndarray] = {n: self._batch.bind(n) for n in ("qpos", "qvel", "ctrl", "sensordata", *stage.bound)}
        self._history = self._batch.bind("history") if model.nhistory else None
        self._push, self._pull = self._batch.bind("xfrc_applied"), self._batch.bind("qfrc_applied")
        self._mocap = (self._batch.bind("mocap_pos"), self._batch.bind("mocap_quat")) if model.nmocap else None
        self._followers = followers(model)
        self._follow = {n: self._batch.bind(n) for n in ("qpos", "qvel", "eq_active")} if self._followers else {}
        # Kinematics of the new state, which costs nothing in a persistent batch; stages that read joints only do without.
        self._moment = mujoco.mjtStage.mjSTAGE_VEL if stage.bound else None
        names = [model.sensor(i).name for i in range(model.nsensor)]
        self._deepest = int(model.sensor("deepest").adr[0]) if "deepest" in names else None
        self.models: list[mujoco.MjModel] = [model] * count
        self._own = False
        self.diverged = np.zeros(count, bool)
        self._forces = force_groups(model)
        self.force_peaks = {name: np.zeros(count) for name in self._forces}
        """(B,) the largest force of the last control step on any one of a group [N], over its physics steps."""
        self._traced: dict[str, np.ndarray] = {}
        self.traced: dict[str, np.ndarray] = {}
        self.traced_slots = np.zeros(0, int)
        """(n, substeps, ...) of the slots (n,) that the last step did not break, see `trace`."""
        self._memory = PhysicsMemory(self._batch, self.fields)

    def load(self, slot: int, start: Start, model: mujoco.MjModel, *, late: bool) -> None:
        """Puts `slot` at the start of an episode; `forward` completes it. `late`: delays are on."""
        row = self._batch.state[slot]
        row[:] = 0.0
        self.models[slot] = model
        self._set_models()
        self._batch.reset(ids=np.array([slot]), stage=mujoco.mjtStage.mjSTAGE_NONE)
        f = self.fields
        f["qpos"][slot], f["qvel"][slot], f["ctrl"][slot] = start.qpos, 0.0, start.ctrl
        self.place(slot, self.parked)
        if late and self._history is not None:
            self._history[slot] = still_history(model, start.qpos, start.ctrl)
        self._batch.warning[slot] = 0
        self.diverged[slot] = False

    def _set_models(self) -> None:
        own = any(m is not self._stage.model for m in self.models)
        if own or self._own:
            self._batch.set_models(self.models if own else None)
        self._own = own

    @property
    def parked(self) -> np.ndarray:
        """(nmocap, 7) where people and pets stand in the compiled model."""
        m = self._stage.model
        bodies = np.flatnonzero(m.body_mocapid >= 0)
        bodies = bodies[np.argsort(m.body_mocapid[bodies])]
        return np.concatenate([m.body_pos[bodies], m.body_quat[bodies]], axis=1)

    def push(self, slot: int, body: int, force: np.ndarray) -> None:
        """Applies a force (3,) [N] to a body of `slot` until it is set again."""
        self._push[slot].reshape(-1, 6)[body, :3] = force

    def pull(self, slot: int, torques: Mapping[int, float]) -> None:
        """Has joints of `slot` exert torques [N m] by themselves, by address in qvel, until they are set again."""
        for dof, torque in torques.items():
            self._pull[slot, dof] = torque

    def place(self, slot: int, mocap: np.ndarray | None) -> None:
        """Moves people and pets of `slot` to poses (nmocap, 7)."""
        if mocap is not None and self._mocap is not None:
            if self._followers:
                before = np.concatenate([self._mocap[0][slot], self._mocap[1][slot]], axis=1)
                mocap = lead(self._follow, slot, self._followers, before, mocap, self.parked)
            self._mocap[0][slot], self._mocap[1][slot] = mocap[:, :3], mocap[:, 3:]

    def forward(self, slots: np.ndarray) -> None:
        """Completes the states that `load` made."""
        self._batch.forward(ids=slots)

    def trace(self, names: Sequence[str]) -> None:
        """From now on `traced` holds these fields of MjData after each physics step of the last control step."""
        self._traced = {n: self._batch.bind(n) for n in names}
        self.traced, self.traced_slots = {}, np.zeros(0, int)

    def step(self, active: np.ndarray, path: np.ndarray) -> None:
        """One control step of the slots `active` (n,) along set-points `path` (n, substeps, A); those that break are marked in `diverged`
        and not stepped on: a state that is not finite costs seconds a step."""
        self.traced, self.traced_slots, whole = {}, np.zeros(0, int), self._check(active)
        for peak in self.force_peaks.values():
            peak[active] = 0.0
        if len(whole):
            self._along(whole, path[np.isin(active, whole)])

    def _along(self, slots: np.ndarray, path: np.ndarray) -> None:
        """Steps `slots` (n,) along `path` (n, substeps, A). All physics steps but the last are one call, which notes what its sensors
        say; the last also makes what the stage reads current."""
        try:
            seen = self._batch.rollout(self.substeps - 1, control=path[:, :-1], record=tuple({*self._traced, "sensordata"}), ids=slots)
        except batch.SimulationError as error:
            self.diverged[error.ids] = True
            return
        self._note_forces(slots, seen["sensordata"])
        if self._deepest is not None:
            self.diverged[slots] |= seen["sensordata"][:, 0, self._deepest] < -DEPTH_LIMIT_M
        whole = self._check(slots)
        if len(whole):
            self.fields["ctrl"][whole] = path[np.isin(slots, whole), -1]
            self._advance(whole)
            self._note_forces(whole, self.fields["sensordata"][whole][:, None])
            self._check(whole)
        self.traced = {n: np.concatenate([seen[n], now[slots][:, None]], axis=1) for n, now in self._traced.items()}
        self.traced_slots = slots

    def _note_forces(self, slots: np.ndarray, sensors: np.ndarray) -> None:
        """sensors (n, T, S): the sensors' readings in T physics steps of `slots` (n,)."""
        for name, adr in self._forces.items():
            force = np.linalg.norm(sensors[:, :, adr], axis=-1).max((1, 2))  # (n, T, N, 3) -> (n,)
            self.force_peaks[name][slots] = np.maximum(self.force_peaks[name][slots], force)

    def _check(self, slots: np.ndarray) -> np.ndarray:
        """Marks those of `slots` that broke; returns the others.

        The sensor of penetration speaks of a physics step's beginning: that of the first shows what the control step began with, that
        of the last what it ended with. In between, what was deep is thrown out and leaves no trace but speed.
        """
        warned = self._batch.warning[:, WARNINGS, 1].any(1)
        wild = ~(np.abs(self.fields["qpos"]) < PLACE_LIMIT).all(1) | ~(np.abs(self.fields["qvel"]) < SPEED_LIMIT).all(1)
        if self._deepest is not None:
            wild |= self.fields["sensordata"][:, self._deepest] < -DEPTH_LIMIT_M
        self.diverged[slots] |= (warned | wild)[slots]
        return slots[~self.diverged[slots]]

    def _advance(self, active: np.ndarray) -> None:
        """One physics step."""
        try:
            if self._moment is None:
                self._batch.step(ids=active)
            else:
                self._batch.step(ids=active, stage=self._moment)
        except batch.SimulationError as error:
            self.diverged[error.ids] = True

    def row(self, slot: int) -> np.ndarray:
        """MuJoCo's integration state (N,), solver warm start included."""
        return np.array(self._batch.state[slot])

    def set_row(self, slot: int, row: np.ndarray) -> None:
        """Writes the integration state (N,); what slept and is moved wakes. Raises HomebodyError for one of another size."""
        if np.shape(row) != self._batch.state[slot].shape:
            raise HomebodyError(f"physics of {np.shape(row)} numbers: expected {self._batch.state[slot].shape}")
        self._batch.state[slot] = row

    def take(self, slot: int) -> PhysicsState:
        """All that decides how `slot` goes on."""
        return self._memory.take(slot)

    def put(self, slot: int, state: PhysicsState, *, diverged: bool) -> None:
        """Puts `slot`, which runs on the same model, where `state` was taken."""
        self._memory.put(slot, state)
        self.diverged[slot] = diverged

    def state_hash(self, slot: int) -> str:
        """SHA-256 of the physics state, 16 hex digits."""
        return hashlib.sha256(np.ascontiguousarray(self._batch.state[slot]).tobytes()).hexdigest()[:16]

    def own_models(self) -> list[mujoco.MjModel | None]:
        """Each slot's model where it is not the stage's."""
        return [None if m is self._stage.model else m for m in self.models]

    def frames(self) -> dict[str, np.ndarray]:
        """What a picture needs besides the model, rows for all slots: `qpos`, and `mocap_pos`, `mocap_quat` where there are any."""
        out = {"qpos": self.fields["qpos"]}
        if self._mocap is not None:
            out["mocap_pos"], out["mocap_quat"] = self._mocap
        return out
