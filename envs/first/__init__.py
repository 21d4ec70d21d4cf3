"""The first kitchen: a stage of its own, on its way to becoming a room like the others."""
