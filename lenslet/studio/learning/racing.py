"""A plain net and a residual one of the same depth learn the same pictures, one after the other, in this process.

Started by `race` as `python -m lenslet.studio.learning.racing DEPTH EPOCHS`; writes a line of JSON for each pass, and
ends when its standard input does: with the studio.

The pictures are scikit-learn's 1,797 digits of 8 x 8 pixels, and the nets are the small ones for CIFAR-10 (course
2.6) with half as many maps. What is measured is the error on pictures that they are shown: it is about learning, not
about remembering.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

__all__ = ["DEPTHS", "WIDTH", "learning", "main"]

DEPTHS = (8, 20, 32, 56)
WIDTH = 8
_BATCH, _RATE, _MEASURED = 64, 0.1, 500


def learning(depth: int, epochs: int, *, pictures: int | None = None) -> Iterator[dict[str, Any]]:
    """Both nets, pass after pass in turn: {"net", "pass", "error", "loss", "seconds"}.

    Args:
        depth: layers with weights, 6n + 2.
        epochs: passes of each.
        pictures: of the digits to learn from; all unless given.
    """
    import torch

    from lenslet.loops import Recipe, fit
    from lenslet.tasks.classify.training import Classify

    runs = {}
    for name in ("plain", "residual"):
        net, train, fixed = _made(depth, name == "residual", pictures)
        recipe = Recipe(
            epochs=epochs, batch=_BATCH, optimizer="sgd", rate=_RATE, decay=1e-4, warmup=0.05, smoothing=0.0,
            average=0.0, clip=0.0, precision="fp32",
        )  # fmt: skip
        torch.manual_seed(0)
        runs[name] = fit(net, Classify(), train, fixed, recipe)
    for _ in range(epochs):
        for name, run in runs.items():
            done = next(run)
            yield {
                "net": name,
                "pass": done.number,
                "error": round(100 * (1 - done.valid["accuracy"]), 2),
                "loss": round(done.train["loss"], 4),
                "seconds": round(done.seconds, 1),
            }


def _made(depth: int, residual: bool, pictures: int | None) -> tuple[Any, Any, Any]:
    """A net with its first weights, what it learns from, and some of that to measure on."""
    import numpy as np
    import torch
    from sklearn.datasets import load_digits

    from lenslet.data import Batches, channel_statistics
    from lenslet.image import Preprocess
    from lenslet.nets.resnet_cifar import CifarResNet

    digits = load_digits()
    pixels = np.rint(digits.images[:pictures] * (255 / 16)).astype(np.uint8)[..., None]
    labels, rows = torch.tensor(digits.target[:pictures]), np.arange(len(pixels))
    mean, std = channel_statistics(pixels, rows)
    shape = Preprocess(size=(8, 8), resize="stretch", channels=1, mean=mean, std=std)
    torch.manual_seed(0)
    net = CifarResNet(depth, 10, in_channels=1, residual=residual, width=WIDTH)
    train = Batches(pixels, rows, labels, shape, size=_BATCH, shuffle=True, seed=0)
    few = rows[:_MEASURED]
    return net, train, Batches(pixels, few, labels[few], shape, size=250)


def main(arguments: list[str]) -> None:
    """Learn, and say so line by line."""
    import torch

    threading.Thread(target=_with_the_studio, daemon=True).start()
    torch.set_num_threads(1)
    for row in learning(int(arguments[0]), int(arguments[1])):
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()


def _with_the_studio() -> None:
    """Ends this process when nobody holds the other end of its input."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
