"""Sentences about cloth: folding, laying, putting away."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "fold_quilt": Phrases(
        goals=goals("fold_quilt", "quilt"),
        train=(
            "fold the quilt in half", "please fold the quilt", "fold the far edge of the quilt over to the near edge", "can you fold the quilt in two",
            "the quilt should be folded", "bring the two ends of the quilt together", "double the quilt over", "quilt folded in half please",
            "the night is over so fold the quilt", "lay one half of the quilt over the other", "make one fold in the quilt", "fold up the quilt on the bed",
        ),
        heldout=(
            "would you fold the quilt for me", "the quilt has to be folded once", "take the quilt by its far end and fold it towards you",
            "i would like the quilt to lie folded in two", "turn the far half of the quilt over onto the near half", "could you double up the quilt please",
        ),
    ),
    "fold_towel": Phrases(
        goals=goals("fold_towel", "towel"),
        train=(
            "fold the towel in half", "please fold the towel", "fold one side of the towel over to the other", "can you fold the towel in two",
            "the towel should be folded", "bring the two sides of the towel together", "double the towel over", "towel folded in half please",
            "guests are coming so fold the towel", "lay one half of the towel over the other", "make one fold in the towel", "fold up the towel on the bed",
        ),
        heldout=(
            "would you fold the towel for me", "the towel has to be folded once", "take the towel by its side and fold it across",
            "i would like the towel to lie folded in two", "turn one half of the towel over onto the other half", "could you double up the towel please",
        ),
    ),
    "lay_blanket": Phrases(
        goals=goals("lay_blanket", "blanket"),
        train=(
            "lay the blanket flat over the bed", "please spread the blanket", "pull the blanket out until it covers the runner", "can you make the bed",
            "the blanket should lie flat", "straighten the blanket on the bed", "cover the marked part of the bed with the blanket", "blanket spread out please",
            "it is getting cold so spread the blanket", "smooth out the bunched up blanket", "pull the blanket over the bed", "unfold the blanket on the bed",
        ),
        heldout=(
            "would you make the bed with the blanket", "the bed has to be covered by the blanket", "take the blanket by its end and pull it flat",
            "i would like the blanket spread over the bed", "get the creases out of the blanket", "could you lay out the blanket please",
        ),
    ),
    "towel_in_basket": Phrases(
        goals=goals("towel_in_basket", "towel", receptacles=("basket",)),
        train=(
            "put the towel in the laundry basket", "please put the towel in the basket", "drop the towel into the basket", "can you put the towel in the wash",
            "the towel belongs in the basket", "take the towel to the laundry basket", "pick up the towel and put it in the basket", "towel into the basket please",
            "the towel is dirty so put it in the laundry", "clear the towel away into the basket", "get the towel off the bed and into the basket",
            "let the towel fall into the laundry basket",
        ),
        heldout=(
            "would you put the towel with the laundry", "the towel has to go in the laundry basket", "lift the towel and lower it into the basket",
            "i would like the towel to be in the basket", "this towel needs washing put it in the basket", "could you drop the towel in the laundry please",
        ),
    ),
}  # fmt: skip
