"""`homebody prompt --explain`: what a policy went by at each of its decisions, and what those leaned on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import HomebodyError
from ..core.rollout import Listener, Run
from ..core.types import CONTROL_HZ, Observation, Policy
from ..policies.explaining import JOINTS, TOUCH, WORDS, Change, Explainable, leanings, steering
from .explain_layout import HEIGHT, SAYS, View, compose_explained
from .tables import Column, print_table

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from ..policies.explaining import Steering
    from .explain_layout import Frame
    from .video_layout import Moment

CALLED = {TOUCH: "touch", JOINTS: "joints", WORDS: "words"}
"""Senses as people call them; a camera's is its picture."""
CAMERAS = ("scene", "wrist")
"""Cameras that the film shows."""


def called(sense: str) -> str:
    return CALLED.get(sense, f"{sense} picture")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One chunk that was planned."""

    time_s: float
    changes: Mapping[str, Change]
    """Sense -> how the plan changes without it."""


class Explainer(Listener):
    """Asks the policy at each of its decisions what it goes by and what it leans on, and draws that into the film. It acts as it does alone."""

    looks = False  # it looks where the policy looks
    height = HEIGHT
    """Of the film's frames [pixels]."""

    def __init__(self, env: HouseholdVectorEnv, policy: Policy, clock: Callable[[], float] = time.perf_counter) -> None:
        """Raises HomebodyError for a policy that cannot be asked."""
        if not isinstance(policy, Explainable):
            raise HomebodyError(
                f"policy {policy.name!r} cannot be explained: expected `homebody`, `house`, or a checkpoint of their kind, without --think"
            )
        self._env, self._policy, self._clock = env, policy, clock
        self._usual: dict[str, np.ndarray] = {}
        self._view: View | None = None
        self._until, self._about = -1, ""
        self.decisions: list[Decision] = []
        self.words: dict[str, list[Steering]] = {}
        """What the policy was told -> what each of its words did at the first decision about it."""
        self.seconds = 0.0
        """Time that asking took."""

    def seen(self, run: Run, observation: Observation, info: Mapping[str, Any]) -> None:
        if run.steps == 0:  # it decides next: the film's first picture shows that already
            self._ask(run, observation)

    def acts(self, run: Run, observation: Observation, action: np.ndarray) -> None:
        if run.steps and self._policy.looks_in(run.slot) == self._policy.execute - 1:
            self._ask(run, observation)  # else it acts out what it has planned, or somebody brings the arm home

    def _ask(self, run: Run, observation: Observation) -> None:
        """What it decides at this observation (B, ...), where it does not just hold still."""
        policy, slot = self._policy, run.slot
        told = policy.told(slot)
        if told is None:
            return
        began = self._clock()
        self._usual = self._usual or {JOINTS: np.array(observation[JOINTS])}
        belief, changes = leanings(policy, observation, slot, self._usual)
        if told not in self.words:
            self.words[told] = steering(policy, observation, slot, belief)
        self.decisions.append(Decision(time_s=run.steps / CONTROL_HZ, changes=changes))
        self.seconds += self._clock() - began
        then = {c: self._env.camera_geometry(slot, c) for c in belief.heat if c in CAMERAS}
        shown = {called(sense): change for sense, change in changes.items()}
        self._view = View(belief=belief, then=then, height=self._env.image_size[0], words=self.words[told], changes=shown)
        self._until, self._about = run.steps + policy.execute, run.words

    def frame(self, run: Run, moment: Moment) -> Frame:
        """What draws a frame of the film: a decision's view stays until it is acted out."""
        if self._view is None or run.steps > self._until or run.words != self._about:
            return partial(compose_explained, moment, None, {})
        now = {c: self._env.camera_geometry(run.slot, c) for c in CAMERAS}
        return partial(compose_explained, moment, self._view, now)

    def summary(self) -> list[dict[str, Any]]:
        """For each sense, by how much it changes the plan: mean over the decisions of millimetres, degrees and gripper, and when most [s]."""
        out = []
        for sense in self.decisions[0].changes if self.decisions else ():
            rows = [d.changes[sense] for d in self.decisions]
            most = max(range(len(rows)), key=lambda n: rows[n].mm)
            means = {k: float(np.mean([getattr(r, k) for r in rows])) for k in ("mm", "degrees", "gripper")}
            out.append({"sense": called(sense), **means, "most_at_s": self.decisions[most].time_s, "most_mm": rows[most].mm})
        return sorted(out, key=lambda row: -row["mm"])

    def report(self) -> dict[str, Any]:
        """Prints what the decisions leaned on; for the JSON `explanation` and `words`, as docs/rooms/cli.md has them."""
        words = [
            {"instruction": told, "word": w.word, "point": w.point, "mm": w.mm, "act_mm": w.moved_mm[0], "place_mm": w.moved_mm[1],
             "heat": w.elsewhere, "motion_mm": w.motion_mm} for told, found in self.words.items() for w in found
        ]  # fmt: skip
        rows = self.summary()
        self._print(rows)
        return {"explanation": rows, "words": words}

    def _print(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """A table of the senses and a line for each instruction's words."""
        if not self.decisions:
            print("nothing to explain: it was told nothing that it does, and decided nothing")
            return
        ahead = self._policy.execute / CONTROL_HZ
        print(f"what the decisions leaned on: without each, the next {ahead:.1f} s would have been planned otherwise by")
        print_table([
            Column(title="left out", cells=[r["sense"] for r in rows], rank=0), Column(title="tool", cells=[f"{r['mm']:.0f} mm" for r in rows], rank=0),
            Column(title="turn", cells=[f"{r['degrees']:.0f}°" for r in rows], rank=2),
            Column(title="gripper", cells=[f"{100 * r['gripper']:.0f} %" for r in rows], rank=3),
            Column(title="most", cells=[f"{r['most_mm']:.0f} mm at {r['most_at_s']:.1f} s" for r in rows], rank=1),
        ])  # fmt: skip
        for told, found in self.words.items():
            named = {point: ", ".join(f"{w.word} ({w.mm:.0f} mm)" for w in found if w.point == point) for point in (*SAYS, None)}
            parts = [f"{says} hangs on {named[point]}" for point, says in SAYS.items() if named[point]]
            parts += [f"neither hangs on {named[None]}"] if named[None] else []
            if parts:
                print(f"{told!r}: {'; '.join(parts)}")
        share = 1e3 * self.seconds / len(self.decisions)
        print(f"{len(self.decisions)} decisions explained, {share:.0f} ms each; what a decision leans on is not what made it right")
