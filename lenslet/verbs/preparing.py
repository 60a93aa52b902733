"""From a call of `train` to a run that can start: which task it is, and what that task makes of the options."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.card.start import Start
    from lenslet.loops import State, World
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.tasks.detect.prepare import Prepared as Finding
    from lenslet.tasks.face.prepare import Prepared as Comparing
    from lenslet.tasks.landmark.prepare import Prepared as Pointing
    from lenslet.tasks.localize.prepare import Prepared as Placing
    from lenslet.tasks.style.prepare import Prepared as Painting
    from lenslet.tasks.style.stylist import Stylist
    from lenslet.verbs.job import Job
    from lenslet.verbs.running import Watch

ONLY = {
    "classify": ("against_scratch", "balance", "mixup", "curve"),
    "detect": ("head", "assign", "mosaic"),
    "face": ("loss", "miner", "align"),
    "style": ("style", "strength"),
}
"""Task -> options of `train` that no other task has."""
_NOT_FOR_STYLE = ("augment", "overfit", "show_augmented", "compile")
_STRENGTH = 0.2  # of a style that is learned: a net comes less near to it than pixels do, and would let houses go
_STYLIST = "starry_night"  # the shipped model that others begin with
_FAMILY = {"localize": "locus", "landmark": "stylus"}  # whose stages are those of a facet
_LIKE = {"facet_s": "argus_s", "resnet18": "argus_resnet18"}  # whose weights are for the stages of which net


def task_of(data: str | Path, asked: str | None) -> str:
    """The task that a call means: the one it names, or that of the look of its data; to localize has to be asked for.

    Raises:
        DataError: the data looks like boxes or points, and cannot be read.
    """
    from lenslet.data import form_of, read_boxes

    if asked is not None:
        return asked
    form = form_of(data)
    if form is None:
        return "classify"
    # these may hold points and no boxes; the other forms have a box around every thing
    return "landmark" if form in ("csv", "labelstudio", "voc") and read_boxes(data, at_least=0).boxless else "detect"


def budget_of(arguments: dict[str, Any]) -> dict[str, Any]:
    """The fields of the recipe that the call has decided."""
    decided = ("epochs", "minutes", "batch", "rate", "optimizer", "patience", "seed", "precision", "compile")
    return {name: arguments.get(name) for name in decided}


def prepared_for(arguments: dict[str, Any], state: "State | None", world: "World", watch: "Watch") -> "Job":
    """What the run learns from and with; of a run that goes on, by the recipe it began with.

    Raises:
        CallError: an option is for another task.
    """
    task = task_of(arguments["data"], arguments.get("task"))
    for other, names in ONLY.items():
        wrong = next((name for name in names if other != task and arguments.get(name) not in (None, False)), None)
        if wrong is not None:
            raise CallError(f"--{wrong.replace('_', '-')} is for the task {other}, and this data is for {task}")
    if arguments.get("freeze") and task not in ("classify", "face"):
        raise CallError(f"--freeze is for the tasks classify and face, and this data is for {task}")
    budget = budget_of(arguments)
    if state is not None:
        asked = {name: arguments.get(name) for name in ("epochs", "minutes")}
        budget = state.facts["recipe"] | (asked if any(asked.values()) else {})
    watch.bar.phase("opening the pictures")
    share = (world.rank, world.size)
    if task == "localize":
        return _placing(arguments, budget, share, watch)
    if task == "landmark":
        return _pointing(arguments, budget, share, watch)
    if task == "face":
        return _comparing(arguments, budget, share, watch)
    if task == "style":
        return _painting(arguments, budget, share, watch)
    make = _finding if task == "detect" else _classes
    return make(arguments, budget, share, watch)


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


def _placing(arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch") -> "Placing":
    from lenslet.tasks.localize.defaults import usual_weights
    from lenslet.tasks.localize.prepare import prepare

    begin, net = _begun(arguments, "localize", usual_weights(arguments.get("net")))
    return prepare(arguments["data"], start=begin, net=net, **_plainly(arguments, budget, share, watch))


def _pointing(arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch") -> "Pointing":
    from lenslet.tasks.landmark.defaults import usual_weights
    from lenslet.tasks.landmark.prepare import prepare

    begin, net = _begun(arguments, "landmark", usual_weights(arguments.get("net")))
    return prepare(arguments["data"], start=begin, net=net, **_plainly(arguments, budget, share, watch))


def _comparing(
    arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch"
) -> "Comparing":
    from lenslet.card.start import start
    from lenslet.tasks.face.prepare import prepare

    if arguments.get("miner") and arguments.get("loss") != "triplet":
        raise CallError("--miner picks triplets: give --loss triplet with it, or leave it out")
    found = None
    if arguments.get("align") == "yes":
        from lenslet.verbs.face_pipeline import upright

        found = upright()
        watch.bar.phase("finding the faces")

    def begin(usual: str) -> "Start":
        begun = start(arguments.get("weights") or usual, None)
        if begun.net is not None and not begun.net.startswith(("facet", "cameo", "signet")):
            raise CallError(
                f"the weights {begun.source} are of a {begun.net}, on which no net that compares is built: give "
                "natural, a model folder of a facet_s, a facet_m, a cameo or a signet, or none"
            )
        return begun

    return prepare(
        arguments["data"], start=begin, net=arguments.get("net"), loss=arguments.get("loss") or "margin",
        miner=arguments.get("miner") or "semi-hard", freeze=_frozen(arguments.get("freeze")), upright=found,
        **_plainly(arguments, budget, share, watch),
    )  # fmt: skip


def _painting(arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch") -> "Painting":
    from lenslet.card.store import shipped
    from lenslet.image import open_image
    from lenslet.tasks.style.prepare import prepare
    from lenslet.verbs.encoder import DEFAULT, encoder_of

    if arguments.get("style") is None:
        raise CallError("the task style needs --style and the painting to learn from: --style monet.jpg")
    for name in _NOT_FOR_STYLE:
        if arguments.get(name) not in (None, False, "none"):
            raise CallError(f"--{name.replace('_', '-')} is not for the task style; leave it out")
    painting, strength = Path(arguments["style"]), arguments.get("strength")
    weights = arguments.get("weights") or (_STYLIST if _STYLIST in shipped() else "none")
    plain = {k: v for k, v in _plainly(arguments, budget, share, watch).items() if k not in ("augment", "overfit")}
    return prepare(
        arguments["data"], style=open_image(painting), style_name=painting.stem, net=arguments.get("net"),
        encoder=encoder_of(DEFAULT, watch.bar), encoder_name=DEFAULT,
        strength=_STRENGTH if strength is None else strength,
        start=None if str(weights) == "none" else _stylist(weights), **plain,
    )  # fmt: skip


def _stylist(weights: str | Path) -> "Stylist":
    """A net that paints in another style already: how to see it knows, and only the strokes are new.

    Raises:
        CallError: a model that does not paint.
    """
    from lenslet.tasks.style.stylist import Stylist
    from lenslet.verbs.load import load

    found = load(weights)
    if not isinstance(found, Stylist):
        raise CallError(f"--weights {weights} paints nothing: give none, or a model of the task style")
    found.card = replace(found.card, started_from={"weights": str(weights)})
    return found


def _frozen(asked: str | int | None) -> bool:
    """Whether a net that compares stays as it is.

    Raises:
        CallError: some of its stages are asked for.
    """
    if asked not in (None, "all", "none"):
        raise CallError(f"freeze is {asked}: to compare, give all (with --loss binary, whose head then learns) or none")
    return asked == "all"


def _begun(arguments: dict[str, Any], task: str, usual: str) -> "tuple[Start, str | None]":
    """The weights that a run starts from, and the net: the one named, or that whose stages they fit.

    Raises:
        CallError: weights of a net that has other stages.
    """
    from lenslet.card.start import start

    named, family = arguments.get("net"), _FAMILY[task]
    begin = start(arguments.get("weights") or usual, None)
    if begin.net is None:
        return begin, named
    own = begin.net.replace("facet", family)
    if not own.startswith(family):
        raise CallError(
            f"the weights {begin.source} are of a {begin.net}, on which no net to {task} is built: give natural, a "
            f"model folder of a facet_s, a facet_m or a {family}, or none"
        )
    return begin, named or own


def _plainly(
    arguments: dict[str, Any], budget: dict[str, Any], share: tuple[int, int], watch: "Watch"
) -> dict[str, Any]:
    """What every task is told alike."""
    bar = watch.bar
    return {
        "size": arguments.get("size"),
        "augment": arguments.get("augment"),
        "budget": budget,
        "overfit": arguments.get("overfit"),
        "share": share,
        "on_decoded": lambda done, of: bar.at(done / of, f"{done} of {of}"),
        "on_batch": watch.batch,
    }
