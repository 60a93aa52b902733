"""What `lenslet.verbs.signature` reads, and what it refuses."""

from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_doc import Doc

from lenslet.verbs.signature import parameters, sentence


def kind_of(annotation: Any) -> Any:
    def verb(x) -> None: ...

    verb.__annotations__["x"] = Annotated[annotation, Doc("X.")]
    [found] = parameters(verb)
    return found


@pytest.mark.parametrize(
    ("annotation", "kind", "many"),
    [
        (str, str, False),
        (str | Path, str, False),
        (str | Path | object, str, False),
        (Path | None, Path, False),
        (int | None, int, False),
        (int | float, float, False),
        (bool, bool, False),
        ("str | Path | SomethingHeavy", str, False),
        (list[str], str, True),
        (tuple[str | Path, ...], str, True),
        (str | list[str], str, True),
        (int | tuple[int, int], int, True),
    ],
)
def test_a_door_asks_for_the_simplest_type_that_carries_all(annotation, kind, many):
    found = kind_of(annotation)
    assert (found.type, found.many, found.choices) == (kind, many, ())


def test_literals_are_choices():
    found = kind_of(Literal["a", "b"] | None)
    assert (found.type, found.choices) == (str, ("a", "b"))


@pytest.mark.parametrize("annotation", [dict[str, int], object, "SomethingHeavy"])
def test_a_type_no_door_could_ask_for_is_a_mistake(annotation):
    with pytest.raises(TypeError, match="no type that a door could ask for"):
        kind_of(annotation)


def test_a_parameter_without_doc_is_a_mistake():
    def verb(x: str) -> None: ...

    with pytest.raises(TypeError, match=r"verb\(x\) must be Annotated"):
        parameters(verb)


def test_any_number_of_unnamed_arguments_is_a_mistake():
    def verb(*x: Annotated[str, Doc("X.")]) -> None: ...

    with pytest.raises(TypeError, match="one named parameter"):
        parameters(verb)


def test_the_sentence_is_the_first_paragraph_on_one_line():
    def verb() -> None:
        """One line
        and its rest.

        Another.
        """

    assert sentence(verb) == "One line and its rest."
