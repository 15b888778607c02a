"""110 incidents and police cases: 刑事治安, road traffic, fires."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Code, Day, Flag, Text, Whole
from riskengine.contracts.record import Record


class Incident(Record):
    """One incident or case. ``occurred_on`` is the day it happened (or was reported, where the office knows no other)."""

    kind: ClassVar[str] = "incident"
    title: ClassVar[str] = "警情"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("occurred_on", "reported_on"),)
    evidence: ClassVar[tuple[str, ...]] = ("key", "occurred_on", "place", "category", "people", "deaths", "injured")

    reported_on: Day | None = Field(default=None, title="报告日期")
    people: Whole | None = Field(default=None, title="涉及人数")
    deaths: Whole | None = Field(default=None, title="死亡人数")
    injured: Whole | None = Field(default=None, title="受伤人数")
    violent: Flag | None = Field(default=None, title="是否暴力")
    summary: Text | None = Field(default=None, title="简要情况")
    transfer: Code | None = Field(default=None, title="转办编号")
