"""Pictures of results: pure functions from arrays to an array, uint8 RGB. Nothing is shown or saved here."""

from lenslet.draw.bars import bars
from lenslet.draw.colours import PALETTE, diverging, heat_colours
from lenslet.draw.finding import cells, faint, filled, overlap
from lenslet.draw.marks import boxes, lines, points
from lenslet.draw.overlay import heat
from lenslet.draw.shapes import shapes
from lenslet.draw.sheets import beside, filters, fit, grid, label, strips
from lenslet.draw.text import drawable, font_file

__all__ = [
    "PALETTE",
    "bars",
    "beside",
    "boxes",
    "cells",
    "diverging",
    "drawable",
    "faint",
    "filled",
    "filters",
    "fit",
    "font_file",
    "grid",
    "heat",
    "heat_colours",
    "label",
    "lines",
    "overlap",
    "points",
    "shapes",
    "strips",
]
