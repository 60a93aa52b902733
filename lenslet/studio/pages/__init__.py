"""The pages, in the order of the navigation: one line each."""

from lenslet.studio.page import Page
from lenslet.studio.pages.data import PAGE as DATA
from lenslet.studio.pages.label import PAGE as LABEL
from lenslet.studio.pages.learn import PAGE as LEARN
from lenslet.studio.pages.results import PAGE as RESULTS
from lenslet.studio.pages.train import PAGE as TRAIN
from lenslet.studio.pages.use import PAGE as USE

__all__ = ["PAGES"]

PAGES: tuple[Page, ...] = (
    LABEL,
    DATA,
    TRAIN,
    RESULTS,
    USE,
    LEARN,
)
