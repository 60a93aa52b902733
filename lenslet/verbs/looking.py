"""What is in the pictures of a project, and what is wrong with them: the verbs check and stats, and where nothing is
labelled yet, what can be said of the files alone."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lenslet.errors import DataError

if TYPE_CHECKING:
    from lenslet.results import DataReport, DataStats

__all__ = ["look"]


def look(data: Path, pictures: Iterable[Path]) -> "tuple[DataReport, DataStats | None]":
    """Check and count.

    Args:
        data: a folder with classes, boxes or points; or with pictures only.
        pictures: all that lie in it, for the latter case.

    Raises:
        DataError: there are no pictures at all.
    """
    from lenslet.data import form_of, read
    from lenslet.verbs.check import check
    from lenslet.verbs.stats import stats

    if form_of(data) is None:
        try:
            read(data, at_least=1)
        except DataError:
            return _files(data, list(pictures)), None
    return check(data, progress=False), stats(data, progress=False)


def _files(data: Path, pictures: list[Path]) -> "DataReport":
    from lenslet.data.care.check import check_files
    from lenslet.verbs.progress import bar, phases

    if not pictures:
        raise DataError(f"{data} holds no pictures; put some there and look again")
    with bar(shown=False) as shown:
        return check_files(data, pictures, watch=phases(shown))
