"""explain: what a net has learned, and why it says what it says."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_doc import Doc

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.results.attribution import Attribution
    from lenslet.results.units import Units
    from lenslet.verbs.job import Model

__all__ = ["explain"]


def explain(
    model: Annotated[
        "str | Path | Model",
        Doc("A model folder, the name of a shipped model or of official weights, or a model."),
    ],
    image: Annotated[
        str | Path | Any | None,
        Doc("The picture; for top-patches a folder of pictures, a pattern, or @list.txt; for filters nothing."),
    ] = None,
    *,
    method: Annotated[
        Literal["top-patches", "filters", "activations", "cam", "occlusion", "visualise"] | None,
        Doc(
            "cam: which places speak for the answer; occlusion: what it falls by when places are covered; activations: "
            "maps of a picture; top-patches: what in a folder units answer most to; visualise: the same painted; "
            "filters: the weights. Left out: cam, top-patches of a folder, filters of nothing."
        ),
    ] = None,
    layer: Annotated[
        str | None,
        Doc("Layers by name, with commas between them; left out, the end of every stage, or of cam the deepest map."),
    ] = None,
    unit: Annotated[
        str | int | None, Doc("Units (channels) by number: 5, or 0-8, or 1,4,9; left out, those that stand out most.")
    ] = None,
    label: Annotated[
        str | None, Doc("The class, or the point, to explain; left out, what the model itself says.")
    ] = None,
    number: Annotated[int, Doc("Of several things found the one to explain; the surest is 0.")] = 0,
    other: Annotated[
        str | Path | Any | None, Doc("The second picture, for models that compare: what makes the two alike.")
    ] = None,
    window: Annotated[
        int | None,
        Doc("Of occlusion: side of the square that covers, pixels of what the net sees; a sixth of it if left out."),
    ] = None,
    view: Annotated[
        Literal["guided", "deconv", "none"],
        Doc("Beside top patches: what in them is answered to, by guided backpropagation or a deconvolved net."),
    ] = "guided",
    seed: Annotated[int, Doc("Of visualise: another seed paints other pictures.")] = 0,
    out: Annotated[str | Path | None, Doc("Save the sheet here, as .png, .jpg, .webp, .tif or .bmp.")] = None,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Attribution | Units":
    """Show what a net has learned, layer after layer, or which places of a picture speak for its answer.

    It works for every model of Lenslet: classes, things found, one thing and its place, points, and likeness. From
    Python the picture may also be an array or a Pillow image.

    Returns:
        An `Attribution` of cam and occlusion; else `Units`.

    Raises:
        CardError: no such model.
        ImageError: a picture that cannot be opened.
        CallError: no such layer, unit, class or thing, no pictures, or a net without convolutions.

    Source: course 4.8.
    """
    from lenslet.verbs.load import load
    from lenslet.verbs.progress import bar

    opened = load(model)
    chosen = method or _usual(image)
    if chosen not in ("filters", "visualise") and image is None:
        raise CallError(
            f"{chosen} needs {'pictures' if chosen == 'top-patches' else 'a picture'}: give it after the model"
        )
    names = None if layer is None else [name.strip() for name in layer.split(",") if name.strip()]
    units = _numbers(unit)
    found: Attribution | Units
    with bar(shown=progress) as shown:
        if chosen in ("cam", "occlusion"):
            if units is not None:
                raise CallError(f"--unit is for single units of layers, and {chosen} explains an answer: leave it out")
            from lenslet.verbs.explained import attributed

            found = attributed(
                opened, image, chosen, names, label=label, number=number, other=other, window=window, shown=shown
            )
        else:
            from lenslet.verbs.explained import looked

            found = looked(opened, image, chosen, names, units, view=view, seed=seed, shown=shown)
    if out is not None:
        found.plot(out)
    return found


def _usual(image: object) -> str:
    """The method for what was given."""
    if image is None:
        return "filters"
    if not isinstance(image, str | Path):
        return "cam"
    return "cam" if Path(image).is_file() else "top-patches"


def _numbers(unit: str | int | None) -> Sequence[int] | None:
    """5, or 0-8, or 1,4,9, or those mixed.

    Raises:
        CallError: it is none of these.
    """
    if unit is None:
        return None
    found: dict[int, None] = {}
    for part in str(unit).split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise CallError(f"unit is {unit!r}: give numbers from 0, such as 5, 0-8 or 1,4,9")
        ends = int(first), int(last) if dash else int(first)
        if ends[1] - ends[0] >= 10_000:
            raise CallError(f"unit is {unit!r}: that is more than any layer has; give fewer")
        found |= dict.fromkeys(range(ends[0], ends[1] + 1))
    if not found:
        raise CallError(f"unit is {unit!r}: a range begins with the smaller number")
    return list(found)
