"""Labels as the page sends and gets them: JSON, checked before anything is done with it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from lenslet.data.scenes.annotations import Drawn, Thing

__all__ = ["Names", "SavedClass", "SavedThings", "drawn_to_dict"]

MOST = 20_000  # things on one picture

Number = FiniteFloat


class SentThing(BaseModel):
    """See `Thing`."""

    model_config = ConfigDict(extra="ignore")

    label: str = Field(max_length=200)
    box: tuple[Number, Number, Number, Number] | None = None
    points: dict[str, tuple[Number, Number, int]] | None = None
    difficult: bool = False
    more: str = Field("", max_length=100_000)

    def to_thing(self) -> Thing:
        """As the readers and writers of labels have it."""
        return Thing(self.label.strip(), self.box, self.points, self.difficult, self.more)


class SavedThings(BaseModel):
    """What is to replace the labels of a picture; `things` null takes them away, none of them says: shows nothing."""

    things: list[SentThing] | None = Field(max_length=MOST)
    version: str | None = Field(max_length=64)


class SavedClass(BaseModel):
    """The class of a whole picture; null takes it away."""

    label: str | None = Field(max_length=200)
    version: str | None = Field(max_length=64)


class Names(BaseModel):
    """Names of a project; what is left out stays."""

    classes: list[str] | None = Field(None, max_length=1000)
    points: list[str] | None = Field(None, max_length=500)
    lines: list[tuple[int, int]] | None = Field(None, max_length=2000)
    kind: str | None = Field(None, pattern="^(boxes|points|classes)$")


def drawn_to_dict(drawn: Drawn) -> dict[str, Any]:
    """Labels for the page."""
    things = None if drawn.things is None else [_thing(thing) for thing in drawn.things]
    return {"things": things, "size": drawn.size, "version": drawn.version, "faults": drawn.faults}


def _thing(thing: Thing) -> dict[str, Any]:
    return {
        "label": thing.label,
        "box": thing.box,
        "points": dict(thing.points) if thing.points else None,
        "difficult": thing.difficult,
        "more": thing.more,
    }
