"""What a unit looks for: a picture painted so that the unit answers as much as it can.

Without help the loop finds noise that excites a net and shows nothing to an eye. Two things keep it to pictures: at
each step the net sees the picture moved and turned a little, so that nothing counts which a pixel's shift destroys; and
the picture is made of waves whose strength falls with their frequency, as that of photographs does, and is blurred now
and then, so that what is coarse is found first.

Source: course item 4.8; Erhan et al. 2009 (activation maximisation); Olah, Mordvintsev and Schubert 2017, Feature
visualization (distill.pub), for jitter and the scaling by frequency; Yosinski et al. 2015 for the blur.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn.functional import pad

from lenslet.errors import CallError
from lenslet.image import Preprocess
from lenslet.loops.paint import paint
from lenslet.nets.features import Activation, Features
from lenslet.tasks.explain.views import going_back

__all__ = ["visualise"]

STEPS = 128
_RATE = 0.05
_SIDES = (1.5, 96)  # of a picture: so many receptive fields, but from so many pixels on
_JITTER = 0.08  # of the side
_BLURS = 4  # times, evenly over the first three quarters
_ROUGH = 0.3  # weight of the differences between neighbours


def visualise(
    net: nn.Module,
    preprocess: Preprocess,
    layer: Activation,
    units: Sequence[int],
    *,
    steps: int = STEPS,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> list[tuple[UInt8[np.ndarray, "h w 3"], float]]:
    """A picture for each unit, all painted at once, and the unit's answer in the middle of it.

    Args:
        net: any.
        preprocess: mean, deviation and channels of its pictures.
        layer: whose units.
        units: channels.
        steps: of Adam.
        seed: of the first noise and the jitter.
        progress: called with the fraction done.

    Raises:
        CallError: the layer has no such unit.
    """
    wrong = [unit for unit in units if not 0 <= unit < layer.output[0]]
    if wrong:
        raise CallError(
            f"the layer {layer.name} has the units 0 to {layer.output[0] - 1}, not {wrong[0]}; take one of those"
        )
    side = _side(layer, preprocess)
    dice = torch.Generator().manual_seed(seed)
    waves = 0.01 * torch.randn(len(units), preprocess.channels, side, side // 2 + 1, 2, generator=dice)
    fall = _fall(side)
    awake, features = (Features(one, [layer.name]) for one in (going_back(net, "redirected"), net))
    first = next(net.parameters())
    mean, std = (
        torch.tensor(values, dtype=torch.float32).view(1, -1, 1, 1) for values in (preprocess.mean, preprocess.std)
    )
    chosen = list(units)

    def cost(waves: Tensor, seen: Features) -> dict[str, Tensor]:
        picture = _picture(waves, fall, side)
        shift = round(_JITTER * side)
        y, x = (int(torch.randint(2 * shift + 1, (1,), generator=dice)) for _ in range(2))
        moved = pad(picture, (shift,) * 4, mode="reflect")[:, :, y : y + side, x : x + side]
        maps = seen(((moved - mean) / std).to(first.device, first.dtype))[layer.name]
        if maps.ndim == 2:
            maps = maps[:, :, None, None]
        each = torch.arange(len(chosen))
        answers = maps[each, chosen].float()
        middle = _middle(answers)
        rough = (picture.diff(dim=2).abs().mean() + picture.diff(dim=3).abs().mean()) * len(chosen)
        # divided by what it is, so that units of any size are painted alike, and one cannot outweigh the rest
        return {
            "unit": -(middle / middle.detach().abs().clamp_min(1e-2)).sum().to(waves.device),
            "rough": _ROUGH * rough,
        }

    done = start = waves
    blur_at = {round(0.75 * steps * (number + 1) / _BLURS) for number in range(_BLURS)}
    # a blur takes the loop off its way, so it paints in pieces and begins anew from what was blurred
    ends = sorted({*blur_at, steps})
    at = 0
    for end in ends:
        seen = features if at else awake  # a unit that is silent at first has no slope of its own
        for stroke in paint(start, partial(cost, seen=seen), steps=end - at, method="adam", rate=_RATE):
            if progress is not None:
                progress((at + stroke.step) / steps)
        done = stroke.image()
        start, at = (_blurred(done, side) if end in blur_at and end < steps else done), end
    picture = _picture(done, fall, side)
    with torch.no_grad():
        maps = features(((picture - mean) / std).to(first.device, first.dtype))[layer.name]
        maps = maps[:, :, None, None] if maps.ndim == 2 else maps
        answers = _middle(maps[torch.arange(len(chosen)), chosen].float()).tolist()
    shown = (255 * picture).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return list(zip(shown if preprocess.channels == 3 else shown.repeat(3, 3), answers, strict=True))


def _side(layer: Activation, preprocess: Preprocess) -> int:
    """Of the picture: the receptive field with some room around it; not more than the net is used to, nor too small to
    be looked at."""
    usual = min(preprocess.size)
    field = layer.receptive_field
    wanted = usual if field is None else round(_SIDES[0] * max(field))
    return 2 * (max(min(wanted, usual), min(_SIDES[1], usual)) // 2)


def _fall(side: int) -> Float[Tensor, "h w 1"]:
    """1 / frequency, as photographs have it."""
    y = torch.fft.fftfreq(side)[:, None]
    x = torch.fft.rfftfreq(side)[None, :]
    falling: Tensor = ((side / 4) / (side * (y.square() + x.square()).sqrt()).clamp_min(1))[..., None]
    return falling


def _picture(waves: Float[Tensor, "n c h w 2"], fall: Float[Tensor, "h w 1"], side: int) -> Float[Tensor, "n c h h"]:
    """Waves -> a picture of 0 to 1."""
    flat: Tensor = torch.fft.irfft2(torch.view_as_complex((waves * fall).contiguous()), s=(side, side), norm="ortho")
    return flat.sigmoid()


def _blurred(waves: Float[Tensor, "n c h w 2"], side: int) -> Float[Tensor, "n c h w 2"]:
    """A Gaussian blur of one pixel, done on the waves themselves."""
    y = torch.fft.fftfreq(side)[:, None]
    x = torch.fft.rfftfreq(side)[None, :]
    kept: Tensor = torch.exp(-2 * (torch.pi**2) * (y.square() + x.square()))[..., None]
    return waves * kept


def _middle(answers: Float[Tensor, "n h w"]) -> Float[Tensor, " n"]:
    """The answer of the middle cells: of many, the mean of the four, so that one thing stands in the middle."""
    rows, columns = answers.shape[1:]
    y, x = (rows - 1) // 2, (columns - 1) // 2
    return answers[:, y : y + 2, x : x + 2].mean((1, 2))
