"""`homebody tasks --gallery DIR`: a picture of every task, before and after the expert did it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.files import write_bytes, write_text
from ..core.robots import DEFAULT_ROBOT
from ..core.rollout import Listener, Run, until_success
from ..core.types import Observation

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

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


class _BeforeAndAfter(Listener):
    """Pictures of the first and the last state of the episode that ran last."""

    def __init__(self, env: HouseholdVectorEnv) -> None:
        self._env = env
        self.pictures: list[np.ndarray] = []

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        if run.steps == 0:
            self.pictures = []
        if run.steps == 0 or run.over:
            self.pictures.append(self._env.render_slot(run.slot, "overview", SIZE, "pretty"))


def draw_task(task: str, *, robot: str = DEFAULT_ROBOT, split: str = "train") -> tuple[np.ndarray, str, bool]:
    """Before beside after (height, width, 3) uint8, the instruction, and whether the expert succeeded."""
    from ..envs.engine import HouseholdVectorEnv
    from ..envs.skills.expert import Expert

    env = HouseholdVectorEnv(task, 1, robot=robot, cameras=(), split=split)
    look = _BeforeAndAfter(env)
    run, done = until_success(env, Expert(env), TRIES, listeners=[look])
    env.close()
    return _caption(np.hstack(look.pictures), f"{task}: {run.told}"), run.told, done


def write_gallery(folder: Path, tasks: Sequence[str], robot: str, progress: Callable[[int, str], None]) -> dict[str, bool]:
    """Writes DIR/<task>.png for each task and DIR/index.html; whether the expert did each."""
    import cv2

    folder.mkdir(parents=True, exist_ok=True)
    done: dict[str, bool] = {}
    cells = []
    for number, task in enumerate(tasks):
        picture, words, done[task] = draw_task(task, robot=robot)
        write_bytes(folder / f"{task}.png", cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
        cells.append(f'<figure><img src="{escape(task)}.png" alt="{escape(words)}" loading="lazy"></figure>')
        progress(number + 1, task)
    style = "body{margin:2rem;background:#faf8f4;font:15px system-ui}main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(30rem,1fr))}img{width:100%;border-radius:8px}figure{margin:0}"
    page = f"<!doctype html><meta charset=utf-8><title>Homebody tasks</title><style>{style}</style><h1>{len(tasks)} tasks</h1><main>{''.join(cells)}</main>"
    write_text(folder / "index.html", page + "\n")
    return done
