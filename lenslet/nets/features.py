"""Named activations of any net: what style transfer compares and what explanations look at.

    tapped = Features(net, ["relu3_1", "conv4_2"])
    tapped(pictures)["conv4_2"]                      # (n, c, h, w), before the ReLU

A layer is called by its path in the net (`layer3.0.conv1`, `features.12`), and a VGG's also by the paper's names:
`conv4_2` and `relu4_2` are the second convolution of the fourth stage and its ReLU, `pool4` the pool behind that stage,
`fc6`, `fc7` and `fc8` the dense layers. The pass ends at the deepest name asked for; nothing behind it is computed.

Source: course items 4.8 and 4.10; Gatys et al. 2016 for the names.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lenslet.errors import CallError, ShapeError
from lenslet.nets.catalogue import sizes_of
from lenslet.nets.evaluating import channels_of, evaluating, on_shapes
from lenslet.nets.field import Field
from lenslet.nets.swatch import Swatch
from lenslet.nets.vgg import VGG
from lenslet.nets.watch import Watch, keeps_field, tensors_in

__all__ = ["Activation", "Features", "names_of"]

_USUAL = 224  # pixels, of nets of which nothing is known


class Features:
    """A net that answers with the activations of some of its layers.

    The net is used as it is: nothing is copied, gradients flow to the pictures (and the weights, if they want them),
    and it runs in evaluation mode, each module afterwards as it was. A layer that the net calls more than once answers
    with its first output; one that returns several tensors, with the first of them.

    Args:
        net: any module that reads (n, c, h, w).
        names: layers, by their path or by a VGG's name in the paper.

    Attributes:
        names: as they were asked for.
        paths: the path of each in the net.

    Raises:
        CallError: there is no such layer; the sentence lists near ones.
    """

    def __init__(self, net: nn.Module, names: Sequence[str]):
        paper = _paper_names(net)
        modules = {path: module for path, module in net.named_modules() if path}
        for name in names:
            if name not in paper and name not in modules:
                raise CallError(_unknown(name, type(net).__name__, [*paper, *modules]))
        self.net = net
        self.names = tuple(names)
        self.paths = {name: paper.get(name, name) for name in names}

    def __call__(self, pictures: Float[Tensor, "n c h w"]) -> dict[str, Tensor]:
        """One pass, as far as it must go.

        Returns:
            The activations, by the names asked for and in that order.

        Raises:
            CallError: the net never calls one of the layers.
        """
        found: dict[str, tuple[Tensor, int]] = {}
        wanted = set(self.paths.values())
        spared: list[nn.Module] = []
        hooks = [self._tap(path, wanted, found) for path in wanted] + self._guards(found, spared)
        try:
            with evaluating(self.net):
                if wanted:
                    self.net(pictures)
        except _Enough:
            pass
        finally:
            for hook in hooks:
                hook.remove()
            for module in spared:
                module.inplace = True  # type: ignore[assignment]  # nn.Module declares what it cannot know
        for name, path in self.paths.items():
            if path not in found:
                raise CallError(
                    f"this {type(self.net).__name__} has a layer {name}, but does not call it; take another"
                )
            tensor, version = found[path]
            if tensor._version != version:  # noqa: SLF001  the only way to know
                raise CallError(f"this {type(self.net).__name__} writes over what {name} answers; take the layer after")
        return {name: found[path][0] for name, path in self.paths.items()}

    def _tap(self, path: str, wanted: set[str], found: dict[str, tuple[Tensor, int]]) -> Any:
        """Keep what a layer answers, and stop when there is nothing left to wait for."""

        def keep(_module: nn.Module, _inputs: Any, outputs: Any) -> None:
            first = next(tensors_in(outputs), None)
            if first is not None and path not in found:
                found[path] = (first, first._version)  # noqa: SLF001
                if len(found) == len(wanted):
                    raise _Enough

        return self.net.get_submodule(path).register_forward_hook(keep)

    def _guards(self, found: dict[str, tuple[Tensor, int]], spared: list[nn.Module]) -> list[Any]:
        """A ReLU that works in place would write over a convolution's answer that is kept: it must not, then."""

        def spare(module: nn.Module, inputs: Any) -> None:
            kept = {tensor.untyped_storage().data_ptr() for tensor, _ in found.values()}
            if module.inplace and any(x.untyped_storage().data_ptr() in kept for x in tensors_in(inputs)):
                module.inplace = False  # type: ignore[assignment]
                spared.append(module)

        writers = [module for module in self.net.modules() if getattr(module, "inplace", False)]
        return [module.register_forward_pre_hook(spare) for module in writers]


class _Enough(Exception):  # noqa: N818  no error: it ends a pass early
    """All names have been seen."""


