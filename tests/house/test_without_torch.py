"""What must work where torch is not installed."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = "import sys; sys.modules['torch'] = None\n"  # importing it now raises ModuleNotFoundError


def rooms() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [forbidden] = [contract for contract in contracts if contract["type"] == "forbidden"]
    return [*forbidden["source_modules"], "lenslet", "lenslet.cli"]


def modules(room: str) -> list[str]:
    place = ROOT / room.replace(".", "/")
    if room == "lenslet" or not place.is_dir():
        return [room]
    files = [path.relative_to(ROOT).with_suffix("") for path in place.rglob("*.py")]
    return sorted(".".join(path.parts).removesuffix(".__init__") for path in files)


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", BLOCK + code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("room", rooms())
def test_the_torch_free_rooms_import_file_by_file(room):
    result = run("\n".join(f"import {module}" for module in modules(room)))
    assert result.returncode == 0, result.stderr[-2000:]


@pytest.mark.parametrize("path", sorted((ROOT / "lenslet" / "tasks").rglob("metrics.py")), ids=lambda p: p.parent.name)
def test_every_metrics_file_imports(path):
    result = run("import " + ".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert result.returncode == 0, result.stderr[-2000:]


@pytest.mark.parametrize("name", ["base", "exported"])
def test_what_holds_an_exported_model_imports(name):
    files = sorted((ROOT / "lenslet" / "tasks").rglob(f"{name}.py"))
    assert {path.parent.name for path in files} >= {"classify", "detect", "face", "landmark", "localize"}
    result = run("\n".join("import " + ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files))
    assert result.returncode == 0, result.stderr[-2000:]


@pytest.mark.parametrize("arguments", [["train", "x"], ["describe", "lenet5"]])
def test_a_verb_that_needs_torch_says_how_to_install_it(arguments, tmp_path):
    (tmp_path / "x").mkdir()
    call = f"import os; os.chdir({str(tmp_path)!r}); sys.argv = ['lenslet', *{arguments!r}]\n"
    result = run(call + "from lenslet.cli import main; main()")
    assert result.returncode == 2
    assert result.stdout == ""
    assert 'pip install "lenslet[train]"' in result.stderr
    assert "Traceback" not in result.stderr
