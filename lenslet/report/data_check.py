"""The page of a check of data: what was found, with the pictures it was found in."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lenslet.errors import ImageError
from lenslet.image import open_image
from lenslet.image.names import spoken
from lenslet.report.page import Block, Page, Pictures, Section, Table, Together
from lenslet.results.data_report import KINDS, DataReport, Finding

_GROUPS, _SUSPECTS, _PICTURES, _ROWS = 24, 48, 24, 60  # shown of a kind; the rest is in findings.csv
_OF_A_GROUP = 6
_SIDE = 160
_LABELLED = 240
_ENOUGH = (2 * _SIDE, 2 * _SIDE)


def check_page(
    report: DataReport, *, foot: str = "", labelled: Sequence[tuple[UInt8[np.ndarray, "_ _ 3"], str]] = ()
) -> Page:
    """A page that shows every kind of finding, what matters most first.

    Args:
        report: what was found.
        foot: the last line.
        labelled: pictures with their labels drawn on them, and captions.
    """
    worst = report.severities
    weighty = worst["error"] + worst["warning"]
    parts = ", ".join(f"{count:,} {name}" for name, count in report.parts.items()) if len(report.parts) > 1 else ""
    boxes = f" and {sum(report.classes.values()):,} boxes" if report.what == "boxes" else ""
    lead = f"in {report.pictures:,} pictures{boxes} of {len(report.classes)} classes{f' ({parts})' if parts else ''}"
    sections = []
    if report.findings:
        sections.append(Section("At a glance", (_glance(report),)))
    sections += [_section(kind, report.of(kind), report.data) for kind in report.counts]
    if labelled:
        said = "Whether they lie where they should, only a person sees."
        sections.append(Section("Boxes as they are read", (said, Pictures(tuple(labelled), side=_LABELLED))))
    if report.notes:
        sections.append(Section("How it was looked at", tuple(_sentence(note) for note in report.notes)))
    if not report.findings:
        headline = "Nothing wrong found"
    elif not weighty:
        headline = f"Nothing wrong, {_counted(worst['note'], 'thing')} to know"
    else:
        headline = f"{_counted(weighty, 'thing')} to look at"
    return Page(
        title=f"Check of {spoken(Path(report.data).name or report.data)}",
        headline=headline,
        lead=f"{lead}: {report.verdict}. The files themselves were not touched.",
        sections=tuple(sections),
        foot=foot,
    )


def _glance(report: DataReport) -> Table:
    """A row for each kind that was found."""
    rows = []
    for kind, count in report.counts.items():
        files = len({path for finding in report.of(kind) for path in finding.paths})
        rows.append((KINDS[kind].title, f"{count:,}", f"{files:,}" if files else "", KINDS[kind].severity))
    return Table(("what", "found", "files", "weight"), tuple(rows))


def _section(kind: str, findings: Sequence[Finding], data: str) -> Section:
    """One kind: the advice, then pictures or a table."""
    blocks: list[Block] = [KINDS[kind].advice]
    if kind in ("contradiction", "leak", "copy", "near"):
        shown = _GROUPS
        blocks += [_together(finding, data) for finding in findings[:shown]]
    elif kind in ("label", "blank", "size", "damaged"):
        shown = _SUSPECTS if kind == "label" else _PICTURES
        opened = [(picture, _caption(finding, data)) for finding in findings[:shown] if (picture := _open(finding))]
        blocks.append(Pictures(tuple((picture[0], caption) for picture, caption in opened), side=_SIDE))
    else:
        shown = _ROWS
        blocks.append(_table(kind, findings[:shown], data))
    if len(findings) > shown:
        blocks.append(f"{_counted(len(findings) - shown, 'more')} in findings.csv.")
    return Section(f"{KINDS[kind].title} ({len(findings):,})", tuple(blocks))


def _table(kind: str, findings: Sequence[Finding], data: str) -> Table:
    if kind != "unreadable":
        return Table(("what",), tuple((_sentence(finding.sentence),) for finding in findings))
    rows = []
    for finding in findings:
        name = _short(finding.paths[0], data)
        rows.append((name, finding.label or "", finding.sentence.removeprefix(name).lstrip(": ")))
    return Table(("file", "class", "why"), tuple(rows))


def _together(finding: Finding, data: str) -> Together | str:
    """The pictures of a group side by side; its sentence where none of them opens any more."""
    items = []
    for path in finding.paths[:_OF_A_GROUP]:
        opened = _open(finding, path)
        if opened:
            items.append((opened[0], _in_lines(_short(path, data))))
    how = finding.sentence.rpartition(": ")[2]
    more = len(finding.paths) - _OF_A_GROUP
    caption = how[:1].upper() + how[1:] + (f", and {more} more" if more > 0 else "")
    if finding.kind in ("contradiction", "leak"):
        caption = _sentence(finding.sentence)
    return Together(tuple(items), caption, side=_SIDE) if items else _sentence(finding.sentence)


def _caption(finding: Finding, data: str) -> str:
    name = _short(finding.paths[0], data)
    if finding.kind == "label":
        share = 100 * min(finding.score or 0, 0.99)
        return f"filed as {finding.label}\nlooks like {finding.suggested} ({share:.0f} %)\n{_in_lines(name)}"
    return finding.sentence


def _open(finding: Finding, path: str = "") -> tuple[UInt8[np.ndarray, "_ _ 3"]] | None:
    """A picture, in a tuple; None where it opens no more."""
    try:
        return (open_image(Path(path or finding.paths[0]), at_least=_ENOUGH),)
    except ImageError:
        return None


def _short(path: str, data: str) -> str:
    root = Path(data)
    home = root.parent if root.is_file() else root
    file = Path(path)
    return spoken(file.relative_to(home) if file.is_relative_to(home) else file)


def _in_lines(name: str) -> str:
    """A path under a small picture: the file's own name on a line of its own."""
    place, slash, file = name.rpartition("/")
    return f"{place}{slash}\n{file}" if place else file


def _sentence(text: str) -> str:
    text = spoken(text)
    return text if text.endswith(".") else f"{text}."


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if what == "more" else f"{count:,} {what}{'' if count == 1 else 's'}"
