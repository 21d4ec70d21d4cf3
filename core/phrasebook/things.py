"""Sentences about loose things: holding them up, putting them somewhere, tidying them away."""

from __future__ import annotations

from .phrases import Phrases, goals

_HOLD_UP = (
    "hold up the {target}", "hold the {target} up in the air", "lift the {target} and keep it up", "show me the {target}",
    "raise the {target} so that i can see it", "take the {target} in your hand and hold it up", "please hold the {target} up",
    "get hold of the {target} and raise it", "the {target} please hold it high", "lift the {target} clear of the table",
    "grasp the {target} and keep it in the air", "hand in the air with the {target}",
)  # fmt: skip
_HOLD_UP_HELDOUT = (
    "let me see the {target} hold it up", "could you lift the {target} and hold it there", "i would like the {target} off the table in your hand",
    "raise the {target} a hand above the table", "up with the {target}", "hold the {target} where i can look at it",
)  # fmt: skip
_ON_PLATE = (
    "put the {target} on the plate", "place the {target} on the plate", "serve the {target} on the plate", "lay the {target} on the plate",
    "the {target} goes on the plate", "please put the {target} onto the plate", "move the {target} to the plate", "set the {target} down on the plate",
    "can you put the {target} on the plate", "take the {target} and lay it on the plate", "plate the {target}",
)  # fmt: skip
_ON_PLATE_HELDOUT = (
    "i want the {target} on my plate", "could you serve me the {target} on the plate", "on the plate with the {target}",
    "the plate is for the {target} put it there", "would you lay the {target} onto the plate for me",
)  # fmt: skip
_IN_POT = (
    "put the {target} in the pot", "drop the {target} into the pot", "the {target} goes into the pot", "place the {target} in the saucepan",
    "we cook the {target} put it in the pot", "please put the {target} into the pot", "move the {target} into the cooking pot",
    "can you put the {target} in the pot", "take the {target} and put it in the pot", "add the {target} to the pot", "in the pot with the {target}",
)  # fmt: skip
_IN_POT_HELDOUT = (
    "i want to cook the {target} so put it in the pot", "could you add the {target} to the saucepan please", "the pot needs the {target}",
    "would you drop the {target} in the cooking pot for me", "let the {target} down into the pot",
)  # fmt: skip
_ON_TRAY = (
    "put the {target} on the tray", "place the {target} on the tray", "the {target} goes on the tray", "set the {target} on the tray",
    "please put the {target} onto the tray", "stand the {target} on the serving tray", "move the {target} to the tray",
    "can you put the {target} on the tray", "take the {target} and set it on the tray", "load the {target} onto the tray",
)  # fmt: skip
_ON_TRAY_HELDOUT = (
    "i carry the tray so put the {target} on it", "could you set the {target} down on the serving tray", "the tray is where the {target} should stand",
    "would you place the {target} onto the tray for me", "add the {target} to the tray",
)  # fmt: skip
_IN_BASKET = (
    "put the {target} in the basket", "drop the {target} into the basket", "the {target} goes in the basket", "place the {target} in the basket",
    "tidy the {target} into the basket", "please put the {target} into the basket", "move the {target} to the basket",
    "can you put the {target} in the basket", "take the {target} and put it in the basket", "clear the {target} away into the basket",
)  # fmt: skip
_IN_BASKET_HELDOUT = (
    "i want the {target} tidied into the basket", "could you drop the {target} in the basket please", "the basket is for the {target}",
    "would you clear up the {target} into the basket", "away with the {target} into the basket",
)  # fmt: skip

PHRASES: dict[str, Phrases] = {
    "hold_up_drink": Phrases(goals=goals("hold_up_drink", "mug", "glass", "can", "bottle"), train=_HOLD_UP, heldout=_HOLD_UP_HELDOUT),
    "hold_up_food": Phrases(goals=goals("hold_up_food", "fruit", "egg", "bread_roll", "box"), train=_HOLD_UP, heldout=_HOLD_UP_HELDOUT),
    "hold_up_cutlery": Phrases(goals=goals("hold_up_cutlery", "spoon", "fork", "knife"), train=_HOLD_UP, heldout=_HOLD_UP_HELDOUT),
    "hold_up_toy": Phrases(goals=goals("hold_up_toy", "toy", "ball", "remote"), train=_HOLD_UP, heldout=_HOLD_UP_HELDOUT),
    "serve_on_plate": Phrases(goals=goals("serve_on_plate", "fruit", "egg", "bread_roll"), train=_ON_PLATE, heldout=_ON_PLATE_HELDOUT),
    "put_in_pot": Phrases(goals=goals("put_in_pot", "fruit", "egg"), train=_IN_POT, heldout=_IN_POT_HELDOUT),
    "set_on_tray": Phrases(goals=goals("set_on_tray", "mug", "glass", "can"), train=_ON_TRAY, heldout=_ON_TRAY_HELDOUT),
    "toys_in_basket": Phrases(goals=goals("toys_in_basket", "toy", "ball"), train=_IN_BASKET, heldout=_IN_BASKET_HELDOUT),
    "stack_bowls": Phrases(
        goals=goals("stack_bowls", "bowl"),
        train=(
            "stack the bowls", "put one bowl into the other", "stack the two bowls", "put the bowls together", "nest the bowls",
            "please stack the bowls", "can you put the small bowl into the big one", "the bowls should be stacked", "make a stack of the bowls",
            "place the smaller bowl in the larger bowl", "the two bowls belong into each other",
        ),
        heldout=(
            "i want the bowls stacked", "could you put one bowl inside the other please", "pile the bowls up", "save some room and stack the bowls",
            "would you nest one bowl in the other for me",
        ),
    ),
    "sort_cutlery": Phrases(
        goals=goals("sort_cutlery", "spoon", "fork", "knife", receptacles=("left", "middle", "right")),
        train=(
            "put the {target} in the {receptacle} compartment", "the {target} goes into the {receptacle} compartment",
            "sort the {target} into the {receptacle} compartment", "lay the {target} in the {receptacle} part of the tray",
            "place the {target} in the {receptacle} compartment", "please put the {target} into the {receptacle} compartment",
            "the {receptacle} compartment is for the {target}", "can you put the {target} in the {receptacle} compartment",
            "move the {target} to the {receptacle} compartment of the cutlery tray", "drop the {target} into the {receptacle} section",
        ),
        heldout=(
            "i keep the {target} in the {receptacle} compartment so put it there", "could you sort the {target} to the {receptacle}",
            "the {target} lives in the {receptacle} compartment", "would you lay the {target} into the {receptacle} section for me",
            "into the {receptacle} compartment with the {target}",
        ),
    ),
    "clear_rubbish": Phrases(
        goals=goals("clear_rubbish", "rubbish"),
        train=(
            "throw away the {target}", "put the {target} in the rubbish bin", "drop the {target} into the dustbin", "the {target} goes in the trash",
            "clear away the {target}", "please throw out the {target}", "bin the {target}", "can you throw the {target} out",
            "take the {target} and put it in the dustbin", "get rid of the {target}",
        ),
        heldout=(
            "i do not want the {target} here throw it out", "could you bin the {target} please", "the {target} belongs in the dustbin",
            "would you dispose of the {target} for me", "into the trash with the {target}",
        ),
    ),
}  # fmt: skip
