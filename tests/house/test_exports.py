"""`import lenslet`: the public names are those written down, each is there, and the list costs no import."""

import ast
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lenslet

ROOT = Path(__file__).resolve().parents[2]


def names_for_type_checkers() -> set[str]:
    tree = ast.parse((ROOT / "lenslet" / "__init__.pyi").read_text())
    ours = [n for n in tree.body if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("lenslet")]
    written = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {alias.name for node in ours for alias in node.names} | written


def test_all_is_what_can_be_imported_and_what_a_type_checker_sees():
    listed = set(lenslet.__all__) - {"__version__"}
    assert listed == set(lenslet.HOMES) | set(lenslet.ROOMS)
    assert listed == names_for_type_checkers()
    assert list(lenslet.__all__) == sorted(lenslet.__all__)
    assert dir(lenslet) == sorted(lenslet.__all__)


@pytest.mark.parametrize("name", lenslet.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    found = getattr(lenslet, name)
    assert found is getattr(lenslet, name)
    assert found.__doc__


def test_train_has_the_parameters_that_a_type_checker_sees():
    tree = ast.parse((ROOT / "lenslet" / "__init__.pyi").read_text())
    seen = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "train").args
    defaults = dict(zip((a.arg for a in seen.kwonlyargs), map(ast.literal_eval, seen.kw_defaults), strict=True))
    real = list(inspect.signature(lenslet.train).parameters.values())[1:]
    assert defaults == {parameter.name: parameter.default for parameter in real}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = lenslet.trian


def test_import_lenslet_imports_nothing_but_the_standard_library():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import lenslet; dir(lenslet); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout
    assert {name.partition(".")[0] for name in loaded.split()} - sys.stdlib_module_names <= {"lenslet", "__main__"}


def test_the_version_is_the_one_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert lenslet.__version__ == project["version"]
