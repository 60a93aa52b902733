"""Write the figures of benchmarks/results/*.json into docs/benchmarks.md, and a choice of them into the README.

Command: python -m benchmarks.table [--check]
--check changes nothing and exits 1 where a section is not what the results say.
"""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.chosen import CHOSEN

ROOT = Path(__file__).resolve().parents[1]
START, END = "<!-- figures: made by benchmarks/table.py from benchmarks/results -->", "<!-- end of figures -->"
PAGES = ("README.md", "docs/benchmarks.md")


def read(folder: Path) -> list[dict[str, Any]]:
    """The result files, in the order of their names."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def section(results: list[dict[str, Any]]) -> str:
    """The tables as Markdown: one per suite and machine, each with its command, machine and date."""
    if not results:
        return "Nothing has been measured yet.\n"
    parts = []
    for result in results:
        machine = result["machine"]
        described = machine if isinstance(machine, str) else ", ".join(_named(*item) for item in machine.items())
        lines = [
            f"**{result['suite']}** — `{result['command']}`, {result['date']}; {described}",
            "",
            "| what | figure | n | spread | target |",
            "|---|---:|---:|---|---|",
        ]
        lines += [_row(row) for row in result["rows"]]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def chosen(results: list[dict[str, Any]]) -> str:
    """A short table as Markdown: the rows of `CHOSEN`, each with what stands beside it, its target and its n.

    Raises:
        ValueError: a suite that was measured has no such row any more.
    """
    suites = {result["suite"]: {row["what"]: row for row in result["rows"]} for result in results}
    lines = ["| what | Lenslet | beside it | wanted | n |", "|---|---:|---:|---|---:|"]
    for one in CHOSEN:
        rows = suites.get(one.suite, {})
        if not rows:
            continue
        if one.what not in rows:
            raise ValueError(f"{one.suite} has no row {one.what!r}: mend benchmarks/chosen.py")
        own, other = rows[one.what], rows.get(one.beside)
        beside = "" if other is None else f"{_short(other)} ({one.named})"
        lines.append(f"| {one.said} | {_short(own)} | {beside} | {own.get('target') or ''} | {own['n']} |")
    return "\n".join(lines) + "\n"


def filled(page: str, tables: str) -> str:
    """`page` with the text between the marks replaced.

    Raises:
        ValueError: the marks are missing.
    """
    head, found, rest = page.partition(START)
    _, also, tail = rest.partition(END)
    if not (found and also):
        raise ValueError(f"the page has no section between {START!r} and {END!r}")
    return f"{head}{START}\n\n{tables}\n{END}{tail}"


def _named(name: str, value: object) -> str:
    return str(value) if name in ("processor", "system") else f"{name} {value}"


def _short(row: dict[str, Any]) -> str:
    """Without words that the line has already said."""
    return _figure({**row, "unit": row["unit"].replace("% right", "%").replace("mAP50", "").replace("mAP", "")})


def _figure(row: dict[str, Any]) -> str:
    value = row["value"]
    figure = f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)
    return f"{figure} {row['unit']}".strip()


def _row(row: dict[str, Any]) -> str:
    cells = [row["what"], _figure(row), row.get("n"), row.get("spread"), row.get("target")]
    return "| " + " | ".join("" if cell is None else str(cell).replace("|", r"\|") for cell in cells) + " |"


def main() -> None:
    results = read(ROOT / "benchmarks" / "results")
    stale = []
    for name, tables in zip(PAGES, (chosen(results), section(results)), strict=True):
        path = ROOT / name
        new = filled(path.read_text(), tables)
        if new != path.read_text():
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(new)
    sys.stdout.write("\n".join(stale) + "\n" if stale else "")
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
