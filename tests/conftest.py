"""What several test folders share."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and weights beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no ../shared/data beside this checkout: real data is not part of the project")
    return SHARED
