"""Which parts of a sentence only tell something, and ask for nothing: why it is said, what somebody does, how things stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .parting import ORDERS, SUBJECTS
from .words import DETERMINERS

WHY = frozenset(["because", "cos", "since", "for", "as", "so"])
"""Words between an order and why it is given."""
FINITE = frozenset(
    [
        "is", "are", "was", "were", "am", "has", "have", "had", "s", "re", "m", "ve", "will", "would", "does", "did", "do", "keeps", "keep", "wants", "likes",
        "needed", "went", "came", "took", "made", "got", "gets", "thinks", "said", "says", "knows", "taught", "nearly",
    ]
)  # fmt: skip
"""Words that make a statement of what stands before them."""
EFFECTS = frozenset(["saves", "keeps", "makes", "helps", "stops", "means", "gives", "looks", "smells", "saving", "keeping", "making"])
"""Words that say what an order is good for."""
ABILITY = frozenset(["can", "could", "may", "might", "do", "does", "will", "ll"])
"""Words that say what somebody, or a thing, is then able to do, or does not."""
WISHES = re.compile(
    r"\b(?:please|want|wants|need|needs|should|must|could|can|go|goes|belong|belongs|ought|wish|would like|would love|robot|you|let|us|back)\b"
    r"(?! to (?:know|see|hear|watch|check|look|find|read))"
)
"""What makes a wish of a statement."""
LEFT = re.compile(r"^(?:(?:we|i) (?:will|ll) )?leave \w")
STATE = re.compile(
    r"^(?:(?:oh|ok|so|look|well|hey) )*(?:the|my|our|her|his|that|this|your|their|both)\b.* (?:is|are|was|were|has|have|s)\b.*"
    r"\b(?:open|on|running|up|off|shut|closed|lit|ajar|burning)\b"
)
"""How a thing stands: `the fridge has been standing open`."""


def tells(words: Sequence[str], link: Sequence[str] = ()) -> bool:
    """Whether a part is a statement in which nobody wishes for anything."""
    said = " ".join(words)
    if LEFT.search(said):
        return True
    if words[0] in ORDERS or WISHES.search(said):
        return False
    if (link and link[-1] in WHY) or words[0] in EFFECTS:
        return True
    head = words[1 : 2 if words[0] not in DETERMINERS else 5]
    return len(words) > 1 and (words[0] in SUBJECTS or any(w in FINITE for w in head))


def explains(words: Sequence[str], link: Sequence[str]) -> bool:
    """Whether a part tells what the order before it is for: `... so I can grab it`."""
    able = words[0] in SUBJECTS | DETERMINERS and bool(ABILITY.intersection(words[1:4]))
    return bool(link) and link[-1] in WHY and able and "please" not in words


def describes(words: Sequence[str]) -> bool:
    """Whether a part says how a thing stands, which another part may ask to be changed."""
    said = " ".join(words)
    return bool(STATE.search(said)) and not WISHES.search(said)
