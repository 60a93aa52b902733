"""What a trained classifier sees before it decides: the numbers that go into its last layer."""

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor, nn

from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.loops.precision import autocast, resolve

_MOST = 1024  # numbers a picture: VGG's 4096 are mixed down, which keeps distances (Johnson & Lindenstrauss 1984)
_BATCH = 64


class Penultimate:
    """Features of a classifier, in the form that checks of data take: see `data.care.Describer`.

    Args:
        net: gives logits of `classes` classes.
        preprocess: how it wants its pictures.
        classes: how many.

    Raises:
        CallError: the net has no layer that gives so many numbers.
    """

    def __init__(self, net: nn.Module, preprocess: Preprocess, classes: int) -> None:
        self.net, self.preprocess = net.eval(), preprocess
        self.heads = [m for m in net.modules() if _outputs(m) == classes]
        if not self.heads:
            raise CallError(
                f"the net {type(net).__name__} has no last layer of {classes} outputs to take features from"
            )
        self.precision = resolve("auto", net)
        self.mixing: Tensor | None = None

    @property
    def at_least(self) -> tuple[int, int]:
        """(height, width) in pixels that are enough of a picture."""
        return self.preprocess.size

    def prepare(self, picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "H W C"]:
        """Bring a picture to the net's size."""
        return self.preprocess.apply(picture)[0]

    @torch.inference_mode()
    def describe(self, prepared: UInt8[np.ndarray, "n H W C"]) -> Float32[np.ndarray, "n d"]:
        """The features, a row a picture; maps are averaged over their places."""
        found = [self._batch(prepared[start : start + _BATCH]) for start in range(0, len(prepared), _BATCH)]
        rows = torch.cat(found)
        if rows.shape[1] > _MOST:
            if self.mixing is None:
                generator = torch.Generator().manual_seed(0)
                self.mixing = torch.randn(rows.shape[1], _MOST, generator=generator) / _MOST**0.5
            rows = rows @ self.mixing
        features: Float32[np.ndarray, "n d"] = rows.numpy()
        return features

    def _batch(self, prepared: UInt8[np.ndarray, "n H W C"]) -> Tensor:
        seen: list[Tensor] = []
        # of several layers that fit (GoogLeNet's helpers) the one that runs last is the head
        hooks = [head.register_forward_pre_hook(lambda _, given: seen.append(given[0])) for head in self.heads]
        device = next(self.net.parameters()).device
        images = torch.from_numpy(self.preprocess.normalised(prepared)).to(device, memory_format=torch.channels_last)
        try:
            with autocast(self.precision, device):
                self.net(images)
        finally:
            for hook in hooks:
                hook.remove()
        given = seen[-1].float().cpu()
        return given.mean((2, 3)) if given.ndim == 4 else given.flatten(1)


def _outputs(module: nn.Module) -> int | None:
    """How many numbers a dense or a convolutional layer gives."""
    if isinstance(module, nn.Linear):
        return module.out_features
    return module.out_channels if isinstance(module, nn.Conv2d) else None
