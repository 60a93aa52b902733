"""Values -> one self-contained HTML page that a person enjoys reading. Imports no torch."""

from lenslet.report.page import Block, Code, Figure, Page, Pictures, Section, Table, Together
from lenslet.report.training import training_page

__all__ = ["Block", "Code", "Figure", "Page", "Pictures", "Section", "Table", "Together", "training_page"]
