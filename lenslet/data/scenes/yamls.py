"""The small part of YAML that a data.yaml needs: text, lists and mappings, with the line of each member."""

from pathlib import Path
from typing import Any

import yaml

from lenslet.data.scenes.places import text_of
from lenslet.errors import DataError
from lenslet.image.names import spoken

_LARGEST = 1 << 20  # bytes
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map", "int", "float", "bool", "null"))


class _Plain(yaml.BaseLoader):  # type: ignore[misc]
    """Text, lists and mappings; no tags, and no anchors, by which a small file can become a huge one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node; an alias is refused."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="it refers to itself by anchors (&, *)", problem_mark=mark)
        node = super().compose_node(parent, index)
        if node.tag not in _TAGS:
            raise yaml.MarkedYAMLError(problem=f"it asks for {node.tag}", problem_mark=node.start_mark)
        return node


def described(path: Path) -> dict[str, tuple[Any, int]]:
    """The members of a data.yaml: name -> (value, line); every value is text, a list or a mapping.

    Raises:
        DataError: it is no such file.
    """
    text = text_of(path, _LARGEST)
    try:
        node = yaml.compose(text, Loader=_Plain)
        if not isinstance(node, yaml.MappingNode):
            raise DataError(f"{spoken(path)} is no data.yaml: it has no lines like `names:` and `train:`")
        loader = _Plain("")
        return {
            str(name.value): (loader.construct_object(value, deep=True), name.start_mark.line + 1)
            for name, value in node.value
        }
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        if isinstance(error, DataError):
            raise
        mark = getattr(error, "problem_mark", None)
        where = f"{spoken(path)}{f', line {mark.line + 1}' if mark else ''}"
        reason = getattr(error, "problem", None) or (
            str(error).partition("\n")[0] if isinstance(error, yaml.YAMLError) else "nested wrongly"
        )
        raise DataError(f"{where}: this is no YAML that can be read ({str(reason)[:120]}); write it anew") from error


def quoted(text: str) -> str:
    """A text as YAML of one line, in quotation marks."""
    made: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9)
    return made.strip()
