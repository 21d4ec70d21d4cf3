"""Sentences as people might say them, made from the corpus: names, asides, politeness, slips of the finger; and what asks for no one goal."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import numpy as np

from ...core.listening.corpus import JOINS, Template, called, corpus, learned_goals, templates
from ...core.listening.hearing import PAIRS
from ...core.listening.model import NOTHING
from ...core.phrasebook.nouns import NOUNS
from ...core.types import Goal
from ...core.wording import AFTER, BEFORE, typing_errors

Said = tuple[str, str, str | None, str | None]
"""Text, task or kind, target, receptacle; None where the text does not decide it."""

FRONT = (
    "please", "could you", "can you", "would you", "hey", "hey robot", "robot", "ok", "okay", "so", "now", "i need you to", "i want you to",
    "could you please", "would you mind and", "go ahead and", "right", "well", "alright", "quick", "kindly", "can you please", "i would like you to",
    "your next job is to", "next", "time to", "let us", "be a dear and", "would you be so kind and", "do me a favour and", "i d love it if you would",
    "first", "first of all", "to start with", "then", "and then", "after that", "also", "finally", "lastly", "last of all", "oh and", "while you are at it",
)  # fmt: skip
BEHIND = (
    "please", "now", "for me", "would you", "will you", "thanks", "thank you", "if you can", "right away", "quickly", "carefully", "gently", "slowly",
    "when you have a moment", "if you please", "okay", "robot", "pretty please", "as soon as you can", "this time", "again", "for us", "right now",
)  # fmt: skip
TIES, TIES_BEHIND = (",", ",", ",", " so", ""), (",", ",", ",", " cos", " because", " please", "")
"""What ties an aside to the order behind it, and to the one before it: many people leave commas out."""
LOOKS = (
    "red", "blue", "green", "yellow", "white", "black", "brown", "grey", "striped", "dotted", "plain", "big", "small", "little", "large", "old", "new",
    "clean", "dirty", "shiny", "wooden", "plastic", "metal", "empty", "full", "round", "tall", "short", "heavy", "light blue", "dark", "pink", "purple",
    "orange", "nice", "other", "nearest", "pretty", "favourite", "chipped", "speckled", "silver", "cream", "mint green", "lilac", "terracotta", "copper", "straw", "golden", "pale", "printed", "flowered", "checked",
)  # fmt: skip
WHERE = (
    "on the table", "over there", "here", "on the counter", "in front of you", "next to me", "on the left", "on the right", "in the kitchen", "beside you",
    "on the worktop", "in the room", "by the wall", "in the corner",
)  # fmt: skip
FOREIGN = (
    "lamp post", "guitar", "window", "car", "cat", "dog", "baby", "curtain", "television", "oven", "dishwasher", "vacuum cleaner", "newspaper", "laptop",
    "shoe", "hat", "shirt", "pillow", "chair", "table", "sofa", "carpet", "plant", "flower", "vase", "picture", "mirror", "clock", "wallet", "key", "keys",
    "umbrella", "bag", "backpack", "cheese", "butter", "milk", "soup", "pizza", "cake", "chocolate", "salt", "pepper", "oil", "kettle", "blender", "iron",
    "broom", "bucket", "hammer", "screwdriver", "drill", "ladder", "paint", "candle", "matches", "lighter", "scissors", "pen", "pencil", "paper",
    "envelope", "letter", "book", "magazine", "toilet", "shower", "bath", "shampoo", "razor", "comb", "hairbrush", "garage", "gate", "fence", "garden",
    "tree", "bicycle", "ring", "watch", "glasses", "necklace", "tent", "rope", "wheel", "engine", "radio", "speaker", "printer", "screen", "keyboard",
    "plate", "pan", "wall", "floor", "ceiling", "roof", "stairs", "heater", "fan", "bed", "wardrobe", "shelf", "desk", "bench", "stool", "rice", "onion",
    "tomato", "potato", "steak", "fish", "wine", "beer", "juice", "tea", "hamster", "bird", "curtains", "blinds", "socks", "jacket",
)  # fmt: skip
"""Things that no goal is about."""
FAMILIES = (
    ("pick_up", "hold_up_drink", "hold_up_food", "hold_up_cutlery", "hold_up_toy"), ("hand_over", "take_from_hand", "bring_within_reach"),
    ("put_in",), ("open_chest_drawer", "open_drawer"), ("close_chest_drawer", "close_drawer"), ("lay_tray", "set_on_tray"),
)  # fmt: skip
"""Tasks that are asked for in the same words, of different things."""
NEVER = ("do not {}", "never {}", "you must not {}", "please do not {}", "stop and do not {}", "whatever you do do not {}", "i do not want you to {}",
         "there is no need to {}", "if it rains {}", "{} unless i say otherwise", "wait before you {}", "{} only if i ask for it", "under no circumstances {}",
         "nobody should {}", "avoid having to {}", "forget what i said do not {}", "{} or maybe not", "refrain from it do not {}", "i would rather you did not {}",
         "when i come back {}", "once the clock strikes six {}", "you should not {}", "let us not {}")  # fmt: skip
IT = ("it", "that", "this", "them", "that one", "the thing", "something", "stuff", "one of those", "the other one", "whatever")
LETTERS = "aeioubcdfghlmnprstvw"
TYPING = 0.03
KIN = 0.4
"""Share of orders to hold something up in the words that another such task has."""
SINGLE = 12
"""Single orders in a batch's cycle of 25; the rest asks for none or for several."""


