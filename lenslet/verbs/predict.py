"""predict: what is on these pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Classification, Unreadable
    from lenslet.tasks.classify.classifier import Classifier


def predict(
    model: Annotated[
        "str | Path | Classifier",
        Doc("A model folder, the name of a shipped model or of official weights, or a model."),
    ],
    images: Annotated[Sequence[str | Path], Doc("Pictures, folders of pictures, or patterns like 'photos/**/*.jpg'.")],
    *,
    plot: Annotated[Path | None, Doc("Write each picture with its answers into this folder, as PNG.")] = None,
    batch: Annotated[int, Doc("Pictures that go through the net together.")] = 32,
) -> "Iterator[Classification | Unreadable]":
    """Classify pictures, one answer each, in order; a file that cannot be opened gets a sentence in place of an answer.

    Raises:
        CardError: no such model.
        CallError: nothing is found where the call points.
    """
    from lenslet.errors import CallError
    from lenslet.image import find_images
    from lenslet.verbs.load import load

    if batch < 1:
        raise CallError(f"batch is {batch}: give 1 or more pictures")
    opened = load(model)
    given = [images] if isinstance(images, str | Path) else images
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
