"""Robots, modelled from published kinematics, inertias and limits in our own low-poly parts."""
