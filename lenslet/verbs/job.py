"""What every task gives the verbs: a run that can start, and the object that a user holds."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from torch import nn

    from lenslet.card import Card
    from lenslet.data import Skipped
    from lenslet.loops import Epoch, Feed, Learner, Recipe, Task
    from lenslet.tasks.classify.classifier import Classifier
    from lenslet.tasks.detect.detector import Detector
    from lenslet.tasks.face.embedder import Embedder
    from lenslet.tasks.face.faces import Faces
    from lenslet.tasks.landmark.landmarker import Landmarker
    from lenslet.tasks.localize.localizer import Localizer
    from lenslet.tasks.style.stylist import Stylist

Model: TypeAlias = "Classifier | Detector | Embedder | Faces | Landmarker | Localizer | Stylist"
"""What a user holds. From an exported file it is of another class, which can all of this but save and explain."""


@runtime_checkable
class Job(Protocol):
    """A run that can start; what it takes and gives for a model is that of its own task."""

    @property
    def net(self) -> "nn.Module":
        """What learns."""

    @property
    def card(self) -> "Card":
        """Of the model that it will be."""

    @property
    def task(self) -> "Task":
        """Loss and measure."""

    @property
    def train(self) -> Any:
        """The feed to learn from; its `rows` are the pictures."""

    @property
    def valid(self) -> "Feed | None":
        """The feed to choose the best epoch by."""

    @property
    def recipe(self) -> "Recipe":
        """Budget, optimizer, rate and the rest."""

    @property
    def by_heart(self) -> bool:
        """Whether it is measured on the very pictures that it learns."""

    @property
    def measured_on(self) -> str:
        """Which pictures the numbers are about, in words."""

    @property
    def skipped(self) -> "tuple[Skipped, ...]":
        """Files that cannot be read."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the data."""

    def model(self) -> Any:
        """The object that a user is to hold."""

    def begin(self, *, progress: Callable[[float], None] | None = None) -> "Learner":
        """What `fit` is given."""

    def said(self, valid: Mapping[str, float]) -> str:
        """How far it is, in a few words."""

    def enough(self, epoch: "Epoch") -> bool:
        """Whether everything is learned by heart."""

    def measured(
        self, model: Any, *, on_picture: Callable[[int, int], None] | None = None
    ) -> tuple[Any, dict[str, Any], list[str]]:
        """The model with its thresholds and numbers; what the report is to show beside; and sentences."""

    def judged(self, model: Any) -> str:
        """See that everything was learned by heart, and say so; raises if not."""
