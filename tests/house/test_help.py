"""`lenslet --help` answers at once: nothing heavy is imported for it. (How fast it is: benchmarks/speed/help.py.)"""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numpy", "PIL", "matplotlib", "scipy", "sklearn", "rich", "safetensors", "pydantic")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["train", "--help"], ["predict", "-h"]])
def test_help_imports_nothing_heavy(arguments):
    code = f"""
import sys
sys.argv = ["lenslet", *{arguments!r}]
from lenslet.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write(" ".join(name for name in {HEAVY!r} if name in sys.modules))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout
    assert result.stderr == ""
