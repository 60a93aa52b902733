"""What a layer costs: parameters to store, multiplies to do, connections to draw."""

from math import prod

__all__ = [
    "conv_connections",
    "conv_multiplies",
    "conv_parameters",
    "dense_multiplies",
    "dense_parameters",
    "input_features",
]

Side = int | tuple[int, int]
"""A square's side or a rectangle's (height, width), pixels."""


def input_features(size: Side, channels: int = 3) -> int:
    """How many numbers a picture is: h * w * c.

    Source: course 1.1 (64 x 64 x 3 are 12,288; the article prints 68 x 68 x 3, which are 13,872).
    """
    return _area(size) * channels


def conv_parameters(size: Side, channels: int, filters: int, *, bias: bool = True) -> int:
    """What a convolution learns, whatever the size of the images: (f * f * c + 1) * k.

    Args:
        size: f, side of the filters, pixels.
        channels: c, channels of the input; each filter has as many. With 5 x 5 x 3 and 6 filters it is 456; the article
            counts 5 x 5 x 1 and arrives at 156.
        filters: k.
        bias: whether each filter has one.

    Source: course 1.7 and 1.11.
    """
    return (_area(size) * channels + bias) * filters


def conv_multiplies(output: Side, size: Side, channels: int, filters: int) -> int:
    """Multiplications of a convolution: h_out * w_out * k outputs of f * f * c each.

    Args:
        output: side of the output, pixels.
        size: f, side of the filters, pixels.
        channels: c, channels of the input.
        filters: k.

    Source: course 2.7 and 2.8.
    """
    return _area(output) * filters * _area(size) * channels


def dense_parameters(inputs: int, outputs: int, *, bias: bool = True) -> int:
    """What a fully connected layer learns: (inputs + 1) * outputs; without the biases, its weights.

    Source: course 1.11.
    """
    return (inputs + bias) * outputs


def dense_multiplies(inputs: int, outputs: int) -> int:
    """Multiplications of a fully connected layer: each output sees every input."""
    return inputs * outputs


def conv_connections(output: Side, size: Side, channels: int, filters: int) -> int:
    """Pairs of an input and an output number that touch: each output sees only the f * f * c inputs beneath its filter.

    A dense layer between the same has `dense_multiplies` of them. The ratio is the sparsity of connections, one of the
    course's two reasons for convolutions; the other is that all these connections share `conv_parameters`.

    Source: course 1.11.
    """
    return conv_multiplies(output, size, channels, filters)


def _area(side: Side) -> int:
    return side**2 if isinstance(side, int) else prod(side)
