"""A folder of classes -> everything that `fit` needs."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import nn

from lenslet.card import Card, software
from lenslet.card.start import Start, start
from lenslet.data import (
    Batches,
    Parts,
    Sample,
    Skipped,
    channel_statistics,
    decode,
    read,
)
from lenslet.data.augment import PRESETS
from lenslet.data.split import mark_of, seen_keys
from lenslet.data.together import groups_of_samples, halves
from lenslet.errors import CallError, DataError, WorkError
from lenslet.image import Preprocess
from lenslet.loops import Epoch, Learner, Recipe
from lenslet.loops.muon import kernels
from lenslet.nets import Bead, check_size, input_channels, smallest_size, usual_size
from lenslet.tasks.classify import defaults
from lenslet.tasks.classify.classifier import Classifier
from lenslet.tasks.classify.decode import MIRRORED
from lenslet.tasks.classify.training import Classify
from lenslet.tasks.classify.transfer import Transfer, begin, frozen_stages
from lenslet.tasks.classify.usual import FEW_FOR_KERNELS, LEARNED_RATE, NATURAL, SCRATCH_RATE, usual_weights

_TO_WHITEN = 2000  # pictures: patches are many, and alike


@dataclass(frozen=True)
class Prepared:
    """A run that can start."""

    net: nn.Module
    card: Card
    task: Classify
    train: Batches
    valid: Batches | None
    recipe: Recipe
    held_out: tuple[Sample, ...]
    """To measure on at the end; the pictures learned from where nothing could be held out."""
    by_heart: bool
    """Whether those are the pictures learned from. Otherwise copies of learned ones do not count, and are told."""
    keys: np.ndarray
    """Of the content of each picture to learn from, as `data.content_key` gives them."""
    apart: bool
    """Whether they chose nothing, neither the epoch nor the temperature: a test part of its own."""
    measured_on: str
    skipped: tuple[Skipped, ...]
    notes: tuple[str, ...]
    transfer: Transfer | None = None
    """What was decided about the weights that the run starts from; None where it starts from noise."""

    def model(self) -> Classifier:
        """The object that a user is to hold."""
        return Classifier(self.net, self.card)

    def begin(self, *, progress: Callable[[float], None] | None = None) -> Learner:
        """What `fit` is given; see `transfer.begin`."""
        return begin(self, progress=progress)

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""
        return f"{valid['accuracy']:.1%} right"

    def enough(self, epoch: Epoch) -> bool:
        """Whether everything is learned by heart."""
        return epoch.valid.get("accuracy", 0.0) >= 1 and epoch.train["loss"] < 0.1

    def measured(
        self, model: Classifier, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Classifier, dict[str, Any], list[str]]:
        """The model with its temperature and its numbers; what the report is to show beside; and sentences."""
        model, calibration = model.calibrated(None if self.by_heart else self.valid)
        notes = []
        try:
            found = model.evaluate(self.held_out, include_seen=self.by_heart, on_picture=on_picture)
        except DataError:
            held = self.valid or self.train
            notes.append(
                "the pictures could no longer be opened at the end; measured on the copies decoded at the start"
            )
            found = model.evaluate_decoded(held.pixels[held.rows], held.targets.numpy())
        # what the very pictures that fitted the temperature cannot tell is cross-fitted
        found = found if self.apart else calibration.cross_fitted(found)
        return model.with_evaluation(found, self.measured_on), {"calibration": calibration}, notes

    def judged(self, model: Classifier) -> str:
        """See that everything was learned by heart, and say so.

        Raises:
            WorkError: it was not.
        """
        evaluation = model.evaluation
        assert evaluation is not None
        if evaluation["accuracy"] < 1:
            wrong = ", ".join(str(miss.picture) for miss in evaluation.worst[:3])
            raise WorkError(
                f"the self-test failed: {evaluation['accuracy']:.0%} of {evaluation.n} pictures learned by heart, not "
                f"all (not learned: {wrong}); look for the same picture in two classes, or try another --rate or --net"
            )
        return f"the self-test passed: all {evaluation.n} pictures learned by heart"

    def shown(self, count: int) -> list[tuple[UInt8[np.ndarray, "_ _ 3"], str]]:
        """Pictures as the net is shown them while learning, with their classes."""
        pixels = self.train.example(count)
        names = [
            self.card.labels[int(label)] for label in self.train.targets[:: max(1, len(self.train.targets) // count)]
        ]
        return list(zip(pixels, names, strict=False))


def prepare(
    data: str | Path,
    *,
    net: str | None,
    weights: str | Path | None = None,
    freeze: str | int | None = None,
    size: int | None,
    augment: str | None,
    balance: bool | None = None,
    mixup: int | float | None = None,
    budget: Mapping[str, Any],
    overfit: int | None = None,
    share: tuple[int, int] = (0, 1),
    on_download: Callable[[int, int | None], None] | None = None,
    on_decoded: Callable[[int, int], None] | None = None,
    on_batch: Callable[[int], None] | None = None,
) -> Prepared:
    """Read, decode, split, and choose what was left open.

    Args:
        data: a folder of classes, with or without parts; or a table of paths and labels.
        net: a name in `nets.NETS`; None: that of the weights, else the default.
        weights: what to start from, see `start`; None: as `usual_weights` says.
        freeze: which stages of learned weights stay as they are, see `frozen_stages`.
        size: side of the net's square input in pixels; None: from the pictures.
        augment: a name in `data.augment.PRESETS`; None: from the pictures.
        balance: show all classes equally often.
        mixup: how far pictures are laid over each other (alpha); None or 0: not.
        budget: fields of the `Recipe` that the caller has decided.
        overfit: learn only this many pictures, with no augmentation, and measure on the same ones.
        share: (rank, processes) of this one, where several train together.
        on_download: called with (bytes, of) while official weights are fetched.
        on_decoded: called with (done, of) pictures.
        on_batch: called with the number of pictures of each training batch.

    Raises:
        DataError: see `data.read`; or nothing is left to learn from.
        CallError: unknown net, size or augmentation.
    """
    parts = read(data)
    seen = defaults.look(parts.train)
    rare = min(Counter(sample.label for sample in parts.train).values())
    if weights is None and overfit is None:
        weights = usual_weights(net, grey=seen.grey, glyphs=augment == "glyph", rarest=rare, freeze=freeze)
    first = start(weights, net, progress=on_download)
    name = net or first.net or seen.net(len(parts.train))
    if name.startswith(("argus", "locus", "stylus", "cameo", "signet")):
        raise CallError(f"{name} does not say what a picture shows, but where or who: name another --net")
    channels = first.channels or input_channels(name) or (1 if seen.grey else 3)
    # nets drawn for small pictures get their own size, all others the size of the pictures
    side = size or first.size or (usual_size(name) if usual_size(name) < 64 else max(seen.side, smallest_size(name)))
    check_size(name, side)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(budget.get("seed") or 0)
        made = first.build(name, parts.labels, channels)
    small = name in defaults.SMALL_NETS
    preset = "none" if overfit is not None else defaults.preset(augment, grey=seen.grey, small=small)
    recipe = defaults.recipe(
        overfit or len(parts.train),
        glyphs=preset == "glyph",
        usual_rate=SCRATCH_RATE if first.state is None else LEARNED_RATE,
        turned=bool(kernels(made)) and (first.state is None or (first.source == NATURAL and rare > FEW_FOR_KERNELS)),
        learned=first.state is not None,
        small=small,
        frozen=str(freeze).lower() == "all",
        overfit=overfit is not None,
        **budget,
    )
    shape = _shape(side, channels)

    chosen = [*parts.train, *parts.valid]
    pictures = decode([s.path for s in chosen], shape, progress=on_decoded)
    rows = np.array(pictures.rows)
    labels = np.array([s.label for s in chosen])
    learn, held, how = halves(
        rows >= 0, pictures.keys[rows[rows >= 0]], labels,
        is_valid=np.arange(len(rows)) >= len(parts.train), groups=groups_of_samples(parts.train), data=data,
    )  # fmt: skip
    if overfit is not None:
        learn = held = _few(learn, labels, overfit)
        how = "the very pictures it learned, as a self-test"
    if len(np.unique(labels[learn])) < 2:
        raise DataError(
            f"{data}: after leaving out what cannot be read, fewer than two classes have a picture to learn from"
        )

    mean, std = first.mean, first.std
    if mean is None or std is None:
        mean, std = channel_statistics(pictures.pixels, rows[learn])
    final = replace(shape, mean=mean, std=std)
    change = PRESETS[preset] if overfit is None else None
    torch_labels = torch.from_numpy(labels)
    mixed = (mixup, len(parts.labels)) if mixup and overfit is None else None

    def batches(which: np.ndarray, **how: Any) -> Batches:
        return Batches(pictures.pixels, rows[which], torch_labels[which], final, **how)

    if isinstance(made, Bead) and first.state is None:
        some = learn[:: max(1, len(learn) // _TO_WHITEN)][:_TO_WHITEN]
        made.whiten(images for images, _ in batches(some, size=128))
    transfer = _transfer(first, made, freeze, parts.labels)
    held_out = parts.test or tuple(chosen[i] for i in held)
    by_heart = overfit is not None or not held_out
    if by_heart:
        held_out = tuple(chosen[i] for i in learn)
    elif parts.test:
        how = "the test part of the folder, by which nothing was chosen"
    return Prepared(
        net=made,
        card=Card(
            task="classify",
            net=name,
            net_arguments={"num_classes": len(parts.labels), "in_channels": channels, **first.arguments},
            labels=parts.labels,
            preprocess=final,
            # of so little both mirror images are asked, where it learns from both: docs/decisions/0010
            head={MIRRORED: True} if isinstance(made, Bead) and PRESETS[preset].mirror else {},
            recipe=recipe.to_dict()
            | {"augment": preset, "balance": bool(balance), "mixup": mixup or 0.0, "processes": share[1]},
            data=_data_entry(parts, learn, held, pictures.keys, labels),
            versions=software(),
            licence={"weights": first.licence, "data": "not stated"},
            seen=seen_keys(first.seen, pictures.keys[rows[learn]]),
            started_from={} if transfer is None else transfer.to_dict(made),
        ),
        task=Classify(smoothing=recipe.smoothing),
        train=batches(
            learn,
            size=min(recipe.batch, -(-len(learn) // share[1])),
            augment=change,
            shuffle=True,
            balance=bool(balance),
            mixup=mixed,
            seed=recipe.seed,
            share=share,
            watch=on_batch,
        ),
        valid=batches(held, size=128) if len(held) else None,
        recipe=recipe,
        held_out=held_out,
        by_heart=by_heart,
        keys=pictures.keys[rows[learn]],
        apart=bool(parts.test) and overfit is None,
        measured_on=how,
        skipped=pictures.skipped,
        notes=parts.notes + pictures.notes,
        transfer=transfer,
    )


def _transfer(begin: Start, net: nn.Module, freeze: str | int | None, labels: tuple[str, ...]) -> Transfer | None:
    """What stays frozen, and whether the head is new.

    Raises:
        CallError: something is to be frozen that nobody has learned, or there is no such stage.
    """
    frozen = frozen_stages(freeze, net)
    if begin.state is not None:
        return Transfer(begin.source, begin.terms, frozen, begin.labels != labels, begin.sha256)
    if frozen:
        raise CallError(f"freeze {freeze} would keep noise as it is: name weights to start from with --weights")
    return None


def _shape(side: int, channels: int) -> Preprocess:
    """The preprocessing of a run, before mean and standard deviation are known."""
    if channels == 1:
        return Preprocess(size=(side, side), resize="letterbox", channels=1, mean=(0.5,), std=(0.25,))
    return Preprocess(size=(side, side), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)


def _few(learn: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """`count` of the pictures to learn, the classes in turn."""
    if count < 2:
        raise CallError(f"overfit is {count}: give at least 2 pictures, of two classes")
    order = sorted(learn, key=lambda i: (int((labels[learn[learn < i]] == labels[i]).sum()), labels[i]))
    return np.array(order[:count])


def _data_entry(
    parts: Parts, learn: np.ndarray, held: np.ndarray, keys: np.ndarray, labels: np.ndarray
) -> dict[str, Any]:
    """What the card says about the data: enough to recognise it, nothing that shows it."""
    return {
        "folder": parts.root.name,
        "fingerprint": mark_of(keys),
        "trained_on": len(learn),
        "held_out": len(held),
        "per_class": {label: int((labels[learn] == i).sum()) for i, label in enumerate(parts.labels)},
    }
