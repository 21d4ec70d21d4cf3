"""Other projects that are measured beside this one, each in an environment of its own."""
