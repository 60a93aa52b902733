"""train: from a folder of pictures to a model, its numbers and its report."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from annotated_doc import Doc

from lenslet.errors import CallError, DivergedError

if TYPE_CHECKING:
    from lenslet.loops import State, World
    from lenslet.results import Rates
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.verbs.job import Job, Model
    from lenslet.verbs.running import Watch
    from lenslet.verbs.scratch import Scratch

__all__ = ["train"]


def train(
    data: Annotated[
        str | Path | None,
        Doc(
            "A folder with one folder of pictures per class, or a .csv of paths and labels; or pictures with boxes in "
            "the form of Pascal VOC, COCO, YOLO, Label Studio or a table; or with points, in one of the last four; "
            "with or without train and val parts; for a style any photos; not with --resume."
        ),
    ] = None,
    *,
    task: Annotated[
        Literal["classify", "detect", "localize", "landmark", "face", "style"] | None,
        Doc(
            "What to learn: what a picture shows; which things, and where; one thing and its box; where the points of "
            "a thing are; whether two pictures show the same one (a folder for each); or to paint in a --style. By the "
            "look of the data if left out, folders of people too; not localize and style."
        ),
    ] = None,
    net: Annotated[
        str | None,
        Doc(
            "The net, see `lenslet models`; if left out facet_s, bead_s or bead_m for small colour pictures, argus_s "
            "for things in pictures, locus_s for one thing, stylus_s for points, cameo_s or signet_s to compare, "
            "brush_s to paint."
        ),
    ] = None,
    weights: Annotated[
        str | Path | None,
        Doc(
            "What to start from: none, natural, imagenet, a model folder, or a safetensors or .pth file; if left out, "
            "natural for colour photos, up to 50 a class, else none; to paint, starry_night."
        ),
    ] = None,
    freeze: Annotated[
        str | int | None,
        Doc(
            "Stages of those weights that stay as they are: all (only the head learns, in seconds), none, or how many."
        ),
    ] = None,
    against_scratch: Annotated[
        bool,
        Doc("Train from scratch too, with the same net and budget; the report then shows what the start brought."),
    ] = False,
    epochs: Annotated[int | None, Doc("Passes over the pictures; the same seed then gives the same weights.")] = None,
    minutes: Annotated[
        float | None, Doc("Minutes to train, instead of epochs; the default is 3, more for large folders.")
    ] = None,
    size: Annotated[
        int | None,
        Doc(
            "Side of the square that the net sees, in pixels, or the longer side where it sees a rectangle; from the "
            "pictures if left out. Of a style its longer side: larger makes larger strokes; 384 if left out."
        ),
    ] = None,
    head: Annotated[
        Literal["points", "anchors"] | None,
        Doc(
            "How things are found: by the distances to their sides, or by anchors as in the course; points if left out."
        ),
    ] = None,
    assign: Annotated[
        Literal["aligned", "centre"] | None,
        Doc(
            "Which cell learns a thing: those that say it best, or the one that holds its centre; as the head is used."
        ),
    ] = None,
    mosaic: Annotated[
        float | None, Doc("Share of the pictures, 0 to 1, that are put together of four while learning to find things.")
    ] = None,
    loss: Annotated[
        Literal["margin", "triplet", "contrastive", "binary"] | None,
        Doc(
            "To compare: softmax over identities with a margin on the cosine, triplets, pairs, or a binary head as in "
            "the course; margin if left out."
        ),
    ] = None,
    miner: Annotated[
        Literal["random", "all", "semi-hard", "batch-hard"] | None,
        Doc("Which triplets to learn from, with --loss triplet; semi-hard if left out."),
    ] = None,
    align: Annotated[
        Literal["yes", "no"] | None,
        Doc(
            "To compare people: find the largest face of each picture and bring it upright, before anything is "
            "learned, and whenever the model is asked; by the look of the pictures if left out."
        ),
    ] = None,
    style: Annotated[
        str | Path | None, Doc("With the task style: the painting whose strokes and colours are to be learned.")
    ] = None,
    strength: Annotated[
        float | None,
        Doc("With the task style: 0 is the photograph, 1 the style alone; 0.2 if left out."),
    ] = None,
    batch: Annotated[int | None, Doc("Pictures per step.")] = None,
    rate: Annotated[float | None, Doc("The highest learning rate.")] = None,
    optimizer: Annotated[
        Literal["adamw", "sgd", "muon"] | None,
        Doc(
            "How steps are taken: adamw, sgd with Nesterov momentum, or muon; if left out, muon from noise where the "
            "net allows it, else adamw."
        ),
    ] = None,
    patience: Annotated[
        int | None, Doc("Stop early after so many measurings in a row without a better one; all is spent if left out.")
    ] = None,
    balance: Annotated[bool, Doc("Show all classes equally often, however many pictures each has.")] = False,
    mixup: Annotated[
        float | None,
        Doc("Lay pictures over each other while learning: 0.2 a little, 1 as far as it goes; not if left out."),
    ] = None,
    augment: Annotated[
        str | None,
        Doc(
            "How pictures are changed while learning: none, light, full, small (about 32 px), or glyph (letters: "
            "not mirrored); for boxes and points none, light, scene (of one thing places), glyph, turned (no side is "
            "up), or turned-only (nor mirrored); to compare none, light, face, things, or glyph."
        ),
    ] = None,
    show_augmented: Annotated[
        bool, Doc("Write augmented.png before training: what each random change does to some of your pictures.")
    ] = False,
    find_lr: Annotated[
        bool, Doc("Train nothing: try rising learning rates for a minute, draw the loss at each, and suggest one.")
    ] = False,
    curve: Annotated[
        bool,
        Doc("Then also train on 1/8, 1/4 and 1/2 of the pictures, six runs more, and say what twice as many would do."),
    ] = False,
    resume: Annotated[
        str | Path | None,
        Doc("Go on with the run in this folder; with --epochs or --minutes above what it had, a finished one goes on."),
    ] = None,
    out: Annotated[Path | None, Doc("The folder of the run; runs/classify-1, -2, ... if left out.")] = None,
    seed: Annotated[int, Doc("Of everything random.")] = 0,
    overfit: Annotated[
        int | None,
        Doc("Learn only this many pictures by heart, to prove that the set-up can learn; says pass or fail."),
    ] = None,
    precision: Annotated[
        Literal["auto", "bf16", "fp32"], Doc("Numbers to compute in; auto takes bf16 where the CPU gains from it.")
    ] = "auto",
    compile: Annotated[
        bool,
        Doc("Let torch.compile write kernels for the net: a minute of waiting, then faster steps; needs a compiler."),
    ] = False,
    track: Annotated[
        Literal["tensorboard", "mlflow"] | None, Doc("Also send the numbers of every epoch to TensorBoard or MLflow.")
    ] = None,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Model | Rates":
    """Train a model on a folder of your pictures, and measure it on pictures it never saw.

    The run's folder gets the model (card.json, model.safetensors), results.csv, args.yaml, report.html, evaluation.json
    and answers.csv. Ctrl-C stops early, keeps the best model so far with its report, and then raises KeyboardInterrupt.
    A run that was stopped or killed goes on with `resume`; by epochs it ends with the weights it would have had, bit
    for bit.

    Returns:
        The best model, with its `evaluation` and the `folder` it lies in, and its `curve` if one was asked for; with
        `find_lr` the rates instead.

    Raises:
        DataError: the folder is no data set; the sentence says why.
        CallError: an option does not fit.
        DivergedError: the loss became NaN; the best model so far, if there is one, is in the folder.
        WorkError: `overfit` failed.

    Source: course 1.13.
    """
    from lenslet.loops import joined
    from lenslet.verbs.progress import bar
    from lenslet.verbs.run_folder import resumed
    from lenslet.verbs.running import Watch

    arguments = {name: value for name, value in locals().items() if name in train.__annotations__}
    if epochs is not None and minutes is not None:
        raise CallError("give --epochs or --minutes, not both")
    with joined() as world:
        state, folder = None, out
        if world.size > 1 and resume is None and out is None:
            raise CallError("several processes need one place: give --out, so that restarted workers find their run")
        if resume is None and world.restarts and out is not None and (out / "args.yaml").exists():
            resume = arguments["resume"] = out  # a worker was lost, and torchrun has started all of them again
            arguments = {"resume": out, "progress": progress}
        if resume is not None:
            arguments, state, folder = resumed(train, arguments)
        elif data is None:
            raise CallError("give the folder of pictures to learn from, or --resume and the folder of a run")
        _check_together(arguments, world)
        if arguments.get("compile"):
            from lenslet.loops.compiling import check_compiler

            check_compiler()
        with bar(shown=progress and world.first) as shown:
            watch = Watch(shown)
            return _trained(arguments, folder, state, world, watch, resuming=resume is not None)


def _trained(
    arguments: dict[str, Any],
    folder: Path | None,
    state: "State | None",
    world: "World",
    watch: "Watch",
    *,
    resuming: bool,
) -> "Model | Rates":
    """Prepare, learn, finish; every way a run may end leaves its best model."""
    from lenslet.verbs.curve_runs import CurveRuns
    from lenslet.verbs.people import decided
    from lenslet.verbs.preparing import prepared_for
    from lenslet.verbs.rates import find_rate
    from lenslet.verbs.run_folder import same_data
    from lenslet.verbs.running import Run
    from lenslet.verbs.tracking import Tracking

    arguments = arguments if resuming else decided(arguments, world, watch.bar)
    by_heart = arguments.get("overfit")
    tracking = Tracking(arguments.get("track"))  # first, because its package may be missing
    if not world.first:
        world.wait()  # the first process decodes the pictures, and the others find them
    prepared = prepared_for(arguments, state, world, watch)
    state = same_data(state, prepared)
    # only classification takes --curve and --against-scratch, see `preparing`
    curves = CurveRuns(cast("Prepared", prepared)) if arguments.get("curve") else None
    if world.first:
        world.wait()
        folder = _place(arguments, prepared, folder, resuming=resuming)
    else:
        folder = None
    if arguments.get("find_lr") and folder is not None:
        watch.prepared = None
        return find_rate(prepared, folder, watch.bar)
    watch.start(prepared, state)
    run = Run(prepared, folder, watch, arguments, state, tracking)
    try:
        run.learn(by_heart=bool(by_heart))
    except KeyboardInterrupt:
        if not world.first:
            raise
        model = run.finish(f"stopped by hand after {watch.seconds:.0f} s", watch.bar, "stopped")
        raise KeyboardInterrupt(
            f"stopped; the best model so far is in {model.folder}, and `lenslet train --resume {model.folder}` goes on"
        ) from None
    except DivergedError as error:
        if not run.rows or not world.first:
            tracking.finish({}, "failed")
            raise
        model = run.finish(str(error), watch.bar, "failed")
        raise DivergedError(f"{error}; the best model so far is in {model.folder}") from None
    if not world.first:
        return run.model
    model = run.finish("", watch.bar)
    if arguments.get("against_scratch"):
        try:
            model = run.compare(_scratch(arguments, cast("Prepared", prepared), watch))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped before the comparison; the model is in {model.folder}") from None
    if curves is not None:
        watch.prepared = None  # the bar is now that of the other runs
        model = run.show(curves.run(cast("Classifier", model), watch.bar, seconds=run.rows[-1]["seconds"]))
    return _judged(model, prepared) if by_heart else model


def _judged(model: "Model", prepared: "Job") -> "Model":
    """The model of a self-test that passed; raises if it did not."""
    said = prepared.judged(model)
    assert model.evaluation is not None
    model.evaluation = replace(model.evaluation, notes=(said, *model.evaluation.notes))
    return model


def _check_together(arguments: dict[str, Any], world: "World") -> None:
    """Refuse what cannot be done in one call."""
    for name in ("find_lr", "against_scratch", "curve", "track"):
        if world.size > 1 and arguments.get(name):
            raise CallError(f"--{name.replace('_', '-')} is for one process: leave it out, or start without torchrun")
    other = "--find-lr" if arguments.get("find_lr") else "--overfit" if arguments.get("overfit") is not None else None
    if arguments.get("curve") and other:
        raise CallError(f"give --curve or {other}, not both")


def _place(arguments: dict[str, Any], prepared: "Job", folder: Path | None, *, resuming: bool) -> Path:
    """The folder of the run, with what is known before the first step."""
    from lenslet.verbs.augmented import write_augmented
    from lenslet.verbs.run_folder import STATE, new_folder, write_arguments

    if not resuming or folder is None:
        folder = new_folder(prepared.card.task, folder)
        (folder / STATE).unlink(missing_ok=True)  # of an earlier run here, with which this one must not go on
    write_arguments(folder, arguments | {"weights": _chosen_start(arguments, prepared), "task": prepared.card.task})
    if arguments.get("show_augmented"):
        write_augmented(prepared, folder)
    return folder


def _scratch(arguments: dict[str, Any], prepared: "Prepared", watch: "Watch") -> "Scratch":
    """The same training from noise."""
    from lenslet.verbs.preparing import budget_of
    from lenslet.verbs.scratch import from_scratch

    bar = watch.bar
    watch.prepared = None  # the bar is now the other run's
    shown = {name: arguments.get(name) for name in ("size", "augment", "balance", "mixup")}
    return from_scratch(prepared, arguments["data"], shown=shown, budget=budget_of(arguments), bar=bar)


def _chosen_start(arguments: dict[str, Any], prepared: "Job") -> str | Path:
    """The weights by name, also where nobody has said: added pictures must not change them for a resumed run."""
    said: str | Path | None = arguments.get("weights")
    return said or prepared.card.started_from.get("weights", "none")
