"""The rule files that hold one set of settings each, not a list of entries: file name without ending → what stands in it."""

from __future__ import annotations

from collections.abc import Mapping

from riskengine.model.appraisal import Appraisal
from riskengine.model.deliveries import Deliveries
from riskengine.model.handling import Handling
from riskengine.model.ladder import Ladder
from riskengine.model.learning import Learning
from riskengine.model.links import Links
from riskengine.model.noun import Noun
from riskengine.model.rebound import Rebound

__all__ = ["SETTINGS"]

SETTINGS: Mapping[str, type[Noun]] = {
    "handling": Handling,
    "ladder": Ladder,
    "deliveries": Deliveries,
    "rebound": Rebound,
    "links": Links,
    "appraisal": Appraisal,
    "learning": Learning,
}
"""A file that is not there means the defaults of its model."""
