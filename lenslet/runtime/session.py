"""An ONNX file, opened."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, UInt8

from lenslet.errors import CardError, MissingError, WorkError
from lenslet.runtime.card import OnnxCard

__all__ = ["Session"]


class Session:
    """A net of ONNX Runtime: arrays in, arrays by name out.

    Args:
        path: an .onnx file.
        threads: to compute with; 0: as many as ONNX Runtime sees fit.

    Raises:
        MissingError: ONNX Runtime is not installed.
        CardError: no such file, or nothing that ONNX Runtime can open.
    """

    def __init__(self, path: str | Path, *, threads: int = 0) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingError("ONNX files are run by ONNX Runtime: pip install 'lenslet[runtime]'") from error
        self.path = Path(path)
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise CardError(f"{path} cannot be read ({error.strerror}); give an .onnx file") from error
        self.sha256 = hashlib.sha256(content).hexdigest()
        """Of the file."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 4  # what goes wrong is said by what is raised
        try:
            # from the path, so that weights in files beside it are found
            self._session: Any = onnxruntime.InferenceSession(
                str(self.path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no class in common
            raise CardError(f"{path} is no ONNX file that can be run: {_first(error)}") from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise CardError(f"{path} takes {len(inputs)} inputs ({_names(inputs)}): one, the picture, is expected")
        self._input = inputs[0].name
        self.outputs: tuple[str, ...] = tuple(output.name for output in self._session.get_outputs())
        """Their names."""

    def run(self, batch: Float32[np.ndarray, "n _ _ _"]) -> dict[str, np.ndarray]:
        """Every output, by name.

        Raises:
            WorkError: the net does not take such an input.
        """
        try:
            answers: Sequence[np.ndarray] = self._session.run(None, {self._input: batch})
        except Exception as error:
            raise WorkError(
                f"{self.path} cannot be run on an input of {batch.shape}; see size and layout on its card: "
                f"{_first(error)}"
            ) from error
        return dict(zip(self.outputs, answers, strict=True))


def prepared(batch: UInt8[np.ndarray, "n h w 3"], card: OnnxCard) -> Float32[np.ndarray, "n _ _ _"]:
    """RGB pictures as a card wants them."""
    ordered = batch[..., ::-1] if card.colours == "BGR" else batch
    mean, std = np.array(card.mean, np.float32), np.array(card.std, np.float32)
    values = (ordered.astype(np.float32) - mean) / std
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2) if card.layout == "NCHW" else values)


def _names(values: Sequence[Any]) -> str:
    return ", ".join(value.name for value in values) or "none"


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{lines[0]:.200}" if lines else type(error).__name__
