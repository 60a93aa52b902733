"""The log: each line authenticates all lines before it, and a seal on the end says how many there are."""

import hmac
import json
from collections.abc import Sequence
from typing import Any

from lenslet.gallery.records import now
from lenslet.gallery.rows import LogRow

__all__ = ["broken", "head_of", "next_line"]


def next_line(key: bytes, last: LogRow | None, what: str, facts: dict[str, Any]) -> LogRow:
    """The line that follows `last`.

    Args:
        key: of the chain; who does not have it cannot write a line that fits.
        last: the newest line so far.
        what: enrol, delete, ...
        facts: ids and counts; never a name, a picture or a number of an encoding.
    """
    number = last.id + 1 if last else 1
    entry = json.dumps({"n": number, "at": now(), "what": what, **facts}, ensure_ascii=False)
    return LogRow(number, entry, _chained(key, last.chained if last else b"", entry))


def head_of(key: bytes, last: LogRow) -> bytes:
    """What shows that nothing was cut off after `last`."""
    return hmac.digest(key, b"head" + str(last.id).encode() + last.chained, "sha256")


def broken(key: bytes, lines: Sequence[LogRow], head: bytes | None) -> list[str]:
    """Sentences on what does not fit; none where the log is whole."""
    before, found = b"", []
    for number, line in enumerate(lines, 1):
        if line.id != number:
            return [f"the log has no line {number}: it was taken out"]
        if not hmac.compare_digest(line.chained, _chained(key, before, line.entry)):
            return [f"line {number} of the log was changed: it and what follows cannot be trusted"]
        before = line.chained
    if not lines:
        found.append("the log is empty: at least one line, of how the gallery was made, belongs there")
    elif head is None or not hmac.compare_digest(head, head_of(key, lines[-1])):
        found.append(f"the log ends with line {len(lines)}, and something was cut off behind it")
    return found


def _chained(key: bytes, before: bytes, entry: str) -> bytes:
    return hmac.digest(key, before + entry.encode(), "sha256")
