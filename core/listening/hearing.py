"""What a sentence asks for: taken apart into orders, each read by the model; or why nothing is done about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ..types import Goal
from .completing import IT, REMEMBERED, Completing
from .corpus import ALIKE
from .model import Model, Reading
from .parting import ORDERS, Part, in_one_word, parted, parts_of
from .remarks import describes, explains, tells
from .words import DETERMINERS, UNKNOWN, spelled_out

CHOICES = 5
"""Goals that a text as a whole may mean, at most, that are kept."""
LONGEST = 9
"""Parts of a sentence, at most, that are weighed one way and another; a longer one is refused."""
CERTAIN = 0.98
"""How sure an order in the phrasebook's own words is."""
MISSED = 0.25
"""A part of a sentence below this probability was not understood."""
SEVERAL, ONE = 0.15, 0.4
"""A sentence that as a whole is likelier than the second one goal, and less likely than the first several, is one."""
TWINS = {"open_drawer": "open_chest_drawer", "close_drawer": "close_chest_drawer"}
"""What a task without the name of its furniture means after an order that has named it."""
SHUT_UP = {("close_cutlery_drawer", "cutlery"): "cutlery", ("close_drawer", "top"): "top"}
"""What a drawer is called that is shut for the night."""
PAIRS = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
"""What stands beside a thing of which there are two."""
LEFT_OVER = 0.3
"""What an order loses for each thing in its words that it has nothing to do with: that belongs to another order, or was not understood."""
ASKING = ("please", "can you", "could you", "would you", "will you")
CARRYING = frozenset(
    [
        "put_in", "serve_on_plate", "put_in_pot", "set_on_tray", "toys_in_basket", "sort_cutlery", "clear_rubbish", "hand_over", "bring_within_reach",
        "stow_in_chest", "put_cutlery_away", "lay_tray", "start_cooking", "put_toothbrush_in_cup",
    ]
)  # fmt: skip
"""Tasks that take the thing up on their way."""
SHOWING = frozenset(
    ["hold", "up", "high", "air", "show", "raise", "look", "see", "aloft", "so", "for", "check", "inspect", "read", "until", "let"]
)
"""Words by which a thing is held up for its own sake, not to be carried on."""
WITHIN = {
    ("open_chest_drawer", "stow_in_chest"): "top", ("stow_in_chest", "close_chest_drawer"): "top",
    ("open_cutlery_drawer", "put_cutlery_away"): "cutlery", ("put_cutlery_away", "close_cutlery_drawer"): "cutlery",
}  # fmt: skip
"""Steps that a longer task takes anyway, before it or after it -> the drawer that it takes them with."""
BOTH_OF = frozenset(["them", "both", "these", "those"])
"""Words for two things."""
REMARKED, TELLING = 0.6, 0.3
"""Least probability that a statement asks for nothing, where no goal is likelier than the second when it is read alone."""
EXPLAINED, HARMLESS = 0.9, 0.06
"""The same for one that tells what for; most that a statement may look like harm to be passed over."""
STANDS = 0.2
"""What is left of the probability that it asks for something to say how a thing stands, where a later part speaks of it: `it is open, shut it`."""
ORDERED, SURELY_ORDERED = 0.3, 0.2
"""What is left of the probability that a part that begins with a verb asks for nothing; that one which says of what, too, does."""
SURELY, OUT_OF_REACH = 0.6, 0.9
"""From which probability on a part alone asks for something, and for something that the robot cannot do."""
NAMED_ALONE = 0.19
"""Most that a text may be sure of that only names a thing: `the top drawer`."""
IS = DETERMINERS | {"in", "on", "up", "about", "got", "been", "not", "at", "off", "out", "here", "coming", "going", "back"}
"""What stands behind a name whose `s` is an `is`: `Mia's in bed`."""
SHORTEST = 3
"""Words of an order that has no verb."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One goal that a sentence asks for."""

    goal: Goal
    sure: float
    said: str
    """As it was read: what it left out is put in."""
    words: frozenset[str] = frozenset()
    first: str = ""
    """The first word of it, as it was said."""
    link: tuple[str, ...] = ()
    """What ties it to the order before."""
    rival: float = 0.0
    """Probability of the likeliest other goal of the same words."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What was understood."""

    orders: tuple[Order, ...]
    """In the order in which they have to be done; empty where nothing is."""
    sure: float
    """Probability of the least sure piece of it."""
    kinds: dict[str, float]
    """Probability of each kind of text that asks for nothing that can be done."""
    options: tuple[tuple[Goal, float], ...]
    """The likeliest goals of the sentence as one, best first."""
    missed: tuple[str, ...] = ()
    """Parts that ask for something that was not understood."""
    passed_over: float = 1.0
    """Probability of the part that was taken to ask for nothing and is least sure to."""
    found: int = 1
    """How many orders stand in it, before steps of one another become one."""
    nameless: bool = False
    """Whether it only names a thing, and says nothing of what is to be done with it."""
    tied: bool = False
    """Whether words stand in it that tie one order to another."""


