"""What a model answers and how good it is: frozen, validated values that know nothing of their maker."""

from lenslet.results.answers import Answer
from lenslet.results.attribution import Attribution
from lenslet.results.calibration import Calibration
from lenslet.results.classification import Classification
from lenslet.results.conversion import Conversion
from lenslet.results.curves import Curves
from lenslet.results.data_report import DataReport, Finding
from lenslet.results.data_split import DataSplit
from lenslet.results.data_stats import DataStats
from lenslet.results.detections import Detection, Detections
from lenslet.results.encoding import Encoding
from lenslet.results.encodings import Encodings
from lenslet.results.evaluation import Evaluation, Miss
from lenslet.results.exported import Exported, Parity
from lenslet.results.face_threshold import FaceThreshold
from lenslet.results.gallery_reports import (
    Enrolled,
    Enrolment,
    GalleryAudit,
    People,
    Portable,
    Receipt,
    Rekeyed,
    Renewal,
)
from lenslet.results.identification import Identification
from lenslet.results.learning_curve import CurvePoint, LearningCurve
from lenslet.results.localization import Localization
from lenslet.results.mistakes import Mistake, Mistakes
from lenslet.results.painting import Painting
from lenslet.results.points import Point, Points
from lenslet.results.rates import Rates
from lenslet.results.repainted import Repainted
from lenslet.results.roc import Roc
from lenslet.results.speeds import Speed, Speeds
from lenslet.results.units import Patch, Unit, UnitLayer, Units
from lenslet.results.unreadable import Unreadable
from lenslet.results.verification import Verification

__all__ = [
    "Answer",
    "Attribution",
    "Calibration",
    "Classification",
    "Conversion",
    "CurvePoint",
    "Curves",
    "DataReport",
    "DataSplit",
    "DataStats",
    "Detection",
    "Detections",
    "Encoding",
    "Encodings",
    "Enrolled",
    "Enrolment",
    "Evaluation",
    "Exported",
    "FaceThreshold",
    "Finding",
    "GalleryAudit",
    "Identification",
    "LearningCurve",
    "Localization",
    "Miss",
    "Mistake",
    "Mistakes",
    "Painting",
    "Parity",
    "Patch",
    "People",
    "Point",
    "Points",
    "Portable",
    "Rates",
    "Receipt",
    "Rekeyed",
    "Renewal",
    "Repainted",
    "Roc",
    "Speed",
    "Speeds",
    "Unit",
    "UnitLayer",
    "Units",
    "Unreadable",
    "Verification",
]
