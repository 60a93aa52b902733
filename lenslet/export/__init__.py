"""A trained model as one ONNX file, with all that comes before and behind the net inside; checked when it is made."""

from lenslet.export.graph import Graph
from lenslet.export.plan import Answers, Plan
from lenslet.export.preparing import Prepared, home
from lenslet.export.write import write

__all__ = ["Answers", "Graph", "Plan", "Prepared", "home", "write"]
