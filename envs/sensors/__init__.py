"""What a robot senses, one module a sense: its space, how it is added to a model, read, delayed and degraded. The engine loops over them."""
