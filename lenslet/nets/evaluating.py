"""Looking at a net without leaving a trace: in evaluation mode, and on shapes alone where that is enough."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

from lenslet.errors import LensletError

__all__ = ["channels_of", "evaluating", "on_shapes"]

T = TypeVar("T")


@contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """The net in evaluation mode, each module afterwards as it was."""
    training = [module for module in net.modules() if module.training]
    net.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True


def on_shapes(net: nn.Module, shape: tuple[int, ...], work: Callable[[Tensor], T]) -> T:
    """Do `work` with a picture that has a shape but no numbers; if the net looks at the numbers, with zeros.

    Args:
        net: decides on device and number type.
        shape: (n, c, h, w) of the picture.
        work: runs the net; it may be called a second time.
    """
    first = next(net.parameters(), None)
    device = torch.device("cpu") if first is None else first.device
    dtype = first.dtype if first is not None and first.dtype.is_floating_point else torch.float32
    if device.type == "meta":  # it has no numbers itself
        return work(torch.zeros(shape, device=device, dtype=dtype))
    from torch._subclasses.fake_tensor import (
        FakeTensorMode,
    )  # takes seconds to import, and only nets with numbers need it

    log = logging.getLogger("torch._subclasses.fake_tensor")  # prints a traceback for what is answered with a sentence
    silent, log.disabled = log.disabled, True
    try:
        with FakeTensorMode(allow_non_fake_inputs=True):
            return work(torch.zeros(shape, device=device, dtype=dtype))
    except LensletError:
        raise
    except Exception:
        return work(torch.zeros(shape, device=device, dtype=dtype))
    finally:
        log.disabled = silent


def channels_of(net: nn.Module) -> int:
    """Channels of the pictures that a net reads: those of its first convolution, or 3."""
    return next((m.in_channels for m in net.modules() if isinstance(m, nn.Conv2d)), 3)
