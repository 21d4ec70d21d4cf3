"""Commands that run one sentence: the start decides between its readings, before anything moves."""

from __future__ import annotations

import pytest
from homebody.cli.asked import goal_of
from homebody.cli.main import main
from homebody.core.errors import HomebodyError
from homebody.core.types import Goal
from homebody.envs.stages import find_stage


def test_the_drawer_that_is_open_is_the_one_to_shut(capsys: pytest.CaptureFixture[str]) -> None:
    stage, targets = find_stage("close_drawer", "panda"), set()
    for start in range(8):
        goal = goal_of("shut the drawer", start)
        assert goal in stage.start("close_drawer", "heldout", start, {}).valid
        targets.add(goal.target)
        assert f"understood as 'close the {goal.target} drawer'" in capsys.readouterr().out
    assert targets == {"top", "bottom"}


def test_where_the_state_leaves_several_the_sentence_is_ambiguous() -> None:
    with pytest.raises(HomebodyError, match="ambiguous instruction 'the can'"):
        starts = (goal_of("the can", n) for n in range(20))
        list(starts)
    assert goal_of("pick up the can", 0) == Goal(task="pick_up", target="can")


TWO, NOT = "open the top drawer then close the microwave", "do not open the top drawer"
ROBOT = ["robot", "--token", "x" * 16, "--instruction"]


@pytest.mark.parametrize(("command", "text"), [(["imagine"], TWO), (ROBOT, TWO), (["prompt"], NOT), (["imagine"], NOT), (ROBOT, NOT)])
def test_negations_and_where_one_thing_is_done_two_things_end_a_command_with_one_line_before_it_runs(
    command: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, text]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: instruction ") and said.err.count("\n") == 1
