"""The stage of the 管控干预 tests, on which the pages are made too."""

from tests.intervene.conftest import stage

__all__ = ["stage"]
