"""The public names as type checkers and editors see them; a test compares this list with `__init__.py`."""

from lenslet import foundations, nets
from lenslet.errors import LensletError
from lenslet.loops import Epoch, Recipe, fit
from lenslet.results import Classification, Evaluation
from lenslet.tasks.classify.classifier import Classifier
from lenslet.verbs.cache import cache
from lenslet.verbs.check import check
from lenslet.verbs.demo import demo
from lenslet.verbs.describe import describe
from lenslet.verbs.evaluate import evaluate
from lenslet.verbs.filter import filter  # noqa: A004
from lenslet.verbs.load import load
from lenslet.verbs.models import models
from lenslet.verbs.predict import predict
from lenslet.verbs.split import split
from lenslet.verbs.stats import stats
from lenslet.verbs.train import train

__version__: str

__all__ = [
    "Classification",
    "Classifier",
    "Epoch",
    "Evaluation",
    "LensletError",
    "Recipe",
    "__version__",
    "cache",
    "check",
    "demo",
    "describe",
    "evaluate",
    "filter",
    "fit",
    "foundations",
    "load",
    "models",
    "nets",
    "predict",
    "split",
    "stats",
    "train",
]
