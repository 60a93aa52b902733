"""Training throughput: ResNet-18, 128 px, batch 32: Lenslet's loop against the plain torchvision loop and timm.

Command: python -m benchmarks.speed.training
Minutes: 4
Measures: images per second through whole training steps, the runs of all three taken in turn so that a drift of
    the machine meets each alike. Lenslet's side is `lenslet.fit` as users get it: augmentation, normalisation,
    averaging and all, on decoded pictures in memory; the peers' side is forward, backward and step on a fixed batch,
    without a data path.
Peers: torchvision 0.27 and timm, in an environment of their own (benchmarks/peers).
"""

import statistics

import numpy as np
import torch

import lenslet as ll
from benchmarks import peers
from benchmarks.record import Row, write
from lenslet.data import Batches
from lenslet.data.augment import PRESETS
from lenslet.image import Preprocess
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

RUNS, STEPS = 5, 16


def ours(augment: str) -> float:
    """Images per second of the second epoch of `fit`."""
    n = 32 * STEPS
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (n, 128, 128, 3), np.uint8)
    shape = Preprocess(size=(128, 128), resize="letterbox", channels=3, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25))
    targets = torch.from_numpy(dice.integers(0, 10, n))
    feed = Batches(pixels, np.arange(n), targets, shape, size=32, augment=PRESETS[augment], shuffle=True)
    epochs = list(ll.fit(build("resnet18", num_classes=10), Classify(), feed, None, ll.Recipe(epochs=2)))
    return epochs[1].images_per_second


def main() -> None:
    speeds: dict[str, list[float]] = {}
    for _ in range(RUNS):
        speeds.setdefault("Lenslet, full augmentation", []).append(ours("full"))
        speeds.setdefault("Lenslet, no augmentation", []).append(ours("none"))
        for library in ("torchvision", "timm") if peers.here() else ():
            found = peers.run("torchvision_loop.py", library, str(STEPS))["images_per_second"]
            speeds.setdefault(f"{library}, plain loop, fp32", []).append(found)
    rows = [_row(f"ResNet-18, 128 px, batch 32: {name}", values, "images/s") for name, values in speeds.items()]
    base = speeds.get("torchvision, plain loop, fp32", [])
    for name in ("Lenslet, full augmentation", "Lenslet, no augmentation") if base else ():
        ratios = [a / b for a, b in zip(speeds[name], base, strict=True)]
        rows.append(_row(f"{name} / torchvision plain loop", ratios, "times", "at least 2"))
    write("training-speed", rows, command="python -m benchmarks.speed.training")


def _row(what: str, values: list[float], unit: str, target: str = "") -> Row:
    spread = f"{min(values):.3g} to {max(values):.3g}"
    return Row(what, round(statistics.median(values), 2), unit, len(values), spread, target)


if __name__ == "__main__":
    main()
