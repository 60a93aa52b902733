"""What each of torch's basic operations does to the receptive field of its input.

Those not listed give None, "not known", and so does everything after them: no number is better than a wrong one.
"""

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from lenslet.nets.field import Field

__all__ = ["field_after"]

Rule = Callable[[Field, Sequence[Any], Tensor], Field | None]


def field_after(name: str, pointwise: bool, fields: Sequence[Field], args: Sequence[Any], out: Tensor) -> Field | None:
    """The field of an operation's output.

    Args:
        name: of the operation in torch's aten library, without overload and trailing underscore.
        pointwise: whether it works element by element.
        fields: those of the inputs that come from the picture, at least one.
        args: all of its arguments.
        out: its (first) output.

    Returns:
        None where it is not known.
    """
    field: Field | None = fields[0]
    for other in fields[1:]:
        field = field and field.union(other)
    if field is None or field.everywhere_same:
        return field
    if pointwise or "batch_norm" in name or name in SAME:
        return field if field.dims is None else field.on(tuple(out.shape), field.dims)
    rule = RULES.get(name)
    return rule(field, args, out) if rule else None


SAME = {"clone", "detach", "alias", "_to_copy", "lift_fresh", "contiguous", "native_dropout", "dropout", "copy"}


def _pair(value: Any) -> tuple[int, int]:
    """An argument that torch takes as one number, or one or two in a list."""
    if isinstance(value, int):
        return value, value
    return int(value[0]), int(value[-1])


def _argument(args: Sequence[Any], index: int, default: Any) -> Any:
    """An argument that may have been left out; an empty list counts as left out."""
    value = args[index] if len(args) > index else default
    return default if value is None or value == [] else value


def _is_map(field: Field, out: Tensor) -> bool:
    """Whether this is a plain batch of maps, (n, c, h, w)."""
    return field.dims == (2, 3) and out.ndim == 4


def _windowed(
    field: Field, out: Tensor, taps: Any, stride: Any, padding: Any, dilation: Any = 1, transposed: bool = False
) -> Field | None:
    if not _is_map(field, out):
        return None
    axes = [
        (axis.spread if transposed else axis.window)(k, s, p, d)
        for axis, k, s, p, d in zip(
            (field.high, field.wide), _pair(taps), _pair(stride), _pair(padding), _pair(dilation), strict=True
        )
    ]
    return field.with_axes(*axes).on(tuple(out.shape), (2, 3))


