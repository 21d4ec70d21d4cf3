"""Training the model of instructions."""
