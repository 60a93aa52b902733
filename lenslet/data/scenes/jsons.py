"""Large JSON, element by element: the text is held, and of all that it says only the element at hand."""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lenslet.data.scenes.places import text_of
from lenslet.errors import DataError
from lenslet.image.names import spoken

LARGEST = 4 << 30  # bytes
_SPACE = re.compile(r"[ \t\n\r]*")


class Element(NamedTuple):
    """One value: the name it stands under ("" in a list), whether it is one of a list, and its line."""

    name: str
    value: Any
    listed: bool
    line: int


def elements(path: Path, lists: Collection[str] = ()) -> Iterator[Element]:
    """The elements of the outermost list; or the members of the outermost object, and of `lists` each of their own.

    Raises:
        DataError: the file cannot be read or is no JSON; the sentence names the line.
    """
    text = text_of(path, LARGEST)
    walker = _Walker(text)
    try:
        yield from walker.walk(lists)
    except RecursionError as error:
        line = text.count("\n", 0, walker.at) + 1
        raise DataError(
            f"{spoken(path)}, line {line}: this JSON is nested too deeply for labels; write it anew"
        ) from error
    except ValueError as error:  # JSONDecodeError is one; a number of five thousand digits is another
        at = error.pos if isinstance(error, json.JSONDecodeError) else walker.at
        line = text.count("\n", 0, at) + 1
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a number that is too long"
        where = f"{spoken(path)}, line {line}"
        if at >= len(text.rstrip()):
            raise DataError(f"{where}: this JSON breaks off before its end; copy or download it again") from error
        raise DataError(f"{where}: this is no JSON ({reason}); copy or save it again") from error


class _Walker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._decode = json.JSONDecoder().raw_decode
        self._line, self._counted = 1, 0

    def walk(self, lists: Collection[str]) -> Iterator[Element]:
        self._skip()
        if self._peek() == "[":
            yield from self._list("")
        elif self._peek() == "{":
            yield from self._object(lists)
        else:
            raise json.JSONDecodeError("neither a list nor an object", self.text, self.at)
        self._skip()
        if self.at < len(self.text):
            raise json.JSONDecodeError("more after its end", self.text, self.at)

    def _object(self, lists: Collection[str]) -> Iterator[Element]:
        self._take("{")
        while self._peek() != "}":
            if self._peek() != '"':
                raise json.JSONDecodeError("a name in quotation marks is missing", self.text, self.at)
            name, self.at = self._decode(self.text, self.at)
            self._skip()
            self._take(":")
            if name in lists and self._peek() == "[":
                yield from self._list(name)
            else:
                line = self._line_here()
                yield Element(name, self._value(), False, line)
            if not self._more("}"):
                break
        self._take("}")

    def _list(self, name: str) -> Iterator[Element]:
        self._take("[")
        while self._peek() != "]":
            line = self._line_here()
            yield Element(name, self._value(), True, line)
            if not self._more("]"):
                break
        self._take("]")

    def _value(self) -> Any:
        if self.at >= len(self.text):
            raise json.JSONDecodeError("it ends", self.text, self.at)
        value, self.at = self._decode(self.text, self.at)
        self._skip()
        return value

    def _more(self, end: str) -> bool:
        """Whether a comma follows; else the end must."""
        if self._peek() == ",":
            self._take(",")
            if self._peek() == end:
                raise json.JSONDecodeError("a comma before the end", self.text, self.at)
            return True
        return False

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, character: str) -> None:
        if self._peek() != character:
            raise json.JSONDecodeError(f"{character} is missing", self.text, self.at)
        self.at += 1
        self._skip()

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found is not None  # it matches nothing, too
        self.at = found.end()

    def _line_here(self) -> int:
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._line
