"""Returns on projects at risk: unpaid wages (欠薪) and stalled housing (保交楼)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Code, Day, Money, Whole, Word
from riskengine.contracts.record import Record


class Project(Record):
    """One project in one return: ``occurred_on`` is the day the return stands for, ``project`` names the project through all returns."""

    kind: ClassVar[str] = "project"
    title: ClassVar[str] = "风险项目"
    subject: ClassVar[tuple[str, ...]] = ("project",)
    ends: ClassVar[str | None] = "closed_on"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("occurred_on", "closed_on"),)
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "label",
        "people",
        "amount",
        "gap",
        "homes",
        "delivered",
        "months_late",
        "complaints",
    )

    project: Code = Field(title="项目编号")
    label: Word | None = Field(default=None, title="项目名称")
    people: Whole | None = Field(default=None, title="涉及人数")
    amount: Money | None = Field(default=None, title="欠薪金额")
    gap: Money | None = Field(default=None, title="资金缺口")
    group_incidents: Whole | None = Field(default=None, title="群体性事件")
    homes: Whole | None = Field(default=None, title="应交付套数")
    delivered: Whole | None = Field(default=None, title="已交付套数")
    months_late: Whole | None = Field(default=None, title="逾期月数")
    complaints: Whole | None = Field(default=None, title="投诉件数")
    handler: Word | None = Field(default=None, title="责任单位")
    closed_on: Day | None = Field(default=None, title="办结日期")