def _convolution(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    _, weight, _, stride, padding, dilation, transposed, *_ = args
    return _windowed(field, out, list(weight.shape[2:]), stride, padding, dilation, transposed)


def _max_pool(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    taps = args[1]
    return _windowed(field, out, taps, _argument(args, 2, taps), _argument(args, 3, 0), _argument(args, 4, 1))


def _mean_pool(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    taps = args[1]
    return _windowed(field, out, taps, _argument(args, 2, taps), _argument(args, 3, 0))


def _resize(field: Field, _args: Sequence[Any], out: Tensor) -> Field | None:
    """Adaptive pools."""
    if not _is_map(field, out):
        return None
    high, wide = (
        axis.resized(before, after)
        for axis, before, after in zip((field.high, field.wide), field.extent, out.shape[2:], strict=True)
    )
    return field.with_axes(high, wide).on(tuple(out.shape), (2, 3))


def _enlarge(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    """Nearest neighbour, by a whole factor."""
    if not _is_map(field, out) or any(
        after % before for before, after in zip(field.extent, out.shape[2:], strict=True)
    ):
        return None
    return _resize(field, args, out)


def _view(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    before, after = tuple(args[0].shape), tuple(out.shape)
    if before == after:
        return field
    if field.dims is None:
        return None
    last = (len(before) - 2, len(before) - 1)
    if field.dims == last and after[-2:] == before[-2:]:
        return field.on(after, (len(after) - 2, len(after) - 1))
    if field.dims == last and after == (before[0], args[0][0].numel()):
        return field.on(after, None)
    return None


def _permute(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    if field.dims is None:
        return None
    order = [dim % out.ndim for dim in args[1]]
    return field.on(tuple(out.shape), (order.index(field.dims[0]), order.index(field.dims[1])))


def _transpose(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    order = list(range(out.ndim))
    one, two = args[1] % out.ndim, args[2] % out.ndim
    order[one], order[two] = two, one
    return _permute(field, (args[0], order), out)


def _cat(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    dim = _argument(args, 1, 0) % out.ndim
    return None if field.dims is None or dim in field.dims else field


def _slice(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    if field.dims is None:
        return None
    dim, start, step = _argument(args, 1, 0) % out.ndim, _argument(args, 2, 0), _argument(args, 4, 1)
    axes = [
        axis.moved(-(start if start >= 0 else start + args[0].shape[dim])).every(step) if dim == along else axis
        for axis, along in zip((field.high, field.wide), field.dims, strict=True)
    ]
    return field.with_axes(*axes).on(tuple(out.shape), field.dims)


def _pad(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    if field.dims is None:
        return None
    front = {out.ndim - 1 - i: pixels for i, pixels in enumerate(args[1][::2])}
    axes = [axis.moved(front.get(dim, 0)) for axis, dim in zip((field.high, field.wide), field.dims, strict=True)]
    return field.with_axes(*axes).on(tuple(out.shape), field.dims)


def _reduce(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    """Mean, sum and largest over dimensions, kept or not."""
    rank = args[0].ndim
    given = _argument(args, 1, list(range(rank)))
    gone = {dim % rank for dim in ([given] if isinstance(given, int) else given)}
    field = field.across(gone)
    if out.ndim == rank or field.everywhere_same or field.dims is None:
        return field
    if gone & set(field.dims):
        return None
    high, wide = (dim - sum(1 for other in gone if other < dim) for dim in field.dims)
    return field.on(tuple(out.shape), (high, wide))


def _softmax(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    return field.across({args[1] % out.ndim})


def _group_norm(field: Field, _args: Sequence[Any], _out: Tensor) -> Field | None:
    """Mean and variance are over the whole map: every element sees all of it."""
    return field.across()


def _layer_norm(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    return field.across(set(range(out.ndim - len(args[1]), out.ndim)))


def _dense(field: Field, _args: Sequence[Any], _out: Tensor) -> Field | None:
    """A matrix product over a flattened map."""
    return field.across() if field.dims is None else None


def _split(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    return _cat(field, (args[0], _argument(args, 2, 0)), out)


def _shifted(field: Field, dim: int, by: int, out: Tensor) -> Field | None:
    """A dimension that came (+1) or went (-1)."""
    if field.dims is None or (by < 0 and dim in field.dims):
        return None
    high, wide = (along + by if along >= dim else along for along in field.dims)
    return field.on(tuple(out.shape), (high, wide))


def _unsqueeze(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    return _shifted(field, args[1] % out.ndim, 1, out)


def _select(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    return _shifted(field, args[1] % args[0].ndim, -1, out)


def _expand(field: Field, args: Sequence[Any], out: Tensor) -> Field | None:
    if field.dims is None or out.ndim != args[0].ndim:
        return None
    return field if all(out.shape[dim] == args[0].shape[dim] for dim in field.dims) else None


RULES: dict[str, Rule] = {
    "convolution": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "max_pool2d": _max_pool,
    "avg_pool2d": _mean_pool,
    "_adaptive_avg_pool2d": _resize,
    "adaptive_avg_pool2d": _resize,
    "adaptive_max_pool2d": _resize,
    "upsample_nearest2d": _enlarge,
    "view": _view,
    "_unsafe_view": _view,
    "reshape": _view,
    "_reshape_alias": _view,
    "permute": _permute,
    "transpose": _transpose,
    "cat": _cat,
    "slice": _slice,
    "constant_pad_nd": _pad,
    "reflection_pad2d": _pad,
    "replication_pad2d": _pad,
    "mean": _reduce,
    "var_mean": _reduce,
    "sum": _reduce,
    "amax": _reduce,
    "max": _reduce,
    "_softmax": _softmax,
    "_log_softmax": _softmax,
    "native_group_norm": _group_norm,
    "native_layer_norm": _layer_norm,
    "addmm": _dense,
    "mm": _dense,
    "linear": _dense,
    "split": _split,
    "split_with_sizes": _split,
    "unsqueeze": _unsqueeze,
    "select": _select,
    "expand": _expand,
}
