"""Lenslet: convolutional vision from your own folder of images.

    import lenslet as ll
    model = ll.train("flowers/")
    model("rose.jpg").label

Every public name is listed here and imported when it is first used (PEP 562), so that `import lenslet` costs nothing
and works where torch is not installed. Type checkers and editors read them in `__init__.pyi`.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

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

ROOMS = ("boxes", "foundations", "nets")
HOMES = {
    "Attribution": "lenslet.results",
    "Classification": "lenslet.results",
    "Classifier": "lenslet.tasks.classify.classifier",
    "Detections": "lenslet.results",
    "Detector": "lenslet.tasks.detect.detector",
    "Embedder": "lenslet.tasks.face.embedder",
    "Encoding": "lenslet.results",
    "Encodings": "lenslet.results",
    "Epoch": "lenslet.loops",
    "Evaluation": "lenslet.results",
    "Exported": "lenslet.results",
    "Faces": "lenslet.tasks.face.faces",
    "Gallery": "lenslet.verbs.gallery",
    "Identification": "lenslet.results",
    "Landmarker": "lenslet.tasks.landmark.landmarker",
    "LearningCurve": "lenslet.results",
    "LensletError": "lenslet.errors",
    "Localization": "lenslet.results",
    "Localizer": "lenslet.tasks.localize.localizer",
    "Painting": "lenslet.results",
    "Points": "lenslet.results",
    "Rates": "lenslet.results",
    "Recipe": "lenslet.loops",
    "Repainted": "lenslet.results",
    "Stylist": "lenslet.tasks.style.stylist",
    "Speeds": "lenslet.results",
    "Units": "lenslet.results",
    "Verification": "lenslet.results",
    "benchmark": "lenslet.verbs.benchmark",
    "cache": "lenslet.verbs.cache",
    "check": "lenslet.verbs.check",
    "convert": "lenslet.verbs.convert",
    "demo": "lenslet.verbs.demo",
    "describe": "lenslet.verbs.describe",
    "evaluate": "lenslet.verbs.evaluate",
    "explain": "lenslet.verbs.explain",
    "export": "lenslet.verbs.export",
    "filter": "lenslet.verbs.filter",
    "fit": "lenslet.loops",
    "load": "lenslet.verbs.load",
    "models": "lenslet.verbs.models",
    "predict": "lenslet.verbs.predict",
    "split": "lenslet.verbs.split",
    "stats": "lenslet.verbs.stats",
    "stylize": "lenslet.verbs.stylize",
    "train": "lenslet.verbs.train",
}


def __getattr__(name: str) -> Any:
    """Import a public name from the room it lives in, once."""
    if name in ROOMS:
        return import_module(f"lenslet.{name}")
    if name not in HOMES:
        raise AttributeError(f"module 'lenslet' has no attribute {name!r}")
    value = getattr(import_module(HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, for tab completion."""
    return sorted(__all__)
