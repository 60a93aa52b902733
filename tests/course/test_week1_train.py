"""Course 1.13: a multi-class classifier trained on hand signs.

How good it gets in its usual minutes is measured by benchmarks/quality/hand_signs.py; here, seconds must be enough to
see that it learns, and the whole way (train, save, load, predict, evaluate) must hold.
"""

from pathlib import Path

import pytest

import lenslet as ll


@pytest.mark.data
@pytest.mark.slow
def test_a_net_learns_the_courses_hand_signs(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSLET_CACHE", str(tmp_path / "cache"))
    model = ll.train(shared / "data" / "signs", net="facet_s", size=32, epochs=8, out=tmp_path / "run", progress=False)
    assert model.labels == ("0", "1", "2", "3", "4", "5")
    assert model.evaluation is not None
    assert model.evaluation.n == 201  # 15 of the 216 are copies, byte for byte, of training pictures
    assert "15 pictures" in model.evaluation.notes[0]
    assert model.evaluation["accuracy"] > 0.6  # six classes: guessing gives 0.17
    again = ll.load(tmp_path / "run").evaluate(shared / "data" / "signs")
    assert again["accuracy"] == model.evaluation["accuracy"]
