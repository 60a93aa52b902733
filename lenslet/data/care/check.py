"""check: every rule over one survey of the data."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lenslet.data.care import class_rules, copy_rules, file_rules
from lenslet.data.care.labels import picked, suspects
from lenslet.data.care.looks import Describer
from lenslet.data.care.survey import Survey, Watch, survey
from lenslet.data.samples import PART_SPOKEN, Parts
from lenslet.results.data_report import DataReport, Finding

_LEAST = 20  # pictures from which on labels can be judged at all
_SHARE, _FEWEST, _MOST = 0.02, 20, 200  # labels told at the most: of all pictures, and in number


def check(
    parts: Parts, *, labels: bool = True, describer: Describer | None = None, by: str = "", watch: Watch | None = None
) -> DataReport:
    """Look for everything that may be wrong with a data set of classes; no file stops it.

    Args:
        parts: the data set.
        labels: look for labels that are probably wrong, which takes longest.
        describer: gives features to judge labels by, beside edges and colours.
        by: what the features are those of, for the notes.
        watch: told what is being done, and which share of it is done.
    """
    seen = survey(parts, describe=labels, describer=describer if labels else None, watch=watch)
    findings = [
        *class_rules.reading(seen),
        *file_rules.broken(seen),
        *copy_rules.copies(seen),
        *class_rules.missing(seen),
        *class_rules.few(seen),
        *file_rules.blank(seen),
        *file_rules.sizes(seen),
        *file_rules.suffixes(seen),
        *file_rules.others(seen),
    ]
    notes: list[str] = []
    if labels:
        findings += _labels(seen, by, notes, watch)
    count = Counter(seen.label(i) for i in range(len(seen.samples)))
    return DataReport(
        data=str(parts.root),
        pictures=len(seen.samples),
        classes={label: count[label] for label in parts.labels},
        parts={PART_SPOKEN[name]: len(part) for name, part in parts.named.items()},
        findings=tuple(findings),
        notes=tuple(notes),
    )


def check_files(root: Path, pictures: Iterable[Path], *, watch: Watch | None = None) -> DataReport:
    """Look for what may be wrong with pictures of which nothing is said yet: broken files, copies, odd sizes."""
    parts = Parts.gathered(root, {"train": {"": sorted(pictures)}})
    seen = survey(parts, describe=False, describer=None, watch=watch)
    findings = (
        *file_rules.broken(seen),
        *copy_rules.copies(seen),
        *file_rules.blank(seen),
        *file_rules.sizes(seen),
        *file_rules.suffixes(seen),
    )
    notes = ("nothing is labelled yet, so only the files were looked at",)
    return DataReport(str(root), len(seen.samples), {}, {"train": len(seen.samples)}, findings, notes)


def _labels(seen: Survey, by: str, notes: list[str], watch: Watch | None) -> list[Finding]:
    """Labels that are probably wrong; what stands under two classes anyway is not judged again."""
    torn = {i for group in seen.groups for i in group.members if len({seen.label(k) for k in group.members}) > 1}
    # a picture of one colour is told as such, and looks like nothing
    judged = [i for i, look in seen.looks() if i not in torn and not look.blank]
    rows = np.array([seen.scan.rows[i] for i in judged], np.int64)
    own = np.array([seen.samples[i].label for i in judged], np.int64)
    if len(judged) < _LEAST or len(np.unique(own)) < 2:
        notes.append(f"labels were not judged: that takes {_LEAST} pictures of two classes")
        return []
    if watch is not None:
        watch("judging the labels", 0.0)
    tables = [picked(table, rows) for table in (seen.scan.looks, seen.scan.features) if table is not None]
    tell = None if watch is None else (lambda share: watch("judging the labels", share))
    found = suspects(tables, own, seen.group[judged], progress=tell)
    most = int(np.clip(_SHARE * len(judged), _FEWEST, _MOST))
    notes.append(f"labels were judged by edges and colours{f' and the features of {by}' if by else ''}")
    if len(found) > most:
        notes.append(
            f"{len(found):,} labels look doubtful, which says as much of the judge as of the labels: "
            f"the {most} most suspicious are told"
        )
    told = []
    for suspect in found[:most]:
        i = judged[suspect.row]
        other = seen.parts.labels[suspect.suggested]
        score = min(suspect.score, 0.999)
        told.append(
            Finding(
                "label",
                f"{seen.name(i)} is filed as {seen.label(i)}, looks like {other} ({100 * score:.0f} %)",
                (seen.path(i),),
                seen.label(i),
                other,
                round(score, 4),
            )
        )
    return told
