"""Returns of indicators against their yearly target."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Number, Whole, Word
from riskengine.contracts.record import Record


class Indicator(Record):
    """One reading of one indicator (``category``) for one place and period end. ``worse`` says which direction is bad: 高 or 低."""

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
