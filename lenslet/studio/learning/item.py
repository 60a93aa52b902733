"""What an item of the course is."""

from dataclasses import dataclass

__all__ = ["WEEKS", "Item", "anchor"]

WEEKS = {
    1: "Foundations",
    2: "Case studies and practice",
    3: "Detection",
    4: "Faces and style",
}


@dataclass(frozen=True)
class Item:
    """An item of the course.

    Args:
        number: "1.2" is the second of the first week.
        title: what it is about.
        says: it in short.
        code: names in Lenslet, or commands.
        at: the address in the studio, of a lesson or of another page.
    """

    number: str
    title: str
    says: str
    code: tuple[str, ...]
    at: str

    @property
    def week(self) -> int:
        """Of the course."""
        return int(self.number.partition(".")[0])


def anchor(item: Item) -> str:
    """Its name in the map of the course."""
    return "item-" + item.number.replace(".", "-")
