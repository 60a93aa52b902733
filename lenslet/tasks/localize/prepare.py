"""A data set of boxes -> everything that `fit` needs to learn one thing a picture."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from lenslet.card import Card, software
from lenslet.card.stages import take_stages
from lenslet.card.start import Start
from lenslet.data import Scenes, Skipped, channel_statistics, decode, read_boxes
from lenslet.data.follow import boxes_follow
from lenslet.data.placed import Placed, stacked
from lenslet.data.split import mark_of, seen_keys
from lenslet.data.together import groups_of, halves
from lenslet.errors import CallError, DataError, WorkError
from lenslet.image import Preprocess
from lenslet.image.resizing import letterboxed
from lenslet.loops import Epoch, Learner, Recipe
from lenslet.nets import build
from lenslet.tasks.localize import defaults
from lenslet.tasks.localize.decode import NUMBERS
from lenslet.tasks.localize.localizer import Localizer
from lenslet.tasks.localize.shown import Shown, shown
from lenslet.tasks.localize.training import Localize

_LEARNED, _BY_HEART = 0.95, 0.85  # mean IoU: where a self-test ends early, and where it passes

_FILLED = 16  # pictures of a batch at least, while learning by heart


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    net: nn.Module
    card: Card
    task: Localize
    train: Placed
    valid: Placed | None
    recipe: Recipe
    held_out: tuple[Shown, ...]
    """To measure on at the end; the pictures learned from where nothing could be held out."""
    by_heart: bool
    measured_on: str
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    def model(self) -> Localizer:
        """The object that a user is to hold."""
        return Localizer(self.net, self.card)

    def begin(self, *, progress: Callable[[float], None] | None = None) -> Learner:
        """What `fit` is given; nothing has to be done before."""
        del progress
        return Learner(self.net, self.train, self.valid, self.recipe)

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""
        found = f", {valid['found']:.0%} found" if "found" in valid else ""
        return f"{valid['right']:.1%} right{found}"

    def enough(self, epoch: Epoch) -> bool:
        """Whether everything is learned by heart."""
        return epoch.valid.get("placed", 0.0) >= _LEARNED

    def measured(
        self, model: Localizer, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Localizer, dict[str, Any], list[str]]:
        """The model with its numbers; nothing beside; and sentences."""
        notes: list[str] = []
        try:
            found = model.evaluate(self.held_out, include_seen=self.by_heart, on_picture=on_picture)
        except DataError:
            notes.append(
                "the pictures could no longer be opened at the end; measured on the copies decoded at the start"
            )
            found = self.task.evaluated(model.net, self.valid or self.train)
        return model.with_evaluation(found, self.measured_on), {}, notes

    def judged(self, model: Localizer) -> str:
        """See that everything was learned by heart, and say so.

        Raises:
            WorkError: it was not.
        """
        evaluation = model.evaluation
        assert evaluation is not None
        right, fits, n = evaluation["accuracy"], evaluation["mean_iou"], evaluation.n
        what = f"{n} picture{'' if n == 1 else 's'}"
        if right < 1 or fits < _BY_HEART:  # a mean IoU that is not a number, of pictures without a thing, passes
            raise WorkError(
                f"the self-test failed: of {what} learned by heart {right:.0%} are right and the mean IoU is "
                f"{fits:.2f}, not above {_BY_HEART}; look for boxes that lie wrong with `lenslet data check`, or try a "
                "larger --size"
            )
        return f"the self-test passed: {what} learned by heart, mean IoU {fits:.2f}"


def prepare(
    data: str | Path,
    *,
    start: Start,
    net: str | None = None,
    size: int | None = None,
    augment: str | None = None,
    budget: Mapping[str, Any],
    overfit: int | None = None,
    share: tuple[int, int] = (0, 1),
    on_decoded: Callable[[int, int], None] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Prepared:
    """Read, decode, split, and choose what was left open.

    Args:
        data: see `data.read_boxes`.
        start: the weights that the first stages begin with.
        net: locus_s or locus_m.
        size: side of the square that the net sees, pixels; None: from the pictures.
        augment: a name in `defaults.PRESETS`.
        budget: fields of the `Recipe` that the caller has decided.
        overfit: learn only this many pictures, with no augmentation, and measure on the same ones.
        share: (rank, processes) of this one, where several train together.
        on_decoded: called with (done, of) pictures.
        on_batch: called with the number of pictures of each training batch.

    Raises:
        DataError: see `read_boxes`; or nothing is left to learn from.
        CallError: unknown net, size or augmentation.
    """
    name = net or defaults.NET
    if not name.startswith("locus"):
        raise CallError(f"{name} does not say where a thing is: give --net locus_s or locus_m")
    scenes = read_boxes(data)
    parts = {part: shown(made, scenes.names) for part, made in scenes.named.items()}
    chosen = [one for part in ("train", "valid") if part in parts for one in parts[part][0]]
    preset = "none" if overfit is not None else defaults.preset(augment)
    side = defaults.side([max(one.truth.size or (1, 1)) for one in chosen], size)
    shape = Preprocess(size=(side, side), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    pictures = decode([one.path for one in chosen], shape, progress=on_decoded)
    rows = np.array(pictures.rows)
    learn, held, how = halves(
        rows >= 0, pictures.keys[rows[rows >= 0]], np.array([one.kind for one in chosen], np.int64),
        is_valid=np.arange(len(chosen)) >= len(scenes.train), groups=groups_of(scenes.train), data=data,
    )  # fmt: skip
    if overfit is not None:
        learn = held = _few(learn, chosen, overfit)
        how = "the very pictures it learned, as a self-test"
    if not any(chosen[i].kind >= 0 for i in learn):
        raise DataError(f"{data}: after leaving out what cannot be read, no picture with a box is left to learn from")
    turns = learn
    if overfit is not None:  # again and again, until they fill a batch: batch norm cannot learn from one or two
        turns = np.resize(learn, max(len(learn), _FILLED))
    recipe = defaults.recipe(len(turns), overfit=overfit is not None, **budget)
    mean, std = start.mean, start.std
    if mean is None or std is None:
        mean, std = channel_statistics(pictures.pixels, rows[learn])
    final = replace(shape, mean=mean, std=std)
    arguments = {"num_classes": NUMBERS + len(scenes.names), "in_channels": 3}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        made = build(name, **arguments)
    same = start.labels == scenes.names
    taken = take_stages(made, start, own="locus", ending=("fc.",), keep_ending=same)
    truth = stacked([_table(one, (side, side)) for one in chosen])

    def placed(which: Int[np.ndarray, " n"], **how: Any) -> Placed:
        boxes = truth[torch.from_numpy(which)]
        return Placed(pictures.pixels, rows[which], boxes, final, follow=boxes_follow, **how)

    test = parts["test"][0] if "test" in parts else []
    held_out = tuple(test) or tuple(chosen[i] for i in held)
    by_heart = overfit is not None or not held_out
    if by_heart:
        held_out = tuple(chosen[i] for i in learn)
    elif test:
        how = "the test part, by which nothing was chosen"
    return Prepared(
        net=made,
        card=Card(
            task="localize",
            net=name,
            net_arguments=arguments,
            labels=scenes.names,
            preprocess=final,
            recipe=recipe.to_dict() | {"augment": preset, "processes": share[1]},
            data=_data_entry(scenes, chosen, learn, held, pictures.keys),
            versions=software(),
            licence={"weights": start.licence, "data": "not stated"},
            seen=seen_keys(start.seen, pictures.keys[rows[learn]]),
            started_from={} if taken is None else taken,
        ),
        task=Localize(scenes.names, final.size, recipe.smoothing),
        train=placed(
            turns,
            size=min(recipe.batch, -(-len(turns) // share[1])),
            augment=None if overfit is not None else defaults.PRESETS[preset],
            shuffle=True,
            seed=recipe.seed,
            share=share,
            watch=on_batch,
        ),
        valid=placed(held, size=32) if len(held) else None,
        recipe=recipe,
        held_out=held_out,
        by_heart=by_heart,
        measured_on=how,
        skipped=pictures.skipped,
        notes=(
            *scenes.notes,
            *dict.fromkeys(note for _, said in parts.values() for note in said),
            *(fault.sentence for fault in scenes.faults[:20]),
            *pictures.notes,
        ),
    )


def _table(one: Shown, size: tuple[int, int]) -> Float[np.ndarray, "1 5"]:
    """Class and corners in pixels of the net's input; class -1 where nothing is there."""
    if one.kind < 0 or one.truth.size is None:
        return np.array([[-1.0, 0, 0, 0, 0]], np.float32)
    box = letterboxed(one.truth.size, size).away_boxes(one.truth.box)
    return np.concatenate([[one.kind], box])[None].astype(np.float32)


def _few(learn: Int[np.ndarray, " n"], chosen: Sequence[Shown], count: int) -> Int[np.ndarray, " m"]:
    """`count` of the pictures to learn, those with a thing first."""
    if count < 1:
        raise CallError(f"overfit is {count}: give at least 1 picture")
    return np.array(sorted(learn, key=lambda i: chosen[i].kind < 0)[:count], np.int64)


def _data_entry(
    scenes: Scenes, chosen: Sequence[Shown], learn: np.ndarray, held: np.ndarray, keys: np.ndarray
) -> dict[str, Any]:
    """What the card says about the data: enough to recognise it, nothing that shows it."""
    kinds = np.array([chosen[i].kind for i in learn], np.int64)
    counts = np.bincount(kinds[kinds >= 0], minlength=len(scenes.names))
    return {
        "folder": scenes.folder.name,
        "form": scenes.form,
        "fingerprint": mark_of(keys),
        "trained_on": len(learn),
        "held_out": len(held),
        "without_boxes": int((kinds < 0).sum()),
        "per_class": dict(zip(scenes.names, counts.tolist(), strict=True)),
    }
