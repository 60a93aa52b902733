"""Data sets of images: read from folders, decoded once, handed out in batches."""

from lenslet.data.augment import Augment
from lenslet.data.batches import Batches, channel_statistics
from lenslet.data.decode import Pictures, decode
from lenslet.data.folder import is_class_folder, read_folder
from lenslet.data.samples import Parts, Sample, Skipped
from lenslet.data.split import content_key, split_by_content

__all__ = [
    "Augment",
    "Batches",
    "Parts",
    "Pictures",
    "Sample",
    "Skipped",
    "channel_statistics",
    "content_key",
    "decode",
    "is_class_folder",
    "read_folder",
    "split_by_content",
]
