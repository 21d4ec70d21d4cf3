"""Scripted skills of the household world: what a hand does, closed over what it sees and feels."""
