"""One layer of a convolutional network: the convolution, and the function that bends it."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Num

from lenslet.foundations.convolution import accurate, conv2d

__all__ = ["Activation", "conv_layer", "relu", "sigmoid", "tanh"]

Activation = Callable[[np.ndarray], np.ndarray]


def relu(z: Num[np.ndarray, "*shape"]) -> Num[np.ndarray, "*shape"]:
    """max(z, 0)."""
    return np.asarray(np.maximum(z, 0))


def tanh(z: Num[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """(e^z - e^-z) / (e^z + e^-z), between -1 and 1."""
    return np.asarray(np.tanh(z))


def sigmoid(z: Num[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """1 / (1 + e^-z), between 0 and 1.

    Computed as (1 + tanh(z / 2)) / 2, which is the same and never overflows.
    """
    return (1 + np.tanh(accurate(z)[0] / 2)) / 2


def conv_layer(
    a: Num[np.ndarray, "n c h w"],
    w: Num[np.ndarray, "k c fh fw"],
    b: Num[np.ndarray, " k"],
    *,
    g: Activation = relu,
    stride: int = 1,
    padding: int | str = 0,
) -> tuple[Num[np.ndarray, "n k oh ow"], Num[np.ndarray, "n k oh ow"]]:
    """One layer: z = w * a + b, then a = g(z).

    Args:
        a: activations of the layer before; for the first layer the images.
        w: kernels.
        b: one bias for each kernel.
        g: the activation: `relu`, `tanh`, `sigmoid`, or any function of an array.
        stride: step between two places, pixels.
        padding: zeros on each side, pixels; or "valid" or "same".

    Returns:
        z and g(z): the backward pass needs the first, the next layer the second.

    Source: course 1.7.
    """
    z = conv2d(a, w, b, stride=stride, padding=padding)
    return z, g(z)
