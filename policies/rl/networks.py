"""Stable-Baselines3's networks with fixed normalisation, critics with layer norm, and actors that see less than critics."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.policies import ContinuousCritic
from stable_baselines3.common.preprocessing import get_action_dim
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor, create_mlp
from stable_baselines3.sac.policies import Actor, SACPolicy
from torch import Tensor, nn

CLIP = 10.0
"""Normalised observations stay within so many spreads."""


class Normaliser(BaseFeaturesExtractor):
    """The first `len(mean)` numbers of an observation, minus `mean`, over `spread`, clipped. Nothing is learned."""

    mean: Tensor
    spread: Tensor

    def __init__(self, observation_space: spaces.Space[Any], mean: Sequence[float], spread: Sequence[float]) -> None:
        super().__init__(observation_space, len(mean))
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("spread", torch.tensor(spread, dtype=torch.float32))

    def forward(self, observations: Tensor) -> Tensor:
        return ((observations[:, : self._features_dim] - self.mean) / self.spread).clamp(-CLIP, CLIP)


class LayerNormCritic(ContinuousCritic):
    """Layer norm keeps values of actions never tried from running away (Ball et al. 2023)."""

    def __init__(self, observation_space: spaces.Space[Any], action_space: spaces.Box, net_arch: list[int], **rest: Any) -> None:
        super().__init__(observation_space, action_space, net_arch, **rest)
        size = rest["features_dim"] + get_action_dim(action_space)
        for i in range(self.n_critics):
            layers = create_mlp(size, 1, net_arch, rest["activation_fn"], post_linear_modules=[nn.LayerNorm])
            self.q_networks[i] = nn.Sequential(*layers)
            self.add_module(f"qf{i}", self.q_networks[i])


class PatientAdam(torch.optim.Adam):
    """Adam that lets its first `wait` steps pass: what it would follow does not know anything yet."""

    def __init__(self, parameters: Any, lr: float, *, wait: int) -> None:
        super().__init__(parameters, lr)
        self.wait = wait

    def step(self, closure: Any = None) -> Any:
        if self.wait > 0:
            self.wait -= 1
            return None
        return super().step(closure)


class HouseSACPolicy(SACPolicy):
    """The actor sees the first `seen` numbers of an observation, the critics all of them.

    `quiet` is the actor's standard deviation at the start and makes its mean start at zero; 0 leaves both as they are.
    The actor stays as it is for the first `wait` updates, in which the critics learn what it is worth.
    """

    def __init__(self, *args: Any, seen: int, quiet: float = 0.0, wait: int = 0, **rest: Any) -> None:
        self._seen, self._quiet, self._wait = seen, quiet, wait
        super().__init__(*args, **rest)

    def _build(self, lr_schedule: Any) -> None:
        super()._build(lr_schedule)
        self.actor.optimizer = PatientAdam(self.actor.parameters(), lr_schedule(1), wait=self._wait)

    def make_actor(self, features_extractor: BaseFeaturesExtractor | None = None) -> Actor:
        k = self.features_extractor_kwargs
        actor = super().make_actor(Normaliser(self.observation_space, k["mean"][: self._seen], k["spread"][: self._seen]))
        if self._quiet:
            assert isinstance(actor.log_std, nn.Linear)
            for part in (*actor.mu.parameters(), *actor.log_std.parameters()):
                nn.init.zeros_(part)
            nn.init.constant_(actor.log_std.bias, float(torch.log(torch.tensor(self._quiet))))
        return actor

    def make_critic(self, features_extractor: BaseFeaturesExtractor | None = None) -> ContinuousCritic:
        return LayerNormCritic(**self._update_features_extractor(self.critic_kwargs, features_extractor)).to(self.device)


class PlainActor(nn.Module):
    """What remains of a learned policy at run time: normalise, a few layers, squash. Free of Stable-Baselines3."""

    mean: Tensor
    spread: Tensor

    def __init__(self, seen: int, hidden: Sequence[int], dim: int, activation: str, squash: str) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(seen))
        self.register_buffer("spread", torch.ones(seen))
        sizes = [seen, *hidden, dim]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.settings = {"seen": seen, "hidden": list(hidden), "dim": dim, "activation": activation, "squash": squash}
        self._activation = {"relu": torch.relu, "tanh": torch.tanh}[activation]
        self._squash = {"tanh": torch.tanh, "clip": lambda x: x.clamp(-1.0, 1.0)}[squash]

    def forward(self, observations: Tensor) -> Tensor:
        """(B, >= seen) -> (B, dim) in [-1, 1], without noise."""
        x = ((observations[:, : len(self.mean)] - self.mean) / self.spread).clamp(-CLIP, CLIP)
        for layer in self.layers[:-1]:
            x = self._activation(layer(x))
        return self._squash(self.layers[-1](x))


def extract_actor(policy: nn.Module) -> PlainActor:
    """The actor of a SAC or PPO policy, weights copied."""
    normaliser: Any
    body: Any
    head: Any
    if isinstance(policy, SACPolicy):
        actor = policy.actor
        normaliser, body, head, kind = actor.features_extractor, actor.latent_pi, actor.mu, ("relu", "tanh")
    else:
        normaliser, body, head, kind = policy.pi_features_extractor, policy.mlp_extractor.policy_net, policy.action_net, ("tanh", "clip")
    linear: list[nn.Linear] = [m for m in body.children() if isinstance(m, nn.Linear)] + [head]
    plain = PlainActor(len(normaliser.mean), [m.out_features for m in linear[:-1]], head.out_features, *kind)
    with torch.no_grad():
        plain.mean.copy_(normaliser.mean)
        plain.spread.copy_(normaliser.spread)
        for mine, theirs in zip(plain.layers, linear, strict=True):
            mine.load_state_dict(theirs.state_dict())
    return plain.eval()
