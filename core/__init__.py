"""The contracts that every room shares: types, errors, seeds, kinematics, instructions, statistics."""
