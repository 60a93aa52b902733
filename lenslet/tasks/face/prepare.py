"""Pictures of identities -> everything that `fit` needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from lenslet.card import Card, software
from lenslet.card.stages import take_stages
from lenslet.card.start import Start
from lenslet.data import Batches, Sample, Skipped, channel_statistics, decode
from lenslet.data.compared import SYMMETRIES, Compared
from lenslet.data.identities import Identities, read_identities
from lenslet.data.split import mark_of, seen_keys
from lenslet.errors import CallError, DataError, WorkError
from lenslet.image import Preprocess
from lenslet.loops import Epoch, Learner, Recipe
from lenslet.nets import build
from lenslet.tasks.face import defaults
from lenslet.tasks.face.align import SIDE
from lenslet.tasks.face.binary import BinaryHead
from lenslet.tasks.face.embedder import Embedder
from lenslet.tasks.face.faces import Faces
from lenslet.tasks.face.halves import few, first, halves, measured_on
from lenslet.tasks.face.learning import Learning, head_for
from lenslet.tasks.face.metrics import all_pairs, area, distances, rates
from lenslet.tasks.face.training import Face
from lenslet.tasks.face.upright import Largest, Upright

LABELS = ("different", "same")
"""Of a card: what is said of two pictures. Who was learned from is nobody's business."""
_TO_WHITEN = 5000  # pictures
_LEARNED, _BY_HEART = 0.999, 0.98  # auc: where a self-test ends early, and where it passes


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    net: nn.Module
    """With the head of its loss."""
    card: Card
    task: Face
    train: Compared
    valid: Batches | None
    recipe: Recipe
    held_out: Identities
    """To measure on at the end; those learned from where nothing could be held out."""
    by_heart: bool
    measured_on: str
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    upright: Upright | None = None
    """What found the faces, where it learns from pictures of people as they are."""
    samples: tuple[Sample, ...] = ()
    """Of the rows of `valid`; then of those held out on which no face is found."""

    @property
    def learning(self) -> Learning:
        """The net with the head of its loss."""
        assert isinstance(self.net, Learning)
        return self.net

    def model(self) -> Embedder | Faces:
        """The object that a user is to hold."""
        head = self.learning.head
        return self._whole(
            Embedder(self.learning.net, self.card, binary=head if isinstance(head, BinaryHead) else None)
        )

    def _whole(self, model: Embedder) -> Embedder | Faces:
        """The model, behind what finds the faces."""
        if self.upright is None:
            return model
        return Faces.around(model, self.upright.finder, self.upright.points)

    def begin(self, *, progress: Callable[[float], None] | None = None) -> Learner:
        """What `fit` is given; nothing has to be done before."""
        del progress
        return Learner(self.net, self.train, self.valid, self.recipe)

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""
        return f"{valid['found']:.1%} found from one picture"

    def enough(self, epoch: Epoch) -> bool:
        """Whether everything is learned by heart."""
        return epoch.valid.get("auc", 0.0) >= _LEARNED

    def measured(
        self, model: Embedder | Faces, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Embedder | Faces, dict[str, Any], list[str]]:
        """The model with its threshold and numbers; nothing beside; and sentences."""
        notes = list(self.task.notes)
        inner = model.inner if isinstance(model, Faces) else model
        assert isinstance(inner, Embedder)  # it has a net, which has just learned
        inner = self.projected(inner)
        if not self.by_heart and self.valid is not None:
            inner = inner.calibrated(self.valid.pixels[self.valid.rows], self.valid.targets.numpy())
        whole, feed = self._whole(inner), self.valid or self.train
        names = self.held_out.names
        if self.upright is not None and self.samples:  # the faces are found already: the crops are the model's own
            labels = np.array([sample.label for sample in self.samples])
            paths, pixels = [sample.path for sample in self.samples], feed.pixels[feed.rows[: len(labels)]]
            found = inner.evaluate_decoded(pixels, labels, names, groups=self.held_out.groups, pictures=paths)
        else:
            try:
                found = whole.evaluate(self.held_out, include_seen=self.by_heart, on_picture=on_picture)
            except DataError:
                notes.append(
                    "the pictures could no longer be opened at the end; measured on the copies decoded at the start"
                )
                found = inner.evaluate_decoded(feed.pixels[feed.rows], feed.targets.numpy(), names)
        return whole.with_evaluation(found, self.measured_on), {}, notes

    def projected(self, model: Embedder, dimensions: int | None = None) -> Embedder:
        """The model with its encodings projected onto what tells identities apart, where that is better on those held
        out; of glyphs also where nothing is held out, for there it was better or level (docs/decisions/0015).

        Args:
            model: that has learned.
            dimensions: numbers to keep of an encoding; all unless given.
        """
        if (self.by_heart and self.valid is not None) or model.binary is not None:
            return model
        count = len(self.train.rows) // (SYMMETRIES if model.views == "symmetries" else 1)
        some = slice(0, count, max(1, count // _TO_WHITEN))
        pixels, whose = self.train.pixels[self.train.rows[:count][some]], self.train.targets[:count][some].numpy()
        # of eight views all directions are kept: each tells a little (docs/decisions/0015)
        whitened = model.whitened(pixels, whose, dimensions or model.dimensions)
        if self.valid is None:
            return whitened if model.views == "symmetries" else model
        held, theirs = self.valid.pixels[self.valid.rows], self.valid.targets.numpy()
        pairs = all_pairs(theirs)

        def auc(one: Embedder) -> float:
            return area(*rates(distances(one.vectors(held), pairs), pairs.same)[1:])

        return whitened if auc(whitened) >= auc(model) else model

    def judged(self, model: Embedder | Faces) -> str:
        """See that everything was learned by heart, and say so.

        Raises:
            WorkError: it was not.
        """
        evaluation = model.evaluation
        assert evaluation is not None
        auc, n = evaluation["auc"], evaluation.n
        if auc < _BY_HEART:
            raise WorkError(
                f"the self-test failed: of {n} pictures learned by heart, AUC is {auc:.3f}, not {_BY_HEART}; look for "
                "one person in two folders, or for two in one, or try another --rate"
            )
        return f"the self-test passed: {n} pictures learned by heart, AUC {auc:.3f}"


def prepare(
    data: str | Path | Identities,
    *,
    start: Callable[[str], Start],
    net: str | None = None,
    loss: str = "margin",
    miner: str = "semi-hard",
    size: int | None = None,
    augment: str | None = None,
    symmetries: bool | None = None,
    freeze: bool = False,
    hold_out: bool = True,
    upright: Upright | None = None,
    budget: Mapping[str, Any],
    overfit: int | None = None,
    share: tuple[int, int] = (0, 1),
    on_decoded: Callable[[int, int], None] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Prepared:
    """Read, decode, split, and choose what was left open.

    Args:
        data: see `data.identities.read_identities`.
        start: the weights that the first stages begin with, given the name of those that are usual.
        net: cameo_s, cameo_m or signet_s.
        loss: a name in `learning.LOSSES`.
        miner: of triplets, a name in `mine.MINERS`.
        size: side of the square that the net sees, pixels; None: from the pictures.
        augment: a name in `defaults.PRESETS`.
        symmetries: learn turned and mirrored ones as identities of their own; None: with the augmentation `glyph`.
        freeze: the net of the weights stays as it is, and the binary head alone learns (course item 4.7).
        hold_out: keep some identities to choose and measure by, where the data has no such part.
        upright: finds the largest face of every picture and brings it upright, before anything is learned; None: the
            pictures are taken as they are.
        budget: fields of the `Recipe` that the caller has decided.
        overfit: learn only so many pictures, with no augmentation, and measure on the same ones.
        share: (rank, processes) of this one, where several train together.
        on_decoded: called with (done, of) pictures.
        on_batch: called with the number of pictures of each training batch.

    Raises:
        DataError: see `read_identities`; or nobody with two pictures is left to learn from.
        CallError: unknown net, loss, miner, size or augmentation.
    """
    if freeze and loss != "binary":
        raise CallError("--freeze all leaves the head of --loss binary to learn; the other losses have no such head")
    people = data if isinstance(data, Identities) else read_identities(data)
    if upright is not None and overfit is not None:  # finding takes time: no more than are needed
        people = replace(people, train=tuple(first(people.train, 3 * overfit)), valid=(), test=())
    seen = defaults.look(people.train)
    if upright is not None:
        seen = replace(seen, inked=False, side=SIDE)
    begin = start(defaults.usual_weights(net, seen))
    name = net or (begin.net or seen.net).replace("facet", "cameo")
    if not name.startswith(("cameo", "signet")):
        raise CallError(f"{name} does not encode pictures to be compared: give --net cameo_s, cameo_m or signet_s")
    preset = "none" if overfit is not None else defaults.preset(augment, seen)
    turned = (preset == "glyph" if symmetries is None else symmetries) and overfit is None
    channels: Literal[1, 3] = 1 if (begin.channels or (1 if seen.grey else 3)) == 1 else 3
    side = _side(size or seen.side)
    shape = Preprocess((side, side), "letterbox", channels, (0.5,) * channels, (0.25,) * channels)
    chosen = [*people.train, *people.valid]
    cut = None if upright is None else Largest(upright, shape.size)
    pictures = decode([sample.path for sample in chosen], shape, cut=cut, progress=on_decoded)
    rows, labels = np.array(pictures.rows), np.array([sample.label for sample in chosen])
    learn, held, how = halves(people, rows, labels, pictures.keys, hold_out)
    if overfit is not None:
        learn = held = few(learn, labels, overfit)
        how = "the very pictures it learned, as a self-test"
    if (np.bincount(labels[learn]) > 1).sum() < 2:
        raise DataError(f"{data}: after leaving out what cannot be read, fewer than two identities have two pictures")
    mean, std = begin.mean, begin.std
    if mean is None or std is None:
        mean, std = channel_statistics(pictures.pixels, rows[learn])
    final = replace(shape, mean=mean, std=std)
    whose, own = np.unique(labels[learn], return_inverse=True)
    budget, shorter = _useful(budget, len(learn))
    recipe = defaults.recipe(len(learn), overfit=overfit is not None, **budget)
    train = Compared(
        pictures.pixels, rows[learn], torch.from_numpy(own), final,
        size=min(recipe.batch, -(-len(learn) // share[1])), each=1 if loss == "margin" else defaults.EACH,
        symmetries=SYMMETRIES if turned else 1, augment=None if overfit is not None else defaults.PRESETS[preset],
        seed=recipe.seed, share=share, watch=on_batch,
    )  # fmt: skip
    arguments = {"num_classes": defaults.DIMENSIONS, "in_channels": channels}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        made = build(name, **arguments)
        head = head_for(loss, identities=train.count, dimensions=defaults.DIMENSIONS)
    if freeze and (begin.net is None or not begin.net.startswith(("cameo", "signet"))):
        raise CallError("--freeze all keeps a net that compares already: name one with --weights, a model of task face")
    taken = take_stages(made, begin, own=name.partition("_")[0], ending=("fc.", "norm."), keep_ending=True)
    tested = bool(people.test) and overfit is None
    by_heart = overfit is not None or not (len(held) or people.test)
    held_out = people if tested else replace(
        people, train=tuple(chosen[i] for i in (learn if by_heart else held)), valid=(), pairs=()
    )  # fmt: skip
    if tested:
        how = "the test part of the folder, by which nothing was chosen"
    valid = Batches(pictures.pixels, rows[held], torch.from_numpy(labels[held]), final, size=128) if len(held) else None
    return Prepared(
        net=Learning(made, head, frozen=freeze),
        card=Card(
            task="face",
            net=name,
            net_arguments=arguments,
            head={
                "dimensions": defaults.DIMENSIONS,
                "views": "symmetries" if turned else "mirror" if defaults.PRESETS[preset].mirror else "one",
                "loss": loss,
                "binary": loss == "binary",
                **({} if upright is None else upright.named),
            },
            labels=LABELS,
            preprocess=final,
            recipe=recipe.to_dict() | {"augment": preset, "loss": loss, "miner": miner, "processes": share[1]},
            data=_data_entry(people, len(whose), learn, held, pictures.keys),
            versions=software(),
            licence={"weights": begin.licence, "data": "not stated"},
            seen=seen_keys(begin.seen, pictures.keys[rows[learn]]),
            started_from={} if taken is None else taken,
        ),
        task=Face(loss, miner=miner, groups=people.groups, head=head if isinstance(head, BinaryHead) else None),
        train=train,
        valid=valid,
        recipe=recipe,
        held_out=held_out,
        by_heart=by_heart,
        measured_on=how,
        skipped=pictures.skipped,
        notes=(*people.notes, *pictures.notes, *shorter, *_found(upright, len(chosen), len(pictures.empty))),
        upright=upright,
        samples=() if tested else measured_on(chosen, learn, held, pictures.empty, by_heart=by_heart),
    )


def _found(upright: Upright | None, of: int, without: int) -> list[str]:
    """What a reader must know about pictures whose faces were found first."""
    if upright is None:
        return []
    by = " and ".join(upright.named.values())
    said = f"what is learned from is the largest face of each picture, found and brought upright by {by}"
    return [said + (f"; left out: {without} of {of:,} pictures, on which none was found" if without else "")]


def _useful(budget: Mapping[str, Any], count: int) -> tuple[Mapping[str, Any], list[str]]:
    """The budget, cut to what does good; and a sentence where it was more."""
    minutes, most = budget.get("minutes"), defaults.useful_minutes(count)
    if minutes is None or minutes <= most:
        return budget, []
    said = (
        f"{most:g} of the {minutes:g} minutes were used: from {count:,} pictures, longer training makes strangers "
        "harder to tell apart (docs/decisions/0015); --epochs trains as long as you say"
    )
    return {**budget, "minutes": most}, [said]


def _side(asked: int) -> int:
    if asked < 32:
        raise CallError(f"size is {asked}: give at least 32 pixels")
    return -(-asked // 8) * 8


def _data_entry(
    people: Identities, count: int, learn: np.ndarray, held: np.ndarray, keys: np.ndarray
) -> dict[str, Any]:
    """What the card says about the data: enough to recognise it, nobody's name."""
    return {
        "folder": people.root.name,
        "fingerprint": mark_of(keys),
        "trained_on": len(learn),
        "held_out": len(held),
        "identities": count,
        "groups": len(set(people.groups)),
    }
