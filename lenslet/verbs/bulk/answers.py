"""A folder of answers: what is to be done, what is done, and that nothing else gets mixed into it.

    manifest.json     the model's fingerprint, the number of files, the hash of their list, the rows of a part
    files.list        the files, sorted, each once, ended by NUL
    model/            the model, as it was at the start
    part-00000.jsonl  the answers to the first files of the list, in its order; ...

A part is there whole or not at all, so the missing ones are what is left to do, whoever was killed when.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError
from lenslet.verbs.asking import How
from lenslet.verbs.bulk.listing import END, read_list, write_list
from lenslet.verbs.bulk.rows import Tally

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

MANIFEST, LIST, MODEL, SUMMARY = "manifest.json", "files.list", "model", "summary.json"
FEWEST, MOST, PARTS = 64, 1024, 10_000  # rows of a part; a part more than that only where they would be too many


@dataclass(frozen=True)
class Part:
    """Consecutive files of the list, and where in the list's bytes they stand."""

    number: int
    files: int
    start: int
    length: int


@dataclass(frozen=True)
class Answers:
    """A folder of answers that was begun."""

    folder: Path
    files: int
    rows: int
    how: How = field(default_factory=How)  # what a model that finds things is told

    def parts(self) -> Iterator[Part]:
        """All parts, in order."""
        names, start = read_list(self.folder / LIST), 0
        for number in range(-(-self.files // self.rows)):
            sizes = [len(name) + len(END) for name in islice(names, self.rows)]
            yield Part(number, len(sizes), start, sum(sizes))
            start += sum(sizes)

    def file(self, number: int) -> Path:
        """Where the rows of a part are."""
        return self.folder / f"part-{number:05d}.jsonl"

    def paths(self, part: Part) -> list[Path]:
        """The files of a part."""
        with (self.folder / LIST).open("rb") as stream:
            stream.seek(part.start)
            return [Path(os.fsdecode(name)) for name in stream.read(part.length).split(END)[:-1]]

    def tally(self, part: Part) -> Tally | None:
        """What a part says that an earlier call has written; None where there is none, or one that is damaged."""
        found, last = Tally(), b"\n"
        try:
            with self.file(part.number).open("rb") as stream:
                for last in stream:
                    found.count(last)
        except (FileNotFoundError, ValueError):
            return None
        return found if found.files == part.files and last.endswith(b"\n") else None

    def progress(self) -> tuple[Tally, list[Part]]:
        """What the parts say that are there, and those that are missing."""
        total, missing = Tally(), []
        for part in self.parts():
            found = self.tally(part)
            if found is None:
                missing.append(part)
            else:
                total.add(found)
        return total, missing

    def tries(self, number: int) -> Path:
        """Where workers sign that begin a part, so that one that kills them is found out."""
        return self.folder / f".try-{number:05d}"

    def remove_leftovers(self) -> None:
        """Remove what killed processes have left behind."""
        for left in (*self.folder.glob(".part-*"), *self.folder.glob(".try-*")):
            left.unlink(missing_ok=True)


def begin(folder: Path, model: "Model", places: Iterable[str | Path], *, batch: int, how: How | None = None) -> Answers:
    """Begin a folder of answers, or take up one that was begun with the same model and the same files.

    Args:
        folder: where the answers go.
        model: who answers.
        places: files, folders, patterns, `@lists`.
        batch: pictures that go through the net together; a part holds a whole number of batches.
        how: what a model that finds things is told.

    Raises:
        CallError: the folder holds something else, or answers of another model, to other files, or to another question.
    """
    from lenslet.files import whole_file, write_whole
    from lenslet.verbs.bulk.keeping import keep, mark_of

    _refuse_other_files(folder)
    how, mark = how or How(), mark_of(model)
    begun = _manifest(folder)
    if begun is not None:
        _refuse_other_model(folder, begun, mark, how)  # before the files are looked for, which may take minutes
    with whole_file(folder / LIST) as listed:
        files, digest = write_list(listed, places)
        begun = begun or _manifest(folder)  # another process may have begun meanwhile
        if begun is not None:
            _refuse_other_model(folder, begun, mark, how)
            _refuse_other_list(folder, begun, listed, files, digest)
    keep(model, folder / MODEL)
    if begun is None:
        begun = {
            "schema": 1,
            "kind": "answers",
            "lenslet": _version(),
            "model": {"name": _name(model), "net": model.card.net, "fingerprint": mark},
            "files": files,
            "list": digest,
            "rows": _rows(files, batch),
            "task": model.card.task,
            "how": how.to_dict(),
        }
        write_whole(folder / MANIFEST, json.dumps(begun, indent=1, ensure_ascii=False) + "\n")
    return Answers(folder, files, begun["rows"], how)


def _rows(files: int, batch: int) -> int:
    """Rows of a part: enough parts for many workers, and little to lose with one; a whole number of batches."""
    rows = min(max(-(-files // 256), FEWEST), MOST)
    return -(-max(rows, -(-files // PARTS)) // batch) * batch


def _name(model: "Model") -> str:
    return str(model.folder) if model.folder is not None else model.card.net


def _version() -> str:
    from lenslet import __version__

    return __version__


def _manifest(folder: Path) -> dict[str, Any] | None:
    """What was begun in this folder, or None."""
    try:
        plain = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if plain["schema"] == 1 and plain["kind"] == "answers" and plain["rows"] > 0 and plain["model"]["fingerprint"]:
            return dict(plain)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError):
        pass
    raise CallError(f"{folder / MANIFEST} is not the manifest of a folder of answers; give another --out")


def _refuse_other_files(folder: Path) -> None:
    """An empty or new folder will do, or one that was begun."""
    if folder.exists() and not folder.is_dir():
        raise CallError(f"{folder} is a file; give --out a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(f"{folder}: the folder cannot be made ({error.strerror}); choose another with --out") from error
    ours = {LIST, MODEL}  # what a call leaves that was killed before it had a manifest
    others = (file for file in folder.iterdir() if not file.name.startswith(".") and file.name not in ours)
    if not (folder / MANIFEST).exists() and any(others):
        raise CallError(f"{folder} holds other files; give --out an empty or a new folder")


def _refuse_other_model(folder: Path, begun: Mapping[str, Any], mark: str, how: How) -> None:
    if begun["model"]["fingerprint"] != mark:
        raise CallError(
            f"{folder} holds answers of another model ({begun['model'].get('name')}, as it was then); give another "
            f"--out, or go on with the model that is kept in {folder / MODEL}"
        )
    before = How.from_dict(begun.get("how", {}))
    if before != how:
        raise CallError(f"{folder} was begun with {before}, and this call has {how}; give another --out, or the same")


def _refuse_other_list(folder: Path, begun: Mapping[str, Any], listed: Path, files: int, digest: str) -> None:
    if begun["list"] == digest:
        return
    first = b""
    with suppress(OSError):
        for old, new in zip_longest(read_list(folder / LIST), read_list(listed)):
            if old != new:
                first = min(name for name in (old, new) if name is not None)  # sorted: the other list has not got it
                break
    raise CallError(
        f"{folder} was begun for {begun['files']:,} files, and this call names {files:,}; the first that is not in "
        f"both is {os.fsdecode(first)}; give another --out, or finish the old list: @{folder / LIST}"
    )
