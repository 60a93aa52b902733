"""evaluate: how good a model is on pictures with known classes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Evaluation
    from lenslet.tasks.classify.classifier import Classifier


def evaluate(
    model: Annotated["str | Path | Classifier", Doc("A model folder, the name of a shipped model, or a model.")],
    data: Annotated[
        str | Path,
        Doc(
            "A folder with one folder of pictures per class, or a .csv of paths and labels; its test or val part, "
            "if it has parts."
        ),
    ],
    *,
    out: Annotated[Path | None, Doc("Also write report.html and confusion.png into this folder.")] = None,
    include_seen: Annotated[bool, Doc("Measure on pictures that the model was trained on, too.")] = False,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Evaluation":
    """Measure a model on a folder of pictures: accuracy with its interval, macro F1, calibration, and the worst errors.

    Raises:
        CardError: no such model.
        DataError: no such data, or classes that the model does not know.
    """
    from lenslet.verbs.load import load
    from lenslet.verbs.progress import bar

    opened = load(model)
    with bar(shown=progress) as shown:
        shown.phase("measuring")
        evaluation = opened.evaluate(data, include_seen=include_seen, on_picture=lambda done, of: shown.at(done / of))
    if out is not None:
        from lenslet.report.evaluation import evaluation_page

        page = evaluation_page(evaluation, title=f"{Path(opened.folder or opened.card.net).name} on {Path(data).name}")
        page.write(Path(out) / "report.html")
        evaluation.plot(Path(out) / "confusion.png")
    return evaluation
