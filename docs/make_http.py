"""Write docs/http.md from the server's own OpenAPI.

Command: python docs/make_http.py [--check]
--check changes nothing and exits 1 where the page is not what the server says.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("http.md")
HEAD = """# HTTP

<!-- made by docs/make_http.py from the server's own OpenAPI; do not edit -->

What `lenslet serve` answers; [Serving](serving.md) says how to start it, with a first `curl` of every route. A running
server says the same at `/openapi.json`, with its own models and limits.

Fields are sent as a form (`multipart/form-data`; where there is no picture `application/x-www-form-urlencoded`, too).
Several values of one field: send it several times. The token is sent as `Authorization: Bearer TOKEN`.
"""
TASKS = ("classify", "detect", "localize", "landmark", "face")


class Nobody:
    """A face model that is never asked."""

    name, fingerprint, dimensions = "faces", "00", 2

    def encode(self, picture: Any) -> list[Any]:
        """Nothing."""
        del picture
        return []


def described() -> dict[str, Any]:
    """OpenAPI of a server with a model that finds things, and a gallery."""
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"LENSLET_KEYS": f"{place}/keys", "LENSLET_CACHE": f"{place}/cache"}
        os.environ.pop("LENSLET_KEY", None)
        from lenslet.serve.app import create_app
        from lenslet.verbs.gallery import Gallery

        with Gallery(f"{place}/people.db", Nobody()) as people:
            made: dict[str, Any] = create_app(["bloodcells"], gallery=people, token="0" * 16).openapi()
        return made


def page() -> str:
    """The page as Markdown."""
    from lenslet.serve.shapes import PROBLEMS

    found = described()
    parts = [HEAD]
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            parts += _route(path, method, operation)
    parts.append('## Refusals\n\n`{"schema": 1, "status": 422, "error": "one sentence"}`\n')
    parts.append("| status | when |\n|---|---|")
    parts += [f"| {status} | {said} |" for status, said in PROBLEMS.items()]
    return "\n".join(parts) + "\n"


def _route(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    lock = " It demands the token." if operation.get("security") else ""
    parts = [f"## {method.upper()} {path}\n", f"{operation['summary'].rstrip('.')}.{lock}\n"]
    if said := operation.get("description"):
        parts.append(said.strip() + "\n")
    if body := operation.get("requestBody"):
        form = body["content"]["multipart/form-data"]["schema"]
        parts.append("| field | takes | default | |\n|---|---|---|---|")
        parts += [_field(name, one, form.get("required", ())) for name, one in form["properties"].items()]
        parts.append("")
    answer = operation["responses"]["200"]
    parts.append(f"**200**: {answer['description']}\n")
    if path.startswith("/v1/predict"):
        from lenslet.serve.shapes import of_task

        for task in TASKS:
            parts.append(f"A model of task `{task}`:\n\n{_json(of_task(task)[0])}\n")
    else:
        for kind, content in answer.get("content", {}).items():
            if "example" in content:
                text = content["example"]
                shown = _json(text) if kind == "application/json" else f"```text\n{text.strip()}\n```"
                parts.append(f"`{kind}`:\n\n{shown}\n")
    others = [status for status in operation["responses"] if status != "200"]
    parts.append(f"Refusals: {', '.join(others)}.\n")
    return parts


def _field(name: str, one: dict[str, Any], required: Any) -> str:
    inner = one["anyOf"][1] if "anyOf" in one else one.get("items", one)
    kind = "a file" if inner.get("format") == "binary" else inner["type"]
    if "enum" in inner:
        kind = " or ".join(f"`{json.dumps(value) if isinstance(value, bool) else value}`" for value in inner["enum"])
    if "minimum" in inner:
        kind += f", {_number(inner['minimum'])} to {_number(inner['maximum'])}"
    kind += ", once or more" if "anyOf" in one or "items" in one else ""
    default = "**needed**" if name in required else f"`{json.dumps(one['default'])}`" if "default" in one else ""
    return f"| `{name}` | {kind} | {default} | {one['description'].replace('|', chr(92) + '|')} |"


def _number(value: float | int) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _json(value: Any) -> str:
    return f"```json\n{json.dumps(value, ensure_ascii=False)}\n```"


def main() -> None:
    """Write the page, or say whether it is stale."""
    new = page()
    stale = not PAGE.exists() or PAGE.read_text() != new
    if stale and "--check" not in sys.argv:
        PAGE.write_text(new)
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
