"""Looking after data: what is in it, what is wrong with it, and how to divide it. Needs no torch.

scan -> groups -> survey -> rules -> results.DataReport
"""

from lenslet.data.care.box_check import check_boxes, repairs
from lenslet.data.care.box_counts import box_stats
from lenslet.data.care.box_dividing import divide_boxes
from lenslet.data.care.check import check
from lenslet.data.care.counts import stats
from lenslet.data.care.dividing import divide
from lenslet.data.care.looks import Describer
from lenslet.data.care.survey import Survey, Watch, survey

__all__ = [
    "Describer",
    "Survey",
    "Watch",
    "box_stats",
    "check",
    "check_boxes",
    "divide",
    "divide_boxes",
    "repairs",
    "stats",
    "survey",
]
