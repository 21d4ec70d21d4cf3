"""Families of expert motions: how each task is done, by contact alone."""
