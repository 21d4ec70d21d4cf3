"""Sentences about long tasks: several goals one after another."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "stow_in_chest": Phrases(
        goals=goals("stow_in_chest", "toy", "ball", "medicine_box", receptacles=("top",)),
        train=(
            "put the {target} in the {receptacle} drawer of the chest and close it", "put the {target} away in the chest s {receptacle} drawer and shut the drawer",
            "the {target} belongs in the {receptacle} drawer of the chest close it afterwards", "stow the {target} in the open drawer and push it shut",
            "please drop the {target} into the chest s {receptacle} drawer then close the drawer", "tidy the {target} into the drawer of the chest and close it",
            "pack the {target} into the chest and shut its drawer", "move the {target} into the open chest drawer then push the drawer in",
            "lay the {target} in the chest s {receptacle} drawer and slide it shut", "can you put the {target} in the open drawer and close it",
            "away with the {target} into the chest and close the drawer", "{target} into the {receptacle} chest drawer then drawer closed please",
        ),
        heldout=(
            "could you stow the {target} in the chest s {receptacle} drawer and push it closed", "i want the {target} out of sight put it in the open drawer and shut it",
            "the open drawer is for the {target} put it in and close up", "would you clear the {target} into the chest and slide the drawer shut for me",
            "first the {target} into the chest s drawer and then the drawer shut",
        ),
    ),
    "put_cutlery_away": Phrases(
        goals=goals("put_cutlery_away", "spoon", "fork"),
        train=(
            "put the {target} away in the cutlery drawer", "open the cutlery drawer put the {target} in and close it",
            "the {target} goes back into the cutlery drawer", "please put the {target} into the drawer with the other cutlery and shut it",
            "store the {target} in the cutlery drawer", "the {target} is clean put it back in its drawer", "clear the {target} away into the wide drawer",
            "can you put the {target} back into the cutlery drawer", "open the wide drawer lay the {target} inside and push it shut",
            "take the {target} and put it away in the cutlery drawer", "i am done with the {target} put it into the drawer and close that",
        ),
        heldout=(
            "could you put the {target} back where the cutlery lives", "i want the {target} in the cutlery drawer and the drawer closed",
            "the {target} belongs with the other cutlery put it into its drawer", "would you store the {target} in the wide drawer for me",
            "pull the cutlery drawer out lay the {target} in it and shut it again",
        ),
    ),
    "clear_table": Phrases(
        goals=goals("clear_table", "rubbish"),
        train=(
            "clear all the rubbish off the table", "throw away both pieces of rubbish", "put all the rubbish in the dustbin", "get rid of all the litter",
            "please throw out everything that is rubbish", "clean the worktop of rubbish", "both bits of rubbish go in the dustbin",
            "can you bin all the rubbish", "the table is full of litter throw it all away", "collect the rubbish and drop it in the dustbin",
            "clear the worktop of litter", "pick up all the litter and throw it out",
        ),
        heldout=(
            "could you clear the table of everything that is rubbish", "i want no litter left on the worktop", "all of the rubbish belongs in the dustbin",
            "would you throw both bits of litter out for me", "one after the other throw the rubbish away",
        ),
    ),
    "lay_tray": Phrases(
        goals=goals("lay_tray", "mug", "glass", receptacles=("bread_roll", "fruit", "egg")),
        train=(
            "put the {target} and the {receptacle} on the tray", "lay the tray with the {target} and the {receptacle}",
            "breakfast is a {target} and a {receptacle} put them on the tray", "please set the {target} and the {receptacle} on the tray",
            "the {target} and the {receptacle} both go on the tray", "place the {target} on the tray and the {receptacle} beside it",
            "load the tray with the {target} and the {receptacle}", "can you put the {target} on the tray together with the {receptacle}",
            "get the breakfast tray ready with the {target} and the {receptacle}", "first the {target} then the {receptacle} onto the tray",
            "i would like the {target} and the {receptacle} on the tray",
        ),
        heldout=(
            "could you lay the breakfast tray the {target} and the {receptacle} please", "on the tray i want both the {target} and the {receptacle}",
            "would you serve the {target} with the {receptacle} on the tray for me", "set the tray the {target} next to the {receptacle}",
            "move the {target} and also the {receptacle} over to the tray",
        ),
    ),
    "start_cooking": Phrases(
        goals=goals("start_cooking", "fruit", "egg", receptacles=("left", "right")),
        train=(
            "put the {target} in the pot and turn on the {receptacle} burner", "start cooking the {target} into the pot and the {receptacle} burner on",
            "drop the {target} into the pot then turn the {receptacle} knob on", "get the {target} cooking pot first then the {receptacle} burner",
            "please put the {target} into the saucepan and switch on the {receptacle} hob", "cook the {target} for me the {receptacle} burner is free",
            "the {target} goes in the pot and the {receptacle} burner goes on", "add the {target} to the pot and heat up the {receptacle} burner",
            "can you put the {target} in the pot and light the {receptacle} burner", "begin the meal the {target} in the pot and the {receptacle} knob to on",
            "place the {target} in the cooking pot and get the {receptacle} burner going",
        ),
        heldout=(
            "could you start the {receptacle} burner and put the {target} in the pot", "i want to boil the {target} in the pot turn the {receptacle} burner on as well",
            "would you put the {target} in the saucepan and twist the {receptacle} knob on for me", "the {target} into the pot please and then heat on the {receptacle}",
            "let us cook the {target} put it in the pot and use the {receptacle} burner",
        ),
    ),
    "make_coffee": Phrases(
        goals=goals("make_coffee", "mug"),
        train=(
            "put the {target} under the coffee machine and press its button", "make a coffee in the {target}", "stand the {target} in the coffee machine and start it",
            "fill the {target} with coffee", "please brew me a coffee use the {target}", "put the {target} below the spout and push the coffee button",
            "place the {target} under the spout then press the button", "the {target} goes under the coffee machine then hold the button",
            "can you make coffee in the {target}", "i want coffee in the {target}", "set the {target} on the coffee machine and start the coffee",
        ),
        heldout=(
            "could you pour me a coffee into the {target}", "i would love a {target} of coffee", "would you put the {target} in the coffee machine and switch it on",
            "slide the {target} under the spout and keep the button pressed", "the {target} is empty make coffee in it",
        ),
    ),
    "close_chest": Phrases(
        goals=goals("close_chest", "chest"),
        train=(
            "close both drawers of the chest", "shut all the drawers of the chest", "push both of the chest s drawers in", "please close both chest drawers",
            "the chest should be shut top and bottom", "both drawers are open close them", "slide the two drawers of the chest shut",
            "can you close every drawer of the chest", "shut the chest s drawers one after the other", "somebody left both drawers open push them shut",
            "close the chest up",
        ),
        heldout=(
            "could you push the two chest drawers closed please", "i want every drawer of the chest shut", "no drawer of the chest may stay open",
            "would you close the top drawer and the bottom drawer of the chest for me", "first one drawer then the other shut the chest",
        ),
    ),
    "close_up": Phrases(
        goals=goals("close_up", "cutlery", "top"),
        train=(
            "close the {target} drawer and switch off the light", "shut the {target} drawer then turn the light off",
            "we are leaving close the {target} drawer and put the light off", "push the {target} drawer in and press the light switch off",
            "please close the {target} drawer and turn off the lamp", "the {target} drawer should be shut and the light off",
            "first close the {target} drawer then make it dark", "can you shut the {target} drawer and switch the light off",
            "good night close the {target} drawer and turn the light out", "slide the {target} drawer shut and flip the light switch off",
            "{target} drawer closed and light off please",
        ),
        heldout=(
            "could you push the {target} drawer shut and turn the lamp off", "i am going out see that the {target} drawer is closed and the light is off",
            "would you close the {target} drawer and put out the light for me", "lights out and the {target} drawer shut",
            "once the {target} drawer is closed switch the light off too",
        ),
    ),
}  # fmt: skip
