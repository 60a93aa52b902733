"""`lenslet train`: how good the new model is, and where it lies."""

from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.evaluate import show as show_evaluation
from lenslet.cli.output import write
from lenslet.verbs.train import train

if TYPE_CHECKING:
    from lenslet.tasks.classify.classifier import Classifier


def show(model: "Classifier") -> None:
    """The measurement, then the folder and the page worth opening."""
    if model.evaluation is not None:
        show_evaluation(model.evaluation)
    write(f"measured on  {model.card.measured_on}")
    write(f"model        {model.folder}")
    if model.folder is not None:
        write(f"report       {model.folder / 'report.html'}")
        if (model.folder / "augmented.png").exists():
            write(f"augmented    {model.folder / 'augmented.png'}")


def record(model: "Classifier") -> dict[str, Any]:
    """The run in one object; the model itself is in its folder."""
    evaluation = model.evaluation
    return {
        "task": model.card.task,
        "net": model.card.net,
        "labels": list(model.labels),
        "folder": str(model.folder),
        "measured_on": model.card.measured_on,
        "evaluation": None if evaluation is None else evaluation.to_dict(),
    }


command = Command(train, show, record=record, example="lenslet train flowers/ --minutes 5")
