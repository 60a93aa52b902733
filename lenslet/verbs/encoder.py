"""The encoder that a call of `stylize` names: shipped, official, or anybody's model."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.tasks.style.encoder import Encoder
    from lenslet.verbs.progress import Bar

__all__ = ["DEFAULT", "encoder_of"]

DEFAULT = "texture"
"""What paints best of what comes with Lenslet; trained for that."""


def encoder_of(
    named: "str | Path | Encoder | Any", shown: "Bar", *, precision: Literal["auto", "bf16", "fp32"] = "auto"
) -> "Encoder":
    """Find and prepare an encoder.

    Args:
        named: a shipped model, a net with official weights (vgg19 is the one of the papers), a model folder, an open
            model, or an encoder, which comes back as it is.
        shown: told of a download.
        precision: of the steps.

    Raises:
        CallError, CardError: no such thing.
        MissingError, DownloadError: official weights that cannot be had.
    """
    from lenslet.card import official
    from lenslet.card.store import find_shipped
    from lenslet.tasks.style.encoder import Encoder

    if isinstance(named, Encoder):
        return named
    if isinstance(named, str) and named in official.REGISTRY and find_shipped(named) is None:
        return _official(named, shown, precision)
    from lenslet.verbs.load import load

    model: Any = load(named) if isinstance(named, str | Path) else named
    if not (hasattr(model, "net") and hasattr(model, "card")):
        raise CallError(f"an encoder is the name of a model or net, or a model, not a {type(model).__name__}")
    name = str(named) if isinstance(named, str | Path) else model.card.net
    shape, terms = model.card.preprocess, model.card.licence.get("weights", "")
    return Encoder(model.net, mean=shape.mean, std=shape.std, name=name, precision=precision, licence=terms)


def _official(name: str, shown: "Bar", precision: Literal["auto", "bf16", "fp32"]) -> "Encoder":
    import torch
    from torch import nn

    from lenslet.card import official
    from lenslet.nets import VGG, build
    from lenslet.tasks.style.encoder import Encoder

    if not official.is_stored(name):
        shown.phase(f"{name}, official ImageNet weights")
    state, entry = official.pretrained(name, progress=lambda done, total: shown.at(done / total if total else 0.0))
    with torch.device("meta"):  # no first weights where none are needed: a VGG's would take seconds and half a gigabyte
        net = build(name, num_classes=len(entry.labels), in_channels=3, **entry.arguments)
    net.load_state_dict(state, assign=True)
    if isinstance(net, VGG):  # nine tenths of it, and behind everything that is looked at
        net.classifier = nn.Sequential()
    return Encoder(net, mean=entry.mean, std=entry.std, name=name, precision=precision, licence=entry.licence)
