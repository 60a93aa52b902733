"""Where the weights of a new run come from: noise, official weights, another model, or a file of the user's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from lenslet import card
from lenslet.card.convert import load_state, read_state
from lenslet.card.official import pretrained
from lenslet.errors import CallError, CardError
from lenslet.nets import NETS, build

SCRATCH_RATE, LEARNED_RATE = 2e-3, 5e-4  # learned features are lost when they are moved as far as noise must be


@dataclass(frozen=True)
class Start:
    """What a run begins with.

    Args:
        net: name in `nets.NETS`; None where the weights do not say.
        state: the weights; None to start from noise.
        arguments: of the net's constructor that belong to these weights.
        mean, std: of the pictures that the weights have learned from; None: as the new data has them.
        licence: of the weights, for the card.
    """

    net: str | None = None
    state: dict[str, Tensor] | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    licence: str = "yours: trained from scratch on your data"

    @property
    def rate(self) -> float:
        """The default learning rate."""
        return SCRATCH_RATE if self.state is None else LEARNED_RATE

    @property
    def channels(self) -> int | None:
        """1 or 3, as the first convolution of the weights takes in; None where they do not say."""
        if self.state is None or self.net is None:
            return None
        net = build(self.net, **self.arguments)
        first = next((name for name, module in net.named_modules() if isinstance(module, nn.Conv2d)), "")
        kernel = self.state.get(f"{first}.weight")
        return kernel.shape[1] if kernel is not None and kernel.ndim == 4 and kernel.shape[1] in (1, 3) else None

    def build(self, name: str, **arguments: Any) -> nn.Module:
        """The net with these weights, its head new where the number of classes differs.

        Raises:
            CardError: the weights are not for this net.
        """
        net = build(name, **arguments, **self.arguments)
        if self.state is not None:
            load_state(net, self.state, new_head=True)
        return net


def start(
    weights: str | Path | None, net: str | None, *, progress: Callable[[int, int | None], None] | None = None
) -> Start:
    """Find the weights that a call of `train` names.

    Args:
        weights: None or "none" for noise; "imagenet" for the official weights of `net`; a model folder; or a
            safetensors or .pth state dict.
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
        if net is None:
            raise CallError(
                "weights 'imagenet' need a net: name one with official weights, for instance --net squeezenet1_1"
            )
        state, entry = pretrained(net, progress=progress)
        return Start(net, state, dict(entry.arguments), entry.mean, entry.std, entry.licence)
    path = Path(weights)
    if path.is_dir():
        found, state = card.load(path)
        if net is not None and net != found.net:
            raise CallError(f"{path} is a {found.net}, not a {net}; leave --net out, or name {found.net}")
        if found.net not in NETS:
            raise CardError(f"{path}: this version of Lenslet has no net {found.net!r}: update it")
        extra = {k: v for k, v in found.net_arguments.items() if k not in ("num_classes", "in_channels")}
        shape = found.preprocess
        licence = f"yours, on top of {path.name}: {found.licence.get('weights', 'licence not stated')}"
        return Start(found.net, state, extra, tuple(shape.mean), tuple(shape.std), licence)
    if not path.exists():
        raise CallError(f"weights {weights}: no such file or model folder; give a path, 'imagenet' or 'none'")
    if net is None:
        raise CallError(f"weights {path} do not say which net they are for; name it with --net")
    return Start(net, read_state(path), licence=f"those of {path.name}, which states none here")
