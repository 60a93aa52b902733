"""An ONNX graph that is written node by node."""

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["OPSET", "Graph"]

OPSET = 18
_IR = 9


class Graph:
    """Nodes, constants, inputs and outputs, in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._names: dict[str, int] = {}

    def add(self, op: str, *inputs: str, count: int = 1, name: str = "", **attributes: Any) -> Any:
        """A node.

        Args:
            op: its kind.
            inputs: names of values; "" where an optional one is left out.
            count: of its outputs.
            name: of its one output; made up unless given.
            attributes: of the node.

        Returns:
            The name of its output, or a tuple of them.
        """
        from onnx import helper

        names = [name] if name else [self._new(op.lower()) for _ in range(count)]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=self._new(f"node_{op.lower()}"), **attributes))
        return names[0] if len(names) == 1 else tuple(names)

    def constant(self, value: Any, kind: Any = None, name: str = "") -> str:
        """A constant of the graph; its name."""
        from onnx import numpy_helper

        name = name or self._new("constant")
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def whole(self, *numbers: int) -> str:
        """A row of whole numbers as a constant."""
        return self.constant(numbers, np.int64)

    def input(self, name: str, kind: Any, shape: Sequence[str | int], usual: Any = None) -> str:
        """An input; with a usual value it need not be given."""
        from onnx import helper

        if usual is not None:
            self.constant(usual, kind, name)
        self.inputs.append(helper.make_tensor_value_info(name, _type(kind), shape))
        return name

    def output(self, value: str, name: str, kind: Any, shape: Sequence[str | int]) -> None:
        """Hand a value out under a name."""
        from onnx import helper

        self.add("Identity", value, name=name)
        self.outputs.append(helper.make_tensor_value_info(name, _type(kind), shape))

    def include(self, model: Any, value: str, prefix: str) -> list[str]:
        """Put in another graph of one input, which is given a value of this one.

        Returns:
            The names of its outputs here.
        """
        from onnx import compose

        inner = compose.add_prefix(model, prefix).graph
        self.add("Identity", value, name=inner.input[0].name)
        self.nodes.extend(inner.node)
        self.constants.extend(inner.initializer)
        return [output.name for output in inner.output]

    def model(self, metadata: dict[str, str]) -> Any:
        """The whole as an ONNX model, which is looked over.

        Raises:
            onnx.checker.ValidationError: it is none; a mistake of ours.
        """
        from onnx import checker, helper

        from lenslet import __version__

        graph = helper.make_graph(self.nodes, "lenslet", self.inputs, self.outputs, self.constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR,
            producer_name="lenslet", producer_version=__version__,
        )  # fmt: skip
        helper.set_model_props(model, metadata)
        checker.check_model(model)
        return model

    def _new(self, stem: str) -> str:
        number = self._names.get(stem, 0)
        self._names[stem] = number + 1
        return f"{stem}_{number}"


def _type(kind: Any) -> int:
    from onnx import helper

    made: int = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    return made
