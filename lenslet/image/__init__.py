"""The only opener of image files: upright uint8 RGB (height, width, 3) comes out, or an ImageError."""

from lenslet.image.finding import KINDS, SUFFIXES, find_images
from lenslet.image.frame import Frame
from lenslet.image.opening import MAX_PIXELS, Header, Picture, image_header, image_size, open_image
from lenslet.image.preprocess import Preprocess
from lenslet.image.resizing import FILL, crop, letterbox, resize, stretch
from lenslet.image.saving import save_image

__all__ = [
    "FILL",
    "KINDS",
    "MAX_PIXELS",
    "SUFFIXES",
    "Frame",
    "Header",
    "Picture",
    "Preprocess",
    "crop",
    "find_images",
    "image_header",
    "image_size",
    "letterbox",
    "open_image",
    "resize",
    "save_image",
    "stretch",
]
