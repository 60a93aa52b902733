"""Models in ONNX's form, run by ONNX Runtime; PyTorch is not needed."""

from lenslet.runtime.card import OnnxCard, read_card
from lenslet.runtime.embedder import OnnxEmbedder
from lenslet.runtime.finder import OnnxFinder
from lenslet.runtime.session import Session

__all__ = ["OnnxCard", "OnnxEmbedder", "OnnxFinder", "Session", "read_card"]
