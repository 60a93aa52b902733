"""A painting from small to large: what is cheap to paint is painted first, and enlarged.

Strokes and large shapes are found on small pictures, where a step costs a sixteenth; the full size adds what only it
can show (Gatys et al. 2017, section 5). Content and styles are looked at once at each size.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import UInt8
from torch import Tensor
from torch.nn import functional

from lenslet.data.space import memory_free
from lenslet.errors import CallError
from lenslet.image import resize
from lenslet.loops import Stroke, noise, paint
from lenslet.tasks.style.decode import brightness, dressed, matched, pixels, tensor
from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.manner import Manner
from lenslet.tasks.style.targets import Targets
from lenslet.tasks.style.tiles import Tiles

__all__ = ["Painter", "sizes_for"]

_COARSEST = 128  # pixels of the long side; on less nothing of a picture is left
_COARSE_STEPS = 2  # times as many steps at the smaller sizes
_WHOLE = 2.5e9  # bytes of activations from which on a picture is looked at tile by tile
_HISTORY = 1e9  # bytes of steps that L-BFGS may remember
_PICTURES = 16  # of a large painting that lie in memory at a time, slopes and others among them


class Painter:
    """Paints one content in one or more styles.

    Args:
        encoder: through whose eyes.
        content: the picture whose things stay.
        styles: those whose strokes and colours come.
        manner: how.
        size: the painting's long side, pixels.
        masks: one a style, white where it counts; of any size.

    Raises:
        CallError: the painting would be too narrow for the encoder, or need more memory than there is; not one mask or
            weight a style.
    """

    def __init__(
        self,
        encoder: Encoder,
        content: UInt8[np.ndarray, "h w 3"],
        styles: Sequence[UInt8[np.ndarray, "_ _ 3"]],
        manner: Manner,
        *,
        size: int = 512,
        masks: Sequence[UInt8[np.ndarray, "_ _ 3"]] = (),
    ):
        if not styles:
            raise CallError("a painting needs a style; give at least one picture")
        if masks and len(masks) != len(styles):
            raise CallError(f"{len(styles)} styles and {len(masks)} masks do not go together; give one a style")
        manner.weights(len(styles))
        self.encoder, self.manner, self.content, self.styles, self.masks = encoder, manner, content, styles, masks
        self.sizes = sizes_for(content.shape[:2], size, encoder.smallest, manner.scales)
        self.tiles = _tiles(encoder) if encoder.bytes_for(*self.sizes[-1]) > _WHOLE else None
        self._refuse_larger_than_memory()
        self._full = self._at(self.sizes[-1])

    def strokes(self) -> Iterator[Stroke]:
        """Paint; breaking off keeps the picture so far."""
        manner = self.manner
        steps = [manner.steps * _COARSE_STEPS] * (len(self.sizes) - 1) + [manner.steps]
        work = [count * height * width for count, (height, width) in zip(steps, self.sizes, strict=True)]
        picture: Tensor | None = None
        done, before, seconds, passes = 0, 0.0, 0.0, 0
        for (height, width), count, share in zip(self.sizes, steps, work, strict=True):
            targets, content = self.targets((height, width))
            if picture is None:
                picture = content if manner.start == "content" else noise(tuple(content.shape), manner.seed)
            else:
                picture = functional.interpolate(picture, (height, width), mode="bicubic", align_corners=False)
            stroke: Stroke | None = None
            history = max(int(_HISTORY / (2 * _bytes_of((height, width)))), 5)
            for stroke in paint(
                picture, targets.cost, steps=count, method=manner.method, rate=manner.rate, history=min(history, 50),
                tuned=True,
            ):  # fmt: skip
                if done and stroke.step == 0:  # the start of a larger size is no step
                    continue
                yield replace(
                    stroke,
                    step=done + stroke.step,
                    of=sum(steps),
                    seconds=seconds + stroke.seconds,
                    passes=passes + stroke.passes,
                    share=(before + share * stroke.share) / sum(work),
                )
            assert stroke is not None
            picture = stroke.image()
            done, before = done + count, before + share
            seconds, passes = seconds + stroke.seconds, passes + stroke.passes

    def picture(self, stroke: Stroke) -> UInt8[np.ndarray, "h w 3"]:
        """What is painted after a stroke, at the full size."""
        found = stroke.image()
        if found.shape[2:] != self.sizes[-1]:
            found = functional.interpolate(found, self.sizes[-1], mode="bicubic", align_corners=False)
        if self.manner.colours == "content":
            found = dressed(found, tensor(self._full))
        return pixels(found)

    def _refuse_larger_than_memory(self) -> None:
        height, width = self.sizes[-1]
        side = max(round(max(height, width) * self.manner.style_scale), 1)
        needs = [("the painting", self._needed((height, width)), self.sizes[-1], max(height, width))]
        for style in self.styles:
            size = _fitted(style.shape[:2], side, self.encoder.smallest)
            needs.append(("a style", self._needed(size), size, side))
        free = memory_free()
        for what, need, size, now in needs:
            if need > free:
                fits = int(now * math.sqrt(free / need) * 0.9)
                which = "size" if what == "the painting" else "style_scale, for a style"
                raise CallError(
                    f"{what} of {size[1]} x {size[0]} pixels needs about {need / 1e9:.1f} GB through "
                    f"{self.encoder.name} and {free / 1e9:.1f} GB are free: take a smaller {which} of about {fits} "
                    "pixels, or a smaller net"
                )

    def _needed(self, size: tuple[int, int]) -> int:
        """About how many bytes painting at a size takes, or looking at a style of it: whole, or tile by tile."""
        whole = self.encoder.bytes_for(*size)
        if self.tiles is None or whole <= _WHOLE:
            return whole
        return self.tiles.bytes_for() + _PICTURES * _bytes_of(size) + int(min(_HISTORY, 100 * _bytes_of(size)))

    def _at(self, size: tuple[int, int]) -> UInt8[np.ndarray, "h w 3"]:
        return resize(self.content, size)

    def targets(self, size: tuple[int, int]) -> tuple[Targets, Tensor]:
        """What there is to compare with at a size, and the content there."""
        content = tensor(self._at(size))
        side = max(round(max(size) * self.manner.style_scale), 1)
        styles = [tensor(resize(style, _fitted(style.shape[:2], side, self.encoder.smallest))) for style in self.styles]
        if self.manner.colours == "content":
            content = brightness(content)
            styles = [matched(brightness(style), content) for style in styles]
        masks: list[Tensor | None] = [brightness(tensor(resize(mask, size)))[0, 0] for mask in self.masks]
        tiles = self.tiles if self.encoder.bytes_for(*size) > _WHOLE else None
        return Targets.of(self.encoder, self.manner, content, styles, masks or [None] * len(styles), tiles), content


def _tiles(encoder: Encoder) -> Tiles | None:
    """How to look at pictures that are too large; None where nobody knows how far this net sees."""
    try:
        return Tiles(encoder)
    except CallError:
        return None


def _bytes_of(size: tuple[int, int]) -> int:
    """Of a picture in float32."""
    return 12 * size[0] * size[1]


def sizes_for(original: tuple[int, int], size: int, smallest: int, scales: int | None) -> list[tuple[int, int]]:
    """The sizes to paint at, (height, width), from the coarsest up to one with a long side of `size`.

    Raises:
        CallError: the short side would be less than `smallest`.
    """
    height, width = original
    if size < 1:
        raise CallError(f"size is the painting's long side in pixels, 1 or more, not {size}")
    full = _fitted(original, size, 1)
    if min(full) < smallest:
        needed = -(-smallest * max(original) // min(original))
        raise CallError(
            f"a content of {width} x {height} pixels painted at size {size} would be {full[1]} x {full[0]}, and the "
            f"encoder needs {smallest} pixels on the short side: take a size of {needed} or more, or crop the content"
        )
    found = [full]
    while (scales is None and max(found[0]) // 2 >= _COARSEST) or (scales is not None and len(found) < scales):
        half = _fitted(original, round(max(found[0]) / 2), 1)
        if min(half) < smallest:
            break
        found.insert(0, half)
    return found


def _fitted(original: tuple[int, int], side: int, least: int) -> tuple[int, int]:
    """(height, width) with a long side of `side`, but no side below `least`."""
    times = side / max(original)
    return max(round(original[0] * times), least), max(round(original[1] * times), least)
