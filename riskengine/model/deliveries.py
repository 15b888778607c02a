"""Where the lists go besides the outbox folder, and the monthly drill: ``rules/deliveries.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from riskengine.model.noun import Noun, Sentence, Slug

__all__ = ["COUNTY", "EVERY_UNIT", "Channel", "Deliveries", "Drill", "Quiet", "Retry"]

COUNTY = "county"
"""The key of ``to`` that stands for the whole county: its own lists, no unit's."""

EVERY_UNIT = "*"
"""The key of ``to`` that stands for every unit that is not named."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Hour = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Channel(Noun):
    """One way out. ``to``: unit id, ``county`` or ``*`` → address: a folder, a mailbox, the address of a group robot; ``env:NAME`` is
    read from the environment when it is sent. What is secret (``password``, ``secret``, the address of a robot) is always ``env:``.

    ``send``: a robot can only carry the digest. ``levels`` empty: lines of all levels; ``weekdays`` (1 Monday … 7) empty: every night.
    ``timeout``: seconds that one answer may take.
    """

    id: Slug
    kind: Literal["folder", "mail", "wecom", "dingtalk", "feishu"]
    active: bool = True
    to: dict[str, Text] = Field(min_length=1)
    send: tuple[Literal["digest", "lists", "papers"], ...] = ("digest", "lists", "papers")
    levels: tuple[str, ...] = ()
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    server: Text | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] | None = None
    sender: Annotated[Text | None, Field(alias="from")] = None
    user: Text | None = None
    password: Text | None = None
    secret: Text | None = None
    timeout: float = Field(default=20, gt=0, le=120)


class Retry(Noun):
    """How patient it is: the first wait in minutes, each next twice as long up to ``hours``; after ``days`` a message is laid aside."""

    minutes: int = Field(default=10, ge=1, le=1440)
    hours: int = Field(default=6, ge=1, le=72)
    days: int = Field(default=7, ge=1, le=60)


class Quiet(Noun):
    """Hours (Asia/Shanghai) in which nothing is sent; may run over midnight."""

    first: Annotated[Hour, Field(alias="from")]
    until: Hour


class Drill(Noun):
    """Once a month, on the night ``day`` (the month's last where it is shorter), every unit gets a made-up line that it only signs."""

    day: int = Field(ge=1, le=31)
    within: int = Field(default=3, ge=1, le=15)
    says: Sentence = "演练：本行为虚构，不涉及任何真实事项。请只填写签收日期和经办岗位后交回，不需核查处置。"


class Deliveries(Noun):
    """The whole file. A workspace without it sends nothing and drills nobody."""

    channels: tuple[Channel, ...] = ()
    retry: Retry = Retry()
    quiet: Quiet | None = None
    drill: Drill | None = None
