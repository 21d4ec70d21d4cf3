"""Learned policies: language encoder, network, training, checkpoints and the inference runtime."""
