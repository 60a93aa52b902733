"""How to start from what is learned: the trials behind docs/decisions/0009, at equal numbers of pictures seen.

Command: python -m benchmarks.quality.starts [natural|FOLDER]
Minutes: 30 on one quiet core
Measures: percent right on pictures that were not learned from, after learning from a few a class, drawn by the seed:
    20 classes of Caltech-101 that `natural` did not see (tested beyond the first 30 a class), and sign_digits (beyond
    the first 130). Nothing is held out besides, the last average of the weights counts. Ways: from noise; the solved
    head alone; a head that learns on remembered features; everything learns, at several rates, with rates that fall
    off towards the picture, with frozen statistics of batch norm. Budgets are passes over pictures, so that the load
    of the machine decides nothing.
"""

import os
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

import lenslet as ll
from benchmarks.quality.transfer import UNSEEN
from benchmarks.record import Row, write
from lenslet.card.start import start
from lenslet.data import Batches, channel_statistics, decode
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.loops import fit
from lenslet.loops.features import remember
from lenslet.nets.stages import head, split, stages
from lenslet.tasks.classify.head import solve_head
from lenslet.tasks.classify.training import Classify

DATA = Path("../shared/data")
SEEDS = (0, 1, 2)
FURTHEST = {"caltech101": 30, "sign_digits": 130}  # test pictures are those beyond


@dataclass(frozen=True)
class Way:
    """How to learn."""

    name: str
    rate: float = 2e-3
    falloff: float = 1.0
    learned: bool = True
    frozen_norm: bool = False
    solved: bool = True
    features: bool = False
    learns: bool = True


NOISE, HEAD = Way("noise", learned=False), Way("solved head alone", learns=False)
WAYS = (
    NOISE,
    HEAD,
    Way("head on 8 remembered views, rate 0.0005", rate=5e-4, features=True),
    Way("everything, rate 0.0005", rate=5e-4),
    Way("everything, rate 0.002"),
    Way("everything, rate 0.002, falloff 0.7", falloff=0.7),
    Way("everything, rate 0.002, statistics frozen", frozen_norm=True),
    Way("everything, rate 0.002, head not solved", solved=False),
)
FEW_WAYS = WAYS[:6]
SEEN = 6000  # pictures seen in each trial, or in the long ones five times as many
SETS = (
    ("caltech101", 5, FEW_WAYS),
    ("caltech101", 10, WAYS),
    ("caltech101", 30, WAYS),
    ("sign_digits", 10, FEW_WAYS),
    ("sign_digits", 30, FEW_WAYS),
)
LONG = (("caltech101", 30), ("sign_digits", 130))


def pictures(name: str, each: int, seed: int) -> tuple[list[Path], np.ndarray, np.ndarray, np.ndarray]:
    """Paths, labels, rows to learn from, rows to test on."""
    classes = UNSEEN if name == "caltech101" else sorted(p.name for p in (DATA / name).iterdir() if p.is_dir())
    paths: list[Path] = []
    labels: list[int] = []
    learn: list[int] = []
    test: list[int] = []
    for label, folder in enumerate(classes):
        files = sorted((DATA / name / folder).iterdir())
        rows = [len(paths) + i for i in range(len(files))]
        random.Random(f"{seed} {folder}").shuffle(rows)
        learn += rows[:each]
        test += rows[FURTHEST[name] :]
        paths += files
        labels += [label] * len(files)
    return paths, np.array(labels), np.array(learn), np.array(test)


def trial(name: str, each: int, passes: int, way: Way, source: str, seed: int) -> float:
    """Percent right."""
    paths, labels, learn, test = pictures(name, each, seed)
    begin = start(source if way.learned else "none", None)
    side = begin.size or (96 if name == "caltech101" else 80)
    shape = Preprocess((side, side), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)
    pixels, truth = decode(paths, shape).pixels, torch.from_numpy(labels)
    mean, std = (begin.mean, begin.std) if begin.mean and begin.std else channel_statistics(pixels, learn)
    shape = replace(shape, mean=mean, std=std)
    classes = tuple(map(str, range(int(labels.max()) + 1)))
    torch.manual_seed(seed)
    net = begin.build(begin.net or "facet_s", classes, 3).to(memory_format=torch.channels_last)
    train = Batches(pixels, learn, truth[learn], shape, size=32, augment=PRESETS["full"], shuffle=True, seed=seed)
    front, rest = split(net, len(stages(net)))
    if way.learned and way.solved:
        seen = remember(front, train, views=2)
        assert seen is not None
        solve_head(head(net)[1], seen.views.reshape(-1, seen.views.shape[-1]), np.tile(labels[learn], 2))  # type: ignore[arg-type]
    if way.frozen_norm:
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval().train = lambda _=True, m=module: m  # type: ignore[method-assign]
    if way.learns:
        feed = remember(front, train, views=8) if way.features else train
        moved = nn.Sequential(nn.Flatten(), *rest.children()) if way.features else net
        epochs = max(1, round(passes / len(learn)))
        recipe = ll.Recipe(epochs=epochs, rate=way.rate, falloff=way.falloff, seed=seed)
        for _ in fit(moved, Classify(smoothing=recipe.smoothing), feed, None, recipe):  # type: ignore[arg-type]
            pass
    return _right(net.eval(), Batches(pixels, test, truth[test], shape, size=128))


@torch.inference_mode()
def _right(net: nn.Module, batches: Batches) -> float:
    right = [net(x.contiguous(memory_format=torch.channels_last)).argmax(1) == y for x, y in batches]
    return 100 * float(torch.cat(right).float().mean())


def plan() -> Iterator[tuple[str, int, int, Way, tuple[int, ...]]]:
    """Set, pictures a class, pictures seen, way, seeds."""
    for name, each, ways in SETS:
        for way in ways:
            yield name, each, SEEN, way, SEEDS
    for name, each in LONG:
        for way in (NOISE, Way("everything, rate 0.002")):
            yield name, each, 5 * SEEN, way, SEEDS[:1]


def main(source: str) -> None:
    if hasattr(os, "nice"):
        os.nice(10)
    found: dict[str, list[float]] = defaultdict(list)
    for name, each, passes, way, seeds in plan():
        for seed in seeds:
            what = f"{name}, {each} a class, {passes:,} seen: {way.name}"
            found[what].append(trial(name, each, passes, way, source, seed))
            print(what, f"{found[what][-1]:.1f}", flush=True)
    rows = [
        Row(what, round(statistics.mean(v), 1), "% right", len(v), "each: " + ", ".join(f"{x:.1f}" for x in v))
        for what, v in found.items()
    ]
    write("starts", rows, command="python -m benchmarks.quality.starts")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "natural")