class Hearing:
    """Reads sentences with a model."""

    def __init__(self, model: Model, known: Callable[[str], Goal | None] = lambda _: None) -> None:
        """known: the goal of a sentence that needs no model."""
        self.model, self._known, self._completing = model, known, Completing(model)

    def _both(self, tokens: Sequence[str], whole: Reading, among: Collection[Goal] | None) -> tuple[Order, ...]:
        """The two orders of `both drawers`, the one that is named first in front; none where a text asks for no such pair."""
        goal, sure = best_of(whole, among)
        if goal is None or "both" not in tokens or goal.target not in PAIRS or sure + whole.kinds["several"] < SEVERAL:
            return ()
        pair = (goal, replace(goal, target=PAIRS[goal.target]))
        if pair[1] not in whole.goals:
            return ()
        spelled = self.model.named(" ".join(tokens))
        at = {g.target: spelled.index(f"={g.target}") if f"={g.target}" in spelled else len(spelled) for g in pair}
        pair = sorted(pair, key=lambda g: (at[g.target], g.target not in ("top", "left")))
        share = max(sure, whole.of(pair[1])) + whole.kinds["several"] + whole.kinds["vague"]
        return tuple(Order(goal=g, sure=share, said=" ".join(tokens)) for g in pair)

    def _alone(self, part: Part) -> tuple[Goal | None, bool]:
        """What a part surely asks for when it is read alone, and whether it surely asks for what the robot cannot do."""
        reading = self.model.read(" ".join(part.words))
        goal, p = best_of(reading, None)
        return goal if p > SURELY else None, part.words[0] in ORDERS and reading.kinds["impossible"] > OUT_OF_REACH

    def _like_an_order(self, part: Part) -> float:
        """What is left of the probability that a part asks for nothing: `open the dishwasher` and `water on` ask, whatever of."""
        first, last, things = part.words[0], part.words[-1], [w for w in self.model.named(" ".join(part.words)) if w[0] == "="]
        if first in ORDERS:
            return SURELY_ORDERED if things or "the" in part.words else ORDERED
        return SURELY_ORDERED if things and len(part.words) <= SHORTEST and last in ("on", "off", "open", "shut", "closed") else 1.0

    def _meant(self, text: str, among: Collection[Goal] | None) -> tuple[Goal | None, float, float]:
        """The likeliest goal of one order, its probability, and that of any other."""
        reading = self.model.read(text)
        goal, sure = best_of(reading, among)
        rival = next((p for g, p in reading.likeliest(2) if g != goal), 0.0)
        if (certain := self._known(" ".join(w for w in text.split() if w != ","))) and (among is None or certain in among):
            return certain, CERTAIN, rival
        return goal, sure, rival

    def _them(self, said: str, before: _Way, among: Collection[Goal] | None) -> list[_Way]:
        """With `them` the two things that were taken before: `take the ball and the toy and put them in the basket`."""
        pair = before.orders[-2:]
        if len(pair) < 2 or not BOTH_OF.intersection(said.split()) or any(not _taken(o) for o in pair) or pair[0].goal == pair[1].goal:
            return []
        out = replace(before, orders=before.orders[:-2])
        for order in pair:
            text = self._completing.put_in(said.split(), BOTH_OF, order.goal.target)
            goal, sure, _ = self._meant(text, among)
            if goal is None or goal.task not in CARRYING or goal.target != order.goal.target:
                return []
            sure *= LEFT_OVER ** self.model.left_over(text, goal)
            out = out.order(replace(order, goal=goal, sure=min(sure, order.sure), said=text), said)
        return [out]

    def _passed_over(self, parts: Sequence[Part], i: int, after_one: bool) -> float:
        """Probability that a part asks for nothing; after_one: whether an order stands before it."""
        part = parts[i]
        if after_one and self._only_looks(part):
            return CERTAIN
        said = " ".join(part.words)
        reading = self.model.read(said)
        p = reading.kinds["aside"] * self._like_an_order(part)
        harmless = reading.kinds["harm"] < HARMLESS
        if len(parts) > 1 and harmless and (describes(part.words) or (tells(part.words, part.link) and reading.best[1] < TELLING)):
            p = max(p, REMARKED)
        if after_one and self._completing.bare(said):
            p *= ORDERED
        if harmless and explains(part.words, part.link):
            p = max(p, EXPLAINED)
        return p

    def _only_looks(self, part: Part) -> bool:
        """Whether a part tells no more than what the thing before looks like: `the blue one`."""
        short = set(part.words[:1]) <= {"the", "that"} and set(part.words[-1:]) <= {"one", "ones"} and not part.words[4:]
        return short and "other" not in part.words and not any(w[0] == "=" for w in self.model.named(" ".join(part.words)))

    def _said(self, tokens: Sequence[str], first: Part, last: Part) -> list[str]:
        """A run of parts as it was said, with what ties it to the others where that tells when."""
        said = " ".join(tokens[first.start : last.end])
        return [said, *(f"{w} {said}" for w in first.link if w in ("before", "after"))]

    def hear(self, text: str, among: Collection[Goal] | None = None) -> Heard:
        """What a text asks for; `among` are the goals that are possible here, where not all are."""
        tokens = parted(in_one_word(self._unnamed(spelled_out(text))).split())
        parts = parts_of(tokens)
        whole = self.model.read(" ".join(tokens))
        options = tuple(whole.likeliest(CHOICES, among))
        if not parts or len(parts) > LONGEST:
            return Heard(orders=(), sure=0.0, kinds=whole.kinds, options=options)
        if both := self._both(tokens, whole, among):
            return Heard(orders=both, sure=min(1.0, both[0].sure), kinds=whole.kinds, options=options)
        best = self._best(tokens, parts, among)
        tied = any(o.link for o in best.orders[1:])  # by `then` or `and`, not by a comma alone
        if len(best.orders) > 1 and not tied and whole.kinds["several"] < SEVERAL and options and options[0][1] > ONE:
            sure = options[0][1] * LEFT_OVER ** self.model.left_over(text, options[0][0])
            best = _Way(least=sure, orders=(Order(goal=options[0][0], sure=sure, said=text),)) if sure > ONE else best
        nameless = len(parts) == 1 and self._completing.bare(" ".join(tokens))
        return Heard(
            orders=tuple(as_one(in_turn(best.orders))),
            found=len(best.orders),
            nameless=nameless,
            sure=min(best.least, NAMED_ALONE) if nameless else best.least,
            kinds=whole.kinds,
            options=options,
            missed=best.missed,
            passed_over=best.passed_over,
            tied=any(part.link for part in parts),
        )

    def _unnamed(self, spelled: str) -> str:
        """Without the names of people whose things are spoken of: `Mia's toy` is the toy."""
        words = spelled.split()
        for i in range(len(words) - 2, 0, -1):
            if words[i] == "s" and words[i + 1] not in IS and self.model.vocabulary.correct(words[i - 1]) == UNKNOWN:
                words[i - 1 : i + 1] = ["the"]
        return " ".join(words)

    def _best(self, tokens: Sequence[str], parts: Sequence[Part], among: Collection[Goal] | None) -> _Way:
        """The likeliest way to take a sentence apart into orders and asides."""
        best, alone = [_Way()], [self._alone(part) for part in parts]
        told = [
            describes(part.words) and IT.intersection(w for later in parts[i + 1 :] for w in later.words) for i, part in enumerate(parts)
        ]
        for j in range(1, len(parts) + 1):
            options: list[_Way] = []
            for i in range(j):
                before = best[i]
                texts = self._said(tokens, parts[i], parts[j - 1])
                said = texts[0]
                if j - i == 1:
                    options.append(before.aside(self._passed_over(parts, i, bool(before.orders)), said))
                options += (both := self._them(said, before, among))
                texts = self._completing.all_of(texts, [o.said for o in before.orders[-2:]], parts[max(0, i - REMEMBERED) : i], parts[j:])
                words = frozenset((*parts[i].link, *(w for part in parts[i:j] for w in part.words)))
                for text in () if both else texts:
                    goal, sure, rival = self._meant(text, among)
                    if goal is not None:
                        goal = named_before(before.orders, goal)
                        sure *= STANDS if (told[i] and j < len(parts)) or explains(parts[i].words, parts[i].link) else 1.0
                        sure *= LEFT_OVER ** (self.model.left_over(text, goal) + _swallowed(alone[i:j], goal))
                        options.append(
                            before.order(
                                Order(
                                    goal=goal, sure=sure, said=text, words=words, first=parts[i].words[0], link=parts[i].link, rival=rival
                                ),
                                said,
                            )
                        )
            best.append(max(options, key=lambda o: o.p))
        return best[-1]


