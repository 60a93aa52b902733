"""Plain against residual: both nets learning in a process of their own; and a picture's way through blocks."""

import atexit
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, Field

from lenslet.errors import CallError
from lenslet.studio.learning.encode import png
from lenslet.studio.learning.racing import DEPTHS

if TYPE_CHECKING:
    from fastapi import APIRouter

    from lenslet.studio.project import Project

__all__ = ["Race", "Through", "routes", "through"]


class Start(BaseModel):
    """How deep, how long."""

    depth: int = 56
    epochs: Annotated[int, Field(ge=1, le=20)] = 5


class Through(BaseModel):
    """A digit goes through so many blocks whose weights were multiplied by `scale`."""

    digit: Annotated[int, Field(ge=0, le=1796)] = 3
    scale: Annotated[float, Field(ge=0, le=2)] = 0.0
    blocks: Annotated[int, Field(ge=1, le=40)] = 8


class Race:
    """One race at a time, for all tabs. Its process ends with the studio, or when somebody stops it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._rows: list[dict[str, Any]] = []
        self._asked = Start()
        self._said = ""
        atexit.register(self.stop)

    def start(self, asked: Start) -> None:
        """Begin, unless one is going on.

        Raises:
            CallError: no such depth, or one is going on.
        """
        if asked.depth not in DEPTHS:
            raise CallError(f"a depth of {asked.depth}: choose one of {', '.join(map(str, DEPTHS))}")
        with self._lock:
            if self._going():
                raise CallError("two nets are learning already, here or in another tab; stop them first")
            command = [sys.executable, "-m", "lenslet.studio.learning.racing", str(asked.depth), str(asked.epochs)]
            self._process = subprocess.Popen(  # noqa: S603  our own module, and two whole numbers
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            self._rows, self._asked, self._said = [], asked, ""
            threading.Thread(target=self._hear, args=(self._process, self._rows), daemon=True).start()

    def stop(self) -> None:
        """End it; what it has shown stays."""
        with self._lock:
            process = self._process
            if process is not None and process.poll() is None:
                process.kill()

    def state(self) -> dict[str, Any]:
        """What a page shows."""
        with self._lock:
            return {
                "going": self._going(),
                "depth": self._asked.depth,
                "epochs": self._asked.epochs,
                "rows": list(self._rows),
                "said": self._said,
                "depths": list(DEPTHS),
            }

    def _going(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _hear(self, process: "subprocess.Popen[str]", rows: list[dict[str, Any]]) -> None:
        """Take its lines until it ends; the last words of one that failed are kept."""
        assert process.stdout is not None
        assert process.stderr is not None
        errors: list[str] = []
        hearing = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
        hearing.start()
        for line in process.stdout:
            row = json.loads(line)
            with self._lock:
                rows.append(row)
        code = process.wait()
        hearing.join()
        for end in (process.stdin, process.stdout, process.stderr):
            if end is not None:
                end.close()
        with self._lock:
            if code > 0 and rows is self._rows:
                self._said = f"It ended too soon: {errors[-1].strip() if errors else code}"


def through(asked: Through) -> dict[str, Any]:
    """The activations after each block, of a plain stack and of one with the sums; both have the same weights.

    Source: course 2.4.
    """
    import torch
    from sklearn.datasets import load_digits

    from lenslet.nets.resnet_cifar import CifarBlock

    picture = load_digits().images[asked.digit] / 16
    seen: dict[str, list[np.ndarray]] = {"plain": [], "residual": []}
    with torch.no_grad():
        for name, found in seen.items():
            torch.manual_seed(0)
            a = torch.from_numpy(picture).float()[None, None]
            for _ in range(asked.blocks):
                block = CifarBlock(1, 1, residual=name == "residual").eval()
                for weights in block.parameters():
                    weights.mul_(asked.scale)
                a = block(a)
                found.append(a[0, 0].numpy())
    return {
        "picture": _shown(picture),
        "blocks": {name: [_shown(a) for a in found] for name, found in seen.items()},
        "largest": {name: [float(a.max()) for a in found] for name, found in seen.items()},
        "same": bool(np.array_equal(seen["residual"][-1], picture.astype(np.float32))),
    }


def _shown(a: Float[np.ndarray, "h w"]) -> str:
    """Activations in the colours of heat; 1 and the largest are brightest."""
    from lenslet import draw

    return png(draw.heat_colours(a / max(float(a.max()), 1.0)))


def routes(router: "APIRouter", project: "Project") -> None:  # noqa: ARG001
    """What the page asks."""
    race = Race()

    @router.get("/learn/race")
    def state() -> dict[str, Any]:
        return race.state()

    @router.post("/learn/race/start")
    def start(asked: Start) -> dict[str, Any]:
        race.start(asked)
        return race.state()

    @router.post("/learn/race/stop")
    def stop() -> dict[str, Any]:
        race.stop()
        return race.state()

    @router.post("/learn/through")
    def blocks(asked: Through) -> dict[str, Any]:
        return through(asked)
