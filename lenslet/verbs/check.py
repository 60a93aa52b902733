"""check: what is wrong in a folder of pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.data.care import Describer
    from lenslet.results import DataReport
    from lenslet.tasks.classify.classifier import Classifier


def check(
    data: Annotated[str | Path, Doc("A folder with one folder of pictures per class, or a .csv of paths and labels.")],
    *,
    out: Annotated[Path | None, Doc("Write check.html, a page of pictures, and findings.csv into this folder.")] = None,
    model: Annotated[
        "str | Path | Classifier | None",
        Doc("A model whose features help to judge the labels; a shipped one if left out, where there is one."),
    ] = None,
    labels: Annotated[bool, Doc("Look for labels that are probably wrong, which takes longest.")] = True,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "DataReport":
    """Find what is wrong in a folder of pictures: broken files, copies, leaks between parts, wrong labels, odd classes.

    Nothing is changed, and no file, however bad, stops it.

    Raises:
        DataError: no such data set.
        CardError: no such model.
    """
    from lenslet.data import read
    from lenslet.data.care import check as look_for_faults
    from lenslet.verbs.progress import bar, phases

    parts = read(data, at_least=1)
    describer, by = _describer(model) if labels else (None, "")
    with bar(shown=progress) as shown:
        report = look_for_faults(parts, labels=labels, describer=describer, by=by, watch=phases(shown))
        if out is not None:
            from lenslet import __version__
            from lenslet.files import write_whole
            from lenslet.report.data_check import check_page

            shown.phase("writing the page")
            foot = f"Lenslet {__version__}. This page holds everything it shows and fetches nothing."
            check_page(report, foot=foot).write(Path(out) / "check.html")
            # with the mark that tells a spreadsheet of UTF-8; names that are no text at all are escaped
            table = b"\xef\xbb\xbf" + report.to_csv().encode("utf-8", "backslashreplace")
            write_whole(Path(out) / "findings.csv", table)
            shown.at(1.0)
    return report


def _describer(model: "str | Path | Classifier | None") -> "tuple[Describer | None, str]":
    """What gives features, and its name: the model asked for, else a shipped one, else none."""
    from importlib.util import find_spec

    if model is None:
        if find_spec("torch") is None:
            return None, ""
        from lenslet.card.store import shipped

        model = shipped().get("natural")
        if model is None:
            return None, ""
    from lenslet.tasks.classify.penultimate import Penultimate
    from lenslet.verbs.load import load

    opened = load(model)
    name = Path(opened.folder).name if opened.folder is not None else opened.card.net
    return Penultimate(opened.net, opened.card.preprocess, len(opened.labels)), name
