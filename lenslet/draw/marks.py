"""Marks on a picture: boxes with their names, points."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num, UInt8
from PIL import Image, ImageDraw

from lenslet.draw.colours import PALETTE, PAPER, Colour
from lenslet.draw.text import font, shortened, width
from lenslet.errors import ShapeError


def boxes(
    image: UInt8[np.ndarray, "h w 3"],
    boxes: Num[np.ndarray, "n 4"],
    labels: Sequence[str] | None = None,
    scores: Num[np.ndarray, " n"] | None = None,
    *,
    kinds: Sequence[int] | None = None,
    dashed: Sequence[bool] | None = None,
    thin: Sequence[bool] | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Draw boxes with a name tag each; the last one comes to lie on top, and no outline crosses a tag.

    Args:
        image: the picture.
        boxes: corners x1 y1 x2 y2, pixels; what lies outside is cut, what is not finite is left out.
        labels: a name a box.
        scores: a number 0..1 a box, shown in percent behind the name.
        kinds: the number of each box's colour; without it, equal names have equal colours.
        dashed: whether the line of each box is broken.
        thin: whether it is half as wide.
    """
    tags = _tags(len(boxes), labels, scores)
    if kinds is None:
        names = list(dict.fromkeys(labels or ()))
        kinds = [names.index(name) for name in labels] if labels else [0] * len(boxes)
    for name, given in (("kinds", kinds), ("dashed", dashed), ("thin", thin)):
        if given is not None and len(given) != len(boxes):
            raise ShapeError(f"{len(boxes)} boxes and {len(given)} {name} do not go together; give one a box")
    height, across = image.shape[:2]
    canvas = Image.fromarray(image)
    pen = ImageDraw.Draw(canvas)
    line = _line(image)
    tagged: list[tuple[str, tuple[int, int, int, int], Colour]] = []
    for number, (box, tag, kind) in enumerate(zip(boxes, tags, kinds, strict=True)):
        if not np.isfinite(box).all():
            continue
        x1, y1, x2, y2 = (round(float(v)) for v in np.clip(box, 0, (across, height, across, height)))
        colour = PALETTE[kind % len(PALETTE)]
        place = (x1, y1, max(x2 - 1, x1), max(y2 - 1, y1))
        wide = (line + 1) // 2 if thin is not None and thin[number] else line
        if dashed is not None and dashed[number]:
            _dashed(pen, place, colour, wide)
        else:
            pen.rectangle(place, outline=colour, width=wide)
        if tag:
            tagged.append((tag, (x1, y1, x2, y2), colour))
    taken: list[tuple[int, int, int, int]] = []
    placed = [_tag(tag, box, (across, height), _text_size(image), taken) for tag, box, _ in reversed(tagged)]
    for (text, place), (_, _, colour) in zip(reversed(placed), tagged, strict=True):
        pen.rectangle(place, fill=colour)
        middle = (place[0] + _pad(_text_size(image)), (place[1] + place[3] + 1) / 2)
        pen.text(middle, text, fill=PAPER, font=font(_text_size(image), text), anchor="lm")
    return np.array(canvas)


def points(
    image: UInt8[np.ndarray, "h w 3"],
    points: Num[np.ndarray, "n 2"],
    *,
    kinds: Sequence[int] | None = None,
    radius: int | float | None = None,
) -> UInt8[np.ndarray, "h w 3"]:
    """Draw points as filled discs with a light rim.

    Args:
        image: the picture.
        points: x y, pixels; what is not finite is left out.
        kinds: the number of each point's colour.
        radius: of a disc, pixels; by the size of the picture unless given.
    """
    if kinds is not None and len(kinds) != len(points):
        raise ShapeError(f"{len(points)} points and {len(kinds)} kinds do not go together; give one a point")
    # Drawn at four times the size and shrunk: Pillow's own discs have stairs
    fine = 4
    height, across = image.shape[:2]
    size = float(radius if radius is not None else max(min(height, across) / 110, 1.6)) * fine
    picture = Image.fromarray(image)
    for number, point in enumerate(points):
        if not np.isfinite(point).all() or np.abs(point).max() > 1e6:
            continue
        colour = PALETTE[(kinds[number] if kinds is not None else 0) % len(PALETTE)]
        x, y = float(point[0]), float(point[1])
        rim = size + fine * 0.8
        reach = int(rim / fine) + 2
        left, top = int(x) - reach, int(y) - reach
        mask_rim, mask = (_disc(reach, fine, (x - left) * fine, (y - top) * fine, r) for r in (rim, size))
        picture.paste(PAPER, (left, top), mask_rim)
        picture.paste(colour, (left, top), mask)
    return np.array(picture)


