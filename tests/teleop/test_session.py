"""A session: who drives, what is recorded, what is kept; and that it can be acted out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from homebody.core.errors import HomebodyError
from homebody.core.marks import ACT, MARK_DIM
from homebody.core.types import Certificate, Episode, Goal
from homebody.datasets.check import replay, verify
from homebody.datasets.store import Store
from homebody.envs.skills.expert import Expert
from homebody.teleop.commands import Discard, Grip, Hold, Keep, Move, Prompt, Redo, Resume, Stop
from homebody.teleop.drive import ToolDrive
from homebody.teleop.house import PatientEnv
from homebody.teleop.session import Session, SessionConfig

SIZE = 16
FORWARD = Move(linear=(1.0, 0.0, 0.0))


class Operator:
    """A session with its clock: 20 steps a second, and somebody at the page."""

    def __init__(self, session: Session) -> None:
        self.session, self.now = session, 0.0

    def do(self, command: object, steps: int = 0, *, again: bool = True) -> None:
        """Gives a command, and again at every step as the page does while a key is down."""
        self.session.handle(command, self.now)  # type: ignore[arg-type]
        for _ in range(steps):
            self.step()
            if again:
                self.session.handle(command, self.now)  # type: ignore[arg-type]

    def step(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.now += 0.05
            self.session.tick(self.now)


@pytest.fixture(scope="module")
def env() -> Iterator[PatientEnv]:
    env = PatientEnv("first", 1, limit_steps=310, image_size=SIZE, threads=1)
    yield env
    env.close()


Start = Callable[..., Operator]


@pytest.fixture
def start(env: PatientEnv) -> Start:
    def make(sink: Callable[[Episode], int] | None = None, **settings: object) -> Operator:
        kept: list[Episode] = []
        config = SessionConfig(**settings)  # type: ignore[arg-type]
        session = Session(env, ToolDrive(), sink or (lambda e: kept.append(e) or len(kept) - 1), policy=Expert(env), config=config)  # type: ignore[func-returns-value]
        session.test_kept = kept  # type: ignore[attr-defined]
        return Operator(session)

    return make


APPLE, TOP = Goal(task="pick_up", target="apple"), Goal(task="open_drawer", target="top")


def index_with(env: PatientEnv, *goals: Goal) -> int:
    """The first episode whose initial state allows these goals."""
    for n in range(60):
        env.reset(options={"index": [n]})
        if {*goals} <= {env.goal(0), *env.valid_goals(0)}:
            return n
    raise AssertionError(goals)


def open_ended(certificate: Certificate) -> PatientEnv:
    return PatientEnv(certificate.task, 1, robot=certificate.robot, split=certificate.split, cameras=(), threads=1)


def test_nothing_moves_and_nothing_is_recorded_before_the_first_touch(start: Start, env: PatientEnv) -> None:
    op = start()
    before = env.state_hash(0)
    op.do(Move())
    op.step(30)
    assert op.session.phase == "ready" and len(op.session.recorder) == 0 and env.state_hash(0) == before


def test_keys_move_the_tool_and_letting_go_stops_it(start: Start, env: PatientEnv) -> None:
    op = start(silence_s=60.0)
    x0 = env.tool_state(0)[0][0, 3]
    op.do(FORWARD, 20)
    assert op.session.phase == "running" and op.session.mode == "manual"
    assert env.tool_state(0)[0][0, 3] - x0 > 0.12
    op.do(Move())
    op.step(20)
    stopped = env.tool_state(0)[0][:3, 3]
    op.step(20)
    assert np.linalg.norm(env.tool_state(0)[0][:3, 3] - stopped) < 1e-3


def test_a_motion_ends_when_its_commands_stop_coming(start: Start, env: PatientEnv) -> None:
    op = start(silence_s=60.0)
    op.do(FORWARD, 10)
    op.step(25)  # nobody says stop
    stopped = env.tool_state(0)[0][:3, 3]
    op.step(10)
    assert np.linalg.norm(env.tool_state(0)[0][:3, 3] - stopped) < 1e-3


def test_frames_are_marked_by_who_acted(start: Start) -> None:
    op = start(silence_s=60.0)
    op.do(FORWARD, 10)
    op.do(Move())
    op.step(40)
    op.do(Resume())
    op.step(8)
    op.do(Move(linear=(0, 0, 1.0)), 6)
    op.do(Hold())
    op.step(3)
    op.do(Keep())
    episode: Episode = op.session.test_kept[0]
    runs = [(s.name, s.stop - s.start) for s in episode.spans]
    assert [name for name, _ in runs] == ["teleop", "pause", "policy", "teleop", "hold"]
    assert dict(runs)["policy"] == 8 and dict(runs)["hold"] == 3
    acting = np.zeros(episode.length, bool)
    for span in episode.spans:
        acting[span.start : span.stop] = span.name == "teleop"
    assert (episode.intervention == acting).all()
    assert 10 < acting[:40].sum() < 30, "the person acts until the arm has settled"
    assert episode.policy == "expert+teleop"
    assert (np.diff(episode.times_s) > 0).all()
    assert set(episode.labels) == {"marks", "pixels", "visible"} and episode.labels["marks"].shape == (
        episode.length,
        len(episode.goals),
        MARK_DIM,
    )


def test_touching_a_control_takes_over_at_once_from_the_measured_pose(start: Start, env: PatientEnv) -> None:
    op = start(silence_s=60.0)
    op.do(Resume())
    op.step(25)
    q = op.session.observation["proprio"][0, :7].copy()
    grip = env.gripper_target(0)
    op.do(Move(linear=(0, 0, 1.0)))
    op.step()
    assert op.session.mode == "manual"
    assert np.abs(env.arm_target(0) - q).max() < 0.06, "the first command starts where the arm is"
    assert env.gripper_target(0) == grip, "what is held stays held"


def test_a_pause_in_the_page_does_not_stop_the_robot_but_silence_and_absence_do(start: Start) -> None:
    op = start(silence_s=0.5)
    op.do(Resume())
    op.step(8)
    assert op.session.mode == "policy"
    op.step(4)
    assert op.session.mode == "hold" and "silent" in op.session.message.text
    op.do(Resume())
    op.step()
    op.do(Hold(reason="the connection was lost"))
    assert op.session.mode == "hold" and op.session.returns_to_policy
    assert "the connection was lost" in op.session.message.text


def test_while_nobody_is_there_the_robot_stands_and_then_time_stands(start: Start, env: PatientEnv) -> None:
    op = start(silence_s=60.0)
    op.do(FORWARD, 10)
    op.do(Hold())
    op.step(30)
    frames, time_s, state = len(op.session.recorder), op.session.time_s, env.state_hash(0)
    op.step(100)
    assert (len(op.session.recorder), op.session.time_s, env.state_hash(0)) == (frames, time_s, state)
    op.do(FORWARD, 2)
    assert op.session.mode == "manual" and len(op.session.recorder) == frames + 2
    assert op.session.time_s < time_s + 0.2, "the attempt's clock stood still too"


def test_a_zero_motion_does_not_take_over(start: Start) -> None:
    op = start()
    op.do(Resume(), 3)
    op.do(Move(), 3)
    assert op.session.mode == "policy"
    op.do(Stop())
    assert op.session.mode == "manual"


def test_a_prompt_before_moving_sets_the_goal_of_the_same_start(start: Start, env: PatientEnv) -> None:
    op = start(first_index=index_with(env, APPLE))
    places = env.points(0).copy()
    index = op.session.index
    op.do(Prompt(text="grab the apple", run=False), 2)
    assert env.goal(0) == APPLE and op.session.index == index
    assert op.session.phase == "ready" and op.session.recorder.instruction == "grab the apple"
    assert (env.points(0) == places).all()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sing me a song", "unknown instruction"),
        ("open the drawer", "could mean"),
        ("close the microwave", "cannot be done here and now"),
        ("", "empty instruction"),
    ],
)
def test_an_instruction_that_cannot_be_followed_is_answered_and_loses_nothing(text: str, said: str, start: Start, env: PatientEnv) -> None:
    op = start(first_index=2)  # both drawers and the microwave are shut
    op.do(FORWARD, 5)
    frames, state = len(op.session.recorder), env.state_hash(0)
    op.do(Prompt(text=text, run=True))
    message = op.session.message
    assert message.level == "bad" and said in message.text and message.choices
    assert op.session.mode == "manual" and len(op.session.recorder) == frames and env.state_hash(0) == state


def test_a_prompt_starts_the_policy_and_success_ends_the_attempt(start: Start) -> None:
    op = start()
    op.do(Prompt(text="open the top drawer", run=True), 1, again=False)
    assert op.session.mode == "policy"
    while op.session.phase == "running":
        op.do(Move())
        op.step()
    assert op.session.outcome == "solved"
    frames = len(op.session.recorder)
    op.do(FORWARD, 5)
    assert op.session.phase == "over" and len(op.session.recorder) == frames, "what was solved stays as it is"
    op.do(Prompt(text="pick up the apple", run=True))
    assert "over" in op.session.message.text
    op.do(Keep())
    episode: Episode = op.session.test_kept[0]
    assert episode.success and episode.credit == 1.0 and not episode.intervention.any() and episode.policy == "expert"
    assert op.session.index == 1 and op.session.phase == "ready"


def test_another_goal_on_the_way_judges_the_whole_and_marks_only_what_followed(start: Start, env: PatientEnv, tmp_path: Path) -> None:
    store = Store.create(tmp_path / "d", robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20)
    with store:
        op = start(store.append, silence_s=60.0, first_index=index_with(env, APPLE))
        op.do(FORWARD, 15)
        op.do(Prompt(text="grab the apple", run=False), 1, again=False)
        op.do(Move(linear=(0, 0, -1.0)), 10)
        op.do(Prompt(text="lift up the apple", run=False), 1, again=False)
        op.do(FORWARD, 5)
        op.do(Keep())
        episode = store.episode(0)
        assert episode.certificate.goal == APPLE
        assert episode.instruction == "lift up the apple"
        change = next(s.start for s in episode.spans if s.name == "instruction: grab the apple")
        assert not episode.intervention[:change].any() and episode.intervention[change + 1 :].all()
        steps = np.linalg.norm(np.diff(episode.labels["marks"][..., ACT], axis=0), axis=-1)
        assert (steps < 0.02).mean() > 0.95, "labels are of their own frame, but where another grasp is better from there on"
    assert verify(tmp_path / "d")["problems"] == []
    assert replay(tmp_path / "d", open_ended)["equal"] == 1


def test_what_was_done_already_cannot_be_asked_for_in_the_same_attempt(start: Start, env: PatientEnv) -> None:
    op = start(first_index=index_with(env, APPLE, TOP))
    op.do(Prompt(text="open the top drawer", run=True), 1, again=False)
    while env.snapshot(0).joint("drawer_top") < 0.05:
        op.do(Move())
        op.step()
    op.do(Prompt(text="pick up the apple", run=False), 1, again=False)
    env._qpos[0, env.stage.names.qpos["drawer_top"]] = 0.15
    op.do(Prompt(text="open the top drawer", run=False))
    assert "done already" in op.session.message.text
    assert env.goal(0).task == "pick_up"


def test_redo_starts_the_same_again_and_discard_goes_on(start: Start, env: PatientEnv) -> None:
    op = start(first_index=4, skip={5})
    op.do(Prompt(text=env.instruction(0), run=False))
    first = env.state_hash(0)
    op.do(FORWARD, 5)
    op.do(Redo())
    assert op.session.phase == "ready" and op.session.index == 4 and env.state_hash(0) == first and len(op.session.recorder) == 0
    op.do(FORWARD, 5)
    op.do(Discard())
    assert op.session.index == 6 and op.session.test_kept == [] and op.session.kept == []


def test_keeping_nothing_is_refused_and_a_failing_store_loses_nothing(start: Start) -> None:
    def full(episode: Episode) -> int:
        raise HomebodyError("no space left")

    op = start(full)
    op.do(Keep())
    assert "nothing to keep" in op.session.message.text
    op.do(FORWARD, 5)
    frames = len(op.session.recorder)
    op.do(Keep())
    assert op.session.message.text == "no space left" and len(op.session.recorder) == frames and op.session.phase == "running"


def test_a_kept_attempt_is_whole_and_acts_out_again_hash_for_hash_beyond_the_tasks_horizon(start: Start, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    with Store.create(tmp_path / "d", robot="panda", cameras=("scene", "wrist"), image_size=SIZE, control_hz=20) as store:
        op = start(store.append, silence_s=60.0)
        while op.session.phase != "over":
            command = rng.choice([-1.0, 0.0, 1.0], 6)
            op.do(Move(linear=tuple(command[:3]), angular=tuple(command[3:])), 12)
            if rng.random() < 0.2:
                op.do(Grip(open=bool(rng.random() < 0.5)))
        assert op.session.outcome == "time is up" and len(op.session.recorder) == 310
        op.do(Keep())
        assert len(store) == 1 and not store.meta(0)["success"]
    assert verify(tmp_path / "d")["problems"] == []
    report = replay(tmp_path / "d", open_ended)
    assert (report["episodes"], report["equal"]) == (1, 1)


def test_a_session_drives_one_simulation() -> None:
    env = PatientEnv("first", 2, cameras=(), threads=1)
    with pytest.raises(HomebodyError, match="the environment has 2"):
        Session(env, ToolDrive(), lambda _: 0)
    env.close()
