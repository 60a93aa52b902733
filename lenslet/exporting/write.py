"""A plan -> an ONNX file that was held against its model before anybody gets it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from lenslet.errors import CallError, DataError, LensletError, MissingError, WorkError
from lenslet.exporting.check import parity, photographs, refuse_far
from lenslet.exporting.graph import Graph
from lenslet.exporting.net import traced
from lenslet.exporting.plan import Plan
from lenslet.exporting.preparing import prepare
from lenslet.files import whole_file
from lenslet.results.exported import Exported
from lenslet.runtime import OnnxFile
from lenslet.runtime.file import FORMAT, KEY

__all__ = ["PRECISIONS", "write"]

PRECISIONS = ("fp32", "int8")
NET = "net/"
"""What the names of the net's nodes begin with in a file."""
_LARGEST = 2**31 - 2**20  # bytes: a protocol buffer holds no more
_MEASURED = ("accuracy", "macro_f1", "map50", "map", "mean_iou", "found", "nme", "auc", "eer", "one_shot_error")


def write(
    plan: Plan,
    out: Path,
    *,
    int8: bool = False,
    data: str | Path | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Exported:
    """Write a model as one ONNX file; it stands there whole and checked, or not at all.

    Args:
        plan: what the model's task hands over.
        out: the file, ending in .onnx.
        int8: weights and activations as whole numbers of 8 bits, their ranges taken from `data`.
        data: pictures of the kind the model will meet: the check is made on them, and int8 needs them; where they have
            labels, what int8 costs is measured on them.
        on_step: called with what is being done.

    Raises:
        CallError: another ending, or int8 without data.
        MissingError: a package is not installed.
        WorkError: the file's answers are too far from the model's, or the net cannot be written.
    """
    _refuse_wrong(plan, out, int8, data)
    step = on_step or (lambda _: None)
    photos, whose = photographs(data)
    step("writing")
    model = _model(plan)
    notes: list[str] = []
    with whole_file(out) as temporary:
        _save(model, plan, "fp32", {}, temporary)
        step("comparing")
        found = parity(plan, OnnxFile(temporary), photos, whose)
        refuse_far(found, out)
        cost: dict[str, tuple[float, float]] = {}
        measured = 0
        precision = "fp32"
        if int8:
            from lenslet.exporting.int8 import quantized

            assert data is not None
            precision = "int8"
            step("calibrating")
            model, count = quantized(temporary, data)
            _save(model, plan, precision, {}, temporary)
            file = OnnxFile(temporary)
            step("comparing")
            found = parity(plan, file, photos, whose)
            step("measuring what int8 costs")
            cost, measured, told = _cost(plan, file, data)
            notes += [f"the ranges of int8 are those of {count} pictures", *told]
        said = {"parity": found.to_dict()} | ({"cost": cost, "measured": measured} if int8 else {})
        _save(model, plan, precision, said, temporary)
        OnnxFile(temporary)  # what is handed over can be opened
        size = temporary.stat().st_size
    return Exported(out, plan.card.task, precision, size, found, cost, measured, notes=tuple(notes))


def _refuse_wrong(plan: Plan, out: Path, int8: bool, data: str | Path | None) -> None:
    if out.suffix != ".onnx":
        raise CallError(f"{out}: give a file that ends in .onnx")
    if out.is_dir():
        raise CallError(f"{out} is a folder: give a file that ends in .onnx")
    if int8 and data is None:
        raise CallError("int8 takes the ranges of its numbers from pictures: give some of your own with --data")
    if int8 and plan.card.task == "style":
        raise CallError("a model that paints has no int8: in 256 steps a calm sky would show bands; leave --int8 out")
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise MissingError("exporting needs onnx and onnxruntime: pip install 'lenslet[export]'") from error
    total = sum(value.nbytes for value in plan.net.state_dict().values())
    if total > _LARGEST:
        raise WorkError(f"the weights are {total >> 20} MB large, and one ONNX file holds no more than 2 GB")


def _model(plan: Plan) -> Any:
    """The whole graph."""
    shape = plan.card.preprocess
    g = Graph()
    way = prepare(g, shape, turned=plan.turned, resized=plan.resized)
    any_size = plan.turned or not plan.resized
    inner = traced(plan.net, (shape.channels, *shape.size), plan.outputs, any_size=any_size)
    plan.finish(g, g.include(inner, way.images, NET), way)
    return g.model({})


def _save(model: Any, plan: Plan, precision: str, more: dict[str, Any], path: Path) -> None:
    """Write with the metadata: the card for Lenslet, and what others need by itself."""
    from onnx import helper

    from lenslet import __version__

    card = plan.card
    said = {
        "format": FORMAT,
        "lenslet": __version__,
        "precision": precision,
        "fingerprint": plan.fingerprint,
        "card": card.to_dict(),
        **plan.said,
        **more,
    }
    shape = card.preprocess
    helper.set_model_props(
        model,
        {
            KEY: json.dumps(said, ensure_ascii=False, allow_nan=False, default=_plain),
            "task": card.task,
            "labels": json.dumps(card.labels, ensure_ascii=False),
            "thresholds": json.dumps(card.thresholds, ensure_ascii=False),
            "preprocess": json.dumps(shape.to_dict()),
            "licence": json.dumps(card.licence, ensure_ascii=False),
            "version": __version__,
        },
    )
    path.write_bytes(model.SerializeToString())


def _cost(plan: Plan, file: OnnxFile, data: str | Path) -> tuple[dict[str, tuple[float, float]], int, list[str]]:
    """By metric, before and after; nothing where the data has no labels."""
    try:
        before = plan.model.evaluate(data)
        after = plan.opened(file).evaluate(data)
    except (DataError, CallError) as error:
        return {}, 0, [f"what int8 costs cannot be measured on {data}: {error}"]
    except LensletError as error:
        return {}, 0, [f"what int8 costs was not measured: {error}"]
    pairs = {
        name: (float(before.metrics[name]), float(after.metrics[name]))
        for name in _MEASURED
        if name in before.metrics and np.isfinite(before.metrics[name]) and name in after.metrics
    }
    return pairs, before.n, [note for note in before.notes if "trained on" in note]


def _plain(value: Any) -> Any:
    """Arrays and numbers of NumPy as Python's own."""
    return value.tolist()
