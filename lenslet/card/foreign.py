"""State dicts from elsewhere, under a net's own names: prefixes, heads that are called otherwise, halves of weights."""

import re
from collections.abc import Mapping
from math import prod

import torch
from torch import Tensor, nn

from lenslet.card.convert import load_state
from lenslet.errors import CardError
from lenslet.nets.stages import head

__all__ = ["halved", "has_body", "start_from"]

COUNTER = "num_batches_tracked"  # of batch norm: files from before torch 0.4.1 have none, and training begins at 0
# The last layer, as other makers call it; only these may be left over when the body has been found.
HEADS = re.compile(r"(fc|head|heads|classifier|last_linear|linear|output)(\.\w+)*\.(weight|bias)")
# timm writes the dense layers of a VGG as convolutions
TIMM_VGG = {"pre_logits.fc1.": "classifier.0.", "pre_logits.fc2.": "classifier.3.", "head.fc.": "classifier.6."}


def start_from(net: nn.Module, state: Mapping[str, Tensor], *, keep_head: bool) -> None:
    """Copy learned weights into a net, every name and shape compared; changed only if everything fits.

    The names may carry a prefix (`module.`, `model.`, `backbone.` or any other, as long as all of the net's names are
    found behind it: what is outside of it is not looked at), and the head may be called otherwise or be missing.

    Args:
        net: changed in place.
        state: the weights; of any floating type.
        keep_head: take the last layer over, too; otherwise it stays as it is in the net.

    Raises:
        CardError: the weights are not for this net.
    """
    own = net.state_dict()
    name = head(net)[0] + "."
    body = [key for key in own if not key.startswith(name)]
    found = _without_prefix(_renamed(state, own), body)
    # a missing counter says nothing about the weights
    found |= {key: own[key] for key in body if key.endswith(COUNTER) and key not in found}
    if not keep_head:
        found = {key: value for key, value in found.items() if key in body or not HEADS.fullmatch(key)}
        found |= {key: own[key] for key in own if key.startswith(name)}
    load_state(net, found)


def has_body(net: nn.Module, state: Mapping[str, Tensor]) -> bool:
    """Whether the weights of everything but the net's head are in `state`, behind whatever prefix; shapes apart."""
    name = head(net)[0] + "."
    own = net.state_dict()
    needed = [key for key in own if not key.startswith(name) and not key.endswith(COUNTER)]
    found = _without_prefix(_renamed(state, own), needed)
    return all(key in found for key in needed)


def halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights for shipping, half as large: kernels and matrices as float16, everything small as it is.

    Raises:
        CardError: a weight is too large for float16 (65504).
    """
    small = {
        key: value.half() if value.is_floating_point() and value.ndim > 1 else value for key, value in state.items()
    }
    bad = next((key for key, value in small.items() if not torch.isfinite(value).all()), None)
    if bad is not None:
        raise CardError(f"{bad} holds a number that float16 cannot hold: keep these weights as float32")
    return small


def _without_prefix(state: Mapping[str, Tensor], body: list[str]) -> dict[str, Tensor]:
    """The part of `state` behind the shortest prefix under which the whole body is found; all of it where none is."""
    needed = [key for key in body if not key.endswith(COUNTER)]
    ends = [key.removesuffix(needed[0]) for key in state if key.endswith(needed[0])] if needed else []
    for prefix in sorted(ends, key=len):
        if all(prefix + key in state for key in needed):
            return {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
    return dict(state)


def _renamed(state: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """timm's names of a VGG's dense layers as torchvision's; everything else as it is."""
    if "classifier.6.weight" not in own or not any("pre_logits.fc1." in key for key in state):
        return dict(state)
    found = {}
    for key, value in state.items():
        for theirs, ours in TIMM_VGG.items():
            if theirs in key:
                key = key.replace(theirs, ours)
                plain = own.get(ours + key.rsplit(".", 1)[1])
                if plain is not None and value.numel() == prod(plain.shape):
                    value = value.reshape(plain.shape)
                break
        found[key] = value
    return found
