"""A small picture whose four quarters differ, so that every turn and every wrong channel shows."""

import numpy as np
import pytest


@pytest.fixture
def quarters() -> np.ndarray:
    """48 high, 64 wide: red, green / blue, yellow."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32] = (220, 30, 40)
    picture[:24, 32:] = (30, 160, 60)
    picture[24:, :32] = (20, 60, 200)
    picture[24:, 32:] = (230, 210, 40)
    return picture
