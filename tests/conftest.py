"""What several test folders share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
