"""A torch module -> the nodes of an ONNX graph."""

import io
import warnings
from typing import TYPE_CHECKING, Any

from lenslet.errors import WorkError
from lenslet.exporting.graph import OPSET

if TYPE_CHECKING:
    from torch import nn

__all__ = ["traced"]


def traced(net: "nn.Module", shape: tuple[int, int, int], outputs: tuple[str, ...], *, any_size: bool) -> Any:
    """The nodes of a module of one input, of batches of any number of pictures.

    By the exporter of PyTorch that traces (`dynamo=False`): it takes a third of a second for a detector where the other
    one takes half a minute, and knows no bounds of sizes. What it made is held against the module by `check`.

    Args:
        net: normalised pictures -> tensors.
        shape: channels, height, width.
        outputs: names of its tensors.
        any_size: whether heights and widths differ from batch to batch, too.

    Raises:
        WorkError: the module does something that ONNX has no word for.
    """
    import onnx
    import torch

    free = {0: "n", 2: "h", 3: "w"} if any_size else {0: "n"}
    written: Any = io.BytesIO()
    example = torch.zeros(2, *shape)  # of one picture, some modules would remember that it is one
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # that it traces, and that it is the older of the two
        try:
            torch.onnx.export(
                net.eval(), (example,), written, dynamo=False, opset_version=OPSET, input_names=["pictures"],
                output_names=list(outputs), dynamic_axes={"pictures": free} | {name: {0: "n"} for name in outputs},
            )  # fmt: skip
        except (RuntimeError, torch.onnx.errors.OnnxExporterError) as error:
            first = str(error).strip().splitlines()[0]
            raise WorkError(f"this net cannot be written as ONNX: {first:.200}") from error
    model = onnx.load_from_string(written.getvalue())
    _forget_copies(model.graph)
    return model


def _forget_copies(graph: Any) -> None:
    """Weights that are equal are kept once by the exporter, under the name of one, and copied by an Identity for the
    rest: a copy that ONNX Runtime 1.32 does not find. Let all take the one."""
    kept = {value.name for value in graph.initializer}
    copies = {node.output[0]: node for node in graph.node if node.op_type == "Identity" and node.input[0] in kept}
    for node in copies.values():
        graph.node.remove(node)
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name in copies:
                node.input[place] = copies[name].input[0]