def lines(
    image: UInt8[np.ndarray, "h w 3"],
    points: Num[np.ndarray, "n 2"],
    pairs: Sequence[tuple[int, int]],
    *,
    kind: int = 1,
) -> UInt8[np.ndarray, "h w 3"]:
    """Draw straight lines between points.

    Args:
        image: the picture.
        points: x y, pixels; a line to one that is not finite is left out.
        pairs: numbers of the points that each line joins.
        kind: the number of the colour.
    """
    picture = Image.fromarray(image)
    pen = ImageDraw.Draw(picture)
    for ends in pairs:
        place = np.asarray(points, np.float64)[list(ends)]
        if np.isfinite(place).all() and np.abs(place).max() < 1e6:
            pen.line([tuple(end) for end in place.tolist()], fill=PALETTE[kind % len(PALETTE)], width=_line(image))
    return np.array(picture)


def _dashed(pen: ImageDraw.ImageDraw, place: tuple[int, int, int, int], colour: Colour, wide: int) -> None:
    """A rectangle of dashes."""
    x1, y1, x2, y2 = place
    for start, end in _dashes(x1, x2, 4 * wide):
        pen.rectangle((start, y1, end, min(y1 + wide - 1, y2)), fill=colour)
        pen.rectangle((start, max(y2 - wide + 1, y1), end, y2), fill=colour)
    for start, end in _dashes(y1, y2, 4 * wide):
        pen.rectangle((x1, start, min(x1 + wide - 1, x2), end), fill=colour)
        pen.rectangle((max(x2 - wide + 1, x1), start, x2, end), fill=colour)


def _dashes(first: int, last: int, dash: int) -> list[tuple[int, int]]:
    """Where the dashes of a side lie: one in each corner, the others evenly between."""
    gaps = max(round((last - first - dash) / (1.8 * dash)), 1)
    starts = np.linspace(first, max(last - dash + 1, first), gaps + 1).round().astype(int).tolist()
    return [(start, min(start + dash - 1, last)) for start in starts]


def _disc(reach: int, fine: int, x: float, y: float, radius: float) -> Image.Image:
    """An antialiased disc as a mask of 2 x reach + 1 pixels."""
    side = 2 * reach + 1
    large = Image.new("L", (side * fine, side * fine))
    ImageDraw.Draw(large).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return large.resize((side, side), Image.Resampling.BOX)


def _tags(count: int, labels: Sequence[str] | None, scores: Num[np.ndarray, " n"] | None) -> list[str]:
    """What is written at each box."""
    for name, given in (("labels", labels), ("scores", scores)):
        if given is not None and len(given) != count:
            raise ShapeError(f"{count} boxes and {len(given)} {name} do not go together; give one a box")
    shares = [f"{float(s):.0%}" for s in scores] if scores is not None else [""] * count
    return [f"{label} {share}".strip() for label, share in zip(labels or [""] * count, shares, strict=True)]


def _tag(
    text: str,
    box: tuple[int, int, int, int],
    room: tuple[int, int],
    size: int,
    taken: list[tuple[int, int, int, int]],
) -> tuple[str, tuple[int, int, int, int]]:
    """What fits of a tag, and its place: above the box, else inside it, else below, where no other tag lies."""
    x1, y1, x2, y2 = box
    across, height = room
    text = shortened(text, size, across - 2 * _pad(size))
    wide, high = width(text, size) + 2 * _pad(size), size + 2 * _pad(size)
    corners = [(x1, y1 - high), (x1, y1), (x2 - wide, y1 - high), (x1, y2), (x1, y2 - high), (x2 - wide, y2 - high)]
    places = []
    for left, top in corners:
        left = max(min(left, across - wide), 0)
        if 0 <= top <= max(height - high, 0):
            places.append((left, top, left + wide - 1, top + high - 1))
    places = places or [(max(min(x1, across - wide), 0), y1, x1 + wide - 1, y1 + high - 1)]
    place = next((p for p in places if not any(_meet(p, other) for other in taken)), places[0])
    taken.append(place)
    return text, place


def _meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether two tags lie on each other."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _pad(size: int) -> int:
    return max(size // 4, 2)


def _line(image: UInt8[np.ndarray, "h w 3"]) -> int:
    shorter: int = min(image.shape[:2])
    return max(2, round(shorter / 180))


def _text_size(image: UInt8[np.ndarray, "h w 3"]) -> int:
    shorter: int = min(image.shape[:2])
    return min(max(shorter // 28, 11), 40)
