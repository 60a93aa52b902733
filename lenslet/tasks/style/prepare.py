"""Photos and a style -> everything that `fit` needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import nn

from lenslet.card import Card, software
from lenslet.data import Skipped, decode, split_by_content
from lenslet.data.split import mark_of, seen_keys
from lenslet.errors import CallError, DataError, ImageError, WorkError
from lenslet.image import Preprocess, find_images, image_size, resize
from lenslet.loops import Epoch, Learner, Recipe
from lenslet.loops.usual import settled
from lenslet.nets import build
from lenslet.tasks.style.encoder import Encoder
from lenslet.tasks.style.photos import Photos
from lenslet.tasks.style.stylist import Stylist
from lenslet.tasks.style.training import Goal, Repaint

__all__ = ["CROP", "Prepared", "prepare"]

NET = "brush_s"
CROP = 112  # pixels
_LONG = 384  # pixels that a style is long when it is looked at: strokes are then as wide as in a print of that size
_MOST, _HELD = 4000, 48  # photos: more teach a style no better; more take longer to measure than they tell
_SMALLEST, _LARGEST = 160, 256  # sides that photos are decoded at, pixels
_LOOKED = 64  # photos of which the size is asked
_MOVING = 0.5


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    net: nn.Module
    card: Card
    task: Repaint
    train: Photos
    valid: Photos | None
    recipe: Recipe
    held_out: tuple[Path, ...]
    """To measure on at the end."""
    by_heart: bool
    measured_on: str
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    style: UInt8[np.ndarray, "h w 3"]

    def model(self) -> Stylist:
        """The object that a user is to hold."""
        return Stylist(self.net, self.card, self.task.aim.style, lambda: self.task.aim.encoder)

    def begin(self, *, progress: Callable[[float], None] | None = None) -> Learner:
        """What `fit` is given; nothing has to be done before."""
        del progress
        return Learner(self.net, self.train, self.valid, self.recipe)

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""
        return f"content {valid['content']:.2f}, style {valid['style']:.3f}"

    def enough(self, epoch: Epoch) -> bool:
        """Never: a style has no answers to be learned by heart."""
        del epoch
        return False

    def measured(
        self, model: Stylist, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Stylist, dict[str, Any], list[str]]:
        """The model with its numbers; nothing beside; and sentences."""
        try:
            found = model.evaluate(self.held_out, include_seen=True, on_picture=on_picture)
        except DataError:
            return model, {}, ["the photos could no longer be opened at the end, so nothing was measured"]
        return model.with_evaluation(found, self.measured_on), {}, []

    def judged(self, model: Stylist) -> str:
        """There is no such test."""
        raise WorkError(f"{model} cannot be tested by heart")


def prepare(
    data: str | Path,
    *,
    style: UInt8[np.ndarray, "h w 3"],
    style_name: str,
    encoder: Encoder,
    encoder_name: str,
    strength: float | int = 0.5,
    start: Stylist | None = None,
    net: str | None = None,
    size: int | None = None,
    budget: Mapping[str, Any],
    share: tuple[int, int] = (0, 1),
    on_decoded: Callable[[int, int], None] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Prepared:
    """Find the photos, decode and split them, and look at the style.

    Args:
        data: a folder of photos, with any folders below it.
        style: the painting.
        style_name: what it is called.
        encoder: through whose eyes both are compared.
        encoder_name: by which it can be opened again.
        strength: of the style, 0 to 1, as in `stylize`.
        start: a model of another style to begin with; its net is taken where none is named.
        net: brush_s.
        size: long side of the style as the net learns it, pixels: larger makes larger strokes; 384 unless given.
        budget: fields of the `Recipe` that the caller has decided.
        share: (rank, processes) of this one, where several train together.
        on_decoded: called with (done, of) photos.
        on_batch: called with the number of photos of each batch.

    Raises:
        CallError: no photos there; a net that does not paint; a strength or a size beyond what is possible.
        DataError: most of them cannot be read.
    """
    name = net or (NET if start is None else start.card.net)
    if not name.startswith("brush"):
        raise CallError(f"{name} does not paint: give --net brush_s")
    if not 0 <= strength <= 1:
        raise CallError(f"strength is 0 (the photograph) to 1 (the style alone), not {strength}")
    long = _LONG if size is None else size
    if not CROP // 2 <= long <= 2048:
        raise CallError(f"size is that of the style, {CROP // 2} to 2048 pixels, not {long}")
    found = find_images(data)
    paths = found if len(found) <= _MOST else [found[i * len(found) // _MOST] for i in range(_MOST)]
    side = _side(paths)
    shape = Preprocess(size=(side, side), resize="crop", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    pictures = decode(paths, shape, progress=on_decoded)
    rows = np.array(pictures.rows)
    readable = np.flatnonzero(rows >= 0)
    if not len(readable):
        raise DataError(f"{data}: no photo there can be read")
    keys = pictures.keys[rows[readable]]
    held = split_by_content(keys, np.zeros(len(keys), np.int64), share=min(0.1, _HELD / len(keys)))
    learn, out = readable[~held], readable[held][: 2 * _HELD]
    recipe = settled(
        {"optimizer": "adamw", "momentum": 0.9, "rate": 3e-3, "decay": 0.0, "smoothing": 0.0, "warmup": 0.02,
         "batch": min(2, len(learn)), "average": 0.05},
        budget, minutes=15,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        made = build(name, num_classes=3, in_channels=3)
    if start is not None:
        if name != start.card.net:
            raise CallError(f"the weights are of a {start.card.net}, not of a {name}: leave --net out, or give none")
        made.load_state_dict({key: value.float() for key, value in start.net.state_dict().items()})
    aim = Goal.of(encoder, _scaled(style, long, encoder.smallest))
    notes = list(pictures.notes)
    if len(paths) < len(found):
        notes.append(f"of {len(found):,} photos {len(paths):,} are used: more would teach a style no better")
    return Prepared(
        net=made,
        card=Card(
            task="style",
            net=name,
            net_arguments={"num_classes": 3, "in_channels": 3},
            labels=("red", "green", "blue"),
            preprocess=Preprocess(size=(CROP, CROP), resize="crop", channels=3, mean=shape.mean, std=shape.std),
            recipe=recipe.to_dict() | {"augment": "crops, mirrored; second views", "processes": share[1]},
            data={
                "folder": Path(data).name,
                "fingerprint": mark_of(pictures.keys),
                "trained_on": len(learn),
                "held_out": len(out),
            },
            head={"style": style_name, "strength": float(strength), "encoder": encoder_name, "style_size": long},
            versions=software(),
            licence={"weights": encoder.licence, "data": "not stated"},
            started_from={} if start is None else dict(start.card.started_from),
            seen=seen_keys("", pictures.keys[rows[learn]]),
        ),
        task=Repaint(aim, strength, shape.mean, shape.std),
        train=Photos(
            pictures.pixels, rows[learn], shape, crop=CROP, size=min(recipe.batch, -(-len(learn) // share[1])),
            moving=_MOVING, shuffle=True, seed=recipe.seed, share=share, watch=on_batch,
        ),
        valid=Photos(pictures.pixels, rows[out], shape, crop=CROP, size=8) if len(out) else None,
        recipe=recipe,
        held_out=tuple(paths[i] for i in (out if len(out) else learn)[:_HELD]),
        by_heart=False,
        measured_on=f"{min(len(out), _HELD)} photos held out" if len(out) else "the photos that it learned from",
        skipped=pictures.skipped,
        notes=tuple(notes),
        style=style,
    )  # fmt: skip


def _side(paths: Sequence[Path]) -> int:
    """Side at which photos are decoded: the middle one of their short sides, within bounds."""
    shorter = []
    for path in paths[:: max(1, len(paths) // _LOOKED)][:_LOOKED]:
        try:
            shorter.append(min(image_size(path)))
        except ImageError:
            continue
    middle = float(np.median(shorter)) if shorter else float(_SMALLEST)
    return int(np.clip(round(middle / 16) * 16, _SMALLEST, _LARGEST))


def _scaled(style: UInt8[np.ndarray, "h w 3"], long: int, least: int) -> UInt8[np.ndarray, "H W 3"]:
    times = long / max(style.shape[:2])
    height, width = (max(round(side * times), least) for side in style.shape[:2])
    return resize(style, (height, width))
