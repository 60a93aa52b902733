"""The one entry to data sets of classes: a folder of class folders, or a table of paths and labels."""

from pathlib import Path

from lenslet.data.folder import read_folder
from lenslet.data.samples import Parts
from lenslet.data.table import names_pictures, read_table
from lenslet.errors import DataError

TABLES = frozenset({".csv", ".tsv"})
"""Suffixes, in lower case, of the files that are read as tables."""

CLASSES = "classes.csv"
"""The table of a folder whose pictures are sorted by no folders: as the studio keeps classes of whole pictures."""


def read(root: str | Path, *, at_least: int = 2) -> Parts:
    """Read a data set of classes by its look: a .csv or .tsv file is a table, all else is taken for a folder.

    A folder that holds a `classes.csv` of paths and labels is read by that table; pictures that it does not name are
    not labelled.

    Args:
        root: the folder or the table.
        at_least: how many classes there must be (2 to train, 1 to measure).

    Raises:
        DataError: nothing there, or not such a data set; see `read_folder` and `read_table`.
    """
    root = Path(root)
    if root.is_dir() and (root / CLASSES).is_file() and names_pictures(root / CLASSES):
        return read_table(root / CLASSES, at_least=at_least)
    if root.is_dir():
        return read_folder(root, at_least=at_least)
    if root.suffix.lower() in TABLES:
        return read_table(root, at_least=at_least)
    if root.exists():
        raise DataError(
            f"{root} is a file, not a folder; give the folder that holds one folder of pictures per class, "
            "or a .csv file with columns path and label"
        )
    return read_folder(root, at_least=at_least)
