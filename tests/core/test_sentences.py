"""What sentences ask for: one thing, several in their order, or nothing that is done; never half of it in silence."""

from __future__ import annotations

import time

import pytest
from homebody.assets.listening import listener
from homebody.core.errors import HomebodyError
from homebody.core.instructions import all_goals, household_goals, known, phrasings
from homebody.core.listening.listener import meant
from homebody.core.types import Goal
from homebody.core.wording import AFTER, BEFORE

SEVERAL = (
    "open the top drawer then put the apple in the bowl",
    "open the fridge and close the microwave",
    "pick up the mug, then the can",
    "put the apple and the mug in the bowl",
    "open both drawers",
    "open the drawers",
    "turn on the tap and off again",
    "first open the top drawer, after that close the microwave",
    "close the fridge after putting the can in the bin",
    "open the top drawer before you close the microwave",
    "open the top drawer\nclose the microwave",
    "open the top drawer; pick up the can",
    "pick up the can & the apple",
    "put the mug in the bowl and the apple in the bin",
    "open the drawer and close it",
    "open the top drawer close the microwave",
    "open the fridge open the microwave",
    "open the top and the bottom drawer",
    "close all the drawers",
    "pick up the mug and put the can in the bin",
    "take the apple and the can",
    "open the top drawer, close the microwave",
    "open the microwave and the top drawer",
    "open the microwave and turn on the light",
    "switch on the light and open the fridge",
    "turn on the tap then turn off the tap",
    "put the mug in the bin and then open the bottom drawer",
    "after you open the top drawer pick up the mug",
    "open the top drawer and dance",
    "open the fridge then bring me a beer",
    "pick up the mug as well as the can",
    "lift the apple, the can and the mug",
    "please open the top drawer and please close the microwave",
    "open the upper drawer plus the lower drawer",
    "open the top drawer / close the microwave",
    "open the top drawer and the microwave",
    "throw the mug and the can in the bin",
    "grab the can and open the microwave",
    "pick up the mug while you close the microwave",
    "close the fridge, open the dishwasher",
    "shut the microwave, followed by the top drawer",
    "open and close the top drawer",
    "open the tap and close the tap",
    "pick up the mug + the bottle",
    "put the can in the bowl. open the microwave.",
    "pick up the apple, mug",
    "put the apple, mug in the bowl",
)
PLANS = {
    "close the fridge after putting the can in the bin": ["put the can in the bin", "close the fridge"],
    "open the top drawer then put the apple in the bowl": ["open the top drawer", "put the apple in the bowl"],
    "open the fridge and close the microwave": ["open the fridge", "close the microwave"],
    "pick up the mug, then the can": ["pick up the mug", "pick up the can"],
    "first open the top drawer, after that close the microwave": ["open the top drawer", "close the microwave"],
    "open the top drawer before you close the microwave": ["open the top drawer", "close the microwave"],
    "open the top drawer\nclose the microwave": ["open the top drawer", "close the microwave"],
    "open the top drawer; pick up the can": ["open the top drawer", "pick up the can"],
    "pick up the mug and put the can in the bin": ["pick up the mug", "put the can in the bin"],
    "open the microwave and turn on the light": ["open the microwave", "switch on the light"],
    "switch on the light and open the fridge": ["switch on the light", "open the fridge"],
    "turn on the tap then turn off the tap": ["turn on the tap", "turn off the tap"],
    "put the mug in the bin and then open the bottom drawer": ["put the mug in the bin", "open the bottom drawer"],
    "lift the apple, the can and the mug": ["pick up the apple", "pick up the can", "pick up the mug"],
    "please open the top drawer and please close the microwave": ["open the top drawer", "close the microwave"],
    "open the upper drawer plus the lower drawer": ["open the top drawer", "open the bottom drawer"],
    "grab the can and open the microwave": ["pick up the can", "open the microwave"],
    "put the can in the bowl. open the microwave.": ["put the can in the bowl", "open the microwave"],
}
"""What some of them are taken for; of the others it is enough that nothing is done in silence."""
NO_ORDERS = (
    "after the microwave is open, pick up the mug",
    "open the top drawer twice",
    "before you have closed the microwave open the top drawer",
    "once the microwave is open pick up the mug",
    "do not open the top drawer",
    "don't touch the mug",
    "open the top drawer or the microwave",
    "open anything but the top drawer",
    "open the top drawer without touching the mug",
    "instead of opening the drawer close it",
    "is the top drawer open?",
    "why is the drawer open",
    "never open the microwave",
    "dont open the microwave",
    "stop opening the drawer",
    "open the top drawer if the mug is there",
    "don’t close the microwave",
    "can the drawer be opened?",
    "what is in the microwave",
    "pick up either the mug or the can",
    "leave the top drawer closed",
    "open no drawer",
)
ONE = {
    "take the apple and put it in the bowl": "put the apple in the bowl",
    "grab the handle and open the top drawer": "open the top drawer",
    "open the top drawer because i want the mug": "open the top drawer",
    "i am hungry and want the fridge open": "open the fridge",
    "open the top drawer, please": "open the top drawer",
    "Hey robot, open the top drawer!": "open the top drawer",
    "could you please pick up the mug": "pick up the mug",
    "pick up the can": "pick up the can",
    "can you pick up the can": "pick up the can",
    "grab the mug and lift it": "pick up the mug",
    "open the top drawr": "open the top drawer",
    "the microwave is hot, close the microwave": "close the microwave",
    "open the top drawer so that i can get the apple": "open the top drawer",
    "please, put the mug in the bowl, thanks": "put the mug in the bowl",
    "put the mug, please, in the bowl": "put the mug in the bowl",
    "take the microwave by its handle and pull": "open the microwave",
    "pick up the striped mug": "pick up the mug",
    "go ahead and open the microwave": "open the microwave",
    "open the microwave if you don't mind": "open the microwave",
    "my neighbour says hello and open the top drawer": "open the top drawer",
    "it is raining again but close the microwave": "close the microwave",
    "close the microwave no hurry at all": "close the microwave",
    "grab the can and drop it into the bin": "put the can in the bin",
    "I need the microwave door opened": "open the microwave",
    "turn on the light": "switch on the light",
    "put the apple in the bowl, I am tired": "put the apple in the bowl",
    "would you kindly shut the bottom drawer now": "close the bottom drawer",
    "take the mug, the blue one": "pick up the mug",
    "open the fridge please": "open the fridge",
    "good morning open the microwave": "open the microwave",
    "put the can in the bin": "put the can in the bin",
    "can you put the can in the bowl": "put the can in the bowl",
    "microwave open please": "open the microwave",
    "top drawer open": "open the top drawer",
    "pick up the mug please": "pick up the mug",
    "would you kindly pick up the apple": "pick up the apple",
    "hey robot pick up the tin": "pick up the can",
    "lift up the bottle": "pick up the bottle",
    "raise the fruit off the worktop": "pick up the apple",
    "the top drawer should be open": "open the top drawer",
    "get the bottom drawer closed": "close the bottom drawer",
    "push the upper drawer back in": "close the top drawer",
    "i want the mug inside the bowl": "put the mug in the bowl",
    "throw the bottle in the bin": "put the bottle in the bin",
    "open up the microwave": "open the microwave",
    "shut the microwave door": "close the microwave",
    "close the microwave, thanks": "close the microwave",
    "put the apple in the bowl so that it does not roll": "put the apple in the bowl",
    "open the fridge because i want the milk and the butter": "open the fridge",
    "turn the water on": "turn on the tap",
    "turn on the tap please": "turn on the tap",
    "switch the light on": "switch on the light",
    "close both drawers of the chest": "close both drawers of the chest",
    "put the mug and the egg on the tray": "put the mug and the egg on the tray",
    "put the spoon away in the cutlery drawer": "put the spoon away in the cutlery drawer",
    "clear all the rubbish off the table": "clear all the rubbish off the table",
    "do not waste water close the tap": "turn off the tap",
    "please close the tap": "turn off the tap",
    "it is dark turn on the light": "switch on the light",
    "listen open the bottom drawer": "open the bottom drawer",
    "pick up the bottel": "pick up the bottle",
    "close the micorwave": "close the microwave",
    "bring the mug to where i can grab it": "put the mug where i can reach it",
    "i am off to work so open the fridge": "open the fridge",
    "before i forget pick up the can": "pick up the can",
}


