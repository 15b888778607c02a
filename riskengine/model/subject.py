"""What may be scored. There is no member for a person, and no way to add one from a rule file."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["PLACES", "Subject"]


class Subject(StrEnum):
    """The type of a subject. Places come from the place tree; the others from the records of the kind of that name."""

    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    PETITION = "petition"
    DISPUTE = "dispute"
    HAZARD = "hazard"
    PROJECT = "project"
    RECTIFICATION = "rectification"
    SURVEY = "survey"
    INDICATOR = "indicator"
    UNIT = "unit"


PLACES = (Subject.VILLAGE, Subject.TOWN, Subject.COUNTY)
"""The place levels, from the bottom of the tree to its top."""
