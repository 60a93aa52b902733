"""One picture as augmentation would show it to a net again and again, with its boxes and points going along."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.data.scenes.annotations import Thing

__all__ = ["RANGES", "presets", "variants"]

RANGES: dict[str, tuple[int | float, int | float]] = {
    "rotate": (45, 1), "shear": (0.5, 0.01), "scale": (1.0, 0.01), "aspect": (0.5, 0.01), "shift": (0.4, 0.01),
    "elastic": (0.06, 0.001), "brightness": (0.8, 0.01), "contrast": (0.8, 0.01), "saturation": (1.0, 0.01),
    "pca": (1.0, 0.01), "cutout": (0.6, 0.01),
}  # fmt: skip
"""Fields of `Augment` that are ranges: how far a slider should go, and in which steps."""


def presets() -> dict[str, dict[str, int | float | bool]]:
    """The presets of `lenslet train --augment` for whole pictures, as values of the fields above."""
    from lenslet.data.augment import PRESETS

    fields = [*RANGES, "mirror", "turn"]
    return {name: {field: getattr(made, field) for field in fields} for name, made in PRESETS.items()}


def variants(
    picture: str | Path,
    changes: Mapping[str, int | float | bool | str],
    *,
    things: "Sequence[Thing]" = (),
    classes: Sequence[str] = (),
    count: int = 8,
    side: int = 240,
    seed: int = 0,
) -> list[UInt8[np.ndarray, "h w 3"]]:
    """The picture as it is, then as often changed.

    Args:
        picture: a file.
        changes: fields of `Augment`.
        things: what is drawn on it; boxes and points follow.
        classes: in the order of their colours.
        count: how many changed ones.
        side: the longer side, pixels.
        seed: of all that is drawn by lot.

    Raises:
        CallError: there is no such change, or it goes too far.
        ImageError: the picture cannot be opened.
    """
    import torch

    from lenslet.data import Augment
    from lenslet.data.follow import boxes_follow, points_follow
    from lenslet.image import open_image, resize

    opened = open_image(picture)
    ratio = side / max(opened.shape[:2])
    height, width = (max(1, round(edge * ratio)) for edge in opened.shape[:2])
    small = resize(opened, (height, width))
    try:
        augment = Augment(**changes)  # type: ignore[arg-type]
    except TypeError as error:
        raise CallError(f"there is no such change: {error}") from error
    dice = augment.draw(count, torch.Generator().manual_seed(seed))
    batch = torch.from_numpy(small).permute(2, 0, 1)[None].expand(count, -1, -1, -1)
    changed = (augment.apply(batch, dice) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    matrices = augment.matrices(dice, height, width)
    scale = np.array([width / opened.shape[1], height / opened.shape[0]])
    boxes = [(thing.label, thing.box) for thing in things if thing.box is not None]
    table = np.array([[_place(classes, label), *(np.array(box) * np.tile(scale, 2))] for label, box in boxes])
    truth = torch.from_numpy(table.reshape(-1, 5)).float()
    moved = boxes_follow(truth.expand(count, -1, -1), matrices, height, width)
    spots = np.array(
        [[x * scale[0], y * scale[1], 1.0] for thing in things for x, y, _ in (thing.points or {}).values()]
    )
    points = torch.from_numpy(spots.reshape(-1, 3)).float()
    gone = points_follow(points.expand(count, -1, -1), matrices)
    made = [_drawn(small, truth.numpy(), points.numpy())]
    return made + [_drawn(one, moved[i].numpy(), gone[i].numpy()) for i, one in enumerate(changed)]


def _place(classes: Sequence[str], label: str) -> int:
    return list(classes).index(label) if label in classes else len(classes)


def _drawn(pixels: UInt8[np.ndarray, "h w 3"], boxes: np.ndarray, points: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    from lenslet import draw

    there = boxes[boxes[:, 0] >= 0]
    made = np.ascontiguousarray(pixels)
    if len(there):
        made = draw.boxes(made, there[:, 1:], [""] * len(there), kinds=there[:, 0].astype(int).tolist())
    return draw.points(made, points[points[:, 2] > 0, :2]) if len(points) else made
