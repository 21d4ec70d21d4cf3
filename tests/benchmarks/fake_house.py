"""A house of a few numbers with the engine's interface, so that the protocol is tested in milliseconds."""

from __future__ import annotations

import numpy as np
from homebody.core.instructions import parse
from homebody.core.types import Certificate, Goal

GOALS = (
    Goal(task="open_drawer", target="top"),
    Goal(task="open_drawer", target="bottom"),
    Goal(task="open_microwave", target="microwave"),
    Goal(task="pick_up", target="apple"),
)
HOLD, HORIZON = 10, 40


class FakeHouse:
    """Action 0 names the goal (its place in GOALS) that advances by a step; each is met after 3 to 7 steps.

    `hard` episodes cannot be solved, nor, with the axis `hinge_friction` at v, those whose index ends in a digit below 5 v.
    With `typing_errors` the instruction is shouted; with `instruction_changes` the fourth step brings another goal.
    `broken` ones raise an error after three steps, as a renderer might; `flaky` ones only where they do not run alone.
    """

    def __init__(
        self, task: str, num_envs: int, *, diverging: frozenset[int] = frozenset(), hard: frozenset[int] = frozenset(),
        broken: frozenset[int] = frozenset(), flaky: frozenset[int] = frozenset(), safety: bool = False,
    ):  # fmt: skip
        self.task, self.num_envs, self.diverging, self.hard = task, num_envs, diverging, hard
        self.broken, self.flaky, self.safety = broken, flaky, safety
        self.axes = [{} for _ in range(num_envs)]
        self.own = [g for g in GOALS if g.task == task]
        self.index = np.full(num_envs, -1)
        self.done = np.ones(num_envs, bool)
        self.progress = np.zeros((num_envs, len(GOALS)), int)
        self.steps, self.held = np.zeros(num_envs, int), np.zeros(num_envs, int)
        self.goals = [GOALS[0]] * num_envs
        self.texts = [""] * num_envs
        self.closed = False

    def reset(self, *, options):
        slots = np.flatnonzero(options.get("reset_mask", np.ones(self.num_envs, bool)))
        assert len(slots) == len(options["index"])
        for n, (slot, index) in enumerate(zip(slots, options["index"], strict=True)):
            self.index[slot], self.done[slot] = index, False
            self.progress[slot], self.steps[slot], self.held[slot] = 0, 0, 0
            self.axes[slot] = dict(options["axes"][n]) if options.get("axes") else {}
            self.goals[slot] = options["goal"][n] if options.get("goal") else self.own[index % len(self.own)]
            assert self.goals[slot] in self.valid_goals(slot)
            self.texts[slot] = options["instruction"][n] if options.get("instruction") else "the environment's own words"
            if self.axes[slot].get("typing_errors"):
                self.texts[slot] = self.texts[slot].upper()
        return self._observation(), self._info()

    def step(self, actions):
        assert actions.shape == (self.num_envs, 8)
        active = ~self.done
        for i in np.flatnonzero(active):
            self.steps[i] += 1
            if self.steps[i] > 3 and (self.index[i] in self.broken or (self.index[i] in self.flaky and active.sum() > 1)):
                raise RuntimeError("the context was lost")
            if self.steps[i] == 4 and self.axes[i].get("instruction_changes"):
                self.goals[i], self.texts[i], self.held[i] = GOALS[3], "pick up the apple", 0
            wanted = int(actions[i, 0])
            if 0 <= wanted < len(GOALS) and not self.too_hard(i):
                self.progress[i, wanted] += 1
            self.held[i] = self.held[i] + 1 if self.holds(i, self.goals[i]) else 0
        diverged = np.array([n in self.diverging and s >= 5 for n, s in zip(self.index, self.steps, strict=True)])
        terminated = active & ((self.held >= HOLD) | diverged)
        truncated = active & (self.steps >= HORIZON) & ~terminated
        info = self._info() | {"diverged": diverged}
        self.done |= terminated | truncated
        return self._observation(), np.zeros(self.num_envs), terminated, truncated, info

    def too_hard(self, i):
        return self.index[i] in self.hard or self.index[i] % 10 < 5 * self.axes[i].get("hinge_friction", 0.0)

    def _observation(self):
        own = [GOALS.index(self.own[n % len(self.own)]) for n in self.index]
        touch = np.zeros((self.num_envs, 2, 3, 2, 2), np.float32)
        touch[:, :, 0] = (1 + self.steps)[:, None, None, None] * np.arange(8).reshape(2, 2, 2)
        return {"proprio": np.stack([own, self.index], axis=1).astype(np.float32), "tactile": touch}

    def _info(self):
        scores = [{"peak_force_N": 2.0 * n, "person_force_N": 0.0, "drops": n % 3, "spills": 0, "limit_hits": 1} for n in self.steps]
        return self._facts() | ({"safety": scores} if self.safety else {})

    def _facts(self):
        predicates = [{f"met({g.target})": self.holds(i, g)} for i, g in enumerate(self.goals)]
        return {
            "success": self.held >= HOLD, "credit": np.array([float(all(p.values())) for p in predicates]),
            "diverged": np.zeros(self.num_envs, bool), "predicates": predicates, "instruction": list(self.texts), "index": self.index,
        }  # fmt: skip

    def goal(self, i):
        return self.goals[i]

    def valid_goals(self, i):
        return list(GOALS)

    def holds(self, i, goal):
        return bool(self.progress[i, GOALS.index(goal)] >= 3 + self.index[i] % 5)

    def certificate(self, i):
        return Certificate(
            task=self.task, robot="panda", split="heldout", index=int(self.index[i]), goal=self.goals[i], model_hash="m", engine="fake 1",
            cpu="", axes=self.axes[i], initial_hash=f"{self.index[i]}", final_hash=self.state_hash(i),
        )  # fmt: skip

    def state_hash(self, i):
        return f"{self.index[i]} {self.steps[i]} {self.progress[i].tolist()}"

    def render_slot(self, i, camera="scene", size=(8, 8), profile="fast"):
        return np.full((*size, 3), min(255, 6 * self.steps[i]), np.uint8)

    def close(self):
        self.closed = True


class Listener:
    """Does what the text says; without text, nothing."""

    name = "listener"

    def __init__(self, env):
        self.wanted = np.full(env.num_envs, -1)
        self.heard: list[str] = []

    def reset(self, slots, instructions):
        for slot, text in zip(slots, instructions, strict=True):
            self.heard.append(text)
            self.wanted[slot] = GOALS.index(parse(text)) if text else -1

    def act(self, observation):
        return np.pad(self.wanted[:, None].astype(np.float32), ((0, 0), (0, 7)))


class Deaf(Listener):
    """Does what the initial state was made for, whatever it is told."""

    name = "deaf"

    def act(self, observation):
        return np.pad(observation["proprio"][:, :1], ((0, 0), (0, 7)))


class Dice(Listener):
    """Picks a goal at random in each episode, from the seed that the runner gives it."""

    name = "dice"

    def seed(self, slots, seeds):
        for slot, seed in zip(slots, seeds, strict=True):
            self.wanted[slot] = int(np.random.default_rng(seed).integers(len(GOALS)))

    def reset(self, slots, instructions):
        self.heard.extend(instructions)
