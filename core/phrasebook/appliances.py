"""Sentences about knobs, taps, switches, buttons and levers."""

from __future__ import annotations

from .phrases import Phrases, goals

PHRASES: dict[str, Phrases] = {
    "turn_on_stove": Phrases(
        goals=goals("turn_on_stove", "left", "right"),
        train=(
            "turn on the {target} burner", "turn the {target} knob of the stove on", "switch on the {target} hob", "please turn on the {target} burner",
            "turn up the {target} knob", "the {target} burner should be on", "i want to fry an egg on the {target} burner turn it on",
            "can you turn the {target} stove knob on", "get the {target} burner going", "twist the {target} knob of the hob to on", "heat up the {target} burner",
        ),
        heldout=(
            "could you switch the {target} burner on please", "i need the {target} burner hot", "would you turn the {target} knob up for me",
            "start the {target} burner", "rotate the {target} knob until the burner is on",
        ),
    ),
    "turn_off_stove": Phrases(
        goals=goals("turn_off_stove", "left", "right"),
        train=(
            "turn off the {target} burner", "turn the {target} knob of the stove off", "switch off the {target} hob", "please turn off the {target} burner",
            "turn down the {target} knob", "the {target} burner should be off", "the egg is done turn off the {target} burner",
            "can you turn the {target} stove knob off", "the {target} burner is still on turn it off", "twist the {target} knob of the hob to off",
            "let the {target} burner cool down",
        ),
        heldout=(
            "could you switch the {target} burner off please", "i do not need the {target} burner any more", "would you turn the {target} knob down for me",
            "stop the {target} burner", "rotate the {target} knob back until the burner is off",
        ),
    ),
    "turn_on_tap": Phrases(
        goals=goals("turn_on_tap", "tap"),
        train=(
            "turn on the tap", "turn the water on", "open the tap", "please turn on the tap", "let the water run", "push the tap s lever to on",
            "the tap should be running", "can you turn on the water", "i want to wash my hands turn on the tap", "start the water", "run the tap",
        ),
        heldout=(
            "could you let the water run please", "i need water from the tap", "would you turn the tap on for me", "swing the lever of the tap open",
            "get the water going",
        ),
    ),
    "turn_off_tap": Phrases(
        goals=goals("turn_off_tap", "tap"),
        train=(
            "turn off the tap", "turn the water off", "close the tap", "please turn off the tap", "stop the water", "push the tap s lever to off",
            "the tap should be off", "can you turn off the water", "my hands are clean turn off the tap", "do not waste water close the tap", "shut the tap",
        ),
        heldout=(
            "could you stop the water please", "that is enough water from the tap", "would you turn the tap off for me", "swing the lever of the tap shut",
            "the water is still running turn it off",
        ),
    ),
    "switch_on_light": Phrases(
        goals=goals("switch_on_light", "light"),
        train=(
            "switch on the light", "turn the light on", "press the light switch on", "please switch on the light", "it is dark turn on the light",
            "flip the light switch on", "the lamp should be on", "can you switch the light on", "push the upper half of the switch", "light on please",
            "make some light",
        ),
        heldout=(
            "could you turn on the lamp please", "i need some light in here", "would you flip the switch on for me", "put the light on",
            "press the rocker so that the lamp goes on",
        ),
    ),
    "switch_off_light": Phrases(
        goals=goals("switch_off_light", "light"),
        train=(
            "switch off the light", "turn the light off", "press the light switch off", "please switch off the light", "it is bright enough turn off the light",
            "flip the light switch off", "the lamp should be off", "can you switch the light off", "push the lower half of the switch", "light off please",
            "make it dark",
        ),
        heldout=(
            "could you turn off the lamp please", "nobody needs the light any more", "would you flip the switch off for me", "put the light out",
            "press the rocker so that the lamp goes off",
        ),
    ),
    "press_coffee_button": Phrases(
        goals=goals("press_coffee_button", "coffee"),
        train=(
            "press the button of the coffee machine", "push the coffee machine s button in", "push the coffee button", "please press the coffee machine s button",
            "start the coffee machine", "hold the coffee button down", "i would like a coffee press the button", "can you start the coffee",
            "the coffee machine should run press its button", "press the button for coffee", "keep the button of the coffee machine pressed",
        ),
        heldout=(
            "could you push the button on the coffee machine please", "i need an espresso", "would you press the coffee button for me",
            "get the coffee machine going", "put a finger on the coffee button and press it in",
        ),
    ),
    "push_toaster_down": Phrases(
        goals=goals("push_toaster_down", "toaster"),
        train=(
            "push down the toaster s lever", "start the toaster", "press the toaster lever down", "please push the lever of the toaster down",
            "toast the bread", "lower the bread in the toaster", "the toaster should be on push its lever down", "can you start the toaster",
            "i want toast push the lever", "put the toaster down", "press the lever at the toaster until it stays down",
        ),
        heldout=(
            "could you press the toaster down please", "i would like some toast", "would you push the toaster s lever for me", "get the toaster going",
            "move the slide of the toaster to the bottom",
        ),
    ),
}  # fmt: skip
