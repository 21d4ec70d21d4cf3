"""The tasks of the household world, a file a family."""
