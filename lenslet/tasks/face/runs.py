"""Omniglot's own one-shot runs: folders of twenty pictures to know characters by, and twenty to ask about."""

from dataclasses import dataclass
from pathlib import Path

from lenslet.errors import DataError

__all__ = ["LABELS", "OneShotRun", "find_runs"]

LABELS = "class_labels.txt"
_LARGEST = 1 << 20


@dataclass(frozen=True)
class OneShotRun:
    """One run.

    Args:
        folder: where it lies.
        known: pictures, one a class.
        asked: pictures, each with the number of the class that it shows.
    """

    folder: Path
    known: tuple[Path, ...]
    asked: tuple[tuple[Path, int], ...]


def find_runs(root: str | Path) -> list[OneShotRun]:
    """All runs in a folder, or the one that it is; none where it holds nothing of the kind.

    Each has a file class_labels.txt, whose lines name a test picture and the training picture of the same class, by
    paths from the folder that holds the runs (run01/test/item01.png run01/training/class08.png).

    Raises:
        DataError: such a file names pictures that are not there.

    Source: Lake et al. 2015, github.com/brendenlake/omniglot.
    """
    root = Path(root)
    if not root.is_dir():
        return []
    folders = [root] if (root / LABELS).is_file() else sorted(p.parent for p in root.glob(f"*/{LABELS}"))
    return [_run(folder) for folder in folders]


def _run(folder: Path) -> OneShotRun:
    table = folder / LABELS
    try:
        if table.stat().st_size > _LARGEST:
            raise DataError(f"{table} is {table.stat().st_size >> 20} MB large, which no list of a run is")
        lines = table.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{table} cannot be read ({error})") from error
    pairs = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        if len(words) != 2:
            raise DataError(f"{table}, line {number}: give a test picture and a training picture, not {line!r:.60}")
        pairs.append((_inside(folder, words[0], table, number), _inside(folder, words[1], table, number)))
    known = tuple(sorted({path for _, path in pairs}))
    if len(known) < 2:
        raise DataError(f"{table} names {len(known)} training pictures, and at least 2 are needed")
    return OneShotRun(folder, known, tuple((asked, known.index(path)) for asked, path in pairs))


def _inside(folder: Path, name: str, table: Path, number: int) -> Path:
    """The picture of a name, which must lie in the run's own folder."""
    path = (folder.parent / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise DataError(f"{table}, line {number}: {name} leads out of {folder}; name pictures of this run")
    if not path.is_file():
        raise DataError(f"{table}, line {number}: {name} is not there")
    return path
