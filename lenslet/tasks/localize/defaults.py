"""What a run uses where nobody has decided: size, augmentation, recipe; see docs/decisions/0014."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lenslet.card.store import shipped
from lenslet.data import presets
from lenslet.data.presets import of_places
from lenslet.errors import CallError
from lenslet.loops import Recipe
from lenslet.loops.usual import settled

NET = "locus_s"
NATURAL = "natural"  # the shipped model whose stages are those of that net
STEP = 32  # pixels: sides are multiples of it
_SIDE = 128
_SMALLEST = 32

PRESETS = of_places(
    "places",
    light={"mirror": True, "scale": 0.1, "shift": 0.06, "brightness": 0.1, "contrast": 0.1},
    full={
        "mirror": True, "rotate": 10, "scale": 0.3, "aspect": 0.1, "shift": 0.15,
        "brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "pca": 0.1,
    },
)  # fmt: skip


def usual_weights(net: str | None) -> str:
    """What a run starts from where nobody has said: `natural`, where it fits the net."""
    return NATURAL if NATURAL in shipped() and net in (None, NET) else "none"


def side(sides: Sequence[int | float], asked: int | None) -> int:
    """Of the square that the net sees, pixels: 128, or less where the pictures are smaller.

    Args:
        sides: longer sides of the pictures, pixels.
        asked: by the caller.

    Raises:
        CallError: `asked` is below 32.
    """
    if asked is not None:
        if asked < _SMALLEST:
            raise CallError(f"size is {asked}: give at least {_SMALLEST} pixels")
        return -(-asked // STEP) * STEP
    have = float(np.median(sides)) if len(sides) else float(_SIDE)
    return int(np.clip(-(-have // STEP) * STEP, 2 * _SMALLEST, _SIDE))


def preset(augment: str | None) -> str:
    """The name of the augmentation.

    Raises:
        CallError: an unknown name.
    """
    return presets.preset(augment, PRESETS, usual="places", of="things in places")


def recipe(count: int, *, overfit: bool = False, **decided: Any) -> Recipe:
    """The recipe for `count` training pictures.

    Args:
        count: pictures to learn from.
        overfit: learn by heart: nothing that holds a net back.
        decided: fields of `Recipe`, as the caller has decided them; None where not.
    """
    values: dict[str, Any] = {
        "optimizer": "muon", "momentum": 0.9, "rate": 0.04, "decay": 0.05, "smoothing": 0.0,
        "batch": min(16, max(count, 1)),
    }  # fmt: skip
    return settled(
        values,
        decided,
        minutes=min(15.0, max(3.0, count / 300)),
        by_heart=300 if overfit else None,
    )
