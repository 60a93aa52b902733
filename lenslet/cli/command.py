"""From a verb to a command: its signature becomes arguments and options, its value becomes text or JSON."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from lenslet.cli.guard import guarded
from lenslet.cli.output import prepare, write_json
from lenslet.verbs.signature import Parameter, parameters, sentence

__all__ = ["Command"]

SHORT = {"out": "-o"}
JSON = "Print the result as JSON: one object on one line (predict: one line per image)."


@dataclass(frozen=True)
class Command:
    """One verb at the command line.

    Attributes:
        verb: The function; its signature is the command's.
        show: Writes the verb's value for a person, to stdout.
        call: What to call instead of the verb, with the same arguments, where the terminal adds something (a bar).
        record: The JSON object of the value, where that is not its own `to_dict()`.
        judge: Raises where a value that is shown is yet not all that was asked for: a script must learn of it.
        example: One call worth imitating, shown under the help.
        group: The word before its name where it is one of several on one subject: `lenslet data check`.
        word: What it is called here where the verb cannot be called so in Python: `lenslet face import`.
    """

    verb: Callable[..., Any]
    show: Callable[[Any], None]
    call: Callable[..., Any] | None = None
    record: Callable[[Any], Mapping[str, Any]] | None = None
    judge: Callable[[Any], None] | None = None
    example: str = ""
    group: str = ""
    word: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.word or self.verb.__name__

    def add_to(self, app: typer.Typer) -> None:
        """Add the command to `app` under its name."""
        app.command(
            self.name,
            help=sentence(self.verb),
            short_help=sentence(self.verb),
            epilog=self.example and f"Example: {self.example}",
        )(self._entry())

    def _entry(self) -> Callable[..., None]:
        """The function that Typer reads: the verb's parameters in Typer's words, and --json."""

        def entry(*, json: bool, **given: Any) -> None:
            prepare()
            code = guarded(lambda: self._run(given, as_json=json))
            if code:
                raise typer.Exit(code)

        entry.__name__ = self.verb.__name__
        entry.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [_control(parameter) for parameter in parameters(self.verb)]
            + [_keyword("json", bool, typer.Option("--json", help=JSON), default=False)]
        )
        entry.__annotations__ = {}  # the signature says it all; Typer reads both and wants no contradiction
        return entry

    def _run(self, given: dict[str, Any], *, as_json: bool) -> None:
        value = (self.call or self.verb)(**given)
        if not as_json:
            self.show(value)
        elif isinstance(value, Iterator):
            for item in value:
                write_json(self._to_record(item))
        else:
            write_json(self._to_record(value))
        if self.judge is not None:
            self.judge(value)

    def _to_record(self, value: Any) -> Mapping[str, Any]:
        made: Mapping[str, Any] = self.record(value) if self.record else value.to_dict()
        return made


def _control(parameter: Parameter) -> inspect.Parameter:
    """One parameter of a verb as Typer's argument or option."""
    kind: Any = Literal[parameter.choices] if parameter.choices else parameter.type
    if parameter.many:
        kind = list[kind]
    default = inspect.Parameter.empty if parameter.required else parameter.default
    if isinstance(default, tuple):
        default = list(default)
    if default is None:
        kind = kind | None
    if not parameter.option:
        return _keyword(
            parameter.name,
            kind,
            typer.Argument(help=parameter.doc, metavar=parameter.name.upper(), show_default=_shown(default)),
            default=default,
        )
    flag = "--" + parameter.name.replace("_", "-")
    names = [f"{flag}/--no-{flag[2:]}" if parameter.type is bool else flag]
    names += [SHORT[parameter.name]] if parameter.name in SHORT else []
    return _keyword(
        parameter.name, kind, typer.Option(*names, help=parameter.doc, show_default=_shown(default)), default=default
    )


def _keyword(name: str, kind: Any, control: Any, *, default: Any) -> inspect.Parameter:
    annotation = Annotated[kind, control]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _shown(default: Any) -> bool:
    """Whether help names the default: an empty one says nothing."""
    return default not in (None, "", [], inspect.Parameter.empty) and not isinstance(default, Path)
