"""Half precision is used where the processor has it, and nowhere else: elsewhere it is ten times slower than single precision."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from homebody.core.halves import half_pays, in_half


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    half_pays.cache_clear()
    yield
    half_pays.cache_clear()


def product() -> torch.dtype:
    return (torch.ones(2, 2) @ torch.ones(2, 2)).dtype


@pytest.mark.parametrize(("able", "wanted", "dtype"), [
    ({"avx2": True, "avx512_bf16": False, "amx_bf16": False}, True, torch.float32),
    ({"avx2": True}, True, torch.float32),
    ({"avx512_bf16": True}, True, torch.bfloat16),
    ({"amx_bf16": True}, True, torch.bfloat16),
    ({"amx_bf16": True}, False, torch.float32),
])  # fmt: skip
def test_a_processor_calculates_in_what_it_has(
    monkeypatch: pytest.MonkeyPatch, able: dict[str, bool], wanted: bool, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    with in_half(wanted):
        assert product() == dtype


def test_a_pytorch_that_does_not_tell_calculates_in_single_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    with in_half():
        assert product() == torch.float32
