"""A film painted without flicker: where its pictures stay as they are, so does the painting."""

import numpy as np
from jaxtyping import Float, UInt8
from scipy.ndimage import gaussian_filter

__all__ = ["Steady"]

_CHANGE = 0.03  # of values in 0..1: differences much below come from the camera's noise
_BLUR = 2.0  # pixels over which a difference is looked at


class Steady:
    """Blends each painting with the one before, as far as the film has not changed there; no optical flow.

    A running mean where nothing moves, and the new painting where something does: what moves never leaves a trail.

    Args:
        share: of the painting before, where nothing has changed: 0 to below 1.
    """

    def __init__(self, share: float | int = 0.8):
        self.share = share
        self.frame: Float[np.ndarray, "h w"] | None = None
        self.painting: Float[np.ndarray, "h w 3"] | None = None

    def __call__(
        self, frame: UInt8[np.ndarray, "h w 3"], painting: UInt8[np.ndarray, "h w 3"]
    ) -> UInt8[np.ndarray, "h w 3"]:
        """The painting of the next picture of the film, blended."""
        if not self.share:
            return painting
        grey = gaussian_filter(frame.mean(2, dtype=np.float32) / 255, _BLUR)
        new = painting.astype(np.float32)
        if self.painting is not None and self.frame is not None and self.painting.shape == new.shape:
            still = self.share * np.exp(-np.square((grey - self.frame) / _CHANGE))
            new += still[:, :, None] * (self.painting - new)
        self.frame, self.painting = grey, new
        return np.clip(np.rint(new), 0, 255).astype(np.uint8)
