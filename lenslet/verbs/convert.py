"""convert: labels of boxes and points in another form, with their pictures."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import Conversion


def convert(
    data: Annotated[
        str | Path,
        Doc("Pascal VOC, COCO, YOLO, Label Studio or a table: its folder, or its data.yaml, .json or .csv."),
    ],
    *,
    to: Annotated[Literal["voc", "coco", "yolo", "labelstudio", "csv"], Doc("The form to write.")],
    out: Annotated[Path, Doc("The new folder, for labels and pictures.")],
    link: Annotated[bool, Doc("Hard links to the pictures, which take no space, instead of copies.")] = False,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Conversion":
    """Write labels of boxes and points in another form, with their pictures; whole or not at all.

    What is wrong in the labels is put right or left out, and told, as in training; the old files stay as they are.

    Raises:
        DataError: no such data, or nothing in it can be used.
        CallError: `out` is taken.
        WorkError: the disk is full or may not be written.
    """
    from lenslet.data.samples import PART_SPOKEN
    from lenslet.data.scenes import read_boxes, write_boxes
    from lenslet.data.scenes.settle import summary
    from lenslet.results import Conversion
    from lenslet.verbs.progress import bar

    with bar(shown=progress) as shown:
        shown.phase("reading the labels")
        scenes = read_boxes(data, whole=True)
        shown.at(1.0)
        shown.phase("writing them with their pictures")
        written = write_boxes(scenes, to, Path(out), link=link, progress=lambda done, of: shown.at(done / of))
    count = Counter(name for made in scenes.named.values() for scene in made for name in scene.truth.classes)
    notes = list(scenes.notes)
    if link and written.copied:
        notes.append(f"{written.copied:,} pictures are copies, because this disk cannot link them")
    return Conversion(
        data=str(data),
        form=scenes.form,
        out=written.out,
        to=to,
        pictures={PART_SPOKEN[part]: len(made) for part, made in scenes.named.items()},
        boxes={name: count[name] for name in scenes.names},
        linked=written.linked,
        lost=written.lost,
        faults=tuple(summary(scenes.faults)),
        notes=tuple(notes),
    )
