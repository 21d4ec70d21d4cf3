"""`homebody tasks --gallery DIR --policy P`: a film of the first success of a policy at every task, and a page that plays them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.files import write_text
from ..core.rollout import Listener, Run, until_success
from ..core.types import CONTROL_HZ, Observation

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from ..policies.source import PolicySource

SIZE = (300, 400)
"""Height and width of a film [pixels]."""
EVERY = 2
"""Control steps between two pictures."""
HOLD = CONTROL_HZ // EVERY
"""Times that the last picture is shown: a second."""
STYLE = (
    "body{margin:2rem;background:#faf8f4;color:#282c34;font:15px system-ui}main{display:grid;gap:1.2rem;"
    "grid-template-columns:repeat(auto-fill,minmax(22rem,1fr))}figure{margin:0}video{width:100%;border-radius:8px;background:#ddd}"
    "figcaption{padding:.3rem .1rem}b{font-weight:600}small{color:#6b7280}.not small{color:#b45309}"
)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What became of one task."""

    task: str
    words: str
    """The instruction of the episode that is shown."""
    start: int
    """Its index: the last one that was tried."""
    success: bool


class _Sent(Listener):
    """Keeps the actions of the episode that ran last."""

    looks = False

    def __init__(self) -> None:
        self.actions: list[np.ndarray] = []

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        if run.steps == 0:
            self.actions = []
        self.actions.append(action.copy())


def shoot(task: str, source: PolicySource, path: Path, *, robot: str, split: str, tries: int) -> Shot:
    """Lets a policy try the first `tries` starts of a task until it succeeds, then acts the last one out again before the camera. Only what
    the policy itself looks at is drawn while it tries."""
    from ..envs.engine import HouseholdVectorEnv

    place = {"robot": robot, "split": split, "threads": 1}
    env = HouseholdVectorEnv(
        task, 1, cameras=source.cameras, image_size=source.image_size, privileged=source.privileged, sensors=source.sensors, **place
    )
    sent = _Sent()
    try:
        run, success = until_success(env, source.build(env), tries, listeners=[sent])
    finally:
        env.close()
    stage = HouseholdVectorEnv(task, 1, cameras=(), **place)
    try:
        _film(stage, run.index, sent.actions, path)
    finally:
        stage.close()
    return Shot(task=task, words=run.told, start=run.index, success=success)


def _film(stage: HouseholdVectorEnv, index: int, actions: Sequence[np.ndarray], path: Path) -> None:
    """Acts an episode out, and films it at its own speed."""
    from .video import VideoWriter

    stage.reset(options={"index": np.array([index])})
    with VideoWriter(path, size=SIZE, fps=CONTROL_HZ // EVERY) as film:
        for t, action in enumerate(actions):
            if t % EVERY == 0:
                film.write(stage.render_slot(0, "scene", SIZE, "pretty"))
            stage.step(action[None])
        last = stage.render_slot(0, "scene", SIZE, "pretty")
        for _ in range(HOLD):
            film.write(last)


def write_films(
    folder: Path, tasks: Sequence[str], source: PolicySource, *, robot: str, split: str, tries: int, progress: Callable[[int, str], None]
) -> list[Shot]:
    """Writes DIR/<task>.mp4 for each task and DIR/index.html, which grows with every film."""
    folder.mkdir(parents=True, exist_ok=True)
    shots: list[Shot] = []
    for task in tasks:
        shots.append(shoot(task, source, folder / f"{task}.mp4", robot=robot, split=split, tries=tries))
        write_text(folder / "index.html", page_of(shots, source.name, tries))
        progress(len(shots), task)
    return shots


def page_of(shots: Sequence[Shot], who: str, tries: int) -> str:
    done = sum(s.success for s in shots)
    cells = []
    for shot in shots:
        came = f"done at start {shot.start}" if shot.success else f"not done in {tries} starts; the last one"
        cells.append(
            f'<figure class="{"" if shot.success else "not"}"><video src="{escape(shot.task)}.mp4" muted loop autoplay playsinline controls></video>'
            f"<figcaption><b>{escape(shot.words)}</b><br><small>{escape(shot.task)}: {came}</small></figcaption></figure>"
        )
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(who)} at {len(shots)} tasks</title><style>{STYLE}</style>"
    told = f"<h1>{escape(who)} at {len(shots)} tasks</h1><p>The first success of each in at most {tries} starts; {done} of {len(shots)} have one.</p>"
    return f"{head}{told}<main>{''.join(cells)}</main>\n"
