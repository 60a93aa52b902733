"""A page as a value: sections of paragraphs, figures, tables and pictures, rendered into one file.

Everything is embedded, nothing is fetched, no script runs; labels and file names are escaped by Jinja, because they
come from strangers.
"""

import base64
import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lenslet.files import write_whole


@dataclass(frozen=True)
class Figure:
    """A plot or a picture across the page: PNG bytes, or an array; shown at most `widest` pixels wide."""

    image: bytes | UInt8[np.ndarray, "h w 3"]
    caption: str
    widest: int = 820
    kind: str = field(default="figure", init=False)

    @property
    def source(self) -> str:
        """The image as a data URL."""
        return _png(self.image) if isinstance(self.image, bytes) else _small(self.image, 1600)


@dataclass(frozen=True)
class Table:
    """Rows under a head; numbers are set flush right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    kind: str = field(default="table", init=False)

    def is_numeric(self, column: int) -> bool:
        """Whether a column behind the first holds nothing but numbers and ranges of them."""
        filled = [row[column] for row in self.rows if row[column]]
        return column > 0 and bool(filled) and all(_is_number(cell) for cell in filled)


@dataclass(frozen=True)
class Pictures:
    """Small pictures side by side, each with a line or two below."""

    items: tuple[tuple[UInt8[np.ndarray, "_ _ 3"], str], ...]
    side: int = 144
    kind: str = field(default="pictures", init=False)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """(data URL, caption) of each."""
        return [(_small(picture, 2 * self.side), caption) for picture, caption in self.items]


@dataclass(frozen=True)
class Together:
    """Pictures that belong together, on one card, each with a line or two below; and what is said of them all."""

    items: tuple[tuple[UInt8[np.ndarray, "_ _ 3"], str], ...]
    caption: str
    side: int = 144
    kind: str = field(default="together", init=False)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """(data URL, caption) of each."""
        return [(_small(picture, 2 * self.side), caption) for picture, caption in self.items]


@dataclass(frozen=True)
class Code:
    """Something to type."""

    text: str
    kind: str = field(default="code", init=False)


Block = str | Figure | Table | Pictures | Together | Code


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it; plain strings are paragraphs."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A report.

    Args:
        title: of the page and its first heading.
        headline: the one number or sentence that matters most, set large.
        lead: a sentence or two under it.
        sections: in reading order.
        foot: a line at the end: versions, date.
    """

    title: str
    headline: str
    lead: str
    sections: tuple[Section, ...]
    foot: str = ""

    def html(self) -> str:
        """The page as text."""
        from jinja2 import Environment, PackageLoader, StrictUndefined

        room = Environment(
            loader=PackageLoader("lenslet.report", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        return room.get_template("page.html").render(page=self)

    def write(self, path: Path) -> Path:
        """Write the page, whole or not at all."""
        write_whole(path, self.html())
        return path


def _is_number(cell: str) -> bool:
    return cell[:1].isdigit() and not any(c.isalpha() for c in cell.replace(" to ", ""))


def _png(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


def _small(picture: UInt8[np.ndarray, "h w 3"], longest: int) -> str:
    """A picture as a data URL with its longer side at most `longest`; tiny ones are enlarged with hard pixels."""
    from PIL import Image

    shown = Image.fromarray(picture)
    if max(shown.size) < 96:
        factor = -(-192 // max(shown.size))
        shown = shown.resize((shown.width * factor, shown.height * factor), Image.Resampling.NEAREST)
        buffer = io.BytesIO()
        shown.save(buffer, "PNG", optimize=True)
        return _png(buffer.getvalue())
    shown.thumbnail((longest, longest))
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
