"""What a sentence asks for: taken apart into orders, each read by the model; or why nothing is done about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from ..types import Goal
from .corpus import ALIKE
from .model import Model, Reading
from .parting import VERBS, Part, in_one_word, parted, parts_of
from .words import SKIPPED, spelled_out

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
IT = frozenset(["it", "them", "that", "this", "these", "those", "one", "ones"])
ORDERED, SURELY_ORDERED = 0.3, 0.2
"""What is left of the probability that a part that begins with a verb asks for nothing; that one which says of what, too, does."""
SURELY, OUT_OF_REACH = 0.6, 0.9
"""From which probability on a part alone asks for something, and for something that the robot cannot do."""
SHORTEST = 3
"""Words of an order that has no verb."""
PARTICLES = frozenset(["on", "off", "up", "down", "out", "open", "shut", "in"])
"""What belongs to a verb, and is not left out where the verb is."""
BARE = SKIPPED | {
    "drawer", "drawers", "door", "doors", "one", "ones", "lid", "in", "into", "on", "onto", "to", "too", "other", "second", "this", "that",
}  # fmt: skip
"""Words of a part that names a thing and says nothing of what is to be done with it."""
PLACING = frozenset(["in", "into", "on", "onto"])
REMEMBERED = 3
"""Remarks before an order in which what `it` stands for may have been named."""
FRONTS = 8
"""Words of an order before, at most, that a shortened one borrows."""


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
    tied: bool = False
    """Whether words stand in it that tie one order to another."""


class Hearing:
    """Reads sentences with a model."""

    def __init__(self, model: Model, known: Callable[[str], Goal | None] = lambda _: None) -> None:
        """known: the goal of a sentence that needs no model."""
        self.model, self._known = model, known

    def _completed(self, said: str, before: str) -> list[str]:
        """What a shortened order may mean after the one before: the thing that `it` stands for put in, or the verb."""
        out, spelled, named = list[str](), said.split(), self.model.named(said)
        previous = self.model.named(before)
        things = [i for i, w in enumerate(previous) if w.startswith("=")]
        if things and (its := [i for i, w in enumerate(spelled) if w in IT]):
            out.append(_put_in(spelled, its[0], previous[things[0]]))
        if things and any(w.startswith("=") for w in named):
            verb = [w for w in previous if not w.startswith("=") and w not in SKIPPED and w != ","][:FRONTS]
            out += [" ".join([*verb, said])]
            if not PARTICLES & set(verb) or PARTICLES & set(spelled):
                out += [" ".join([*verb[:1], said])]
            place = (
                " ".join(previous[things[-1] - 2 :]).replace("=", "").replace("_", " ")
                if len(things) > 1 and sum(w[0] == "=" for w in named) < 2
                else ""
            )
            out += [" ".join([*verb[:1], said, place])] if place else []
        return out

    def _pointed_at(self, said: str, before: Sequence[Part]) -> list[str]:
        """An order for `it` with each thing put in that the nearest remark before has named: `that mug was my ex's. throw it away`."""
        spelled = said.split()
        its = [i for i, w in enumerate(spelled) if w in IT]
        if not its or any(w[0] == "=" for w in self.model.named(said)):
            return []
        for part in reversed(before):
            if things := dict.fromkeys(w for w in self.model.named(" ".join(part.words)) if w[0] == "="):
                return [_put_in(spelled, its[0], thing) for thing in things]
        return []

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
        share = max(sure, whole.goals.get(pair[1], 0.0)) + whole.kinds["several"] + whole.kinds["vague"]
        return tuple(Order(goal=g, sure=share, said=" ".join(tokens)) for g in pair)

    def _sharing(self, said: str, part: Part | None) -> list[str]:
        """An order that shares where things go with the next: `put the apple and the can in the bin`."""
        if part is None or not {"and", "then", "plus", "also"}.intersection(part.link) or not self._bare(" ".join(part.words)):
            return []
        at = next((i for i, w in enumerate(part.words) if i and w in PLACING), None)
        return [] if at is None else [" ".join([said, *part.words[at:]])]

    def _bare(self, said: str) -> bool:
        """Whether a part only names things: `the lower drawer`. What is to be done with them an order before has said."""
        named = self.model.named(said)
        return any(w[0] == "=" for w in named) and all(w[0] == "=" or w in BARE for w in named)

    def _alone(self, part: Part) -> tuple[Goal | None, bool]:
        """What a part surely asks for when it is read alone, and whether it surely asks for what the robot cannot do."""
        reading = self.model.read(" ".join(part.words))
        goal, p = best_of(reading, None)
        return goal if p > SURELY else None, part.words[0] in VERBS and reading.kinds["impossible"] > OUT_OF_REACH

    def _like_an_order(self, part: Part) -> float:
        """What is left of the probability that a part asks for nothing: `open the dishwasher` and `water on` ask, whatever of."""
        first, last, things = part.words[0], part.words[-1], [w for w in self.model.named(" ".join(part.words)) if w[0] == "="]
        if first in VERBS:
            return SURELY_ORDERED if things or "the" in part.words else ORDERED
        return SURELY_ORDERED if things and len(part.words) <= SHORTEST and last in ("on", "off", "open", "shut", "closed") else 1.0

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
        tokens = parted(in_one_word(spelled_out(text)).split())
        parts = parts_of(tokens)
        whole = self.model.read(" ".join(tokens))
        options = tuple(sorted(((g, p) for g, p in whole.goals.items() if among is None or g in among), key=lambda o: -o[1])[:5])
        if not parts or len(parts) > LONGEST:
            return Heard(orders=(), sure=0.0, kinds=whole.kinds, options=options)
        if both := self._both(tokens, whole, among):
            return Heard(orders=both, sure=min(1.0, both[0].sure), kinds=whole.kinds, options=options)
        best = self._best(tokens, parts, among)
        tied = any(o.link for o in best.orders[1:])  # by `then` or `and`, not by a comma alone
        if len(best.orders) > 1 and not tied and whole.kinds["several"] < SEVERAL and options and options[0][1] > ONE:
            sure = options[0][1] * LEFT_OVER ** self.model.left_over(text, options[0][0])
            best = _Way(least=sure, orders=(Order(goal=options[0][0], sure=sure, said=text),)) if sure > ONE else best
        return Heard(
            orders=tuple(as_one(in_turn(best.orders))),
            sure=best.least,
            kinds=whole.kinds,
            options=options,
            missed=best.missed,
            passed_over=best.passed_over,
            tied=any(part.link for part in parts),
        )

    def _best(self, tokens: Sequence[str], parts: Sequence[Part], among: Collection[Goal] | None) -> _Way:
        """The likeliest way to take a sentence apart into orders and asides."""
        best, alone = [_Way()], [self._alone(part) for part in parts]
        for j in range(1, len(parts) + 1):
            options: list[_Way] = []
            for i in range(j):
                before = best[i]
                texts = self._said(tokens, parts[i], parts[j - 1])
                if j - i == 1:
                    p = CERTAIN if before.orders and self._only_looks(parts[i]) else self.model.read(texts[0]).kinds["aside"]
                    options.append(before.aside(p * self._like_an_order(parts[i]), texts[0]))
                said, completed = texts[0], [t for o in before.orders[-2:] for t in self._completed(texts[0], o.said)]
                texts = completed if completed and self._bare(said) else [*texts, *completed]
                texts += self._sharing(said, parts[j] if j < len(parts) else None)
                texts += self._pointed_at(said, parts[max(0, i - REMEMBERED) : i])
                words = frozenset((*parts[i].link, *(w for part in parts[i:j] for w in part.words)))
                for text in texts:
                    reading = self.model.read(text)
                    goal, sure = best_of(reading, among)
                    rival = max((p for g, p in reading.goals.items() if g != goal), default=0.0)
                    if (certain := self._known(" ".join(w for w in text.split() if w != ","))) and (among is None or certain in among):
                        goal, sure = certain, CERTAIN
                    if goal is not None:
                        goal = named_before(before.orders, goal)
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


def _put_in(words: Sequence[str], at: int, named: str) -> str:
    """The words with a thing, `=name`, in the place of the one at `at`."""
    return " ".join([*words[:at], f"the {named[1:].replace('_', ' ')}", *words[at + 1 :]])


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
    if among is None:
        return reading.best
    left = [(p, -i, g) for i, (g, p) in enumerate(reading.goals.items()) if g in among]
    if not left:
        return None, 0.0
    p, _, goal = max(left, key=lambda o: o[:2])
    return goal, p


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
    taken = a.task == "pick_up" or (
        a.task.startswith("hold_up") and not SHOWING & (one.words - {"up"} if "pick" in one.words else one.words)
    )
    return b if taken and b.task in CARRYING else None


def in_turn(orders: Sequence[Order]) -> list[Order]:
    """As they have to be done: `before ...` and `... after` turn them round, `first` comes first."""
    out = list(orders)
    for i, order in enumerate(orders):
        first = order.first
        last = order.link[-1] if order.link else ""
        asked = any(f" {a} " in f" {order.said} " for a in ASKING)
        if i == 0 and len(out) > 1 and "before" in (last, first, *(["before"] if first == "prior" else [])) and not asked:
            out[0], out[1] = out[1], out[0]
        elif i and ((last == "after" and first not in IT) or (last == "before" and first in IT) or "beforehand" in order.words):
            out[i - 1], out[i] = out[i], out[i - 1]
    if early := [o for o in orders[1:] if "first" in o.words]:
        out = [*early, *(o for o in out if o not in early)]
    return out


def named_before(orders: Sequence[Order], goal: Goal) -> Goal:
    """The goal, in the furniture that an order before has named."""
    twin = TWINS.get(goal.task)
    return replace(goal, task=twin) if twin and any("chest" in o.goal.task for o in orders) else goal
