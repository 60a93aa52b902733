"""`runs/<task>-<n>/`: where a run keeps its model, its numbers and its report."""

import csv
import inspect
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError
from lenslet.files import write_whole

if TYPE_CHECKING:
    from lenslet.loops import State
    from lenslet.results import Evaluation
    from lenslet.verbs.job import Job

ARGUMENTS, STATE = "args.yaml", "state.safetensors"
EVALUATION, ANSWERS = "evaluation.json", "answers.csv"


def new_folder(task: str, out: Path | None) -> Path:
    """Make the folder of a new run: `out`, or the next free `runs/<task>-<n>`.

    Raises:
        CallError: `out` cannot be made, or holds something else than an earlier run.
    """
    if out is not None:
        out = Path(out)
        if out.exists() and not out.is_dir():
            raise CallError(f"{out} is a file; give --out a folder")
        if (
            out.is_dir()
            and any(out.iterdir())
            and not (out / "card.json").exists()
            and not (out / "args.yaml").exists()
        ):
            raise CallError(f"{out} holds other files; give --out an empty or a new folder")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CallError(
                f"{out}: the folder cannot be made ({error.strerror}); choose another with --out"
            ) from error
        return out
    number = 1
    while True:
        folder = Path("runs", f"{task}-{number}")
        try:
            folder.mkdir(parents=True)  # fails if it exists, so that two runs never share a folder
        except FileExistsError:
            number += 1
        except OSError as error:
            raise CallError(f"{folder}: cannot be made here ({error.strerror}); choose a place with --out") from error
        else:
            return folder


def write_arguments(folder: Path, arguments: Mapping[str, Any]) -> None:
    """args.yaml: the call, a line each (JSON values are YAML values); paths whole, to go on from anywhere."""
    kept = {
        name: value for name, value in arguments.items() if value is not None and name not in ("resume", "progress")
    }
    for name in ("data", "weights", "style"):
        if name in kept and Path(kept[name]).exists():
            kept[name] = str(Path(kept[name]).absolute())
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}\n" for name, value in kept.items()]
    write_whole(folder / ARGUMENTS, "".join(lines))


def resumed(verb: Callable[..., Any], arguments: Mapping[str, Any]) -> "tuple[dict[str, Any], State | None, Path]":
    """The call that an earlier run began with, how far it had got, and its folder.

    Args:
        verb: whose arguments these are.
        arguments: of the call that wants to go on: `resume`, and a larger budget if it is to be extended.

    Raises:
        CallError: there is no run, it is finished, or the call says more than it may.
        CardError: its state is damaged.
    """
    from lenslet.loops import State

    folder = Path(arguments["resume"])
    defaults = {name: p.default for name, p in inspect.signature(verb).parameters.items()}
    free = ("resume", "epochs", "minutes", "progress")
    extra = [name for name, value in arguments.items() if name not in free and value != defaults[name]]
    if extra:
        raise CallError(
            f"--resume goes on with the call that is written in {folder / ARGUMENTS}: only --epochs or --minutes may "
            f"be changed, not {extra[0]}"
        )
    call = _read_arguments(folder, set(defaults))
    asked = {name: arguments[name] for name in ("epochs", "minutes") if arguments.get(name) is not None}
    if asked:
        call = {name: value for name, value in call.items() if name not in ("epochs", "minutes")} | asked
    state = State.load(folder / STATE) if (folder / STATE).exists() else None
    if state is not None:
        epochs, minutes = (asked.get("epochs"), asked.get("minutes")) if asked else state.facts["budget"]
        report = folder / "report.html"
        told = report.exists() and report.stat().st_mtime_ns >= (folder / STATE).stat().st_mtime_ns
        missing = call.get("curve") and not (folder / "curve.csv").exists()
        if told and state.is_over(epochs, minutes) and not missing:
            had = f"{epochs} epochs" if epochs else f"{minutes:g} minutes"
            raise CallError(f"{folder} is finished: it has had its {had}; give more with --epochs or --minutes")
    return call | {"progress": arguments.get("progress", True)}, state, folder


def same_data(state: "State | None", prepared: "Job") -> "State | None":
    """The state, if there is one, fitted to data that may have changed since: an epoch in progress then begins anew.

    Raises:
        CallError: the classes are others.
    """
    card = prepared.card
    if state is None:
        return None
    if state.facts["labels"] != list(card.labels):
        raise CallError(
            f"the classes in {card.data['folder']} have changed since this run began "
            f"({len(state.facts['labels'])} then, {len(card.labels)} now): train anew, with this run's folder as "
            "--weights to keep what it has learned"
        )
    if state.facts["fingerprint"] == card.data["fingerprint"]:
        return state
    done = state.facts["number"] - (state.facts["batch"] > 0)
    return replace(state, facts=state.facts | {"number": done, "batch": 0, "steps": done * len(prepared.train)})


def _read_arguments(folder: Path, names: set[str]) -> dict[str, Any]:
    """What `write_arguments` wrote."""
    try:
        lines = (folder / ARGUMENTS).read_text(encoding="utf-8").splitlines()
        call = {name: json.loads(value) for name, _, value in (line.partition(": ") for line in lines if line)}
    except (OSError, ValueError) as error:
        raise CallError(f"{folder} is no run that could go on: its {ARGUMENTS} is missing or damaged") from error
    if "data" not in call or not set(call) <= names:
        raise CallError(f"{folder / ARGUMENTS} is not the call of a training run that this version knows; train anew")
    return call


def write_results(folder: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """results.csv: a row per epoch; what was not measured is empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in rows)
    write_whole(folder / "results.csv", text.getvalue())


def write_measured(folder: Path, evaluation: "Evaluation") -> None:
    """evaluation.json, the numbers and what they are made of; answers.csv, each answer beside its truth."""
    from lenslet.results.answers import write_answers

    write_whole(folder / EVALUATION, evaluation.to_json() + "\n")
    if evaluation.answers:
        write_answers(folder / ANSWERS, evaluation.answers)
    else:
        (folder / ANSWERS).unlink(missing_ok=True)  # of an earlier measuring here
