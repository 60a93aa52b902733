"""A face model as three exported files: finder, points and embedder, of which the embedder's names the others."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenslet.errors import CallError, DataError, LensletError
from lenslet.exporting import write
from lenslet.image import find_images, save_image
from lenslet.results.exported import Exported
from lenslet.tasks.face.graph import plan

if TYPE_CHECKING:
    from lenslet.tasks.face.faces import Faces

__all__ = ["export"]

_MOST = 96  # pictures whose faces int8 takes its ranges from


def export(model: "Faces", out: Path, *, data: str | Path | None = None, **how: Any) -> Exported:
    """Write a face model; see `Faces.export`.

    Args:
        model: whose parts are model folders.
        out: of the embedder; `faces.onnx` gets `faces-finder.onnx` and `faces-points.onnx` beside it.
        data: pictures with faces: the finder is checked on them, and the others on the faces cut out of them.
        how: see `lenslet.exporting.write`.

    Raises:
        CallError: a part is an ONNX file already.
        DataError: no face is found on the pictures.
    """
    parts: dict[str, Any] = {"finder": model.pipeline.finder, "points": model.pipeline.points}
    for name, part in parts.items():
        if part is not None and not hasattr(part, "export"):
            raise CallError(
                f"the {name} of {model.name} is an ONNX file already: copy it, and export the embedder alone"
            )
    embedder = plan(model._folder())  # noqa: SLF001  the same class, in another file
    head = {**embedder.card.head, **{n: _named(out, n).name for n, part in parts.items() if part is not None}}
    with tempfile.TemporaryDirectory() as folder:
        cut = None if data is None else _faces(model, data, Path(folder))
        written = [
            part.export(_named(out, name), data=data if name == "finder" else cut, **how)
            for name, part in parts.items()
            if part is not None
        ]
        made = write(replace(embedder, card=replace(embedder.card, head=head)), out, data=cut, **how)
    notes = [f"{one.path.name}: {note}" for one in (*written, made) for note in one.notes]
    return replace(made, parts=tuple(one.path for one in written), notes=tuple(notes))


def _named(out: Path, part: str) -> Path:
    return out.with_name(f"{out.stem}-{part}.onnx")


def _faces(model: "Faces", data: str | Path, folder: Path) -> Path:
    """The largest face of each picture, upright, as files."""
    paths = list(find_images(data))
    step = max(len(paths) / _MOST, 1)
    count = 0
    for number in range(min(_MOST, len(paths))):
        try:
            save_image(model.upright(paths[int(number * step)]), folder / f"{number}.png")
        except LensletError:  # no face on it, or it cannot be opened
            continue
        count += 1
    if not count:
        raise DataError(f"{data}: no face is found on its pictures, on which the export could be checked")
    return folder
