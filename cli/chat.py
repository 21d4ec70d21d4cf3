"""`homebody chat`: sentence after sentence in one lasting world."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..core.errors import HomebodyError
from ..core.instructions import phrasings
from ..core.robots import DEFAULT_ROBOT
from ..core.types import CONTROL_HZ, Goal, Policy
from .doing import BROKE, Stay, numbered, told
from .endings import one_line
from .filming import Announcer, Film
from .outputs import JsonPath, OutFolder, finite
from .prompt import SEED_STRIDE, house_for

if TYPE_CHECKING:
    from ..envs.engine import HouseholdVectorEnv
    from .policies import PolicySource

SCENE = "home_kitchen"
"""The world where none is chosen: most can be asked for there."""
OFFERED = 24
"""Sentences that are listed at most."""
HELP = ("help", "what can you do", "what can i say", "what else can you do", "what can i ask", "?")
AGAIN = ("again", "do it again", "once more", "do that again", "try again", "repeat that")
STOP = ("stop", "halt", "wait", "stop it", "never mind")
RESET = ("reset", "start over", "start again", "begin again")
BYE = ("quit", "exit", "bye", "goodbye", "good bye", "bye bye", "that is all", "thats all")
THANKS = ("thanks", "thank you", "hello", "hi", "good morning", "well done")

BACK = frozenset(["it", "them", "that", "this", "again"])
"""Words that point back to what was said before."""


def chat(
    *,
    scene: str = "",
    room: str = "",
    task: str = "",
    robot: str = DEFAULT_ROBOT,
    seed: int = 0,
    policy: str = "homebody",
    device: str = "cpu",
    out: OutFolder = Path("out/chat"),
    json_path: JsonPath = None,
) -> int:
    """Tells the robot one thing after the other in one lasting world; reads a sentence a line, from a terminal or a pipe.

    Say `help` for what can be done now, `again`, `reset` for the world as it was, and `bye`. Exit code 1 if something that was asked for was
    not done.

    Args:
        scene: Where, e.g. `home_kitchen`, which is also the default.
        room: Where, e.g. `bathroom`: in one of its scenes.
        task: Where: in an initial state of this task.
        robot: Robot's name.
        seed: Which initial state, 0 or more; none of them was used in training.
        policy: `homebody` (`house` outside the first room), `expert`, `random`, `play`, `zero`, package.module:factory, ws://TOKEN@HOST:PORT, or a checkpoint's folder.
        device: Where the networks run: `cpu` or `cuda`.
        out: Folder for video.mp4, one film of the whole talk.
        json_path: Write a line of JSON for each sentence there.
    """
    from ..envs.house import TASKS
    from ..envs.lasting import richest_start, room_name
    from .policies import knowing
    from .video import Background, VideoWriter
    from .video_layout import HEIGHT, WIDTH

    if seed < 0:
        raise HomebodyError(f"seed is {seed}: expected 0 or more")
    tasks = tasks_of(scene, room, task, robot)
    source = knowing(policy, tasks, robot, device)
    name, index = richest_start(tasks, robot=robot, first=seed * SEED_STRIDE)
    env, actor = _build(source, name, robot)
    video = out / "video.mp4"
    with VideoWriter(video, size=(HEIGHT, WIDTH), fps=CONTROL_HZ) as writer, Background(writer) as background, _lines(json_path) as record:
        film = Film(env, actor.name, background, "fast")
        stay = Stay(env, actor, [Announcer(say), film], say, goes_home=bool(source.fingerprint))
        talk = Talk(env=env, stay=stay, film=film, index=index, record=record)
        talk.arrive()
        say(f"{actor.name}, in the {room_name(TASKS[name].room)}: tell me what to do, `help` for what I can, `bye` to end")
        interrupted = not talk.hold()
    env.close()
    say(f"{talk.done} of {talk.asked} done: {video}")
    if interrupted:
        raise KeyboardInterrupt
    return 0 if talk.done == talk.asked else 1


def tasks_of(scene: str, room: str, task: str, robot: str) -> list[str]:
    """The tasks whose initial states may be the world. Raises HomebodyError for unknown names and for what does not go together."""
    from ..envs.arguments import choice
    from ..envs.house import SCENES, TASKS
    from ..envs.stages import find_stage

    if task:
        choice("task", task, sorted(TASKS))
        find_stage(task, robot, scene)
        scene = TASKS[task].scene
    if scene:
        choice("scene", scene, SCENES)
    if room:
        choice("room", room, sorted({s.room for s in SCENES.values()}))
    if not (task or scene or room):
        scene = SCENE
    found = [
        t.name for t in TASKS.values() if scene in ("", t.scene) and room in ("", t.room) and task in ("", t.name) and robot in t.robots
    ]
    if not found:
        where = " and ".join(filter(None, (scene, room, task)))
        there = sorted({t.scene for t in TASKS.values() if robot in t.robots})
        raise HomebodyError(f"no task of {where} is for robot {robot}: expected one of {', '.join(there)}")
    return found


def _build(source: PolicySource, task: str, robot: str) -> tuple[HouseholdVectorEnv, Policy]:
    from .learned import check_asked

    check_asked(source, [task], robot)
    env = house_for(source, task, robot=robot)
    return env, source.build(env)


def say(line: str) -> None:
    print(line, flush=True)


def sentences() -> Iterator[str]:
    """Lines as they come: asked for at a terminal, read from a pipe."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - arrow keys and a history, where there is one
    while True:
        try:
            yield input("you> ")
        except EOFError:
            print()
            return


