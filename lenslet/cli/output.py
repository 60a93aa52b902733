"""The two streams of a command: results on stdout, everything else on stderr."""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "number", "percent", "prepare", "say", "table", "write", "write_json"]

SCHEMA = 1


def prepare() -> None:
    """Let no character crash the command: what a terminal cannot show is written as its escape.

    A file name may hold bytes that are no text at all, and a terminal may know nothing but ASCII.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def console(*, stderr: bool = False) -> "Console":
    """A Rich console that prints text as it is; it reads NO_COLOR, TERM and whether there is a terminal itself."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = 160  # a pipe has no edge to wrap at
    return made


def write(text: str = "") -> None:
    """One line of the result."""
    sys.stdout.write(text + "\n")


def say(text: str) -> None:
    """One line beside the result: on stderr, so that a pipe carries results only."""
    sys.stderr.write(text + "\n")


def write_json(record: Mapping[str, Any]) -> None:
    """One JSON object on one line, led by "schema"."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(_finite({"schema": SCHEMA, **record}), ensure_ascii=plain, allow_nan=False, default=_plain)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()  # a line per image is worth more now than when the buffer is full


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout; columns whose first row holds a number are aligned to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = bool(rows) and isinstance(rows[0][index], int | float) and not isinstance(rows[0][index], bool)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(_cell(cell)) for cell in row))
    console().print(made)


def number(value: int | float | None) -> str:
    """A number a person reads: whole numbers with separators, others with three digits that count; a dash for none."""
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"


def percent(value: int | float | None) -> str:
    """A fraction as a percentage with one decimal; a dash for none."""
    return "-" if value is None else f"{100 * value:.1f} %"


def _cell(value: object) -> str:
    if value is None or isinstance(value, int | float):
        return number(value)
    return str(value)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: what is not a number is null."""
    if isinstance(value, Mapping):
        return {str(name): _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: object) -> object:
    """What JSON has no word for: paths as text, NumPy numbers and arrays as Python's own."""
    for way in ("to_dict", "tolist"):
        if hasattr(value, way):
            return getattr(value, way)()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