@dataclass(frozen=True)
class Activation:
    """One layer that can be asked for.

    Attributes:
        name: the paper's, where there is one, else the path.
        path: in the net.
        kind: class of the module.
        output: shape without the batch, for the picture it was found with.
        field: what each output sees of the picture; None where it is not known.
    """

    name: str
    path: str
    kind: str
    output: tuple[int, ...]
    field: Field | None = None

    @property
    def receptive_field(self) -> tuple[int, int] | None:
        """(height, width) in input pixels that can influence one output, beyond the border too; None: not known."""
        return None if self.field is None else (self.field.high.size, self.field.wide.size)

    @property
    def stride(self) -> tuple[float, float] | None:
        """(height, width) in input pixels between the fields of neighbours; None: no neighbours, or not known."""
        if self.field is None or self.field.everywhere_same:
            return None
        return float(self.field.high.jump), float(self.field.wide.jump)

    def sees(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        """Corners x1 y1 x2 y2 in input pixels, the last ones excluded, of what one output sees; may stand over the
        border. None where it is not known."""
        if self.field is None:
            return None
        high, wide = self.field.high, self.field.wide
        top, left = int(high.low + row * high.jump), int(wide.low + column * wide.jump)
        return left, top, left + wide.size, top + high.size


def names_of(net: nn.Module, *, size: int | None = None) -> list[Activation]:
    """Every layer and block that the net calls, in the order in which they are done.

    Args:
        net: any module that reads (n, c, h, w).
        size: side of the square picture that shapes are told for, pixels; None: the net's usual one, or 224.

    Raises:
        ShapeError: the net cannot read such a picture.
    """
    sizes = sizes_of(net)
    side = size or (sizes.usual if sizes else _USUAL)
    shape = (1, channels_of(net), side, side)
    try:
        with evaluating(net):
            return on_shapes(net, shape, lambda picture: _called(net, picture))
    except Exception as error:  # whatever a stranger's forward may raise
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise ShapeError(
            f"{type(net).__name__} cannot run on a picture of {side}x{side}; torch says: {reason}"
        ) from error


def _called(net: nn.Module, picture: Tensor) -> list[Activation]:
    """One pass under watch."""
    names = {path: name for name, path in _paper_names(net).items()}
    paths = {module: path for path, module in net.named_modules() if path}
    found: dict[str, Activation] = {}
    inside: list[Field | None] = []
    watch = Watch(lambda _operation: None)

    def before(_module: nn.Module, inputs: Any) -> None:
        first = next(tensors_in(inputs), None)
        inside.append(None if first is None else watch.field(first))

    def after(module: nn.Module, inputs: Any, outputs: Any) -> None:
        seen, output = inside.pop(), next(tensors_in(outputs), None)
        if output is None:
            return
        if keeps_field(module, seen, next(tensors_in(inputs), None)):
            watch.set_field(output, seen)
        path = paths[module]
        if path not in found:
            kind, shape = type(module).__name__, tuple(output.shape[1:])
            found[path] = Activation(names.get(path, path), path, kind, shape, watch.field(output))

    hooks = [hook for m in paths for hook in (m.register_forward_pre_hook(before), m.register_forward_hook(after))]
    try:
        with torch.no_grad(), watch:
            watch.start(picture)
            net(picture)
    finally:
        for hook in hooks:
            hook.remove()
    return list(found.values())


def _paper_names(net: nn.Module) -> dict[str, str]:
    """Name in the paper -> path, of a VGG or what is built like one; nothing for other nets."""
    if not isinstance(net, VGG | Swatch):
        return {}
    names: dict[str, str] = {}
    stage, number = 1, 0
    for index, module in enumerate(net.features):
        path = f"features.{index}"
        if isinstance(module, nn.Conv2d):
            number += 1
            names[f"conv{stage}_{number}"] = path
        elif isinstance(module, nn.BatchNorm2d | nn.Identity):  # the latter where it is part of the convolution
            names[f"bn{stage}_{number}"] = path
        elif isinstance(module, nn.ReLU):
            names[f"relu{stage}_{number}"] = path
        else:  # whatever pool stands there
            names[f"pool{stage}"] = path
            stage, number = stage + 1, 0
    dense = ("fc6", "relu6", "dropout6", "fc7", "relu7", "dropout7", "fc8")
    names |= {name: f"classifier.{index}" for index, name in enumerate(dense)}
    there = dict(net.named_modules())  # an encoder may have lost its dense layers
    return {name: path for name, path in names.items() if path in there}


def _unknown(name: str, kind: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=5, cutoff=0.5)
    hint = f"near ones are {', '.join(close)}" if close else f"there are {', '.join(known[:12])} and more"
    return f"this {kind} has no layer {name!r}; {hint}"
