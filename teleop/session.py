"""A teleoperation session as a state machine: commands and the time go in, the simulation steps, a state comes out.

It knows no network and no clock. An attempt goes through three phases: `ready` (nothing has moved, nothing is
recorded), `running` (every control step is recorded) and `over` (solved, out of time, or diverged; the person decides).
While it runs one of three drives: `manual` (the person), `policy`, or `hold` (nobody is there: the robot stands still).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..core.errors import HomebodyError
from ..core.rollout import Rollout
from ..core.types import CONTROL_HZ, Episode, Goal, Observation, Policy, Seeded
from ..envs.engine import HouseholdVectorEnv
from .asking import Achieved, Level, Message, NotAskable, understand
from .commands import Ack, Command, Discard, Grip, Hold, Keep, Move, Prompt, Redo, Resume, Stop
from .drive import ToolDrive
from .naming import named, names_of
from .recorder import HOLD, PAUSE, POLICY, TELEOP, Recorder

Phase = Literal["ready", "running", "over"]
Mode = Literal["manual", "policy", "hold"]
Outcome = Literal["", "solved", "time is up", "diverged"]


@dataclass(frozen=True, kw_only=True)
class SessionConfig:
    """How a session treats its operator."""

    first_index: int = 0
    """Episode index of the first start."""
    skip: Collection[int] = ()
    """Episode indices that are done already."""
    command_timeout_s: float = 0.25
    """A motion lasts this long after the command that asked for it [s]."""
    silence_s: float = 1.5
    """Nothing heard from the page for so long: the robot holds [s]."""
    grace_s: float = 0.5
    """The person counts as acting for so long after letting go: the arm settles, the fingers close [s]."""
    settle_s: float = 1.0
    """Holding for nobody is recorded for so long, then the simulation waits [s]."""


class Session:
    """One operator, one simulation. `sink` commits an episode and returns its number in the data set."""

    def __init__(
        self, env: HouseholdVectorEnv, drive: ToolDrive, sink: Callable[[Episode], int], *, policy: Policy | None = None,
        config: SessionConfig | None = None,
    ) -> None:  # fmt: skip
        if env.num_envs != 1:
            raise HomebodyError(f"a session drives 1 simulation: the environment has {env.num_envs}")
        if env.robot is not drive.robot:
            raise HomebodyError(f"a drive for {drive.robot.name} in an environment with {env.robot.name}: expected the same robot")
        self.env, self.drive, self._sink, self._policy = env, drive, sink, policy
        self._rollout = Rollout(env)
        self._config = config or SessionConfig()
        self._skip = set(self._config.skip)
        self.kept: list[int] = []
        self.message = Message(number=0, level="info", text="")
        self._move = Move()
        self._moved_at = self._heard_at = -np.inf
        self._begin(self._free(self._config.first_index))

    # --- attempts -----------------------------------------------------------------------------------------------------
    def _free(self, index: int) -> int:
        while index in self._skip:
            index += 1
        return index

    def _begin(self, index: int, goal: Goal | None = None, instruction: str | None = None) -> None:
        words = None if instruction is None else [instruction]
        self._rollout.start([index], slots=[0], goals=None if goal is None else [goal], instructions=words)
        self.recorder = Recorder(self.env)
        self.index = index
        self.phase: Phase = "ready"
        self.mode: Mode = "manual"
        self.outcome: Outcome = ""
        self.returns_to_policy = False
        self.time_s, self._last_tick = 0.0, None
        self._move, self._touched_at, self._held_s = Move(), -np.inf, 0.0
        self._gripper = self.env.gripper_target(0)
        self._achieved = Achieved(self.env.valid_goals(0))
        self._pending: tuple[Goal, str, bool] | None = None
        self._take()

    def _take(self) -> None:
        """The person has the robot; commands start from where it is, and the gripper stays as it is."""
        self.mode = "manual"
        self.drive.start(np.asarray(self.observation["proprio"][0, : self.env.robot.dof], float))
        self._gripper = self.env.gripper_target(0)
        self._move = Move()

    @property
    def observation(self) -> Observation:
        """What is seen now, (1, ...)."""
        return self._rollout.observation

    @property
    def info(self) -> dict[str, Any]:
        """The environment's, of the last reset or step."""
        return self._rollout.info

    @property
    def gripper(self) -> float:
        """Opening that the gripper is told, in [0, 1]."""
        return self._gripper if self.mode == "manual" else self.env.gripper_target(0)

    @property
    def policy_name(self) -> str:
        """Name of the policy that prompts start; empty where there is none."""
        return self._policy.name if self._policy else ""

    def say(self, level: Level, text: str, choices: tuple[str, ...] = ()) -> None:
        self.message = Message(number=self.message.number + 1, level=level, text=text, choices=choices)

    # --- commands -----------------------------------------------------------------------------------------------------
    def handle(self, command: Command, now: float) -> None:
        """Takes a command at time `now` [s]. What cannot be done is said in `message` and changes nothing."""
        self._heard_at = now
        try:
            self._dispatch(command, now)
        except HomebodyError as error:
            self.say("bad", str(error), error.choices if isinstance(error, NotAskable) else ())

    def _dispatch(self, command: Command, now: float) -> None:
        match command:
            case Ack():
                pass
            case Hold(reason=reason):
                self.hold(reason)
            case Move():
                self._drive(command, now)
            case Grip(open=opened):
                self._grip(opened, now)
            case Prompt(text=text, run=run):
                self._ask(text, run)
            case Resume():
                self._run_policy()
            case Stop():
                if self.mode != "manual" and self.phase != "over":
                    self._take()
            case Keep():
                self._keep()
            case Redo():
                self._begin(self.index, self.env.goal(0), self.recorder.instruction)
                self.say("info", "Same start again.")
            case Discard():
                self._begin(self._free(self.index + 1))
                self.say("info", "Discarded. This is the next start.")

    def hold(self, reason: str) -> None:
        """Nobody is there: the robot stands still until a control is touched or the policy is resumed."""
        if self.phase == "running" and self.mode != "hold":
            self.returns_to_policy = self.mode == "policy"
            self.mode, self._held_s = "hold", 0.0
            self.say("info", f"Holding still: {reason}.")
        self._move = Move()
        self.drive.halt()

    def _drive(self, move: Move, now: float) -> None:
        if move.still and self.mode != "manual":
            return
        self._touch(now, active=not move.still)
        self._move, self._moved_at = move, now

    def _grip(self, opened: bool, now: float) -> None:
        self._touch(now, active=True)
        self._gripper = float(opened)

    def _touch(self, now: float, *, active: bool) -> None:
        """A control was touched: the person has the robot from here on."""
        if self.phase == "over" or not active:
            return
        if self.mode != "manual":
            self._take()
        self.phase, self._touched_at = "running", now

    # --- what is asked for --------------------------------------------------------------------------------------------
    def _ask(self, text: str, run: bool) -> None:
        if self.phase == "over":
            raise HomebodyError("this attempt is over: keep it, redo it or discard it, then give the next instruction")
        if run and self._policy is None:
            raise HomebodyError("no policy is loaded: start `homebody teleop` with --policy")
        valid = self.env.valid_goals(0)
        goal = named(text, valid, names_of(self.env.detail(0))) or understand(text, valid, lambda g: self.env.holds(0, g))
        if self.phase == "ready":
            self._begin(self.index, goal, text)
        elif goal == self.env.goal(0):
            self.recorder.ask(text, new_goal=False)
        elif goal in self._achieved or self.env.holds(0, goal):
            raise HomebodyError(f"{text!r} was done already in this attempt: keep it, redo it or discard it first")
        else:
            self._pending = (goal, text, run)
            return
        self._agree(text, run)

    def _agree(self, text: str, run: bool) -> None:
        """An instruction that fits is taken up."""
        if run:
            self._run_policy()
        self.say("info", f"The robot acts on {text!r}." if run else f"The task is now {text!r}.")

    def _change_goal(self, goal: Goal, text: str, run: bool) -> None:
        """Another goal in the middle of an attempt, by one step that holds still.

        The episode is judged by its last goal, from its beginning: replaying the actions under it must end where this
        attempt ends. So a goal that was reached on the way, where the replay would stop, is refused before this.
        """
        action = self.env.held_actions()[0]
        self.recorder.add(self.observation, action, self.time_s, PAUSE if self.mode == "manual" else HOLD)
        state = self.env.get_state(0)
        self._rollout.start([self.index], slots=[0], goals=[goal], instructions=[text])
        self.env.set_state(0, state, keep_goal=True)
        self.recorder.ask(text, new_goal=True)
        self._step(action)
        if self.phase == "running":
            self._agree(text, run)

    def _run_policy(self) -> None:
        if self._policy is None:
            raise HomebodyError("no policy is loaded: start `homebody teleop` with --policy")
        if self.phase == "over":
            raise HomebodyError("this attempt is over: keep it, redo it or discard it")
        if isinstance(self._policy, Seeded):
            self._policy.seed([0], [self.index])
        self._policy.reset([0], [self.recorder.instruction])
        self.phase, self.mode, self.returns_to_policy = "running", "policy", False

    def _keep(self) -> None:
        if not len(self.recorder):
            raise HomebodyError("nothing to keep: drive the tool or run the policy first")
        if self.outcome == "diverged":
            raise HomebodyError("the simulation diverged: redo or discard this attempt")
        episode = self.recorder.episode(self.info, self.policy_name)
        number = self._sink(episode)
        self.kept.append(number)
        self._skip.add(self.index)
        self._begin(self._free(self.index + 1))
        self.say("good", f"Kept as episode {number}: {episode.instruction!r}, {'solved' if episode.success else 'not solved'}.")

    # --- time ---------------------------------------------------------------------------------------------------------
    def tick(self, now: float) -> None:
        """One control step at time `now` [s]: steps the simulation unless it waits for the person."""
        elapsed = 0.0 if self._last_tick is None else now - self._last_tick
        self._last_tick = now
        if self.phase != "running":
            return
        if self._pending is not None:
            self.time_s += elapsed
            change, self._pending = self._pending, None
            self._change_goal(*change)
            return
        if self.mode != "hold" and now - self._heard_at > self._config.silence_s:
            self.hold("the page is silent")
        if self.mode == "hold":
            if self._held_s > self._config.settle_s:
                return  # the attempt's clock stands still with the simulation
            self._held_s += elapsed
        self.time_s += elapsed if len(self.recorder) else 0.0
        action, span = self._choose(now)
        self.recorder.add(self.observation, action, self.time_s, span)
        self._step(action)

    def _choose(self, now: float) -> tuple[np.ndarray, str]:
        """The action (A,) for this step and what to call it."""
        if self.mode == "policy" and self._policy is not None:
            return np.asarray(self._policy.act(self.observation)[0], np.float32), POLICY
        action = self.env.held_actions()[0]
        if self.mode == "hold":
            return action, HOLD
        move = self._move if now - self._moved_at <= self._config.command_timeout_s else Move()
        if not move.still or self.drive.moving:
            if not move.still:
                self._touched_at = now
            tool, _ = self.env.tool_state(0)
            measured = np.linalg.inv(self.env.base_pose(0)) @ tool
            action[:-1] = self.drive.step(np.array(move.linear), np.array(move.angular), move.slow, measured)
        else:
            self.drive.halt()
        action[-1] = self._gripper
        acting = now - self._touched_at <= self._config.grace_s or self.drive.moving
        return action, TELEOP if acting else PAUSE

    def _step(self, action: np.ndarray) -> None:
        self._rollout.step(action[None])
        self._achieved.look(lambda goal: self.env.holds(0, goal))
        if self.info["diverged"][0]:
            self._end("diverged", "bad", "The simulation diverged. Redo or discard.")
        elif self.info["success"][0]:
            self._end("solved", "good", "Solved. Keep it?")
        elif not self._rollout.runs or len(self.recorder) >= self.env.horizon(0):
            self._end("time is up", "bad", "Time is up. Keep it as a failure, redo or discard.")

    def _end(self, outcome: Outcome, level: Level, text: str) -> None:
        self.phase, self.outcome = "over", outcome
        self._move = Move()
        self.say(level, text)

    @property
    def limit_s(self) -> float:
        """Longest attempt [s]."""
        return self.env.horizon(0) / CONTROL_HZ
