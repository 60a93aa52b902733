"""evaluate: how good a model is on pictures with known classes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Evaluation
    from lenslet.tasks.style.stylist import Stylist
    from lenslet.verbs.job import Model


def evaluate(
    model: Annotated[
        "str | Path | Model", Doc("A model folder, an exported .onnx file, the name of a shipped model, or a model.")
    ],
    data: Annotated[
        str | Path,
        Doc(
            "A folder with one folder of pictures per class, or a .csv of paths and labels; or pictures with boxes, "
            "in any form that `train` reads; or a folder for each person, pairs, or one-shot runs; its test or val "
            "part, if it has parts; of a model that paints any photos."
        ),
    ],
    *,
    out: Annotated[
        Path | None, Doc("Also write report.html and its figure, evaluation.json and answers.csv into this folder.")
    ] = None,
    include_seen: Annotated[bool, Doc("Measure on pictures that the model was trained on, too.")] = False,
    backend: Annotated[
        Literal["onnxruntime", "openvino"], Doc("Who computes, of an exported .onnx file.")
    ] = "onnxruntime",
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Evaluation":
    """Measure a model on pictures with a known truth: its metrics with their intervals, and the worst errors.

    Of classes: accuracy, macro F1, calibration. Of things found: COCO's mAP50 and mAP, precision and recall at the best
    threshold, and what kind of mistakes cost most. Of one thing a picture: accuracy, mean IoU, and the share found. Of
    points: the normalised mean error, the area under its curve, and the share of failures. Of pairs: AUC, the equal
    error rate, and how many are known from one picture. Of paintings: content and style costs.

    Raises:
        CardError: no such model.
        DataError: no such data, or classes that the model does not know.
    """
    from lenslet.verbs.load import load
    from lenslet.verbs.progress import bar
    from lenslet.verbs.run_folder import write_measured

    opened = load(model, backend=backend)
    with bar(shown=progress) as shown:
        shown.phase("measuring")
        evaluation = opened.evaluate(data, include_seen=include_seen, on_picture=lambda done, of: shown.at(done / of))
    if out is not None:
        title = f"{Path(opened.folder or opened.card.net).name} on {Path(data).name}"
        finds = evaluation.task == "detect"
        if evaluation.task == "face":
            from lenslet.verbs.face_report import evaluated_page

            page = evaluated_page(evaluation, title)
        elif evaluation.task == "style":
            from lenslet.verbs.style_report import style_page

            photos = [miss.picture for miss in evaluation.worst if isinstance(miss.picture, Path)]
            page = style_page(cast("Stylist", opened), evaluation, photos, title)
        elif evaluation.task in ("localize", "landmark"):
            from lenslet.report.single import single_page
            from lenslet.verbs.drawn import worst_drawn

            page = single_page(evaluation, title=title, worst=worst_drawn(opened, evaluation, data))
        else:
            from lenslet.report.detection import detection_page
            from lenslet.report.evaluation import evaluation_page

            page = detection_page(evaluation, title=title) if finds else evaluation_page(evaluation, title=title)
        page.write(Path(out) / "report.html")
        write_measured(Path(out), evaluation)
        name = {"detect": "precision-recall.png", "face": "roc.png"}.get(evaluation.task, "confusion.png")
        if evaluation.task not in ("landmark", "style") and (evaluation.task != "face" or evaluation.roc is not None):
            evaluation.plot(Path(out) / name)
    return evaluation
