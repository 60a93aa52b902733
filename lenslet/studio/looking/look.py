"""A look at the project in the background: it survives a reload, and two tabs share it."""

import threading
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lenslet.errors import LensletError

if TYPE_CHECKING:
    from lenslet.results import DataReport, DataStats
    from lenslet.studio.project import Project

__all__ = ["Look", "look_of"]

_LOOKS: dict[str, "Look"] = {}
_GUARD = threading.Lock()


def look_of(project: "Project") -> "Look":
    """The one look of a project."""
    with _GUARD:
        return _LOOKS.setdefault(str(project.root), Look(project))


class Look:
    """What was found, when, and how far a look that is under way has come. It is the bar of the verbs that it calls."""

    def __init__(self, project: "Project") -> None:
        self.project = project
        self.report: DataReport | None = None
        self.stats: DataStats | None = None
        self.error = ""
        self.at_time = ""
        self.doing = ""
        self.share = 0.0
        self.number = 0  # of the look that is shown; a page builds anew when it changes
        self._worker: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a look is under way."""
        return self._worker is not None and self._worker.is_alive()

    def start(self) -> None:
        """Look, unless somebody does already."""
        with _GUARD:
            if self.busy:
                return
            self.doing, self.share = "listing the pictures", 0.0
            self._worker = threading.Thread(target=self._look, daemon=True, name="lenslet-look")
            self._worker.start()

    def _look(self) -> None:
        from lenslet.verbs.looking import look
        from lenslet.verbs.progress import watched

        try:
            names = self.project.look_again()
            with watched(self):
                found = look(self.project.root, [self.project.root / PurePosixPath(name) for name in names])
            self.report, self.stats = found
            self.error = ""
        except LensletError as error:
            self.report, self.stats, self.error = None, None, str(error)
        except Exception as error:  # a thread has nobody above it to tell
            self.error = f"the look ended early ({type(error).__name__}: {error}); look again"
        self.at_time = time.strftime("%H:%M")
        self.number += 1

    def phase(self, text: str) -> None:
        """See `Bar`."""
        self.doing, self.share = text, 0.0

    def at(self, fraction: float, text: str = "") -> None:  # noqa: ARG002 - the share says it
        """See `Bar`."""
        self.share = min(fraction, 1.0)

    def say(self, text: str) -> None:
        """See `Bar`."""
        self.doing = text
