"""Lets the tests of the house's inside import by name what they share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
