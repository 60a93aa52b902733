"""What a check of a data set found: values that say what is wrong with which files, and what to do."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from lenslet.errors import CallError

__all__ = ["KINDS", "DataReport", "Finding", "Kind", "Severity"]

SCHEMA = 1
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Kind:
    """One kind of finding.

    Args:
        title: as a heading, in the plural.
        severity: error: results would be wrong; warning: they would be worse; note: good to know.
        advice: what to do, in a sentence.
    """

    title: str
    severity: Severity
    advice: str


KINDS: dict[str, Kind] = {
    "unreadable": Kind(
        "Files that cannot be read", "error", "Training leaves them out; copy or download them again, or remove them."
    ),
    "contradiction": Kind(
        "One picture under two classes", "error", "Nothing can learn both: keep the copy in the right class."
    ),
    "leak": Kind(
        "One picture in two parts",
        "error",
        "What was learned by heart looks like skill: keep it in one part, or divide it anew: lenslet data split.",
    ),
    "syntax": Kind(
        "Labels that cannot be read",
        "error",
        "Training leaves them out; mend these lines, or draw them again.",
    ),
    "orphan": Kind("Labels without a picture", "error", "Bring the pictures, or remove the labels."),
    "unknown": Kind("Boxes of an unknown class", "error", "Name the class among the others, or mend the box."),
    "scale": Kind(
        "Labels of another picture size",
        "error",
        "The picture was resized, turned or exchanged after it was labelled: bring the one that was.",
    ),
    "nan": Kind("Boxes that are no numbers", "error", "Training leaves them out; draw them again."),
    "missing": Kind(
        "Classes missing from a part",
        "error",
        "A class that is not in the train part cannot be learned: move pictures.",
    ),
    "label": Kind(
        "Labels that are probably wrong",
        "warning",
        "Look at each, the most suspicious first; a rare view looks so, too.",
    ),
    "empty": Kind("Boxes without area", "warning", "A click that drew nothing: remove them, or use --fix."),
    "outside": Kind(
        "Boxes beyond the picture", "warning", "They are cut at its edges, or left out; --fix writes them so."
    ),
    "swapped": Kind("Boxes with swapped corners", "warning", "They are turned; --fix writes them so."),
    "twice": Kind("Boxes drawn twice", "warning", "They count double: remove one, or use --fix."),
    "unlabelled": Kind(
        "Pictures without labels",
        "warning",
        "Whether they show nothing, or were forgotten, only a person knows; an empty label file says nothing is there.",
    ),
    "damaged": Kind("Files that have lost their end", "warning", "They open, in part; copy or download them again."),
    "blank": Kind("Pictures of one colour", "warning", "There is nothing to learn from them: remove them."),
    "copy": Kind("Exact copies", "warning", "Keep one of each: copies count double in training and in measuring."),
    "near": Kind(
        "Near copies",
        "warning",
        "The same picture resized, recompressed, cut, mirrored, or the next of a burst: keep one, or all in one part.",
    ),
    "class": Kind("Small and uneven classes", "warning", "More pictures of the rare classes help most."),
    "size": Kind("Unusual sizes", "note", "Look whether they are what they should be."),
    "suffix": Kind("Names that promise another format", "note", "They open all the same; other programs may stumble."),
    "other": Kind("Files that are not looked at", "note", "Save photos as JPEG or PNG; the rest does no harm."),
    "reading": Kind("Said while reading", "note", "Lines and folders that were passed over."),
}
"""In the order in which a person should look at them."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Args:
        kind: a name in `KINDS`.
        sentence: what is wrong, where.
        paths: the files it is about, as they were found.
        label: the class it is filed under, for a label that is probably wrong.
        suggested: the class it looks like.
        score: probability of the suggested class, for pictures as one knows them (0 to 1).
        line: of the first of these files, where it is a label file.
    """

    kind: str
    sentence: str
    paths: tuple[str, ...] = ()
    label: str | None = None
    suggested: str | None = None
    score: float | None = None
    line: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise CallError(f"{self.kind!r} is no kind of finding; there are {', '.join(KINDS)}")
        object.__setattr__(self, "paths", tuple(self.paths))

    @property
    def severity(self) -> Severity:
        """error, warning or note."""
        return KINDS[self.kind].severity

    def to_dict(self) -> dict[str, Any]:
        """Plain values; what does not apply is left out."""
        plain = {name: value for name, value in asdict(self).items() if value is not None}
        return plain | {"severity": self.severity, "paths": list(self.paths)}

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class DataReport:
    """Everything that a check found; iterating gives the findings, what matters most first.

    Args:
        data: the folder or table.
        pictures: files that were looked at.
        classes: pictures of each class.
        parts: pictures of each part.
        findings: in the order of `KINDS`.
        notes: what the check could not do, or did in another way, in sentences.
        what: `classes` counts pictures, or boxes.
    """

    data: str
    pictures: int
    classes: Mapping[str, int]
    parts: Mapping[str, int]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = field(default=())
    what: Literal["pictures", "boxes"] = "pictures"

    def __post_init__(self) -> None:
        order = {kind: place for place, kind in enumerate(KINDS)}
        object.__setattr__(self, "findings", tuple(sorted(self.findings, key=lambda f: order[f.kind])))
        object.__setattr__(self, "notes", tuple(self.notes))

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def of(self, kind: str) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind that was found."""
        return {kind: len(self.of(kind)) for kind in KINDS if self.of(kind)}

    @property
    def severities(self) -> dict[str, int]:
        """How many errors, warnings and notes there are."""
        return {level: sum(f.severity == level for f in self.findings) for level in get_args(Severity)}

    @property
    def verdict(self) -> str:
        """The whole in a few words."""
        said = [f"{n} {level}{'s' if n > 1 else ''}" for level, n in self.severities.items() if n]
        return ", ".join(said) or "nothing found"

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "schema": SCHEMA,
            "data": self.data,
            "pictures": self.pictures,
            "classes": dict(self.classes),
            "parts": dict(self.parts),
            "counts": self.counts,
            "severities": self.severities,
            "findings": [finding.to_dict() for finding in self.findings],
            "notes": list(self.notes),
            "what": self.what,
        }

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "DataReport":
        """Read what `to_json` wrote.

        Raises:
            CallError: the text is something else.
        """
        try:
            plain = json.loads(text)
            if plain["schema"] != SCHEMA:
                raise CallError(f"this JSON is not a data report of schema {SCHEMA}: {text:.80}")
            findings = [{k: v for k, v in row.items() if k != "severity"} for row in plain["findings"]]
            made = [Finding(**(row | {"paths": tuple(row["paths"])})) for row in findings]
            return cls(
                plain["data"],
                plain["pictures"],
                plain["classes"],
                plain["parts"],
                tuple(made),
                tuple(plain["notes"]),
                plain.get("what", "pictures"),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if isinstance(error, CallError):
                raise
            raise CallError(f"this is not the JSON of a data report: {error!r}") from error

    def to_csv(self) -> str:
        """A table with a row for each file of each finding: kind, severity, number, path, line, label, ..., sentence.

        The number is that of the finding, so that the files of one group are seen to belong together.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["kind", "severity", "number", "path", "line", "label", "suggested", "score", "sentence"])
        for number, finding in enumerate(self.findings, start=1):
            score = "" if finding.score is None else f"{finding.score:.3f}"
            rest = (finding.label or "", finding.suggested or "", score, finding.sentence)
            for place, path in enumerate(finding.paths or ("",)):
                line = finding.line if place == 0 and finding.line is not None else ""
                writer.writerow([finding.kind, finding.severity, number, path, line, *rest])
        return text.getvalue()

    def __str__(self) -> str:
        lines = [f"{self.data}: {self.pictures:,} pictures, {len(self.classes)} classes: {self.verdict}"]
        for kind, count in self.counts.items():
            lines.append(f"{KINDS[kind].title}: {count:,}")
            lines += [f"  {finding}" for finding in self.of(kind)[:5]]
            lines += [f"  ... and {count - 5:,} more"] if count > 5 else []
        return "\n".join([*lines, *self.notes])
