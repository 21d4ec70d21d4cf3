"""Lets the tests of serving import what they share by name, and serves one made-up policy to each file."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving_fakes import Served  # found by the line above


@pytest.fixture(scope="module")
def served():
    with Served() as running:
        yield running
