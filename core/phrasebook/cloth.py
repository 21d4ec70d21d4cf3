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
}  # fmt: skip