@functools.cache
def _kin(task: str) -> tuple[str, ...]:
    return next((f for f in FAMILIES if task in f), (task,))


@functools.cache
def _own_names(task: str) -> frozenset[str]:
    """What is named in goals of tasks that are asked for in the same words."""
    return frozenset(n for g in learned_goals() if g.task in _kin(task) for n in (g.target, g.receptacle) if n)


class Sayings:
    """Draws sentences; the same seed gives the same ones. heldout: from the sentences that are kept out of training."""

    def __init__(self, seed: int, *, heldout: bool = False, plain: bool = False) -> None:
        """plain: as they were written, names put in, and nothing else."""
        self.rng, self._plain = np.random.default_rng(seed), plain
        self._tasks = {t: [x for x in templates(t) if x.held_out == heldout] for t in dict.fromkeys(g.task for g in learned_goals())}
        self._goals: dict[str, list[Goal]] = {}
        for goal in learned_goals():
            self._goals.setdefault(goal.task, []).append(goal)
        self._names = list(self._goals)
        shares = np.sqrt([len(self._goals[t]) for t in self._names])
        self._up_to = np.cumsum(shares) / shares.sum()
        self._others = {k: [x.text for x in v if x.held_out == heldout] for k, v in corpus().others.items()}
        self._makers = [
            *[self.single] * SINGLE, *[self.several] * 2, self.negated, self.wrong_thing, self.wrong_thing, self.pointless, self.salad, *[self.written] * 6,
        ]  # fmt: skip

    def draw(self) -> Said:
        """One sentence of any sort."""
        return self._pick(self._makers)()

    def _pick(self, options: Sequence):
        return options[int(self.rng.integers(len(options)))]

    def _filled(self, template: Template, goal: Goal, names: dict[str, str] | None = None) -> str:
        words = {}
        for slot, name in (("target", goal.target), ("receptacle", goal.receptacle or "")):
            noun = (names or {}).get(slot) or self._pick(called(goal, name)) if name else ""
            if name and not self._plain and self.rng.random() < 0.2:
                noun = f"{self._invented() if self.rng.random() < 0.3 else self._pick(LOOKS)} {noun}"
            words[slot] = noun
        return template.text.format(**words)

    def _invented(self) -> str:
        """A word that nobody knows."""
        return "".join(LETTERS[int(i)] for i in self.rng.integers(len(LETTERS), size=int(self.rng.integers(3, 9))))

    def _one(self) -> tuple[Goal, Template]:
        while True:
            name = self._names[int(self._up_to.searchsorted(self.rng.random(), side="right"))]  # Generator.choice with p= swallows Ctrl-C
            goal = self._pick(self._goals[name])
            task = self._pick(FAMILIES[0]) if goal.task in FAMILIES[0] and self.rng.random() < KIN else goal.task
            if fitting := [t for t in self._tasks[task] if t.fits(goal)]:
                return goal, self._pick(fitting)

    def _dressed(self, text: str) -> str:
        """With what people say besides, in one of many ways, and slips of the finger."""
        if self._plain:
            return text
        r = self.rng
        if r.random() < 0.2:
            text = f"{self._pick(FRONT)} {text}"
        if r.random() < 0.15:
            text = f"{text} {self._pick(WHERE)}"
        if r.random() < 0.2:
            text = f"{text} {self._pick(BEHIND)}"
        if r.random() < 0.15:
            text = f"{self._aside()}{self._pick(TIES)} {text}"
        if r.random() < 0.15:
            text = f"{text}{self._pick(TIES_BEHIND)} {self._aside()}"
        if r.random() < 0.1:
            text = text.replace(" the ", " ").replace("please ", "")
        return typing_errors(text, TYPING, r) if r.random() < 0.25 else text

    def _aside(self) -> str:
        return self._pick(self._others["aside"]) if self.rng.random() < 0.8 else self._pick((*BEFORE, *AFTER))

    def single(self) -> Said:
        """One goal."""
        goal, template = self._one()
        return self._dressed(self._filled(template, goal)), goal.task, goal.target, goal.receptacle or NOTHING

    def several(self) -> Said:
        """Two goals or three, one after the other."""
        parts = [self._filled(t, g) for g, t in (self._one() for _ in range(2 if self.rng.random() < 0.85 else 3))]
        how = self.rng.random()
        if how < 0.1:
            return self._dressed(self._there_and_back()), "several", None, None
        if how < 0.18:
            return self._dressed(self._both()), "several", None, None
        if how < 0.45:
            parts = self._shortened() or parts
        joins = [self._pick(self._others[JOINS]) for _ in parts[1:]]
        text = parts[0] + "".join(f"{'' if j[0] in ',.;' else ' '}{j} {p}" for j, p in zip(joins, parts[1:], strict=True))
        return self._dressed(text), "several", None, None

    def _both(self) -> str:
        """Two of a kind at once: `turn off both burners`."""
        while True:
            goal, template = self._one()
            if goal.target in PAIRS and (found := re.search(r"\b(the|that) \{target\} (\w+)", template.text)):
                many = f"{self._pick(('both', 'both the', 'both of the', 'the two'))} {found[2]}s"
                return self._filled(Template(template.text.replace(found[0], many)), goal)

    def _shortened(self) -> list[str]:
        """Two orders in the same words, the second without the verb: `put the can in the bin and the apple in the bowl`."""
        goal, template = self._one()
        others = [g for g in self._goals[goal.task] if g != goal and template.fits(g) and (g.target != goal.target)]
        verb, at, rest = template.text.partition("the {target}")
        if not others or not at or not verb:
            return []
        other = self._pick(others)
        return [self._filled(template, goal), self._filled(Template(at + rest), other) + ("" if self.rng.random() < 0.7 else " too")]

    def _there_and_back(self) -> str:
        """A thing done and undone, or done to two at once."""
        thing = self._pick(
            ("fridge", "cupboard", "microwave", "top drawer", "cutlery drawer", "drawer", "bottom drawer", "chest s top drawer")
        )
        there, back = self._pick((("open", "close"), ("open", "shut"), ("close", "open"), ("pull open", "push shut")))
        if self.rng.random() < 0.4:
            thing, there, back = self._pick(("tap", "light", "left burner", "right burner", "water", "lamp")), "turn on", "turn off"
        again = self._pick(("", " again", " afterwards", " right after"))
        said = self._pick((
            "{a} and {b} the {x}", "{a} the {x} and {b} it{z}", "{a} the {x}, then {b} it{z}", "{a} the {x} then {b} the {x}{z}", "{a} and then {b} the {x}",
            "{a} the {x}, wait a little, {b} it{z}", "{a} both the {x} and the {y}", "{a} the {x} and the {y}", "{a} the {x} and the {y} too", "{a} the {x}, the {y}",
        ))  # fmt: skip
        other = self._pick(("fridge", "cupboard", "microwave", "bottom drawer", "cutlery drawer"))
        return said.format(a=there, b=back, x=thing, y=other, z=again)

    def negated(self) -> Said:
        """A goal that must not be done, or not now."""
        goal, template = self._one()
        return self._dressed(self._pick(NEVER).format(self._filled(template, goal))), "negated", None, None

    def wrong_thing(self) -> Said:
        """A task's words about a thing that it is not about."""
        while True:
            goal, template = self._one()
            slots = [s for s in ("target", "receptacle") if f"{{{s}}}" in template.text]
            if slots:
                break
        slot, own = self._pick(slots), _own_names(goal.task)
        if self.rng.random() < 0.35:
            name = self._invented()
        elif self.rng.random() < 0.5:
            name = self._pick(FOREIGN)
        else:
            name = self._pick(NOUNS[self._pick([n for n in NOUNS if n not in own])])
        text = self._filled(template, goal, {slot: name})
        wrong = NOTHING if slot == "target" else None
        return self._dressed(text), "impossible", wrong, NOTHING if slot == "receptacle" else None

    def pointless(self) -> Said:
        """A task's words without the thing."""
        while True:
            goal, template = self._one()
            if "{target}" in template.text and goal.task not in ("sort_cutlery", "lay_tray", "start_cooking"):
                break
        return self._dressed(self._filled(template, goal, {"target": self._pick(IT)})), "vague", NOTHING, None

    def salad(self) -> Said:
        """Words of four sentences, in no order."""
        texts = [self._filled(t, g) for g, t in (self._one() for _ in range(3))] + [self._pick(self._others["aside"])]
        words = " ".join(texts).split()
        count = min(len(words), int(self.rng.integers(4, 10)))
        return " ".join(words[i] for i in self.rng.permutation(len(words))[:count]), "nonsense", None, None

    def written(self) -> Said:
        """As somebody wrote it down."""
        kind = self._pick([k for k in self._others if k != JOINS])
        text = self._pick(self._others[JOINS] if kind == "aside" and self.rng.random() < 0.1 else self._others[kind])
        if kind == "aside" and self.rng.random() < 0.3:
            text = f"{text}, {self._aside()}"
        target = None if kind in ("harm", "several") else NOTHING
        return (text if kind in ("nonsense", "aside") else self._dressed(text)), kind, target, None
