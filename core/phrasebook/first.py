"""Sentences about the first room: drawers, the microwave, six things, the bowl and the bin.

Training and held-out templates are disjoint; held-out ones recombine words that training mostly has.
"""

from __future__ import annotations

from .phrases import Phrases, goals

OBJECT_WORDS = {
    "mug": ("mug", "blue mug", "cup"),
    "bowl": ("bowl", "white bowl", "dish"),
    "box": ("box", "yellow box", "tea box"),
    "can": ("can", "red can", "tin"),
    "apple": ("apple", "green apple", "fruit"),
    "bottle": ("bottle", "purple bottle", "flask"),
}
"""The canonical word first."""
DRAWER_WORDS = {"top": ("top", "upper"), "bottom": ("bottom", "lower")}
IN_BOWL = ("mug", "box", "can", "apple")
IN_BIN = ("mug", "box", "can", "apple", "bottle")

PHRASES: dict[str, Phrases] = {
    "open_drawer": Phrases(
        goals=goals("open_drawer", *DRAWER_WORDS),
        words=DRAWER_WORDS,
        train=(
            "open the {target} drawer",
            "pull open the {target} drawer",
            "pull the {target} drawer open",
            "please open the {target} drawer",
            "slide the {target} drawer out",
            "can you open the {target} drawer",
            "grab the handle and open the {target} drawer",
            "the {target} drawer should be open",
            "get the {target} drawer open",
            "take the {target} drawer by its handle and pull",
        ),
        heldout=(
            "could you pull the {target} drawer open please",
            "i need the {target} drawer open",
            "slide open the {target} drawer",
            "open up the {target} drawer",
            "would you open the {target} drawer for me",
        ),
    ),
    "close_drawer": Phrases(
        goals=goals("close_drawer", *DRAWER_WORDS),
        words=DRAWER_WORDS,
        train=(
            "close the {target} drawer",
            "shut the {target} drawer",
            "push the {target} drawer closed",
            "please close the {target} drawer",
            "push the {target} drawer in",
            "can you close the {target} drawer",
            "slide the {target} drawer shut",
            "the {target} drawer should be closed",
            "get the {target} drawer closed",
            "push the {target} drawer back in",
        ),
        heldout=(
            "could you push the {target} drawer shut please",
            "i need the {target} drawer closed",
            "slide the {target} drawer closed",
            "push in the {target} drawer",
            "would you close the {target} drawer for me",
        ),
    ),
    "open_microwave": Phrases(
        goals=goals("open_microwave", "microwave"),
        train=(
            "open the microwave",
            "open the microwave door",
            "pull the microwave door open",
            "please open the microwave",
            "swing the microwave door open",
            "can you open the microwave",
            "pull open the microwave",
            "the microwave should be open",
            "get the microwave open",
            "take the microwave by its handle and pull",
            "open the door of the microwave",
            "pull the microwave open",
        ),
        heldout=(
            "could you pull the microwave open please",
            "i need the microwave open",
            "swing open the microwave",
            "open up the microwave",
            "would you open the microwave for me",
        ),
    ),
    "close_microwave": Phrases(
        goals=goals("close_microwave", "microwave"),
        train=(
            "close the microwave",
            "close the microwave door",
            "push the microwave door closed",
            "please close the microwave",
            "swing the microwave door shut",
            "can you close the microwave",
            "shut the microwave",
            "the microwave should be closed",
            "get the microwave closed",
            "push the microwave door shut",
            "shut the microwave door",
            "close the door of the microwave",
        ),
        heldout=(
            "could you push the microwave shut please",
            "i need the microwave closed",
            "swing the microwave shut",
            "push the microwave closed",
            "would you close the microwave for me",
        ),
    ),
    "pick_up": Phrases(
        goals=goals("pick_up", *OBJECT_WORDS),
        words=OBJECT_WORDS,
        train=(
            "pick up the {target}",
            "grab the {target}",
            "lift the {target}",
            "please pick up the {target}",
            "take the {target}",
            "pick the {target} up",
            "lift the {target} off the worktop",
            "can you pick up the {target}",
            "lift up the {target}",
            "get the {target} off the worktop",
        ),
        heldout=(
            "could you grab the {target} please",
            "i want you to lift the {target}",
            "take hold of the {target} and lift it",
            "raise the {target} off the worktop",
            "would you pick up the {target} for me",
        ),
    ),
    "put_in": Phrases(
        goals=(*goals("put_in", *IN_BOWL, receptacles=("bowl",)), *goals("put_in", *IN_BIN, receptacles=("bin",))),
        words={**OBJECT_WORDS, "bowl": ("bowl",), "bin": ("bin",)},
        train=(
            "put the {target} in the bowl",
            "place the {target} in the bowl",
            "drop the {target} into the bowl",
            "please put the {target} in the bowl",
            "move the {target} to the bowl",
            "put the {target} into the bowl",
            "can you put the {target} in the bowl",
            "the {target} goes in the bowl",
            "take the {target} and put it in the bowl",
            "set the {target} inside the bowl",
        ),
        heldout=(
            "could you drop the {target} in the bowl please",
            "i want the {target} inside the bowl",
            "grab the {target} and drop it into the bowl",
            "move the {target} into the bowl",
            "would you put the {target} in the bowl for me",
        ),
        instead={
            "bin": (
                (
                    "put the {target} in the bin",
                    "place the {target} in the bin",
                    "drop the {target} into the bin",
                    "please put the {target} in the bin",
                    "throw the {target} away",
                    "throw the {target} in the bin",
                    "can you put the {target} in the bin",
                    "the {target} goes in the bin",
                    "take the {target} and put it in the bin",
                    "toss the {target} into the bin",
                ),
                (
                    "could you drop the {target} in the bin please",
                    "i want the {target} inside the bin",
                    "grab the {target} and drop it into the bin",
                    "move the {target} into the bin",
                    "would you throw the {target} in the bin for me",
                ),
            ),
        },
    ),
}
