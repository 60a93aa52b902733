"""A project: a folder of the user's, with pictures, labels and runs in ordinary files; nothing is kept elsewhere.

cells/                       the project
├── 1.jpg, sub/2.png, ...    pictures, wherever they lie
├── Annotations/1.xml, ...   boxes and points, a Pascal VOC file for each picture that was labelled
├── classes.csv              classes of whole pictures: a line for each picture that was labelled
├── studio.json              names of classes and points, in their order
└── runs/detect-1/, ...      models, as `lenslet train` writes them
"""

import json
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath

from lenslet.data.class_table import ClassTable
from lenslet.data.scenes.annotations import FOLDER, Annotations
from lenslet.errors import CallError
from lenslet.files import write_whole
from lenslet.image.names import spoken

__all__ = ["RUNS", "SETTINGS", "ModelRow", "Project", "Settings"]

RUNS, SETTINGS = "runs", "studio.json"
SCHEMA = 1


@dataclass(frozen=True)
class Settings:
    """What a project knows that is in no label file: names before anything is called by them.

    Args:
        classes: in the order of the number keys.
        points: names of the points that every thing has; none where there are boxes only.
        lines: pairs of numbers of points, for drawing.
        kind: what is labelled: boxes, points, or classes of whole pictures; "" where nobody has said.
    """

    classes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    kind: str = ""


KINDS = {"boxes": "detect", "points": "landmark", "classes": "classify"}
"""What can be labelled -> the task that learns from it."""


@dataclass(frozen=True)
class ModelRow:
    """A model that a page can offer.

    Args:
        name: to show: `bloodcells`, or `runs/detect-1`.
        path: what `lenslet.load` takes: a shipped name or a folder.
        task: of its card.
        labels: of its card.
    """

    name: str
    path: str
    task: str
    labels: tuple[str, ...]


class Project:
    """A folder of the user's, opened. `Project.at(folder)` makes one; it is safe to use from several threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._pictures: tuple[str, ...] | None = None
        self._known: frozenset[str] = frozenset()
        self._drawn: Annotations | None = None
        self._named: tuple[Annotations, tuple[tuple[str, ...], tuple[str, ...]]] | None = None
        self.classes = ClassTable(root)

    @classmethod
    def at(cls, folder: str | Path) -> "Project":
        """Open a folder.

        Raises:
            CallError: there is none, or it is a file.
        """
        root = Path(folder).expanduser().absolute()
        if not root.is_dir():
            what = "is a file, no folder" if root.exists() else "there is no such folder"
            raise CallError(f"{spoken(root)}: {what}; give the folder that holds your pictures")
        return cls(root.resolve())

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of all pictures, sorted: paths below the project, with slashes. Listed once; see `look_again`."""
        with self._lock:
            if self._pictures is None:
                self.look_again()
            return self._pictures or ()

    def look_again(self) -> tuple[str, ...]:
        """List the folder anew: pictures may have been added meanwhile."""
        from lenslet.data.scenes.places import below, is_picture

        names = below(self.root)
        found = tuple(n for n in names if is_picture(n) and not n.startswith((f"{RUNS}/", f"{FOLDER}/")))
        with self._lock:
            self._pictures, self._known, self._drawn = found, frozenset(found), None
        return found

    @property
    def drawn(self) -> Annotations:
        """Boxes and points of single pictures."""
        with self._lock:
            if self._drawn is None:
                self._drawn = Annotations(self.root, self.pictures)
            return self._drawn

    @property
    def kind(self) -> str:
        """What is labelled here: as was said, else as it looks: boxes where nothing is labelled yet."""
        said = self.settings.kind
        if said:
            return said
        if self.drawn.labelled:
            return "boxes"
        return "classes" if self.classes.read() else "boxes"

    @property
    def task(self) -> str:
        """The task that learns from what is labelled here."""
        return KINDS[self.kind]

    def labelled(self) -> frozenset[str]:
        """Pictures that are labelled with what is labelled here."""
        if self.kind == "classes":
            return frozenset(self.classes.read()) & self._all()
        return self.drawn.labelled & self._all()

    def data(self) -> tuple[Path, str]:
        """What `train`, `check`, `stats` and `evaluate` take, and the task."""
        return self.root, self.task

    def _all(self) -> frozenset[str]:
        return self._known if self.pictures else frozenset()

    def path(self, name: str) -> Path:
        """The file of a picture.

        Raises:
            CallError: the project has no picture of that name: nothing else below or above it is ever opened.
        """
        if name not in self.pictures or name not in self._known:
            raise CallError(f"{name}: this project has no such picture; look at its folder again")
        return self.root / PurePosixPath(name)

    @property
    def runs(self) -> Path:
        """Where `lenslet train` keeps this project's models; made by the first run."""
        return self.root / RUNS

    @property
    def settings(self) -> Settings:
        """The names in studio.json; what is damaged there counts as not said."""
        try:
            said = json.loads((self.root / SETTINGS).read_text(encoding="utf-8"))
            return Settings(
                tuple(map(str, said.get("classes", ()))),
                tuple(map(str, said.get("points", ()))),
                tuple((int(a), int(b)) for a, b in said.get("lines", ())),
                said["kind"] if said.get("kind") in KINDS else "",
            )
        except (OSError, ValueError, TypeError, AttributeError):
            return Settings()

    def set(self, **changed: tuple[object, ...] | str) -> Settings:
        """Write some of the names anew, whole or not at all."""
        with self._lock:
            new = replace(self.settings, **changed)  # type: ignore[arg-type]
            text = json.dumps({"schema": SCHEMA, **asdict(new)}, ensure_ascii=False, indent=1)
            write_whole(self.root / SETTINGS, text + "\n")
            return new

    def all_classes(self) -> tuple[str, ...]:
        """Names of classes: those written down, then those that labels name beside."""
        said = self.settings.classes
        if self.kind == "classes":
            return tuple(dict.fromkeys([*said, *sorted(set(self.classes.read().values()))]))
        return tuple(dict.fromkeys([*said, *self._used()[0]]))

    def all_points(self) -> tuple[str, ...]:
        """Names of points: those written down, then those that labels name beside."""
        return tuple(dict.fromkeys([*self.settings.points, *self._used()[1]]))

    def _used(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of classes and points in the labels; found once: those that are used later are written down."""
        drawn = self.drawn
        with self._lock:
            if self._named is None or self._named[0] is not drawn:
                self._named = (drawn, drawn.names())
            return self._named[1]

    def models(self, *tasks: str) -> list[ModelRow]:
        """Models to choose from: those of this project, the newest first, then those that come with Lenslet.

        Args:
            tasks: only of these; of all if left out.
        """
        from lenslet.card.store import shipped

        own = sorted(self.runs.glob("*/card.json"), key=lambda path: -path.stat().st_mtime)
        rows = [row for path in own if (row := _row(f"{RUNS}/{path.parent.name}", str(path.parent), path))]
        rows += [row for name, folder in shipped().items() if (row := _row(name, name, folder / "card.json"))]
        return [row for row in rows if not tasks or row.task in tasks]


def _row(name: str, path: str, card: Path) -> ModelRow | None:
    """A model by its card, which is read as plain JSON: opening the model checks it. None where that is damaged."""
    try:
        said = json.loads(card.read_text(encoding="utf-8"))
        return ModelRow(name, path, str(said["task"]), tuple(map(str, said.get("labels", ()))))
    except (OSError, ValueError, KeyError, TypeError):
        return None
