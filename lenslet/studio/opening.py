"""`lenslet studio`: opens a project and serves its pages until it is stopped."""

import logging
import socket
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from annotated_doc import Doc

from lenslet.errors import CallError

__all__ = ["HOST", "Visit", "opened", "studio"]

HOST = "127.0.0.1"  # nobody but the user of this computer; there is no option for anything else
_FIRST, _LAST = 8642, 8662  # where a free port is looked for


@dataclass(frozen=True)
class Visit:
    """What was open, once it is closed.

    Args:
        folder: of the project.
        url: where its pages were.
        pictures: that it holds.
    """

    folder: Path
    url: str
    pictures: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {"folder": str(self.folder), "url": self.url, "pictures": self.pictures}


def studio(
    folder: Annotated[Path, Doc("The project: a folder with your pictures; labels and runs are kept in it.")] = Path(),
    *,
    port: Annotated[int | None, Doc("Where to listen, on this computer only; a free one if left out.")] = None,
    browser: Annotated[bool, Doc("Open the page in your browser.")] = True,
) -> Visit:
    """Label, look after, train and use in a browser, on your own computer, offline; until Ctrl-C.

    Raises:
        CallError: no such folder, or the port is taken.
        MissingError: NiceGUI is not installed.
    """
    return opened(folder, port=port, browser=browser)


def opened(
    folder: str | Path, *, port: int | None, browser: bool, tell: Callable[[str], object] | None = None
) -> Visit:
    """What `studio` does; `tell` hears where the pages are as soon as they answer."""
    import threading
    import webbrowser

    import uvicorn

    from lenslet.studio.app import create
    from lenslet.studio.project import Project
    from lenslet.studio.training.locks import at_work

    project = Project.at(folder)
    listening = _listening(port)
    url = f"http://{HOST}:{listening.getsockname()[1]}/"
    app = create(project)

    def ready() -> None:
        if tell is not None:
            tell(f"{project.root.name or project.root}: {url} (Ctrl-C ends it)")
        if browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    class Told(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # who ends the studio knows that pages which are still waiting get no answer: no stack traces about them
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            await super().shutdown(sockets)

    # NiceGUI looks at every object that there is for the server; some of torch's do not like to be looked at
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"nicegui\..*")
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    with listening:
        Told(config).run(sockets=[listening])
    if tell is not None:
        for name in at_work(project.runs):
            tell(f"{name} goes on learning in a process of its own; open the studio again to watch or end it")
    return Visit(project.root, url, len(project.pictures))


def _listening(port: int | None) -> socket.socket:
    """A socket that listens at a port: the one that was asked for, or the first that is free."""
    for chosen in range(_FIRST, _LAST) if port is None else (port,):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((HOST, chosen))
            made.listen(128)
        except (OSError, OverflowError):
            made.close()
            continue
        return made
    taken = f"port {port}" if port is not None else f"every port from {_FIRST} to {_LAST - 1}"
    raise CallError(f"{taken} of this computer is taken or not allowed; give another with --port")
