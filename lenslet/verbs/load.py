"""load: a model from its folder, or official weights by their net's name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from annotated_doc import Doc

from lenslet.errors import CallError, CardError

if TYPE_CHECKING:
    from lenslet.card import Card
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.face.embedder import Embedder
    from lenslet.tasks.face.faces import Faces
    from lenslet.verbs.job import Model


KEPT = "model.onnx"
"""Of a folder that keeps an exported file."""


def load(
    model: Annotated[
        "str | Path | Model",
        Doc(
            "A model folder, or a name: of a model that comes with Lenslet, or of a net with official ImageNet "
            "weights, for instance squeezenet1_1; or an exported .onnx file; or a face embedder in ONNX's form with "
            "its card beside it, or a .json file that says what makes a face model."
        ),
    ],
    *,
    backend: Annotated[
        Literal["onnxruntime", "openvino"], Doc("Who computes, of an exported .onnx file: ONNX Runtime or OpenVINO.")
    ] = "onnxruntime",
) -> "Model":
    """Open a trained model.

    Nothing in the files is executed, and the weights are checked against the card. A model that is already open comes
    back as it is. An exported file gives the same object to hold, and needs no torch.

    Raises:
        CardError: the folder is missing, damaged, or of a newer format.
        DownloadError: official weights that could not be fetched.
        MissingError: what an .onnx file needs is not installed.
        CallError: a backend for what is no exported file.
    """
    from lenslet.card.card import CARD
    from lenslet.card.store import find_shipped

    if not isinstance(model, str | Path):
        return model
    path = find_shipped(model) or Path(model)
    if path.suffix == ".onnx":
        from lenslet.verbs.exported import from_file

        return from_file(path, backend)
    if (path / KEPT).is_file() and not (path / CARD).exists():  # as `predict --out` keeps it
        return load(path / KEPT, backend=backend)
    if backend != "onnxruntime":
        raise CallError(f"backend {backend} is for exported models, and {model} is none: `lenslet export` makes one")
    if path.suffix == ".json" and path.name != CARD:
        from lenslet.verbs.face_pipeline import pipeline_file

        return pipeline_file(path)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return _folder(path)
    from lenslet.card import official

    if str(model) in official.REGISTRY:
        return _official(str(model))
    raise CardError(
        f"{model}: there is no such model folder, no model that comes with Lenslet, and no official weights of that "
        "name; train one with `lenslet train`, or see `lenslet models`"
    )


def _folder(path: Path) -> "Model":
    from lenslet import card

    found, state = card.load(path.parent if path.name in (card.CARD, card.WEIGHTS) else path)
    if found.task not in ("classify", "detect", "localize", "landmark", "face", "style"):
        raise CardError(f"{path}: its task is {found.task!r}, which this version of Lenslet does not know: update it")
    net = _build(path, found)
    try:
        if found.task == "face":
            from lenslet.tasks.face.embedder import Embedder
            from lenslet.verbs.face_pipeline import assembled

            return cast("Faces | Embedder", assembled(Embedder.restored(net, found, state, path)))
        if found.task == "style":
            return _stylist(path, found, net, state)
        net.load_state_dict(state)
    except RuntimeError as error:
        raise CardError(
            f"{path}: the weights do not fit the net {found.net} that its card names: {_first(error)}"
        ) from error
    if found.task == "detect":
        from lenslet.tasks.detect.detector import Detector

        return Detector(net, found, folder=path)
    if found.task == "localize":
        from lenslet.tasks.localize.localizer import Localizer

        return Localizer(net, found, folder=path)
    if found.task == "landmark":
        from lenslet.tasks.landmark.landmarker import Landmarker

        return Landmarker(net, found, folder=path)
    from lenslet.tasks.classify.classifier import Classifier

    return Classifier(net, found, folder=path)


def _stylist(path: Path, card: "Card", net: Any, state: Any) -> "Model":
    """A net that paints; the encoder that it was trained through is opened only where it is measured."""
    from lenslet.tasks.style.stylist import Stylist
    from lenslet.verbs.encoder import encoder_of
    from lenslet.verbs.progress import bar

    def eyes(name: str) -> Any:
        with bar(shown=False) as silent:
            return encoder_of(name, silent)

    return Stylist.restored(net, card, state, path, eyes)


def _build(path: Path, card: "Card") -> Any:
    """The net of a card; its arguments come from a file, so they are held against what the card says elsewhere."""
    from lenslet.nets import NETS, build

    if card.net not in NETS:
        raise CardError(f"{path}: this version of Lenslet has no net {card.net!r}: update it")
    expected: dict[str, Any] = {"num_classes": len(card.labels), "in_channels": card.preprocess.channels}
    try:
        if card.task == "detect":
            from lenslet.tasks.detect.head import head_of

            head = head_of(card.head, len(card.labels))
            expected |= {"box_outputs": head.box_outputs, "anchors": head.per_cell}
        elif card.task == "localize":
            from lenslet.tasks.localize.decode import NUMBERS

            expected |= {"num_classes": NUMBERS + len(card.labels)}
        elif card.task == "face":
            from lenslet.tasks.face.decode import dimensions_of

            expected |= {"num_classes": dimensions_of(card.head)}
        elif card.task == "landmark":
            from lenslet.tasks.landmark.views import View

            View.from_dict(card.head, len(card.labels))
        others = {k: v for k, v in card.net_arguments.items() if k not in expected}
        if {k: card.net_arguments.get(k) for k in expected} != expected or not all(
            isinstance(v, str) for v in others.values()
        ):
            raise CardError(
                f"{path}: the card is damaged: net_arguments {card.net_arguments} contradict its labels and size"
            )
        return build(card.net, **card.net_arguments)
    except (CallError, ValueError, TypeError) as error:
        raise CardError(f"{path}: the card is damaged: {error}") from error


def _official(name: str) -> "Classifier":
    """A net with the weights its authors published."""
    from lenslet.card import Card, official
    from lenslet.nets import build
    from lenslet.tasks.classify.classifier import Classifier

    state, entry = official.pretrained(name)
    arguments = {"num_classes": len(entry.labels), "in_channels": 3, **entry.arguments}
    net = build(name, **arguments)
    net.load_state_dict(state)
    card = Card(
        task="classify",
        net=name,
        net_arguments=arguments,
        labels=entry.labels,
        preprocess=entry.preprocess,
        licence={"weights": entry.licence},
        measured_on="",
    )
    return Classifier(net, card)


def _first(error: Exception) -> str:
    """The first line that says something, of an error that lists every tensor."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[1] if len(lines) > 1 else lines[0]
