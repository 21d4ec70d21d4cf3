"""The phrasebook is unambiguous, and what is not understood is said to be."""

from __future__ import annotations

import pytest
from homebody.assets.listening import listener
from homebody.core.errors import HomebodyError
from homebody.core.instructions import all_goals, parse, phrasings
from homebody.core.types import Goal


def test_there_are_21_goals_each_with_enough_phrasings() -> None:
    assert len(set(all_goals())) == 21
    for goal in all_goals():
        assert len(phrasings(goal, "train")) >= 8
        assert len(phrasings(goal, "heldout")) >= 5
        assert not set(phrasings(goal, "train")) & set(phrasings(goal, "heldout"))


def test_no_sentence_belongs_to_two_goals() -> None:
    sentences = [p for g in all_goals() for s in ("train", "heldout") for p in phrasings(g, s)]
    assert len(sentences) == len(set(sentences))


def test_every_phrasing_means_its_own_goal() -> None:
    for goal in all_goals():
        for split in ("train", "heldout"):
            for sentence in phrasings(goal, split):
                assert parse(sentence) == goal
                assert parse(f"  {sentence.upper()}!! ") == goal


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("opne the top drawer", Goal(task="open_drawer", target="top")),
        ("kindly open the upper drawer now", Goal(task="open_drawer", target="top")),
        ("shut the botom drawer", Goal(task="close_drawer", target="bottom")),
        ("robot, close the microwave", Goal(task="close_microwave", target="microwave")),
        ("pick up the botle", Goal(task="pick_up", target="bottle")),
        ("grab the tin", Goal(task="pick_up", target="can")),
        ("toss the cup in the bin", Goal(task="put_in", target="mug", receptacle="bin")),
        ("put the green apple in the white bowl", Goal(task="put_in", target="apple", receptacle="bowl")),
    ],
)
def test_free_wording_and_typing_errors_are_understood(text: str, goal: Goal) -> None:
    assert listener().plan(text) == (goal,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("open the drawer", "'open the top drawer' or 'open the bottom drawer'"),
        ("the top drawer", "'open the top drawer' or 'close the top drawer'"),
        ("the microwave", "'open the microwave' or 'close the microwave'"),
        ("put the apple away", "'put the apple in the bowl' or 'put the apple in the bin'"),
        ("pick it up", "'pick up the mug'"),
    ],
)
def test_an_ambiguous_instruction_says_between_what(text: str, said: str) -> None:
    with pytest.raises(HomebodyError, match="ambiguous instruction") as error:
        listener().plan(text)
    assert said in str(error.value)


@pytest.mark.parametrize("text", ["sing me a song", "sing", "fly to the moon", "xyzzy"])
def test_an_unknown_instruction_gets_the_nearest_known_ones(text: str) -> None:
    with pytest.raises(HomebodyError, match="unknown instruction.*nearest known are '.*', '.*'"):
        listener().plan(text)


@pytest.mark.parametrize("text", ["", "   ", "!?", "123"])
def test_an_empty_instruction_is_said_to_be_empty(text: str) -> None:
    with pytest.raises(HomebodyError, match="empty instruction"):
        listener().plan(text)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(HomebodyError, match="unknown split 'test'"):
        phrasings(all_goals()[0], "test")
