"""Reinforcement learning on the batched engine with Stable-Baselines3."""
