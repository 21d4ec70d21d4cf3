"""Tables: one thing a name, suggestions for others, and nothing stale of what was computed from them."""

import functools

import pytest
from homebody.core.errors import HomebodyError
from homebody.core.table import Table


def test_a_table_keeps_the_order_of_registration_and_reads_like_a_mapping():
    table = Table("task", {"b": 1, "a": 2})
    table.add("c", 3)
    assert list(table) == ["b", "a", "c"] and dict(table) == {"b": 1, "a": 2, "c": 3} and table.get("d") is None and "a" in table


def test_a_second_thing_of_one_name_is_refused_and_the_first_stays():
    table = Table("task", {"pour": 1})
    with pytest.raises(HomebodyError, match="two tasks are called 'pour': expected another name"):
        table.add("pour", 2)
    assert table["pour"] == 1


def test_two_pairs_of_one_name_are_refused_at_the_start():
    with pytest.raises(HomebodyError, match="two entries are called 'pour': expected another name"):
        Table("entry", [("pour", 1), ("wipe", 2), ("pour", 3)])


@pytest.mark.parametrize("name", ["", " pour"])
def test_a_name_of_nothing_or_with_spaces_around_is_refused(name):
    with pytest.raises(HomebodyError, match="the name of a task is"):
        Table("task").add(name, 1)


def test_an_unknown_name_gets_the_nearest_ones():
    with pytest.raises(HomebodyError, match="unknown task 'poor': nearest are pour"):
        Table("task", {"pour": 1, "wipe": 2}).find("poor")


def test_what_is_computed_from_several_tables_is_computed_again_when_any_of_them_changes():
    verbs, nouns = Table("verb", {"open": 1}), Table("noun", {"door": 1})

    @verbs.derived
    @nouns.derived
    @functools.cache
    def sentences():
        return [f"{v} {n}" for v in verbs for n in nouns]

    assert sentences() is sentences() == ["open door"]
    verbs.add("shut", 1)
    assert sentences() == ["open door", "shut door"]
    nouns.add("box", 1)
    nouns.remove("door")
    assert sentences() == ["open box", "shut box"]
