"""Homebody: prompt, teach and measure a household robot in simulation."""

from .core.opengl import settle_opengl

__version__ = "0.1.0"

settle_opengl()  # before anything imports mujoco
