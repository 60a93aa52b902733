"""What several test folders share."""

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

# One thread a process: tests are small, machines that run them are shared, and two threads that wait for each other
# there are many times slower than one. Must stand before torch is imported; subprocesses inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Tables are as wide as the terminal of whoever runs the tests (pytest-xdist tells its workers), and tests read tables.
os.environ.pop("COLUMNS", None)

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and weights beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no ../shared/data beside this checkout: real data is not part of the project")
    return SHARED


class Looks:
    """An embedder without learning: a fixed projection of a small grey copy of the picture, whatever is on it.

    White pictures show no face, and each red column parts a picture into one face more, the largest first.
    """

    name = "looks"

    def __init__(self, seed: int = 0, dimensions: int = 32, quality: float = 1.0) -> None:
        self.dimensions, self.quality = dimensions, quality
        self.fingerprint = f"{seed:02x}" * 32
        self._matrix = np.random.default_rng(seed).normal(size=(256, dimensions))

    def encode(self, picture: Any) -> list[Any]:
        from lenslet.image import open_image, resize
        from lenslet.results import Encoding

        pixels = open_image(picture)
        if (pixels == 255).all():
            return []
        red = [-1, *np.flatnonzero((pixels == (255, 0, 0)).all((0, 2))), pixels.shape[1]]
        parts = [(a + 1, b) for a, b in pairwise(red) if b - a > 1]
        found = []
        for left, right in sorted(parts, key=lambda part: part[0] - part[1]):
            grey = resize(pixels[:, left:right], (16, 16)).astype(np.float64).mean(2).ravel()
            vector = (grey - grey.mean() + 1e-6) @ self._matrix
            box = np.array([left, 0, right, len(pixels)], np.float64) if len(parts) > 1 else None
            found.append(Encoding(vector / np.linalg.norm(vector), box, self.quality))
        return found


@pytest.fixture(scope="session")
def looks() -> type[Looks]:
    """A small deterministic embedder, for what is no matter of a model."""
    return Looks


@pytest.fixture(scope="session")
def untrained() -> Callable[[str, tuple[str, ...]], Any]:
    """Makes a model that has learned nothing and answers nevertheless, of a task and names, for pictures of 32 px."""
    import torch

    from lenslet.card import Card
    from lenslet.image import Preprocess
    from lenslet.nets import build
    from lenslet.tasks.detect.detector import Detector
    from lenslet.tasks.detect.points import Points
    from lenslet.tasks.landmark.landmarker import Landmarker
    from lenslet.tasks.landmark.views import WHOLE, View
    from lenslet.tasks.localize.decode import NUMBERS
    from lenslet.tasks.localize.localizer import Localizer

    shape = Preprocess(size=(32, 32), resize="letterbox", channels=3, mean=(0.5,) * 3, std=(0.25,) * 3)
    points = View(WHOLE, 1, 0.25, "picture").to_dict()

    def make(task: str, names: tuple[str, ...]) -> Any:
        head = Points(len(names), rule="aligned")
        kind, net, outputs, more = {
            "detect": (Detector, "argus_s", {"box_outputs": head.box_outputs}, {"head": head.to_dict()}),
            "localize": (Localizer, "locus_s", {}, {}),
            "landmark": (Landmarker, "stylus_s", {}, {"head": points}),
        }[task]
        classes = len(names) + (NUMBERS if task == "localize" else 0)
        arguments = {"num_classes": classes, "in_channels": 3, **outputs}
        if task == "detect":
            more["thresholds"] = {"score": 0.01}  # what its first biases say, more or less
            arguments["anchors"] = head.per_cell
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            made = build(net, **arguments)
        return kind(made, Card(task, net, arguments, names, shape, **more))

    return make
