"""train: from a folder of pictures to a model, its numbers and its report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_doc import Doc

from lenslet.errors import CallError, DivergedError, WorkError

if TYPE_CHECKING:
    from lenslet.loops import Epoch
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.classify.prepare import Prepared
    from lenslet.verbs.progress import Bar

_SAVE_EVERY = 15.0  # seconds at least between two writes of the model: a short epoch must not wait for the disk


def train(
    data: Annotated[
        str | Path, Doc("A folder with one folder of pictures per class, with or without train and val parts.")
    ],
    *,
    task: Annotated[Literal["classify"] | None, Doc("What to learn; by the look of the folder if left out.")] = None,
    net: Annotated[str | None, Doc("The net, see `lenslet models`; facet_s if left out, bead_s for small colour pictures.")] = None,
    weights: Annotated[
        str | Path | None,
        Doc("What to start from: none, imagenet, a model folder, or a safetensors or .pth file; none if left out."),
    ] = None,
    epochs: Annotated[int | None, Doc("Passes over the pictures; the same seed then gives the same weights.")] = None,
    minutes: Annotated[
        float | None, Doc("Minutes to train, instead of epochs; the default is 3, more for large folders.")
    ] = None,
    size: Annotated[
        int | None, Doc("Side of the square that the net sees, in pixels; from the pictures if left out.")
    ] = None,
    batch: Annotated[int | None, Doc("Pictures per step.")] = None,
    rate: Annotated[float | None, Doc("The highest learning rate.")] = None,
    augment: Annotated[
        str | None,
        Doc("How much pictures are changed while learning: none, light, full, or glyph (letters and digits)."),
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
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Classifier":
    """Train a model on a folder of your pictures, and measure it on pictures it never saw.

    The run's folder gets the model (card.json, model.safetensors), results.csv, args.yaml and report.html. Ctrl-C stops
    early, keeps the best model so far with its report, and then raises KeyboardInterrupt.

    Returns:
        The best model, with its `evaluation` and the `folder` it lies in.

    Raises:
        DataError: the folder is no data set; the sentence says why.
        CallError: an option does not fit.
        DivergedError: the loss became NaN; the best model so far, if there is one, is in the folder.
        WorkError: `overfit` failed.

    Source: course 1.13.
    """
    from lenslet.tasks.classify.prepare import prepare
    from lenslet.verbs.progress import bar
    from lenslet.verbs.run_folder import new_folder, write_arguments

    if epochs is not None and minutes is not None:
        raise CallError("give --epochs or --minutes, not both")
    arguments = {k: v for k, v in locals().items() if k in train.__annotations__ and v is not None}
    budget = {"epochs": epochs, "minutes": minutes, "batch": batch, "rate": rate, "seed": seed, "precision": precision}
    with bar(shown=progress) as shown:
        watch = _Watch(shown)
        shown.phase("opening the pictures")
        prepared = prepare(
            data, net=net, weights=weights, size=size, augment=augment, budget=budget, overfit=overfit,
            on_download=lambda done, of: shown.at(done / (of or 2 * done + 1), "fetching the weights"),
            on_decoded=lambda done, of: shown.at(done / of, f"{done} of {of}"), on_batch=watch.batch,
        )  # fmt: skip
        folder = new_folder("classify", out)
        write_arguments(folder, arguments)
        watch.start(prepared)
        run = _Run(prepared, folder, watch, arguments)
        try:
            run.learn(enough=1.0 if overfit else None)
        except KeyboardInterrupt:
            model = run.finish(f"stopped by hand after {watch.seconds:.0f} s", shown)
            raise KeyboardInterrupt(f"stopped; the best model so far is in {model.folder}") from None
        except DivergedError as error:
            if not run.rows:
                raise
            model = run.finish(str(error), shown)
            raise DivergedError(f"{error}; the best model so far is in {model.folder}") from None
        model = run.finish("", shown)
    return model if overfit is None else _judged(model)


class _Watch:
    """Turns batches and epochs into a bar's fraction and words."""

    def __init__(self, bar: "Bar") -> None:
        self.bar, self.pictures, self.said = bar, 0, ""

    def start(self, prepared: "Prepared") -> None:
        """The run begins now."""
        from time import perf_counter

        self.clock, self.began, self.prepared = perf_counter, perf_counter(), prepared
        self.bar.phase(f"training {prepared.card.net}")

    @property
    def seconds(self) -> float:
        return self.clock() - self.began

    def batch(self, pictures: int) -> None:
        """So many more pictures have been learned from."""
        self.pictures += pictures
        recipe = self.prepared.recipe
        if recipe.minutes is not None:
            fraction = self.seconds / (60 * recipe.minutes)
        else:
            assert recipe.epochs is not None
            fraction = self.pictures / (recipe.epochs * len(self.prepared.train.rows))
        self.bar.at(min(fraction, 1.0), self.said)

    def epoch(self, epoch: "Epoch") -> None:
        """An epoch is over."""
        accuracy = f", {epoch.valid['accuracy']:.1%} right" if epoch.valid else ""
        self.said = f"epoch {epoch.number}: loss {epoch.train.get('loss', float('nan')):.3f}{accuracy}"
        self.bar.at(epoch.fraction, self.said)


