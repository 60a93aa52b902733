"""check: what is wrong in a folder of pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from annotated_doc import Doc

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import UInt8

    from lenslet.data.care import Describer
    from lenslet.data.scenes import Scenes
    from lenslet.results import DataReport
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.verbs.progress import Bar

_DRAWN, _TAGGED = 12, 6  # pictures on the page; boxes up to which each has its name on it


def check(
    data: Annotated[
        str | Path, Doc("A folder of pictures with classes, boxes or points; or its .csv, data.yaml, .json.")
    ],
    *,
    out: Annotated[Path | None, Doc("Write check.html, a page of pictures, and findings.csv into this folder.")] = None,
    model: Annotated[
        "str | Path | Classifier | None",
        Doc("A model whose features help to judge the labels; a shipped one if left out, where there is one."),
    ] = None,
    labels: Annotated[bool, Doc("Look for labels that are probably wrong, which takes longest.")] = True,
    fix: Annotated[Path | None, Doc("Write a repaired copy of boxes or points into this new folder.")] = None,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "DataReport":
    """Find what is wrong in a folder of pictures: broken files, copies, leaks between parts, wrong labels, odd classes.

    Of boxes and points: boxes outside, without area, drawn twice, of unknown classes; labels without pictures and
    pictures without labels; each with file and line. Nothing is changed, and no file, however bad, stops it.

    Raises:
        DataError: no such data set.
        CallError: `fix` is taken, or there is nothing that it could repair.
        CardError: no such model.
    """
    from lenslet.data import read
    from lenslet.data.care import check as look_for_faults
    from lenslet.data.scenes import form_of
    from lenslet.errors import CallError
    from lenslet.verbs.progress import bar, phases

    boxes = form_of(data) is not None
    if fix is not None and not boxes:
        raise CallError(f"{data} has no boxes and no points, and of classes nothing can be repaired; leave out --fix")
    with bar(shown=progress) as shown:
        if boxes:
            report, scenes = _boxes(data, fix, shown)
            labelled = _drawn(scenes) if out is not None else []
        else:
            labelled, parts = [], read(data, at_least=1)
            describer, by = _describer(model) if labels else (None, "")
            report = look_for_faults(parts, labels=labels, describer=describer, by=by, watch=phases(shown))
        if out is not None:
            from lenslet import __version__
            from lenslet.files import write_whole
            from lenslet.report.data_check import check_page

            shown.phase("writing the page")
            foot = f"Lenslet {__version__}. This page holds everything it shows and fetches nothing."
            check_page(report, foot=foot, labelled=labelled).write(Path(out) / "check.html")
            # with the mark that tells a spreadsheet of UTF-8; names that are no text at all are escaped
            table = b"\xef\xbb\xbf" + report.to_csv().encode("utf-8", "backslashreplace")
            write_whole(Path(out) / "findings.csv", table)
            shown.at(1.0)
    return report


def _boxes(data: str | Path, fix: Path | None, shown: "Bar") -> "tuple[DataReport, Scenes]":
    """The check of boxes and points, and their repaired copy."""
    from dataclasses import replace

    from lenslet.data.care import check_boxes, repairs
    from lenslet.data.scenes import read_boxes, write_boxes
    from lenslet.data.scenes.writing import refuse
    from lenslet.verbs.progress import phases

    shown.phase("reading the labels")
    scenes = read_boxes(data, at_least=0, whole=fix is not None)
    if fix is not None:
        refuse(scenes, Path(fix))  # now, not after all pictures were looked at
    shown.at(1.0)
    report = check_boxes(scenes, watch=phases(shown))
    if fix is None:
        return report, scenes
    shown.phase("writing the repaired copy")
    gone = {path for finding in report.of("unreadable") for path in finding.paths}
    train, valid, test = (
        tuple(scene for scene in part if str(scene.path) not in gone)
        for part in (scenes.train, scenes.valid, scenes.test)
    )
    kept = replace(scenes, train=train, valid=valid, test=test)
    written = write_boxes(kept, scenes.form, Path(fix), progress=lambda done, of: shown.at(done / of))
    notes = [f"{len(gone):,} pictures that cannot be read are left out"] if gone else []
    return replace(report, notes=(*report.notes, *repairs(kept, written), *notes)), scenes


def _drawn(scenes: "Scenes") -> "list[tuple[UInt8[np.ndarray, '_ _ 3'], str]]":
    """A few pictures with their boxes and points, evenly chosen."""
    import numpy as np

    from lenslet import draw
    from lenslet.errors import ImageError
    from lenslet.image import open_image

    with_boxes = [scene for made in scenes.named.values() for scene in made if len(scene.truth)]
    found = []
    for scene in with_boxes[:: -(-len(with_boxes) // _DRAWN) or 1]:
        try:
            picture = open_image(scene.path)
        except ImageError:  # told among the findings
            continue
        small = draw.fit(picture, 480)
        scale = np.array([small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]])
        truth = scene.truth
        tags = list(truth.classes) if len(truth) <= _TAGGED and not scenes.boxless else None
        if not scenes.boxless:
            small = draw.boxes(small, truth.boxes * np.tile(scale, 2), tags, kinds=truth.labels.tolist())
        for points in scene.points:
            places = points.places * scale
            small = draw.points(draw.lines(small, places, points.lines), places)
        found.append((small, f"{scene.name}\n{truth}"))
    return found


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
