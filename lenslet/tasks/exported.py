"""What all models from exported files have in common, beside what their task can do. Imports no torch."""

from lenslet.card import Card
from lenslet.runtime import FromFile, OnnxFile

__all__ = ["ExportedModel"]


class ExportedModel(FromFile):
    """Its card is in its file.

    Args:
        file: of a model of the task.

    Raises:
        CardError: what it says of itself is damaged.
    """

    def __init__(self, file: OnnxFile) -> None:
        super().__init__(file)
        self.card = Card.from_dict(file.card, str(file.path))
