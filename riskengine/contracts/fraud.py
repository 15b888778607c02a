"""Telecom and network fraud cases."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Day, Flag, Money, Whole, Word
from riskengine.contracts.record import Record


class Fraud(Record):
    """One case. ``loss`` is what was lost, ``stopped`` what was held back in time, both in yuan."""

    kind: ClassVar[str] = "fraud"
    title: ClassVar[str] = "诈骗案件"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("occurred_on", "reported_on"),)
    evidence: ClassVar[tuple[str, ...]] = ("key", "occurred_on", "place", "category", "method", "loss", "stopped")

    reported_on: Day | None = Field(default=None, title="报案日期")
    method: Word | None = Field(default=None, title="诈骗渠道")
    loss: Money | None = Field(default=None, title="损失金额")
    stopped: Money | None = Field(default=None, title="止付金额")
    victims: Whole | None = Field(default=None, title="受害人数")
    attempted: Flag | None = Field(default=None, title="是否未遂")
