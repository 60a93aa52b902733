"""What a model answers and how good it is: frozen, validated values that know nothing of their maker."""

from lenslet.results.classification import Classification
from lenslet.results.data_report import DataReport, Finding
from lenslet.results.data_split import DataSplit
from lenslet.results.data_stats import DataStats
from lenslet.results.evaluation import Evaluation, Miss
from lenslet.results.unreadable import Unreadable

__all__ = ["Classification", "DataReport", "DataSplit", "DataStats", "Evaluation", "Finding", "Miss", "Unreadable"]
