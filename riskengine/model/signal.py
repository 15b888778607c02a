"""A signal: a number for a subject on a night, with its unit and the meaning of empty."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from riskengine.model.noun import Name, Noun
from riskengine.model.subject import Subject

__all__ = ["TREND", "WINDOWED", "Signal"]

WINDOWED = ("count", "sum", "share", "max", "min", "distinct")
"""Measures that can be taken window by window, as baselines and trends do."""

TREND = 8
"""Windows of a trend whose ``history`` is not written: the 104 of a baseline are too many to tell a slope from."""

Measure = Literal[
    "count", "sum", "max", "min", "share", "distinct", "busiest", "latest", "previous", "streak", "days_since"
]


class Signal(Noun):
    """One of several forms; exactly one of ``from``, ``usual``, ``upper``, ``formula``, ``rate``, ``trend``, ``rank`` is given.

    *Measured* (``from`` a record kind): ``measure`` of the rows ``where`` a condition over the kind's columns holds.
    ``window`` days ending ``lag`` days before the night (``lag: 1y`` = the same days last year, ``lag: lunar`` = the same days
    of last year's lunar calendar, for holidays that move); no window = all that is known.
    ``of``: the expression to sum, maximise, read; for ``share`` the condition whose part of the count is wanted (0..1); for
    ``streak`` the condition that must hold for the newest n returns in a row (``previous_x`` is column x one return earlier).
    A place counts all rows at and below itself; any other subject sees its own rows.

    *Baseline*: ``usual`` is the mean of the same signal over earlier windows of the same length (full history up to
    ``history`` windows, the newest ``gap`` left out), ``upper`` its upper bound at false-alarm rate ``alarm``. Unknown until
    ``least`` windows of history exist.

    *Formula*: an expression over other signals of the same subject. ``人口`` (population) is known for places.

    *Rate*: another signal per 10,000 residents (``人口``) of the place; unknown where the population is.

    *Trend*: the slope of another measured signal over its newest ``history`` windows (8 where none is written; tonight's
    included): the median of the slopes between all pairs of windows (Theil–Sen), in the signal's unit per window. Unknown
    below ``least`` windows.

    *Rank*: where a subject stands among its peers by another signal, 1 = the highest value, equals share the better place;
    ``among: all`` subjects of the type, or those whose place has the same ``parent``. Unknown where the value is, or the parent.

    ``once``: record kinds that have an event already where one of their records was told first (``rules/links.yaml``): it is not
    counted here again. Several records of one kind and event count once without it.

    ``empty`` is the value where no row was found: 0 for things that are counted, unknown (the default for others) for readings.
    """

    name: Name
    unit: str
    subject: tuple[Subject, ...] = Field(min_length=1)
    source: Annotated[str | None, Field(alias="from")] = None
    where: str | None = None
    measure: Measure | None = None
    of: str | None = None
    window: int | None = Field(default=None, ge=1, le=3660)
    lag: int | Literal["1y", "2y", "lunar"] = 0
    usual: Name | None = None
    upper: Name | None = None
    history: int = Field(default=104, ge=4, le=520)
    gap: int = Field(default=1, ge=0, le=52)
    least: int = Field(default=8, ge=4, le=104)
    alarm: float = Field(default=0.01, gt=0, lt=0.5)
    formula: str | None = None
    rate: Name | None = None
    trend: Name | None = None
    rank: Name | None = None
    among: Literal["all", "parent"] = "all"
    empty: Literal[0, "unknown"] | None = None
    once: tuple[str, ...] = ()

    @property
    def computed(self) -> str | None:
        """The expression over other signals of the same subject that yields this one: of a formula or a rate; None for others."""
        if self.rate is not None:
            return f"{self.rate} / 人口 * 10000"
        return self.formula

    @property
    def depth(self) -> int:
        """How many windows a baseline or trend looks at: ``history``, and 8 for a trend that says nothing."""
        if self.trend is not None and "history" not in self.model_fields_set:
            return TREND
        return self.history

    @property
    def enough(self) -> int:
        """From how many windows on a baseline or trend is known: ``least``; for a trend that says nothing, no more than it looks at."""
        if self.trend is not None and "least" not in self.model_fields_set:
            return min(self.least, self.depth)
        return self.least

    @model_validator(mode="after")
    def _one_form(self) -> Signal:
        forms = (self.source, self.usual, self.upper, self.formula, self.rate, self.trend, self.rank)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("from、usual、upper、formula、rate、trend、rank 七者须且只须写一个")
        if self.source is not None and self.measure is None:
            raise ValueError(
                "写了 from 就要写 measure（count、sum、max、min、share、distinct、busiest、latest、previous、streak、days_since）"
            )
        if (
            self.measure in ("sum", "max", "min", "share", "distinct", "latest", "previous", "streak")
            and self.of is None
        ):
            raise ValueError(f"measure: {self.measure} 须用 of 写明对哪个字段或条件计算")
        return self
