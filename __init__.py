"""Homebody: prompt, teach and measure a household robot in simulation."""

__version__ = "0.1.0"
