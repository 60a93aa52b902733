"""An ONNX file, opened."""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32, UInt8

from lenslet.errors import CallError, CardError, MissingError, WorkError
from lenslet.runtime.card import OnnxCard
from lenslet.runtime.form import Form, read_form

__all__ = ["BACKENDS", "Backend", "Session"]

Backend = Literal["onnxruntime", "openvino"]
BACKENDS: tuple[Backend, ...] = ("onnxruntime", "openvino")


class Session:
    """A net of ONNX Runtime, or of OpenVINO: arrays in, arrays by name out.

    Args:
        path: an .onnx file.
        threads: to compute with; 0: as many as the backend sees fit.
        backend: who computes.

    Raises:
        MissingError: the backend is not installed.
        CardError: no such file, or nothing that can be opened.
        CallError: no such backend.
    """

    def __init__(self, path: str | Path, *, threads: int = 0, backend: str = "onnxruntime") -> None:
        if backend not in BACKENDS:
            raise CallError(f"backend is {backend!r:.40}: give {' or '.join(BACKENDS)}")
        self.path, self.backend = Path(path), backend
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise CardError(f"{path} cannot be read ({error.strerror}); give an .onnx file") from error
        self.form = read_form(content, self.path)
        self.sha256 = hashlib.sha256(content).hexdigest()
        """Of the file."""
        opened = _openvino if backend == "openvino" else _onnxruntime
        self._run = opened(self.path, self.form, threads)
        needed = [name for name in self.form.inputs if name not in self.form.optional]
        if len(needed) != 1:
            raise CardError(
                f"{path} takes {len(needed)} inputs ({', '.join(needed) or 'none'}): one, the picture, is expected"
            )
        self._input = needed[0]
        self.outputs: tuple[str, ...] = tuple(self.form.outputs)
        """Their names."""

    def run(
        self, batch: Float32[np.ndarray, "n _ _ _"] | UInt8[np.ndarray, "n _ _ _"], **more: Any
    ) -> dict[str, np.ndarray]:
        """Every output, by name.

        Args:
            batch: the pictures.
            more: values of optional inputs; those that this file does not have are passed over.

        Raises:
            WorkError: the net does not take such an input.
        """
        feeds = {self._input: batch} | {k: np.asarray(v) for k, v in more.items() if k in self.form.optional}
        try:
            answers = self._run(feeds)
        except Exception as error:
            raise WorkError(
                f"{self.path} cannot be run on an input of {batch.shape}; see size and layout on its card: "
                f"{_first(error)}"
            ) from error
        return dict(zip(self.outputs, answers, strict=True))


def _onnxruntime(path: Path, form: Form, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingError("ONNX files are run by ONNX Runtime: pip install 'lenslet[runtime]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4  # what goes wrong is said by what is raised
    try:
        # from the path, so that weights in files beside it are found
        session: Any = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no class in common
        raise CardError(f"{path} is no ONNX file that can be run: {_first(error)}") from error

    def run(feeds: Mapping[str, Any]) -> Sequence[np.ndarray]:
        answers: Sequence[np.ndarray] = session.run(form.outputs, dict(feeds))
        return answers

    return run


def _openvino(path: Path, form: Form, threads: int) -> Any:
    # its tools report their use where this package is there; nothing here connects to anything
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    os.environ.setdefault("OPENVINO_TELEMETRY", "0")
    try:
        import openvino
    except ImportError as error:
        raise MissingError("this backend is OpenVINO: pip install 'lenslet[openvino]'") from error
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    try:
        model = openvino.Core().read_model(str(path))
        optional = _given(openvino, model, form)
        compiled = openvino.Core().compile_model(model, "CPU", settings)
        request = compiled.create_infer_request()
    except Exception as error:
        raise CardError(f"{path} is no ONNX file that OpenVINO can run: {_first(error)}") from error

    alone = Lock()  # a request answers one at a time

    def run(feeds: Mapping[str, Any]) -> Sequence[np.ndarray]:
        given = {**optional, **{name: np.asarray(value) for name, value in feeds.items()}}
        with alone:
            result = request.infer(given)
            return [np.array(result[name]) for name in form.outputs]

    return run


def _given(openvino: Any, model: Any, form: Form) -> dict[str, np.ndarray]:
    """Optional inputs, which OpenVINO reads as constants, made inputs again; and their values."""
    values = {}
    for node in model.get_ops():
        name = node.get_friendly_name()
        if node.get_type_name() == "Constant" and name in form.optional:
            values[name] = np.array(node.get_data())
            parameter = openvino.opset13.parameter(list(node.get_output_shape(0)), node.get_element_type(), name=name)
            node.output(0).replace(parameter.output(0))
            parameter.output(0).get_tensor().set_names({name})
            model.add_parameters([parameter])
    return values


def prepared(batch: UInt8[np.ndarray, "n h w 3"], card: OnnxCard) -> Float32[np.ndarray, "n _ _ _"]:
    """RGB pictures as a card wants them."""
    ordered = batch[..., ::-1] if card.colours == "BGR" else batch
    mean, std = np.array(card.mean, np.float32), np.array(card.std, np.float32)
    values = (ordered.astype(np.float32) - mean) / std
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2) if card.layout == "NCHW" else values)


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{lines[0]:.200}" if lines else type(error).__name__
