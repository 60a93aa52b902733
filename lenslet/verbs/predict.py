"""predict: what is on these pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_doc import Doc

from lenslet.errors import CallError
from lenslet.verbs.asking import How, ask

if TYPE_CHECKING:
    from lenslet.verbs.asking import Answer
    from lenslet.verbs.bulk import Bulk
    from lenslet.verbs.job import Model


def predict(
    model: Annotated[
        "str | Path | Model",
        Doc("A model folder, an exported .onnx file, the name of a shipped model or of official weights, or a model."),
    ],
    images: Annotated[
        Sequence[str | Path],
        Doc("Pictures, folders of pictures, patterns like 'photos/**/*.jpg', or @list.txt: the files that it names."),
    ],
    *,
    plot: Annotated[Path | None, Doc("Write each picture with its answers into this folder, as PNG.")] = None,
    crops: Annotated[
        Path | None, Doc("Of things found: write each into this folder, cut out of its picture at full resolution.")
    ] = None,
    at_least: Annotated[
        float | None,
        Doc("Of things found: the lowest score that counts, 0 to 1; the model's own threshold if left out."),
    ] = None,
    tiles: Annotated[
        bool, Doc("Of things found: look at large pictures in overlapping tiles, too, so that small things are seen.")
    ] = False,
    tile_side: Annotated[
        int | None, Doc("Pixels of a tile; as large as the pictures were that the model learned from if left out.")
    ] = None,
    batch: Annotated[int, Doc("Pictures that go through the net together.")] = 32,
    out: Annotated[
        str | Path | None,
        Doc("Write the answers into this folder, as JSON lines; the same call goes on where a stopped one ended."),
    ] = None,
    engine: Annotated[
        Literal["local", "ray"], Doc("Who predicts with --out: this process, or Ray on every core and machine.")
    ] = "local",
    workers: Annotated[
        int | None, Doc("Processes that predict at once with --engine ray; one per core if left out.")
    ] = None,
    backend: Annotated[
        Literal["onnxruntime", "openvino"], Doc("Who computes, of an exported .onnx file.")
    ] = "onnxruntime",
    progress: Annotated[bool, Doc("Show a bar on stderr, with --out.")] = True,
) -> "Iterator[Answer] | Bulk":
    """Say what pictures show, one answer each, in order; a file that cannot be opened gets a sentence in its place.

    With `out` the files may be millions: they are sorted, each is answered once, and whatever is stopped or killed, the
    same call finishes the folder. It then comes back as a `Bulk`, which says what was found and gives the answers.

    Raises:
        CardError: no such model.
        CallError: nothing is found where the call points, or `out` holds something else.
        WorkError: with `out`, the files are not there any more, or workers keep dying.
    """
    from lenslet.image import find_images
    from lenslet.verbs.load import load

    if batch < 1:
        raise CallError(f"batch is {batch}: give 1 or more pictures")
    if out is None and (engine != "local" or workers is not None):
        raise CallError("--engine and --workers are for answers that go into a folder: give --out, too")
    if workers is not None and (workers < 1 or engine != "ray"):
        raise CallError(f"workers is {workers}: give 1 or more, with --engine ray")
    if out is not None and (plot is not None or crops is not None):
        other = "--crops" if plot is None else "--plot"
        raise CallError(f"give {other} or --out, not both: --out is for more pictures than anybody could look at")
    if engine == "ray":
        from lenslet.verbs.bulk.on_ray import ready

        ready()  # before anything that takes time
    opened = load(model, backend=backend)
    if opened.card.task == "style":
        raise CallError(f"{model} paints: `lenslet stylize PICTURE --model {model}` is the call")
    wanted = {"crops": crops, "at-least": at_least, "tiles": tiles or None, "tile-side": tile_side}
    extra = next((name for name, value in wanted.items() if value is not None), None)
    if extra is not None and opened.card.task != "detect":
        raise CallError(f"--{extra} is for models that find things, and this one says what a whole picture shows")
    if plot is not None and opened.card.task == "face" and not hasattr(opened, "faces"):
        raise CallError("--plot is for answers that can be drawn, and an encoding is a list of numbers: leave it out")
    how = How(at_least, tiles or tile_side is not None, tile_side)
    given = [images] if isinstance(images, str | Path) else images
    if out is not None:
        from lenslet.verbs.bulk import bulk

        return bulk(opened, given, Path(out), how=how, engine=engine, workers=workers, batch=batch, progress=progress)
    paths = [path for place in given for path in find_images(place)]
    return _written(ask(opened, paths, batch=batch, how=how), plot, crops)


def _written(answers: "Iterator[Answer]", plot: Path | None, crops: Path | None) -> "Iterator[Answer]":
    """The answers, each drawn and cut out on its way."""
    from lenslet.results import Detections, Encoding, Unreadable

    names: dict[str, int] = {}
    for answer in answers:
        if plot is not None and not isinstance(answer, Unreadable | Encoding):
            assert isinstance(answer.picture, Path)
            stem = answer.picture.stem
            names[stem] = names.get(stem, 0) + 1  # a.jpg of two folders, or a.jpg and a.png: none overwrites the other
            answer.plot(Path(plot) / (f"{stem}.png" if names[stem] == 1 else f"{stem}-{names[stem]}.png"))
        if crops is not None and isinstance(answer, Detections):
            answer.save_crops(crops)
        yield answer
