"""What one sentence asks for, done one thing after the other in one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..core.instructions import phrasings
from ..core.rollout import Listener, Rollout, Run
from ..core.types import CONTROL_HZ, Goal, Policy
from .ready import homeward

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv

TRIES = 2
"""How often a thing is tried where a sentence asks for several."""
CLOSED, BROKE = "it is so already, or cannot be done as things are now", "the simulation diverged"


@dataclass(frozen=True, kw_only=True)
class Done:
    """What one of the things that were asked for came to."""

    instruction: str
    goal: Goal
    success: bool = False
    credit: float = 0.0
    steps: int = 0
    """Control steps of all tries."""
    tries: int = 0
    predicates: Mapping[str, bool] = field(default_factory=dict)
    why: str = ""
    """Why it was not tried, or not to the end."""

    def to_json(self) -> dict[str, Any]:
        about = {"instruction": self.instruction, "task": self.goal.task, "goal": self.goal.to_json(), "success": self.success}
        return {
            **about,
            "credit": self.credit,
            "steps": self.steps,
            "tries": self.tries,
            "predicates": dict(self.predicates),
            "why": self.why,
        }

    def __str__(self) -> str:
        if self.success:
            return f"done after {self.steps / CONTROL_HZ:.1f} s"
        return f"not done{f': {self.why}' if self.why else f' in {self.steps / CONTROL_HZ:.1f} s'}"


def told(goals: Sequence[Goal], text: str) -> list[str]:
    """What the policy is told of each goal: the person's own words where they ask for one, one sentence each where for several."""
    return [text] if len(goals) == 1 else [phrasings(g)[0] for g in goals]


def numbered(sentences: Sequence[str]) -> str:
    """A plan as people read it."""
    return "\n".join(f"  {n}. {s}" for n, s in enumerate(sentences, 1))


class Stay:
    """Slot 0 of one world, in which one policy does what it is asked for."""

    def __init__(
        self, env: HouseholdVectorEnv, policy: Policy, listeners: Sequence[Listener] = (), say: Callable[[str], None] = print, *,
        goes_home: bool = False,
    ) -> None:  # fmt: skip
        """goes_home: whether the arm is brought home before each thing, in the time that there is for it: for policies that learned to begin
        there."""
        self._env, self._say, self._goes_home = env, say, goes_home
        self._rollout = Rollout(env, policy, listeners=listeners)
        self.run = Run(slot=0, index=-1, told="", instruction="", over=True)

    @property
    def seen(self) -> tuple[Any, dict[str, Any]]:
        """Observation and info, (1, ...), as of the last reset or step."""
        return self._rollout.observation, self._rollout.info

    def begin(self, index: int, goal: Goal, words: str) -> None:
        """In initial state `index`, which is asked for `goal` at once: `do` goes on with it."""
        (self.run,) = self._rollout.start([index], goals=[goal], instructions=[words], slots=[0])

    def arrive(self, index: int) -> None:
        """In initial state `index`, where nothing is asked for yet."""
        self._rollout.runs.clear()
        self.run = self._rollout.arrive(0, index)

    def break_off(self) -> None:
        """Whatever was being done is over, as where the policy fails."""
        self._rollout.runs.clear()
        self.run.over = True

    def do(self, goals: Sequence[Goal], words: Sequence[str]) -> list[Done]:
        """One thing after the other; what is not done is named, and the next one is tried unless the physics broke."""
        out: list[Done] = []
        for n, (goal, text) in enumerate(zip(goals, words, strict=True), 1):
            done = Done(instruction=text, goal=goal)
            broke = bool(out) and out[-1].why == BROKE
            out.append(replace(done, why=BROKE) if broke else self._one(done, TRIES if len(goals) > 1 else 1))
            if len(goals) > 1:
                self._say(f"{n}. {text}: {out[-1]}")
        return out

    def _one(self, done: Done, tries: int) -> Done:
        began = self.run.steps
        for attempt in range(1, tries + 1):
            if self.run.over:
                if done.goal not in self._env.open_goals(0):
                    return replace(done, why=CLOSED)
                self._rollout.ask(self.run, done.goal, done.instruction)
                for action in homeward(self._env) if self._goes_home else ():
                    self._rollout.step(action)
                    if self.run.over:
                        break
            while not self.run.over:
                self._rollout.step()
            done = self._came_to(done, attempt, self.run.steps - began)
            if done.success or done.why:
                return done
            if attempt < tries:
                self._say(f"   {done.instruction}: not done, once more")
        return done

    def _came_to(self, done: Done, attempt: int, steps: int) -> Done:
        info = self._rollout.info
        broke = bool(info["diverged"][0])
        return replace(
            done, success=bool(info["success"][0]) and not broke, credit=float(info["credit"][0]), steps=steps, tries=attempt,
            predicates=dict(info["predicates"][0]), why=BROKE if broke else "",
        )  # fmt: skip
