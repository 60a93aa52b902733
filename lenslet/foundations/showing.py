"""A kernel's answers as a picture one can look at."""

import numpy as np
from jaxtyping import Float, Num, UInt8

from lenslet.errors import CallError

__all__ = ["finds_contrast", "shown"]

WHITE = 99  # percent of the pixels that stay below white
FAINTEST = 1 / 16  # of the strongest possible answer: less is never stretched to white, or noise would look like edges


def finds_contrast(kernels: Num[np.ndarray, "k fh fw"]) -> bool:
    """Whether the numbers sum to 0 (within 1 %): an even surface then answers 0, whatever its brightness.

    Such kernels leave edges; others (sharpen, blur, emboss) give a picture again.
    """
    weights = kernels.astype(np.float64)
    return bool(abs(weights.sum()) <= 0.01 * np.abs(weights).sum())


def shown(
    answer: Float[np.ndarray, "h w *c"], kernels: Num[np.ndarray, "k fh fw"], *, scale: int | float | None = None
) -> tuple[UInt8[np.ndarray, "h w *c"], float]:
    """Answers to a picture of 0 to 255 as such a picture, and the scale by which they were multiplied.

    A kernel that finds contrast: its strength |answer|, edges light on black, 1 % of the pixels at full white.
    Any other: its answer divided by the sum of the kernel's numbers, so that the picture is as bright as before.

    Args:
        answer: as `edges` gives it for pixels from 0 to 255.
        kernels: those that answered.
        scale: multiply by this instead; 1 shows the plain sums, and one scale for many pictures keeps them comparable.

    Raises:
        CallError: the scale is no number, or above a billion.
    """
    if scale is not None and not abs(scale) <= 1e9:
        raise CallError(f"the scale is {scale}; it must be a number, and at most a billion")
    contrast = finds_contrast(kernels)
    light = np.abs(answer) if contrast else answer.copy()
    if scale is None:
        scale = _stretch(light, kernels) if contrast else 1 / float(kernels.sum())
    light *= scale
    np.rint(light, out=light)
    return np.clip(light, 0, 255, out=light).astype(np.uint8), float(scale)


def _stretch(strength: Float[np.ndarray, "h w *c"], kernels: Num[np.ndarray, "k fh fw"]) -> float:
    """The scale that makes the strongest hundredth of the pixels white."""
    strongest = 255 * float(np.abs(kernels).sum(axis=(1, 2)).max()) / 2
    white = max(float(np.percentile(strength, WHITE)), FAINTEST * strongest)
    return 255 / white if white > 0 else 1.0
