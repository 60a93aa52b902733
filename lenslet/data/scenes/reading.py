"""The one entry to data sets of boxes and points: which form a folder or a file has, and reading it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lenslet.data.scenes import coco, labelstudio, table, voc, yolo
from lenslet.data.scenes.places import LABEL_FOLDERS, below, part_named, text_of
from lenslet.data.scenes.raw import Raw
from lenslet.data.scenes.scene import Scenes
from lenslet.data.scenes.settle import settled
from lenslet.errors import DataError
from lenslet.image.names import spoken

FORMS = ("voc", "coco", "yolo", "labelstudio", "csv")
PROJECT = "studio.json"  # in the folder of a project of the studio, whose labels are Pascal VOC
_HEAD = 1 << 16  # bytes that are looked at to know a file
_COCO = re.compile(rb'"(images|annotations|categories)"\s*:\s*\[')
_TASKS = re.compile(rb'"(data|annotations|completions|image|rectanglelabels|original_width|annotator)"\s*:')
_SPOKEN = {"voc": "Pascal VOC", "coco": "COCO", "yolo": "YOLO", "labelstudio": "Label Studio", "csv": "a table"}


@dataclass(frozen=True)
class _Look:
    """One form that a place has: what to name to have it read so, and how."""

    form: str
    named: Path
    read: Callable[[bool], Raw]


def read_boxes(root: str | Path, *, at_least: int = 1, whole: bool = False) -> Scenes:
    """Read a data set of boxes or points by its look: Pascal VOC, COCO, YOLO, Label Studio, or a table.

    Args:
        root: the folder of the data; or its data.yaml, .json or .csv, and then the folder that holds it is the data
            folder. Nothing outside of the data folder is opened, whatever the files say.
        at_least: how many boxes there must be.
        whole: keep what other programs have written beside (polygons, poses, licences), to be written again.

    Returns:
        What can be learned from; what was wrong, and what was made of it, is in its `faults`.

    Raises:
        DataError: no such place, no such data, or two forms at once; or nothing in it can be used.
    """
    root = Path(root)
    if not root.exists():
        raise DataError(f"{spoken(root)}: there is no such file or folder; check the path")
    looks = _looks(root)
    if not looks:
        raise DataError(
            f"{spoken(root)}: no boxes and no points found; give a folder with Pascal VOC, COCO, YOLO or Label Studio "
            "labels, or a .csv with the columns image,label,xmin,ymin,xmax,ymax or image,x0,y0,..."
        )
    if len({look.form for look in looks}) > 1:
        said = " and ".join(f"{_SPOKEN[look.form]} ({look.named.name})" for look in looks[:3])
        raise DataError(f"{spoken(root)} holds {said}; name the one file or folder that counts")
    return settled(looks[0].read(whole), at_least=at_least)


def form_of(root: str | Path) -> str | None:
    """The form of the boxes or points that a place holds; None where there are none. For guessing the task.

    Raises:
        DataError: there are several of one form, and a person has to say which.
    """
    try:
        looks = _looks(Path(root))
    except OSError:
        return None
    return looks[0].form if looks else None


def _looks(root: Path) -> list[_Look]:
    """Every form that a place has."""
    if root.is_file():
        look = _file(root.parent, root)
        return [look] if look else []
    if not root.is_dir():
        return []
    names = below(root)
    files = [root / name for name in names if _high_up(name)]
    looks: list[_Look] = []
    descriptions = [path for path in files if path.suffix.lower() in (".yaml", ".yml") and _describes(path)]
    if descriptions:
        looks.append(_yolo(root, _chosen(descriptions)))
    jsons = [path for path in files if path.suffix.lower() == ".json"]
    kinds = {path: _json(path) for path in jsons}
    if cocos := [path for path in jsons if kinds[path] == "coco"]:
        looks.append(_coco(root, _instances(cocos)))
    if tasks := [path for path in jsons if kinds[path] == "labelstudio"]:
        looks.append(_tasks(root, _chosen(tasks)))
    if any(name.lower().endswith(".xml") and _annotates(root / name) for name in _some(names, ".xml")):
        look = _Look("voc", _folder(root, names, ".xml"), lambda _: voc.read(root))
        if (root / PROJECT).is_file():
            return [look]  # the labels that the studio keeps; it has taken the others over, or does not count them
        looks.append(look)
    tables = [path for path in files if path.suffix.lower() in (".csv", ".tsv") and _tabulates(path)]
    if tables:
        looks.append(_table(root, _chosen(tables)))
    if not looks and any(_numbers(root / name) for name in _some(names, ".txt", "labels")):
        looks.append(_Look("yolo", root / "labels", lambda _: yolo.read(root, None)))
    return looks


def _file(root: Path, path: Path) -> _Look | None:
    """The form of a file that was named itself."""
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return _yolo(root, path)
    if suffix == ".json":
        kind = _json(path)
        return (
            {"coco": lambda: _coco(_home(path), [path]), "labelstudio": lambda: _tasks(root, path)}[kind]()
            if kind
            else None
        )
    if suffix in (".csv", ".tsv") and _tabulates(path):
        return _table(root, path)
    return None


def _home(path: Path) -> Path:
    """The data folder of a COCO file: the one above, where it lies in `annotations`."""
    return path.parent.parent if path.parent.name.lower() in LABEL_FOLDERS else path.parent


def _yolo(root: Path, path: Path) -> _Look:
    return _Look("yolo", path, lambda _: yolo.read(root, path))


def _coco(root: Path, paths: list[Path]) -> _Look:
    return _Look("coco", paths[0], lambda whole: coco.read(root, paths, whole=whole))


def _tasks(root: Path, path: Path) -> _Look:
    return _Look("labelstudio", path, lambda whole: labelstudio.read(root, path, whole=whole))


def _table(root: Path, path: Path) -> _Look:
    return _Look("csv", path, lambda _: table.read(root, path))


def _high_up(name: str) -> bool:
    """Whether a file lies where descriptions do: at the top, or in a folder of labels or of a part."""
    *folders, _ = name.split("/")
    return len(folders) < 2 and all(f.lower() in LABEL_FOLDERS or part_named(f) for f in folders)


def _chosen(paths: list[Path]) -> Path:
    """The one file; of several of one form a person has to say which."""
    named = [
        path for path in paths if path.stem.lower() in ("data", "dataset", "labels", "tasks", "result", "keypoints")
    ]
    if len(paths) > 1 and len(named) != 1:
        said = ", ".join(path.name for path in paths[:5])
        raise DataError(f"{spoken(paths[0].parent)} holds {len(paths)} such files ({said}); name the one that counts")
    return named[0] if len(named) == 1 else paths[0]


def _instances(paths: list[Path]) -> list[Path]:
    """Of COCO's own files, those of the boxes; keypoints where there are no others."""
    for start in ("instances", "person_keypoints"):
        own = [path for path in paths if path.name.lower().startswith(start)]
        if own:
            return own
    return paths


