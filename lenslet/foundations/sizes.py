"""How large the result is, and how much is padded on each side."""

from lenslet.errors import CallError, ShapeError

__all__ = ["margins", "output_size"]


def output_size(n: int, f: int, *, padding: int | str = 0, stride: int = 1) -> int:
    """How many places a filter of side `f` takes along a side of `n` pixels.

        floor((n + 2p - f) / s) + 1

    "valid" is p = 0. "same" gives ceil(n / s), which at stride 1 is n itself: p = (f - 1) / 2 for an odd f.

    Args:
        n: side of the input, pixels.
        f: side of the filter, pixels.
        padding: zeros added on each side, pixels; or "valid" or "same".
        stride: step between two places, pixels.

    Raises:
        ShapeError: the filter is larger than the padded input.
        CallError: a stride below 1, a negative padding, or an unknown word for it.

    Source: course 1.4 and 1.5 (the article omits the floor).
    """
    before, after = margins(n, f, padding=padding, stride=stride)
    if n < 1 or f < 1:
        raise ShapeError(f"an input side of {n} and a filter side of {f} must both be at least 1 pixel")
    if f > n + before + after:
        raise ShapeError(
            f"a filter side of {f} does not fit on an input side of {n} padded to {n + before + after}; "
            "use a smaller filter or more padding"
        )
    return (n + before + after - f) // stride + 1


def margins(n: int, f: int, *, padding: int | str, stride: int) -> tuple[int, int]:
    """The zeros before and after a side of `n` pixels.

    For "same" they are as many as make the output ceil(n / s). Where their number is odd (an even filter, some strides)
    the one more stands after, at the bottom and the right, as PyTorch (stride 1) and TensorFlow (any stride) have it.
    """
    if stride < 1:
        raise CallError(f"the stride is {stride}; it must be at least 1 pixel")
    if padding == "valid":
        return 0, 0
    if padding == "same":
        total = max((-(-n // stride) - 1) * stride + f - n, 0)
        return total // 2, total - total // 2
    if isinstance(padding, str) or padding < 0:
        raise CallError(f'the padding is {padding!r}; it must be a number of pixels from 0 up, "valid" or "same"')
    return padding, padding
