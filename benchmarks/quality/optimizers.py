"""AdamW, SGD and Muon from noise, at equal passes over few pictures: the trials behind docs/decisions/0011.

Command: OMP_NUM_THREADS=1 python -m benchmarks.quality.optimizers
Minutes: 40, of one core
Measures: percent right on pictures that were not learned from (facet_s, augmentation `full`, no epoch is chosen, the
    average of the weights counts) and seconds of the core: 20 classes of Caltech-101, 30 pictures each at 96 px, 40
    passes, tested beyond those; sign_digits, 10 classes, 130 each at 80 px, 12 passes, tested beyond those. n = 3 seeds
    (weights, order, dice, and which pictures).
Peers: AdamW at the rate that was the default, and at three times that; SGD with Nesterov momentum.
"""

import statistics
import sys
import time
from dataclasses import dataclass, field, replace
from typing import Any

import torch

import lenslet as ll
from benchmarks.quality.starts import pictures
from benchmarks.record import Row, write
from lenslet.data import Batches, channel_statistics, decode
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

SEEDS = (0, 1, 2)
SETS = {"caltech101": (30, 96, 40), "sign_digits": (130, 80, 12)}  # pictures a class, pixels, passes
MUON = {"optimizer": "muon", "momentum": 0.6, "decay": 0.0, "warmup": 0.0, "smoothing": 0.2, "clip": 0.0}


@dataclass(frozen=True)
class Way:
    """How to step."""

    name: str
    recipe: dict[str, Any] = field(default_factory=dict)


WAYS = (
    Way("AdamW, rate 0.002", {"rate": 0.002}),
    Way("AdamW, rate 0.006", {"rate": 0.006}),
    Way("SGD, rate 0.1, decay 0.0005", {"optimizer": "sgd", "rate": 0.1, "decay": 5e-4}),
    Way("Muon, rate 0.08", MUON | {"rate": 0.08}),
    Way("Muon, rate 0.16", MUON | {"rate": 0.16}),
    Way("Muon, rate 0.24", MUON | {"rate": 0.24}),
)


def trial(name: str, way: Way, seed: int, share: float) -> tuple[float, float]:
    """Percent right, and seconds of the processor."""
    each, side, passes = SETS[name]
    paths, labels, learn, test = pictures(name, each, seed)
    shape = Preprocess((side, side), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)
    pixels, truth = decode(paths, shape).pixels, torch.from_numpy(labels)
    mean, std = channel_statistics(pixels, learn)
    shape = replace(shape, mean=mean, std=std)
    torch.manual_seed(seed)
    net = build("facet_s", num_classes=int(labels.max()) + 1)
    train = Batches(pixels, learn, truth[learn], shape, size=32, augment=PRESETS["full"], shuffle=True, seed=seed)
    recipe = ll.Recipe(epochs=max(1, round(share * passes)), seed=seed, **way.recipe)
    task = Classify(smoothing=recipe.smoothing)
    began = time.process_time()
    for _ in ll.fit(net, task, train, None, recipe):
        pass
    seconds = time.process_time() - began
    with torch.inference_mode():
        held = Batches(pixels, test, truth[test], shape, size=128)
        outputs = [(net(images.to(memory_format=torch.channels_last)), targets) for images, targets in held]
    return 100 * task.measure(outputs)["accuracy"], seconds


def main(seeds: tuple[int, ...], share: float) -> None:
    rows = []
    for name, (each, side, passes) in SETS.items():
        for way in WAYS:
            found = [trial(name, way, seed, share) for seed in seeds]
            right, seconds = (list(column) for column in zip(*found, strict=True))
            print(name, way.name, *(f"{value:.1f}" for value in right), f"{statistics.mean(seconds):.0f} s", flush=True)
            spread = f"each: {', '.join(f'{v:.1f}' for v in right)}; {statistics.mean(seconds):.0f} s of one core"
            what = f"{name}, {each} a class, {side} px, {passes} passes: {way.name}"
            rows.append(Row(what, round(statistics.mean(right), 1), "% right", len(right), spread))
    if share == 1:
        write("optimizers", rows, command="python -m benchmarks.quality.optimizers")


if __name__ == "__main__":
    main(SEEDS, 1.0) if "--quick" not in sys.argv else main((0,), 0.1)
