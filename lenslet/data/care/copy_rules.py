"""Copies: in two classes, in two parts, or just in number."""

from collections.abc import Iterator, Sequence

from lenslet.data.care.groups import Group
from lenslet.data.care.survey import Survey
from lenslet.results.data_report import Finding

_SHOWN = 3  # names in a sentence


def copies(survey: Survey) -> Iterator[Finding]:
    """A finding for each group: a contradiction, a leak (it may be both), or else copies."""
    for group in survey.groups:
        paths = tuple(survey.path(i) for i in group.members)
        labels = [survey.label(i) for i in group.members]
        parts = [survey.part[i] for i in group.members]
        torn, leaks = len(set(labels)) > 1, len(set(parts)) > 1
        if torn:
            yield Finding("contradiction", f"{_said(survey, group, labels)}: {_how(group)}", paths)
        if leaks:
            yield Finding("leak", f"{_said(survey, group, parts)}: {_how(group)}", paths)
        if not torn and not leaks:
            kind = "near" if group.how == "near" else "copy"
            yield Finding(kind, f"{_listed([survey.name(i) for i in group.members])}: {_how(group)}", paths, labels[0])


def _how(group: Group) -> str:
    if group.how == "bytes":
        return "equal byte for byte"
    if group.how == "pixels":
        return "the same pixels"
    return "the same picture, mirrored" if group.mirrored else "nearly the same picture"


def _said(survey: Survey, group: Group, marks: Sequence[str]) -> str:
    """Names with the class or part of each; of many, such that every class or part is named."""
    order = sorted(range(len(marks)), key=lambda k: (marks[:k].count(marks[k]), k))
    return _listed([f"{survey.name(group.members[k])} ({marks[k]})" for k in order])


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _SHOWN:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
