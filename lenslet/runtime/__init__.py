"""Models in ONNX's form, run by ONNX Runtime or OpenVINO; PyTorch is not needed."""

from lenslet.runtime.card import OnnxCard, read_card
from lenslet.runtime.embedder import OnnxEmbedder
from lenslet.runtime.file import FromFile, OnnxFile, is_exported
from lenslet.runtime.finder import OnnxFinder
from lenslet.runtime.session import BACKENDS, Backend, Session

__all__ = [
    "BACKENDS",
    "Backend",
    "FromFile",
    "OnnxCard",
    "OnnxEmbedder",
    "OnnxFile",
    "OnnxFinder",
    "Session",
    "is_exported",
    "read_card",
]
