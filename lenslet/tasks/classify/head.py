"""The head of a net, solved: the last layer needs no epochs, because on fixed features it is a convex problem."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

STRENGTH = 0.01  # 1 / regularisation, for standardised features; measured in docs/decisions/0009
_MOST_NUMBERS = 2e9  # rows x features x classes: about ten seconds of one core


def solve_head(
    layer: nn.Linear | nn.Conv2d, features: Float[np.ndarray, "n f"], labels: Int[np.ndarray, " n"], *, seed: int = 0
) -> bool:
    """Set the last layer to the logistic regression of the classes on the features.

    Args:
        layer: a dense layer, or a convolution of one pixel; changed in place.
        features: of the training pictures; a map's mean.
        labels: their classes; those that none of them has keep the layer's weights.
        seed: of the choice of rows, where there are too many.

    Returns:
        Whether it could be done: a layer of another shape is left alone.

    Source: course 2.10; sklearn's L-BFGS on softmax regression with an L2 penalty on standardised features.
    """
    from sklearn.linear_model import LogisticRegression

    classes = np.unique(labels)
    inputs = layer.weight[0].numel()
    if features.shape[1] != inputs or len(classes) < 2:
        return False
    most = max(1000, int(_MOST_NUMBERS / (inputs * len(classes))))
    if len(labels) > most:
        chosen = np.random.default_rng(seed).permutation(len(labels))[:most]
        features, labels = features[chosen], labels[chosen]
        classes = np.unique(labels)
    features = np.asarray(features, np.float64)
    mean, spread = features.mean(0), features.std(0) + 1e-6
    found = _fitted(LogisticRegression(C=STRENGTH, max_iter=200), (features - mean) / spread, labels)
    weight, shift = found.coef_ / spread, found.intercept_ - (found.coef_ / spread) @ mean
    if len(classes) == 2:  # sklearn gives one row for two classes: the log of the odds of the second
        weight, shift = np.concatenate([-weight, weight]) / 2, np.concatenate([-shift, shift]) / 2
    index = torch.from_numpy(classes)
    with torch.no_grad():
        layer.weight[index] = torch.from_numpy(weight).to(layer.weight).reshape(-1, *layer.weight.shape[1:])
        if layer.bias is not None:
            layer.bias[index] = torch.from_numpy(shift).to(layer.bias)
    return True


def _fitted(model: "LogisticRegression", x: np.ndarray, y: np.ndarray) -> "LogisticRegression":  # type: ignore[name-defined]  # noqa: F821
    """Fit; that the last digits have not settled after so many rounds is no matter here."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(x, y)
