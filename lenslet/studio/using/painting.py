"""`/api/use/painting...`: one painting at a time, which the page watches, stops, and takes away."""

import json
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Body, Response

from lenslet.errors import CallError, LensletError
from lenslet.studio.pictures import jpeg
from lenslet.studio.using.asking import download
from lenslet.studio.using.shelf import Shelf
from lenslet.studio.using.sources import Sources

__all__ = ["Easel", "routes"]

_LOOK_EVERY = 0.5  # seconds between pictures that the page is shown
_LARGEST = 1200  # pixels of the longer side that the page offers; the command line has no such limit


@dataclass
class _Work:
    """A painting that is being made, or is done."""

    names: tuple[str, str]
    chosen: dict[str, Any]
    state: str = "starting"
    step: int = 0
    of: int = 0
    share: float = 0.0
    seconds: float = 0.0
    costs: list[dict[str, float]] = field(default_factory=list)
    seen: bytes = b""
    version: int = 0
    error: str = ""
    stop: bool = False
    made: Any = None


class Easel:
    """Paints in a thread: torch lets the page's own thread work meanwhile."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._lock = threading.Lock()
        self._work: _Work | None = None

    def begin(self, content: str, style: str, chosen: dict[str, Any]) -> None:
        """Start painting.

        Args:
            content: the photo, see `Sources`.
            style: the picture with the style; nothing where `chosen` names a model that holds one.
            chosen: further arguments of `stylize`.

        Raises:
            CallError: another painting is not done yet, or the pictures are not here any more.
        """
        pictures = self.sources.given(content), self.sources.given(style) if style else None
        names = self.sources.name(content), self.sources.name(style) if style else str(chosen["model"])
        with self._lock:
            if self._work is not None and self._work.state in ("starting", "painting"):
                raise CallError("a painting is being made already: stop it first, or wait until it is done")
            self._work = work = _Work(names, chosen)
        threading.Thread(target=self._paint, args=(work, *pictures), name="painting", daemon=True).start()

    def stop(self) -> None:
        """End the painting after its next step; the picture so far stays."""
        if self._work is not None:
            self._work.stop = True

    def now(self) -> dict[str, Any]:
        """How far it is."""
        work = self._work
        if work is None:
            return {"state": "none"}
        left = work.seconds * (1 - work.share) / work.share if work.share > 0.01 else None
        costs = list(work.costs)
        return {
            "state": work.state,
            "names": work.names,
            "chosen": work.chosen,
            "step": work.step,
            "of": work.of,
            "share": work.share,
            "seconds": work.seconds,
            "left": left if work.state == "painting" else None,
            "costs": [sum(one.values()) for one in costs],
            "parts": costs[-1] if costs else {},
            "version": work.version,
            "error": work.error,
        }

    def seen(self) -> bytes:
        """The picture so far, JPEG.

        Raises:
            CallError: there is none yet.
        """
        if self._work is None or not self._work.seen:
            raise CallError("nothing is painted yet")
        return self._work.seen

    def made(self) -> Any:
        """The painting, when it is done or was stopped.

        Raises:
            CallError: there is none.
        """
        if self._work is None or self._work.made is None:
            raise CallError("there is no painting yet: let it be painted first")
        return self._work.made

    def _paint(self, work: _Work, content: Path | bytes, style: Path | bytes | None) -> None:
        from lenslet.verbs.easel import looked_at
        from lenslet.verbs.stylize import stylize

        last = 0.0

        def look(stroke: Any, picture: Any) -> None:
            nonlocal last
            work.state, work.step, work.of, work.share = "painting", stroke.step, stroke.of, stroke.share
            work.seconds = stroke.seconds
            work.costs.append(dict(stroke.costs))
            if work.stop:
                raise KeyboardInterrupt  # as Ctrl-C: the picture so far is kept
            if monotonic() - last >= _LOOK_EVERY:
                _show(work, picture())
                last = monotonic()

        try:
            with looked_at(look):
                painting: Any = stylize(content, [] if style is None else [style], progress=False, **work.chosen)
            recipe = {**painting.recipe, "content_name": work.names[0]}
            if style is not None:
                recipe["style_names"] = [work.names[1]]
            work.made = replace(painting, recipe=recipe)
            _show(work, painting.picture)
            work.share, work.seconds = 1.0, painting.seconds
            work.state = "stopped" if painting.stopped else "done"
        except LensletError as error:
            work.error, work.state = " ".join(str(error).split()), "failed"
        except Exception as error:  # the thread's last word: the page has to say something
            work.error, work.state = f"painting failed: {type(error).__name__}: {error}", "failed"


def routes(router: APIRouter, easel: Easel, shelf: Shelf) -> None:
    """Adds them to a router whose prefix is `/api`."""

    @router.post("/use/painting")
    def begin(
        content: Annotated[str, Body()],
        style: Annotated[str, Body()] = "",
        model: Annotated[str, Body()] = "",
        size: Annotated[int, Body(ge=64, le=_LARGEST)] = 384,
        strength: Annotated[float, Body(ge=0, le=1)] = 0.5,
        start: Annotated[str, Body(pattern="^(content|noise)$")] = "content",
        steps: Annotated[int, Body(ge=1, le=500)] = 60,
        keep_colours: Annotated[bool, Body()] = False,
    ) -> dict[str, Any]:
        chosen: dict[str, Any] = {"size": size, "keep_colours": keep_colours}
        if model:  # it holds its style, and all else that was chosen when it learned
            chosen["model"] = shelf.opened(model).path
        elif not style:
            raise CallError("choose the picture whose style the photo is to have, or a model that holds one")
        else:
            chosen |= {"strength": strength, "start": start, "steps": steps}
        easel.begin(content, "" if model else style, chosen)
        return easel.now()

    @router.get("/use/painting")
    def now() -> dict[str, Any]:
        return easel.now()

    @router.post("/use/painting/stop")
    def stop() -> dict[str, Any]:
        easel.stop()
        return easel.now()

    @router.get("/use/painting/seen")
    def seen() -> Response:
        return Response(easel.seen(), media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    @router.get("/use/painting/{file}")
    def file(file: str) -> Response:
        painting = easel.made()
        if file == "recipe.json":
            return download(json.dumps(painting.to_dict(), ensure_ascii=False, indent=1), file, "application/json")
        if file not in ("painting.png", "sheet.png"):
            raise CallError(f"{file}: a painting is taken away as painting.png, sheet.png or recipe.json")
        with tempfile.TemporaryDirectory(prefix="lenslet-") as place:
            path = Path(place) / file
            (painting.save if file == "painting.png" else painting.plot)(path)
            return download(path.read_bytes(), file, "image/png")


def _show(work: _Work, picture: np.ndarray) -> None:
    work.seen = jpeg(picture, longest=_LARGEST, quality=88)
    work.version += 1
