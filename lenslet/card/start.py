"""Where the weights of a new run come from: noise, a shipped model, official weights, a model, or a file."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lenslet import card
from lenslet.card.convert import read_state
from lenslet.card.foreign import has_body, start_from
from lenslet.card.official import REGISTRY, pretrained
from lenslet.card.store import find_shipped, shipped
from lenslet.errors import CallError, CardError
from lenslet.nets import NETS, build


@dataclass(frozen=True)
class Start:
    """What a run begins with.

    Args:
        net: name in `nets.NETS`; None where the weights do not say.
        state: the weights; None to start from noise.
        arguments: of the net's constructor that belong to these weights.
        mean, std: of the pictures that the weights have learned from; None: as the new data has them.
        licence: of the new model's weights, for its card.
        source: what the weights are, as a person would name them.
        terms: the licence of the weights that the run starts from.
        labels: that the weights' head tells apart; none where not known.
        size: side of the square that the weights have learned on, pixels; None where not known.
        seen: of the weights' card: the pictures that they have learned from.
        sha256: of the weights, from their card.
        head: of the weights' card.
    """

    net: str | None = None
    state: dict[str, Tensor] | None = field(default=None, repr=False)
    arguments: dict[str, Any] = field(default_factory=dict)
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    licence: str = "yours: trained from scratch on your data"
    source: str = "none"
    terms: str = ""
    labels: tuple[str, ...] = ()
    size: int | None = None
    seen: str = field(default="", repr=False)
    sha256: str = ""
    head: dict[str, Any] = field(default_factory=dict)

    @property
    def channels(self) -> int | None:
        """1 or 3, as the first convolution of the weights takes in; None where they do not say."""
        if self.state is None or self.net is None:
            return None
        net = build(self.net, **self.arguments)
        first = next((name for name, module in net.named_modules() if isinstance(module, nn.Conv2d)), "")
        kernels = (value for key, value in self.state.items() if key.endswith(f"{first}.weight") and value.ndim == 4)
        kernel = next(kernels, None)
        return kernel.shape[1] if kernel is not None and kernel.shape[1] in (1, 3) else None

    def build(self, name: str, labels: tuple[str, ...], in_channels: int) -> nn.Module:
        """The net with these weights; its head is new unless it tells apart the very labels that are asked for.

        Raises:
            CardError: the weights are not for this net.
        """
        net = build(name, num_classes=len(labels), in_channels=in_channels, **self.arguments)
        if self.state is not None:
            start_from(net, self.state, keep_head=self.labels == labels)
        return net


def start(
    weights: str | Path | None, net: str | None, *, progress: Callable[[int, int | None], None] | None = None
) -> Start:
    """Find the weights that a call of `train` names.

    Args:
        weights: None or "none" for noise; the name of a shipped model; "imagenet" for the official weights of `net`; a
            model folder; or a safetensors or .pth state dict.
        net: the net that the caller has named, if any.
        progress: of a download.

    Raises:
        CallError: no net named where one is needed, or another than the weights are for.
        CardError: the file or folder is missing, damaged, or of another kind.
        MissingError, DownloadError: official weights that cannot be had.
    """
    if weights is None or str(weights) == "none":
        return Start()
    if str(weights) == "imagenet":
        return _official(net, progress)
    if (folder := find_shipped(weights)) is not None:
        return _model(folder, net, str(weights))
    path = Path(weights)
    if path.is_dir():
        return _model(path, net, path.name)
    if not path.exists():
        names = ", ".join(f"'{name}'" for name in (*shipped(), "imagenet", "none"))
        raise CallError(f"weights {weights}: no such file or model folder; give a path, or one of {names}")
    if net is None:
        raise CallError(f"weights {path} do not say which net they are for; name it with --net")
    return _file(path, net)


def _official(net: str | None, progress: Callable[[int, int | None], None] | None) -> Start:
    if net is None:
        raise CallError(
            "weights 'imagenet' need a net: name one with official weights, for instance --net squeezenet1_1"
        )
    state, entry = pretrained(net, progress=progress)
    return Start(
        net,
        state,
        dict(entry.arguments),
        entry.mean,
        entry.std,
        entry.licence,
        source=f"ImageNet weights of {net} ({entry.file})",
        terms=entry.licence,
        labels=entry.labels,
    )


def _file(path: Path, net: str) -> Start:
    """A state dict. Of nets with official weights nearly all files in the world were trained on ImageNet's mean and
    spread, and some in a layout of their own, so these are taken where the file has it."""
    state, terms = read_state(path), f"those of {path.name}, which states none here"
    start = Start(net, state, licence=terms, source=path.name, terms=terms)
    entry = REGISTRY.get(net)
    if entry is None:
        return start
    with torch.device("meta"):
        fits = has_body(build(net, **entry.arguments), state)
    if not fits:
        return start
    kept = {key: value for key, value in state.items() if not any(f".{drop}" in f".{key}" for drop in entry.dropped)}
    return replace(start, state=kept, arguments=dict(entry.arguments), mean=entry.mean, std=entry.std)


def _model(folder: Path, net: str | None, called: str) -> Start:
    """The weights of a model folder."""
    found, state = card.load(folder)
    if net is not None and net != found.net:
        raise CallError(f"{called} is a {found.net}, not a {net}; leave --net out, or name {found.net}")
    if found.net not in NETS:
        raise CardError(f"{folder}: this version of Lenslet has no net {found.net!r}: update it")
    shape, terms = found.preprocess, found.licence.get("weights", "licence not stated")
    return Start(
        found.net,
        state,
        {k: v for k, v in found.net_arguments.items() if k not in ("num_classes", "in_channels")},
        tuple(shape.mean),
        tuple(shape.std),
        f"yours, on top of {called}: {terms}",
        source=called,
        terms=terms,
        labels=found.labels,
        size=shape.size[0] if shape.size[0] == shape.size[1] else None,
        seen=found.seen,
        sha256=found.sha256,
        head=found.head,
    )
