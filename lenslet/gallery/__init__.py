"""Enrolled people: stored so that it can be trusted, and searched."""

from lenslet.gallery.encodes import Encodes

__all__ = ["Encodes"]
