"""What a run uses where nobody has decided: net, size, augmentation, recipe; most found by measuring.

Tried on held-out parts of sign_digits, SIGNS, 20 classes of Caltech-101 and MNIST, on an AMD EPYC, at equal CPU
seconds (about a minute of two cores), one run each: facet_s got 77.4 % of Caltech right and facet_m 70.7 %; the number
of pictures seen counted most, so hands of 100 px are looked at with 80 px. MNIST was tried without label smoothing
only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lenslet.data import Sample
from lenslet.data.augment import PRESETS
from lenslet.errors import CallError, ImageError
from lenslet.image import image_size, open_image
from lenslet.loops import Recipe

NET = "facet_s"
SMALL_NETS = ("bead_s", "bead_m")  # for small colour pictures, and for many of them: docs/decisions/0010
_LOOKED_AT = 64  # pictures opened to guess size and colour: enough to be sure, few enough to be instant
_SMALLEST, _LARGEST = 32, 112
_SMALL = 40  # pixels: up to here a net that halves the map five times has nothing left to look at
_EPOCHS_OF_A_HEAD = 10  # it begins solved
# training pictures from which on larger batches are taken: their steps are as good, and cost less a picture
_SOME = 2_000
_MANY = 10_000
# what nets learn best by from noise, where they can: docs/decisions/0011
_MUON: dict[str, Any] = {
    "optimizer": "muon", "momentum": 0.6, "decay": 0.0, "warmup": 0.0, "smoothing": 0.2, "clip": 0.0,
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a sample of the pictures looks like.

    Args:
        grey: none of them has a colour.
        side: for the net's input, pixels.
        small: they have colours, and about 32 pixels a side, as those of CIFAR-10.
    """

    grey: bool
    side: int
    small: bool = False

    def net(self, count: int) -> str:
        """The net for so many training pictures, where nobody has named one."""
        return SMALL_NETS[count >= _MANY] if self.small else NET


def look(samples: Sequence[Sample]) -> Look:
    """Open a few pictures. Up to 64 px the net sees them as they are, above that half of what is more, up to 112 px."""
    sides, coloured, opened = [], False, 0
    step = max(1, len(samples) // _LOOKED_AT)
    for sample in samples[::step][:_LOOKED_AT]:
        try:
            sides.append(min(image_size(sample.path)))
            if not coloured:
                picture = open_image(sample.path, at_least=(64, 64)).astype(np.int16)
                coloured = bool((np.ptp(picture, axis=2) > 2).any())  # JPEG rounds grey by a level or two
                opened += 1
        except ImageError:
            continue
    side = float(np.median(sides)) if sides else 96.0
    small = coloured and side <= _SMALL
    side = min(side, 64 + (side - 64) / 2)
    return Look(opened > 0 and not coloured, int(np.clip(round(side / 16) * 16, _SMALLEST, _LARGEST)), small)


def preset(augment: str | None, *, grey: bool, small: bool = False) -> str:
    """The name of the augmentation: photos may be mirrored, letters and digits must not; a bead sees small changes.

    Raises:
        CallError: an unknown name.
    """
    if augment is not None and augment not in PRESETS:
        raise CallError(f"augment is {augment!r}: give one of {', '.join(PRESETS)}")
    return augment or ("glyph" if grey else "small" if small else "full")


def recipe(
    count: int,
    *,
    glyphs: bool,
    usual_rate: float,
    turned: bool = False,
    learned: bool = False,
    small: bool = False,
    overfit: bool = False,
    frozen: bool = False,
    **decided: Any,
) -> Recipe:
    """The recipe for `count` training pictures.

    Args:
        count: pictures to learn from.
        glyphs: letters and digits rather than photos.
        usual_rate: the highest learning rate for the weights that the run starts from.
        turned: the net has kernels that Muon can turn (see `loops.muon.kernels`), and is to learn by it.
        learned: it starts from learned weights.
        small: the net is for small pictures.
        overfit: learn by heart: nothing that holds a net back.
        frozen: only the head learns, on features that are computed once.
        decided: fields of `Recipe`, as the caller has decided them; None where not.
    """
    values: dict[str, Any] = {"rate": usual_rate}
    muon = decided.get("optimizer") == "muon" or (turned and not overfit and decided.get("optimizer") is None)
    if muon:
        batch, factor = _steps(count, small=small)
        # learned kernels turn half as far as noise, not a quarter, as by AdamW: docs/decisions/0011
        values = _MUON | {"rate": factor * usual_rate * (2 if learned else 1), "batch": batch}
    if overfit:
        values |= {"epochs": 400, "smoothing": 0.0, "decay": 0.0, "average": 0.0, "batch": min(32, count)}
    elif glyphs:
        values |= {"smoothing": 0.0, "decay": 0.01}
        if count >= _MANY and not muon:
            values |= {"batch": 128, "rate": 1.5 * usual_rate}
    given = {name: value for name, value in decided.items() if value is not None}
    if "epochs" in given or "minutes" in given:
        values.pop("epochs", None)
    elif frozen:
        values["epochs"] = _EPOCHS_OF_A_HEAD
    elif not overfit:
        # three minutes for a small folder; large ones get a quarter of an hour at the most, unless asked for more
        values["minutes"] = float(min(15.0, max(3.0, count / 1000)))
    return Recipe(**values | given)


def _steps(count: int, *, small: bool) -> tuple[int, float]:
    """Pictures a step for Muon, whose steps cost more than others', and its rate as a factor of AdamW's."""
    if small:
        return (500, 45.0) if count >= _MANY else (125, 22.5)  # docs/decisions/0010
    return 128 if count >= _MANY else 64 if count >= _SOME else 32, 80.0