def said(text: str) -> list[str]:
    """The plain sentences of what a text is taken for."""
    return [phrasings(g)[0] for g in listener().plan(text)]


@pytest.mark.parametrize("text", SEVERAL)
def test_of_several_things_all_are_planned_in_their_order_or_none(text: str) -> None:
    try:
        plan = said(text)
    except HomebodyError as error:
        assert text not in PLANS, error
        assert "\n" not in str(error)
    else:
        assert plan == PLANS.get(text, plan) and len(plan) > 1


@pytest.mark.parametrize(("text", "plan"), [
    ("take the mug and put it in the bowl", ["put the mug in the bowl"]),
    ("pick up the spoon and put it in the left compartment", ["put the spoon in the left compartment"]),
    ("hold up the egg so that I can see it, then put it in the pot", ["hold up the egg", "put the egg in the pot"]),
    ("open the top drawer of the chest, put the toy in the top drawer of the chest and close it", ["stow_in_chest"]),
    ("open the bottom drawer of the chest and then stow the toy in the top drawer of the chest", ["open the bottom drawer of the chest", "stow_in_chest"]),
    ("close the top drawer of the chest and close the bottom drawer of the chest", ["close_chest"]),
    ("lay the blanket on the bed, but before that close the bottom drawer of the chest", ["close the bottom drawer of the chest", "lay_blanket"]),
    ("pick up the apple and the can and put them in the bin", ["put the apple in the bin", "put the can in the bin"]),
    ("throw the bottle in the bin, and last of all open the fridge", ["put the bottle in the bin", "open the fridge"]),
    ("close the cupboard after you have opened the fridge", ["open the fridge", "close the cupboard"]),
    ("before you open the fridge, put that old can in the bin", ["put the can in the bin", "open the fridge"]),
    ("turn the left burner off, then the right one", ["turn_off_stove", "turn_off_stove"]),
    ("stack the bowls, after which you may close the cupboard", ["stack_bowls", "close the cupboard"]),
    ("open the fridge and after that the cupboard", ["open the fridge", "open the cupboard"]),
    ("open the cupboard, stack the bowls and close it again", ["open the cupboard", "stack_bowls", "close the cupboard"]),
])  # fmt: skip
def test_steps_of_one_thing_are_one_and_what_comes_before_comes_first(text: str, plan: list[str]) -> None:
    """By sentence, or by task where that has many."""
    goals = listener().plan(text)
    assert len(goals) == len(plan)
    for goal, wanted in zip(goals, plan, strict=True):
        assert goal.task == wanted if "_" in wanted else known(wanted) == goal


