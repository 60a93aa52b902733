"""The command line: it parses, calls a verb, and shows what the verb returns."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import lenslet
from lenslet.cli import (
    benchmark,
    cache,
    check,
    convert,
    demo,
    describe,
    evaluate,
    explain,
    export,
    face,
    filter,  # noqa: A004
    models,
    predict,
    serve,
    split,
    stats,
    studio,
    stylize,
    train,
)
from lenslet.cli.guard import guarded
from lenslet.cli.output import prepare, write

__all__ = ["COMMANDS", "app", "main"]

# In the order of the help: from data to a model, what a model is good for, and what there is to look at.
COMMANDS = (
    train.command,
    evaluate.command,
    predict.command,
    explain.command,
    describe.command,
    export.command,
    benchmark.command,
    stylize.command,
    filter.command,
    models.command,
    serve.command,
    demo.command,
    studio.command,
    check.command,
    stats.command,
    split.command,
    convert.command,
    cache.command,
    *face.commands,
)
GROUPS = {
    "data": "Look after pictures: check, count and split them, convert labels; and the cache of decoded ones.",
    "face": "People in a gallery: enrol, verify and identify them; forget them, too.",
}


class _Group(TyperGroup):
    """The list of commands; differs from Typer's in one default."""

    def get_help_option(self, ctx: Any) -> Any:
        """--help, off by default: for the None it has otherwise Typer imports pydantic, which doubles its time."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option


# Plain help: Rich would take longer to import than everything else together, and docs/cli.md is this very text.
app = typer.Typer(
    name="lenslet",
    cls=_Group,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Results go to stdout, all else to stderr. Exit codes: 0 done, 1 the work failed, 2 the call is wrong.",
)


def _version(asked: bool) -> None:
    if asked:
        write(f"lenslet {lenslet.__version__}")
        raise typer.Exit


@app.callback()
def _lenslet(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and nothing else.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Train, measure and use image models from your own folder of pictures, on an ordinary computer, offline."""


subjects = {
    name: typer.Typer(
        name=name, help=about, short_help=about.partition(";")[0] + ".", no_args_is_help=True, rich_markup_mode=None
    )
    for name, about in GROUPS.items()
}
for command in COMMANDS:
    command.add_to(subjects[command.group] if command.group else app)
for subject in subjects.values():
    app.add_typer(subject, cls=_Group)


def main() -> None:
    """The entry point of `lenslet`."""
    prepare()
    sys.exit(guarded(app))
