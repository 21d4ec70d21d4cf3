"""Sentences about peas: wiping."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "wipe_mat": Phrases(
        goals=goals("wipe_mat", "sponge"),
        train=(
            "wipe the place mat with the {target}", "wipe the peas off the mat", "clean the place mat", "sweep the mat clear",
            "take the {target} and wipe the mat", "please wipe the place mat clean", "there are peas on the mat wipe them off",
            "use the {target} to clear the place mat", "can you wipe the mat clean", "get the mess off the place mat", "brush the peas off the mat",
        ),
        heldout=(
            "i want a clean place mat", "could you wipe down the mat please", "somebody spilt peas on the mat clear them off it",
            "would you clean the mat with the {target} for me", "the place mat needs a wipe",
        ),
    ),
}  # fmt: skip
