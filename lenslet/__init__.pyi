"""The public names as type checkers and editors see them; a test compares this list with `__init__.py`."""

from pathlib import Path
from typing import Any, Literal, overload

from lenslet import boxes, foundations, nets
from lenslet.errors import LensletError
from lenslet.loops import Epoch, Recipe, fit
from lenslet.results import (
    Attribution,
    Classification,
    Detections,
    Encoding,
    Encodings,
    Evaluation,
    Exported,
    Identification,
    LearningCurve,
    Localization,
    Painting,
    Points,
    Rates,
    Repainted,
    Speeds,
    Units,
    Verification,
)
from lenslet.tasks.classify.classifier import Classifier
from lenslet.tasks.detect.detector import Detector
from lenslet.tasks.face.embedder import Embedder
from lenslet.tasks.face.faces import Faces
from lenslet.tasks.landmark.landmarker import Landmarker
from lenslet.tasks.localize.localizer import Localizer
from lenslet.tasks.style.stylist import Stylist
from lenslet.verbs.benchmark import benchmark
from lenslet.verbs.cache import cache
from lenslet.verbs.check import check
from lenslet.verbs.convert import convert
from lenslet.verbs.demo import demo
from lenslet.verbs.describe import describe
from lenslet.verbs.evaluate import evaluate
from lenslet.verbs.explain import explain
from lenslet.verbs.export import export
from lenslet.verbs.filter import filter  # noqa: A004
from lenslet.verbs.gallery import Gallery
from lenslet.verbs.load import load
from lenslet.verbs.models import models
from lenslet.verbs.predict import predict
from lenslet.verbs.split import split
from lenslet.verbs.stats import stats

__version__: str

__all__ = [
    "Attribution",
    "Classification",
    "Classifier",
    "Detections",
    "Detector",
    "Embedder",
    "Encoding",
    "Encodings",
    "Epoch",
    "Evaluation",
    "Exported",
    "Faces",
    "Gallery",
    "Identification",
    "Landmarker",
    "LearningCurve",
    "LensletError",
    "Localization",
    "Localizer",
    "Painting",
    "Points",
    "Rates",
    "Recipe",
    "Repainted",
    "Speeds",
    "Stylist",
    "Units",
    "Verification",
    "__version__",
    "benchmark",
    "boxes",
    "cache",
    "check",
    "convert",
    "demo",
    "describe",
    "evaluate",
    "explain",
    "export",
    "filter",
    "fit",
    "foundations",
    "load",
    "models",
    "nets",
    "predict",
    "split",
    "stats",
    "stylize",
    "train",
]

# With find_lr, train gives rates and no model; a test compares this signature with the verb's.
@overload
def train(
    data: str | Path | None = None,
    *,
    task: Literal["classify"] | None = None,
    net: str | None = None,
    weights: str | Path | None = None,
    freeze: str | int | None = None,
    against_scratch: bool = False,
    epochs: int | None = None,
    minutes: float | None = None,
    size: int | None = None,
    head: Literal["points", "anchors"] | None = None,
    assign: Literal["aligned", "centre"] | None = None,
    mosaic: float | None = None,
    loss: Literal["margin", "triplet", "contrastive", "binary"] | None = None,
    miner: Literal["random", "all", "semi-hard", "batch-hard"] | None = None,
    align: Literal["yes", "no"] | None = None,
    style: str | Path | None = None,
    strength: float | None = None,
    batch: int | None = None,
    rate: float | None = None,
    optimizer: Literal["adamw", "sgd", "muon"] | None = None,
    patience: int | None = None,
    balance: bool = False,
    mixup: float | None = None,
    augment: str | None = None,
    show_augmented: bool = False,
    find_lr: Literal[False] = False,
    curve: bool = False,
    resume: str | Path | None = None,
    out: Path | None = None,
    seed: int = 0,
    overfit: int | None = None,
    precision: Literal["auto", "bf16", "fp32"] = "auto",
    compile: bool = False,
    track: Literal["tensorboard", "mlflow"] | None = None,
    progress: bool = True,
) -> Classifier: ...
@overload
def train(
    data: str | Path | None = None, *, task: Literal["detect"], find_lr: Literal[False] = False, **options: Any
) -> Detector: ...
@overload
def train(
    data: str | Path | None = None, *, task: Literal["localize"], find_lr: Literal[False] = False, **options: Any
) -> Localizer: ...
@overload
def train(
    data: str | Path | None = None, *, task: Literal["landmark"], find_lr: Literal[False] = False, **options: Any
) -> Landmarker: ...
@overload
def train(
    data: str | Path | None = None, *, task: Literal["face"], find_lr: Literal[False] = False, **options: Any
) -> Embedder: ...
@overload
def train(
    data: str | Path | None = None, *, task: Literal["style"], find_lr: Literal[False] = False, **options: Any
) -> Stylist: ...
@overload
def train(data: str | Path | None = None, *, find_lr: Literal[True], **options: Any) -> Rates: ...

# One picture gives a painting; with a model also folders and films, which give what became of them.
@overload
def stylize(content: Any, style: Any, **options: Any) -> Painting: ...
@overload
def stylize(content: Any, *, model: Any, **options: Any) -> Painting | Repainted: ...
