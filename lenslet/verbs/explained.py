"""The steps of `explain`: pictures and models brought to the room of explanations, which knows neither."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lenslet.data import decode
from lenslet.errors import CallError, DataError
from lenslet.image import find_images
from lenslet.results.attribution import Attribution
from lenslet.results.units import Unit, UnitLayer, Units
from lenslet.tasks.explain import layers as choosing
from lenslet.tasks.explain.cam import activation_map
from lenslet.tasks.explain.maps import activations, filters
from lenslet.tasks.explain.occlude import occlude
from lenslet.tasks.explain.place import from_cells, from_pixels
from lenslet.tasks.explain.target import Sight, Target, tensor_of
from lenslet.tasks.explain.top import top_patches
from lenslet.tasks.explain.visualise import visualise
from lenslet.verbs.aims import aims, sight_of

if TYPE_CHECKING:
    from lenslet.nets.features import Activation
    from lenslet.tasks.explain.views import Rule
    from lenslet.verbs.job import Model
    from lenslet.verbs.progress import Bar

__all__ = ["attributed", "looked"]

_PAINTED = 8  # units of a layer that are painted where nobody names some


def attributed(
    model: "Model",
    image: Any,
    method: str,
    names: Sequence[str] | None,
    *,
    label: str | None,
    number: int,
    other: Any,
    window: int | None,
    shown: "Bar",
) -> Attribution:
    """cam and occlusion: a map over the picture; of a pair, one over each."""
    if names is not None and (method == "occlusion" or len(names) != 1):
        raise CallError(
            "--layer is for methods that look into the net, and occlusion does not: leave it out"
            if method == "occlusion"
            else f"cam weights the map of one layer, not of {len(names)}: give one"
        )
    if window is not None and method != "occlusion":
        raise CallError("--window is for occlusion: leave it out")
    if isinstance(image, str | Path) and Path(image).is_dir():
        raise CallError(f"{image} is a folder, and {method} explains one picture: give one of its files")
    shown.phase(method)
    done: list[Attribution] = []
    for sight, target in aims(model, image, label=label, number=number, other=other):
        found = _cam(model, sight, target, names) if method == "cam" else _occluded(model, sight, target, window, shown)
        done.append(found)
    from dataclasses import replace

    return done[0] if len(done) == 1 else replace(done[0], other=done[1])


def looked(
    model: "Model",
    image: Any,
    method: str,
    names: Sequence[str] | None,
    units: Sequence[int] | None,
    *,
    view: str,
    seed: int,
    shown: "Bar",
) -> Units:
    """top-patches, activations, filters and visualise: units of layers."""
    called = _called(model)
    if method == "filters":
        found = filters(choosing.convolutions(model.net, names), units)
        return Units(method, called, tuple(found), note="each scaled by its own largest weight")
    size = min(model.card.preprocess.size)
    layers = choosing.stages(model.net, size) if names is None else choosing.named(model.net, names, size)
    if method == "activations":
        shown.phase(method)
        sight = sight_of(model, image)
        seen = tensor_of(sight.prepared[None], model.card.preprocess, model.net)
        source = sight.source.name if sight.source is not None else "a picture"
        return Units(method, called, tuple(activations(model.net, seen, layers, units)), source=source, pictures=1)
    if method == "visualise":
        return _painted(model, image, layers, units, seed, shown)
    return _patched(model, image, layers, units, view, shown)


def _painted(
    model: "Model",
    image: Any,
    layers: "Sequence[Activation]",
    units: Sequence[int] | None,
    seed: int,
    shown: "Bar",
) -> Units:
    """Of each layer the units that were named, or answer most to a picture; else the first ones."""
    shape, found = model.card.preprocess, []
    answered = None
    if units is None and image is not None:
        seen = tensor_of(sight_of(model, image).prepared[None], shape, model.net)
        answered = activations(model.net, seen, layers, None)
    for number, layer in enumerate(layers):
        shown.phase(f"painting {layer.name}")
        if units is not None:
            chosen = list(units)
        elif answered is not None:
            chosen = [one.number for one in sorted(answered[number].units, key=lambda one: -one.value)[:_PAINTED]]
        else:
            chosen = list(range(min(_PAINTED, layer.output[0])))
        painted = visualise(model.net, shape, layer, chosen, seed=seed, progress=shown.at)
        told = tuple(Unit(unit, answer, (), picture) for unit, (picture, answer) in zip(chosen, painted, strict=True))
        side = None if layer.stride is None else layer.stride[0]
        field = layer.receptive_field
        found.append(
            UnitLayer(
                layer.name, layer.output[0], told, None if len(layer.output) != 3 else layer.output[1:], field, side
            )
        )
    source = (
        ""
        if image is None
        else f"units that answer most to {Path(image).name if isinstance(image, str | Path) else 'a picture'}"
    )
    return Units("visualise", _called(model), tuple(found), source, f"seed {seed}")


def _patched(
    model: "Model", image: Any, layers: "Sequence[Activation]", units: Sequence[int] | None, view: str, shown: "Bar"
) -> Units:
    if not isinstance(image, str | Path):
        raise CallError("top-patches needs pictures on the disk: give a folder, a pattern, or a file")
    paths = find_images(image)
    shown.phase(f"decoding {len(paths):,} pictures")
    shape = model.card.preprocess
    read = decode(paths, shape, progress=lambda done, of: shown.at(done / of), too_many=1.0)
    # files of one content share a row, and count once
    first = {row: path for path, row in reversed(list(zip(paths, read.rows, strict=True))) if row >= 0}
    if not first:
        raise DataError(f"none of the {len(paths)} pictures can be read; the first: {read.skipped[0].why}")
    for skipped in read.skipped[:3]:
        shown.say(skipped.why)
    shown.phase("looking")
    rule = None if view == "none" else cast("Rule", view)
    found = top_patches(model.net, shape, read.pixels, first, layers, units=units, view=rule, progress=shown.at)
    words = {
        "guided": "beside each nine: guided backpropagation",
        "deconv": "beside each nine: deconvolved",
        "none": "",
    }
    return Units("top-patches", _called(model), tuple(found), Path(image).name, words[view], len(first))


def _cam(model: "Model", sight: Sight, target: Target, names: Sequence[str] | None) -> Attribution:
    size = min(sight.frame.size)
    if names is None:
        layer = choosing.deepest(model.net, size, target.cells)
    else:
        layer = choosing.named(model.net, names, size)[0]
    seen = tensor_of(sight.prepared[None], model.card.preprocess, model.net)
    map, score = activation_map(model.net, seen, target, layer)
    rule = "HiResCAM" if target.placed else "Grad-CAM"
    return _attribution("cam", rule, model, sight, target, score, from_cells(map, layer, sight.frame), layer.name)


def _occluded(model: "Model", sight: Sight, target: Target, window: int | None, shown: "Bar") -> Attribution:
    seen = tensor_of(sight.prepared[None], model.card.preprocess, model.net)
    choosing.maps(model.net, min(sight.frame.size))  # a net without convolutions is refused by every method
    found = occlude(model.net, seen, target, window=window, progress=shown.at)
    high, wide = sight.frame.size
    rule = f"occlusion by {found.window} × {found.window} of {wide} × {high} px, deepest fall {found.most:.3g}"
    map = from_pixels(found.map, sight.frame)
    return _attribution("occlusion", rule, model, sight, target, found.score, map, None)


def _attribution(
    method: str,
    rule: str,
    model: "Model",
    sight: Sight,
    target: Target,
    score: float,
    map: np.ndarray,
    layer: str | None,
) -> Attribution:
    return Attribution(
        method=method,
        rule=rule,
        model=_called(model),
        target=target.name,
        kind=target.kind,
        score=score,
        map=map,
        layer=layer,
        box=target.box,
        picture=sight.source if sight.source is not None else sight.original,
        size=sight.frame.original,
    )


def _called(model: "Model") -> str:
    """A model's folder, or its net."""
    return model.folder.name if model.folder is not None else model.card.net
