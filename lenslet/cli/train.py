"""`lenslet train`: how good the new model is, and where it lies."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.evaluate import show as show_evaluation
from lenslet.cli.output import percent, write
from lenslet.verbs.train import train

if TYPE_CHECKING:
    from lenslet.tasks.classify.classifier import Classifier


def show(model: Any) -> None:
    """The measurement, then the folder and the page worth opening; or what the range test found."""
    if not hasattr(model, "card"):
        write(f"{model.said}")
        write(f"plot         {model.folder / 'rates.png'}" if model.folder is not None else "")
        return
    if model.evaluation is not None:
        show_evaluation(model.evaluation)
    if scratch := model.card.started_from.get("scratch"):
        low, high = scratch["interval"]
        write(f"from scratch {percent(scratch['accuracy'])} ({percent(low)} to {percent(high)}), by the same budget")
    write(f"measured on  {model.card.measured_on}")
    write(f"model        {model.folder}")
    if model.folder is not None:
        write(f"report       {model.folder / 'report.html'}")


def call(**given: Any) -> "Classifier | Any":
    """The verb's model; of several processes that train together, only the first one speaks."""
    model = train(**given)
    if model.folder is None:
        raise SystemExit(0)
    return model


def record(model: Any) -> Mapping[str, Any]:
    """The run in one object; the model itself is in its folder."""
    if not hasattr(model, "card"):
        found: Mapping[str, Any] = model.to_dict()
        return found
    evaluation = model.evaluation
    return {
        "task": model.card.task,
        "net": model.card.net,
        "labels": list(model.labels),
        "folder": str(model.folder),
        "measured_on": model.card.measured_on,
        "evaluation": None if evaluation is None else evaluation.to_dict(),
    }


command = Command(train, show, call=call, record=record, example="lenslet train flowers/ --minutes 5")
