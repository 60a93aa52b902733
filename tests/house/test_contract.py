"""The walls: the import contract of pyproject.toml, the ceiling of a file, no pickle, no print."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CEILING = 400
SOURCES = sorted(
    path for folder in ("lenslet", "tests", "benchmarks", "docs") for path in (ROOT / folder).rglob("*.py")
)
PACKAGE = [path for path in SOURCES if path.is_relative_to(ROOT / "lenslet")]


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_rooms_import_only_what_lies_below_them():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-3000:]


def test_the_contract_holds_every_room_and_no_utils():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [contract for contract in contracts if contract["type"] == "layers"]
    assert layers["exhaustive"] is True
    assert not [path for path in PACKAGE if path.stem in ("utils", "util", "helpers", "common", "misc")]


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_no_source_file_is_longer_than_the_ceiling(path):
    assert len(path.read_text().splitlines()) <= CEILING


@pytest.mark.parametrize("path", PACKAGE, ids=ids)
def test_no_pickle_no_print_no_stringly_annotations(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            imported.append(node.module or "")
            assert not (node.module == "__future__" and "annotations" in imported)
        assert not {name.partition(".")[0] for name in imported} & {"pickle", "dill", "cloudpickle", "joblib", "shelve"}
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "eval", "exec", "torch.save"), called
            words = {word.arg: ast.unparse(word.value) for word in node.keywords}
            assert words.get("allow_pickle", "False") == "False", "NumPy would read pickled objects"
            assert called != "torch.load" or words.get("weights_only") == "True", "torch.load would run code"


def test_torch_load_is_called_in_one_place():
    callers = [path for path in PACKAGE if re.search(r"\btorch\.load\(", path.read_text())]
    assert [path.parent.name for path in callers] in ([], ["card"])


def test_the_linter_bans_pickle_and_print():
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert {"torch.load", "torch.save", "pickle"} <= set(lint["flake8-tidy-imports"]["banned-api"])
    assert {"TID", "T20", "S"} <= set(lint["select"])


def test_contributing_fits_on_a_page():
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 50


def test_constraints_pin_every_dependency_exactly_and_name_no_host():
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    pins = dict(line.split("==") for line in text.splitlines() if line and not line.startswith("#"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *(n for extra in project["optional-dependencies"].values() for n in extra)]
    names = {re.split(r"[\[<>=~ ]", need)[0] for need in needed} - {"lenslet"}
    assert names <= {name.lower() for name in pins}
    assert all(re.fullmatch(r"[\w.]+", version) for version in pins.values())
