"""How fast the store writes and reads: two 128 x 128 cameras, 20 Hz, as in the field's comparisons."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from ..core.marks import MARK_DIM
from ..core.robots import DEFAULT_ROBOT
from ..core.types import Certificate, Episode, Goal, Span
from .sampler import WindowSampler
from .store import Store

FRAMES, EPISODES, SIZE = 100, 10, 128


def moving_episode(number: int, frames: int = FRAMES, size: int = SIZE) -> Episode:
    """A made-up episode: a ramp that moves, so that codecs have something to do."""
    ramp = np.indices((size, size)).sum(0) % 255
    film = np.stack([np.stack([np.roll(ramp, t + number, 1)] * 3, -1) for t in range(frames)]).astype(np.uint8)
    rng = np.random.default_rng(number)
    goal = Goal(task="open_drawer", target="top")
    certificate = Certificate(
        task="open_drawer", robot=DEFAULT_ROBOT, split="train", index=number, goal=goal, model_hash="0" * 16, engine="none", cpu="none",
        initial_hash="0" * 16, final_hash="0" * 16,
    )  # fmt: skip
    return Episode(
        observation={"scene": film, "wrist": film[:, ::-1].copy(), "tactile": rng.random((frames, 2, 3, 8, 8), np.float32) * 1e-3,
                     "proprio": rng.random((frames, 24), np.float32)},
        action=rng.random((frames, 8), np.float32), intervention=np.ones(frames, bool), times_s=np.arange(1, frames + 1) * 0.05,
        instruction="open the top drawer", paraphrases=["open the top drawer"], predicates={"open(top_drawer)": True}, success=True,
        credit=1.0, spans=[Span(name="reach", start=0, stop=frames)], policy="expert", certificate=certificate,
        initial_state=rng.random(200), goals=(goal, Goal(task="pick_up", target="mug")),
        labels={"marks": rng.random((frames, 2, MARK_DIM), np.float32), "pixels": rng.random((frames, 2, 2, 2, 2), np.float32)},
    )  # fmt: skip


def measure(seconds: float = 4.0) -> dict[str, float]:
    """Frames written and random training windows (2 frames of 2 cameras, 16 actions) read per second."""
    episodes = [moving_episode(i) for i in range(EPISODES)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speed"
        with Store.create(path, robot=DEFAULT_ROBOT, cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
            start = time.perf_counter()
            for episode in episodes:
                store.append(episode)
            written = EPISODES * FRAMES / (time.perf_counter() - start)
        with Store.open(path) as store:
            sampler = iter(WindowSampler(store, batch_size=8))
            count, start = 0, time.perf_counter()
            while time.perf_counter() - start < seconds:
                next(sampler)
                count += 8
            return {"write_frames_per_s": written, "windows_per_s": count / (time.perf_counter() - start)}
