"""Points in Pascal VOC: an element `keypoints` in an object. The form has none; other programs pass it by.

    <object>
        <name>face</name>
        <keypoints>
            <point><name>nose</name><x>31.5</x><y>40</y><visible>2</visible></point>
            <point><name>chin</name><visible>0</visible></point>
        </keypoints>
    </object>

`visible` is COCO's: 2 seen, 1 hidden, 0 not known. An object may have points and no `bndbox`.
"""

import math
from collections.abc import Iterable

from lenslet.data.scenes.raw import Mark, Raw, number
from lenslet.data.scenes.scene import Joints
from lenslet.data.scenes.settle import DIGITS
from lenslet.data.scenes.xml import Node, element
from lenslet.results import Points

TAG = "keypoints"
Named = dict[str, tuple[float, float, int]]


def said(thing: Node) -> Named:
    """The points of an object by their names; those of equal name but the first are passed by."""
    found: Named = {}
    holder = thing.child(TAG)
    for place, point in enumerate(holder.all("point") if holder else ()):
        name = point.said("name") or str(place)
        visible = number(point.said("visible") or "2")
        seen = int(visible) if visible in (1, 2) else 0
        where = (number(point.said("x")), number(point.said("y"))) if seen else (math.nan, math.nan)
        found.setdefault(name, (*where, seen))
    return found


def joined(raw: Raw, named: Iterable[tuple[Mark, Named]]) -> None:
    """Give every mark its points in one order, that of their first appearance; none where no object has points."""
    marks = [(mark, points) for mark, points in named]
    names = tuple(dict.fromkeys(name for _, points in marks for name in points))
    if not names:
        return
    unknown = (math.nan, math.nan, 0)
    of = {id(mark): tuple(points.get(name, unknown) for name in names) for mark, points in marks if points}
    for sheet in raw.sheets:
        sheet.marks = [mark._replace(points=of.get(id(mark), ())) for mark in sheet.marks]
    raw.joints = Joints(names)
    raw.boxless = all(mark.box is None for mark, _ in marks)


def elements(points: Points, depth: int) -> str:
    """The element `keypoints` of an object."""
    lines = []
    for name, x, y, visible in points:
        inside = [element("name", name, depth + 2)]
        if visible:
            inside += [element("x", digits(x), depth + 2), element("y", digits(y), depth + 2)]
        lines.append(element("point", [*inside, element("visible", str(visible), depth + 2)], depth + 1))
    return element(TAG, lines, depth)


def digits(value: float) -> str:
    """A coordinate: whole where it is whole."""
    rounded = round(value, DIGITS)
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)
