"""Half precision where it pays: bfloat16 on a processor that has it, single precision on any other."""

from __future__ import annotations

import functools

import torch


@functools.cache
def half_pays(device: str) -> bool:
    """Whether bfloat16 is faster there. A processor without it (any with AVX2 alone) falls back to loops that are ten times slower than
    single precision."""
    if device != "cpu":
        return True
    able = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def in_half(wanted: bool = True, device: str = "cpu") -> torch.autocast:
    """A context in which layers calculate in bfloat16, where that is wanted and pays."""
    return torch.autocast(device, torch.bfloat16, enabled=wanted and half_pays(device))
