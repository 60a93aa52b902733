"""Data sets of images: read from folders and tables, looked after, decoded once, handed out in batches.

What needs torch (batches, augmentation) is imported when it is first used (PEP 562), so that pictures can be checked,
counted and split where torch is not installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lenslet.data.decode import Pictures, decode
from lenslet.data.folder import is_class_folder, read_folder
from lenslet.data.reading import TABLES, read
from lenslet.data.samples import Parts, Sample, Skipped
from lenslet.data.scenes import Scene, Scenes, form_of, read_boxes
from lenslet.data.split import content_key, split_by_content
from lenslet.data.table import read_table

if TYPE_CHECKING:
    from lenslet.data.augment import Augment
    from lenslet.data.batches import Batches, channel_statistics

__all__ = [
    "TABLES",
    "Augment",
    "Batches",
    "Parts",
    "Pictures",
    "Sample",
    "Scene",
    "Scenes",
    "Skipped",
    "channel_statistics",
    "content_key",
    "decode",
    "form_of",
    "is_class_folder",
    "read",
    "read_boxes",
    "read_folder",
    "read_table",
    "split_by_content",
]

_NEED_TORCH = {
    "Augment": "lenslet.data.augment",
    "Batches": "lenslet.data.batches",
    "channel_statistics": "lenslet.data.batches",
}


def __getattr__(name: str) -> Any:
    """Import a name that needs torch from its file, once."""
    if name not in _NEED_TORCH:
        raise AttributeError(f"module 'lenslet.data' has no attribute {name!r}")
    value = getattr(import_module(_NEED_TORCH[name]), name)
    globals()[name] = value
    return value
