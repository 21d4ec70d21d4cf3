"""`homebody tasks --gallery DIR`: a picture of every task, before and after the expert did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from ..core.files import write_bytes, write_text

SIZE = (360, 480)
"""Height and width of each picture."""
BAR = 30
"""Height of the caption [px]."""
TRIES = 6
"""Episodes that the expert may take until one succeeds."""


def _caption(picture: np.ndarray, text: str) -> np.ndarray:
    """The picture under a bar with `text`."""
    import cv2

    bar = np.full((BAR, picture.shape[1], 3), 246, np.uint8)
    cv2.putText(bar, text, (10, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 44, 52), 1, cv2.LINE_AA)
    return np.vstack([bar, picture])


def draw_task(task: str, split: str = "train") -> tuple[np.ndarray, str, bool]:
    """Before beside after (height, width, 3) uint8, the instruction, and whether the expert succeeded."""
    from ..envs.engine import HouseholdVectorEnv
    from ..envs.skills.expert import Expert

    env = HouseholdVectorEnv(task, 1, cameras=(), split=split)
    expert, before, words, done = Expert(env), np.zeros((*SIZE, 3), np.uint8), "", False
    for index in range(TRIES):
        observation, info = env.reset(options={"index": [index]})
        words = str(info["instruction"][0])
        before = env.render_slot(0, "overview", SIZE, "pretty")
        expert.reset([0], info["instruction"])
        while not env.finished(0):
            observation, _, _, _, info = env.step(expert.act(observation))
        done = bool(info["success"][0])
        if done:
            break
    after = env.render_slot(0, "overview", SIZE, "pretty")
    env.close()
    return _caption(np.hstack([before, after]), f"{task}: {words}"), words, done


def write_gallery(folder: Path, tasks: Sequence[str], progress: Callable[[int, str], None]) -> dict[str, bool]:
    """Writes DIR/<task>.png for each task and DIR/index.html; whether the expert did each."""
    import cv2

    folder.mkdir(parents=True, exist_ok=True)
    done: dict[str, bool] = {}
    cells = []
    for number, task in enumerate(tasks):
        picture, words, done[task] = draw_task(task)
        write_bytes(folder / f"{task}.png", cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
        cells.append(f'<figure><img src="{escape(task)}.png" alt="{escape(words)}" loading="lazy"></figure>')
        progress(number + 1, task)
    style = "body{margin:2rem;background:#faf8f4;font:15px system-ui}main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(30rem,1fr))}img{width:100%;border-radius:8px}figure{margin:0}"
    page = f"<!doctype html><meta charset=utf-8><title>Homebody tasks</title><style>{style}</style><h1>{len(tasks)} tasks</h1><main>{''.join(cells)}</main>"
    write_text(folder / "index.html", page + "\n")
    return done
