"""Disputes found by screening: land, labour, environment, property, neighbours, families."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Code, Day, Flag, Money, Whole, Word
from riskengine.contracts.record import Record


class Dispute(Record):
    """One dispute. ``tier`` is the level at which it is being settled (村, 镇, 县)."""

    kind: ClassVar[str] = "dispute"
    title: ClassVar[str] = "矛盾纠纷"
    subject: ClassVar[tuple[str, ...]] = ("key",)
    ends: ClassVar[str | None] = "closed_on"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("occurred_on", "closed_on"),)
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "people",
        "amount",
        "times",
        "tier",
    )

    people: Whole | None = Field(default=None, title="涉及人数")
    amount: Money | None = Field(default=None, title="涉及金额")
    times: Whole | None = Field(default=None, title="反复次数")
    tier: Word | None = Field(default=None, title="化解层级")
    handler: Word | None = Field(default=None, title="承办单位")
    closed_on: Day | None = Field(default=None, title="化解日期")
    settled: Flag | None = Field(default=None, title="是否化解")
    transfer: Code | None = Field(default=None, title="转办编号")