def _swallowed(alone: Sequence[tuple[Goal | None, bool]], goal: Goal) -> int:
    """How many parts that are read as one order for `goal` ask for another thing when each is read `alone`."""
    if len(alone) < 2:
        return 0
    own = {goal.target, goal.receptacle}
    return sum(bool(beyond or (g and not {g.target, ALIKE.get(g.target, g.target)} & own)) for g, beyond in alone)


@dataclass(frozen=True)
class _Way:
    """One way to take the first parts of a sentence apart."""

    p: float = 1.0
    least: float = 1.0
    """The probability of the least sure piece."""
    orders: tuple[Order, ...] = ()
    missed: tuple[str, ...] = ()
    passed_over: float = 1.0

    def _next(self, p: float, orders: tuple[Order, ...], said: str) -> _Way:
        missed = self.missed if p >= MISSED else (*self.missed, said)
        return _Way(self.p * p, min(self.least, p), orders, missed, self.passed_over)

    def aside(self, p: float, said: str) -> _Way:
        return replace(self._next(p, self.orders, said), passed_over=min(self.passed_over, p))

    def order(self, order: Order, said: str) -> _Way:
        again = self.orders and self.orders[-1].goal == order.goal  # said twice, meant once
        return self._next(order.sure, self.orders if again else (*self.orders, order), said)


