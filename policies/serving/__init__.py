"""Serving policies to robots: the wire protocol, the server, the robot-side loop, its limiter and drivers."""
