"""split: a folder of pictures in parts to learn from and to measure on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_doc import Doc

if TYPE_CHECKING:
    from lenslet.results import DataSplit


def split(
    data: Annotated[
        str | Path, Doc("A folder of pictures with classes, boxes or points; or its .csv, data.yaml, .json.")
    ],
    *,
    out: Annotated[Path, Doc("The new folder, with train, val and test in it; of a .csv of classes, a new .csv.")],
    share: Annotated[float, Doc("Expected share of the pictures in the val part.")] = 0.15,
    test: Annotated[float, Doc("Expected share of the pictures in a test part; none if 0.")] = 0.0,
    how: Annotated[
        Literal["link", "copy"],
        Doc("Hard links, which take no space, or copies; copies where the disk knows no links."),
    ] = "link",
    near: Annotated[bool, Doc("Keep near copies in one part, too, not only exact ones.")] = True,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "DataSplit":
    """Divide a folder of pictures into train, val and test parts by the content of the files.

    The same picture always falls into the same part, and all its copies with it: adding pictures moves no others.
    Where a table names groups (a person, a film), or pictures with boxes or points lie in folders of their own, whole
    groups fall by the hash of their name, as training holds them out. The original files stay where and as they are;
    with links, who changes a file in place changes both.

    Raises:
        DataError: no such data set, divided already, or nothing in it can be read.
        CallError: `out` is taken, or a share out of its range.
        WorkError: the disk is full or may not be written.
    """
    from lenslet.data import read
    from lenslet.data.care import divide, divide_boxes
    from lenslet.data.scenes import form_of, read_boxes
    from lenslet.verbs.progress import bar, phases

    if form_of(data) is not None:
        with bar(shown=progress) as shown:
            shown.phase("reading the labels")
            scenes = read_boxes(data, whole=True)
            link, watch = how == "link", phases(shown)
            return divide_boxes(scenes, Path(out), share=share, test=test, link=link, near=near, watch=watch)
    parts = read(data, at_least=1)
    with bar(shown=progress) as shown:
        return divide(parts, Path(out), share=share, test=test, link=how == "link", near=near, watch=phases(shown))
