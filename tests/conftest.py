"""What several test folders share."""

import os
from pathlib import Path

import pytest

# One thread a process: tests are small, machines that run them are shared, and two threads that wait for each other
# there are many times slower than one. Must stand before torch is imported; subprocesses inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and weights beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no ../shared/data beside this checkout: real data is not part of the project")
    return SHARED
