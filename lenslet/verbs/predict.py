"""predict: what is on these pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Classification, Unreadable
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.verbs.bulk import Bulk


def predict(
    model: Annotated[
        "str | Path | Classifier",
        Doc("A model folder, the name of a shipped model or of official weights, or a model."),
    ],
    images: Annotated[
        Sequence[str | Path],
        Doc("Pictures, folders of pictures, patterns like 'photos/**/*.jpg', or @list.txt: the files that it names."),
    ],
    *,
    plot: Annotated[Path | None, Doc("Write each picture with its answers into this folder, as PNG.")] = None,
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
    progress: Annotated[bool, Doc("Show a bar on stderr, with --out.")] = True,
) -> "Iterator[Classification | Unreadable] | Bulk":
    """Classify pictures, one answer each, in order; a file that cannot be opened gets a sentence in place of an answer.

    With `out` the files may be millions: they are sorted, each is answered once, and whatever is stopped or killed, the
    same call finishes the folder. It then comes back as a `Bulk`, which says what was found and gives the answers.

    Raises:
        CardError: no such model.
        CallError: nothing is found where the call points, or `out` holds something else.
        WorkError: with `out`, the files are not there any more, or workers keep dying.
    """
    from lenslet.errors import CallError
    from lenslet.image import find_images
    from lenslet.verbs.load import load

    if batch < 1:
        raise CallError(f"batch is {batch}: give 1 or more pictures")
    if out is None and (engine != "local" or workers is not None):
        raise CallError("--engine and --workers are for answers that go into a folder: give --out, too")
    if workers is not None and (workers < 1 or engine != "ray"):
        raise CallError(f"workers is {workers}: give 1 or more, with --engine ray")
    if out is not None and plot is not None:
        raise CallError("give --plot or --out, not both: --out is for more pictures than anybody could look at")
    if engine == "ray":
        from lenslet.verbs.bulk.on_ray import ready

        ready()  # before anything that takes time
    opened = load(model)
    given = [images] if isinstance(images, str | Path) else images
    if out is not None:
        from lenslet.verbs.bulk import bulk

        return bulk(opened, given, Path(out), engine=engine, workers=workers, batch=batch, progress=progress)
    paths = [path for place in given for path in find_images(place)]
    return _answers(opened, paths, plot, batch)


def _answers(
    model: "Classifier", paths: Sequence[Path], plot: Path | None, batch: int
) -> "Iterator[Classification | Unreadable]":
    from lenslet.results import Classification

    names: dict[str, int] = {}
    for answer in model.predict(paths, batch=batch):
        if plot is not None and isinstance(answer, Classification):
            assert isinstance(answer.picture, Path)
            stem = answer.picture.stem
            names[stem] = names.get(stem, 0) + 1  # a.jpg of two folders, or a.jpg and a.png: none overwrites the other
            answer.plot(Path(plot) / (f"{stem}.png" if names[stem] == 1 else f"{stem}-{names[stem]}.png"))
        yield answer
