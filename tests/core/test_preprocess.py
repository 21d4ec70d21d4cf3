"""The network's inputs: what is no picture or no taxel field is refused, not rescaled in silence."""

from __future__ import annotations

import pytest
import torch
from homebody.core.errors import HomebodyError
from homebody.core.preprocess import pictures, taxels


@pytest.mark.parametrize(
    "images",
    [
        torch.rand(2, 16, 16, 3),
        torch.rand(2, 16, 16, 3, dtype=torch.float64),
        torch.zeros(2, 16, 16, 3, dtype=torch.int64),
        torch.zeros(2, 16, 16, 3, dtype=torch.bool),
        torch.zeros(16, 16, 3, dtype=torch.uint8),
        torch.zeros(2, 3, 16, 16, dtype=torch.uint8),
        torch.zeros(2, 16, 16, 4, dtype=torch.uint8),
        torch.zeros(2, 2, 16, 16, 3, dtype=torch.uint8),
    ],
)
def test_pictures_of_another_kind_are_refused_with_what_they_are(images: torch.Tensor) -> None:
    with pytest.raises(HomebodyError) as refusal:
        pictures(images, 8)
    assert str(images.dtype) in str(refusal.value) and str(tuple(images.shape)) in str(refusal.value)
    assert "expected torch.uint8 (B, H, W, 3), 0 to 255" in str(refusal.value)


@pytest.mark.parametrize("raw", [torch.zeros(2, 2, 3, 8, 8, dtype=torch.uint8), torch.zeros(2, 3, 8, 8), torch.zeros(2, 3, 2, 8, 8)])
def test_taxels_of_another_kind_are_refused(raw: torch.Tensor) -> None:
    with pytest.raises(HomebodyError, match="expected floats"):
        taxels(raw)


def test_any_number_of_taxels_and_half_precision_pass() -> None:
    assert taxels(torch.zeros(1, 2, 3, 4, 6, dtype=torch.float16)).shape == (1, 2, 3, 4, 6)
