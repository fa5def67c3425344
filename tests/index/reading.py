"""Whole pages, where the product only reads the pieces that it looks at."""

from pybuildsync.core.candidates import DistributionFile
from pybuildsync.index.listing_pages import read_pieces
from pybuildsync.index.pages import Page


def read_all(page: Page) -> tuple[DistributionFile, ...]:
    """Return all wheels and sdists of *page*; raises as :func:`~pybuildsync.index.listing_pages.read_pieces`."""
    return read_pieces(page.origin, page.pieces)
