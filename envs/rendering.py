"""A pool of EGL contexts: each thread owns one context and one MjData, and draws any simulation's state.

The engine's classic renderer with shadows and multisampling off (profile `fast`) is 30 times faster in software than
with its defaults; pictures for people use `pretty`.
"""

from __future__ import annotations

import copy
import os
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import mujoco
import numpy as np

from ..core.errors import HomebodyError, unknown
from ..core.opengl import opengl_conflict
from .profiles import Profile, apply_profile, scene_flags
from .readout import metric_depth, objects_of

MAX_PIXELS = (720, 1280)
"""Largest picture, height and width."""


Kind = Literal["colour", "depth", "segmentation"]
SHAPES: dict[Kind, tuple[int, np.dtype[Any]]] = {
    "colour": (3, np.dtype(np.uint8)), "depth": (1, np.dtype(np.float32)), "segmentation": (2, np.dtype(np.int32)),
}  # fmt: skip
"""Channels and type of each kind of picture: RGB; distance from the camera's plane [m]; an object's id and type (mjtObj), -1 for none."""


@dataclass(frozen=True)
class View:
    """One picture to draw: camera name, height and width, and what it shows."""

    camera: str
    height: int
    width: int
    kind: Kind = "colour"

    @property
    def channels(self) -> int:
        return SHAPES[self.kind][0]

    @property
    def dtype(self) -> np.dtype[Any]:
        return SHAPES[self.kind][1]

    def empty(self, count: int) -> np.ndarray:
        """(count, H, W, C) zeros of this view's type."""
        return np.zeros((count, self.height, self.width, self.channels), self.dtype)


def _egl_context() -> Any:
    """A headless EGL context, whatever MUJOCO_GL says: the engine renders without a display everywhere."""
    # Mesa's software renderer starts threads of its own, which fight with the pool's: half as many pictures per second.
    os.environ.setdefault("LP_NUM_THREADS", "0")
    if conflict := opengl_conflict():
        raise HomebodyError(conflict)
    try:
        from mujoco.egl import GLContext

        return GLContext(MAX_PIXELS[1], MAX_PIXELS[0])
    except (RuntimeError, ImportError, AttributeError, OSError) as error:
        raise HomebodyError(f"no OpenGL context for rendering ({error}): install libegl1 and libgl1, then run `homebody doctor`") from error


class _Worker:
    """One context, used from the thread that made it only."""

    def __init__(self, model: mujoco.MjModel, profile: Profile) -> None:
        self.model = copy.copy(model)
        apply_profile(self.model, profile)
        self.model.vis.global_.offheight, self.model.vis.global_.offwidth = MAX_PIXELS
        self.gl = _egl_context()
        self.gl.make_current()
        self.context = mujoco.MjrContext(self.model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self.context)
        self.context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR.value
        self.data = mujoco.MjData(self.model)
        self.scene = mujoco.MjvScene(self.model, maxgeom=2000)
        for flag, value in scene_flags(profile).items():
            self.scene.flags[flag] = value
        self.option = mujoco.MjvOption()
        self.option.geomgroup[:] = [1, 1, 1, 0, 0, 0]
        self.camera = mujoco.MjvCamera()
        self.camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self.perturb = mujoco.MjvPerturb()
        self._profile, self._drawn = profile, self.model

    def _dressed(self, model: mujoco.MjModel | None) -> mujoco.MjModel:
        """The model to draw from: an episode's own shares the meshes and textures that the context was made with."""
        if model is None:
            return self.model
        if self._profile == "pretty":
            model = copy.copy(model)
            apply_profile(model, self._profile)
        return model

    def draw(
        self, state: Mapping[str, np.ndarray], row: int, model: mujoco.MjModel | None, views: Sequence[View], out: Sequence[np.ndarray]
    ) -> None:  # fmt: skip
        """Writes each view of row `row` of the state into its array of `out` (height, width, channels)."""
        m, d = self._dressed(model), self.data
        if m is not self._drawn:  # where sleeping is on, static bodies are placed at a reset alone
            mujoco.mj_resetData(m, d)
            self._drawn = m
        for name, values in state.items():
            getattr(d, name)[:] = values[row]
        mujoco.mj_kinematics(m, d)
        mujoco.mj_camlight(m, d)
        if m.nflex:
            mujoco.mj_flex(m, d)
        for view, picture in zip(views, out, strict=True):
            self.camera.fixedcamid = m.camera(view.camera).id
            mujoco.mjv_updateScene(m, d, self.option, self.perturb, self.camera, mujoco.mjtCatBit.mjCAT_ALL.value, self.scene)
            picture[:] = self._shoot(m, view)[::-1]

    def _shoot(self, model: mujoco.MjModel, view: View) -> np.ndarray:
        """(height, width, channels) as OpenGL keeps it: bottom row first."""
        rect = mujoco.MjrRect(0, 0, view.width, view.height)
        coded = view.kind == "segmentation"
        for flag in (mujoco.mjtRndFlag.mjRND_SEGMENT.value, mujoco.mjtRndFlag.mjRND_IDCOLOR.value):
            self.scene.flags[flag] = coded
        mujoco.mjr_render(rect, self.scene, self.context)
        if view.kind == "depth":
            depth = np.empty((view.height, view.width), np.float32)
            mujoco.mjr_readPixels(None, depth, rect, self.context)
            return metric_depth(depth, model)[..., None]
        pixels = np.empty((view.height, view.width, 3), np.uint8)
        mujoco.mjr_readPixels(pixels, None, rect, self.context)
        return objects_of(pixels, self.scene) if coded else pixels

    def close(self) -> None:
        self.context.free()
        self.gl.free()


