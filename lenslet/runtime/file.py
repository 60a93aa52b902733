"""A file that Lenslet exported: its card, and pictures at the net's size through it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import CallError, CardError
from lenslet.runtime.form import read_form
from lenslet.runtime.session import Session

__all__ = ["FORMAT", "KEY", "FromFile", "OnnxFile", "is_exported"]

KEY = "lenslet"
"""Of the metadata: JSON with the model's card, and how near the file's answers are to the model's."""
FORMAT = 1


class OnnxFile:
    """What `export` wrote, opened.

    Args:
        path: an .onnx file.
        threads: see `Session`.
        backend: see `Session`.

    Attributes:
        card: of the model, as its folder had it, in plain values.
        said: all that the export wrote into the file: precision, parity, fingerprint, ...
        session: who computes.

    Raises:
        MissingError: the backend is not installed.
        CardError: it is no such file.
    """

    def __init__(self, path: str | Path, *, threads: int = 0, backend: str = "onnxruntime") -> None:
        self.session = Session(path, threads=threads, backend=backend)
        said = _said(self.session.form.metadata, Path(path))
        if said is None:
            raise CardError(f"{path} was not written by `lenslet export`: it says nothing of labels and preprocessing")
        self.said, self.card = said, said["card"]
        # of weights rounded to whole numbers, encodings are others
        marked = said.get("fingerprint") if self.precision == "fp32" else None
        self.fingerprint: str = marked if isinstance(marked, str) and marked else self.session.sha256
        """Hexadecimal; that of the model it was made from, because its answers are the same."""

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.session.path

    @property
    def precision(self) -> str:
        """fp32 or int8."""
        return str(self.said.get("precision", "fp32"))

    def run(self, prepared: UInt8[np.ndarray, "n h w c"], **more: Any) -> dict[str, np.ndarray]:
        """Every output, for pictures that are at the net's size already: the graph leaves those as they are.

        Args:
            prepared: as `Preprocess.apply` gives them; grey ones are grey in all three channels, too.
            more: values of optional inputs.
        """
        batch = np.repeat(prepared, 3, axis=3) if prepared.shape[3] == 1 else prepared
        return self.session.run(np.ascontiguousarray(batch), keep=np.float64(1), **more)


class FromFile:
    """What all models from exported files have in common, beside what their task can do.

    Args:
        file: of such a model.
    """

    evaluation: Any = None
    curve: Any = None
    folder: Any

    def __init__(self, file: OnnxFile) -> None:
        self.file = file
        self.folder = file.path

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; another wherever answers could be."""
        return self.file.fingerprint

    @property
    def net(self) -> Any:
        """There is none that could be looked into.

        Raises:
            CallError: always.
        """
        raise CallError(
            f"{self.file.path} is an exported file, whose net cannot be looked into: give the model folder it is from"
        )


def is_exported(path: str | Path) -> bool:
    """Whether Lenslet exported this file.

    Raises:
        CardError: it cannot be read, or is no ONNX file.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CardError(f"{path} cannot be read ({error.strerror}); give an .onnx file") from error
    return KEY in read_form(content, Path(path)).metadata


def _said(metadata: dict[str, str], path: Path) -> dict[str, Any] | None:
    """What the export wrote into a file; None where it is of others.

    Raises:
        CardError: it is damaged, or of a newer format.
    """
    text = metadata.get(KEY)
    if text is None:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CardError(f"{path} is damaged: its card is not JSON ({error})") from error
    if not isinstance(said, dict) or not isinstance(said.get("card"), dict):
        raise CardError(f"{path} is damaged: the card in its metadata is none")
    version = said.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise CardError(f"{path} is damaged: the number 'format' is missing in its metadata")
    if version > FORMAT:
        raise CardError(f"{path} has format {version}, and this Lenslet reads up to {FORMAT}: update Lenslet")
    return said
