"""Understanding, on sentences that other people wrote after the model was trained: `pytest -s tests/core/test_unseen.py` prints the figures."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from homebody.assets.listening import listener
from homebody.core.errors import HomebodyError
from homebody.core.statistics import wilson
from homebody.core.types import Goal

UNSEEN = [json.loads(line) for line in Path(__file__).with_name("unseen.jsonl").read_text().splitlines()]
"""`text`, `kind`: one goal, several, or what has to be refused; `goals` in their order, and `also` what is as right a reading of one."""

MANY_VOICES = [json.loads(line) for line in Path(__file__).with_name("unseen_many_voices.jsonl").read_text().splitlines()]
"""As UNSEEN, by authors that were to speak as many people do: dialects, second languages, phones, wishes that are only implied."""
EVERYDAY = [json.loads(line) for line in Path(__file__).with_name("unseen_everyday.jsonl").read_text().splitlines()]
"""As UNSEEN, by eight authors who were told to speak as people in a house do: families, residents and carers, engineers, flatmates; the latest.
`also` of several goals are whole plans as right: a step that another goal takes anyway."""
HOUSEHOLDS = [json.loads(line) for line in Path(__file__).with_name("unseen_households.jsonl").read_text().splitlines()]
"""As UNSEEN, by seven authors of whom each is a person of his own: a parent in a hurry, a retired teacher, a carer, a flatmate. Rules were mended on
them: when they were first read, 85 % and 91 % of single ones were right, and 80 % and 86 % of several (four authors, then three more)."""
LATEST = [json.loads(line) for line in Path(__file__).with_name("unseen_latest.jsonl").read_text().splitlines()]
"""As HOUSEHOLDS, by four more authors, and nothing but three refusals and orders mended on them since they were first read."""
RIGHT, WRONG, REFUSED, PLANNED = 0.9, 0.01, 0.975, 0.87
"""What was reached when they were first read, less a sentence or two; the goal is 0.92, 0.01, 0.98 and 0.9."""


def goals_of(rows: list[list[Any]]) -> list[Goal]:
    return [Goal(task=task, target=target, receptacle=receptacle) for task, target, receptacle in rows]


def outcome(row: dict[str, Any]) -> str:
    """`right`, `asked` (nothing is done, and why is said), `half` (of several, only some) or `wrong`."""
    try:
        plan = list(listener().plan(row["text"]))
    except HomebodyError:
        return "right" if row["kind"] == "refuse" else "asked"
    if row["kind"] == "refuse":
        return "wrong"
    wanted = goals_of(row["goals"])
    also = row.get("also", [])
    if plan == wanted or plan in ([[g] for g in goals_of(also)] if row["kind"] == "goal" else [goals_of(p) for p in also]):
        return "right"
    return "half" if len(plan) < len(wanted) else "wrong"


@pytest.fixture(scope="module")
def counts() -> dict[str, Counter[str]]:
    return counted(UNSEEN)


def counted(rows: list[dict[str, Any]]) -> dict[str, Counter[str]]:
    """What came of sentences, by kind; printed with intervals."""
    out: dict[str, Counter[str]] = {kind: Counter() for kind in ("goal", "refuse", "several")}
    for row in rows:
        out[row["kind"]][outcome(row)] += 1
    for kind, found in out.items():
        n = sum(found.values())
        shares = ", ".join(
            f"{name} {100 * k / n:.1f} % ({100 * wilson(k, n)[0]:.0f} to {100 * wilson(k, n)[1]:.0f})" for name, k in found.most_common()
        )
        print(f"{kind}: {n} sentences, {shares}")
    return out


def share(found: Counter[str], *names: str) -> float:
    return sum(found[n] for n in names) / sum(found.values())


def test_there_are_enough_sentences_of_every_sort_and_none_is_learned_from() -> None:
    kinds = Counter(row["kind"] for row in UNSEEN)
    assert kinds["goal"] >= 380 and kinds["refuse"] >= 120 and kinds["several"] >= 60
    folder = Path(__file__).parents[2] / "core" / "listening" / "corpus"
    learned = {line.partition(") ")[2] or line for file in folder.glob("*.txt") for line in file.read_text().splitlines()}
    assert not {row["text"] for row in (*UNSEEN, *MANY_VOICES, *EVERYDAY, *HOUSEHOLDS, *LATEST)} & learned


def test_one_thing_is_understood_or_asked_back_and_hardly_ever_mistaken(counts: dict[str, Counter[str]]) -> None:
    assert share(counts["goal"], "right") >= RIGHT
    assert share(counts["goal"], "wrong", "half") <= WRONG


def test_what_must_not_be_done_is_refused(counts: dict[str, Counter[str]]) -> None:
    assert share(counts["refuse"], "right") >= REFUSED


def test_several_things_are_planned_in_their_order_and_never_half_of_them(counts: dict[str, Counter[str]]) -> None:
    assert share(counts["several"], "right") >= PLANNED
    assert counts["several"]["half"] == 0


def test_an_answer_takes_no_time() -> None:
    listener().plan("open the fridge")
    started = time.perf_counter()
    for row in UNSEEN[:50]:
        outcome(row)
    assert time.perf_counter() - started < 50 * 0.3  # it takes 3 ms; a loaded machine must not fail this


def test_many_voices_are_understood_less_often_and_no_less_than_when_they_were_first_heard() -> None:
    found = counted(MANY_VOICES)
    assert share(found["goal"], "right") >= 0.8 and share(found["goal"], "wrong", "half") <= 0.02
    assert share(found["refuse"], "right") >= 0.91
    assert share(found["several"], "right") >= 0.8 and found["several"]["half"] == 0


def test_everyday_sentences_are_understood_as_often_as_when_they_were_first_heard() -> None:
    """What one thing asks for and what is refused was heard once and no rule made from it; of several things 88 % were planned right at first."""
    found = counted(EVERYDAY)
    assert share(found["goal"], "right") >= 0.92 and share(found["goal"], "wrong", "half") <= 0.01
    assert share(found["refuse"], "right") >= 0.98
    assert share(found["several"], "right") >= 0.88 and found["several"]["half"] == 0


def test_people_of_many_households_are_understood_as_often_as_their_rules_allow() -> None:
    found = counted(HOUSEHOLDS)
    assert share(found["goal"], "right") >= 0.9 and share(found["goal"], "wrong", "half") <= 0.02
    assert share(found["refuse"], "right") >= 0.98
    assert share(found["several"], "right") >= 0.89 and found["several"]["half"] == 0


def test_the_latest_sentences_are_understood_as_often_as_when_they_were_first_heard() -> None:
    found = counted(LATEST)
    assert share(found["goal"], "right") >= 0.87 and share(found["goal"], "wrong", "half") <= 0.01
    assert share(found["refuse"], "right") >= 0.98
    assert share(found["several"], "right") >= 0.81 and found["several"]["half"] <= 1
