"""A data set of boxes -> everything that `fit` needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from lenslet.card import Card, software
from lenslet.card.start import Start
from lenslet.data import Scene, Scenes, Skipped, channel_statistics, decode, read_boxes
from lenslet.data.follow import boxes_follow
from lenslet.data.placed import Placed, stacked
from lenslet.data.split import mark_of, seen_keys
from lenslet.data.together import groups_of, halves
from lenslet.errors import CallError, DataError, WorkError
from lenslet.image import Preprocess
from lenslet.image.resizing import letterboxed
from lenslet.loops import Epoch, Learner, Recipe
from lenslet.nets import Argus, build
from lenslet.tasks.detect import defaults
from lenslet.tasks.detect.anchors import Anchors
from lenslet.tasks.detect.backbone import take_over
from lenslet.tasks.detect.detector import Detector
from lenslet.tasks.detect.head import HEADS, Head
from lenslet.tasks.detect.points import Points
from lenslet.tasks.detect.shapes import anchor_shapes
from lenslet.tasks.detect.training import Detect

_BY_HEART, _WELL_PLACED = 0.999, 0.9  # mAP50 and mAP of pictures learned by heart


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    net: nn.Module
    card: Card
    task: Detect
    train: Placed
    valid: Placed | None
    recipe: Recipe
    chosen_by: tuple[Scene, ...]
    """By which the best epoch and the threshold are chosen; the pictures learned from where nothing was held out."""
    held_out: tuple[Scene, ...]
    """To measure on at the end."""
    by_heart: bool
    measured_on: str
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    def model(self) -> Detector:
        """The object that a user is to hold."""
        return Detector(self.net, self.card)

    def begin(self, *, progress: Callable[[float], None] | None = None) -> Learner:
        """What `fit` is given; nothing has to be done before."""
        del progress
        return Learner(self.net, self.train, self.valid, self.recipe)

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""
        return f"mAP50 {valid['map50']:.3f}, mAP {valid['map']:.3f}"

    def enough(self, epoch: Epoch) -> bool:
        """Whether everything is learned by heart."""
        return epoch.valid.get("map50", 0.0) >= _BY_HEART and epoch.valid["map"] >= _WELL_PLACED

    def measured(
        self, model: Detector, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Detector, dict[str, Any], list[str]]:
        """The model with its threshold and its numbers; nothing beside; and sentences."""
        notes: list[str] = []
        try:
            found = model.evaluate(self.chosen_by, include_seen=self.by_heart, on_picture=on_picture)
            chosen = found.curves.best if found.curves is not None else None
            if chosen is not None:
                model = model.with_threshold(chosen, f"the best F1 at IoU 0.5 on {found.n} pictures")
            if self.held_out != self.chosen_by:
                found = model.evaluate(self.held_out, include_seen=self.by_heart, on_picture=on_picture)
        except DataError:
            notes.append(
                "the pictures could no longer be opened at the end; measured on the copies decoded at the start"
            )
            found = self.task.evaluated(model.net, self.valid or self.train)
        return model.with_evaluation(found, self.measured_on), {}, notes

    def judged(self, model: Detector) -> str:
        """See that everything was learned by heart, and say so.

        Raises:
            WorkError: it was not.
        """
        evaluation = model.evaluation
        assert evaluation is not None
        if evaluation["map50"] < _BY_HEART:
            raise WorkError(
                f"the self-test failed: mAP50 is {evaluation['map50']:.3f} on the {evaluation.n} pictures learned by "
                "heart, not 1; look for boxes that lie wrong with `lenslet data check`, or try a larger --size"
            )
        return f"the self-test passed: mAP50 is {evaluation['map50']:.3f} on {_pictures(evaluation.n)} learned by heart"


def prepare(
    data: str | Path,
    *,
    start: Start,
    net: str | None = None,
    head: str | None = None,
    rule: str | None = None,
    size: int | None = None,
    augment: str | None = None,
    mosaic: int | float | None = None,
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
        net: argus_s, argus_m or argus_l.
        head: "points" or "anchors".
        rule: of assignment, see the heads.
        size: the longer side of the net's input, pixels; None: from the pictures.
        augment: a name in `defaults.PRESETS`.
        mosaic: share of the pictures put together of four.
        budget: fields of the `Recipe` that the caller has decided.
        overfit: learn only this many pictures, with no augmentation, and measure on the same ones.
        share: (rank, processes) of this one, where several train together.
        on_decoded: called with (done, of) pictures.
        on_batch: called with the number of pictures of each training batch.

    Raises:
        DataError: see `read_boxes`; or nothing is left to learn from.
        CallError: unknown net, head, size or augmentation.
    """
    name = net or defaults.NET
    if not name.startswith("argus"):
        raise CallError(f"{name} does not find things: give --net argus_s, argus_m or argus_l")
    scenes = read_boxes(data)
    preset = "none" if overfit is not None else defaults.preset(augment)
    recipe = defaults.recipe(overfit or len(scenes.train), overfit=overfit is not None, **budget)
    high, wide = defaults.size(scenes.train, size)
    shape = Preprocess(size=(high, wide), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    chosen = [*scenes.train, *scenes.valid]
    pictures = decode([scene.path for scene in chosen], shape, progress=on_decoded)
    rows = np.array(pictures.rows)
    learn, held, how = halves(
        rows >= 0, pictures.keys[rows[rows >= 0]], _rarest(chosen, len(scenes.names)),
        is_valid=np.arange(len(chosen)) >= len(scenes.train), groups=groups_of(scenes.train), data=data,
    )  # fmt: skip
    if overfit is not None:
        learn = held = _few(learn, chosen, overfit)
        how = "the very pictures it learned, as a self-test"
    if not any(len(chosen[i].truth) for i in learn):
        raise DataError(f"{data}: after leaving out what cannot be read, no picture with a box is left to learn from")
    truth = [_truth(scene, (high, wide)) for scene in chosen]
    decided = _head(head, rule, len(scenes.names), [truth[i] for i in learn], recipe.seed)
    mean, std = start.mean, start.std
    if mean is None or std is None:
        mean, std = channel_statistics(pictures.pixels, rows[learn])
    final = replace(shape, mean=mean, std=std)
    arguments = {"num_classes": len(scenes.names), "in_channels": 3}
    arguments |= {"box_outputs": decided.box_outputs, "anchors": decided.per_cell}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        made = build(name, **arguments)
    assert isinstance(made, Argus)
    decided.begin(made)
    taken = take_over(made, start, scenes.names, decided)

    def placed(which: np.ndarray, **how: Any) -> Placed:
        boxes = stacked([truth[i] for i in which])
        return Placed(pictures.pixels, rows[which], boxes, final, follow=boxes_follow, **how)

    held_out = scenes.test or tuple(chosen[i] for i in held)
    by_heart = overfit is not None or not held_out
    learned = tuple(chosen[i] for i in learn)
    if by_heart:
        held_out = learned
    elif scenes.test:
        how = "the test part, by which nothing was chosen"
    return Prepared(
        net=made,
        card=Card(
            task="detect",
            net=name,
            net_arguments=arguments,
            head=decided.to_dict(),
            labels=scenes.names,
            preprocess=final,
            recipe=recipe.to_dict() | {"augment": preset, "mosaic": float(mosaic or 0), "processes": share[1]},
            data=_data_entry(scenes, chosen, learn, held, pictures.keys),
            versions=software(),
            licence={"weights": start.licence, "data": "not stated"},
            seen=seen_keys(start.seen, pictures.keys[rows[learn]]),
            started_from={} if taken is None else taken,
        ),
        task=Detect(decided, scenes.names),
        train=placed(
            learn,
            size=min(recipe.batch, -(-len(learn) // share[1])),
            augment=None if overfit is not None else defaults.PRESETS[preset],
            mosaic=0.0 if overfit is not None else mosaic or 0.0,
            shuffle=True,
            seed=recipe.seed,
            share=share,
            watch=on_batch,
        ),
        valid=placed(held, size=32) if len(held) else None,
        recipe=recipe,
        chosen_by=tuple(chosen[i] for i in held) or learned,
        held_out=held_out,
        by_heart=by_heart,
        measured_on=how,
        skipped=pictures.skipped,
        notes=(*scenes.notes, *(fault.sentence for fault in scenes.faults[:20]), *pictures.notes),
    )


def _pictures(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'}"


def _truth(scene: Scene, size: tuple[int, int]) -> np.ndarray:
    """Class and corners of what a picture shows, pixels of the net's input; crowds teach nothing."""
    seen = scene.truth if scene.truth.crowd is None else scene.truth[~scene.truth.crowd]
    if scene.truth.size is None:
        return np.empty((0, 5), np.float32)
    boxes = letterboxed(scene.truth.size, size).away_boxes(seen.boxes)
    return np.concatenate([seen.labels[:, None], boxes], 1).astype(np.float32)


def _head(head: str | None, rule: str | None, classes: int, truth: Sequence[np.ndarray], seed: int) -> Head:
    """What the maps are to mean; anchors are chosen from the boxes to learn from."""
    if head is not None and head not in HEADS:
        raise CallError(f"head is {head!r}: give {' or '.join(HEADS)}")
    if head == "anchors":
        boxes = np.concatenate(truth)[:, 1:]
        return Anchors(classes, anchor_shapes(boxes[:, 2:] - boxes[:, :2], seed=seed).tolist(), rule=rule or "centre")
    return Points(classes, rule=rule or "aligned")


def _rarest(chosen: Sequence[Scene], classes: int) -> np.ndarray:
    """Of each picture the class of its that the fewest boxes have; -1 where it shows nothing."""
    counts = np.bincount(np.concatenate([s.truth.labels for s in chosen]), minlength=classes)
    return np.array([int(min(s.truth.labels, key=lambda k: counts[k])) if len(s.truth) else -1 for s in chosen])


def _few(learn: np.ndarray, chosen: Sequence[Scene], count: int) -> np.ndarray:
    """`count` of the pictures to learn, those with boxes first."""
    if count < 1:
        raise CallError(f"overfit is {count}: give at least 1 picture")
    return np.array(sorted(learn, key=lambda i: len(chosen[i].truth) == 0)[:count])


def _data_entry(
    scenes: Scenes, chosen: Sequence[Scene], learn: np.ndarray, held: np.ndarray, keys: np.ndarray
) -> dict[str, Any]:
    """What the card says about the data: enough to recognise it, nothing that shows it."""
    counts = np.bincount(
        np.concatenate([chosen[i].truth.labels for i in learn]).astype(int), minlength=len(scenes.names)
    )
    return {
        "folder": scenes.folder.name,
        "form": scenes.form,
        "fingerprint": mark_of(keys),
        "trained_on": len(learn),
        "held_out": len(held),
        "picture_side": int(np.median([max(chosen[i].truth.size or (0, 0)) for i in learn])),
        "without_boxes": int(sum(not len(chosen[i].truth) for i in learn)),
        "per_class": dict(zip(scenes.names, counts.tolist(), strict=True)),
    }
