"""A case: an example inside a rule's entry that says what must come out, run by ``riskengine test``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, model_validator

from riskengine.model.noun import Name, Noun, Sentence, Slug

__all__ = ["Case", "Expect", "Series"]


def _as_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise ValueError("应写一个数，或一串按夜排列的值，如 2x7 _ _ 9")
    return value if isinstance(value, str) else f"{value:.10g}"


Series = Annotated[str, PlainValidator(_as_text, json_schema_input_type=str | int | float)]
"""A value for all nights, or a compact series, oldest first, the last for ``as_of``: ``2x7 _ _ 9`` (``_`` = no report)."""


class Expect(Noun):
    """What must come out on ``as_of``; what is not written is not compared.

    ``verdict`` is the rule's. ``level``, ``score``, ``reason`` (text that the sentence contains) and ``unit`` (the one that leads)
    are the warning's where one is open that night; without one, the rule's own where it hits. ``warning``: what happened to the
    warning that night (``无`` = none is open).
    """

    verdict: Literal["hit", "clear", "unknown"]
    level: str | None = None
    score: float | None = None
    reason: str | None = Field(default=None, min_length=1)
    unit: Slug | None = None
    warning: Literal["无", "新增", "升级", "持续", "降级", "解除"] | None = None


class Case(Noun):
    """One example. Exactly one of the three ways to say what is known:

    ``signals``: signal name → series of its values by night; all series end on ``as_of``, a shorter one repeats its first value
    backwards, and the longest one says how many nights are run. A signal that is computed from others (``formula``, ``rate``) is
    computed where it is not written; any other that is not written is unknown. ``records``: record kind → a small text table
    (header line of field titles or names, one line a record, columns apart by two or more blanks or by ``|``). ``members``: for a
    compound, member rule id → series of ``hit``, ``hit=70`` (its score), ``clear`` and ``_`` (unknown) by night; a member that is
    not written is clear. ``subject``: its code or key; made up where not written. ``place``: where it lies (name or code); some
    place of the right level where not written.
    """

    case: Sentence
    as_of: date = Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))
    subject: str | None = Field(default=None, min_length=1)
    place: str | None = Field(default=None, min_length=1)
    signals: dict[Name, Series] = Field(default_factory=dict)
    records: dict[str, str] = Field(default_factory=dict)
    members: dict[Slug, Series] = Field(default_factory=dict)
    expect: Expect

    @model_validator(mode="after")
    def _one_way(self) -> Case:
        if sum(map(bool, (self.signals, self.records, self.members))) != 1:
            raise ValueError("signals、records、members 三者须且只须写一个")
        return self
