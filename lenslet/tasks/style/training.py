"""Painting in one style, learned once: what `fit` moves the weights of a feed-forward net by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from torch import Tensor

from lenslet.tasks.style.decode import tensor
from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.loss import relative_style_cost, style_matrix, total_variation
from lenslet.tasks.style.manner import BALANCE
from lenslet.tasks.style.photos import Views

__all__ = ["Goal", "Repaint", "judged"]

_STEADY = 100.0  # weight of how much a painting changes where its photo only moved
_VARIATION = 2.0
_EDGE = 8  # pixels at a border, where the net sees other things in the two views
_NOTHING = 1e-30


@dataclass(frozen=True)
class Goal:
    """What paintings shall look like, and through whose eyes.

    Args:
        encoder: that compares.
        style: layer -> the style's matrix, divided by its number of positions.
    """

    encoder: Encoder
    style: Mapping[str, Float[Tensor, "c c"]]

    @classmethod
    @torch.no_grad()
    def of(cls, encoder: Encoder, style: UInt8[ndarray, "h w 3"]) -> "Goal":
        """Look at a style, in the size that its strokes are to have."""
        found = encoder(tensor(style), tuple(encoder.taps.style))
        return cls(encoder, {name: style_matrix(a) / a[0, 0].numel() for name, a in found.items()})

    def costs(
        self, paintings: Float[Tensor, "n 3 h w"], photos: Float[Tensor, "n 3 h w"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """Relative content cost of all together, and the mean of the relative style costs; values in 0..1."""
        taps, eyes = self.encoder.taps, self.encoder.to(paintings.device)
        with torch.no_grad():
            wanted = eyes(photos, tuple(taps.content))
        seen = eyes(paintings)
        content = [
            # of all photos together: one that shows next to nothing must not be divided by that
            weight * (seen[k].float() - wanted[k].float()).square().sum() / _spread(wanted[k].float())
            for k, weight in taps.content.items()
        ]
        style = [
            share * relative_style_cost(self.style[k].to(paintings.device), seen[k][i : i + 1])
            for k, share in taps.style.items()
            for i in range(len(paintings))
        ]
        return torch.stack(content).sum(), torch.stack(style).sum() / len(paintings)


class Repaint:
    """The task: content and style costs as in `stylize`, and that a film shall not flicker.

    Args:
        goal: what to look like.
        strength: of the style, as in `stylize`.
        mean, std: of the net's pictures, values in 0..1.
    """

    goal = "likeness"

    def __init__(self, goal: Goal, strength: float | int, mean: tuple[float, ...], std: tuple[float, ...]):
        self.aim, self.strength = goal, strength
        self.mean, self.std = (torch.tensor(values).view(1, -1, 1, 1) for values in (mean, std))

    def loss(self, raw: Float[Tensor, "k 3 h w"], views: Views) -> dict[str, Tensor]:
        """Weighted costs of the photos' paintings, and how far second views are painted otherwise.

        Source: Johnson 2016, section 3.2; for the second views Ruder 2016 (a moving camera) and the noise of the
        "stable" style transfer of Gupta 2017, without optical flow.
        """
        photos, aside = views
        paintings = self.pictures(raw)
        first, second = paintings[: len(photos)], paintings[len(photos) :]
        here = _somewhere_inside(first)
        content, style = self.aim.costs(first[here], photos[here])
        parts = {
            "content": (1 - self.strength) * content,
            "style": self.strength * BALANCE * style,
            "variation": _VARIATION * total_variation(first[:1]),
        }
        if len(aside):
            parts["steady"] = _STEADY * moved_apart(first[: len(aside)], second, aside)
        return parts

    @torch.no_grad()
    def measure(self, outputs: Iterable[tuple[Tensor, Views]]) -> dict[str, float]:
        """The two costs of held-out photos, and the goal: the cost that they make together, below zero."""
        sums, count = [0.0, 0.0], 0
        for raw, (photos, _) in outputs:
            here = _inside(photos)
            costs = self.aim.costs(self.pictures(raw)[here], photos[here])
            sums = [so_far + len(photos) * float(cost) for so_far, cost in zip(sums, costs, strict=True)]
            count += len(photos)
        content, style = (so_far / max(count, 1) for so_far in sums)
        cost = judged(content, style, self.strength)
        return {"likeness": -cost, "content": content, "style": style, "loss": cost}

    def pictures(self, raw: Float[Tensor, "k 3 h w"]) -> Float[Tensor, "k 3 h w"]:
        """A net's numbers as values in 0..1, a little beyond allowed."""
        return raw.float() * self.std.to(raw.device) + self.mean.to(raw.device)


def _inside(pictures: Float[Tensor, "n c h w"], down: int = _EDGE, right: int = _EDGE) -> tuple[slice | None, ...]:
    """All but a border: its first row and column, and as much at the other side as leaves twice the edge."""
    height, width = (side - 2 * _EDGE for side in pictures.shape[2:])
    return slice(None), slice(None), slice(down, down + height), slice(right, right + width)


def _somewhere_inside(pictures: Float[Tensor, "n c h w"]) -> tuple[slice | None, ...]:
    """The same at a random place: where its painting will be cut, a net cannot know.

    Judged up to the border, nets paint a bright frame there, which the encoder's mirrored margin counts twice, and
    leave the middle dull: 0.05 of style cost with the frame were 0.20 without.
    """
    down, right = torch.randint(0, 2 * _EDGE + 1, (2,)).tolist()
    return _inside(pictures, down, right)


def judged(content: float | int, style: float | int, strength: float | int) -> float:
    """The cost that is to fall: (1 - strength) content + 100 strength style."""
    return float((1 - strength) * content + strength * BALANCE * style)


def moved_apart(
    first: Float[Tensor, "m 3 h w"], second: Float[Tensor, "m 3 h w"], aside: Int[Tensor, "m 2"]
) -> Float[Tensor, ""]:
    """Mean squared difference of two views of one thing, laid upon each other.

    Args:
        first: the one.
        second: the other, whose pixel (0, 0) shows what the first shows at `aside`.
        aside: rows and columns, pixels.
    """
    apart = []
    for one, other, (down, right) in zip(first, second, aside.tolist(), strict=True):
        height, width = one.shape[1:]
        top, left = max(down, 0) + _EDGE, max(right, 0) + _EDGE
        bottom, end = height + min(down, 0) - _EDGE, width + min(right, 0) - _EDGE
        there = other[:, top - down : bottom - down, left - right : end - right]
        apart.append((one[:, top:bottom, left:end] - there).square().mean())
    return torch.stack(apart).mean()


def _spread(activations: Float[Tensor, "n c h w"]) -> Float[Tensor, ""]:
    return (activations - activations.mean((2, 3), keepdim=True)).square().sum().clamp(min=_NOTHING)
