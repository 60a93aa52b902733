"""The head as a convex problem."""

import numpy as np
import pytest
import torch
from torch import nn

from lenslet.tasks.classify.head import solve_head


def blobs(classes: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features of very different size, classes apart."""
    dice = np.random.default_rng(seed)
    labels = np.arange(60) % classes
    centres = dice.normal(size=(classes, 5)) * 4
    return (centres[labels] + dice.normal(size=(60, 5))) * (1, 100, 0.01, 1, 1) + (0, 50, 0, 0, 7), labels


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("kind", ["dense", "convolution"])
def test_the_solved_head_tells_the_classes_apart(classes: int, kind: str) -> None:
    features, labels = blobs(classes)
    layer = nn.Linear(5, classes) if kind == "dense" else nn.Conv2d(5, classes, 1)
    assert solve_head(layer, features, labels)
    with torch.no_grad():
        x = torch.from_numpy(features).float()
        logits = layer(x) if kind == "dense" else layer(x[:, :, None, None])[:, :, 0, 0]
    assert (logits.argmax(1).numpy() == labels).mean() > 0.95


def test_two_classes_get_the_probabilities_of_logistic_regression() -> None:
    from sklearn.linear_model import LogisticRegression

    features, labels = blobs(2)
    layer = nn.Linear(5, 2)
    solve_head(layer, features, labels)
    scaled = (features - features.mean(0)) / features.std(0)
    expected = LogisticRegression(C=0.01).fit(scaled, labels).predict_proba(scaled)
    with torch.no_grad():
        ours = layer(torch.from_numpy(features).float()).softmax(1).numpy()
    assert np.allclose(ours, expected, atol=1e-3)


def test_a_class_without_pictures_keeps_its_weights() -> None:
    features, labels = blobs(3)
    layer = nn.Linear(5, 4)
    before = layer.weight[3].detach().clone()
    assert solve_head(layer, features, labels)
    assert torch.equal(layer.weight[3], before)


def test_a_layer_of_another_shape_is_left_alone() -> None:
    features, labels = blobs(3)
    for layer, y in ((nn.Linear(6, 3), labels), (nn.Conv2d(5, 3, 3), labels), (nn.Linear(5, 3), np.zeros(60, int))):
        before = layer.weight.detach().clone()
        assert not solve_head(layer, features, y)
        assert torch.equal(layer.weight, before)


def test_many_rows_are_thinned_out_the_same_way_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from lenslet.tasks.classify import head

    monkeypatch.setattr(head, "_MOST_NUMBERS", 0)
    features, labels = (np.repeat(x, 40, 0) for x in blobs(3))
    layers = [nn.Linear(5, 3), nn.Linear(5, 3)]
    for layer in layers:
        solve_head(layer, features, labels, seed=3)
    assert torch.equal(layers[0].weight, layers[1].weight)
    shut = nn.Linear(5, 3)
    solve_head(shut, features, labels, seed=4)
    assert not torch.equal(shut.weight, layers[0].weight)


def test_a_feature_that_never_changes_divides_nothing_by_zero() -> None:
    features, labels = blobs(3)
    features[:, 2] = 4
    layer = nn.Linear(5, 3)
    solve_head(layer, features, labels)
    assert torch.isfinite(layer.weight).all()
    assert torch.isfinite(layer.bias).all()