def test_parts_that_are_not_understood_are_named_and_nothing_is_done() -> None:
    with pytest.raises(HomebodyError, match="asks for several things, not all of which are understood: .*; expected one at a time"):
        said("open the fridge then bring me a beer")


@pytest.mark.parametrize("text", NO_ORDERS)
def test_negations_choices_conditions_and_questions_are_refused_by_name(text: str) -> None:
    with pytest.raises(HomebodyError, match="is a question|holds a (negation|choice|condition|repetition)"):
        listener().plan(text)


@pytest.mark.parametrize("text", ONE)
def test_one_thing_is_understood_with_and_in_it_politeness_reasons_and_a_typing_error(text: str) -> None:
    assert said(text) == [ONE[text]]


def test_every_phrasing_keeps_its_goal_within_what_people_say_besides() -> None:
    texts = [p for g in (*all_goals(), *household_goals()) for split in ("train", "heldout") for p in phrasings(g, split)]
    for n, text in enumerate(texts[::31]):
        goals = listener().plan(text)
        before, after = BEFORE[n % len(BEFORE)], AFTER[n % len(AFTER)]
        versions = (
            f"please {text}",
            f"{before} {text}",
            f"{text} {after}",
            f"Hey robot, {text}!",
            f"{text}, thanks",
            f"{text} because i am in a hurry",
        )
        assert len(goals) == 1 and {listener().plan(v) for v in versions} == {goals}, versions


@pytest.mark.parametrize(
    "text", ["open " * 10_000, "x" * 100_000, "\x00\x1b[31m", "\U0001f600" * 500, "打开抽屉", "42", "open the drawer and " * 15]
)
def test_what_is_no_sentence_gets_one_short_line_at_once(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(HomebodyError) as caught:
        listener().plan(text)
    assert time.perf_counter() - started < 0.5
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_the_state_decides_where_words_leave_several() -> None:
    top, bottom = Goal(task="close_drawer", target="top"), Goal(task="close_drawer", target="bottom")
    found = listener().understand("shut the drawer").options
    assert found == (top, bottom)
    assert meant("shut the drawer", found, lambda g: g == bottom) == bottom
    for none_or_both in (lambda _: False, lambda _: True):
        with pytest.raises(HomebodyError, match="ambiguous instruction 'shut the drawer': did you mean 'close the top drawer' or"):
            meant("shut the drawer", found, none_or_both)
