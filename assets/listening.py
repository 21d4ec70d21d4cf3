"""The model of instructions that ships with the package."""

from __future__ import annotations

import functools

from ..core.listening.listener import Listener
from ..core.listening.model import load_model
from . import checkpoint


@functools.cache
def listener() -> Listener:
    """Loaded once."""
    return Listener(load_model(checkpoint("listener")))
