"""stylize: a photo, painted in the style of another picture."""

import inspect
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Painting, Repainted

Picture = str | Path | Any


def stylize(
    content: Annotated[
        str | Path | Any,
        Doc(
            "The picture whose things are shown: a file, colour or grey. With --model also a folder of them or a film."
        ),
    ],
    style: Annotated[
        Sequence[str | Path | Any] | str | Path | Any,
        Doc("The picture or pictures whose strokes and colours are used; none with --model."),
    ] = (),
    *,
    model: Annotated[
        str | Path | Any,
        Doc(
            "Paint at once, through a model that holds its style: the name of one that comes with Lenslet, see "
            "`lenslet models`, or a folder that `lenslet train --task style` made."
        ),
    ] = None,
    out: Annotated[
        str | Path | None,
        Doc(
            "Save the painting here, as .png (which carries its recipe), .jpg, .webp, .tif or .bmp; of many pictures a "
            "folder, of a film .mp4, .mkv or .mov."
        ),
    ] = None,
    plot: Annotated[str | Path | None, Doc("Save content, styles and painting side by side here.")] = None,
    size: Annotated[int, Doc("Long side of the painting in pixels.")] = 512,
    strength: Annotated[float | int, Doc("Of the style: 0 is the photograph, 1 the style alone.")] = 0.5,
    encoder: Annotated[
        str | Path | Any,
        Doc(
            "Through whose eyes they are compared: a model that comes with Lenslet, a model folder, or a net with "
            "official weights; vgg19 is the papers' (downloaded once, 550 MB)."
        ),
    ] = "texture",
    steps: Annotated[int, Doc("Steps on the full size; each smaller size before it has twice as many.")] = 60,
    start: Annotated[Literal["content", "noise"], Doc("What is painted on.")] = "content",
    keep_colours: Annotated[bool, Doc("Keep the content's colours and paint its brightness only.")] = False,
    style_weights: Annotated[
        Sequence[float | int] | None, Doc("How much each style counts; equally if not said.")
    ] = None,
    style_scale: Annotated[float | int, Doc("Size of the strokes: below 1 finer, above 1 larger.")] = 1.0,
    mask: Annotated[
        Sequence[str | Path | Any] | str | Path | None,
        Doc("Pictures that are white where a style is to be used, one a style in their order."),
    ] = None,
    variation: Annotated[float | int, Doc("Weight of the total variation, which smooths.")] = 0.0,
    alpha: Annotated[
        float | int | None, Doc("Weight of the content in the course's own cost; goes with beta, without strength.")
    ] = None,
    beta: Annotated[float | int | None, Doc("Weight of the style in the course's own cost.")] = None,
    scales: Annotated[int | None, Doc("Sizes to paint at, each twice the last; 1 paints at full size only.")] = None,
    method: Annotated[Literal["lbfgs", "adam"], Doc("How the pixels are moved.")] = "lbfgs",
    seed: Annotated[int, Doc("Of the noise to start from.")] = 0,
    steady: Annotated[
        float, Doc("Of a film: how far parts that stay as they are keep their painting, 0 to below 1.")
    ] = 0.8,
    every: Annotated[int | None, Doc("Save the picture after every so many steps, too, beside --out.")] = None,
    precision: Annotated[Literal["auto", "bf16", "fp32"], Doc("Numbers to compute with; auto is fast.")] = "auto",
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Painting | Repainted":
    """Paint a photo in the style of another picture.

    Whoever breaks it off with Ctrl-C keeps the picture so far. With `model` it takes less than a second. From Python,
    pictures may also be arrays or Pillow images.

    Raises:
        ImageError: a file is no readable picture.
        CallError: something that cannot be painted so; the sentence says what to change.
        MissingError, DownloadError: official weights that cannot be had.

    Source: course items 4.9 to 4.12; Gatys, Ecker, Bethge 2016.
    """
    from lenslet.verbs.repaint import is_many, repaint

    if model is not None:  # an exported file paints without torch, too
        _see_only_model(locals())
        _see_places([] if is_many(content) else [content], None if is_many(content) else out, plot, None)
        return repaint(
            content, model, out=out, plot=plot, size=size, keep_colours=keep_colours, steady=steady, progress=progress
        )
    from lenslet.errors import CallError
    from lenslet.image import open_image
    from lenslet.results.painting import Painting
    from lenslet.tasks.style.manner import Manner
    from lenslet.tasks.style.painter import Painter
    from lenslet.verbs.easel import look
    from lenslet.verbs.encoder import encoder_of
    from lenslet.verbs.progress import bar

    _see_style(content, style)
    manner = Manner(
        strength=strength,
        alpha=alpha,
        beta=beta,
        style_weights=tuple(style_weights or ()),
        style_scale=style_scale,
        start=start,
        colours="content" if keep_colours else "style",
        variation=variation,
        steps=steps,
        scales=scales,
        method=method,
        seed=seed,
    )
    sources, masks = _several(style), _several(mask)
    _see_places([content, *sources, *masks], out, plot, every)
    enough = (2 * size, 2 * size)
    photo = open_image(content, at_least=enough)
    styles = [open_image(source, at_least=enough) for source in sources]
    with bar(shown=progress) as shown:
        eyes = encoder_of(encoder, shown, precision=precision)
        painter = Painter(eyes, photo, styles, manner, size=size, masks=[open_image(place) for place in masks])
        height, width = painter.sizes[-1]
        shown.phase(f"{width} x {height} pixels, through {eyes.name}")
        costs, notes, stroke, stopped = [], [], None, False
        try:
            for stroke in painter.strokes():
                costs.append(stroke.costs)
                if stroke.said:
                    notes.append(stroke.said)
                    shown.say(stroke.said)
                parts = ", ".join(f"{name} {value:.3g}" for name, value in stroke.costs.items())
                shown.at(stroke.share, f"cost {stroke.cost:.3g} ({parts})")
                look(stroke, partial(painter.picture, stroke))
                if every and out is not None and stroke.step and stroke.step % every == 0:
                    _save_between(painter.picture(stroke), Path(out), stroke.step)
        except KeyboardInterrupt:
            if stroke is None:
                raise
            stopped = True
        if stroke is None:
            raise CallError("nothing was painted: there were no steps")
        painted = painter.picture(stroke)
    painting = Painting(
        picture=painted,
        content=photo,
        styles=styles,
        recipe=_recipe(content, sources, size=size, encoder=eyes, manner=manner, precision=eyes.precision),
        costs=costs,
        seconds=stroke.seconds,
        stopped=stopped,
        notes=tuple(notes),
        saved=None if out is None else Path(out),
    )
    if out is not None:
        painting.save(out)
    if plot is not None:
        painting.plot(plot)
    return painting


def _several(given: Any) -> list[Any]:
    """One picture, several, or none, as a list."""
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _see_style(content: Any, style: Any) -> None:
    """Painting step by step is of one picture, in a style.

    Raises:
        CallError: it is not.
    """
    from lenslet.errors import CallError
    from lenslet.verbs.repaint import is_many

    if is_many(content):
        raise CallError(f"{content} has many pictures, and painting one takes a minute: give --model, which is quick")
    if not _several(style):
        raise CallError("give the style: one picture or more, or --model and the name of one that holds a style")


def _see_only_model(given: dict[str, Any]) -> None:
    """A model holds its style, and all that was chosen when it learned.

    Raises:
        CallError: something is said that only painting step by step can use.
    """
    from lenslet.errors import CallError

    if _several(given["style"]):
        raise CallError("give a style or --model, not both: the model holds its own style")
    used = {"content", "style", "model", "out", "plot", "size", "keep_colours", "steady", "progress", "precision"}
    for name, parameter in inspect.signature(stylize).parameters.items():
        if name not in used and given[name] != parameter.default:
            raise CallError(f"--{name.replace('_', '-')} is for painting step by step; leave it out with --model")


def _see_places(sources: list[Any], out: str | Path | None, plot: str | Path | None, every: int | None) -> None:
    """What would go wrong only after minutes is said at once.

    Raises:
        CallError: a place where nothing can be saved, or one of the pictures themselves.
    """
    from lenslet.errors import CallError
    from lenslet.image.saving import check_suffix

    if every is not None and (every < 1 or out is None):
        raise CallError("every is a number of steps, 1 or more, and needs out, beside which the pictures are saved")
    read = {Path(source).resolve() for source in sources if isinstance(source, str | Path)}
    for place in (out, plot):
        if place is not None:
            check_suffix(place)
            if Path(place).resolve() in read:
                raise CallError(f"{place} is one of the pictures, which would be lost; choose another name")


def _save_between(picture: Any, out: Path, step: int) -> None:
    from lenslet.image import save_image

    save_image(picture, out.with_name(f"{out.stem}-{step:04d}{out.suffix}"))


def _recipe(content: Any, styles: list[Any], *, size: int, encoder: Any, manner: Any, precision: str) -> dict[str, Any]:
    """What somebody needs who wants to paint it again; names of files, not where they lie."""
    import lenslet

    def name(source: Any, otherwise: str) -> str:
        return Path(source).name if isinstance(source, str | Path) else otherwise

    return {
        "lenslet": lenslet.__version__,
        "content_name": name(content, "content"),
        "style_names": [name(style, "style") for style in styles],
        "size": size,
        "encoder": encoder.name,
        "encoder_terms": encoder.licence,
        "precision": precision,
        **manner.to_dict(),
    }
