"""The household world: rooms of furniture and appliances, a catalogue of things, goals over named predicates."""
