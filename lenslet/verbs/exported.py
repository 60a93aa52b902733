"""An ONNX file -> the object a user holds: by what the export wrote into it, or by the card beside it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lenslet.errors import CallError, CardError

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

__all__ = ["from_file"]


def from_file(path: Path, backend: str = "onnxruntime", threads: int = 0) -> "Model":
    """Open an ONNX file; imports no torch where Lenslet exported it.

    Args:
        path: of the file.
        backend: who computes, see `lenslet.runtime.BACKENDS`.
        threads: to compute with; 0: as many as the backend sees fit.

    Raises:
        CardError: it is damaged, or says nothing of how it wants its pictures.
        MissingError: the backend is not installed.
        CallError: another backend for a file of others.
    """
    from lenslet.runtime import OnnxFile, is_exported

    if not is_exported(path):
        if backend != "onnxruntime":
            raise CallError(f"backend {backend} is for files that Lenslet exported, and {path} is none of those")
        from lenslet.verbs.face_pipeline import onnx

        return onnx(path)
    file = OnnxFile(path, backend=backend, threads=threads)
    return cast("Model", _of_task(file))


def _of_task(file: Any) -> Any:
    """The object of the task that its card names."""
    task = file.card.get("task")
    if task == "classify":
        from lenslet.tasks.classify.exported import ExportedClassifier

        return ExportedClassifier(file)
    if task == "localize":
        from lenslet.tasks.localize.exported import ExportedLocalizer

        return ExportedLocalizer(file)
    if task == "landmark":
        from lenslet.tasks.landmark.exported import ExportedLandmarker

        return ExportedLandmarker(file)
    if task == "detect":
        from lenslet.tasks.detect.exported import ExportedDetector

        return ExportedDetector(file)
    if task == "face":
        from lenslet.tasks.face.exported import ExportedEmbedder
        from lenslet.verbs.face_pipeline import assembled

        return assembled(ExportedEmbedder(file))
    if task == "style":
        from lenslet.tasks.style.exported import ExportedStylist

        return ExportedStylist(file)
    raise CardError(f"{file.path}: its task is {task!r:.40}, which this version of Lenslet does not know: update it")