class _Run:
    """One training run, on its way into its folder."""

    def __init__(self, prepared: "Prepared", folder: Path, watch: _Watch, arguments: dict[str, Any]) -> None:
        from lenslet.tasks.classify.classifier import Classifier

        self.prepared, self.folder, self.watch, self.arguments = prepared, folder, watch, arguments
        self.model = Classifier(prepared.net, prepared.card)
        self.rows: list[dict[str, float]] = []
        self.saved_at = float("-inf")

    def learn(self, *, enough: float | None) -> None:
        """Run the loop; every better model is saved as it comes, `enough` accuracy ends it early."""
        from lenslet.loops import fit
        from lenslet.verbs.run_folder import write_results

        p = self.prepared
        for epoch in fit(p.net, p.task, p.train, p.valid, p.recipe):
            self.watch.epoch(epoch)
            self.rows.append(_row(epoch))
            due = self.watch.seconds - self.saved_at >= _SAVE_EVERY
            if epoch.best and due:
                self.model.save(self.folder)
                self.saved_at = self.watch.seconds
            if due or epoch.fraction >= 1:
                write_results(self.folder, self.rows)
            if enough is not None and epoch.valid.get("accuracy", 0.0) >= enough and epoch.train["loss"] < 0.1:
                break

    def finish(self, note: str, bar: "Bar") -> "Classifier":
        """Measure the best model with the code that its users run, and write model and report."""
        from lenslet.verbs.run_folder import write_results
        from lenslet.verbs.train_report import write_report

        p = self.prepared
        self.model.save(self.folder)  # before measuring: what is learned is safe first
        write_results(self.folder, self.rows)
        bar.phase("measuring")
        evaluation = self.model.evaluate(
            p.held_out, include_seen=p.by_heart, on_picture=lambda done, of: bar.at(0.9 * done / of)
        )
        self.model = self.model.with_evaluation(evaluation, p.measured_on)
        self.model.save(self.folder)
        write_report(self.model, p, self.rows, self.folder, self.arguments, note)
        bar.at(1.0)
        return self.model


def _row(epoch: "Epoch") -> dict[str, float]:
    """An epoch as a row of results.csv."""
    return {
        "epoch": float(epoch.number),
        "seconds": epoch.seconds,
        "rate": epoch.rate,
        **{f"train_{name}": value for name, value in epoch.train.items()},
        **{f"valid_{name}": value for name, value in epoch.valid.items()},
        "images_per_second": epoch.images_per_second,
    }


def _judged(model: "Classifier") -> "Classifier":
    """The model of a self-test that passed; raises if it did not."""
    from dataclasses import replace

    assert model.evaluation is not None
    evaluation = model.evaluation
    if evaluation["accuracy"] < 1:
        wrong = ", ".join(str(miss.picture) for miss in evaluation.worst[:3])
        raise WorkError(
            f"the self-test failed: {evaluation['accuracy']:.0%} of {evaluation.n} pictures learned by heart, not all "
            f"(not learned: {wrong}); look for the same picture in two classes, or try another --rate or --net"
        )
    model.evaluation = replace(
        evaluation, notes=(f"the self-test passed: all {evaluation.n} pictures learned by heart", *evaluation.notes)
    )
    return model
