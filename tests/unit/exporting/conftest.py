"""Small models of every task, that have learned nothing."""

from collections.abc import Callable
from typing import Any

import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.fixture(scope="session")
def small(untrained: Callable[..., Any]) -> Callable[[str], Any]:
    """Makes a model by the name of its kind."""
    import torch

    from lenslet.card import Card
    from lenslet.image import Preprocess
    from lenslet.nets import build
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.detect.anchors import Anchors
    from lenslet.tasks.detect.detector import Detector
    from lenslet.tasks.face.binary import BinaryHead
    from lenslet.tasks.face.embedder import Embedder

    grey = Preprocess(size=(32, 32), resize="letterbox", channels=1, mean=(0.5,), std=(0.25,))

    def classifier(net: str, shape: Preprocess) -> Any:
        arguments = {"num_classes": 3, "in_channels": shape.channels}
        card = Card("classify", net, arguments, ("a", "b", "c"), shape, thresholds={"temperature": 0.7})
        return Classifier(build(net, **arguments), card)

    def anchored() -> Any:
        head = Anchors(2, [[8.0 * i, 6.0 * i + 4] for i in range(1, 10)])
        shape = Preprocess((64, 96), "letterbox", 3, (0.5,) * 3, (0.25,) * 3)
        arguments = {"num_classes": 2, "in_channels": 3, "box_outputs": 5, "anchors": head.per_cell}
        more: dict[str, Any] = {"head": head.to_dict(), "thresholds": {"score": 0.2}}
        return Detector(build("argus_s", **arguments), Card("detect", "argus_s", arguments, ("a", "b"), shape, **more))

    def embedder(views: str, *, binary: bool = False, projected: bool = False) -> Any:
        arguments = {"num_classes": 16, "in_channels": 1}
        head = {"dimensions": 16, "views": views, "binary": binary}
        card = Card("face", "signet_s", arguments, ("different", "same"), grey, head=head)
        projection = torch.randn(16 * 8, 12) if projected else None
        return Embedder(
            build("signet_s", **arguments), card, binary=BinaryHead(16) if binary else None, projection=projection
        )

    cropped = Preprocess((35, 35), "crop", 3, (0.5,) * 3, (0.25,) * 3, keep=0.875)
    makers: dict[str, Callable[[], Any]] = {
        "classify": lambda: classifier("facet_s", Preprocess((32, 40), "stretch", 3, (0.5,) * 3, (0.25,) * 3)),
        "classify-grey": lambda: classifier("facet_s", grey),
        "classify-crop": lambda: classifier("squeezenet_tiny", cropped),
        "localize": lambda: untrained("localize", ("a", "b")),
        "landmark": lambda: untrained("landmark", ("left", "right", "tip")),
        "detect": lambda: untrained("detect", ("a", "b")),
        "detect-anchors": anchored,
        "face": lambda: embedder("mirror", binary=True),
        "face-symmetries": lambda: embedder("symmetries", projected=True),
    }

    def make(kind: str) -> Any:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            return makers[kind]()

    return make
