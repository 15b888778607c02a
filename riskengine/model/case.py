"""A case: an example inside a rule's entry that says what must come out, run by ``riskengine test``."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from riskengine.model.noun import Name, Noun, Sentence, Slug

__all__ = ["Case", "Expect"]

Series = str | int | float
"""A value for all nights, or a compact series, oldest first, the last for ``as_of``: ``2x7 _ _ 9`` (``_`` = no report)."""


class Expect(Noun):
    """What must come out on ``as_of``; what is not written is not compared.

    ``warning``: what happened to the warning that night (``无`` = none is open). ``reason``: text that the sentence contains.
    ``unit``: the unit that leads.
    """

    verdict: Literal["hit", "clear", "unknown"]
    level: str | None = None
    score: float | None = None
    reason: str | None = None
    unit: Slug | None = None
    warning: Literal["无", "新增", "升级", "持续", "降级", "解除"] | None = None


class Case(Noun):
    """One example. Exactly one of the three ways to say what is known:

    ``signals``: signal name → series of its values by night. ``records``: record kind → a small text table (header line of field
    titles, one line a record, columns apart by two or more blanks or by ``|``). ``members``: for a compound, member rule id →
    series of ``hit``, ``clear`` and ``_`` (unknown) by night. ``subject``: its key; made up where not written. ``place``: where it
    lies (name or code); some place of the right level where not written.
    """

    case: Sentence
    as_of: date
    subject: str | None = None
    place: str | None = None
    signals: dict[Name, Series] = Field(default_factory=dict)
    records: dict[str, str] = Field(default_factory=dict)
    members: dict[Slug, Series] = Field(default_factory=dict)
    expect: Expect

    @model_validator(mode="after")
    def _one_way(self) -> Case:
        if sum(map(bool, (self.signals, self.records, self.members))) != 1:
            raise ValueError("signals、records、members 三者须且只须写一个")
        return self
