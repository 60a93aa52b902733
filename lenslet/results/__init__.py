"""What a model answers and how good it is: frozen, validated values that know nothing of their maker."""

from lenslet.results.calibration import Calibration
from lenslet.results.classification import Classification
from lenslet.results.data_report import DataReport, Finding
from lenslet.results.data_split import DataSplit
from lenslet.results.data_stats import DataStats
from lenslet.results.evaluation import Evaluation, Miss
from lenslet.results.learning_curve import CurvePoint, LearningCurve
from lenslet.results.rates import Rates
from lenslet.results.unreadable import Unreadable

__all__ = [
    "Calibration",
    "Classification",
    "CurvePoint",
    "DataReport",
    "DataSplit",
    "DataStats",
    "Evaluation",
    "Finding",
    "LearningCurve",
    "Miss",
    "Rates",
    "Unreadable",
]
