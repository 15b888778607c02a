"""An indicator: a figure that offices steer by, with a target for the year, and what counts as slipping."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = [
    "GRAVEST_FIRST", "Computed", "Course", "Deduction", "Indicator", "IndicatorCase", "IndicatorExpect", "Lamp", "Limit", "Target",
]  # fmt: skip

Dated = Annotated[dict[date, float], Field(min_length=1)]
"""Values by the day from which they hold, as parameters have them."""

Course = Literal["met", "on", "open", "off", "missed", "unknown"]
"""Where an indicator stands against the target of its year: ``met`` / ``missed`` are certain (the year is over, or nothing that can still
come changes it); ``on`` / ``off`` are forecast; ``open``: the forecast cannot tell; ``unknown``: no reading, or none that can be trusted.
"""

Lamp = Literal["红", "黄", "绿", "灰"]
"""红: missed, will be missed, or past its control value. 黄: open, or slipping. 绿: neither. 灰: unknown."""

GRAVEST_FIRST: tuple[Lamp, ...] = ("红", "黄", "灰", "绿")
"""What is not known is graver than what is well."""


class Target(Noun):
    """What must hold at the end of the year. ``values`` by the day from which they hold; ``change`` is in per cent on last year's whole
    year (-10: a tenth less), ``rank_within`` a place (20: among the first twenty), ``zero`` needs no values.
    """

    kind: Literal["at_least", "at_most", "exactly", "zero", "change", "rank_within"]
    values: dict[date, float] = Field(default_factory=dict)
    reference: Sentence

    @model_validator(mode="after")
    def _has_values(self) -> Target:
        if (self.kind == "zero") == bool(self.values):
            raise ValueError("zero（零发生）不写 values，其余各种目标须用 values 写明从哪天起是多少")
        return self


class Limit(Noun):
    """A control value: past it (on the bad side) the lamp is red whatever the target says. ``values`` by day, in the indicator's unit."""

    values: Dated
    reference: Sentence


class Computed(Noun):
    """How the figure comes from records that we hold: rows of ``from`` ``where`` a condition holds, put into the period of ``day``.

    ``count``: how many. ``sum``: of the expression ``of``. ``share``: rows for which the condition ``of`` holds, per hundred rows.
    ``ratio``: sum of ``of`` per hundred of the sum of ``per``. ``by``: what else than places it can be broken down by: the kind's columns
    that name a theme or a unit. A place counts all rows at and below itself.
    """

    source: Annotated[str, Field(alias="from")]
    where: str | None = None
    measure: Literal["count", "sum", "share", "ratio"]
    of: str | None = None
    per: str | None = None
    day: str = "日期"
    by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Computed:
        if (self.measure == "count") == (self.of is not None):
            raise ValueError("measure: count 不写 of；sum、share、ratio 须用 of 写明对什么求和、按什么条件算比例")
        if (self.measure == "ratio") != (self.per is not None):
            raise ValueError("measure: ratio 须用 per 写明分母，其他 measure 不写 per")
        return self


class Deduction(Noun):
    """How a miss costs points in the yearly assessment: ``points`` for ``each`` so much of the gap (in the indicator's unit), at most
    ``most``. ``veto``: a miss at the end of the year is 一票否决.
    """

    each: float = Field(gt=0)
    points: float = Field(gt=0, le=100)
    most: float = Field(gt=0, le=100)
    veto: bool = False


class IndicatorExpect(Noun):
    """What must come out; what is not written is not compared. ``says``: text that the sentence contains; ``silent``: text that it must
    not contain. ``falls``: worse for so many periods running; ``below``: comparison group → on the bad side of it for so many
    periods running.
    """

    lamp: Lamp | None = None
    course: Course | None = None
    value: float | None = None
    falls: int | None = Field(default=None, ge=0)
    below: dict[Literal["city", "province", "peers"], int] = Field(default_factory=dict)
    forecast: tuple[float, float] | None = None
    says: tuple[Sentence, ...] = ()
    silent: tuple[Sentence, ...] = ()


class IndicatorCase(Noun):
    """An example, run by ``riskengine test``: what is known as of a day, and what must be said of it.

    ``readings``: a small text table, header line of titles (期末 and 数值, and any of 去年同期 全市平均 全省平均 同类平均 全市排名
    样本量 分子 分母), one line a period, columns apart by two or more blanks or by ``|``; ``_`` is no reading. ``place``: name or code;
    the whole county where not written. ``source``: where a published reading was published.
    """

    case: Sentence
    as_of: date = Field(ge=date(2000, 1, 1), le=date(2100, 12, 31))
    place: str | None = Field(default=None, min_length=1)
    readings: str = Field(min_length=1)
    source: Sentence | None = None
    expect: IndicatorExpect


class Indicator(Noun):
    """One entry of a file in ``rules/indicators/``. A figure for a place (the county, a town) and a period.

    ``name``: what the returns call it (their ``类别``); ``aliases``: what else they call it. ``returns``: the record kind in which readings
    arrive. ``reports``: the unit whose reading counts; not written: it is only computed. ``computed``: how records that we hold give
    it; where both are there, the reported one is judged and the difference is shown (from ``tolerance`` on, in the indicator's unit, as a
    finding).
    ``owner``: the unit that answers for the target. ``about``: the unit that a survey asks about. ``group``: a word under which like
    indicators are compared with each other (平安三率, 两率一度).

    ``unit``: %, 件, 起, 人, 位 …; readings in % are written 97.93. ``better``: which direction is good. ``period``: how often a reading
    comes.
    ``covers``: what a reading speaks of: ``year`` from 1 January on (年内累计), ``period`` that period alone (当期), ``moment`` its
    last day or the survey (时点). ``compare``: the groups it is held against. ``least``: below so many cases (分母, 样本量, or last
    year's count) a reading is marked small and no change is judged. ``plausible``: outside it a reading is not believed.
    ``weight``: points in the yearly assessment. ``deduct``: what a miss costs.
    """

    id: Slug
    name: str = Field(min_length=2, max_length=60)
    aliases: tuple[str, ...] = ()
    group: str | None = None
    theme: str
    definition: Sentence
    unit: str = Field(min_length=1, max_length=12)
    better: Literal["higher", "lower"]
    returns: Literal["indicator", "survey"] = "indicator"
    reports: Slug | None = None
    owner: Slug
    about: Slug | None = None
    period: Literal["month", "quarter", "half", "year"]
    covers: Literal["year", "period", "moment"]
    target: Target | None = None
    control: Limit | None = None
    compare: tuple[Literal["last_year", "city", "province", "peers"], ...] = ("last_year",)
    computed: Computed | None = None
    tolerance: float | None = Field(default=None, ge=0)
    least: int = Field(default=30, ge=0)
    plausible: tuple[float | None, float | None] = (None, None)
    weight: float = Field(default=0, ge=0, le=100)
    deduct: Deduction | None = None
    basis: Sentence
    cases: tuple[IndicatorCase, ...] = ()

    @model_validator(mode="after")
    def _has_a_source(self) -> Indicator:
        if self.reports is None and self.computed is None:
            raise ValueError("reports（由谁报送）与 computed（怎样从已有记录计算）至少写一个")
        if self.deduct is not None and not self.weight:
            raise ValueError("写了 deduct（怎样扣分）就要写 weight（多少分）")
        return self
