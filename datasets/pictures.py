"""Pictures as they lie in a data set: JPEG frames, one after the other."""

from __future__ import annotations

import cv2
import numpy as np

from ..core.errors import HomebodyError

QUALITY = 95
"""JPEG quality, without colour subsampling."""
BEGIN, END = b"\xff\xd8", b"\xff\xd9"
"""First and last bytes of a JPEG file. OpenCV fills a cut picture with grey and only warns."""


def encode_frames(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, H, W, 3) uint8 RGB -> JPEG bytes of all frames, and where each ends."""
    options = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    coded = [cv2.imencode(".jpg", cv2.cvtColor(f, cv2.COLOR_RGB2BGR), options)[1].ravel() for f in frames]
    return np.concatenate(coded), np.cumsum([len(c) for c in coded]).astype(np.int64)


def decode_frame(coded: np.ndarray) -> np.ndarray:
    """JPEG bytes -> (H, W, 3) uint8 RGB. Raises HomebodyError for bytes that are no whole picture."""
    whole = coded[:2].tobytes() == BEGIN and coded[-2:].tobytes() == END
    picture = cv2.imdecode(coded, cv2.IMREAD_COLOR) if whole else None
    if picture is None:
        raise HomebodyError(f"damaged picture of {len(coded)} bytes: expected JPEG")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
