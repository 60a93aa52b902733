"""export: a model as one ONNX file, for any language and machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_doc import Doc

from lenslet.errors import CallError

if TYPE_CHECKING:
    from lenslet.results.exported import Exported
    from lenslet.verbs.job import Model

__all__ = ["export"]


def export(
    model: Annotated["str | Path | Model", Doc("A model folder, the name of a shipped model, or a model.")],
    *,
    out: Annotated[
        str | Path | None, Doc("The file, ending in .onnx; named after the model, in this folder, if left out.")
    ] = None,
    int8: Annotated[
        bool,
        Doc("Whole numbers of 8 bits: a quarter of the size, and less exact; needs --data, and says what it costs."),
    ] = False,
    data: Annotated[
        str | Path | None,
        Doc(
            "Pictures of the kind that the model will meet, with labels or without: the file is checked on them, int8 "
            "takes its ranges from them, and its cost is measured on them."
        ),
    ] = None,
    web: Annotated[
        str | Path | None,
        Doc("Also make a page for browsers in this folder: pictures are looked at on the visitor's own machine."),
    ] = None,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Exported":
    """Write a model as one ONNX file that takes pictures of any size, with all that comes before and behind the net.

    The file is held against the model, on photographs and on noise, and refused where it is too far from it; the
    largest differences are told and kept in it. A face model becomes three files: embedder, finder and points.

    Raises:
        CardError: no such model.
        CallError: an ending other than .onnx, int8 without data, or a model that is an exported file already.
        MissingError: the packages for it are not installed, or npm for a page.
        WorkError: the file's answers are too far from the model's; it is not left behind.
    """
    from lenslet.verbs.load import load
    from lenslet.verbs.progress import bar

    opened: Any = load(model)
    if not hasattr(opened, "export") or not hasattr(opened, "net"):
        raise CallError(f"{model} is exported already, or nothing that can be: give a model folder")
    name = Path(opened.folder).name if opened.folder is not None else opened.card.net
    where = Path(out) if out is not None else Path(f"{name}.onnx") if web is None else Path(web) / f"{name}.onnx"
    if web is not None:
        from lenslet.exporting.web import ready

        ready(opened.card.task)  # before anything that takes time
    with bar(shown=progress) as shown:
        made: Exported = opened.export(where, int8=int8, data=data, on_step=shown.phase)
        if web is not None:
            from lenslet.exporting.web import page

            shown.phase("making the page")
            made = page(made, Path(web), name)
    return made
