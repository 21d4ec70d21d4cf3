"""Sentences about peas: pouring and wiping."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "pour_peas": Phrases(
        goals=goals("pour_peas", "mug", "glass", receptacles=("bowl",)),
        train=(
            "pour the peas from the {target} into the {receptacle}", "empty the {target} into the {receptacle}", "pour the {target} out into the {receptacle}",
            "tip the peas out of the {target} into the {receptacle}", "the peas in the {target} go into the {receptacle}",
            "please pour the peas from that {target} into the {receptacle}", "fill the {receptacle} with the peas from the {target}",
            "take the {target} and pour it into the {receptacle}", "can you pour the peas from the {target} into the {receptacle}",
            "all the peas in that {target} belong in the {receptacle} so pour them in", "tilt the {target} over the {receptacle} until it is empty",
        ),
        heldout=(
            "i want the peas in the {receptacle} pour them out of the {target} please", "could you tip the {target} out into the {receptacle}",
            "would you empty the {target} of peas into the {receptacle} for me", "get the peas out of the {target} and into the {receptacle}",
            "pour what is in the {target} into the {receptacle}",
        ),
    ),
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
