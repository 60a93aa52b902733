"""A verb's signature read once, for every door: which controls it has, of what type, and what each says of itself."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from annotated_doc import Doc

__all__ = ["Parameter", "parameters", "sentence"]

# What a door can ask for; of a union the first here wins: text carries everything (names, paths), a float every int.
SIMPLE: tuple[type, ...] = (str, Path, float, int, bool)
SEQUENCES = (Sequence, Iterable, list, tuple)


@dataclass(frozen=True)
class Parameter:
    """One control of a verb.

    Attributes:
        name: The parameter's own name, the same at every door.
        type: str, Path, float, int or bool: what a door asks for.
        doc: The sentence of its `Doc`.
        option: Whether it is keyword-only, an option rather than an argument.
        many: Whether it takes several values.
        required: Whether it has no default.
        default: The default; None where there is none.
        choices: The allowed values of a `Literal`, or nothing.
    """

    name: str
    type: type
    doc: str
    option: bool
    many: bool
    required: bool
    default: Any
    choices: tuple[Any, ...]


def parameters(verb: Callable[..., Any]) -> list[Parameter]:
    """The controls of `verb`, in the order of its signature.

    Raises:
        TypeError: a parameter has no `Doc`, or no type that a door could ask for: a mistake in the verb.
    """
    return [_parameter(verb, parameter) for parameter in inspect.signature(verb).parameters.values()]


def sentence(verb: Callable[..., Any]) -> str:
    """The verb in one line: the first paragraph of its docstring."""
    return " ".join((inspect.getdoc(verb) or "").split("\n\n")[0].split())


def _parameter(verb: Callable[..., Any], parameter: inspect.Parameter) -> Parameter:
    where = f"{verb.__module__}.{verb.__name__}({parameter.name})"
    if get_origin(parameter.annotation) is not Annotated:
        raise TypeError(f"{where} must be Annotated[type, Doc('one sentence')]")
    annotation, *notes = get_args(parameter.annotation)
    docs = [note.documentation for note in notes if isinstance(note, Doc)]
    if len(docs) != 1 or parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
        raise TypeError(f"{where} must be one named parameter with one Doc")
    kinds, many, choices = _kinds(annotation)
    found = next((kind for kind in SIMPLE if kind in kinds), None)
    if found is None:
        raise TypeError(f"{where} has no type that a door could ask for: {annotation!r}")
    return Parameter(
        name=parameter.name,
        type=found,
        doc=" ".join(docs[0].split()),
        option=parameter.kind is parameter.KEYWORD_ONLY,
        many=many,
        required=parameter.default is parameter.empty,
        default=None if parameter.default is parameter.empty else parameter.default,
        choices=choices,
    )


def _kinds(annotation: Any) -> tuple[set[Any], bool, tuple[Any, ...]]:
    """The types an annotation allows, whether a sequence of them is, and its literal values."""
    if isinstance(annotation, str | ForwardRef):  # "str | Path | Classifier": names that only a type checker knows
        text = annotation if isinstance(annotation, str) else annotation.__forward_arg__
        named = {kind.__name__: kind for kind in SIMPLE}
        return {named.get(part.strip()) for part in text.split("|")}, False, ()
    origin = get_origin(annotation)
    if origin is Literal:
        values = get_args(annotation)
        return {type(value) for value in values} - {NoneType}, False, tuple(v for v in values if v is not None)
    if origin in (Union, UnionType):
        members = [_kinds(member) for member in get_args(annotation)]
        return (
            set().union(*(kinds for kinds, _, _ in members)),
            any(many for _, many, _ in members),
            tuple(value for _, _, choices in members for value in choices),
        )
    if origin in SEQUENCES:
        kinds, _, choices = _kinds(get_args(annotation)[0])
        return kinds, True, choices
    return {annotation}, False, ()
