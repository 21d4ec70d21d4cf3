"""What becomes of a sentence on its way."""

import numpy as np
from homebody.core.wording import AFTER, BEFORE, reworded, typing_errors


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_nominal_sentence_arrives_letter_by_letter():
    assert reworded("open the top drawer", {}, rng()) == "open the top drawer"


def test_typing_errors_come_at_their_rate_and_leave_spaces_alone():
    text = "please open the top drawer " * 40
    for rate in (0.05, 0.15):
        changed = sum(typing_errors("a", rate, rng(s)) != "a" for s in range(4000)) / 4000
        assert abs(changed - rate) < 0.25 * rate
        assert typing_errors(text, rate, rng(1)).count(" ") == text.count(" ")
    assert typing_errors(text, 0.0, rng(1)) == text


def test_irrelevant_words_are_added_around_and_the_instruction_stays_whole():
    for count in range(5):
        out = reworded("pick up the mug", {"irrelevant_words": float(count)}, rng(count))
        clauses = sum(c in out for c in (*BEFORE, *AFTER))
        assert "pick up the mug" in out and clauses == count


def test_the_share_of_empty_instructions_is_the_axis_value():
    empty = sum(reworded("close the drawer", {"empty": 0.5}, rng(s)) == "" for s in range(600))
    assert 250 < empty < 350 and reworded("close it", {"empty": 1.0}, rng()) == ""


def test_the_same_stream_gives_the_same_words():
    axes = {"typing_errors": 0.1, "irrelevant_words": 2.0}
    assert reworded("open the microwave", axes, rng(5)) == reworded("open the microwave", axes, rng(5))
