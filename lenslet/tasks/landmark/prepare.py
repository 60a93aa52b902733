"""A data set of points -> everything that `fit` needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor, nn

from lenslet.card import Card, software
from lenslet.card.stages import take_stages
from lenslet.card.start import Start
from lenslet.data import Scenes, Skipped, channel_statistics, read_boxes
from lenslet.data.follow import points_follow
from lenslet.data.joined import Joined
from lenslet.data.placed import Placed
from lenslet.data.split import mark_of, seen_keys
from lenslet.data.together import groups_of, halves
from lenslet.errors import CallError, DataError, WorkError
from lenslet.image import Preprocess
from lenslet.loops import Epoch, Learner, Recipe
from lenslet.nets import build
from lenslet.tasks.landmark import defaults
from lenslet.tasks.landmark.flips import mirror_of
from lenslet.tasks.landmark.landmarker import Landmarker
from lenslet.tasks.landmark.metrics import unit_of
from lenslet.tasks.landmark.seen import Seen, see
from lenslet.tasks.landmark.things import Thing, things, view_of
from lenslet.tasks.landmark.training import Landmark
from lenslet.tasks.landmark.views import BOX, MARGIN, WHOLE, View

_LEARNED, _BY_HEART = 0.015, 0.03  # nme: where a self-test ends early, and where it passes
_FILLS = 0.6  # of a picture's longer side: where things are as large as that, a second look sees nothing more
_ENOUGH = 3  # points that span a box
_FILLED = 16


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    net: nn.Module
    card: Card
    task: Landmark
    train: Placed
    valid: Placed | None
    recipe: Recipe
    held_out: tuple[Thing, ...]
    """To measure on at the end; the things learned from where nothing could be held out."""
    by_heart: bool
    measured_on: str
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]

    def model(self) -> Landmarker:
        """The object that a user is to hold."""
        return Landmarker(self.net, self.card)

    def begin(self, *, progress: Callable[[float], None] | None = None) -> Learner:
        """What `fit` is given; nothing has to be done before."""
        del progress
        return Learner(self.net, self.train, self.valid, self.recipe)

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""
        return f"off by {valid['nme']:.2%}"

    def enough(self, epoch: Epoch) -> bool:
        """Whether everything is learned by heart."""
        return epoch.valid.get("nme", 1.0) <= _LEARNED

    def measured(
        self, model: Landmarker, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Landmarker, dict[str, Any], list[str]]:
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

    def judged(self, model: Landmarker) -> str:
        """See that everything was learned by heart, and say so.

        Raises:
            WorkError: it was not.
        """
        evaluation = model.evaluation
        assert evaluation is not None
        nme, n = evaluation["nme"], evaluation.n
        what = f"{n} thing{'' if n == 1 else 's'}"
        if nme > _BY_HEART:
            raise WorkError(
                f"the self-test failed: the points of {what} learned by heart are off by {nme:.1%}, not by "
                f"{_BY_HEART:.0%} at most; look for points in the wrong order or place, or try a larger --size"
            )
        return f"the self-test passed: the points of {what} learned by heart are off by {nme:.1%}"


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
        data: see `data.read_boxes`; with points.
        start: the weights that the first stages begin with.
        net: stylus_s or stylus_m.
        size: side of the square that the net sees, pixels; None: from the pictures.
        augment: a name in `defaults.PRESETS`.
        budget: fields of the `Recipe` that the caller has decided.
        overfit: learn only so many things, with no augmentation, and measure on the same ones.
        share: (rank, processes) of this one, where several train together.
        on_decoded: called with (done, of) pictures.
        on_batch: called with the number of views of each training batch.

    Raises:
        DataError: see `read_boxes`; or it has no points, or nothing is left to learn from.
        CallError: unknown net, size or augmentation.
    """
    name = net or defaults.NET
    if not name.startswith("stylus"):
        raise CallError(f"{name} does not point at places: give --net stylus_s or stylus_m")
    scenes = read_boxes(data)
    chosen, test, view, said = _read(scenes, data)
    preset = "none" if overfit is not None else defaults.preset(augment)
    side = defaults.side(_sides([thing for thing, _ in chosen], view), size)
    shape = Preprocess(size=(side, side), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    every = [thing for thing, _ in chosen]
    seen = see(every, view, shape, on_decoded)
    readable, part = seen.rows[: len(every)] >= 0, np.array([part for _, part in chosen])
    known = groups_of(scenes.train)
    learn, held, how = halves(
        readable, seen.keys[readable], np.zeros(len(every), np.int64), is_valid=part == "valid",
        groups=replace(known, of=tuple(thing.group for thing in every) if known else ()), data=data, called="things",
    )  # fmt: skip
    if overfit is not None:
        learn = held = _few(learn, overfit)
        how = "the very things it learned, as a self-test"
    if not len(learn):
        raise DataError(f"{data}: after leaving out what cannot be read, no thing with points is left to learn from")
    views = _views(learn, len(every), view.looks)
    if overfit is not None:  # again and again, until they fill a batch: batch norm cannot learn from one or two
        views = np.resize(views, max(len(views), _FILLED))
    recipe = defaults.recipe(len(learn) if overfit is None else len(views), overfit=overfit is not None, **budget)
    mean, std = start.mean, start.std
    if mean is None or std is None:
        first = seen.pixels.first if isinstance(seen.pixels, Joined) else seen.pixels
        mean, std = channel_statistics(first, seen.rows[learn])
    final = replace(shape, mean=mean, std=std)
    names = scenes.joints.names if scenes.joints is not None else ()
    arguments = {"num_classes": len(names), "in_channels": 3}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        made = build(name, **arguments)
    same = start.labels == names
    taken = take_stages(made, start, own="stylus", ending=("out.",), keep_ending=same)
    changes = defaults.PRESETS[preset]
    placed = partial(_placed, seen=seen, shape=final, view=view)
    held_out = tuple(test) or tuple(every[i] for i in held)
    by_heart = overfit is not None or not held_out
    if by_heart:
        held_out = tuple(every[i] for i in learn)
    elif test:
        how = "the test part, by which nothing was chosen"
    unit = "picture" if view.unit == "box" and view.view == BOX else view.unit
    return Prepared(
        net=made,
        card=Card(
            task="landmark",
            net=name,
            net_arguments=arguments,
            head=view.to_dict(),
            labels=names,
            preprocess=final,
            recipe=recipe.to_dict() | {"augment": preset, "processes": share[1]},
            data=_data_entry(scenes, every, learn, held, seen),
            versions=software(),
            licence={"weights": start.licence, "data": "not stated"},
            seen=seen_keys(start.seen, seen.keys[learn]),
            started_from={} if taken is None else taken,
        ),
        task=Landmark(names, final.size, unit),
        train=placed(
            views,
            size=min(recipe.batch, -(-len(views) // share[1])),
            augment=None if overfit is not None else changes if view.flip else replace(changes, mirror=False),
            shuffle=True,
            seed=recipe.seed,
            share=share,
            watch=on_batch,
        ),
        # with two looks, the second one decides; what is learned by heart must be known by both
        valid=placed(views if overfit is not None else held + (view.looks - 1) * len(every), size=32)
        if len(held)
        else None,
        recipe=recipe,
        held_out=held_out,
        by_heart=by_heart,
        measured_on=how,
        skipped=seen.skipped,
        notes=(*scenes.notes, *said, *(fault.sentence for fault in scenes.faults[:20]), *seen.notes),
    )


def _read(scenes: Scenes, data: str | Path) -> tuple[list[tuple[Thing, str]], list[Thing], View, list[str]]:
    """Things to learn from and to choose by, each with the part it stands in; those to measure on; how they are
    seen; and sentences."""
    if scenes.joints is None:
        raise DataError(
            f"{data} has boxes and no points: give --task detect, or label points (a .csv with the columns "
            "image,x0,y0,x1,y1,..., or keypoints of COCO or YOLO)"
        )
    seen = view_of(scenes)
    parts = {name: things(part, seen) for name, part in scenes.named.items()}
    chosen = [(thing, str(name)) for name in parts if name != "test" for thing in parts[name][0]]
    notes = list(dict.fromkeys(note for _, said in parts.values() for note in said))
    learned = [thing for thing, name in chosen if name == "train"]
    mirror = mirror_of(scenes, [np.asarray(thing.truth.places) for thing in learned])
    unit = unit_of(scenes.joints.names, [thing.box for thing in learned])
    view = View(seen, _looks(learned, seen), MARGIN, unit, scenes.joints.lines, mirror.flip)
    notes += [mirror.said] if mirror.said else []
    return chosen, parts["test"][0] if "test" in parts else [], view, notes


def _looks(learned: Sequence[Thing], view: str) -> int:
    """Two where things are small in their pictures, and their points span a box that says where they are."""
    if view != WHOLE or not learned or len(learned[0].truth) < _ENOUGH:
        return 1
    fills = [float((t.box[2:] - t.box[:2]).max()) / max(t.truth.size or (1, 1)) for t in learned]
    return 2 if min(fills) > 0.02 and np.median(fills) < _FILLS else 1


def _sides(every: Sequence[Thing], view: View) -> list[float]:
    """Longer sides of what the net sees, pixels; of second looks, which see the finer things, where there are such."""
    if view.view == WHOLE and view.looks == 1:
        return [float(max(thing.truth.size or (1, 1))) for thing in every]
    return [float((thing.box[2:] - thing.box[:2]).max()) * (1 + 2 * view.margin) for thing in every]


def _views(of: Int[np.ndarray, " n"], count: int, looks: int) -> Int[np.ndarray, " v"]:
    """Numbers of the views of some things."""
    return np.concatenate([of + look * count for look in range(looks)])


def _placed(which: Int[np.ndarray, " v"], *, seen: Seen, shape: Preprocess, view: View, **how: Any) -> Placed:
    """A feed of some views."""
    which = which[seen.rows[which] >= 0]

    def follow(truth: Tensor, matrices: Tensor, height: int, width: int) -> Tensor:
        del height, width
        return points_follow(truth, matrices, view.flip)

    return Placed(seen.pixels, seen.rows[which], seen.truth[torch.from_numpy(which)], shape, follow=follow, **how)


def _few(learn: Int[np.ndarray, " n"], count: int) -> Int[np.ndarray, " m"]:
    if count < 1:
        raise CallError(f"overfit is {count}: give at least 1 picture")
    return learn[:count]


def _data_entry(
    scenes: Scenes, every: Sequence[Thing], learn: np.ndarray, held: np.ndarray, seen: Seen
) -> dict[str, Any]:
    """What the card says about the data: enough to recognise it, nothing that shows it."""
    known = np.array([every[i].truth.known for i in learn]).sum(0)
    names = scenes.joints.names if scenes.joints is not None else ()
    return {
        "folder": scenes.folder.name,
        "form": scenes.form,
        "fingerprint": mark_of(seen.keys),
        "trained_on": len(learn),
        "held_out": len(held),
        "groups": len({every[i].group for i in learn} - {""}),
        "per_class": dict(zip(names, known.tolist(), strict=True)),
    }
