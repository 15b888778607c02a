"""Safety hazards found by inspection: fire, traffic, dangerous chemicals, electric bicycles."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Day, Whole, Word
from riskengine.contracts.record import Record


class Hazard(Record):
    """One hazard. ``grade`` is 一般 or 重大; ``times`` counts how often it was found (2 = found again after it was closed)."""

    kind: ClassVar[str] = "hazard"
    title: ClassVar[str] = "安全隐患"
    subject: ClassVar[tuple[str, ...]] = ("key",)
    ends: ClassVar[str | None] = "closed_on"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("occurred_on", "closed_on"),)
    future: ClassVar[tuple[str, ...]] = ("due_on",)
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "grade",
        "handler",
        "due_on",
        "times",
    )

    grade: Word | None = Field(default=None, title="隐患等级")
    handler: Word | None = Field(default=None, title="整改单位")
    due_on: Day | None = Field(default=None, title="整改期限")
    closed_on: Day | None = Field(default=None, title="整改完成日期")
    times: Whole | None = Field(default=None, title="发现次数")
