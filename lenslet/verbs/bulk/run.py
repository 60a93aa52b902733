"""The whole of a bulk prediction: what is missing is done by one engine or the other; what is said at the end."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from lenslet.verbs.bulk.answers import SUMMARY, begin
from lenslet.verbs.bulk.rows import FINDS, Tally, read_row
from lenslet.verbs.bulk.work import here

if TYPE_CHECKING:
    from lenslet.verbs.asking import Answer, How
    from lenslet.verbs.job import Model


@dataclass(frozen=True)
class Bulk:
    """A finished folder of answers; iterating reads them back, in the order of the sorted paths.

    Args:
        folder: where the answers are, in part-*.jsonl.
        files: how many were asked about; there is one row for each.
        unreadable: of these, files that could not be opened; their row says why.
        labels: answers per class, the commonest first; of a model that finds things, things per class; of points, none.
        predicted: files that this call has answered; the others were there already.
        seconds: of this call, from the first file looked for.
        task: of the model.
        nothing: files on which a model that finds things has found none.
    """

    folder: Path
    files: int
    unreadable: int
    labels: Mapping[str, int]
    predicted: int
    seconds: float
    task: str = "classify"
    nothing: int = 0

    @property
    def files_per_second(self) -> float:
        """Speed of this call; 0 where it found everything done."""
        return self.predicted / self.seconds if self.predicted else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "task": self.task,
            "out": str(self.folder),
            "files": self.files,
            "answered": self.files - self.unreadable,
            "unreadable": self.unreadable,
            "labels": dict(self.labels),
            **({"nothing": self.nothing} if self.task in FINDS else {}),
            "predicted_now": self.predicted,
            "seconds": round(self.seconds, 3),
            "files_per_second": round(self.files_per_second, 3),
        }

    def __len__(self) -> int:
        return self.files

    def __iter__(self) -> "Iterator[Answer]":
        for part in sorted(self.folder.glob("part-*.jsonl")):
            with part.open(encoding="utf-8") as rows:
                for row in rows:
                    yield read_row(row)


def bulk(
    model: "Model",
    places: Sequence[str | Path],
    out: Path,
    *,
    how: "How",
    engine: str,
    workers: int | None,
    batch: int,
    progress: bool,
) -> Bulk:
    """Answer all files that `places` name into the folder `out`, or what an earlier call has left to do there.

    Raises:
        CallError: nothing is found, or `out` holds something else.
        WorkError: the files are not there any more, or the workers keep dying.
        KeyboardInterrupt: stopped by hand; says how far it got.
    """
    from lenslet.files import write_whole
    from lenslet.verbs.progress import bar

    began = perf_counter()
    with bar(shown=progress) as shown:
        shown.phase("looking for files")
        answers = begin(out, model, places, batch=batch, how=how)
        total, missing = answers.progress()
        had = done = total.files

        def on_files(files: int) -> None:
            nonlocal done
            done += files
            shown.at((done - had) / (answers.files - had), f"{done:,} of {answers.files:,} files")

        if missing:
            shown.phase("predicting")
            if engine == "ray":
                from lenslet.verbs.bulk.on_ray import on_ray

                steps = on_ray(answers, missing, workers=workers, batch=batch, on_files=on_files)
            else:
                steps = here(answers, missing, model, batch=batch, on_files=on_files)
            _take(steps, total, f"of {answers.files:,} files are answered in {out}, and the same call goes on")
        answers.remove_leftovers()
    seconds = perf_counter() - began
    labels = dict(total.labels.most_common())
    value = Bulk(
        out, answers.files, total.unreadable, labels, total.files - had, seconds, model.card.task, total.nothing
    )
    if missing or not (out / SUMMARY).exists():
        write_whole(out / SUMMARY, json.dumps({"schema": 1, **value.to_dict()}, ensure_ascii=False, indent=1) + "\n")
    return value


def _take(steps: Generator[Tally, None, None], total: Tally, said: str) -> None:
    """Count what the parts say, as they are done."""
    with closing(steps):
        try:
            for tally in steps:
                total.add(tally)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped; {total.files:,} {said}") from None
