"""`lenslet train --show-augmented`: a sheet of what each random change does to the user's own pictures."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8

from lenslet.draw import boxes as draw_boxes
from lenslet.draw import points as draw_points
from lenslet.draw import strips
from lenslet.image import save_image

if TYPE_CHECKING:
    from torch import Tensor

    from lenslet.data import Augment
    from lenslet.data.placed import Follow
    from lenslet.verbs.job import Job

_COLUMNS = 7
_BOX = 5  # numbers of a box: its class and corners
NAME = "augmented.png"


@dataclass(frozen=True)
class _Change:
    """A row of the sheet.

    Args:
        name: of the change.
        fields: of `Augment`, and how far to go where the run does not use it.
        words: what the range means; {} stands for the value.
        column: of `Dice.move` or `Dice.colour` that runs from one end of the range to the other; None: drawn.
        colour: whether only colour pictures show it.
        boxes: whether it is for pictures with things in places only.
    """

    name: str
    fields: dict[str, bool | int | float]
    words: str
    column: tuple[str, int] | None = None
    colour: bool = False
    boxes: bool = False


_CHANGES = (
    _Change("mirror", {"mirror": True}, "half of the pictures", ("move", 0)),
    _Change("shift", {"shift": 0.1}, "up to {:.0%} of each side\nwith scale: the random crop", ("move", 5)),
    _Change("scale", {"scale": 0.2}, "up to {:.0%} larger or smaller", ("move", 3)),
    _Change("rotate", {"rotate": 15}, "up to {:g}° either way", ("move", 1)),
    _Change("turn", {"turn": True}, "by quarters, equally often", ("turns", 0), boxes=True),
    _Change("shear", {"shear": 0.15}, "up to {:.0%} of the height", ("move", 2)),
    _Change("aspect", {"aspect": 0.1}, "up to {:.0%} wider or narrower", ("move", 4)),
    _Change("elastic", {"elastic": 0.025}, "bends by {:.1%} of the side"),
    _Change("brightness", {"brightness": 0.2}, "up to {:.0%} darker or brighter", ("colour", 0)),
    _Change("contrast", {"contrast": 0.2}, "up to {:.0%} less or more", ("colour", 1)),
    _Change("saturation", {"saturation": 0.2}, "up to {:.0%} paler or deeper", ("colour", 2), colour=True),
    _Change("PCA colour", {"pca": 0.1}, "AlexNet's, with weights of {:g}\nhere ten times as strong", colour=True),
    _Change("cut-out", {"cutout": 0.3}, "a square, {:.0%} of the side"),
)
_MIXUP = 0.4


@dataclass(frozen=True)
class _Places:
    """What is where in the pictures, and follows them.

    Args:
        truth: of each picture.
        follow: moves it, see `data.placed`.
        mosaic: share of the pictures that the run puts together of four.
    """

    truth: "Tensor"
    follow: "Follow"
    mosaic: int | float = 0.0

    def drawn(self, pixels: UInt8[np.ndarray, "n h w c"], truth: "Tensor") -> list[UInt8[np.ndarray, "h w 3"]]:
        """The pictures with their boxes or points on them."""
        made = []
        for picture, table in zip(pixels, truth.numpy(), strict=True):
            image = _rgb(picture)
            if table.shape[1] == _BOX:
                there = table[table[:, 0] >= 0]
                image = draw_boxes(image, there[:, 1:], [""] * len(there), kinds=there[:, 0].astype(int).tolist())
            else:
                image = draw_points(image, table[table[:, 2] > 0, :2])
            made.append(image)
        return made


def write_augmented(prepared: "Job", folder: Path) -> Path:
    """Write augmented.png into the folder of a run that is about to begin."""
    from lenslet.data import Augment

    train = prepared.train
    some = np.linspace(0, len(train.rows) - 1, min(_COLUMNS, len(train.rows))).astype(int)
    pixels, augment = np.asarray(train.pixels[train.rows[some]]), train.augment or Augment.none()
    if hasattr(train, "follow"):
        places = _Places(train.truth[some], train.follow, train.mosaic)
        sheet = augmented_sheet(pixels, augment, places=places)
    else:
        sheet = augmented_sheet(pixels, augment, mixup=train.mixup[0] if train.mixup is not None else 0.0)
    save_image(sheet, folder / NAME)
    return folder / NAME


def augmented_sheet(
    pixels: UInt8[np.ndarray, "n h w c"],
    augment: "Augment",
    *,
    mixup: int | float = 0.0,
    places: _Places | None = None,
    seed: int = 0,
) -> UInt8[np.ndarray, "H W 3"]:
    """A row for each change, on the same pictures, and two rows of everything that `augment` does together.

    A row runs through the whole range of its change, from one end to the other. What the run does not use is shown as
    far as it is usual, and the row says so.

    Args:
        pixels: some decoded pictures, grey or colour.
        augment: what the run does.
        mixup: the run's alpha; 0: it does not mix.
        places: boxes or points that follow the pictures, and are drawn on them.
        seed: of what is drawn.
    """
    rows, names = [_shown(pixels, None, places)], ["as they are"]
    for change in _CHANGES:
        if (change.colour and pixels.shape[3] != 3) or (change.boxes and places is None):
            continue
        used = {name: getattr(augment, name) for name in change.fields}
        given = used if all(used.values()) else change.fields
        shown = {"pca": 10 * given["pca"]} if "pca" in given else given  # as it is, no eye would find it
        rows.append(_changed(pixels, _only(augment, shown), change.column, seed, places))
        names.append(f"{change.name}\n{change.words.format(*given.values())}{_note(used == given)}")
    if places is None:
        rows.append(_mixed(pixels, mixup or _MIXUP, seed))
        names.append(f"mixup\neach with another, alpha {mixup or _MIXUP:g}{_note(bool(mixup))}")
    elif places.truth.shape[2] == _BOX:
        rows.append(_in_fours(pixels, places, seed))
        names.append(f"mosaic\nfour pictures as one{_note(bool(places.mosaic))}")
    if augment.moves or augment != _only(augment, {}):
        for number in (1, 2):
            rows.append(_changed(pixels, augment, None, seed + number, places))
            names.append("all together" + ("\nas this run does it" if number == 1 else "\nonce more: never the same"))
    else:
        names[0] += "\nthis run changes nothing"
    return strips(rows, names)


def _note(used: bool) -> str:
    return "" if used else "\nnot in this run"


def _only(augment: "Augment", fields: dict[str, Any]) -> "Augment":
    """A change with these ranges alone, and the manner (edge, colours, smoothness) of another."""
    from lenslet.data import Augment

    kept = {name: getattr(augment, name) for name in ("colours", "edge", "elastic_width")}
    return Augment(**kept, **fields)


def _changed(
    pixels: UInt8[np.ndarray, "n h w c"],
    augment: "Augment",
    column: tuple[str, int] | None,
    seed: int,
    places: _Places | None = None,
) -> list[UInt8[np.ndarray, "h w 3"]]:
    """The pictures changed; where a column of the dice is named, by even steps through its range."""
    import torch

    n = len(pixels)
    dice = augment.draw(n, torch.Generator().manual_seed(seed))
    if column is not None:
        name, number = column
        even = getattr(dice, name).clone()
        if name != "turns":
            even[:, number] = torch.linspace(-1, 1, n)
        if (name, number) == ("move", 5):  # the shift goes around, not along a line
            around = torch.arange(n) * (2 * torch.pi / n)
            even[:, 5], even[:, 6] = around.cos(), around.sin()
        if name == "turns":
            even = torch.arange(n) % 4
        if (name, number) == ("move", 0):  # and every other picture is mirrored
            even[:, 0] = torch.arange(n) % 2 * 2.0 - 1
        dice = replace(dice, **{name: even})
    images = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2)
    height, width = images.shape[2:]
    return _shown(_bytes(augment.apply(images, dice)), augment.matrices(dice, height, width), places)


def _shown(
    pixels: UInt8[np.ndarray, "n h w c"], matrices: "Tensor | None", places: _Places | None
) -> list[UInt8[np.ndarray, "h w 3"]]:
    """The pictures with what has followed them."""
    if places is None:
        return [_rgb(picture) for picture in pixels]
    height, width = pixels.shape[1:3]
    moved = places.truth if matrices is None else places.follow(places.truth, matrices, height, width)
    return places.drawn(pixels, moved)


def _in_fours(pixels: UInt8[np.ndarray, "n h w c"], places: _Places, seed: int) -> list[UInt8[np.ndarray, "h w 3"]]:
    """Four pictures as one."""
    import torch

    from lenslet.data.mosaic import mosaic

    images = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2)
    made, truth = mosaic(images, places.truth, 1.0, torch.Generator().manual_seed(seed))
    return places.drawn(made.permute(0, 2, 3, 1).numpy(), truth)


def _mixed(pixels: UInt8[np.ndarray, "n h w c"], alpha: int | float, seed: int) -> list[UInt8[np.ndarray, "h w 3"]]:
    """Each picture mixed with another."""
    import torch

    from lenslet.data.mixup import mixup

    images = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255
    n = len(pixels)
    mixed = mixup(images, torch.arange(n), n, alpha, torch.Generator().manual_seed(seed))[0]
    return _shown(_bytes(mixed), None, None)


def _bytes(images: Any) -> UInt8[np.ndarray, "n h w c"]:
    found: np.ndarray = (images * 255).round().byte().permute(0, 2, 3, 1).numpy()
    return found


def _rgb(image: UInt8[np.ndarray, "h w c"]) -> UInt8[np.ndarray, "h w 3"]:
    return image if image.shape[2] == 3 else np.repeat(image, 3, axis=2)
