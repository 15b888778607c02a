"""A proposal that somebody looked at and did not take."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from riskengine.model.noun import Name, Noun, Sentence, Slug

__all__ = ["Dismissed"]


class Dismissed(Noun):
    """One entry of ``dismissed`` in ``rules/learning.yaml``. ``judged``: how many outcomes were known then; ``by``: a post, no name."""

    rule: Slug
    parameter: Name
    direction: Literal["收紧", "放宽"]
    value: float
    on: date
    judged: int = Field(ge=0)
    by: Sentence
    reason: Sentence
