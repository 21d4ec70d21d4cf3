"""Films of the robot: H.264 files, and small animations for a web page."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np

from ..core.errors import HomebodyError


class VideoWriter:
    """Writes frames (H, W, 3) uint8 RGB, H and W even, to an MP4 file that browsers and chat programs play.

    The file appears under its name only when it is whole: leaving the `with` block on an exception discards it.
    """

    def __init__(self, path: Path, *, size: tuple[int, int], fps: int = 20, quality: int = 23) -> None:
        """size (height, width); quality is x264's constant rate factor, 18 (large) to 30 (small)."""
        if size[0] % 2 or size[1] % 2:
            raise HomebodyError(f"video of {size[0]} x {size[1]} pixels: expected even numbers")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.size = path, size
        self._part = path.with_name(f".{path.name}.part")
        codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        options = {"crf": str(quality), "preset": "veryfast", "movflags": "+faststart"} if codec == "libx264" else {"qscale": "4"}
        self._container = av.open(str(self._part), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = self._container.add_stream(codec, rate=fps, options=options)
        self._stream.height, self._stream.width = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.thread_type = "SLICE"
        self._stream.codec_context.time_base = Fraction(1, fps)
        self.frames = 0

    def write(self, frame: np.ndarray) -> None:
        """Appends one picture (H, W, 3) uint8 RGB."""
        if frame.shape != (*self.size, 3) or frame.dtype != np.uint8:
            raise HomebodyError(f"video frame is {frame.shape} {frame.dtype}: expected {(*self.size, 3)} uint8")
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        picture.pts = self.frames
        self.frames += 1
        self._container.mux(self._stream.encode(picture))

    def close(self, *, keep: bool = True) -> None:
        try:
            if keep:
                self._container.mux(self._stream.encode(None))
            self._container.close()
            if keep:
                self._part.replace(self.path)
        finally:
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close(keep=kind is None)


class Background:
    """Composes and writes frames on a thread of its own while the next one is simulated; at most two wait."""

    def __init__(self, film: VideoWriter) -> None:
        self._film = film
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="film")
        self._waiting: deque[Future[None]] = deque()

    def add(self, compose: Callable[[], np.ndarray], *, times: int = 1) -> None:
        """Appends the frame that `compose` returns, `times` over. Raises what an earlier frame raised."""
        if len(self._waiting) == 2:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._write, compose, times))

    def _write(self, compose: Callable[[], np.ndarray], times: int) -> None:
        frame = compose()
        for _ in range(times):
            self._film.write(frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        for job in self._waiting if kind is None else ():
            job.result()


def save_animation(frames: Sequence[np.ndarray], path: Path, *, fps: int = 10, width: int = 640, quality: int = 60) -> int:
    """Writes frames (H, W, 3) uint8 RGB as an animated WebP that repeats for ever; returns its size [bytes]."""
    if path.suffix != ".webp":
        raise HomebodyError(f"animation {path.name!r}: expected a name that ends in .webp")
    if not frames:
        raise HomebodyError("an animation of no frames: expected at least one")
    animation = cv2.Animation()
    height = round(frames[0].shape[0] * width / frames[0].shape[1])
    small = [cv2.resize(f, (width, height), interpolation=cv2.INTER_AREA) for f in frames]
    animation.frames = [cv2.cvtColor(f, cv2.COLOR_RGB2BGR) for f in small]
    animation.durations = [round(1000 / fps)] * len(frames)
    animation.loop_count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, quality]):
        raise HomebodyError(f"could not write {path}")
    return path.stat().st_size
