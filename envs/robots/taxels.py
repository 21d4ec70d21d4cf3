"""The taxels of a finger: MuJoCo's plate of 8 x 8 and how its raw numbers become a picture."""

from __future__ import annotations

import numpy as np


def tactile_image(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Raw taxels of both fingers, (B, 192) each -> (B, 2, 3, 8, 8) float32.

    Channels: penetration depth [m], two tangential slip speeds [m/s]. Row 0 is at the finger's tip; column 0 is on the
    tool's -x side, for both fingers.
    """
    images = [_taxel_grid(left), _taxel_grid(right)[..., ::-1]]
    return np.stack(images, axis=1).astype(np.float32)


def _taxel_grid(raw: np.ndarray) -> np.ndarray:
    """(B, 192) -> (B, 3, rows along the finger from the tip, columns across)."""
    # The plate's vertices run along the finger first: (B, channels, across, from the tip) -> rows from the tip.
    return raw.reshape(len(raw), 3, 8, 8).swapaxes(2, 3)
