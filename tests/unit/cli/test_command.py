"""A verb's signature becomes the command: same names, same defaults, same words."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from annotated_doc import Doc
from typer.testing import CliRunner, Result

from lenslet.cli.command import Command
from lenslet.cli.output import write
from lenslet.errors import CallError, DataError, WorkError


@dataclass(frozen=True)
class Value:
    given: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return self.given


def brew(
    leaf: Annotated[str | Path | object, Doc("Which leaf.")],
    cups: Annotated[Sequence[str | Path], Doc("Where to pour.")] = (),
    *,
    minutes: Annotated[float | int | None, Doc("How long.")] = None,
    strength: Annotated[Literal["weak", "strong"], Doc("How much.")] = "weak",
    water_heat: Annotated[int, Doc("Celsius.")] = 90,
    lid: Annotated[bool, Doc("Cover it.")] = True,
    spices: Annotated[Sequence[str], Doc("What goes in.")] = (),
    out: Annotated[Path | None, Doc("The pot.")] = None,
) -> Value:
    """Brew a leaf in water
    until it is done.

    More that only a reader of the code needs.
    """
    return Value(dict(locals()))


def pour(cups: Annotated[Sequence[str], Doc("Cups.")]) -> Iterator[Value]:
    """Pour, cup after cup."""
    for cup in cups:
        if cup == "cracked":
            raise WorkError("the cup is cracked")
        yield Value({"cup": cup})


def invoke(command: Command, *arguments: str) -> Result:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.callback()(lambda: None)
    command.add_to(app)
    return CliRunner().invoke(app, [command.verb.__name__, *arguments])


def show(value: Any) -> None:
    write("\n".join(f"{name}={item!r}" for name, item in value.given.items()))


def given(*arguments: str) -> dict[str, Any]:
    result = invoke(Command(brew, show), *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert found.pop("schema") == 1
    return found


def test_without_options_the_verb_gets_its_own_defaults():
    assert given("mint") == {
        "leaf": "mint",
        "cups": [],
        "minutes": None,
        "strength": "weak",
        "water_heat": 90,
        "lid": True,
        "spices": [],
        "out": None,
    }


@pytest.mark.parametrize(
    ("arguments", "name", "value"),
    [
        (["a", "b c"], "cups", ["a", "b c"]),
        (["--minutes", "2.5"], "minutes", 2.5),
        (["--strength", "strong"], "strength", "strong"),
        (["--water-heat", "70"], "water_heat", 70),
        (["--no-lid"], "lid", False),
        (["--spices", "ginger", "--spices", "clove"], "spices", ["ginger", "clove"]),
        (["--out", "pot"], "out", "pot"),
        (["-o", "pot"], "out", "pot"),
    ],
)
def test_each_option_reaches_the_parameter_of_its_name(arguments, name, value):
    assert given("mint", *arguments)[name] == value


def test_an_out_option_arrives_as_a_path():
    assert "out=PosixPath('pot')" in invoke(Command(brew, show), "mint", "-o", "pot").stdout


@pytest.mark.parametrize(
    "arguments", [[], ["mint", "--strength", "mild"], ["mint", "--minutes", "long"], ["mint", "--sugar"]]
)
def test_a_wrong_call_exits_2_and_leaves_stdout_empty(arguments):
    result = invoke(Command(brew, show), *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_help_is_the_first_paragraph_and_each_doc():
    text = " ".join(invoke(Command(brew, show, example="lenslet brew mint"), "--help").stdout.split())
    for part in (
        "Brew a leaf in water until it is done.",
        "Which leaf.",
        "--water-heat",
        "Celsius.",
        "--no-lid",
    ):
        assert part in text
    assert "only a reader of the code" not in text
    assert "Example: lenslet brew mint" in text


def test_an_iterator_prints_one_json_line_for_each_value():
    lines = invoke(Command(pour, show), "a", "b", "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [{"schema": 1, "cup": "a"}, {"schema": 1, "cup": "b"}]


def test_what_was_done_before_a_failure_stays_on_stdout():
    result = invoke(Command(pour, show), "a", "cracked", "--json")
    assert result.exit_code == 1
    assert result.stdout == '{"schema": 1, "cup": "a"}\n'
    assert result.stderr == "lenslet: the cup is cracked\n"


@pytest.mark.parametrize(("error", "code"), [(CallError, 2), (DataError, 2), (WorkError, 1)])
def test_our_errors_are_one_sentence_and_their_exit_code(error, code):
    def fail(name: Annotated[str, Doc("Any.")]) -> Value:
        """Fail."""
        raise error(f"{name} is\nwrong")

    result = invoke(Command(fail, show), "it")
    assert (result.exit_code, result.stdout, result.stderr) == (code, "", "lenslet: it is wrong\n")


def test_record_makes_the_json_of_a_value_that_has_no_to_dict():
    def count(n: Annotated[int, Doc("A number.")]) -> int:
        """Count."""
        return n

    result = invoke(Command(count, show, record=lambda n: {"n": n}), "3", "--json")
    assert result.stdout == '{"schema": 1, "n": 3}\n'


def test_call_stands_in_for_the_verb_with_the_same_arguments():
    def count(n: Annotated[int, Doc("A number.")]) -> int:
        """Count."""
        raise AssertionError(n)

    result = invoke(Command(count, show, call=lambda n: n + 1, record=lambda n: {"n": n}), "3", "--json")
    assert result.stdout == '{"schema": 1, "n": 4}\n'


def test_a_value_that_is_not_all_that_was_asked_for_is_shown_and_then_fails_in_both_forms():
    def judge(value: Value) -> None:
        raise KeyboardInterrupt("half a pot")

    for form in ([], ["--json"]):
        result = invoke(Command(brew, show, judge=judge), "mint", "--out", "pot", *form)
        assert "mint" in result.stdout
        assert result.exit_code == 130
        assert "half a pot" in result.stderr
