"""describe: a net, layer by layer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_doc import Doc

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.results.anatomy import Anatomy, Comparison

__all__ = ["describe"]


def describe(
    net: Annotated[str | Path | object, Doc("Name of a net, a model folder, or a torch module of your own.")],
    *,
    size: Annotated[int | None, Doc("Side of the square picture in pixels; left out, the net's usual one.")] = None,
    compare: Annotated[str | Path | object | None, Doc("Another net or model to set beside it.")] = None,
    num_classes: Annotated[int | None, Doc("Outputs of a net given by name; left out, its usual number.")] = None,
) -> "Anatomy | Comparison":
    """Show every layer of a net: output shape, parameters, multiply-adds, FLOPs, memory, receptive field.

    Returns:
        An `Anatomy`, or a `Comparison` of two.

    Raises:
        CallError: no such net or model, or a size that it cannot read.
    """
    if size is not None and size < 1:
        raise CallError(f"size is the side of the picture in pixels, 1 or more, not {size}")
    if num_classes is not None and num_classes < 1:
        raise CallError(f"num_classes is the number of outputs, 1 or more, not {num_classes}")
    first = _anatomy(net, size, num_classes)
    if compare is None:
        return first
    from lenslet.results.anatomy import Comparison

    return Comparison(first, _anatomy(compare, size, num_classes))


def _anatomy(net: object, size: int | None, num_classes: int | None) -> "Anatomy":
    """One net or model, by name or as it is."""
    import torch
    from torch import nn

    from lenslet.nets import NETS, anatomy, build

    named = isinstance(net, str | Path) and (str(net) in NETS or not _is_model(net))
    if num_classes is not None and not named:
        raise CallError("num_classes goes with the name of a net; a model or a module has its own number of outputs")
    if isinstance(net, nn.Module):
        return anatomy(net, size=size)
    if named:
        with torch.device("meta"):  # shapes without memory: the largest net is built in a moment
            made = build(str(net), **({} if num_classes is None else {"num_classes": num_classes}))
        return anatomy(made, size=size, name=str(net))
    model = _loaded(net)
    height, width = model.card.preprocess.size
    name = f"{model.card.net} of {net}" if isinstance(net, str | Path) else model.card.net
    return anatomy(model.net, size=size or (height, width), channels=model.card.preprocess.channels, name=name)


def _is_model(net: str | Path) -> bool:
    """Whether this can only be meant as a model: one that is shipped, or a path that is there or written like one."""
    from lenslet.card.store import find_shipped

    path = Path(net)
    return (
        find_shipped(net) is not None
        or path.exists()
        or len(path.parts) > 1
        or path.suffix in (".onnx", ".json", ".safetensors")
    )


def _loaded(model: object) -> Any:
    """A trained model: it has a net and a card."""
    from lenslet.verbs.load import load

    if isinstance(model, str | Path):
        return load(model)
    if not (hasattr(model, "net") and hasattr(model, "card")):
        raise CallError(f"describe takes the name of a net, a model, or a torch module, not a {type(model).__name__}")
    return model
