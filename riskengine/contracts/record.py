"""What every record has, whatever its kind."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from riskengine.contracts.field import Code, Day, PlaceCode, Quantity, Word


class Record(BaseModel):
    """One valid row of one source.

    Subclasses declare what the store, the signals and the lists need to know about a kind:

    * ``kind`` its name in YAML and the table ``sense.<kind>``; ``title`` its Chinese name.
    * ``orders`` pairs of day columns ``(earlier, later)`` that must not be the wrong way round where both are given.
    * ``subject`` the columns that name the subject that a row speaks of (a matter, a project, an indicator); empty where
      rows are only counted for their place.
    * ``ends`` the day column that ends the matter (closed, signed off); None where a subject never ends.
    * ``evidence`` columns that may stand on a list as evidence, in order: a white-list, so a new column stays inside.
    * ``future`` day columns that may lie after the night (deadlines); every other day after the night is refused.

    Units: money in yuan, people as counts, shares in per cent (97.93 means 97.93 %). NULL means "the office did not say".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    title: ClassVar[str]
    orders: ClassVar[tuple[tuple[str, str], ...]] = ()
    subject: ClassVar[tuple[str, ...]] = ()
    ends: ClassVar[str | None] = None
    evidence: ClassVar[tuple[str, ...]] = ("key", "occurred_on", "place", "category")
    future: ClassVar[tuple[str, ...]] = ()

    key: Code = Field(title="编号")
    occurred_on: Day = Field(title="日期")
    place: PlaceCode = Field(title="地区")
    category: Word | None = Field(default=None, title="类别")
    quantity: Quantity = Field(default=1, title="件数")
    reporter: Word | None = Field(default=None, title="报送单位")
