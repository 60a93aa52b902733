"""Write docs/cli.md from the command line's own help.

Command: python docs/make_cli.py [--check]
--check changes nothing and exits 1 where the page is not what the command line says.
"""

import sys
from pathlib import Path

import typer

from lenslet.cli import app

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# Command line

<!-- made by docs/make_cli.py from the command line's own help; do not edit -->

The same verbs as in Python, with the same names: `lenslet train DATA --minutes 5` is `lenslet.train(DATA, minutes=5)`.

Results go to stdout, everything else to stderr. With `--json` a result is one JSON object on one line, with
`"schema": 1` (`predict`: a line per picture). Exit codes: 0 done, 1 the work failed, 2 the call is wrong, 130 stopped
by Ctrl-C. `NO_COLOR` is respected; `LENSLET_DEBUG=1` shows the traceback of an error that we did not foresee.
"""
WIDTH = 100


def page() -> str:
    """The page as Markdown: the list of commands, then each with its help."""
    group = typer.main.get_command(app)
    top = _context(group, "lenslet")
    parts = [HEAD, f"```text\n{group.get_help(top)}\n```\n"]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        parts += _described(name, command, top)
    return "\n".join(parts)


def _described(name: str, command: object, top: typer.Context) -> list[str]:
    """A command's help; of a group of commands also that of each in it."""
    context = _context(command, name, top)
    parts = [f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"]  # type: ignore[attr-defined]
    for inner, inside in getattr(command, "commands", {}).items():
        parts += _described(inner, inside, context)
    return parts


def _context(command: object, name: str, parent: object = None) -> typer.Context:
    return typer.Context(
        command,  # type: ignore[arg-type]
        parent=parent,  # type: ignore[arg-type]
        info_name=name,
        terminal_width=WIDTH,
        help_option_names=["-h", "--help"],
    )


def main() -> None:
    """Write the page, or say whether it is stale."""
    new = page()
    stale = not PAGE.exists() or PAGE.read_text() != new
    if stale and "--check" not in sys.argv:
        PAGE.write_text(new)
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
