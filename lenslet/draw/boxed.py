"""Boxes with their names on a picture, readable from 40 pixels to 8,000 and from one box to thousands."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, Num, UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import Colour, colour_of, ink_on, luminance
from lenslet.draw.dashes import in_dashes
from lenslet.draw.legend import with_legend
from lenslet.draw.tags import places
from lenslet.draw.text import MISSING, drawable, font, shortened, width
from lenslet.errors import ShapeError

_SMALLEST = 10  # pixels a line of text
_ENOUGH = 0.6  # of the tags have to find a place, or all get shorter
_COVERED = 0.25  # of the picture at the most, by tags
_SHRINK = (1.0, 0.8, 0.65)


def boxes(
    image: UInt8[np.ndarray, "h w 3"],
    boxes: Num[np.ndarray, "n 4"],
    labels: Sequence[str] | None = None,
    scores: Num[np.ndarray, " n"] | None = None,
    *,
    kinds: Sequence[int] | None = None,
    dashed: Sequence[bool] | None = None,
    thin: Sequence[bool] | None = None,
    legend: bool = False,
) -> UInt8[np.ndarray, "H W 3"]:
    """Draw boxes with a name tag each; the last one comes to lie on top, and chooses the place of its tag first.

    No tag covers another or leaves the picture. Where there is no room for all, text and lines get smaller; then,
    with a legend, tags show the score alone, or nothing; tags that still find no place are left out.

    Args:
        image: the picture.
        boxes: corners x1 y1 x2 y2, pixels; what lies outside is cut, what is not finite is left out.
        labels: a name a box; one that no font here can draw is replaced by its kind: `#3`.
        scores: a number 0..1 a box, shown in percent behind the name.
        kinds: the number of each box's colour; without it, equal names have equal colours.
        dashed: whether the line of each box is broken.
        thin: whether it is half as wide.
        legend: where a name found no room, add a strip below the picture that names the colours and counts the boxes.

    Returns:
        The picture, of the same size unless it got a legend.
    """
    each = {"labels": labels, "scores": scores, "kinds": kinds, "dashed": dashed, "thin": thin}
    for name, given in each.items():
        if given is not None and len(given) != len(boxes):
            raise ShapeError(f"{len(boxes)} boxes and {len(given)} {name} do not go together; give one a box")
    if kinds is None:
        order = {name: number for number, name in enumerate(dict.fromkeys(labels or ()))}
        kinds = [order[name] for name in labels] if labels else [0] * len(boxes)
    rows = np.flatnonzero(np.isfinite(boxes).all(1)).tolist()
    height, across = image.shape[:2]
    inside = np.clip(np.asarray(boxes, np.float64)[rows], 0, (across, height, across, height)).round().astype(np.int64)
    inside[:, 2:] = np.maximum(inside[:, 2:], inside[:, :2])
    colours = [colour_of(kinds[row]) for row in rows]
    names = [_name(labels[row], kinds[row]) if labels else "" for row in rows]
    shares = [f"{float(scores[row]):.0%}" if scores is not None else "" for row in rows]
    tags = _Tags(names, shares, inside, (height, across))
    tags.fill(by_colour=legend)

    canvas = Image.fromarray(image)
    pen = ImageDraw.Draw(canvas)
    line = max(round(tags.size / 6), 1)
    for row, box, colour in zip(rows, inside.tolist(), colours, strict=True):
        wide = (line + 1) // 2 if thin is not None and thin[row] else line
        if dashed is not None and dashed[row]:
            x1, y1, x2, y2 = box
            in_dashes(pen, (x1, y1, max(x2 - 1, x1), max(y2 - 1, y1)), colour, wide)
        else:
            _outline(pen, box, colour, wide)
    for row, place in enumerate(tags.place.tolist()):
        if place[0] >= 0:
            tags.write(pen, row, place, colours[row])
    made = np.array(canvas)
    if not legend or not any(names) or not tags.lost:
        return made
    counts = Counter(zip(names, (kinds[row] for row in rows), strict=True))
    entries = [(name, colour_of(kind), f"{count:,}") for (name, kind), count in counts.most_common()]
    return with_legend(made, entries, max(text_size(image.shape), 12))


class _Tags:
    """What is written at each box, how large, and where."""

    def __init__(
        self, names: list[str], shares: list[str], boxes: Int[np.ndarray, "n 4"], room: tuple[int, int]
    ) -> None:
        self.names, self.shares, self.boxes, self.room = names, shares, boxes, room
        self.base = self.size = text_size(room)
        self.place = np.full((len(names), 2), -1, np.int64)
        self.known: dict[tuple[str, int], tuple[str, int]] = {}
        self.lost = False
        """Whether a name is not to be read in full anywhere at its box."""

    def fill(self, *, by_colour: bool) -> None:
        """Find the largest text with which all tags have a place, else the smallest, and shorter tags if they may
        be."""
        written = np.array([bool(name or share) for name, share in zip(self.names, self.shares, strict=True)], bool)
        if not written.any():
            return
        sizes = sorted({max(round(self.base * share), min(_SMALLEST, self.base)) for share in _SHRINK}, reverse=True)
        found = 0.0
        for size in sizes:
            self.size = size
            found = self._settle(written, by_colour)
            if found == 1:
                break
        named = bool(any(self.names))
        if by_colour and named and found < _ENOUGH:
            self.names = [""] * len(self.names)
            written = np.array([bool(share) for share in self.shares], bool)
            found = self._settle(written, by_colour) if written.any() else 0.0
            if found < _ENOUGH:
                self.place[:] = -1
        short = any(self.text(name)[0] != drawable(name) for name in set(self.names))
        self.lost = named and (found < 1 or short or not any(self.names))

    def _settle(self, written: np.ndarray, by_colour: bool) -> float:
        """Choose the places at this size, the last box first; returns the share of tags that have one."""
        rows = np.flatnonzero(written)[::-1].tolist()
        pad, high = self.pad, self.size + 2 * self.pad
        wide = [self.text(self.names[row])[1] + self.text(self.shares[row])[1] + self.gap(row) for row in rows]
        sizes = np.stack([np.array(wide, np.int64) + 2 * pad, np.full(len(rows), high, np.int64)], 1)
        self.place[:] = -1
        if by_colour and int(sizes.prod(1).sum()) > _COVERED * self.room[0] * self.room[1]:
            return 0.0
        self.place[rows] = places(sizes, self.boxes[rows], self.room, cell=max(self.size // 4, 1))
        return float((self.place[rows, 0] >= 0).mean())

    @property
    def pad(self) -> int:
        """Around the text, pixels."""
        return max(self.size // 5, 2)

    def gap(self, row: int) -> int:
        """Between name and score, pixels."""
        return self.size // 3 if self.names[row] and self.shares[row] else 0

    def text(self, text: str) -> tuple[str, int]:
        """As it is written at this size, and how wide that is; measured once."""
        if (text, self.size) not in self.known:
            most = min(self.room[1] - 2 * self.pad - 3 * self.size, max(self.room[1] // 2, 12 * self.size))
            short = shortened(text, self.size, max(most, self.size)) if text else ""
            self.known[text, self.size] = (short, width(short, self.size) if text else 0)
        return self.known[text, self.size]

    def write(self, pen: ImageDraw.ImageDraw, row: int, place: Sequence[int], colour: Colour) -> None:
        """Draw one tag; name and score apart, so that they stand in this order in scripts from right to left, too."""
        (name, wide), (share, more) = self.text(self.names[row]), self.text(self.shares[row])
        x, y = place
        across = wide + self.gap(row) + more + 2 * self.pad
        pen.rectangle((x, y, x + across - 1, y + self.size + 2 * self.pad - 1), fill=colour)
        ink, middle = ink_on(colour), y + self.pad + self.size / 2
        pen.text((x + self.pad, middle), name, fill=ink, font=font(self.size, name), anchor="lm")
        start = x + self.pad + wide + self.gap(row)
        pen.text((start, middle), share, fill=ink, font=font(self.size, share), anchor="lm")


def text_size(shape: Sequence[int]) -> int:
    """Height of a line of text that suits a picture, pixels: it grows with the picture, though not as fast."""
    height, across = shape[:2]
    size = max(round(0.24 * float(height * across) ** 0.325), 11)
    return int(min(size, max(height // 2, _SMALLEST)))


def _name(name: str, kind: int) -> str:
    """The name, or the number of its class where the fonts of this machine lack most of its characters."""
    shown = drawable(name)
    return f"#{kind}" if shown.count(MISSING) > len(shown.replace(" ", "")) / 2 else name


def _outline(pen: ImageDraw.ImageDraw, box: Sequence[int], colour: Colour, line: int) -> None:
    """A frame inside its corners, thinner for a small box, with a hairline inside that sets it off the picture."""
    x1, y1, x2, y2 = box
    x2, y2 = max(x2 - 1, x1), max(y2 - 1, y1)
    thick = max(min(line, min(x2 - x1, y2 - y1) // 10), 1)
    pen.rectangle((x1, y1, x2, y2), outline=colour, width=thick)
    hair = max(thick // 3, int(thick > 1 and luminance(colour) > 0.4))  # light lines need it on light pictures
    if hair:
        pen.rectangle((x1 + thick, y1 + thick, x2 - thick, y2 - thick), outline=ink_on(colour), width=hair)
