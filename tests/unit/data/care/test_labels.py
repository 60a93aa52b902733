"""Labels that are probably wrong: found by models that have not seen them."""

from itertools import pairwise

import numpy as np
import pytest

from lenslet.data.care.labels import folds, out_of_fold, reduced, suspects


def clouds(each: int = 40, classes: int = 4, apart: float = 4.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    middles = apart * dice.normal(size=(classes, 12)) / np.sqrt(12)
    return (middles[labels] + dice.normal(size=(len(labels), 12)) * 0.5).astype(np.float32), labels


def test_turned_labels_are_found_with_the_right_ones_first() -> None:
    points, truth = clouds()
    labels = truth.copy()
    labels[[3, 50, 100]] = [1, 0, 3]
    found = suspects([points], labels, np.arange(len(labels)))
    assert {(s.row, s.suggested) for s in found[:3]} == {(3, 0), (50, 1), (100, 2)}
    assert len(found) <= 5
    assert all(a.odds >= b.odds for a, b in pairwise(found))
    assert found[0].score > 0.8


def test_good_labels_are_left_alone() -> None:
    points, labels = clouds()
    assert suspects([points], labels, np.arange(len(labels))) == ()


def test_copies_do_not_vouch_for_each_other() -> None:
    points, labels = clouds()
    labels = np.append(labels, [1] * 6)
    points = np.concatenate([points, np.repeat(points[:1], 6, axis=0)])  # six copies of one picture, all filed wrongly
    groups = np.append(np.arange(160), [160] * 6)
    found = {s.row for s in suspects([points], labels, groups)}
    assert set(range(160, 166)) <= found


def test_a_second_table_helps_and_its_scale_does_not_matter() -> None:
    points, truth = clouds(apart=1.0)
    clear, _ = clouds(apart=6.0, seed=1)
    labels = truth.copy()
    labels[[5, 90]] = [2, 0]
    groups = np.arange(len(labels))
    for scale in (1e-3, 1e3):
        rows = [s.row for s in suspects([points, clear * scale], labels, groups)[:2]]
        assert sorted(rows) == [5, 90]


def test_classes_of_one_or_two_pictures_are_not_judged() -> None:
    points, labels = clouds(each=20)
    labels[:2] = 9
    labels[20] = 7
    assert not {0, 1, 20} & {s.row for s in suspects([points], labels, np.arange(80))}


def test_one_class_alone_cannot_be_judged() -> None:
    points, _ = clouds(each=10, classes=2)
    assert suspects([points], np.zeros(20, np.int64), np.arange(20)) == ()


@pytest.mark.parametrize("seed", range(3))
def test_folds_keep_copies_together_and_spread_every_class(seed: int) -> None:
    dice = np.random.default_rng(seed)
    groups = dice.integers(0, 120, 200)
    labels = (groups % 3).astype(np.int64)
    fold = folds(labels, groups, seed=seed)
    for group in np.unique(groups):
        assert len(np.unique(fold[groups == group])) == 1
    for label in range(3):
        distinct = np.unique(groups[labels == label])
        counts = np.bincount([fold[groups == group][0] for group in distinct], minlength=5)
        assert counts.max() - counts.min() <= 1
    assert np.array_equal(fold, folds(labels, groups, seed=seed))


def test_out_of_fold_probabilities_add_up() -> None:
    points, labels = clouds(each=15)
    shares: list[float] = []
    chances = out_of_fold(points, labels, np.arange(60), progress=shares.append)
    assert np.allclose(chances.sum(1), 1)
    assert shares[-1] == 1
    assert (chances.argmax(1) == labels).mean() > 0.95


def test_reducing_keeps_distances_of_what_varies_most() -> None:
    dice = np.random.default_rng(0)
    table = np.concatenate([dice.normal(size=(500, 6)), np.zeros((500, 400))], axis=1).astype(np.float16)
    points = reduced([table], block=64)
    assert points.shape == (500, 200)
    before = np.linalg.norm(table[:50, None].astype(np.float32) - table[None, :50].astype(np.float32), axis=2)
    after = np.linalg.norm(points[:50, None] - points[None, :50], axis=2)
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.999
    assert (points**2).sum(1).mean() == pytest.approx(200, rel=0.01)
