"""Pictures of results: pure functions from arrays to an array, uint8 RGB. Nothing is shown or saved here."""

from lenslet.draw.bars import bars
from lenslet.draw.boxed import boxes
from lenslet.draw.colours import PALETTE, colour_of, diverging, heat_colours
from lenslet.draw.finding import cells, faint, filled, overlap
from lenslet.draw.marks import lines, points
from lenslet.draw.overlay import heat, heat_layer
from lenslet.draw.shapes import shapes
from lenslet.draw.sheets import beside, enlarged, filters, fit, grid, label, strips
from lenslet.draw.text import drawable, font_file

__all__ = [
    "PALETTE",
    "bars",
    "beside",
    "boxes",
    "cells",
    "colour_of",
    "diverging",
    "drawable",
    "enlarged",
    "faint",
    "filled",
    "filters",
    "fit",
    "font_file",
    "grid",
    "heat",
    "heat_colours",
    "heat_layer",
    "label",
    "lines",
    "overlap",
    "points",
    "shapes",
    "strips",
]
