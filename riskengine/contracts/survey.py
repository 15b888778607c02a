"""Readings of public perception: 平安三率 and 两率一度."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Share, Whole
from riskengine.contracts.record import Record


class Survey(Record):
    """One reading of one question (``category``) for one place. Shares in per cent; ``sample`` is the number of answers."""

    kind: ClassVar[str] = "survey"
    title: ClassVar[str] = "群众感受调查"
    subject: ClassVar[tuple[str, ...]] = ("category", "place")
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "value",
        "sample",
        "city_average",
        "province_average",
    )

    value: Share = Field(title="数值")
    sample: Whole | None = Field(default=None, title="样本量")
    city_average: Share | None = Field(default=None, title="全市平均")
    province_average: Share | None = Field(default=None, title="全省平均")
    last_year: Share | None = Field(default=None, title="去年同期")
    peers_average: Share | None = Field(default=None, title="同类平均")
