"""What another camera, and another light, would have made of a picture: no colour, few pixels, noise, shadow.

Models that learn from the frames of a few films know their cameras by heart; what is to be recognised on the pictures
of strangers must not hang on them.
"""

import math
from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from lenslet.errors import CallError

__all__ = ["Camera"]

Number = int | float
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_SIZES = 8  # to which pictures are made coarse; those of one size go together
_NUMBERS = 12  # dice a picture


@dataclass(frozen=True, kw_only=True)
class Camera:
    """How far each random change may go; zero leaves it out.

    Args:
        grey: share of the pictures that lose their colour.
        balance: spread of the gain of each colour: evenly from exp(-balance) to exp(balance).
        gamma: the same of the exponent of all values.
        light: light from one side, in half of the pictures: its edge up to exp(light) times as bright as the middle.
        coarse: share of the pictures that are made small and large again.
        least: how small at the smallest, as a share of the side.
        noise: standard deviation at the most, in a third of the pictures; values are 0 to 1.
    """

    grey: Number = 0.0
    balance: Number = 0.0
    gamma: Number = 0.0
    light: Number = 0.0
    coarse: Number = 0.0
    least: Number = 0.25
    noise: Number = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and 0 <= value <= 2):
                raise CallError(f"Camera({field.name}={value}): give a number from 0 to 2")
        if not 0 < self.least <= 1:
            raise CallError(f"Camera(least={self.least}): a share of the side above 0, and at most 1")

    def draw(self, n: int, generator: torch.Generator) -> Float[Tensor, "n k"]:
        """Everything random of `n` pictures but the noise, whose seed is among them; even in 0..1."""
        return torch.rand(n, _NUMBERS, generator=generator)

    def __call__(self, x: Float[Tensor, "n c h w"], dice: Float[Tensor, "n k"]) -> Float[Tensor, "n c h w"]:
        """Change pictures, 0..1, as the dice say."""
        dice = dice.to(x.device)
        even = dice * 2 - 1
        if x.shape[1] == 3 and (self.grey or self.balance):
            x = self._colours(x, dice, even)
        if self.gamma:
            x = x.clamp(1e-4, 1).pow(torch.exp(even[:, 4] * self.gamma).view(-1, 1, 1, 1))
        if self.light:
            x = x * self._shade(x, dice, even)
        if self.coarse:
            x = self._coarser(x, dice)
        if self.noise:
            own = torch.Generator(device="cpu").manual_seed(int(dice[0, 10] * 2**31))
            strength = (dice[:, 11] * 3).clamp(max=1) * self.noise * (dice[:, 9] < 1 / 3)
            x = x + torch.randn(x.shape, generator=own).to(x.device) * strength.view(-1, 1, 1, 1)
        return x.clamp(0, 1)

    def _colours(
        self, x: Float[Tensor, "n c h w"], dice: Float[Tensor, "n k"], even: Float[Tensor, "n k"]
    ) -> Float[Tensor, "n c h w"]:
        x = x * torch.exp(even[:, 1:4] * self.balance).view(-1, 3, 1, 1)
        luma = torch.tensor(_LUMA, device=x.device).view(1, 3, 1, 1)
        flat = (x * luma).sum(1, keepdim=True).expand_as(x)
        return torch.where((dice[:, 0] < self.grey).view(-1, 1, 1, 1), flat, x)

    def _shade(
        self, x: Float[Tensor, "n c h w"], dice: Float[Tensor, "n k"], even: Float[Tensor, "n k"]
    ) -> Float[Tensor, "n 1 h w"]:
        """1 in the middle; brighter towards one side, darker towards the other."""
        height, width = x.shape[2:]
        down = (torch.arange(height, device=x.device) + 0.5).view(1, 1, -1, 1) / height * 2 - 1
        across = (torch.arange(width, device=x.device) + 0.5).view(1, 1, 1, -1) / width * 2 - 1
        slope = even[:, 5:7] * self.light * (dice[:, 7:8] < 0.5)
        return torch.exp(slope[:, :1].view(-1, 1, 1, 1) * across + slope[:, 1:].view(-1, 1, 1, 1) * down)

    def _coarser(self, x: Float[Tensor, "n c h w"], dice: Float[Tensor, "n k"]) -> Float[Tensor, "n c h w"]:
        chosen = dice[:, 8] < self.coarse
        # dice[:, 8] below `coarse` is itself even; small sides as often as large ones, by octaves
        steps = (dice[:, 8] / max(self.coarse, 1e-9) * _SIZES).long().clamp(0, _SIZES - 1)
        x = x.clone()
        for step in sorted(set(steps[chosen].tolist())):
            these = chosen & (steps == step)
            ratio = self.least ** ((step + 0.5) / _SIZES)
            size = [max(round(side * ratio), 4) for side in x.shape[2:]]
            small = interpolate(x[these], size=size, mode="bilinear", antialias=True, align_corners=False)
            x[these] = interpolate(small, size=x.shape[2:], mode="bilinear", align_corners=False)
        return x
