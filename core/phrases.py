"""The paraphrase grammar: for each goal, sentences people would say. `{o}` is the object, `{d}` the drawer.

Training and held-out templates are disjoint; held-out ones recombine words that training mostly has.
"""

from __future__ import annotations

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

TRAIN = {
    "open_drawer": (
        "open the {d} drawer", "pull open the {d} drawer", "pull the {d} drawer open", "please open the {d} drawer",
        "slide the {d} drawer out", "can you open the {d} drawer", "grab the handle and open the {d} drawer", "the {d} drawer should be open",
        "get the {d} drawer open", "take the {d} drawer by its handle and pull",
    ),
    "close_drawer": (
        "close the {d} drawer", "shut the {d} drawer", "push the {d} drawer closed", "please close the {d} drawer",
        "push the {d} drawer in", "can you close the {d} drawer", "slide the {d} drawer shut", "the {d} drawer should be closed",
        "get the {d} drawer closed", "push the {d} drawer back in",
    ),
    "open_microwave": (
        "open the microwave", "open the microwave door", "pull the microwave door open", "please open the microwave",
        "swing the microwave door open", "can you open the microwave", "pull open the microwave", "the microwave should be open",
        "get the microwave open", "take the microwave by its handle and pull", "open the door of the microwave", "pull the microwave open",
    ),
    "close_microwave": (
        "close the microwave", "close the microwave door", "push the microwave door closed", "please close the microwave",
        "swing the microwave door shut", "can you close the microwave", "shut the microwave", "the microwave should be closed",
        "get the microwave closed", "push the microwave door shut", "shut the microwave door", "close the door of the microwave",
    ),
    "pick_up": (
        "pick up the {o}", "grab the {o}", "lift the {o}", "please pick up the {o}", "take the {o}", "pick the {o} up",
        "lift the {o} off the worktop", "can you pick up the {o}", "lift up the {o}", "get the {o} off the worktop",
    ),
    "put_in_bowl": (
        "put the {o} in the bowl", "place the {o} in the bowl", "drop the {o} into the bowl", "please put the {o} in the bowl",
        "move the {o} to the bowl", "put the {o} into the bowl", "can you put the {o} in the bowl", "the {o} goes in the bowl",
        "take the {o} and put it in the bowl", "set the {o} inside the bowl",
    ),
    "put_in_bin": (
        "put the {o} in the bin", "place the {o} in the bin", "drop the {o} into the bin", "please put the {o} in the bin",
        "throw the {o} away", "throw the {o} in the bin", "can you put the {o} in the bin", "the {o} goes in the bin",
        "take the {o} and put it in the bin", "toss the {o} into the bin",
    ),
}  # fmt: skip

HELDOUT = {
    "open_drawer": (
        "could you pull the {d} drawer open please", "i need the {d} drawer open", "slide open the {d} drawer", "open up the {d} drawer",
        "would you open the {d} drawer for me",
    ),
    "close_drawer": (
        "could you push the {d} drawer shut please", "i need the {d} drawer closed", "slide the {d} drawer closed", "push in the {d} drawer",
        "would you close the {d} drawer for me",
    ),
    "open_microwave": (
        "could you pull the microwave open please", "i need the microwave open", "swing open the microwave", "open up the microwave",
        "would you open the microwave for me",
    ),
    "close_microwave": (
        "could you push the microwave shut please", "i need the microwave closed", "swing the microwave shut", "push the microwave closed",
        "would you close the microwave for me",
    ),
    "pick_up": (
        "could you grab the {o} please", "i want you to lift the {o}", "take hold of the {o} and lift it", "raise the {o} off the worktop",
        "would you pick up the {o} for me",
    ),
    "put_in_bowl": (
        "could you drop the {o} in the bowl please", "i want the {o} inside the bowl", "grab the {o} and drop it into the bowl",
        "move the {o} into the bowl", "would you put the {o} in the bowl for me",
    ),
    "put_in_bin": (
        "could you drop the {o} in the bin please", "i want the {o} inside the bin", "grab the {o} and drop it into the bin",
        "move the {o} into the bin", "would you throw the {o} in the bin for me",
    ),
}  # fmt: skip
