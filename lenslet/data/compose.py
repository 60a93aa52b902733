"""Pictures put together of cut-out things and photographs: their truth is known, because we laid it there ourselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from lenslet.errors import CallError, ShapeError
from lenslet.image import resize
from lenslet.results import Detections

SEEN = 64
"""Alpha, 0 to 255, from which on a pixel of a thing counts as seen: boxes are drawn around these."""

_PLACES = 30  # that are tried for a thing before it is left out
_COLOURS = 4  # that are tried for a thing; the one that stands out most from what lies below is taken
_LEAST = 0.4  # of the largest window that fits into a photograph: how small the part shown may be, in its sides

Number = int | float
Cut = UInt8[np.ndarray, "_ _ 4"]


@dataclass(frozen=True, eq=False)
class Sprite:
    """A thing, cut out.

    Args:
        pixels: red, green, blue and alpha; 0 is clear, 255 covers what lies below.
        label: the number of its class.
        marks: x y of places on it, pixels, around which its box is to be; None: around what is seen. A head, cut out
            with its hair, has the box of its face.
    """

    pixels: UInt8[np.ndarray, "h w c"]
    label: int
    marks: Float[np.ndarray, "n 2"] | None = None

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 4:
            raise ShapeError(f"a thing cut out is (height, width, 4): colours and alpha, not {self.pixels.shape}")
        if self.pixels[:, :, 3].max(initial=0) < SEEN:
            raise CallError(f"of this thing nothing is to be seen: no alpha is {SEEN} or more")
        high, wide = self.pixels.shape[:2]
        if self.marks is not None and not (
            len(self.marks) > 1 and ((self.marks >= 0) & (self.marks <= np.array([wide, high]))).all()
        ):
            raise CallError(f"marks are two or more places within the {wide} x {high} pixels of a thing")


@dataclass(frozen=True, kw_only=True)
class Composing:
    """How scenes are put together.

    Args:
        size: (height, width) of a scene, pixels.
        things: fewest and most in a scene that is not empty; those that find no place are left out.
        side: shortest and longest, of the longer side of a thing before it is turned, pixels; small ones as often as
            large ones, by octaves.
        turn: degrees, drawn evenly from -turn..turn.
        tint: how far a thing is painted in a colour of its own, from 0, as it is, to 1, any colour at all; that one of
            a few which stands out most from what lies below.
        overlap: the most that two boxes may have in common, as a share of the smaller one.
        empty: share of the scenes without any thing, 0 to 1.
    """

    size: tuple[int, int] = (192, 192)
    things: tuple[int, int] = (1, 5)
    side: tuple[Number, Number] = (24, 80)
    turn: Number = 12
    tint: Number = 0
    overlap: Number = 0.1
    empty: Number = 0.1

    def __post_init__(self) -> None:
        fewest, most = self.things
        if min(self.size) < 1 or not 0 <= fewest <= most:
            raise CallError(f"scenes of {self.size} pixels with {fewest} to {most} things cannot be put together")
        if not 1 <= self.side[0] <= self.side[1] <= min(self.size):
            low, high = self.side
            raise CallError(f"things of {low} to {high} pixels: give 1 or more, and at most a scene's shorter side")
        for name in ("tint", "overlap", "empty"):
            if not 0 <= getattr(self, name) <= 1:
                raise CallError(f"{name} is {getattr(self, name)}: give a share from 0 to 1")


def compose(
    sprites: Sequence[Sprite],
    backgrounds: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    names: tuple[str, ...],
    *,
    count: int,
    how: Composing | None = None,
    seed: int = 0,
) -> Iterator[Detections]:
    """Scenes with their truth, each `picture` an array; scene n is the same, however many are asked for.

    Things lie at random places over random parts of the photographs. Each is blended by its alpha, and its box is tight
    around what is seen of it, or around its marks.

    Args:
        sprites: things to choose from.
        backgrounds: photographs to choose from.
        names: of the classes.
        count: of scenes.
        how: see `Composing`.
        seed: of everything random.

    Raises:
        CallError: nothing to choose from, or a thing of a class that has no name.
    """
    if not sprites or not backgrounds:
        raise CallError("scenes need things and photographs: give at least one of each")
    if not all(0 <= sprite.label < len(names) for sprite in sprites):
        raise CallError(f"a thing is of a class that has no name; there are {len(names)} names")
    return (
        _scene(sprites, backgrounds, names, how or Composing(), np.random.default_rng([seed, number]))
        for number in range(count)
    )


def _scene(
    sprites: Sequence[Sprite],
    backgrounds: Sequence[UInt8[np.ndarray, "_ _ 3"]],
    names: tuple[str, ...],
    how: Composing,
    dice: np.random.Generator,
) -> Detections:
    canvas = _part(backgrounds[int(dice.integers(len(backgrounds)))], how.size, dice)
    wanted = 0 if dice.random() < how.empty else int(dice.integers(how.things[0], how.things[1] + 1))
    boxes: list[Float[np.ndarray, " 4"]] = []
    labels: list[int] = []
    for _ in range(wanted):
        sprite = sprites[int(dice.integers(len(sprites)))]
        side = np.exp(dice.uniform(*np.log(how.side)))
        cut, marks = _turned(sprite, side, dice.uniform(-how.turn, how.turn))
        found = _place(cut, marks, how, boxes, dice)
        if found is not None:
            (top, left), box = found
            below = canvas[top : top + cut.shape[0], left : left + cut.shape[1]]
            _lay(below, _tinted(cut, below, how.tint, dice))
            boxes.append(box)
            labels.append(sprite.label)
    truth = np.array(boxes, np.float64).reshape(-1, 4)
    return Detections.truth(truth, np.array(labels, np.int64), names, picture=canvas, size=how.size)


def _part(photo: UInt8[np.ndarray, "_ _ 3"], size: tuple[int, int], dice: np.random.Generator) -> np.ndarray:
    """A random part of a photograph, of the shape of a scene, brought to its size."""
    high, wide = photo.shape[:2]
    most = min(high / size[0], wide / size[1])
    scale = most * dice.uniform(_LEAST, 1)
    height, width = (min(max(round(length * scale), 1), side) for length, side in zip(size, (high, wide), strict=True))
    top, left = dice.integers(high - height + 1), dice.integers(wide - width + 1)
    return resize(np.ascontiguousarray(photo[top : top + height, left : left + width]), size)


def _turned(sprite: Sprite, side: float, degrees: float) -> tuple[Cut, Float[np.ndarray, "n 2"] | None]:
    """A thing whose longer side is `side` pixels, turned, and cut to what is not clear; and its marks on that."""
    pixels, marks = sprite.pixels, sprite.marks
    height, width = (max(round(length * side / max(pixels.shape[:2])), 1) for length in pixels.shape[:2])
    turned = Image.fromarray(resize(pixels, (height, width))).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    made = np.array(turned)
    there = made[:, :, 3] > 0
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(rows):
        return made[:0, :0], marks
    if marks is not None:
        angle = np.deg2rad(degrees)  # anticlockwise, about the middle, which stays the middle
        around = marks * np.array([width, height]) / np.array(pixels.shape[1::-1]) - np.array([width, height]) / 2
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        marks = around @ turn + np.array(turned.size) / 2 - np.array([columns[0], rows[0]])
    return made[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], marks


def _place(
    cut: Cut,
    marks: Float[np.ndarray, "n 2"] | None,
    how: Composing,
    taken: Sequence[Float[np.ndarray, " 4"]],
    dice: np.random.Generator,
) -> tuple[tuple[int, int], Float[np.ndarray, " 4"]] | None:
    """(top, left) of a thing and its box; None where there is no room."""
    seen = cut[:, :, 3] >= SEEN
    room = (how.size[0] - cut.shape[0], how.size[1] - cut.shape[1])
    if not seen.any() or min(room) < 0:  # too large once turned, or so thin that it vanished when it was made small
        return None
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    extent = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float64)
    own = (
        extent if marks is None else np.concatenate([marks.min(0), marks.max(0)]).clip(0, np.tile(cut.shape[1::-1], 2))
    )
    for _ in range(_PLACES):
        top, left = int(dice.integers(room[0] + 1)), int(dice.integers(room[1] + 1))
        place = np.array([left, top, left, top])
        # all that is seen of it counts, for it hides what lies below: not only what has the box
        if all(_common(extent + place, other) <= how.overlap for other in taken):
            return (top, left), own + place
    return None


def _common(one: Float[np.ndarray, " 4"], other: Float[np.ndarray, " 4"]) -> float:
    """What two boxes have in common, as a share of the smaller one."""
    both = np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None).prod()
    return float(both / min((one[2:] - one[:2]).prod(), (other[2:] - other[:2]).prod()))


def _tinted(cut: Cut, below: UInt8[np.ndarray, "h w 3"], tint: Number, dice: np.random.Generator) -> Cut:
    """A thing in a colour of its own; shades stay."""
    if not tint:
        return cut
    colours = 1 - tint * dice.random((_COLOURS, 3))
    weight = cut[:, :, 3:] / 255
    shown, under = ((weight * part).sum((0, 1)) / weight.sum() for part in (cut[:, :, :3], below))
    apart = np.abs(colours * shown - under).sum(1)
    painted = np.rint(cut[:, :, :3] * colours[apart.argmax()]).astype(np.uint8)
    return np.concatenate([painted, cut[:, :, 3:]], 2)


def _lay(below: UInt8[np.ndarray, "h w 3"], cut: Cut) -> None:
    """Blend a thing over what lies below, in place."""
    alpha = cut[:, :, 3:] / 255
    below[:] = np.rint(cut[:, :, :3] * alpha + below * (1 - alpha)).astype(np.uint8)
