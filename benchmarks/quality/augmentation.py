"""What each step of augmentation brings (course 2.11), from few pictures, at equal passes: which one is the default.

Command: OMP_NUM_THREADS=1 python -m benchmarks.quality.augmentation
Minutes: 20, of one core
Measures: accuracy on the pictures of each class beyond those learned from, after the same number of passes over the
    same pictures from scratch (facet_s, 64 px, the default recipe, no epoch is chosen): sign_digits, 10 classes, 20
    pictures each; Caltech-101, 20 classes, 20 pictures each. n = 3 seeds, each with a shuffle, initial weights and
    dice of its own; the presets of a seed share the first two.
Peers: none; `none` is what the others are measured against.
"""

import random
import statistics
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import lenslet as ll
from benchmarks.record import Row, write
from lenslet.data import Augment, Batches, channel_statistics, decode
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

DATA = Path("../shared/data")
CALTECH = (
    "bonsai", "buddha", "butterfly", "car_side", "chandelier", "ewer", "grand_piano", "hawksbill", "helicopter", "ibis",
    "kangaroo", "ketch", "laptop", "llama", "menorah", "revolver", "scorpion", "starfish", "sunflower", "watch",
)  # fmt: skip
SETS = {"sign_digits": tuple("0123456789"), "caltech101": CALTECH}
EACH, SIDE, SEEDS = 20, 64, (0, 1, 2)
PASSES = {"sign_digits": 60, "caltech101": 60}


@dataclass(frozen=True)
class Way:
    """How pictures are changed."""

    augment: Augment
    alpha: float = 0.0


WAYS = {
    "none": Way(PRESETS["none"]),
    "light": Way(PRESETS["light"]),
    "full": Way(PRESETS["full"]),
    "full and cut-out 0.3": Way(replace(PRESETS["full"], cutout=0.3)),
    "full and mixup 0.2": Way(PRESETS["full"], 0.2),
}


@dataclass(frozen=True)
class Set:
    """The pictures of a data set, decoded, with the numbers of those to learn from and of those to measure on."""

    pixels: np.ndarray
    labels: Tensor
    learn: np.ndarray
    test: np.ndarray
    shape: Preprocess
    classes: int


def opened(name: str, seed: int) -> Set:
    files, labels, learn = [], [], []
    for label, folder in enumerate(SETS[name]):
        inside = sorted((DATA / name / folder).iterdir())
        random.Random(f"{seed} {folder}").shuffle(inside)
        files += inside
        labels += [label] * len(inside)
        learn += [i < EACH for i in range(len(inside))]
    shape = Preprocess(size=(SIDE, SIDE), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    pictures = decode(files, shape)
    rows, chosen = np.array(pictures.rows), np.array(learn)
    chosen &= rows >= 0
    twins = np.isin(rows, rows[chosen])  # a copy of a picture that is learned from is not measured on
    mean, std = channel_statistics(pictures.pixels, rows[chosen])
    kept = torch.tensor(labels)
    final = replace(shape, mean=mean, std=std)
    return Set(
        pictures.pixels[rows.clip(0)], kept, np.flatnonzero(chosen), np.flatnonzero(~twins & (rows >= 0)), final,
        len(SETS[name]),
    )  # fmt: skip


def accuracy(data: Set, way: Way, passes: int, seed: int) -> float:
    """Percent right after training."""
    torch.manual_seed(seed)
    net = build("facet_s", num_classes=data.classes)
    feed = Batches(
        data.pixels, data.learn, data.labels[data.learn], data.shape,
        size=32, augment=way.augment, mixup=(way.alpha, data.classes) if way.alpha else None, shuffle=True, seed=seed,
    )  # fmt: skip
    task = Classify(smoothing=0.1)
    for _ in ll.fit(net, task, feed, None, ll.Recipe(epochs=passes, seed=seed)):
        pass
    test = Batches(data.pixels, data.test, data.labels[data.test], data.shape, size=128)
    with torch.inference_mode():
        return 100 * task.measure((net(images), targets) for images, targets in test)["accuracy"]


def main(seeds: tuple[int, ...] = SEEDS, share: float = 1.0) -> None:
    rows = []
    for name, passes in PASSES.items():
        passes = max(1, round(share * passes))
        found: dict[str, list[float]] = {}
        for seed in seeds:
            data = opened(name, seed)
            for what, way in WAYS.items():
                found.setdefault(what, []).append(accuracy(data, way, passes, seed))
                print(name, seed, what, f"{found[what][-1]:.1f}", flush=True)
        for what, values in found.items():
            gains = [v - n for v, n in zip(values, found["none"], strict=True)]
            spread = f"each: {', '.join(f'{v:.1f}' for v in values)}"
            if what != "none":
                spread += f"; against none: {', '.join(f'{g:+.1f}' for g in gains)}"
            text = f"{name}, {len(data.learn)} pictures, {passes} passes, tested on {len(data.test)}: {what}"
            rows.append(Row(text, round(statistics.mean(values), 1), "% right", len(values), spread))
    if share == 1:
        write("augmentation", rows, command="python -m benchmarks.quality.augmentation")
    for row in rows:
        print(row)


if __name__ == "__main__":
    if "--quick" in sys.argv:  # to see that it works
        main(seeds=(0,), share=0.05)
    else:
        main()
