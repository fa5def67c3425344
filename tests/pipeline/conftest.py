"""An index and a place for every test."""

from pipeline.fixtures import index, place

__all__ = ["index", "place"]