class _Painter:
    """A thread with one worker on it; EGL wants a context freed on the thread that made it."""

    def __init__(self, model: mujoco.MjModel, profile: Profile) -> None:
        self._model = model
        self._profile: Profile = profile
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="render")
        self._worker: _Worker | None = None

    def submit(
        self, state: Mapping[str, np.ndarray], models: Sequence[mujoco.MjModel | None], rows: Sequence[int], views: Sequence[View],
        out: Sequence[np.ndarray],
    ) -> Future[None]:  # fmt: skip
        return self._thread.submit(self._draw, state, models, rows, views, out)

    def _draw(
        self, state: Mapping[str, np.ndarray], models: Sequence[mujoco.MjModel | None], rows: Sequence[int], views: Sequence[View],
        out: Sequence[np.ndarray],
    ) -> None:  # fmt: skip
        if self._worker is None:
            self._worker = _Worker(self._model, self._profile)
        for row in rows:
            self._worker.draw(state, row, models[row], views, [picture[row] for picture in out])

    def _free(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def end(self, wait: bool) -> None:
        """Frees the context and ends the thread, after what it has left to draw."""
        self._thread.submit(self._free)
        self._thread.shutdown(wait=wait)


def _end(painters: Sequence[_Painter], wait: bool = False) -> None:
    for painter in painters:
        painter.end(wait)


class RenderPool:
    """Draws states on `threads` threads. Pictures do not depend on which thread draws them.

    A pool that is dropped without `close` ends its threads and contexts by itself.
    """

    def __init__(self, model: mujoco.MjModel, *, threads: int = 2, profile: Profile = "fast") -> None:
        self._painters = [_Painter(model, profile) for _ in range(threads)]
        self._cameras = {model.camera(i).name for i in range(model.ncam)}
        self._finalizer = weakref.finalize(self, _end, self._painters)
        self._finalizer.atexit = False  # threads take no more work by then; contexts end with the process

    def draw(
        self, state: Mapping[str, np.ndarray], views: Sequence[View], rows: Sequence[int], out: Sequence[np.ndarray],
        models: Sequence[mujoco.MjModel | None] | None = None,
    ) -> None:  # fmt: skip
        """For each `row` of the state {field of MjData: (B, ...)}, `qpos` and maybe `mocap_pos`, `mocap_quat`, writes view v into
        out[v][row] (see View.empty); `models[row]` is the episode's own model where it has one."""
        for view in views:
            if view.camera not in self._cameras:
                raise unknown("camera", view.camera, sorted(self._cameras))
            if not (0 < view.height <= MAX_PIXELS[0] and 0 < view.width <= MAX_PIXELS[1]):
                raise HomebodyError(f"picture of {view.height} x {view.width} pixels: expected 1 x 1 to {MAX_PIXELS[0]} x {MAX_PIXELS[1]}")
        parts = [p for p in np.array_split(np.asarray(rows, int), len(self._painters)) if len(p)]
        own = models or [None] * len(state["qpos"])
        jobs = [painter.submit(state, own, [int(r) for r in p], views, out) for painter, p in zip(self._painters, parts, strict=False)]
        for job in jobs:
            job.result()

    def close(self) -> None:
        """Ends the threads and their contexts."""
        if self._finalizer.detach() is not None:
            _end(self._painters, wait=True)
