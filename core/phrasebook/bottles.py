"""Sentences about caps, pumps and pill boxes."""

from __future__ import annotations

from .phrases import Phrases, goals

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

PHRASES: dict[str, Phrases] = {
    "press_soap_pump": Phrases(
        goals=goals("press_soap_pump", "pump"),
        train=(
            "press the soap pump", "push down the pump of the soap dispenser", "pump some soap", "please press the soap dispenser down",
            "i need soap press the pump", "give me some soap from the dispenser", "push the head of the soap dispenser all the way down",
            "can you press the pump of the soap", "hold the soap pump down", "soap please press the dispenser", "the pump of the soap should go down press it",
            "to wash my hands i need soap so push the pump",
        ),
        heldout=(
            "could you pump out some soap please", "work the soap dispenser with one push", "would you push the soap pump down for me",
            "my hands are dirty get me soap from the dispenser", "down with the pump of the soap dispenser", "squirt some soap for me",
        ),
    ),
    "open_pill_box": Phrases(
        goals=goals("open_pill_box", *DAYS),
        train=(
            "open the pill box at {target}", "open the {target} lid of the pill box", "lift the {target} lid", "it is {target} open my pills for today",
            "please open the {target} compartment of the pill box", "i need my pills for {target}", "flip up the lid for {target}",
            "can you open {target} in the pill box", "the {target} lid should stand open", "get {target} of the pill box open",
            "give me access to the pills of {target}", "open {target} in the pill organizer and leave the other days shut",
        ),
        heldout=(
            "could you lift the lid of {target} please", "i take my {target} pills now so open them", "would you open up {target} in the pill box for me",
            "the tablets of {target} please open their lid", "raise the cover of {target} on the pill organizer", "pill box {target} open",
        ),
    ),
    "close_pill_box": Phrases(
        goals=goals("close_pill_box", *DAYS),
        train=(
            "close the pill box at {target}", "close the {target} lid of the pill box", "shut the {target} lid", "i took my {target} pills close the lid",
            "please shut the {target} compartment of the pill box", "push the {target} lid down", "flip the lid for {target} shut",
            "can you close {target} in the pill box", "the {target} lid should be shut", "press the lid of {target} closed",
            "the pills of {target} are open please shut them in", "put the {target} lid back down",
        ),
        heldout=(
            "could you shut the lid of {target} please", "i have had my {target} pills so close them up", "would you close {target} in the pill box for me",
            "the tablets of {target} please cover them again", "lower the cover of {target} on the pill organizer", "pill box {target} shut",
        ),
    ),
    "unscrew_jar": Phrases(
        goals=goals("unscrew_jar", "jar"),
        train=(
            "unscrew the cream jar", "take the lid off the cream jar", "open the jar of cream", "please unscrew the lid of the jar",
            "screw the cap off the cream jar and put it down", "turn the lid of the jar until it comes off", "i need some cream open the jar",
            "can you open the cream jar for me", "the cream jar s lid please take it off", "remove the lid from the jar of cream",
            "twist off the lid of the cream jar", "undo the jar and lay its lid on the washstand",
        ),
        heldout=(
            "could you get the lid off the cream please", "my skin is dry so open the jar of cream", "would you twist the cream jar open",
            "off with the lid of the cream jar", "the jar is screwed shut please open it", "set the lid of the cream beside its jar",
        ),
    ),
    "unscrew_bottle": Phrases(
        goals=goals("unscrew_bottle", "lotion"),
        train=(
            "unscrew the lotion bottle", "take the cap off the lotion", "open the bottle of lotion", "please unscrew the cap of the lotion",
            "screw the cap off the lotion bottle and put it down", "turn the cap of the lotion until it comes off", "i need some lotion open it",
            "can you open the lotion for me", "the cap of the lotion bottle please take it off", "remove the cap from the bottle of lotion",
            "twist off the cap of the lotion", "undo the lotion bottle and lay its cap on the washstand",
        ),
        heldout=(
            "could you get the cap off the lotion please", "i want to rub in lotion so open the bottle", "would you twist the lotion open",
            "off with the cap of the lotion bottle", "the lotion is screwed shut please open it", "set the cap of the lotion beside its bottle",
        ),
    ),
    "put_toothbrush_in_cup": Phrases(
        goals=goals("put_toothbrush_in_cup", "toothbrush"),
        train=(
            "put the {target} in the cup", "stand the {target} in its cup", "the {target} goes into the cup", "please put the {target} into the cup",
            "drop the {target} into the bathroom cup", "place the {target} in the beaker", "i have brushed my teeth put the {target} away",
            "can you put the {target} in the beaker", "take the {target} and stand it in the cup", "tidy the {target} into its beaker",
            "the {target} should not lie about put it in the cup", "into the cup with the {target}",
        ),
        heldout=(
            "could you stand the {target} in the beaker please", "the {target} belongs in the cup", "would you put the {target} back in its cup for me",
            "my teeth are clean so the {target} can go in the beaker", "let the {target} slide into the cup", "the cup is for the {target} stand it in there",
        ),
    ),
}  # fmt: skip