@contextlib.contextmanager
def _lines(path: Path | None) -> Iterator[IO[str] | None]:
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        yield file


@dataclass(kw_only=True)
class Talk:
    """A person and a robot in one world."""

    env: HouseholdVectorEnv
    stay: Stay
    film: Film
    index: int
    """Initial state of the world."""
    record: IO[str] | None
    asked: int = 0
    """Sentences that asked for something."""
    done: int = 0
    _last: tuple[str, tuple[Goal, ...]] = field(default=("", ()))

    def arrive(self) -> None:
        """The world as it was at the beginning."""
        self.stay.arrive(self.index)
        observation, info = self.stay.seen
        self.film.seen(self.stay.run, observation, {**info, "predicates": [{}], "credit": [0.0], "success": [False]})

    def hold(self) -> bool:
        """Hears sentences until one says farewell or none come; False where somebody broke in: the film so far is kept all the same."""
        try:
            for line in sentences():
                if not self.hear(line):
                    break
        except KeyboardInterrupt:
            return False
        return True

    def hear(self, line: str) -> bool:
        """Answers one sentence; whether the talk goes on."""
        plain = " ".join("".join(c for c in line.lower() if c.isalnum() or c in " ?").split())
        plain = plain if plain == "?" else plain.replace("?", "").strip()
        if plain in BYE:
            return False
        if plain in HELP:
            self._offer()
        elif plain in AGAIN and not self._last[1]:
            say("nothing was asked for yet: tell me what to do")
        elif plain in AGAIN:
            self._do(*self._last)
        elif plain in STOP:
            say("I am standing still")
        elif plain in THANKS:
            say("at your service: `help` says what I can do now")
        elif plain in RESET:
            self.arrive()
            say("everything is as it was at the beginning")
        elif plain:
            self._understand(line.strip())
        return True

    def _offer(self) -> None:
        now = [phrasings(g)[0] for g in self.env.open_goals(0)]
        more = f", and {len(now) - OFFERED} more" if len(now) > OFFERED else ""
        say("I can " + ", ".join(now[:OFFERED]) + more if now else "there is nothing left to do here: `reset` brings the world back")

    def _understand(self, text: str) -> None:
        try:
            goals = understood(text, self.env.usable_goals(0), self.env.open_goals(0), self._last)
        except HomebodyError as error:
            self.asked += 1
            self._refuse(text, error, 0)
            return
        self._do(text, goals)

    def _refuse(self, text: str, error: HomebodyError, steps: int) -> None:
        say(one_line(str(error)))
        self._write({"instruction": text, "plan": [], "success": False, "steps": steps, "said": str(error)})

    def _do(self, text: str, goals: tuple[Goal, ...]) -> None:
        self._last, self.asked = (text, goals), self.asked + 1
        words = told(goals, text)
        if len(goals) > 1:
            say(numbered(words))
        began = self.stay.run.steps
        try:
            done = self.stay.do(goals, words)
        except HomebodyError as error:  # of the policy, such as a server that is gone
            self.stay.break_off()
            self._refuse(text, error, self.stay.run.steps - began)
            return
        success = all(d.success for d in done)
        self.done += success
        for d in done:
            if len(goals) == 1 or d.why == BROKE:
                say(f"{d}" if len(goals) == 1 else f"{d.instruction}: {d}")
        self._write(
            {"instruction": text, "plan": [d.to_json() for d in done], "success": success, "steps": self.stay.run.steps - began, "said": ""}
        )
        if done[-1].why == BROKE:
            say("the world begins anew")
            self.arrive()

    def _write(self, value: dict[str, Any]) -> None:
        if self.record is not None:
            self.record.write(json.dumps(finite(value), allow_nan=False) + "\n")
            self.record.flush()


def understood(
    text: str, usable: Sequence[Goal], open_now: Sequence[Goal], before: tuple[str, tuple[Goal, ...]] = ("", ())
) -> tuple[Goal, ...]:
    """What `text` asks for among what this world has; where that leaves a choice, among what is open to being done now; and where it is unclear
    by itself, as `close it again` is, what it says after the sentence `before`, whose goals are known."""
    from ..assets.listening import listener

    try:
        return listener().plan(text, among=usable)
    except HomebodyError as error:
        with contextlib.suppress(HomebodyError):
            return listener().plan(text, among=open_now)
        said, goals = before
        if goals and BACK & set(text.lower().split()):
            with contextlib.suppress(HomebodyError):
                both = listener().plan(f"{said.rstrip('.!? ')} and then {text}", among=usable)
                if both[: len(goals)] == goals and len(both) > len(goals):
                    return both[len(goals) :]
        raise error


COMMANDS = {"chat": chat}
