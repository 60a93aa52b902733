"""`lenslet train`: how good the new model is, and where it lies."""

from typing import TYPE_CHECKING, Any

from lenslet.cli.command import Command
from lenslet.cli.evaluate import show as show_evaluation
from lenslet.cli.output import percent, write
from lenslet.verbs.train import train

if TYPE_CHECKING:
    from lenslet.results import Rates
    from lenslet.verbs.job import Model


def show(model: "Model | Rates") -> None:
    """The measurement, then the folder and the page worth opening; of rates, the suggestion and where its plot lies."""
    from lenslet.results.rates import Rates  # not above: help must not wait for NumPy

    if isinstance(model, Rates):
        _show_rates(model)
        return
    if model.evaluation is not None:
        show_evaluation(model.evaluation)
    if scratch := model.card.started_from.get("scratch"):
        low, high = scratch["interval"]
        write(f"from scratch {percent(scratch['accuracy'])} ({percent(low)} to {percent(high)}), by the same budget")
    write(f"measured on  {model.card.measured_on}")
    if model.curve is not None:
        write(f"more data    {model.curve.said}")
    write(f"model        {model.folder}")
    if model.folder is not None:
        write(f"report       {model.folder / 'report.html'}")
        if (model.folder / "augmented.png").exists():
            write(f"augmented    {model.folder / 'augmented.png'}")


def _show_rates(rates: "Rates") -> None:
    if rates.reading is not None and rates.between is not None:
        low, high = rates.between
        write(f"suggested    --rate {rates.reading.suggested:.2g}  ({low:.2g} to {high:.2g} as the batches scatter)")
        write(f"falls most   {rates.reading.steepest:.2g}")
        write(f"lowest       {rates.reading.lowest:.2g}; from there on the loss rises")
    else:
        write(rates.said)
    write(f"usual        {rates.usual:g}  (what is used without --rate)")
    if rates.folder is not None:
        write(f"plot         {rates.folder / 'rates.png'}")


def call(**given: Any) -> "Model | Rates":
    """The verb's model; of several processes that train together, only the first one speaks."""
    model = train(**given)
    if model.folder is None:
        raise SystemExit(0)
    return model


def record(model: "Model | Rates") -> dict[str, Any]:
    """The run in one object; the model itself is in its folder."""
    from lenslet.results.rates import Rates

    if isinstance(model, Rates):
        return {"task": "find-lr", **model.to_dict()}
    evaluation = model.evaluation
    return {
        "task": model.card.task,
        "net": model.card.net,
        "labels": list(model.labels),
        "folder": str(model.folder),
        "measured_on": model.card.measured_on,
        "evaluation": None if evaluation is None else evaluation.to_dict(),
        **({} if model.curve is None else {"curve": model.curve.to_dict()}),
    }


command = Command(train, show, call=call, record=record, example="lenslet train flowers/ --minutes 5")
