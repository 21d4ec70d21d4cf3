"""Sentences about the drawers of the household kitchen. The chest's are not called plainly top and bottom drawer: those are the first
kitchen's."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "open_chest_drawer": Phrases(
        goals=goals("open_chest_drawer", "top", "bottom"),
        train=(
            "open the chest s {target} drawer", "pull the {target} drawer of the chest open", "please open the {target} drawer of the chest",
            "slide out the {target} drawer of the chest", "the {target} drawer of the chest should stand open", "open up the chest s {target} drawer",
            "i need something from the chest s {target} drawer open it", "draw out the {target} drawer in the chest",
            "can you get the {target} drawer of the chest open", "give the chest s {target} drawer a pull", "chest {target} drawer open please",
        ),
        heldout=(
            "could you pull open the {target} drawer in the chest please", "i would like the chest s {target} drawer open",
            "the chest s {target} drawer has to be opened", "would you slide the chest s {target} drawer out for me",
            "take the chest s {target} drawer by its handle and pull it",
        ),
    ),
    "close_chest_drawer": Phrases(
        goals=goals("close_chest_drawer", "top", "bottom"),
        train=(
            "close the chest s {target} drawer", "push the {target} drawer of the chest shut", "please close the {target} drawer of the chest",
            "slide the chest s {target} drawer back in", "the {target} drawer of the chest should be shut", "shut the chest s {target} drawer",
            "somebody left the chest s {target} drawer open close it", "push in the {target} drawer in the chest",
            "can you get the {target} drawer of the chest closed", "give the chest s {target} drawer a push", "chest {target} drawer closed please",
        ),
        heldout=(
            "could you push the {target} drawer in the chest closed please", "i would like the chest s {target} drawer shut",
            "the chest s {target} drawer has to be closed", "would you slide the chest s {target} drawer shut for me",
            "put your hand on the chest s {target} drawer and push it in",
        ),
    ),
    "open_cutlery_drawer": Phrases(
        goals=goals("open_cutlery_drawer", "cutlery"),
        train=(
            "open the cutlery drawer", "pull the cutlery drawer open", "please open the drawer with the forks and knives", "slide the cutlery drawer out",
            "the cutlery drawer should be open", "i need a spoon so open the cutlery drawer", "get the cutlery drawer open",
            "can you open the drawer for the cutlery", "open the wide drawer", "pull out the wide drawer by its bar", "draw the cutlery drawer out",
        ),
        heldout=(
            "could you pull the cutlery drawer out please", "i want to lay the table open the cutlery drawer", "would you open the cutlery drawer for me",
            "slide open the wide drawer", "let me at the knives and forks open their drawer",
        ),
    ),
    "close_cutlery_drawer": Phrases(
        goals=goals("close_cutlery_drawer", "cutlery"),
        train=(
            "close the cutlery drawer", "push the cutlery drawer shut", "please close the drawer with the forks and knives", "slide the cutlery drawer in",
            "the cutlery drawer should be closed", "the table is laid so close the cutlery drawer", "get the cutlery drawer closed",
            "can you close the drawer for the cutlery", "close the wide drawer", "push in the wide drawer", "shut the cutlery drawer",
        ),
        heldout=(
            "could you push the cutlery drawer in please", "nobody needs the cutlery drawer any more shut it", "would you close the cutlery drawer for me",
            "slide the wide drawer shut", "the wide drawer is in my way push it closed",
        ),
    ),
}  # fmt: skip
