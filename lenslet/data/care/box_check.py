"""check, for boxes and points: what is wrong in the label files, in the pictures, and with the classes as a whole."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from lenslet.data.care import copy_rules, file_rules
from lenslet.data.care.survey import Watch, survey
from lenslet.data.samples import PART_SPOKEN, Parts, Sample, some
from lenslet.data.scenes import Scenes, Written
from lenslet.results.data_report import KINDS, DataReport, Finding

_FEW, _UNEVEN = 10, 50  # boxes of a class; times as many


def check_boxes(scenes: Scenes, *, watch: Watch | None = None) -> DataReport:
    """Look for everything that may be wrong with a data set of boxes or points; no file stops it.

    Args:
        scenes: the data set, as `read_boxes` gives it.
        watch: told what is being done, and which share of it is done.
    """
    train, valid, test = (
        tuple(Sample(scene.path, 0) for scene in made) for made in (scenes.train, scenes.valid, scenes.test)
    )
    seen = survey(Parts(scenes.folder, ("",), train, valid, test), describe=False, watch=watch)
    files = [
        *file_rules.broken(seen),
        *copy_rules.copies(seen),
        *file_rules.blank(seen),
        *file_rules.sizes(seen),
        *file_rules.suffixes(seen),
        *file_rules.others(seen),
    ]
    count = Counter(name for made in scenes.named.values() for scene in made for name in scene.truth.classes)
    return DataReport(
        data=str(scenes.root),
        pictures=len(seen.samples),
        classes={name: count[name] for name in scenes.names},
        parts={PART_SPOKEN[name]: len(made) for name, made in scenes.named.items()},
        findings=(
            *(Finding(f.kind, f.sentence, tuple(map(str, f.paths)), line=f.line) for f in scenes.faults),
            *(replace(finding, label=None) for finding in files),
            *_spelling(scenes),
            *_classes(scenes),
        ),
        notes=scenes.notes,
        what="boxes",
    )


def _spelling(scenes: Scenes) -> Iterator[Finding]:
    """Classes whose names differ in case and spaces only."""
    spelled: dict[str, list[str]] = {}
    for name in scenes.names:
        spelled.setdefault(" ".join(name.casefold().split()), []).append(name)
    for names in spelled.values():
        if len(names) > 1:
            yield Finding("class", f"{' and '.join(map(repr, names))}: one class, spelled in {len(names)} ways?")


def _classes(scenes: Scenes) -> Iterator[Finding]:
    """Classes that a part lacks, that are small, or of very different sizes."""
    parts = {
        name: Counter(label for scene in made for label in scene.truth.classes) for name, made in scenes.named.items()
    }
    learned = parts.get("train", Counter())
    for name in scenes.names:
        if not any(counts[name] for counts in parts.values()):
            yield Finding("class", f"{name}: no box of it in any part", label=name)
        elif learned and 0 < learned[name] < _FEW:
            boxes = "one box" if learned[name] == 1 else f"{learned[name]} boxes"
            yield Finding("class", f"{name} has {boxes} to learn from", label=name)
    for part in ("valid", "test"):
        if part not in parts or not learned:
            continue
        unknown = sorted(name for name in parts[part] if not learned[name])
        lacking = sorted(name for name in learned if learned[name] and not parts[part][name])
        if unknown:
            what = f"{some(unknown)} in the {PART_SPOKEN[part]} part, but not in the train part: it cannot be learned"
            yield Finding("missing", what)
        if lacking:
            what = f"{some(lacking)}: not in the {PART_SPOKEN[part]} part, so nothing is measured on it"
            yield Finding("class", what)
    there = [name for name in learned if learned[name]]
    if len(there) > 1:
        least, most = min(there, key=lambda k: learned[k]), max(there, key=lambda k: learned[k])
        if learned[most] >= _UNEVEN * learned[least]:
            ratio = learned[most] / learned[least]
            what = f"{most} has {learned[most]:,} boxes and {least} {learned[least]:,}: {ratio:.0f} times as many"
            yield Finding("class", what)


def repairs(scenes: Scenes, written: Written) -> list[str]:
    """What a repaired copy is, and what was changed in it, in sentences."""
    done = Counter((fault.kind, fault.sentence.rpartition(": ")[2]) for fault in scenes.faults)
    total = sum(len(made) for made in scenes.named.values())
    said = [f"repaired copy in {written.out}: {total:,} pictures, {sum(done.values()):,} changes"]
    said += [f"{KINDS[kind].title}: {count:,} {what}" for (kind, what), count in sorted(done.items())]
    return said + [f"not carried over: {what}, in {count:,} pictures" for what, count in written.lost.items()]
