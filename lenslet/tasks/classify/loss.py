"""Cross-entropy."""

from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy as torch_cross_entropy


def cross_entropy(
    logits: Float[Tensor, "n classes"],
    targets: Int[Tensor, " n"] | Float[Tensor, "n classes"],
    *,
    smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """Mean of -sum_c y_c log softmax(logits)_c, where y spreads `smoothing` evenly over all classes.

    Args:
        logits: any float type; computed in float32.
        targets: class indices, or the share of each class, as `mixup` gives them.
        smoothing: 0 (one-hot truth) to 1 (exclusive).

    Source: course 1.8 (softmax); label smoothing, Szegedy et al. 2015, section 7.
    """
    return torch_cross_entropy(logits.float(), targets, label_smoothing=smoothing)
