"""Convolution, pooling, padding, filters, sizes and costs, written out in NumPy beside their formulas.

    sizes          output_size, and the two words for padding: "valid" and "same"
    convolution    conv2d and its gradients
    pooling        pool2d and its gradient
    by_hand        the same convolution and pooling as plain loops: the readable reference
    layer          one layer, z = w * a + b and a = g(z)
    counts         parameters, multiplies and connections
    kernels        vertical, horizontal, Sobel, Scharr, Prewitt at any angle, and the other usual ones
    edges          a kernel over a whole picture of any size
    learning       a kernel learned from an example of what it should do

Pictures and activations are (n, c, h, w), kernels (k, c, f, f), as in PyTorch. The convolution is the course's and
every network's: the kernel is not flipped (signal processing calls it cross-correlation).
"""

from lenslet.foundations import kernels
from lenslet.foundations.by_hand import conv2d_by_hand, pool2d_by_hand
from lenslet.foundations.convolution import ConvGradients, conv2d, conv2d_backward
from lenslet.foundations.counts import (
    conv_connections,
    conv_multiplies,
    conv_parameters,
    dense_multiplies,
    dense_parameters,
    input_features,
)
from lenslet.foundations.edges import edges
from lenslet.foundations.layer import conv_layer, relu, sigmoid, tanh
from lenslet.foundations.learning import learn_kernel
from lenslet.foundations.pooling import pool2d, pool2d_backward
from lenslet.foundations.sizes import output_size

__all__ = [
    "ConvGradients",
    "conv2d",
    "conv2d_backward",
    "conv2d_by_hand",
    "conv_connections",
    "conv_layer",
    "conv_multiplies",
    "conv_parameters",
    "dense_multiplies",
    "dense_parameters",
    "edges",
    "input_features",
    "kernels",
    "learn_kernel",
    "output_size",
    "pool2d",
    "pool2d_backward",
    "pool2d_by_hand",
    "relu",
    "sigmoid",
    "tanh",
]
