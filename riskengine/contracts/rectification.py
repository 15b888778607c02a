"""Returns on places under rectification (重点整治), listed by the city or the county."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Code, Day, Share, Whole, Word
from riskengine.contracts.record import Record


class Rectification(Record):
    """One listed place in one return. ``progress`` is in per cent; ``signed_off_on`` is the day of 销号; ``problems``
    counts what is found again.
    """

    kind: ClassVar[str] = "rectification"
    title: ClassVar[str] = "重点整治"
    subject: ClassVar[tuple[str, ...]] = ("site",)
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("listed_on", "signed_off_on"),)
    future: ClassVar[tuple[str, ...]] = ("due_on",)
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "label",
        "tier",
        "progress",
        "problems",
        "signed_off_on",
    )

    site: Code = Field(title="挂牌编号")
    label: Word | None = Field(default=None, title="整治对象")
    tier: Word | None = Field(default=None, title="挂牌层级")
    listed_on: Day | None = Field(default=None, title="挂牌日期")
    due_on: Day | None = Field(default=None, title="整治期限")
    progress: Share | None = Field(default=None, title="整治进度")
    problems: Whole | None = Field(default=None, title="问题数")
    signed_off_on: Day | None = Field(default=None, title="销号日期")
    handler: Word | None = Field(default=None, title="牵头单位")
