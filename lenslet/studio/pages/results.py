"""Results: how good a run is, where it errs, and whether another one is better."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Response
from nicegui import ui

from lenslet.studio.measured.drawn import drawn
from lenslet.studio.measured.measured import measured_runs, read
from lenslet.studio.measured.shown import show_both, show_confusion, show_curves, show_erring, show_numbers
from lenslet.studio.page import Page
from lenslet.studio.parts import chosen, empty, link, panel
from lenslet.studio.training.progress import Progress
from lenslet.studio.training.routes import folder_of
from lenslet.studio.training.runs import Run
from lenslet.studio.words import tag
from lenslet.verbs.run_folder import EVALUATION

if TYPE_CHECKING:
    from lenslet.studio.project import Project

__all__ = ["PAGE"]


def build(project: "Project", query: Mapping[str, str]) -> None:
    """The page."""
    runs = {run.name: run for run in measured_runs(project.runs)}
    if not runs:
        empty("No model yet. Train one, and how good it is, and where it errs, is shown here.")
        link("Train", "/train")
        return
    told = next((run for run in runs.values() if (run.folder / EVALUATION).exists()), next(iter(runs.values())))
    first = runs.get(query.get("run", ""), told)
    second = runs.get(query.get("with", ""))
    second = None if second is first else second

    def go(**changed: str) -> None:
        kept = {"run": first.name, **({"with": second.name} if second is not None else {})} | changed
        ui.navigate.to("/results?" + urlencode({name: value for name, value in kept.items() if value}))

    with tag("div", "", "row-of results-choice"):
        chosen("Run", list(runs), first.name, lambda event: go(run=event.value))
        others = {"": "no other run"} | {name: name for name in runs if name != first.name}
        chosen(
            "Compare with",
            others,
            second.name if second is not None else "",
            lambda event: go(**{"with": event.value}),
        )
        _ways(project, first)
    if second is not None:
        show_both(first, second)
        return
    _one(project, first, query)


def _one(project: "Project", run: Run, query: Mapping[str, str]) -> None:
    evaluation, answers = read(run)
    if evaluation is None:
        said = "This run is not measured yet, or was by an older version; its report may still tell."
        tag("p", said, "warned")
        with panel("How it learned"):
            show_curves([run])
        return
    with tag("div", "", "results-page"):
        with tag("div", "", "results-side"), panel("How good it is"):
            show_numbers(run, evaluation)
        with tag("div", "", "results-main"):
            with panel("How it learned"):
                show_curves([run])
            show_confusion(run, evaluation, answers, query)
    show_erring(project, run, evaluation, answers, query)


def _ways(project: "Project", run: Run) -> None:
    """Where to go from here."""
    name = quote(run.name, safe="")
    if (run.folder / "report.html").exists():
        link("Report", f"/api/run/{name}/report.html").props("target=_blank rel=noopener")
    if run.call:
        link("Train again like this", f"/train?like={name}")
    del project


def routes(router: APIRouter, project: "Project") -> None:
    """`/api/answers/RUN/PICTURE`: the picture with what that run said of it."""

    @router.get("/answers/{run}/{name:path}")
    def answered(run: str, name: str) -> Response:
        folder, path = folder_of(project, run), project.path(name)
        _, answers = read(Run(run, folder, "finished", Progress()))
        mine = [one for one in answers if isinstance(one.picture, Path) and one.picture.resolve() == path.resolve()]
        return Response(drawn(path, mine), media_type="image/jpeg", headers={"Cache-Control": "no-cache"})


PAGE = Page(
    "/results",
    "Results",
    "How good a model is on pictures that it did not learn from, and which ones it gets wrong.",
    build,
    routes=routes,
)
