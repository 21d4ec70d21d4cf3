"""Listening: from a sentence to the goals that it asks for, with a probability, or to why nothing is done."""
