"""Returns of indicators against their yearly target."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Number, Whole, Word
from riskengine.contracts.record import Record


class Indicator(Record):
    """One reading of one indicator (``category``) for one place and period end. ``worse`` says which direction is bad: 高 or 低.

    ``value`` and the averages in the indicator's unit (97.93 for 97.93 %). ``numerator`` and ``denominator``: what a rate was made
    from, over the same span as ``value``. ``sample``: the number of answers, where it comes from a survey.
    """

    kind: ClassVar[str] = "indicator"
    title: ClassVar[str] = "指标"
    subject: ClassVar[tuple[str, ...]] = ("category", "place")
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "value",
        "target",
        "control",
        "last_year",
        "city_average",
        "rank",
    )

    value: Number = Field(title="数值")
    target: Number | None = Field(default=None, title="目标值")
    control: Number | None = Field(default=None, title="控制值")
    last_year: Number | None = Field(default=None, title="去年同期")
    city_average: Number | None = Field(default=None, title="全市平均")
    rank: Whole | None = Field(default=None, title="全市排名")
    worse: Word | None = Field(default=None, title="不利方向")
    province_average: Number | None = Field(default=None, title="全省平均")
    peers_average: Number | None = Field(default=None, title="同类平均")
    numerator: Number | None = Field(default=None, title="分子")
    denominator: Number | None = Field(default=None, title="分母")
    sample: Whole | None = Field(default=None, title="样本量")
