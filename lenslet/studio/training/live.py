"""The part of the page that shows one run while it learns; renewed in place, so that focus and reading stay."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from nicegui import ui

from lenslet.studio.parts import button, panel, told
from lenslet.studio.training.chart import chart, loss_lines, measured_lines
from lenslet.studio.training.progress import ask
from lenslet.studio.training.queue import LOG
from lenslet.studio.words import tag

if TYPE_CHECKING:
    from lenslet.studio.training.queue import Queue
    from lenslet.studio.training.runs import Run

__all__ = ["Live", "in_words", "state_of"]

_STATES = {
    "queued": "waits for its turn",
    "working": "training",
    "paused": "paused",
    "stopped": "stopped; the best model so far is kept",
    "finished": "finished",
    "failed": "failed",
    "died": "broken off",
}
_DIED = (
    "The process that trained ended without a word: it was killed, ran out of memory, or the computer was switched "
    "off. What it had kept is there; Resume goes on from it."
)


def state_of(run: "Run") -> str:
    """The state in words."""
    if run.state == "working" and run.asked is not None:
        return "pausing" if run.asked == "pause" else "stopping; the best model so far is being measured"
    return run.progress.phase if run.state == "working" else _STATES[run.state]


def in_words(seconds: int | float) -> str:
    """A time as a person says it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min {seconds % 60:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


class Live:
    """One run; which one is told each time.

    Args:
        queue: that its buttons speak to.
    """

    def __init__(self, queue: "Queue") -> None:
        self.queue = queue
        self.run: Run | None = None
        self._shown: tuple[object, ...] = ()
        self._drawn: dict[str, object] = {}
        with panel(classes="train-live") as self.place:
            with tag("div", "", "row-of train-head"):
                self.title = tag("h2", "")
                self.state = tag("p", "", "train-state", role="status")
            self.bar = tag("div", "", "train-bar", role="progressbar", aria_label="Done", aria_valuemin=0)
            self.bar.props("aria-valuemax=100")
            with self.bar:
                self.done = tag("div", "")
            with tag("div", "", "row-of train-said"):
                self.said, self.left = tag("p", "", "train-good"), tag("p", "", "train-left")
            self.wrong, self.notes = tag("p", "", "wrong", role="alert"), tag("p", "", "warned")
            with tag("div", "", "row-of"):
                self.go = tag("button", "Pause", "main", type="button")
                self.go.on("click", self._go)
                self.stop = button("Stop and keep", self._stop, says="End now, measure and keep the best model so far")
                self.results = tag("a", "Results", "train-results")
            with tag("div", "", "train-curves") as self.curves:
                self.loss = ui.html("", sanitize=False)
                self.measured = ui.html("", sanitize=False)
            self.plots = tag("div", "", "train-plots")
            self.asked = tag("p", "", "train-doc")
            self.samples = tag("ul", "", "train-samples")

    def show(self, run: "Run | None") -> None:
        """Bring what is shown up to date."""
        self.run = run
        self.place.set_visibility(run is not None)
        if run is None:
            return
        now = run.progress
        told = (run.name, run.state, run.asked, now, (run.folder / "results.csv").exists())
        if told != self._shown:
            self._shown = told
            self._tell(run)
        self._draw(run)

    def _tell(self, run: "Run") -> None:
        now, ended = run.progress, run.state not in ("working", "queued", "paused")
        self.title.set_text(run.name)
        self.state.set_text(state_of(run))
        self.state.classes(replace=f"train-state is-{run.state}")
        share = 1.0 if run.state == "finished" else now.fraction
        self.bar.set_visibility(not ended)
        self.bar.props(f"aria-valuenow={round(100 * share)}")
        self.done.style(f"width: {100 * share:.1f}%")
        self.said.set_text(now.said)
        told = now.left is not None and run.state == "working"
        self.left.set_text(f"about {in_words(now.left or 0)} left" if told else "")
        error = _DIED if run.state == "died" else now.error
        self.wrong.set_text(error + (f" (more in {run.name}/{LOG})" if run.state == "died" else ""))
        self.wrong.set_visibility(bool(error))
        self.notes.set_text(" ".join(now.notes))
        self.notes.set_visibility(bool(now.notes))
        working = run.state == "working"
        word = {"working": "Pause", "queued": "Start", "finished": "Train on"}.get(run.state, "Resume")
        self.go.set_text(word)
        self.go.props["title"] = "With twice the budget it had" if word == "Train on" else ""
        self.go.set_visibility(run.state != "finished" or bool(_twice(run)))
        self.go.classes(replace="plain" if word == "Train on" else "main")
        self.go.props["disabled"] = working and (run.asked is not None or now.phase == "measuring")
        self.go.update()
        self.stop.set_visibility(working)
        self.stop.props["disabled"] = run.asked == "stop" or now.phase == "measuring"
        self.stop.update()
        self.results.props["href"] = f"/results?run={quote(run.name, safe='')}"
        self.results.set_visibility(not working and bool(run.card))
        self.results.update()

    def _draw(self, run: "Run") -> None:
        """Curves and samples, where their files have changed."""
        if self._changed("curves", run, "results.csv"):
            rows = run.rows
            self.curves.set_visibility(bool(rows))
            better = measured_lines(rows)
            self.loss.set_content(chart("Loss", loss_lines(rows)) if rows else "")
            shares = all(0 <= y <= 1 for line in better for _, y in line.points)
            title = "Held-out pictures"
            self.measured.set_content(chart(title, better, share=shares) if rows else "")
        for name in ("rates.png", "augmented.png"):
            if self._changed(name, run, name):
                self.plots.clear()
                with self.plots:
                    for there in ("rates.png", "augmented.png"):
                        if (run.folder / there).exists():
                            what = "The loss at each learning rate" if there == "rates.png" else "What changes do"
                            tag("img", "", src=f"/api/run/{quote(run.name, safe='')}/{there}", alt=what)
        if self._changed("samples", run, "samples/samples.json"):
            epoch, shown = run.samples
            self.asked.set_text(f"What it says of some held-out pictures, asked after epoch {epoch}:" if shown else "")
            self.asked.set_visibility(bool(shown))
            self.samples.clear()
            with self.samples:
                for sample in shown:
                    fit = {True: "right", False: "missed", None: ""}[sample.right]
                    with tag("li", "", fit):
                        address = f"/api/run/{quote(run.name, safe='')}/samples/{sample.number}.jpg?{epoch}"
                        words = f"said {sample.said}" if sample.said else ""
                        tag("img", "", src=address, alt=f"Picture {sample.number + 1}: {words}")
                        tag("span", sample.said, "said")
                        if sample.truth:
                            truth = "right" if fit == "right" else f"truth: {sample.truth}" if fit else sample.truth
                            tag("span", truth, "truth")

    def _changed(self, what: str, run: "Run", name: str) -> bool:
        try:
            mark: object = (run.name, (run.folder / name).stat().st_mtime_ns)
        except OSError:
            mark = (run.name, None)
        changed = self._drawn.get(what) != mark
        self._drawn[what] = mark
        return changed

    def _go(self) -> None:
        run = self.run
        if run is None:
            return
        with told():
            if run.state == "working":
                self.queue.hold(held=True)
                ask(run.folder, "pause")
            else:
                self.queue.start(run.name, _twice(run) if run.state == "finished" else None)

    def _stop(self) -> None:
        if self.run is not None:
            ask(self.run.folder, "stop")


def _twice(run: "Run") -> dict[str, float]:
    """Twice the budget that a finished run had; nothing where it is not known, or where it was no plain training."""
    recipe = run.card.get("recipe", {})
    for name in ("epochs", "minutes"):
        had = recipe.get(name)
        if isinstance(had, int | float) and had > 0 and not run.call.get("overfit"):
            return {name: 2 * had}
    return {}
