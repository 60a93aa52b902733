"""One signature feeds every door: what a verb takes, the command line takes, by the same name, in the same words."""

import inspect
from pathlib import Path

import pytest
import typer

import lenslet
from lenslet.cli import COMMANDS, GROUPS, app
from lenslet.verbs.signature import parameters

VERBS = Path(lenslet.__file__).parent / "verbs"
BY_NAME = {" ".join(filter(None, (command.group, command.name))): command for command in COMMANDS}
# Doors behind the command line: they serve until stopped, and have no function in Python.
DOORS = {"studio"}
AT_THE_TOP = {name: command for name, command in BY_NAME.items() if command.group != "face" and name not in DOORS}
# In Python these are methods of the object that they are about.
METHODS = {
    command.name: {"list": "people", "import": "bring"}.get(command.name, command.name)
    for command in COMMANDS
    if command.group == "face"
}
ONLY_COMMANDS = {"gallery", "embedder", "progress"}  # what opens the object, and the bar
CASES = [(name, parameter) for name, command in BY_NAME.items() for parameter in parameters(command.verb)]
# A verb without a command: what it returns is an object to hold, and there is nothing to show of it.
WITHOUT_COMMAND = {"load"}
# Commands that open another door: their functions lie in that door's room, above the verbs.
DOORS = {"serve"}
AT_THE_TOP = {name: command for name, command in AT_THE_TOP.items() if name not in DOORS}


def names(case: object) -> str:
    return case if isinstance(case, str) else case.name  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def group():
    return typer.main.get_command(app)


def found(group, name):
    """The command of that verb, at the top or on its subject: `lenslet train`, `lenslet data check`."""
    for word in name.split():
        group = group.commands[word]
    return group


def test_every_verb_has_a_file_a_command_and_a_public_name(group):
    functions = {
        path.stem
        for path in VERBS.glob("*.py")
        if f"\ndef {path.stem}(" in path.read_text()  # a verb's file is named after its verb; others serve the verbs
        and path.stem in lenslet.__all__
    }
    assert functions - WITHOUT_COMMAND == {command.verb.__name__ for command in AT_THE_TOP.values()}
    subjects = {command.group for command in COMMANDS if command.group}
    assert subjects == set(GROUPS)
    assert {BY_NAME[name].verb.__module__ for name in DOORS} == {f"lenslet.{name}.{name}" for name in DOORS}
    at_the_top = {name for name, command in BY_NAME.items() if not command.group}
    assert set(group.commands) == at_the_top | subjects
    inner = {f"{subject} {name}" for subject in subjects for name in group.commands[subject].commands}
    assert inner == set(BY_NAME) - at_the_top
    for command in AT_THE_TOP.values():
        assert getattr(lenslet, command.name) is command.verb


@pytest.mark.parametrize("name", METHODS)
def test_a_command_about_people_takes_what_the_method_of_a_gallery_takes(name):
    verb = BY_NAME[f"face {name}"].verb
    assert (VERBS / "face" / f"{verb.__name__}.py").exists()
    method = inspect.signature(getattr(lenslet.Gallery, METHODS[name])).parameters
    own = {"yes"} if name == "delete" else {"all"} if name == "identify" else set()  # said twice; identify_all
    for parameter in parameters(verb):
        if parameter.name not in ONLY_COMMANDS | own:
            assert parameter.name in method, f"{METHODS[name]} has no {parameter.name}"
            if not parameter.required and not parameter.many:
                assert parameter.default == method[parameter.name].default
    hidden = set(method) - {"self", "key", "on_picture"} - {p.name for p in parameters(verb)}
    assert not hidden, f"`lenslet face {name}` does not offer {hidden}"


@pytest.mark.parametrize(("name", "parameter"), CASES, ids=names)
def test_every_parameter_is_at_the_command_line_with_its_name_default_and_words(group, name, parameter):
    [control] = [control for control in found(group, name).params if control.name == parameter.name]
    assert " ".join(control.help.split()) == parameter.doc
    assert control.required == parameter.required
    assert control.param_type_name == ("option" if parameter.option else "argument")
    if parameter.option:
        assert f"--{parameter.name.replace('_', '-')}" in control.opts
    if not parameter.required and not parameter.many:
        assert control.default == parameter.default


@pytest.mark.parametrize("name", BY_NAME)
def test_the_command_line_adds_json_and_help_and_nothing_else(group, name):
    controls = {control.name for control in found(group, name).params}
    assert controls - {p.name for p in parameters(BY_NAME[name].verb)} == {"json"}


@pytest.mark.parametrize(("name", "parameter"), CASES, ids=names)
def test_a_doc_is_one_sentence(name, parameter):
    assert parameter.doc.endswith(".")
    assert 8 < len(parameter.doc) < 300


@pytest.mark.parametrize("name", BY_NAME)
def test_a_verb_says_in_one_line_what_it_is_for(name):
    assert inspect.getdoc(BY_NAME[name].verb)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_command_has_an_example_that_parses(group, name):
    program, *words = BY_NAME[name].example.split()
    path = name.split()
    assert [program, *words[: len(path)]] == ["lenslet", *path]
    found(group, name).make_context(path[-1], words[len(path) :])
