"""Plain against residual (course 2.6): plain-20 and -56 beside ResNet-20 and -56 on CIFAR-10, equal epochs.

Command: python -m benchmarks.quality.plain_residual
Minutes: 75 on one core (OMP_NUM_THREADS=1), whatever else the machine does; what is finished is kept in the temporary
    folder, net by net, and a second call goes on from there. LENSLET_WORK names another folder.
Measures: training error on 5,000 pictures of the training part, the same ones each time and not augmented, twice an
    epoch with the weights of that moment; test error at the end. All four nets: 5 epochs of the 50,000 training
    pictures, SGD with Nesterov momentum 0.9, batch 128, the rate from 0 to 0.1 in a twentieth of the run and then half
    a cosine to 0, decay 1e-4, mirror and shifts of up to 4 pixels. One seed: same order, same shifts for all.
Peers: He et al. 2015, figure 6, after 64,000 steps (here 1,950): plain-56 stays above plain-20 in training error, and
    ResNet-56 ends below ResNet-20.
"""

import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import lenslet as ll
from benchmarks.record import RESULTS, Row, write
from lenslet.data import Augment, Batches, channel_statistics
from lenslet.files import write_whole
from lenslet.image import Preprocess, open_image
from lenslet.loops import cpu_has_bf16
from lenslet.nets import build
from lenslet.tasks.classify.training import Classify

ZIP = Path("../shared/data/cifar10.zip")
NETS = ("plain20", "plain56", "resnet20", "resnet56")
EPOCHS, PARTS, SEED = 5, 2, 0
SAMPLE = 5_000
GENTLE = Augment(mirror=True, shift=4 / 32)
COLOURS = {"20": "#1f6f8b", "56": "#d9772b"}


class Pieces:
    """The feed that `fit` sees: each pass is the next of `PARTS` pieces of an epoch."""

    def __init__(self, batches: Batches) -> None:
        self.batches, self.size = batches, len(batches) // PARTS
        self.rest: Iterator[tuple[Tensor, Tensor]] = iter(())

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(self.size):
            batch = next(self.rest, None)
            if batch is None:
                self.rest = iter(self.batches)
                batch = next(self.rest)
            yield batch


def pictures(part: str) -> tuple[np.ndarray, Tensor]:
    """All pictures of a part, and their classes, straight from the archive."""
    with zipfile.ZipFile(ZIP) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith(f"{part}/") and name.endswith(".jpg"))
        classes = sorted({name.split("/")[1] for name in names})
        pixels = np.stack([open_image(archive.read(name)) for name in names])
    return pixels, torch.tensor([classes.index(name.split("/")[1]) for name in names])


def error(net: nn.Module, feed: Batches) -> dict[str, float]:
    """Percent wrong, and mean cross-entropy, of the net as it is."""
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=cpu_has_bf16()):
        outputs = [(net(x.to(memory_format=torch.channels_last)), y) for x, y in feed]
    found = Classify().measure(outputs)
    return {"error": round(100 * (1 - found["accuracy"]), 3), "loss": round(found["loss"], 4)}


def learn(name: str, data: dict[str, Any]) -> dict[str, Any]:
    """Train one net; its curve and its end."""
    torch.manual_seed(SEED)
    net = build(name, num_classes=10)
    recipe = ll.Recipe(
        epochs=EPOCHS * PARTS, batch=128, optimizer="sgd", rate=0.1, decay=1e-4, warmup=0.05, smoothing=0.0,
        average=0.0, clip=0.0, seed=SEED,
    )  # fmt: skip
    train = Pieces(data["train"]())
    curve = [{"epoch": 0.0, **error(net.eval(), data["sample"])}]
    began = time.process_time()
    for passed in ll.fit(net, Classify(), train, None, recipe):
        point = {"epoch": passed.number / PARTS, "running_loss": round(passed.train["loss"], 4)}
        curve.append(point | error(net, data["sample"]))
        print(name, curve[-1], f"{time.process_time() - began:.0f} CPU-seconds", flush=True)
    seconds = time.process_time() - began
    return {"net": name, "curve": curve, "test": error(net, data["test"]), "cpu_seconds": round(seconds)}


def data() -> dict[str, Any]:
    """What all nets share: the training feed anew for each, the fixed sample, the test part."""
    pixels, labels = pictures("train")
    test_pixels, test_labels = pictures("test")
    rows = np.arange(len(pixels))
    mean, std = channel_statistics(pixels, rows)
    shape = Preprocess(size=(32, 32), resize="stretch", channels=3, mean=mean, std=std)
    sample = np.sort(np.random.default_rng(0).choice(rows, SAMPLE, replace=False))
    return {
        "train": lambda: Batches(pixels, rows, labels, shape, size=128, augment=GENTLE, shuffle=True, seed=SEED),
        "sample": Batches(pixels, sample, labels[sample], shape, size=250),
        "test": Batches(test_pixels, np.arange(len(test_pixels)), test_labels, shape, size=250),
    }


def figure(found: dict[str, dict[str, Any]]) -> bytes:
    """Training error against epochs: plain on the left, residual on the right, as in He's figure 6."""
    from matplotlib.figure import Figure

    picture = Figure(figsize=(9, 3.8), dpi=130, layout="constrained")
    for axes, family, title in zip(
        picture.subplots(1, 2, sharey=True), ("plain", "resnet"), ("Plain nets", "Residual nets"), strict=True
    ):
        for depth, colour in COLOURS.items():
            curve = found[family + depth]["curve"]
            axes.plot(
                [point["epoch"] for point in curve], [point["error"] for point in curve], color=colour, linewidth=1.8,
                marker="o", markersize=3, label=f"{depth} layers, ends at {curve[-1]['error']:.1f} %",
            )  # fmt: skip
        axes.set_title(title, loc="left", color="#1c2430", fontsize=11)
        axes.set_xlabel("epoch", color="#1c2430")
        axes.set_xlim(0, EPOCHS)
        axes.set_ylim(0, 92)
        axes.grid(color="#e8ebee", linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors="#5c6675")
        axes.legend(frameon=False, fontsize=9)
    picture.axes[0].set_ylabel("training error, %", color="#1c2430")
    buffer = io.BytesIO()
    picture.savefig(buffer, format="png")
    return buffer.getvalue()


def main() -> None:
    work = Path(os.environ.get("LENSLET_WORK", tempfile.gettempdir())) / f"lenslet-plain-residual-{EPOCHS}"
    work.mkdir(parents=True, exist_ok=True)
    ready = None
    found = {}
    for name in NETS:
        place = work / f"{name}.json"
        if not place.exists():
            ready = ready or data()
            write_whole(place, json.dumps(learn(name, ready)).encode())
        found[name] = json.loads(place.read_text())
    rows = []
    for name, one in found.items():
        trail = ", ".join(f"{point['epoch']:g}: {point['error']:.1f}" for point in one["curve"])
        rows.append(
            Row(f"{name}: training error after {EPOCHS} epochs", one["curve"][-1]["error"], "%", 1,
                f"by epoch {trail}; {one['cpu_seconds']} CPU-seconds", _target(name))
        )  # fmt: skip
        rows.append(Row(f"{name}: test error after {EPOCHS} epochs", one["test"]["error"], "%", 1))
    (RESULTS / "plain-residual.png").write_bytes(figure(found))
    write("plain-residual", rows, command="python -m benchmarks.quality.plain_residual")


def _target(name: str) -> str:
    return {"plain56": "above plain20", "resnet56": "not above resnet20"}.get(name, "")


if __name__ == "__main__":
    main()
