"""What a run uses where nobody has decided: net, size, augmentation, recipe; see docs/decisions/0015."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lenslet.card.store import shipped
from lenslet.data import Sample
from lenslet.data.augment import Augment
from lenslet.errors import CallError, ImageError
from lenslet.image import image_size, open_image
from lenslet.loops import Recipe
from lenslet.loops.usual import settled

NET, SMALL_NET = "cameo_s", "signet_s"
NATURAL = "natural"  # the shipped model whose stages are those of cameo_s
DIMENSIONS = 128
EACH = 4  # pictures of one identity in a batch, where pairs are made within it
_LOOKED_AT = 64
_GLYPH_SIDE, _SIDE, _SMALLEST = 56, 112, 32
_INKED = 0.9  # share of pixels that are ink or paper, on what was written

PRESETS: dict[str, Augment] = {
    "none": Augment(),
    "light": Augment(rotate=5, scale=0.06, shift=0.03, brightness=0.15, contrast=0.15),
    "face": Augment(
        mirror=True, rotate=8, scale=0.1, aspect=0.06, shift=0.05, brightness=0.3, contrast=0.3, saturation=0.5,
        pca=0.2, cutout=0.25,
    ),
    "things": Augment(
        mirror=True, rotate=15, shear=0.1, scale=0.2, aspect=0.1, shift=0.08, brightness=0.2, contrast=0.2,
        saturation=0.2, pca=0.1,
    ),
    "glyph": Augment(rotate=15, shear=0.2, scale=0.25, aspect=0.2, shift=0.08, elastic=0.03),
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a sample of the pictures looks like.

    Args:
        grey: none of them has a colour.
        inked: written or drawn: ink on paper, or the other way round.
        side: for the net's input, pixels.
    """

    grey: bool
    inked: bool
    side: int

    @property
    def net(self) -> str:
        """The net, where nobody has named one."""
        return SMALL_NET if self.side <= 64 else NET

    @property
    def augment(self) -> str:
        """The name of the augmentation, where nobody has named one."""
        return "glyph" if self.inked else "face"


def look(samples: Sequence[Sample]) -> Look:
    """Open a few pictures."""
    sides, coloured, inked, opened = [], False, 0, 0
    for sample in samples[:: max(1, len(samples) // _LOOKED_AT)][:_LOOKED_AT]:
        try:
            sides.append(min(image_size(sample.path)))
            picture = open_image(sample.path, at_least=(64, 64))
        except ImageError:
            continue
        opened += 1
        coloured = coloured or bool((np.ptp(picture.astype(np.int16), axis=2) > 2).any())
        low, high = int(picture.min()), int(picture.max())
        ends = (picture - low < 0.15 * (high - low)) | (picture > high - 0.15 * (high - low))
        inked += bool(high - low > 100 and ends.mean() > _INKED)
    written = opened > 0 and not coloured and inked > 0.9 * opened
    side = float(np.median(sides)) if sides else float(_SIDE)
    best = _GLYPH_SIDE if written else _SIDE if side > 80 else 64
    return Look(opened > 0 and not coloured, written, int(max(_SMALLEST, min(best, 8 * (round(side) // 8)))))


def usual_weights(net: str | None, seen: Look) -> str:
    """What a run starts from where nobody has said: `natural`, for colour pictures and a net whose stages it fits."""
    return NATURAL if NATURAL in shipped() and (net or seen.net) == NET and not seen.grey else "none"


def preset(augment: str | None, seen: Look) -> str:
    """The name of the augmentation.

    Raises:
        CallError: an unknown name.
    """
    if augment is not None and augment not in PRESETS:
        raise CallError(f"augment is {augment!r}: to compare pictures, give one of {', '.join(PRESETS)}")
    return augment or seen.augment


def useful_minutes(count: int) -> float:
    """After which learning from so many pictures on two cores only makes strangers harder to tell apart: the net then
    learns by heart who is who (docs/decisions/0015)."""
    return max(3.0, count / 600)


def recipe(count: int, *, overfit: bool = False, **decided: Any) -> Recipe:
    """The recipe for `count` pictures to learn from.

    Args:
        count: of them.
        overfit: learn by heart: nothing that holds a net back.
        decided: fields of `Recipe`, as the caller has decided them; None where not.
    """
    values: dict[str, Any] = {
        "optimizer": "muon", "momentum": 0.9, "rate": 0.05, "decay": 0.05, "smoothing": 0.0, "clip": 0.0,
        "batch": int(min(128, max(count, 1))),
    }  # fmt: skip
    return settled(
        values,
        decided,
        minutes=min(15.0, useful_minutes(count)),
        by_heart=200 if overfit else None,
        rates=(1e-3, 0.02),
    )
