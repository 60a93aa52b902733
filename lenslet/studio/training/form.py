"""The controls of a new run: one for each option of `train`, made from the verb's own signature."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from lenslet.errors import CallError
from lenslet.studio.words import tag
from lenslet.verbs.preparing import ONLY
from lenslet.verbs.signature import Parameter, parameters
from lenslet.verbs.train import train

__all__ = ["ELSEWHERE", "FIRST", "Form", "controls", "label_of", "value_of"]

FIRST = ("task", "net", "minutes")
"""What is asked at once; all else lies behind `More options`."""
ELSEWHERE = frozenset({"data", "resume", "out", "progress"})
"""What the page itself knows: the project, the run's folder, and how to show what is going on."""
_USUAL = ""
FAMILIES = {
    "detect": ("argus",),
    "localize": ("locus",),
    "landmark": ("stylus",),
    "face": ("cameo", "signet"),
    "style": ("brush",),
}
"""Task -> how the names of its nets begin; all others say what a picture shows."""
_TASKS = {
    "classify": "classify: what a picture shows",
    "detect": "detect: which things, and where",
    "localize": "localize: one thing, and its box",
    "landmark": "landmark: where points are",
    "face": "face: whether two show the same",
    "style": "style: to paint like a picture",
}
_WORDS = {"find_lr": "Find the learning rate", "rate": "Learning rate", "against_scratch": "Against scratch"}


def controls() -> list[Parameter]:
    """The options that the form asks for, what is asked first in front."""
    asked = [one for one in parameters(train) if one.name not in ELSEWHERE]
    return sorted(asked, key=lambda one: FIRST.index(one.name) if one.name in FIRST else len(FIRST))


def label_of(parameter: Parameter) -> str:
    """Its name as a label."""
    return _WORDS.get(parameter.name, parameter.name.replace("_", " ").capitalize())


def value_of(parameter: Parameter, given: Any) -> Any:
    """What a control holds as the verb wants it; None for what is left as usual.

    Raises:
        CallError: a number is asked for, and something else was given.
    """
    if parameter.type is bool:
        return bool(given)
    text = str(given if given is not None else "").strip()
    if text in ("", "None"):
        return None
    if parameter.type not in (int, float):
        return text
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise CallError(f"{label_of(parameter)} is {text!r}: give a number") from None
    if parameter.type is int and number != int(number):
        raise CallError(f"{label_of(parameter)} is {text}: give a whole number")
    return int(number) if parameter.type is int else number


class Form:
    """The controls, put where the page stands.

    Args:
        given: values to begin with: those of an earlier run, or what fits the project.
        changed: called when the task is another one.
    """

    def __init__(self, given: Mapping[str, Any], changed: Callable[[], Any] | None = None) -> None:
        self.parts: dict[str, Any] = {}
        self.nets: tuple[str, ...] = ()
        self._places: dict[str, Any] = {}
        self._parameters = {one.name: one for one in controls()}
        self._changed = changed
        for name in FIRST:
            self._add(self._parameters[name], given)
        self.middle = tag("div", "", "train-begin")
        others = [one for one in self._parameters.values() if one.name not in FIRST]
        told = [one for one in others if one.name in given and given[one.name] != one.default]
        with tag("details", "", "train-more", **({"open": True} if told else {})):
            tag("summary", "More options")
            for parameter in others:
                self._add(parameter, given)

    @property
    def call(self) -> dict[str, Any]:
        """Arguments of `train` that are not as they are by default.

        Raises:
            CallError: a value is none of its kind.
        """
        made = {}
        for name, parameter in self._parameters.items():
            if not self._places[name].visible:  # of another task
                continue
            value = value_of(parameter, self.parts[name].value)
            if value is not None and value != parameter.default:
                made[name] = value
        return made

    @property
    def task(self) -> str | None:
        """The task that is chosen; None for what the data looks like."""
        return self.parts["task"].value or None

    def offer(self, nets: tuple[str, ...], usual: str) -> None:
        """Offer the nets and the options of the task.

        Args:
            nets: all that there are.
            usual: the task that the data looks like, where none is chosen.
        """
        self.nets = nets
        task = self.task or usual
        for other, names in ONLY.items():
            for name in names:
                self._places[name].set_visibility(task in ("", other))
        special = tuple(start for starts in FAMILIES.values() for start in starts)
        mine = FAMILIES.get(task)
        fitting = [name for name in nets if (name.startswith(mine) if mine else not name.startswith(special))]
        chosen = self.parts["net"]
        options = {_USUAL: "as usual for the task", **{name: name for name in fitting}}
        chosen.set_options(options, value=chosen.value if chosen.value in options else _USUAL)

    def _add(self, parameter: Parameter, given: Mapping[str, Any]) -> None:
        label, value = label_of(parameter), given.get(parameter.name, parameter.default)
        with tag("div", "", "train-control") as self._places[parameter.name]:
            if parameter.type is bool:
                part: Any = ui.checkbox(label, value=bool(value))
            elif parameter.name == "net":
                options = {_USUAL: "as usual for the task", **({value: value} if value else {})}
                part = ui.select(options, value=value or _USUAL, label=label, with_input=False)
            elif parameter.choices:
                usual = {} if parameter.default in parameter.choices else {_USUAL: _usual(parameter)}
                options = usual | {choice: _TASKS.get(choice, str(choice)) for choice in parameter.choices}
                part = ui.select(options, value=value if value in options else _USUAL, label=label)
                if parameter.name == "task" and self._changed is not None:
                    part.on_value_change(self._changed)
            else:
                shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
                part = ui.input(label, value=shown, placeholder=_usual(parameter))
                if parameter.type in (int, float):
                    part.props("inputmode=decimal")
            if parameter.type is not bool:
                part.props("outlined dense stack-label")
            if parameter.name in FIRST:
                part.tooltip(parameter.doc).classes("train-tip")
            else:
                tag("p", parameter.doc, "train-doc")
        self.parts[parameter.name] = part


def _usual(parameter: Parameter) -> str:
    return {"task": "as the data looks", "minutes": "3, more for large folders"}.get(parameter.name, "as usual")
