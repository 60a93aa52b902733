"""The pages, in the order of the navigation: one line each."""

from lenslet.studio.page import Page
from lenslet.studio.pages.data import PAGE as DATA
from lenslet.studio.pages.label import PAGE as LABEL
from lenslet.studio.pages.results import PAGE as RESULTS
from lenslet.studio.pages.train import PAGE as TRAIN

__all__ = ["PAGES"]

PAGES: tuple[Page, ...] = (
    LABEL,
    DATA,
    TRAIN,
    RESULTS,
)
