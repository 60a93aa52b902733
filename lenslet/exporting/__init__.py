"""A trained model as one ONNX file, with all that comes before and behind the net inside; checked when it is made."""

from lenslet.exporting.graph import Graph
from lenslet.exporting.plan import Answers, Plan
from lenslet.exporting.preparing import Prepared, home
from lenslet.exporting.write import write

__all__ = ["Answers", "Graph", "Plan", "Prepared", "home", "write"]
