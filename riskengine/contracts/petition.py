"""Petitions and hot-line requests: matters to which an office owes an answer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from riskengine.contracts.field import Code, Day, Flag, Whole, Word
from riskengine.contracts.record import Record


class Petition(Record):
    """One matter. Its clocks run against the office that handles it (``handler``), never against whoever asked.

    ``occurred_on`` is the day of registration, ``accepted_on`` the day the office decided to accept, ``due_on`` its own deadline
    (where it set a tighter one), ``closed_on`` the day of the answer; ``times`` counts how often the matter was brought (1 = first).
    """

    kind: ClassVar[str] = "petition"
    title: ClassVar[str] = "信访事项"
    subject: ClassVar[tuple[str, ...]] = ("key",)
    ends: ClassVar[str | None] = "closed_on"
    orders: ClassVar[tuple[tuple[str, str], ...]] = (("occurred_on", "accepted_on"), ("occurred_on", "closed_on"))
    future: ClassVar[tuple[str, ...]] = ("due_on",)
    evidence: ClassVar[tuple[str, ...]] = (
        "key",
        "occurred_on",
        "place",
        "category",
        "channel",
        "handler",
        "people",
        "times",
        "due_on",
    )

    channel: Word | None = Field(default=None, title="渠道")
    handler: Word | None = Field(default=None, title="承办单位")
    people: Whole | None = Field(default=None, title="涉及人数")
    times: Whole | None = Field(default=None, title="反映次数")
    accepted_on: Day | None = Field(default=None, title="受理日期")
    due_on: Day | None = Field(default=None, title="办理期限")
    closed_on: Day | None = Field(default=None, title="办结日期")
    settled: Flag | None = Field(default=None, title="是否化解")
    extended: Flag | None = Field(default=None, title="是否延期")
    transfer: Code | None = Field(default=None, title="转办编号")
