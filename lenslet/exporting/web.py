"""A page per model: the exported file, ONNX Runtime for browsers, and what shows the answer, as files that any server
of static files gives out, and that open by a double click."""

import base64
import gzip
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from lenslet.errors import CallError, MissingError
from lenslet.files import cache_folder, write_whole
from lenslet.results.exported import Exported

__all__ = ["page", "ready"]

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
AT_LEAST = "at_least"
"""The input of detectors that says the lowest score."""
_CODE, _WASM = "dist/ort.wasm.bundle.min.mjs", "dist/ort-wasm-simd-threaded.wasm"
_LARGEST = 200 * 2**20  # bytes of a package
_SECONDS = 300
_HERE = Path(__file__).parent / "page"
_LEADS = {
    "classify": "What does a picture show?",
    "localize": "What does a picture show, and where?",
    "landmark": "Where are the points of the thing on a picture?",
    "detect": "What is on a picture, and where?",
    "style": "A picture of yours, painted.",
    "face": "Do two pictures show the same one? Each is to be cut out around what it shows, and upright.",
}


def ready(task: str) -> None:
    """Whether a page can be made, before anything that takes time.

    Raises:
        CallError: there is no page for this task.
        MissingError: npm is not installed, or the package cannot be fetched.
    """
    if task not in _LEADS:
        raise CallError(f"there is no page for models of task {task}: leave --web out")
    _runtime()


def page(made: Exported, folder: Path, name: str) -> Exported:
    """Write the page of an exported file.

    Args:
        made: the file.
        folder: of the page; files of other names in it stay.
        name: of the model, for people.

    Raises:
        MissingError: npm is not installed, or the package cannot be fetched.
    """
    from jinja2 import Environment, FileSystemLoader

    from lenslet.runtime import OnnxFile

    card = OnnxFile(made.path).card
    code, wasm = _runtime()
    thresholds = card.get("thresholds", {})
    usual = {"detect": thresholds.get("score", 0.25), "face": thresholds.get("distance", 1.0)}
    model = {
        "task": made.task,
        "labels": card["labels"],
        "threshold": usual.get(made.task),
        "file": base64.b64encode(_for_browsers(made.path)).decode(),
    }
    packed = {"code": _packed(code), "wasm": _packed(wasm)}
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True)
    licence = card.get("licence", {}).get("weights", "")
    text = environment.get_template("index.html").render(
        title=name,
        lead=_LEADS[made.task],
        task=made.task,
        pair=made.task == "face",
        runtime=VERSION,
        foot=f"{name}: {card['net']}, {made.precision}, {made.size / 2**20:.1f} MB."
        + (f" Weights: {licence}." if licence else ""),
    )
    write_whole(folder / "model.js", f"const MODEL = {_literal(model)};\n")
    write_whole(folder / "runtime.js", f"const RUNTIME = {_literal(packed)};\n")
    write_whole(folder / "page.js", (_HERE / "page.js").read_bytes())
    write_whole(folder / "index.html", text + "\n")
    return replace(made, page=folder)


def _for_browsers(path: Path) -> bytes:
    """The file with its lowest score as an input that must be given: in browsers the runtime knows no other inputs."""
    import onnx

    model = onnx.load(str(path))
    rest = [value for value in model.graph.initializer if value.name != AT_LEAST]
    if len(rest) != len(model.graph.initializer):
        del model.graph.initializer[:]
        model.graph.initializer.extend(rest)
    plain: bytes = model.SerializeToString()
    return plain


def _literal(value: Any) -> str:
    """As JavaScript, also in the eyes of old readers of JSON."""
    return json.dumps(value, ensure_ascii=True)


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, 6, mtime=0)).decode()


def _runtime() -> tuple[bytes, bytes]:
    """Code and machine code of ONNX Runtime for browsers, from its npm package; fetched once.

    Raises:
        MissingError: npm is not installed, or the package cannot be fetched.
    """
    kept = cache_folder() / "web" / f"{PACKAGE}-{VERSION}"
    files = [kept / Path(name).name for name in (_CODE, _WASM)]
    if not all(file.is_file() for file in files):
        with tempfile.TemporaryDirectory() as folder:
            archive = _fetched(Path(folder))
            for name, file in zip((_CODE, _WASM), files, strict=True):
                write_whole(file, _member(archive, f"package/{name}"))
    return files[0].read_bytes(), files[1].read_bytes()


def _fetched(folder: Path) -> Path:
    """The package, as npm packs it; npm checks its hash."""
    from lenslet.card.store import offline

    npm = shutil.which("npm")
    what = f"the page is run by the npm package {PACKAGE}"
    if npm is None:
        raise MissingError(f"{what}, and npm is not installed: install Node.js, or leave --web out")
    if offline():
        raise MissingError(f"{what}, which is not here yet, and LENSLET_OFFLINE forbids to fetch it: leave --web out")
    try:
        done = subprocess.run(  # noqa: S603  the npm of this machine
            [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--ignore-scripts"],
            cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False,
            env={**os.environ, "NO_UPDATE_NOTIFIER": "1", "npm_config_update_notifier": "false"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingError(f"{what}, which npm did not fetch ({error}): try again, or leave --web out") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1 or archives[0].stat().st_size > _LARGEST:
        lines = done.stderr.strip().splitlines()
        why = f" ({lines[-1][:160]})" if lines else ""
        raise MissingError(f"{what}, which npm cannot fetch{why}: is the network there? Or leave --web out")
    return archives[0]


def _member(archive: Path, name: str) -> bytes:
    with tarfile.open(archive) as opened:
        try:
            file = opened.extractfile(name)
        except KeyError as error:
            raise MissingError(f"{PACKAGE} {VERSION} has no {name}: please report this") from error
        assert file is not None  # a plain file
        return file.read(_LARGEST)
