"""The model of a folder of answers, kept as it was at the start."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lenslet.verbs.job import Model

__all__ = ["keep", "mark_of"]


def mark_of(model: "Model") -> str:
    """What tells it from others: of weights and card; of an exported file, its own."""
    from lenslet.card import fingerprint

    file = _file(model)
    return fingerprint(model.card, model.net.state_dict()) if file is None else f"{model.fingerprint}"


def keep(model: "Model", folder: Path) -> None:
    """Write the model into a folder that `load` opens; what is there stays."""
    from lenslet.card import CARD, save
    from lenslet.files import write_whole
    from lenslet.verbs.load import KEPT

    file = _file(model)
    if file is None:
        if not (folder / CARD).exists():
            save(folder, model.card, model.net.state_dict())
        return
    if (folder / KEPT).exists():
        return
    for part in (model.card.head.get(name) for name in ("finder", "points")):
        if isinstance(part, str) and part.endswith(".onnx"):
            write_whole(folder / part, (file.path.parent / part).read_bytes())
    write_whole(folder / KEPT, file.path.read_bytes())


def _file(model: Any) -> Any:
    """Of an exported model, the opened file; None of a model folder."""
    from lenslet.runtime import FromFile
    from lenslet.tasks.face.faces import Faces

    inner = model.embedder.embedder if isinstance(model, Faces) and hasattr(model.embedder, "embedder") else model
    return inner.file if isinstance(inner, FromFile) else None
