"""What an order leaves out, put in from what was said before it and after it: the verb, the thing that `it` stands for, where things go."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .model import Model
from .parting import ORDERS, Part
from .words import SKIPPED

IT = frozenset(["it", "them", "that", "this", "these", "those", "one", "ones"])
PARTICLES = frozenset(["on", "off", "up", "down", "out", "open", "shut", "in"])
"""What belongs to a verb, and is not left out where the verb is."""
BARE = SKIPPED | {
    "drawer", "drawers", "door", "doors", "one", "ones", "lid", "as", "well", "also", "burner", "hob", "in", "into", "on", "onto", "to", "too", "other", "second", "this", "that",
}  # fmt: skip
"""Words of a part that names a thing and says nothing of what is to be done with it."""
SHARED = frozenset(["and", "then", "plus", "also"])
"""What stands before the last of several things."""
REMEMBERED = 3
"""Remarks before an order in which what `it` stands for may have been named."""
FRONTS = 8
"""Words of an order before, at most, that a shortened one borrows."""
HAVING = frozenset(["you", "have", "had", "are", "already", "been"])
"""Words before a verb that tells what comes first: `after you have closed the drawer`."""
IRREGULAR = {
    "took": "take", "taken": "take", "gave": "give", "given": "give", "brought": "bring", "threw": "throw", "thrown": "throw", "held": "hold", "stuck": "stick",
    "rang": "ring", "rung": "ring", "lit": "light", "laid": "lay", "got": "get", "made": "make", "dropped": "drop",
}  # fmt: skip


def _inflected() -> dict[str, str]:
    """`closing`, `closed`, `binned` -> the verb that orders begin with."""
    out = dict(IRREGULAR)
    for verb in sorted(ORDERS):
        stem = verb.removesuffix("e")
        out |= dict.fromkeys((f"{stem}ing", f"{stem}ed", f"{verb}{verb[-1]}ing", f"{verb}{verb[-1]}ed"), verb)
    return out


INFLECTED = _inflected()


class Completing:
    """Completes orders, as the names that a model knows allow."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def all_of(self, texts: Sequence[str], before: Sequence[str], remarks: Sequence[Part], after: Sequence[Part]) -> list[str]:
        """The ways to read an order, the first of `texts` as it was said: with what the orders `before` it, the remarks since and what
        comes `after` it let it leave out."""
        said = texts[0]
        completed = [t for b in before for t in self._completed(said, b)]
        out = completed if completed and self.bare(said) else [*texts, *completed]
        if tail := self._tail(after):
            out += [f"{t} {tail}" for t in (said, *completed)]
        return list(dict.fromkeys([*out, *self._pointed_at(said, remarks), *_as_order(said)]))

    def put_in(self, words: Sequence[str], places: Collection[str], name: str) -> str:
        """The words with a thing where the first of `places` stands."""
        return _put_in(words, next(i for i, w in enumerate(words) if w in places), f"={name}")

    def bare(self, said: str) -> bool:
        """Whether a part only names things: `the lower drawer`. What is to be done with them an order before has said."""
        named = self._model.named(said)
        return (
            named[-1:] not in (("on",), ("off",), ("open",), ("shut",))
            and any(w[0] == "=" for w in named)
            and all(w[0] == "=" or w in BARE for w in named)
        )

    def _completed(self, said: str, before: str) -> list[str]:
        """What a shortened order may mean after the one before: the thing that `it` stands for put in, another thing in its place, or the verb."""
        previous = self._model.named(before)
        things = [i for i, w in enumerate(previous) if w[0] == "="]
        if not things:
            return []
        own, spelled, out = [w for w in self._model.named(said) if w[0] == "="], said.split(), list[str]()
        if its := [i for i, w in enumerate(spelled) if w in IT and not (own and w in ("one", "ones"))]:
            out.append(_put_in(spelled, its[0], previous[things[0]]))
        if len(own) == 1 and self.bare(said):
            for at in things:  # with the word behind it, `burner`, and without
                out += [_spoken(_put_in(previous[: at + 1] + behind, at, own[0])) for behind in (previous[at + 1 :], previous[at + 2 :])]
        nouns = [n for at in things for n in previous[at + 1 : at + 2] if n[0] != "=" and n not in SKIPPED | IT | BARE | {","}]
        if "one" in spelled and nouns:
            said = " ".join(nouns[0] if w == "one" else w for w in spelled)
            out.append(said)
        return out + (self._borrowing(said, previous, things) if own else [])

    def _borrowing(self, said: str, previous: Sequence[str], things: Sequence[int]) -> list[str]:
        """A part that names something else, with the verb of the order before, and the place where that has one."""
        words = set(said.split())
        verb = [w for w in previous if w[0] != "=" and w not in SKIPPED and w != ","][:FRONTS]
        if next((w for w in said.split() if w not in SKIPPED), "") in ORDERS or not ORDERS.intersection(verb):
            return []
        out = [" ".join([*verb, said])]
        if not PARTICLES.intersection(verb) or PARTICLES & words:
            out.append(" ".join([verb[0], said]))
        if len(things) > 1 and sum(w[0] == "=" for w in self._model.named(said)) < 2:
            out.append(" ".join([verb[0], said, _spoken(" ".join(previous[things[-1] - 2 :]))]))
        return out

    def _pointed_at(self, said: str, before: Sequence[Part]) -> list[str]:
        """An order for `it` with each thing put in that the nearest remark before has named: `that mug was my ex's. throw it away`."""
        spelled = said.split()
        its = [i for i, w in enumerate(spelled) if w in IT]
        if not its or any(w[0] == "=" for w in self._model.named(said)):
            return []
        for part in reversed(before):
            if things := dict.fromkeys(w for w in self._model.named(" ".join(part.words)) if w[0] == "="):
                return [_put_in(spelled, its[0], thing) for thing in things]
        return []

    def _tail(self, after: Sequence[Part]) -> str:
        """Where things go that several orders share, as the last of them says: `put the apple, the box and the can in the bin`."""
        for part in after:
            named = self._model.named(" ".join(part.words))
            at = next((i for i, w in enumerate(named) if w[0] == "="), None)
            if part.words[0] in ORDERS or at is None or at > 2 or any(w not in BARE for w in named[:at]):
                return ""
            if named[at + 1 :]:
                return _spoken(" ".join(named[at + 1 :])) if SHARED.intersection(part.link) else ""
        return ""


def _as_order(said: str) -> list[str]:
    """What was done before, as an order to do it: `you have binned the box`, `closing the drawer`, `you shut the microwave`."""
    words = said.split()
    if words[0] == "bin" and words[1:]:
        return [" ".join(["throw", *words[1:], "in the bin"])]
    at = next((i for i, w in enumerate(words) if w not in HAVING), len(words))
    if at == len(words):
        return []
    verb = INFLECTED.get(words[at]) or (words[at] if at and words[at] in ORDERS else "")
    return [" ".join([verb, *words[at + 1 :]])] if verb else []


def _spoken(named: str) -> str:
    """Names of things as words."""
    return named.replace("=", "").replace("_", " ")


def _put_in(words: Sequence[str], at: int, named: str) -> str:
    """The words with a thing, `=name`, in the place of the one at `at`."""
    front = words[: at - 1] if at and words[at - 1] == "the" else words[:at]
    return " ".join([*front, f"the {named[1:].replace('_', ' ')}", *words[at + 1 :]])
