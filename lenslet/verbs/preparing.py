"""From a call of `train` to a run that can start: which task it is, and what that task makes of the options."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.loops import State, World
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.tasks.detect.prepare import Prepared as Finding
    from lenslet.verbs.job import Job
    from lenslet.verbs.running import Watch

_ONLY = {
    "classify": ("freeze", "against_scratch", "balance", "mixup", "curve"),
    "detect": ("head", "assign", "mosaic"),
}
_LIKE = {"facet_s": "argus_s", "resnet18": "argus_resnet18"}  # whose weights are for the stages of which net


def task_of(data: str | Path, asked: str | None) -> str:
    """The task that a call means: the one it names, or that of the look of its data."""
    from lenslet.data import form_of

    if asked is not None:
        return asked
    return "classify" if form_of(data) is None else "detect"


def budget_of(arguments: dict[str, Any]) -> dict[str, Any]:
    """The fields of the recipe that the call has decided."""
    decided = ("epochs", "minutes", "batch", "rate", "optimizer", "patience", "seed", "precision")
    return {name: arguments.get(name) for name in decided}


def prepared_for(arguments: dict[str, Any], state: "State | None", world: "World", watch: "Watch") -> "Job":
    """What the run learns from and with; of a run that goes on, by the recipe it began with.

    Raises:
        CallError: an option is for another task.
    """
    task = task_of(arguments["data"], arguments.get("task"))
    for other, names in _ONLY.items():
        wrong = next((name for name in names if other != task and arguments.get(name)), None)
        if wrong is not None:
            raise CallError(f"--{wrong.replace('_', '-')} is for the task {other}, and this data is for {task}")
    budget = budget_of(arguments)
    if state is not None:
        asked = {name: arguments.get(name) for name in ("epochs", "minutes")}
        budget = state.facts["recipe"] | (asked if any(asked.values()) else {})
    watch.bar.phase("opening the pictures")
    make = _finding if task == "detect" else _classes
    return make(arguments, budget, (world.rank, world.size), watch)


def _classes(arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch") -> "Prepared":
    from lenslet.tasks.classify.prepare import prepare

    bar = watch.bar
    prepared = prepare(
        arguments["data"], net=arguments.get("net"), weights=arguments.get("weights"), freeze=arguments.get("freeze"),
        size=arguments.get("size"),
        augment=arguments.get("augment"), balance=arguments.get("balance"), mixup=arguments.get("mixup"),
        budget=budget, overfit=arguments.get("overfit"), share=share,
        on_download=lambda done, of: bar.at(done / (of or 2 * done + 1), "fetching the weights"),
        on_decoded=lambda done, of: bar.at(done / of, f"{done} of {of}"), on_batch=watch.batch,
    )  # fmt: skip
    if arguments.get("against_scratch") and (prepared.transfer is None or arguments.get("overfit") is not None):
        what = "a self-test" if arguments.get("overfit") is not None else "a run that starts from noise itself"
        raise CallError(f"{what} has nothing to compare with: leave --against-scratch out, or name --weights")
    return prepared


def _finding(arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch") -> "Finding":
    from lenslet.card.start import start
    from lenslet.tasks.detect.defaults import usual_weights
    from lenslet.tasks.detect.prepare import prepare

    bar, net = watch.bar, arguments.get("net")
    weights = arguments.get("weights") or usual_weights(net)
    if str(weights) == "imagenet" and net not in (None, "argus_resnet18"):
        raise CallError(f"the official ImageNet weights are for argus_resnet18, not for {net}: leave --net out")
    # files and official weights do not say which net they are for
    whose = {mine: other for other, mine in _LIKE.items()}.get(
        net or ("argus_resnet18" if weights == "imagenet" else "")
    )
    said = str(weights) == "imagenet" or Path(weights).is_file()
    begin = start(
        weights,
        whose if said else None,
        progress=lambda done, of: bar.at(done / (of or 2 * done + 1), "fetching the weights"),
    )
    own = _LIKE.get(begin.net or "", begin.net)
    if begin.net is not None and not str(own).startswith("argus"):
        raise CallError(
            f"the weights {begin.source} are of a {begin.net}, which no detector is built on: give natural, imagenet "
            "(of resnet18), a model folder of a facet_s, a resnet18 or an argus, or none"
        )
    return prepare(
        arguments["data"], start=begin, net=net or own, head=arguments.get("head"), rule=arguments.get("assign"),
        size=arguments.get("size"), augment=arguments.get("augment"), mosaic=arguments.get("mosaic"),
        budget=budget, overfit=arguments.get("overfit"), share=share,
        on_decoded=lambda done, of: bar.at(done / of, f"{done} of {of}"), on_batch=watch.batch,
    )  # fmt: skip
