"""Receipts: what a responsible unit sends back about a warning."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Day, Outcome, Text, Word
from riskengine.contracts.record import Record


class Receipt(Record):
    """One line of a filled-in list. ``key`` is the warning number; ``post`` is the duty post that filled it in, never a name.

    ``outcome`` is one of 属实, 误报, 已化解, 无法核实; NULL while the unit has only signed. ``step`` is what the line asks for beyond
    signing and reporting (退回, 申请延期, 核验通过 …: the steps of rules/handling.yaml), ``reason`` why, ``until`` the day asked for,
    ``refer_to`` the unit that should have it instead, ``cause`` why a warning was false.
    """

    kind: ClassVar[str] = "receipt"
    title: ClassVar[str] = "回执"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("signed_on", "fed_back_on"),)
    future: ClassVar[tuple[str, ...]] = ("until",)
    evidence: ClassVar[tuple[str, ...]] = ("key", "occurred_on", "unit", "outcome")

    unit: Word = Field(title="责任单位")
    signed_on: Day | None = Field(default=None, title="签收日期")
    outcome: Outcome | None = Field(default=None, title="核查结果")
    measure: Text | None = Field(default=None, title="处置措施")
    fed_back_on: Day | None = Field(default=None, title="反馈日期")
    post: Word | None = Field(default=None, title="填报岗位")
    step: Word | None = Field(default=None, title="办理动作")
    cause: Word | None = Field(default=None, title="误报原因")
    reason: Text | None = Field(default=None, title="理由")
    until: Day | None = Field(default=None, title="延至日期")
    refer_to: Word | None = Field(default=None, title="建议转给")
