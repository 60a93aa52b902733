"""stats: what is in a folder of pictures, in numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import DataStats


def stats(
    data: Annotated[
        str | Path, Doc("A folder of pictures with classes, boxes or points; or its .csv, data.yaml, .json.")
    ],
    *,
    out: Annotated[Path | None, Doc("Write stats.html, a page with plots, into this folder.")] = None,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "DataStats":
    """Count what is in a folder of pictures: classes, parts, sizes, colours, formats; and boxes, where it has such.

    Raises:
        DataError: no such data set, or nothing in it can be read.
    """
    from lenslet.data import form_of, read, read_boxes
    from lenslet.data.care import box_stats
    from lenslet.data.care import stats as count
    from lenslet.verbs.progress import bar, phases

    with bar(shown=progress) as shown:
        if form_of(data) is not None:
            shown.phase("reading the labels")
            counted = box_stats(read_boxes(data, at_least=0), watch=phases(shown))
        else:
            counted = count(read(data, at_least=1), watch=phases(shown))
        if out is not None:
            from lenslet import __version__
            from lenslet.report.data_stats import stats_page

            foot = f"Lenslet {__version__}. This page holds everything it shows and fetches nothing."
            stats_page(counted, foot=foot).write(Path(out) / "stats.html")
    return counted
