"""What people call the kinds of things and furniture, the canonical noun first. Keys are what goals name."""

from __future__ import annotations

NOUNS: dict[str, tuple[str, ...]] = {
    "mug": ("mug", "cup", "coffee mug"),
    "bowl": ("bowl", "dish"),
    "can": ("can", "tin"),
    "box": ("box", "carton", "packet"),
    "bottle": ("bottle", "flask"),
    "fruit": ("fruit", "piece of fruit"),
}
"""Of categories of the catalogue; names of furniture stand for themselves."""
