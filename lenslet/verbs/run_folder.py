"""`runs/<task>-<n>/`: where a run keeps its model, its numbers and its report."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lenslet.errors import CallError
from lenslet.files import write_whole


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
    """args.yaml: the call, a line each (JSON values are YAML values)."""
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}\n" for name, value in arguments.items()]
    write_whole(folder / "args.yaml", "".join(lines))


def write_results(folder: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """results.csv: a row per epoch; what was not measured is empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in rows)
    write_whole(folder / "results.csv", text.getvalue())
