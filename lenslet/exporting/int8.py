"""Whole numbers of 8 bits instead of floats, where the net computes; ONNX Runtime's own quantization."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import DataError, ImageError, MissingError
from lenslet.exporting.check import chosen
from lenslet.exporting.preparing import PICTURES
from lenslet.image import open_image

__all__ = ["quantized"]

_MOST = 96  # pictures whose ranges are looked at
_KINDS = ("Conv", "Gemm", "MatMul", "Add", "Relu", "MaxPool", "AveragePool", "GlobalAveragePool", "Concat", "Resize")
_NET = "/net/"  # in the name of a node: part of the net, not of its decoding


def quantized(path: Path, data: str | Path) -> tuple[Any, int]:
    """The model of a file with its net in int8 (QDQ, a scale for each channel of the weights), and how many pictures
    its ranges are of.

    What is before and behind the net stays as it is: sizes and places need more than 256 steps.

    Args:
        path: an fp32 file.
        data: pictures of the kind that it will meet.

    Raises:
        DataError: none of them can be opened.
    """
    import onnx

    try:
        import onnxruntime
        from onnxruntime import quantization
    except ImportError as error:
        raise MissingError("int8 needs onnx and onnxruntime: pip install 'lenslet[export]'") from error
    model = onnx.load(str(path))
    nodes = [node.name for node in model.graph.node if node.op_type in _KINDS and _NET in node.name]
    reader = _reader(quantization.CalibrationDataReader, chosen(data, _MOST))
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger().addFilter(_quiet)
        onnxruntime.set_default_logger_severity(4)
        try:
            made = Path(folder) / "int8.onnx"
            quantization.quantize_static(
                str(path), str(made), reader,
                quant_format=quantization.QuantFormat.QDQ, per_channel=True, nodes_to_quantize=nodes,
                op_types_to_quantize=list(_KINDS), activation_type=quantization.QuantType.QUInt8,
                weight_type=quantization.QuantType.QInt8,
            )  # fmt: skip
            found = onnx.load(str(made))
        finally:
            onnxruntime.set_default_logger_severity(2)
            logging.getLogger().removeFilter(_quiet)
    if not reader.count:
        raise DataError(f"{data}: none of its pictures can be opened, from which int8 would take its ranges")
    return found, reader.count


def _reader(base: Any, paths: list[Path]) -> Any:
    class Reader(base):  # type: ignore[misc]
        """Pictures, one by one, as the graph takes them."""

        def __init__(self) -> None:
            self.count = 0
            self.rest = self._pictures()

        def get_next(self) -> dict[str, np.ndarray] | None:
            return next(self.rest, None)

        def _pictures(self) -> Iterator[dict[str, np.ndarray]]:
            for path in paths:
                try:
                    picture = open_image(path)
                except ImageError:
                    continue
                self.count += 1
                yield {PICTURES: picture[None]}

    return Reader()


def _quiet(record: logging.LogRecord) -> bool:
    """Its advice to prepare the model first is followed already."""
    return "pre-processing" not in record.getMessage()