def best_of(reading: Reading, among: Collection[Goal] | None) -> tuple[Goal | None, float]:
    """The likeliest goal of those that are possible; where others are not, their probability goes to none."""
    found = reading.likeliest(1, among)
    return found[0] if found else (None, 0.0)


def as_one(orders: Sequence[Order]) -> list[Order]:
    """Two orders that are one goal become it: an egg in the pot and the burner on; a drawer shut and the light off; a thing taken and put
    somewhere, or held up; a step that the other order takes anyway."""
    out: list[Order] = []
    for order in orders:
        whole = _together(out[-1], order) if out else None
        if whole:
            out[-1] = replace(out[-1], goal=whole, sure=min(out[-1].sure, order.sure))
        else:
            out.append(order)
    return out


def _together(one: Order, other: Order) -> Goal | None:
    a, b = one.goal, other.goal
    if (a.task, b.task) == ("put_in_pot", "turn_on_stove"):
        return Goal(task="start_cooking", target=a.target, receptacle=b.target)
    if b.task == "switch_off_light" and (which := SHUT_UP.get((a.task, a.target))):
        return Goal(task="close_up", target=which)
    if a.task == b.task == "close_chest_drawer":
        return Goal(task="close_chest", target="chest") if a != b else None
    if drawer := WITHIN.get((a.task, b.task)):
        task, step = (b, a) if b.task in CARRYING else (a, b)
        return task if step.target == drawer else None
    if ALIKE.get(a.target, a.target) != ALIKE.get(b.target, b.target):
        return None
    if a.task == "pick_up" and b.task.startswith("hold_up"):
        return b
    return b if _taken(one) and b.task in CARRYING else None


def _taken(order: Order) -> bool:
    """Whether an order takes a thing up and says nothing of why: to carry it somewhere, if another one tells where."""
    if order.goal.task == "pick_up":
        return True
    words = order.words - {"up"} if "pick" in order.words else order.words
    return order.goal.task.startswith("hold_up") and not SHOWING & words


def _early(orders: Sequence[Order]) -> list[Order]:
    """Orders that come first although they were said later, and what is tied to them: `but first close the fridge and the cupboard`."""
    start = next((i for i, o in enumerate(orders) if i and "first" in o.words), len(orders))
    end = next((i for i in range(start + 1, len(orders)) if orders[i].link[-1:] not in ((), ("and",))), len(orders))
    return list(orders[start:end])


def in_turn(orders: Sequence[Order]) -> list[Order]:
    """As they have to be done: `before ...` and `... after` turn them round, `first` comes first."""
    out = list(orders)
    for i, order in enumerate(orders):
        first = order.first
        last = order.link[-1] if order.link else ""
        asked = any(f" {a} " in f" {order.said} " for a in ASKING)
        if i == 0 and len(out) > 1 and "before" in (last, first, *(["before"] if first == "prior" else [])) and not asked:
            more = next((k for k, o in enumerate(orders[2:], 2) if o.link[-1:] not in ((), ("and",), ("also",), ("then",))), len(orders))
            out[:more] = [*out[1:more], out[0]]
        elif i and ((last == "after" and first not in IT) or (last == "before" and first in IT) or "beforehand" in order.words):
            out[i - 1], out[i] = out[i], out[i - 1]
    if early := _early(orders):
        goals = [o.goal for o in early]
        out = [*early, *(o for o in out if o.goal not in goals)]
    return out


def named_before(orders: Sequence[Order], goal: Goal) -> Goal:
    """The goal, in the furniture that an order before has named."""
    twin = TWINS.get(goal.task)
    return replace(goal, task=twin) if twin and any("chest" in o.goal.task for o in orders) else goal
