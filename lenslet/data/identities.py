"""Data sets of identities: whose each picture is, rather than what it shows; and which of them belong together."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lenslet.data.pairs import Pair, is_pairs, read_pairs
from lenslet.data.reading import read
from lenslet.data.samples import PART_NAMES, Part, Parts, Sample
from lenslet.errors import DataError

__all__ = ["Identities", "read_identities"]


@dataclass(frozen=True)
class Identities:
    """Pictures of identities, in parts.

    Args:
        root: the folder, or the table.
        names: of the identities; the labels of the samples count them.
        groups: of each identity (an alphabet, a family); empty where there are none.
        train: to learn from.
        valid: to choose by; empty where the data has no such part.
        test: to measure on; as above.
        pairs: the very pairs to measure, where the data is a table of pairs.
        notes: sentences about the data.
    """

    root: Path
    names: tuple[str, ...]
    groups: tuple[str, ...]
    train: tuple[Sample, ...]
    valid: tuple[Sample, ...] = ()
    test: tuple[Sample, ...] = ()
    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def measured(self) -> tuple[Sample, ...]:
        """The part to measure a finished model on: test, else valid, else everything."""
        return self.test or self.valid or self.train

    @property
    def grouped(self) -> bool:
        """Whether identities stand in groups."""
        return bool(self.groups)


def read_identities(root: str | Path, *, at_least: int = 2) -> Identities:
    """Read a folder per identity, with or without folders of groups around them; or a table.

    Where every picture lies two folders deep, `root/<group>/<identity>/<image>`, the inner folders are the identities
    and the outer ones their groups: alphabets of letters, for instance. A table has the columns path and label, or
    those of pairs, see `pairs.read_pairs`. Parts (train, val, test) are told as everywhere.

    Args:
        root: the folder or the table.
        at_least: how many identities there must be.

    Raises:
        DataError: no such data, or too few identities.
    """
    root = Path(root)
    if is_pairs(root):
        return _paired(root, at_least)
    try:
        parts = read(root, at_least=1)
    except DataError as error:
        raise DataError(
            str(error).replace("one folder of pictures per class", "one folder of pictures per person")
        ) from error
    places = {name: [_place(parts, sample) for sample in part] for name, part in parts.named.items()}
    deep = all(len(place) == 2 for part in places.values() for place in part)
    notes = [*parts.notes]
    if deep:
        notes.append("folders within folders: the inner ones are taken for identities, the outer ones for their groups")
    called = {name: ["/".join(place) if deep else place[0] for place in part] for name, part in places.items()}
    names = tuple(sorted({one for part in called.values() for one in part}))
    if len(names) < at_least:
        raise DataError(
            f"{root} holds {len(names)} identit{'y' if len(names) == 1 else 'ies'}, and {at_least} are needed: "
            "put the pictures of each into a folder with its name"
        )
    index = {name: i for i, name in enumerate(names)}

    def samples(part: Part) -> tuple[Sample, ...]:
        there = zip(parts.named.get(part, ()), called.get(part, ()), strict=True)
        return tuple(Sample(sample.path, index[name]) for sample, name in there)

    groups = tuple(name.partition("/")[0] for name in names) if deep else ()
    return Identities(root, names, groups, samples("train"), samples("valid"), samples("test"), (), tuple(notes))


def _place(parts: Parts, sample: Sample) -> tuple[str, ...]:
    """The folders of a picture from its class on: one, or one for each folder within."""
    label = parts.labels[sample.label]
    try:
        inside = sample.path.relative_to(parts.root).parts[:-1]
    except ValueError:
        return (label,)  # of a table
    if len(inside) > 1 and inside[0].lower() in PART_NAMES and inside[1] == label:
        inside = inside[1:]
    return inside if inside and inside[0] == label else (label,)


def _paired(table: Path, at_least: int) -> Identities:
    """Pictures of a table of pairs: whatever is linked by pairs of the same, however far, is one identity."""
    pairs, notes = read_pairs(table)
    owner: dict[Path, Path] = {}

    def whose(path: Path) -> Path:
        owner.setdefault(path, path)
        while owner[path] != path:
            owner[path] = path = owner[owner[path]]
        return path

    for pair in pairs:
        first, second = whose(pair.first), whose(pair.second)
        if pair.same:
            owner[max(first, second)] = min(first, second)
    torn = [pair for pair in pairs if not pair.same and whose(pair.first) == whose(pair.second)]
    if torn:
        raise DataError(
            f"{table}: {torn[0].first.name} and {torn[0].second.name} are said to be of different identities, and "
            f"other lines make them one ({len(torn)} such pair{'' if len(torn) == 1 else 's'}): correct the column same"
        )
    names = _named(sorted({whose(path) for path in list(owner)}))
    if len(names) < at_least:
        raise DataError(f"{table} holds pictures of {len(names)} identities, and at least {at_least} are needed")
    index = {path: i for i, path in enumerate(sorted({whose(path) for path in list(owner)}))}
    samples = tuple(Sample(path, index[whose(path)]) for path in sorted(owner))
    return Identities(table, names, (), samples, pairs=pairs, notes=tuple(notes))


def _named(firsts: Iterable[Path]) -> tuple[str, ...]:
    return tuple(f"{number}: {path.name}" for number, path in enumerate(firsts))
