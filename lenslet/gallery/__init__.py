"""Enrolled people: stored so that it can be trusted, and searched."""

from lenslet.gallery.encodes import Encodes, Measured
from lenslet.gallery.gallery import Gallery

__all__ = ["Encodes", "Gallery", "Measured"]
