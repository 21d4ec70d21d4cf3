"""Sentences about hinged doors of the household kitchen."""

from __future__ import annotations

from .phrases import Phrases, goals


def _swing(opening: str, closing: str, thing: str, reason: str, done: str) -> dict[str, Phrases]:
    """A door that swings: `reason` to open it, `done` when it can be closed."""
    return {
        opening: Phrases(
            goals=goals(opening, thing),
            train=(
                f"open the {thing}", f"open the {thing} door", f"pull the {thing} open", f"please open the {thing}", f"swing the {thing} door open",
                f"can you open the {thing}", f"the {thing} should stand open", f"{reason} so open the {thing}", f"get the {thing} open",
                f"take the {thing} by its handle and open it", f"open up the {thing} for me", f"{thing} open please",
            ),
            heldout=(
                f"could you pull the {thing} door open please", f"i need to get into the {thing}", f"would you open the {thing} door for me",
                f"the door of the {thing} has to be open", f"pull at the handle of the {thing} until it is open", f"{reason} open up the {thing}",
            ),
        ),
        closing: Phrases(
            goals=goals(closing, thing),
            train=(
                f"close the {thing}", f"close the {thing} door", f"push the {thing} shut", f"please close the {thing}", f"swing the {thing} door shut",
                f"can you close the {thing}", f"the {thing} should be shut", f"{done} so close the {thing}", f"get the {thing} closed",
                f"shut the {thing}", f"push the {thing} door closed", f"{thing} closed please",
            ),
            heldout=(
                f"could you push the {thing} door shut please", f"the {thing} must not stay open", f"would you shut the {thing} door for me",
                f"the door of the {thing} has to be closed", f"give the {thing} door a push until it is shut", f"{done} shut the {thing}",
            ),
        ),
    }  # fmt: skip


PHRASES: dict[str, Phrases] = {
    **_swing("open_cupboard", "close_cupboard", "cupboard", "i want to put the plates away", "the plates are away"),
    **_swing("open_fridge", "close_fridge", "fridge", "i want some milk", "it is getting warm in there"),
}
