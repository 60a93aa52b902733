"""XML as a tree with line numbers, and nothing that XML can do to harm: no document types, no entities, no other files.

A "billion laughs" file needs a document type to declare its entities; the first sign of one ends the reading.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape

from lenslet.errors import DataError
from lenslet.image.names import spoken

_DEEPEST = 50
_MOST = 1_000_000  # elements


@dataclass
class Node:
    """An element: its name, its text, its children, its line."""

    tag: str
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def child(self, tag: str) -> "Node | None":
        """The first child of that name."""
        return next((child for child in self.children if child.tag == tag), None)

    def said(self, tag: str) -> str:
        """The text of the first child of that name, without spaces around; "" where there is none."""
        found = self.child(tag)
        return found.text.strip() if found else ""

    def all(self, tag: str) -> list["Node"]:
        """Children of that name."""
        return [child for child in self.children if child.tag == tag]


class _RefusedError(Exception):
    """Something that XML allows and a label file has no use for."""


def encoding(content: bytes) -> str | None:
    """The encoding that the first line of an XML file names; one that only decodes text, or None."""
    found = re.match(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']", content)
    if found is None:
        return None
    name = found[1].decode()
    try:
        return name if "x".encode(name) else None
    except (LookupError, UnicodeError):  # base64, zip: no encoding of text
        return None


def parse(path: Path, text: str) -> Node:
    """The tree of a file.

    Raises:
        DataError: it is no XML, or has a document type, or is too deep.
    """
    parser = expat.ParserCreate("utf-8")
    root = Node("", 0)
    stack = [root]
    count = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > _DEEPEST or count > _MOST:
            raise _RefusedError("it is nested too deeply, or far too long, for labels of a picture")
        node = Node(tag, parser.CurrentLineNumber)
        stack[-1].children.append(node)
        stack.append(node)

    def end(_: str) -> None:
        stack.pop()

    def words(text: str) -> None:
        stack[-1].text += text

    def refuse(*_: object) -> int:
        raise _RefusedError("it declares a document type or entities, which labels never need and which can do harm")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.buffer_text = True
    try:
        # as UTF-8, whatever its own first line says: it is decoded already
        parser.Parse(text.encode("utf-8", "replace"), True)
    except _RefusedError as error:
        line = parser.CurrentLineNumber
        raise DataError(f"{spoken(path)}, line {line}: {error}, so it is not read; remove that part") from error
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise DataError(
            f"{spoken(path)}, line {error.lineno}: this is no well-formed XML ({reason}); copy or save it again"
        ) from error
    if not root.children:
        raise DataError(f"{spoken(path)} is empty; copy or save it again")
    return root.children[0]


def element(tag: str, content: "str | list[str]", depth: int = 0) -> str:
    """An element as text, indented by tabs; `content` is its text, or its children as they come from here."""
    pad = "\t" * depth
    if isinstance(content, str):
        # what XML cannot hold at all is left out
        clean = "".join(c for c in content.encode("utf-8", "replace").decode() if c.isprintable() or c in "\t\n\r")
        return f"{pad}<{tag}>{escape(clean)}</{tag}>\n"
    return f"{pad}<{tag}>\n{''.join(content)}{pad}</{tag}>\n"
