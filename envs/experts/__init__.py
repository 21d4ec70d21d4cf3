"""Scripted experts: inverse kinematics and contact feedback, from any state, with varied paths and speeds."""

from .expert import Expert

__all__ = ["Expert"]
