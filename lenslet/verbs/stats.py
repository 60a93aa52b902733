"""stats: what is in a folder of pictures, in numbers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import DataStats


def stats(
    data: Annotated[str | Path, Doc("A folder with one folder of pictures per class, or a .csv of paths and labels.")],
    *,
    out: Annotated[Path | None, Doc("Write stats.html, a page with plots, into this folder.")] = None,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "DataStats":
    """Count what is in a folder of pictures: classes, parts, sizes, colours, formats.

    Raises:
        DataError: no such data set, or nothing in it can be read.
    """
    from lenslet.data import form_of, read
    from lenslet.data.care import stats as count
    from lenslet.errors import DataError
    from lenslet.verbs.progress import bar, phases

    if (form := form_of(data)) is not None:
        raise DataError(
            f"{data} holds boxes or points ({form}), and classes of pictures are counted here; "
            "`lenslet data check` counts the boxes of each class"
        )
    parts = read(data, at_least=1)
    with bar(shown=progress) as shown:
        counted = count(parts, watch=phases(shown))
        if out is not None:
            from lenslet import __version__
            from lenslet.report.data_stats import stats_page

            foot = f"Lenslet {__version__}. This page holds everything it shows and fetches nothing."
            stats_page(counted, foot=foot).write(Path(out) / "stats.html")
    return counted
