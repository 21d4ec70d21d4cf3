"""Our own small text encoder: hashed words and letter trigrams, so typing errors and new words still mean something."""

from __future__ import annotations

import functools
import zlib

import numpy as np
import torch
from torch import Tensor, nn

from .instructions import normalise

WORDS = 16
"""Longest instruction [words]; later ones are cut."""
FEATURES = 10
"""Hashed features of one word: itself and its letter trigrams."""
BUCKETS = 4096
"""Rows of the hash table; row 0 is padding."""


def _bucket(text: str) -> int:
    return 1 + zlib.crc32(text.encode()) % (BUCKETS - 1)


@functools.lru_cache(maxsize=4096)
def tokenise(text: str) -> np.ndarray:
    """(WORDS, FEATURES) int64 hash buckets, 0 where there is nothing."""
    out = np.zeros((WORDS, FEATURES), np.int64)
    for i, word in enumerate(normalise(text).split()[:WORDS]):
        padded = f"<{word}>"
        grams = [word, word] + [padded[j : j + 3] for j in range(len(padded) - 2)]
        out[i, : min(len(grams), FEATURES)] = [_bucket(g) for g in grams[:FEATURES]]
    return out


class TextEncoder(nn.Module):
    """Tokens (B, WORDS, FEATURES) -> text vector (B, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(BUCKETS, width, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.1)
        with torch.no_grad():
            self.table.weight[0] = 0
        self.position = nn.Parameter(torch.zeros(WORDS, width))
        self.mix = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0.0, batch_first=True, norm_first=True)
        self.out = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        present = tokens > 0  # (B, W, F)
        word = self.table(tokens).sum(2) / present.sum(2, keepdim=True).clamp(min=1)  # (B, W, D)
        mask = ~present.any(2)  # (B, W) True where there is no word
        mask = mask & ~mask.all(1, keepdim=True)
        mixed = self.mix(word + self.position, src_key_padding_mask=mask)
        weight = (~mask).to(mixed.dtype)[..., None]
        return self.out((mixed * weight).sum(1) / weight.sum(1))
