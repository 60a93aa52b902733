"""benchmark: how fast a model answers on this machine, by who computes."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_doc import Doc

from lenslet.errors import CallError, LensletError, WorkError

if TYPE_CHECKING:
    from lenslet.results.speeds import Speeds

__all__ = ["benchmark"]

_MOST = 64  # pictures


def benchmark(
    model: Annotated[str | Path, Doc("A model folder, the name of a shipped model, or an exported .onnx file.")],
    *,
    data: Annotated[
        str | Path | None,
        Doc("Pictures to answer to, a file, folder or pattern; the two photographs of scikit-learn if left out."),
    ] = None,
    threads: Annotated[
        Sequence[int] | None, Doc("Numbers of threads to compute with; 1 and as many as there are cores if left out.")
    ] = None,
    batch: Annotated[int, Doc("Pictures that go through the net together where throughput is measured.")] = 8,
    seconds: Annotated[float, Doc("For each of latency and throughput, of each backend.")] = 2.0,
    progress: Annotated[bool, Doc("Show a bar on stderr.")] = True,
) -> "Speeds":
    """Measure a model from the file to the answer: latency, throughput and memory, by backend and number of threads.

    PyTorch, ONNX Runtime and OpenVINO are measured where they are installed, each in a process of its own, one after
    the other. A model folder is exported for it.

    Raises:
        CardError: no such model.
        CallError: no picture, or a number out of its range.
        WorkError: a backend failed on all of them.
    """
    from lenslet.results.speeds import Speed, Speeds
    from lenslet.verbs.load import load
    from lenslet.verbs.progress import bar

    counts = tuple(threads) if threads else tuple(dict.fromkeys((1, os.cpu_count() or 1)))
    if min(counts) < 1 or batch < 1 or not 0 < seconds <= 600:
        raise CallError("give threads and a batch of 1 or more, and seconds from above 0 to 600")
    opened: Any = load(model)
    notes: list[str] = []
    rows: list[Speed] = []
    with tempfile.TemporaryDirectory() as folder, bar(shown=progress) as shown:
        pictures = _pictures(data, Path(folder))
        ways = _ways(opened, model, Path(folder), notes)
        for number, (backend, where) in enumerate(ways):
            for place, count in enumerate(counts):
                shown.phase(f"{backend}, {count} thread{'' if count == 1 else 's'}")
                asked = {"model": where, "backend": backend, "pictures": pictures, "threads": count, "batch": batch}
                try:
                    rows.append(Speed(**_child({**asked, "seconds": seconds}, count)))
                except WorkError as error:
                    notes.append(f"{backend} with {count} threads failed: {error}")
                shown.at((number * len(counts) + place + 1) / (len(ways) * len(counts)))
    if not rows:
        raise WorkError(f"nothing could be measured: {'; '.join(notes)}")
    name = Path(opened.folder).name if opened.folder is not None else opened.card.net
    file = getattr(opened, "file", None)
    return Speeds(
        name, opened.card.task, file.precision if file is not None else "fp32", len(pictures), batch, _machine(),
        tuple(rows), tuple(notes),
    )  # fmt: skip


def _ways(opened: Any, model: str | Path, folder: Path, notes: list[str]) -> list[tuple[str, str]]:
    """(backend, what it opens) of those that are installed."""
    from lenslet.runtime import BACKENDS

    ways: list[tuple[str, str]] = []
    where = Path(model)
    if where.suffix != ".onnx":
        ways.append(("torch", str(model)))
        where = folder / "model.onnx"
        try:
            opened.export(where)
        except LensletError as error:
            notes.append(f"only PyTorch is measured: {error}")
            return ways
    for backend in BACKENDS:
        if find_spec(backend) is None:
            notes.append(f"{backend} is not installed")
        else:
            ways.append((backend, str(where)))
    return ways


def _pictures(data: str | Path | None, folder: Path) -> list[str]:
    from lenslet.image import find_images, save_image

    if data is not None:
        found = [str(path.resolve()) for path in list(find_images(data))[:_MOST]]
        if not found:
            raise CallError(f"{data}: there is no picture in it")
        return found
    from sklearn.datasets import load_sample_images

    made = []
    for number, image in enumerate(load_sample_images().images):
        path = folder / f"{number}.jpg"
        save_image(image, path)
        made.append(str(path))
    return made


def _child(asked: dict[str, Any], threads: int) -> dict[str, Any]:
    """What a process of its own found.

    Raises:
        WorkError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "lenslet.verbs.timed"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()
        raise WorkError(last[-1][:300] if last else f"it ended with {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _machine() -> str:
    """The processor's name and the cores."""
    import platform

    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"