def _start(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            start = file.read(_HEAD)
    except OSError:
        return b""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what some programs of Windows call Unicode
        return start[: len(start) & ~1].decode("utf-16", "replace").encode()
    return start


def _json(path: Path) -> str | None:
    """coco, labelstudio, or neither."""
    start = _start(path)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"["):
        return "labelstudio" if _TASKS.search(text) else None
    if not text.startswith(b"{"):
        return None
    if not _COCO.search(text) and len(start) == _HEAD:  # a long list of something else may stand first
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _HEAD, 0))
            text = file.read()
    return "coco" if _COCO.search(text) else None


def _describes(path: Path) -> bool:
    """Whether a YAML file is a data.yaml: it names classes or a part."""
    return re.search(rb"^[\"']?(names|nc|train)[\"']?\s*:", _start(path), re.MULTILINE) is not None


def _annotates(path: Path) -> bool:
    return b"<annotation" in _start(path)


def _tabulates(path: Path) -> bool:
    """Whether a table has boxes or points in it."""
    text = _start(path).decode("utf-8-sig", "replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    return table.columns(first) is not None


def _numbers(path: Path) -> bool:
    """Whether the first line of a .txt is an object of YOLO's."""
    try:
        first = text_of(path, 1 << 26).strip().splitlines()[:1]
    except DataError:
        return False
    return bool(first) and re.fullmatch(r"\d+(\s+[-+.\deE]+){4,}\s*", first[0]) is not None


def _some(names: list[str], suffix: str, folder: str = "") -> list[str]:
    """A few files of a kind: enough to know what they are."""
    found = [n for n in names if n.lower().endswith(suffix) and (not folder or folder in n.lower().split("/")[:-1])]
    return found[:20] + found[-5:]


def _folder(root: Path, names: list[str], suffix: str) -> Path:
    """The folder of the first file of a kind, for a sentence."""
    return (root / next(name for name in names if name.lower().endswith(suffix))).parent
