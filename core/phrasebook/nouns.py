"""What people call the kinds of things and furniture, the canonical noun first. Keys are what goals name."""

from __future__ import annotations

from ..table import Table

NOUNS: Table[tuple[str, ...]] = Table("category with nouns", {
    "mug": ("mug", "cup", "coffee mug"),
    "glass": ("glass", "tumbler", "drinking glass"),
    "beaker": ("beaker", "toothbrush cup", "bathroom cup"),
    "bowl": ("bowl", "dish", "cereal bowl"),
    "plate": ("plate", "dinner plate"),
    "pot": ("pot", "saucepan", "cooking pot"),
    "pan": ("pan", "frying pan", "skillet"),
    "basket": ("basket", "wicker basket", "storage basket"),
    "tray": ("tray", "serving tray"),
    "spoon": ("spoon", "tablespoon"),
    "fork": ("fork", "table fork"),
    "knife": ("knife", "table knife", "butter knife"),
    "can": ("can", "tin", "drink can"),
    "box": ("box", "carton", "packet"),
    "bottle": ("bottle", "flask"),
    "jar": ("jar", "storage jar"),
    "medicine_box": ("medicine box", "pill packet", "box of tablets"),
    "fruit": ("fruit", "piece of fruit"),
    "egg": ("egg", "boiled egg"),
    "bread_roll": ("bread roll", "bun"),
    "sponge": ("sponge", "dish sponge", "scouring pad"),
    "soap": ("soap", "bar of soap"),
    "toothbrush": ("toothbrush", "tooth brush"),
    "toilet_roll": ("toilet roll", "roll of toilet paper", "toilet paper"),
    "toy": ("toy", "plaything"),
    "ball": ("ball", "toy ball"),
    "book": ("book", "pocket book"),
    "remote": ("remote control", "remote", "television remote"),
    "phone": ("phone", "mobile", "smartphone"),
    "rubbish": ("rubbish", "piece of rubbish", "litter"),
})  # fmt: skip
"""Of categories of the catalogue; an instance's own nouns, such as `pear`, are in the catalogue. Names of furniture stand for themselves."""
