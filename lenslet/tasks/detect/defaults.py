"""What a run uses where nobody has decided: size, augmentation, recipe; see docs/decisions/0013."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lenslet.card.store import shipped
from lenslet.data import Scene, presets
from lenslet.data.presets import of_places
from lenslet.errors import CallError
from lenslet.loops import Recipe
from lenslet.loops.usual import settled

NET = "argus_s"
NATURAL = "natural"  # the shipped model whose stages are those of that net
STEP = 32  # pixels: sides are multiples of the largest stride
_LONG, _LONG_OF_FEW = 320, 448  # pixels of the longer side; few pictures can be looked at closely often enough
_FEW = 1_000
_LARGEST = 640
_ALIKE = 0.15  # how far shapes of pictures may differ (logarithm) to be seen in one rectangle
_TINY = 10.0  # pixels of the net's input: things smaller than that ask for a larger one

PRESETS = of_places(
    "scene",
    light={"mirror": True, "scale": 0.1, "shift": 0.06, "brightness": 0.1, "contrast": 0.1},
    full={
        "mirror": True, "rotate": 10, "scale": 0.3, "aspect": 0.1, "shift": 0.1,
        "brightness": 0.2, "contrast": 0.2, "saturation": 0.2, "pca": 0.1,
    },
)  # fmt: skip


def usual_weights(net: str | None) -> str:
    """What a run starts from where nobody has said: `natural`, where it fits the net."""
    return NATURAL if NATURAL in shipped() and net in (None, NET) else "none"


def size(scenes: Sequence[Scene], asked: int | None) -> tuple[int, int]:
    """(height, width) of the net's input, pixels: the shape of the pictures where they all have one, else a square.

    Args:
        scenes: to learn from.
        asked: the longer side; None: 448 for few pictures and 320 for many, or less where they are smaller themselves,
            or more, up to 640, for tiny things.

    Raises:
        CallError: `asked` is below 32.
    """
    if asked is not None and asked < STEP:
        raise CallError(f"size is {asked}: give at least {STEP} pixels")
    sides = np.array([scene.truth.size for scene in scenes if scene.truth.size is not None], np.float64).reshape(-1, 2)
    if not len(sides):
        return (asked or _LONG_OF_FEW,) * 2
    long = asked or _long_side(scenes, sides)
    shapes = np.log(sides[:, 0] / sides[:, 1])
    middle = float(np.median(shapes))
    ratio = float(np.exp(middle)) if (np.abs(shapes - middle) < _ALIKE).mean() >= 0.9 else 1.0
    height, width = (long * min(ratio, 1.0), long / max(ratio, 1.0))
    return _step(height), _step(width)


def _long_side(scenes: Sequence[Scene], sides: Float[np.ndarray, "n 2"]) -> int:
    """What there is time for, or what the pictures have if that is less; more where a fifth of the things are tiny."""
    have = float(np.median(sides.max(1)))
    usual = _LONG_OF_FEW if len(scenes) < _FEW else _LONG
    things = np.concatenate([
        np.sqrt(np.maximum((s.truth.boxes[:, 2:] - s.truth.boxes[:, :2]).prod(1), 0)) / max(s.truth.size or (1, 1))
        for s in scenes
    ])  # fmt: skip
    small = float(np.quantile(things, 0.2)) if len(things) else 1.0
    wanted = max(usual, min(_LARGEST, _TINY / max(small, 1e-6)))
    return int(max(STEP * 3, min(wanted, have)))


def _step(side: float) -> int:
    return max(STEP, int(np.ceil(side / STEP - 0.05)) * STEP)


def preset(augment: str | None) -> str:
    """The name of the augmentation.

    Raises:
        CallError: an unknown name.
    """
    return presets.preset(augment, PRESETS, usual="scene", of="things in pictures")


def recipe(count: int, *, overfit: bool = False, **decided: Any) -> Recipe:
    """The recipe for `count` training pictures.

    Args:
        count: pictures to learn from.
        overfit: learn by heart: nothing that holds a net back.
        decided: fields of `Recipe`, as the caller has decided them; None where not.
    """
    values: dict[str, Any] = {
        "optimizer": "muon", "momentum": 0.6, "rate": 0.12, "decay": 0.0, "clip": 0.0, "smoothing": 0.0,
        "batch": min(16, max(count, 1)),
    }  # fmt: skip
    return settled(
        values,
        decided,
        minutes=min(60.0, max(5.0, count / 50)),
        by_heart=300 if overfit else None,
        without_muon={"momentum": 0.9, "decay": 0.05, "clip": 1.0},  # what Muon does better without
    )
