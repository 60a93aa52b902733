"""Train: a run begins, is watched while it learns, halted, ended, and gone on with; and others wait for their turn."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from lenslet.errors import LensletError
from lenslet.studio.page import Page
from lenslet.studio.parts import button, empty, link, panel, told, work
from lenslet.studio.training.form import Form
from lenslet.studio.training.live import Live, state_of
from lenslet.studio.training.progress import Progress
from lenslet.studio.training.routes import folder_of, queue_of, routes
from lenslet.studio.training.runs import Run, runs_of
from lenslet.studio.words import tag

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["PAGE"]

_EVERY = 0.7  # seconds between two looks at what the runs say
_MOST = 20  # runs in the list of earlier ones


async def build(project: "Project", query: Mapping[str, str]) -> None:
    """The page."""
    queue = queue_of(project)
    like = _like(project, query.get("like", ""))
    with tag("div", "", "train-page"):
        with tag("div", "", "train-side"):
            form = _new(project, like)
            waiting = panel("Queue", classes="train-queue")
            with waiting as place:
                queued = tag("div", "", "train-list")
        with tag("div", "", "train-main"):
            none = tag("div", "")
            with none:
                empty("No run yet. Label some pictures, then press Train; you can watch it learn here.")
            live = Live(queue)
            with panel("Runs", classes="train-runs") as past:
                earlier = tag("div", "", "train-list")
    shown: dict[str, object] = {}

    def renew() -> None:
        found = runs_of(queue)
        wanted = query.get("run", "")
        focus = next((run for run in found if run.state == "working"), None)
        focus = focus or next((run for run in found if run.name == wanted), found[0] if found else None)
        none.set_visibility(focus is None)
        live.show(focus)
        order = [one.run for one in queue.waiting()]
        mark: object = (order, queue.held())
        if shown.get("queue") != mark:
            shown["queue"] = mark
            place.set_visibility(bool(order))
            queued.clear()
            with queued:
                _queued(queue, order)
        others = [run for run in found if run.state not in ("working", "queued")][:_MOST]
        mark = [(run.name, run.state, run.progress.said) for run in others]
        if shown.get("past") != mark:
            shown["past"] = mark
            past.set_visibility(bool(others))
            earlier.clear()
            with earlier:
                _earlier(queue, others)

    renew()
    ui.timer(_EVERY, renew)
    nets = await work(_nets)
    form.offer(nets, _usual(project))


def _like(project: "Project", name: str) -> Run | None:
    """An earlier run, of the studio or of the command line, whose options are to be taken; None where there is none."""
    try:
        return Run(name, folder_of(project, name), "finished", Progress()) if name else None
    except LensletError:
        return None


def _new(project: "Project", like: Run | None) -> Form:
    """The form of a new run."""
    given: dict[str, Any] = {"task": _usual(project)}
    if like is not None:
        given = like.call
    with panel("New run", classes="train-new"):
        if like is not None:
            tag("p", f"With the options of {like.name}.", "train-doc")
        form = Form(given, lambda: form.offer(form.nets, _usual(project)))

        def begin() -> None:
            with told():
                call = form.call
                queue_of(project).add({"data": str(project.root), **call}, form.task or _usual(project) or "run")

        with form.middle:
            tag("p", _says(project), "train-doc")
            button("Train", begin, kind="main", says="Begins at once, or when those before it have ended")
    return form


def _queued(queue: Any, order: list[str]) -> None:
    if queue.held():
        tag("p", "Nothing starts by itself while a run is paused.", "warned")
    for name in order:
        with tag("div", "", "row-of train-row"):
            tag("b", name)
            button("Start next", lambda _, name=name: _told(queue.start, name)).props(f'aria-label="Start {name} next"')
            button("Remove", lambda _, name=name: _told(queue.remove, name)).props(
                f'aria-label="Remove {name} from the queue"'
            )
    if queue.held():
        button("Let the queue go on", lambda: _told(queue.go_on))


def _earlier(queue: Any, runs: list[Run]) -> None:
    """A table of runs that have ended or are halted."""
    with tag("table", "", "plain"):
        with tag("thead"), tag("tr"):
            for title in ("Run", "Task", "Net", "State", ""):
                tag("th", title, scope="col") if title else tag("td", "")
        with tag("tbody"):
            for run in runs:
                card = run.card
                with tag("tr"):
                    tag("th", run.name, scope="row")
                    tag("td", str(card.get("task", run.call.get("task", ""))))
                    tag("td", str(card.get("net", "")))
                    tag("td", state_of(run))
                    with tag("td", "", "train-actions"):
                        if card:
                            link("Results", f"/results?run={quote(run.name, safe='')}").props(
                                f'aria-label="Results of {run.name}"'
                            )
                        link("Like this", f"/train?like={quote(run.name, safe='')}").props(
                            f'aria-label="A new run like {run.name}"'
                        )
                        if run.state != "finished":
                            button("Resume", lambda _, name=run.name: _told(queue.start, name)).props(
                                f'aria-label="Resume {run.name}"'
                            )


def _told(doing: Any, *arguments: Any) -> None:
    with told():
        doing(*arguments)


@cache
def _nets() -> tuple[str, ...]:
    from lenslet.nets import NETS

    return tuple(name for name in NETS if not name.endswith("_tiny"))  # those are for tests


def _usual(project: "Project") -> str:
    """The task that learns from what is labelled here; "" where nothing is, or where that cannot be read."""
    try:
        return project.task if project.labelled() else ""
    except LensletError:
        return ""


def _says(project: "Project") -> str:
    try:
        count = len(project.labelled())
    except LensletError as error:
        return " ".join(str(error).split())
    if count:
        return f"Learns from the {count} labelled {'picture' if count == 1 else 'pictures'} of this project."
    return "Learns from this folder as it is: folders of classes, or pictures with labels in a known form."


PAGE = Page(
    "/train",
    "Train",
    "A net learns from what you labelled, in a process of its own: you may close this page, and come back.",
    build,
    routes=routes,
)
