"""The physics of one simulation as a value that can be put back to the last bit, sleeping bodies included.

MuJoCo's integration state decides what follows, except where bodies may sleep: who sleeps, since when, and what was last computed for
the sleepers live in the simulation's MjData, which a persistent batch reads out (`get_data`) but does not take back. A native callback
of the velocity stage is handed that very MjData while the batch computes the stage; it copies the saved one over it. What the copy
lacks (contacts, constraints) the stage then computes once more, from the same positions.
"""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import mujoco
import numpy as np
from mujoco import _batch, batch

_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_VELOCITY = mujoco.mjtStage.mjSTAGE_VEL.value
_hook = threading.Lock()
"""MuJoCo's callbacks belong to the process."""


@dataclass(frozen=True, kw_only=True)
class PhysicsState:
    """One simulation's physics; arrays only, so that it can be pickled and copied."""

    row: np.ndarray
    """(N,) float64 MuJoCo's integration state: time, positions, speeds, delays, warm start, controls, mocap poses."""
    warning: np.ndarray
    """(W, 2) the engine's warnings."""
    outputs: Mapping[str, np.ndarray]
    """Derived fields that the stage reads, as they stand; empty where `data` has them."""
    data: Mapping[str, np.ndarray]
    """Fields of MjData where bodies may sleep; else empty."""


@functools.cache
def _native() -> tuple[Callable[..., None], Callable[..., None]]:
    """mj_copyData(to, model, from) and mj_updateSleep(model, data), from the library that the batch itself is linked with."""
    library = ctypes.CDLL(_batch.__file__)
    copy, wake = library.mj_copyData, library.mj_updateSleep
    copy.argtypes, copy.restype = [ctypes.c_void_p] * 3, ctypes.c_void_p
    wake.argtypes, wake.restype = [ctypes.c_void_p] * 2, None
    return copy, wake


def _fields(model: mujoco.MjModel) -> tuple[str, ...]:
    """Arrays of MjData that outlive a step: those of a fresh one. Contacts and constraints are made anew in each."""
    data = mujoco.MjData(model)
    names = [n for n in dir(data) if not n.startswith("_")]
    return tuple(n for n in names if isinstance(value := getattr(data, n), np.ndarray) and value.size)


class PhysicsMemory:
    """Takes and puts back the physics of a batch's simulations."""

    def __init__(self, simulations: batch.Batch, outputs: Mapping[str, np.ndarray]) -> None:
        """outputs: the batch's bound fields."""
        self._batch = simulations
        self._outputs = {n: v for n, v in outputs.items() if not v.flags.writeable}
        self._scratch: mujoco.MjData | None = None
        self._names: tuple[str, ...] = ()

    def take(self, slot: int) -> PhysicsState:
        """The physics of `slot` after its last reset or step."""
        row, warning = np.array(self._batch.state[slot]), np.array(self._batch.warning[slot])
        if not self._batch.persistent:
            return PhysicsState(row=row, warning=warning, outputs={n: v[slot].copy() for n, v in self._outputs.items()}, data={})
        data = self._batch.get_data(slot, self._data)
        return PhysicsState(row=row, warning=warning, outputs={}, data={n: getattr(data, n).copy() for n in self._names})

    def put(self, slot: int, state: PhysicsState) -> None:
        """Puts `slot` where `state` was taken; the slot runs on the same model."""
        if state.data:
            self._put_data(slot, state)
        self._batch.state[slot] = state.row
        self._batch.warning[slot] = state.warning
        for name, value in state.outputs.items():  # they stand until the next step computes them
            field = self._outputs[name][slot : slot + 1]
            field.flags.writeable = True
            field[0] = value

    @property
    def _data(self) -> mujoco.MjData:
        if self._scratch is None:
            self._scratch, self._names = mujoco.MjData(self._batch.model), _fields(self._batch.model)
        return self._scratch

    def _put_data(self, slot: int, state: PhysicsState) -> None:
        (copy, wake), data, mine, calls = _native(), self._data, threading.get_ident(), []
        for name, value in state.data.items():
            getattr(data, name)[:] = value
        data.time = float(state.row[0])  # the row begins with it

        def restore(model: int, there: int) -> None:
            if threading.get_ident() == mine:  # other engines may run on other threads meanwhile
                copy(there, model, data._address)
                wake(model, there)
                calls.append(there)

        callback = _CALLBACK(restore)
        with _hook:
            mujoco.set_mjcb_passive(callback)
            try:
                self._batch.forward(ids=[slot], stage=_VELOCITY)
            finally:
                mujoco.set_mjcb_passive(None)
        if len(calls) != 1:
            raise RuntimeError(f"the velocity stage called back {len(calls)} times: the state of slot {slot} was not put back")
        self._batch.forward(ids=[slot], stage=_VELOCITY)
