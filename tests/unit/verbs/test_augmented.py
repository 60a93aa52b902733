"""The sheet of `--show-augmented`."""

import numpy as np
import pytest

from lenslet.data.augment import PRESETS, Augment
from lenslet.draw import strips
from lenslet.verbs import augmented
from lenslet.verbs.augmented import augmented_sheet

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 40, 40, 3), np.uint8)


def _rows(monkeypatch: pytest.MonkeyPatch, pixels: np.ndarray, change: Augment, **how: float) -> dict[str, list]:
    """The rows of a sheet by their names."""
    seen: dict[str, list] = {}

    def catch(rows: list, names: list[str]) -> np.ndarray:
        seen.update(zip(names, rows, strict=True))
        return strips(rows, names)

    monkeypatch.setattr(augmented, "strips", catch)
    sheet = augmented_sheet(pixels, change, **how)
    assert sheet.shape[2] == 3
    assert sheet.dtype == np.uint8
    return seen


def test_a_row_says_how_far_the_run_goes_or_that_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(_rows(monkeypatch, PIXELS, PRESETS["full"]))
    assert names[0] == "as they are"
    assert "rotate\nup to 15° either way" in names
    assert any(name.startswith("elastic") and name.endswith("not in this run") for name in names)
    assert [name.splitlines()[0] for name in names[-2:]] == ["all together"] * 2
    assert len(names) == 16


def test_a_row_runs_through_its_range_and_leaves_the_middle_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _rows(monkeypatch, PIXELS, PRESETS["full"])
    for name in ("rotate", "shear", "scale", "aspect", "brightness", "contrast", "saturation"):
        [row] = [row for key, row in rows.items() if key.startswith(name)]
        changed = [np.abs(a.astype(int) - b).mean() for a, b in zip(row, PIXELS, strict=True)]
        assert changed[3] < 1 < min(changed[0], changed[6]), name
    [mirrored] = [row for key, row in rows.items() if key.startswith("mirror")]
    assert [bool((a == b[:, ::-1]).mean() > 0.9) for a, b in zip(mirrored, PIXELS, strict=True)] == [
        True, False, True, False, True, False, True,
    ]  # fmt: skip


def test_grey_pictures_have_no_rows_of_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    names = " ".join(_rows(monkeypatch, PIXELS[:2, :, :, :1], PRESETS["glyph"], mixup=0.2))
    assert "PCA" not in names
    assert "saturation" not in names
    assert "alpha 0.2" in names


def test_a_run_without_changes_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(_rows(monkeypatch, PIXELS[:1], Augment.none()))
    assert names[0] == "as they are\nthis run changes nothing"
    assert "all together" not in " ".join(names)
