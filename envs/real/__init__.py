"""From simulation to a real robot and back: identification of physics, calibration of cameras."""
