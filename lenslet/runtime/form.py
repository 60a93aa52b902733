"""What an ONNX file says of itself, read without running it: its metadata, its inputs, and what lies outside it.

An ONNX file is a protocol buffer: fields with a number and a length, one in the other. Only their frames are looked at,
so that a file that is cut off, or whose weights are said to lie elsewhere on the disk, is refused before anything opens
it. Source: onnx.proto of ONNX 1.17, whose field numbers stand below.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from lenslet.errors import CardError

__all__ = ["Form", "read_form"]

# onnx.proto: message.field
_PRODUCER, _GRAPH, _METADATA, _FUNCTIONS = 2, 7, 14, 25  # ModelProto
_NODE, _INITIALIZER, _INPUT, _OUTPUT, _SPARSE = 1, 5, 11, 12, 15  # GraphProto
_ATTRIBUTE, _FUNCTION_NODE = 5, 7  # NodeProto, FunctionProto
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS, _SPARSE_TENSOR, _SPARSE_TENSORS = 5, 6, 10, 11, 22, 23  # AttributeProto
_TENSOR_NAME, _EXTERNAL = 8, 13  # TensorProto
_DEEPEST = 32  # graphs in graphs


@dataclass
class Form:
    """What a file says of itself.

    Attributes:
        metadata: text by key.
        inputs: names, those with a value of their own (`optional`) included.
        outputs: names.
        optional: inputs that need not be given.
        external: where weights are said to lie outside the file.
    """

    metadata: dict[str, str] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    initializers: set[str] = field(default_factory=set)
    external: set[str] = field(default_factory=set)

    @property
    def optional(self) -> tuple[str, ...]:
        """Inputs that need not be given."""
        return tuple(name for name in self.inputs if name in self.initializers)


def read_form(content: bytes, path: Path) -> Form:
    """Read the frames of a file.

    Args:
        content: of the file.
        path: of the file, which weights outside it must lie beside.

    Raises:
        CardError: it is no ONNX file, it is cut off, or its weights are said to lie outside its folder.
    """
    found = Form()
    graphs = 0
    try:
        for number, value in _fields(memoryview(content)):
            if number == _GRAPH:
                graphs += 1
                _graph(value, found, 0)
            elif number == _METADATA:
                _metadata(value, found)
            elif number == _FUNCTIONS:
                for inner, node in _fields(value):
                    if inner == _FUNCTION_NODE:
                        _node(node, found, 0)
    except ValueError as error:
        raise CardError(f"{path} is no ONNX file, or not all of one: {error}; copy or export it again") from error
    if graphs != 1:
        raise CardError(f"{path} is no ONNX file: there is no graph in it")
    for place in sorted(found.external):
        _refuse_outside(place, path)
    return found


def _graph(data: memoryview, found: Form, depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError(f"graphs lie in graphs more than {_DEEPEST} deep")
    for number, value in _fields(data):
        if number == _NODE:
            _node(value, found, depth)
        elif number == _INITIALIZER:
            _tensor(value, found, named=depth == 0)
        elif number == _SPARSE:
            _sparse(value, found)
        elif number in (_INPUT, _OUTPUT) and depth == 0:
            names = [_text(part) for inner, part in _fields(value) if inner == 1]
            (found.inputs if number == _INPUT else found.outputs).extend(names)


def _node(data: memoryview, found: Form, depth: int) -> None:
    for number, attribute in _fields(data):
        if number != _ATTRIBUTE:
            continue
        for inner, value in _fields(attribute):
            if inner in (_TENSOR, _TENSORS):
                _tensor(value, found, named=False)
            elif inner in (_SPARSE_TENSOR, _SPARSE_TENSORS):
                _sparse(value, found)
            elif inner in (_SUBGRAPH, _SUBGRAPHS):
                _graph(value, found, depth + 1)


def _sparse(data: memoryview, found: Form) -> None:
    for number, value in _fields(data):
        if number in (1, 2):  # values, indices
            _tensor(value, found, named=False)


def _tensor(data: memoryview, found: Form, *, named: bool) -> None:
    for number, value in _fields(data):
        if number == _TENSOR_NAME and named:
            found.initializers.add(_text(value))
        elif number == _EXTERNAL:
            key, place = _entry(value)
            if key == "location":
                found.external.add(place)


def _metadata(data: memoryview, found: Form) -> None:
    key, value = _entry(data)
    found.metadata[key] = value


def _entry(data: memoryview) -> tuple[str, str]:
    parts = {number: _text(value) for number, value in _fields(data) if number in (1, 2)}
    return parts.get(1, ""), parts.get(2, "")


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and bytes of each field; those of plain numbers come without bytes.

    Raises:
        ValueError: the bytes end within a field, or are none.
    """
    place, end = 0, len(data)
    while place < end:
        tag, place = _number(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            _, place = _number(data, place)
            yield number, data[:0]
            continue
        if kind == 2:
            size, place = _number(data, place)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("its bytes are no protocol buffer")
        if number == 0 or size > end - place:
            raise ValueError(f"a part of {size:,} bytes is announced where {end - place:,} are left")
        yield number, data[place : place + size] if kind == 2 else data[:0]
        place += size


def _number(data: memoryview, place: int) -> tuple[int, int]:
    """A number in seven bits a byte, and the place behind it."""
    value = shift = 0
    while True:
        if place >= len(data) or shift > 63:
            raise ValueError("it ends in the middle of a number")
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


def _text(data: memoryview) -> str:
    return bytes(data).decode("utf-8")  # UnicodeDecodeError is a ValueError


def _refuse_outside(place: str, path: Path) -> None:
    """Weights lie beside the file or below it, and no link leads out of there.

    Raises:
        CardError: they do not.
    """
    folder = path.parent.resolve()
    plain = PurePosixPath(place)
    windows = PureWindowsPath(place)
    parts = (*plain.parts, *windows.parts)
    away = plain.is_absolute() or windows.is_absolute() or bool(windows.drive) or ".." in parts
    if away or not place or not (folder / place).resolve().is_relative_to(folder):
        raise CardError(
            f"{path} says that its weights lie in {place[:80]!r}, outside its own folder: that is not opened"
        )
