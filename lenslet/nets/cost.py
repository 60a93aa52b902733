"""What each of torch's basic operations costs: multiply-adds and floating-point operations."""

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

__all__ = ["FREE", "cost_of"]

MATRIX = {"mm": 0, "bmm": 0, "linear": 0, "addmm": 1, "baddbmm": 1}  # place of the left factor among the arguments
WINDOWS = {"max_pool2d_with_indices", "max_pool2d", "avg_pool2d", "avg_pool3d", "max_pool3d_with_indices", "avg_pool1d"}
ONCE_PER_INPUT = {
    "_adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "mean",
    "sum",
    "amax",
    "max",
    "cumsum",
    "prod",
    "var_mean",
}
PER_ELEMENT = {
    "native_group_norm": 5,  # mean, variance (2), scale, shift
    "native_layer_norm": 5,
    "_softmax": 3,  # exponential, sum, division
    "_log_softmax": 3,
    "upsample_bilinear2d": 7,  # three interpolations of a subtraction, a product and a sum; less what they share
}
# Moving numbers is not arithmetic.
FREE = {
    *(
        "view",
        "_unsafe_view",
        "reshape",
        "_reshape_alias",
        "permute",
        "transpose",
        "t",
        "cat",
        "slice",
        "select",
        "split",
    ),
    *(
        "split_with_sizes",
        "unsqueeze",
        "squeeze",
        "expand",
        "clone",
        "detach",
        "alias",
        "_to_copy",
        "lift_fresh",
        "unbind",
    ),
    *(
        "contiguous",
        "constant_pad_nd",
        "reflection_pad2d",
        "replication_pad2d",
        "upsample_nearest2d",
        "stack",
        "flatten",
    ),
    *(
        "empty",
        "empty_like",
        "zeros",
        "zeros_like",
        "ones",
        "ones_like",
        "full",
        "full_like",
        "new_zeros",
        "arange",
        "linspace",
        "copy",
    ),
    *(
        "index",
        "gather",
        "index_select",
        "repeat",
        "roll",
        "flip",
        "pixel_shuffle",
        "pixel_unshuffle",
        "channel_shuffle",
    ),
    *("as_strided", "embedding", "diagonal", "scalar_tensor", "_local_scalar_dense", "fill", "zero", "where", "narrow"),
    *("native_dropout", "new_empty", "new_full", "unfold", "im2col", "lift", "is_same_size", "argmax", "sort", "topk"),
}


def cost_of(name: str, pointwise: bool, args: Sequence[Any], out: Tensor) -> tuple[int, int] | None:
    """Multiply-adds and floating-point operations of one operation.

    Args:
        name: in torch's aten library, without overload and trailing underscore.
        pointwise: whether it works element by element.
        args: all of its arguments.
        out: its (first) output.

    Returns:
        None where they are not known.
    """
    if name in FREE:
        return 0, 0
    macs = _multiplies(name, args, out)
    if macs is not None:
        return macs, 2 * macs
    if "batch_norm" in name:
        return 0, 2 * out.numel()
    if name in WINDOWS:
        return 0, out.numel() * _window(args[1], out.ndim - 2)
    if name in ONCE_PER_INPUT:
        return 0, args[0].numel()
    each = PER_ELEMENT.get(name, 1 if pointwise else None)
    return None if each is None else (0, each * out.numel())


def _multiplies(name: str, args: Sequence[Any], out: Tensor) -> int | None:
    """Multiply-adds of a convolution or a matrix product; None for anything else."""
    if name == "convolution":
        x, weight, transposed = args[0], args[1], args[6]
        # Forward, each output is made of weight[0].numel() products; transposed, each input goes into so many.
        return int((x if transposed else out).numel() * weight[0].numel())
    if name in MATRIX:
        return int(out.numel() * args[MATRIX[name]].shape[-1])
    if name.startswith("_scaled_dot_product"):
        query, key, value = args[:3]
        return int(query.shape[:-1].numel() * key.shape[-2] * (query.shape[-1] + value.shape[-1]))
    return None


def _window(taps: int | Sequence[int], rank: int) -> int:
    """Elements in a window given as one number or one for each axis."""
    if isinstance(taps, int) or len(taps) == 1:
        side = taps if isinstance(taps, int) else taps[0]
        return int(side**rank)
    return math.prod(taps)
