"""Sentences about care: things brought to a person."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "hand_over": Phrases(
        goals=goals("hand_over", "mug", "glass", "spoon", "remote", "phone", "medicine_box", "fruit"),
        train=(
            "hand me the {target}", "give me the {target}", "put the {target} into my hand", "please hand me the {target}", "pass me the {target}",
            "could you give me the {target}", "i hold out my hand for the {target}", "lay the {target} in my hand", "the {target} please right into my hand",
            "my hand is open put the {target} in it", "hand the {target} over to me", "i cannot reach the {target} so give it to me",
            "give the {target} to the person in the bed",
        ),
        heldout=(
            "would you pass the {target} to me please", "i would like to have the {target} in my hand", "let me have the {target}",
            "place the {target} gently in my palm", "the person in the bed would like to hold the {target}", "bring the {target} to my open hand",
        ),
    ),
    "take_from_hand": Phrases(
        goals=goals("take_from_hand", "mug", "glass", "remote", "phone", "medicine_box"),
        train=(
            "take the {target} from me and put it on the round mat", "take the {target} out of my hand and set it on the round mat",
            "please take the {target} from my hand and put it down on the round mat", "i am done with the {target} put it on the round mat",
            "relieve me of the {target} and stand it on the round mat", "could you take the {target} off me and place it on the round mat",
            "the {target} in my hand goes on the round mat", "my arm is getting tired put the {target} on the round mat",
            "here is the {target} take it from my hand and lay it on the round mat", "put the {target} that i hold down on the round mat",
            "i do not want to hold the {target} any longer the round mat is for it",
        ),
        heldout=(
            "would you take the {target} out of my hand please it belongs on the round mat", "i have finished with the {target} move it to the round mat",
            "the {target} is too heavy for me leave it on the round mat", "get the {target} out of my palm and onto the round mat",
            "please put away the {target} that is in my hand the round mat will do",
        ),
    ),
    "bring_within_reach": Phrases(
        goals=goals("bring_within_reach", "glass", "mug", "bottle", "jar", "box", "medicine_box"),
        train=(
            "put the {target} where i can reach it", "bring the {target} within my reach", "set the {target} down next to my hand",
            "please stand the {target} beside my hand", "i cannot reach the {target} put it closer to me", "move the {target} near to my hand",
            "place the {target} on the mat by my hand", "could you put the {target} closer", "the {target} should stand next to my hand",
            "i want the {target} close by", "set the {target} within reach of the person",
        ),
        heldout=(
            "would you move the {target} to where my hand is", "the {target} is too far away from me", "leave the {target} standing beside my hand please",
            "i may want the {target} later so put it near me", "shift the {target} over to the person s side",
        ),
    ),
    "ring_bell": Phrases(
        goals=goals("ring_bell", "bell"),
        train=(
            "ring the bell", "press the call button", "call the nurse", "please ring for the nurse", "push the red button", "ring for help",
            "i need somebody press the bell", "can you press the red button for me", "hit the call bell", "let the bell ring", "ring the call bell please",
        ),
        heldout=(
            "could you call somebody for me", "i am not well ring for the nurse", "would you push the call button please", "get me the nurse with the bell",
            "keep the red button pressed",
        ),
    ),
}  # fmt: skip
