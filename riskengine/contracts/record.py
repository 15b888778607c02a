"""What every record has, whatever its kind."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from riskengine.contracts.field import Code, Day, PlaceCode, Quantity, Reading, Word


class Record(BaseModel):
    """One valid row of one source.

    Subclasses declare what the store, the signals and the lists need to know about a kind:

    * ``kind`` its name in YAML and the table ``sense.<kind>``; ``title`` its Chinese name.
    * ``orders`` pairs of day columns ``(earlier, later)`` that must not be the wrong way round where both are given.
    * ``subject`` the columns that name the subject that a row speaks of (a matter, a project, an indicator); empty
      where rows are only counted for their place.
    * ``ends`` the day column that ends the matter (closed, signed off); None where a subject never ends.
    * ``evidence`` columns that may stand on a list as evidence, in order: a white-list, so a new column stays inside.
    * ``future`` day columns that may lie after the night (deadlines); every other day after the night is refused.

    Units: money in yuan, people as counts, shares in per cent (97.93 means 97.93 %). NULL means "the office did
    not say".
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

    @field_validator("*", mode="after")
    @classmethod
    def _said_and_not_in_the_future(cls, value: Any, info: ValidationInfo) -> Any:
        """A required field says something, one that is left empty takes its default, a day is not after what is
        allowed.
        """
        field = cls.model_fields[info.field_name or ""]
        if value is None:
            if field.is_required():
                raise ValueError("不能为空，请补填")
            return field.default
        as_of = info.context.as_of if isinstance(info.context, Reading) else None
        if isinstance(value, date) and as_of is not None and value > cls.latest(info.field_name or "", as_of):
            raise ValueError(f"日期在未来（晚于{cls.latest(info.field_name or '', as_of)}），请核对年份")
        return value

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        for earlier, later in self.orders:
            first, second = getattr(self, earlier), getattr(self, later)
            if first is not None and second is not None and second < first:
                titles = (type(self).model_fields[earlier].title, type(self).model_fields[later].title)
                says = f"早于{titles[0]}{first}，请核对这两个日期"
                raise PydanticCustomError("order", "{says}", {"says": says, "field": later, "value": str(second)})
        return self

    @classmethod
    def latest(cls, field: str, as_of: date) -> date:
        """The last day that ``field`` may hold on the night ``as_of``: that night, ten years on for a deadline."""
        if field not in cls.future:
            return as_of
        last_of_february = as_of.month == 2 and as_of.day == 29
        return as_of.replace(year=as_of.year + 10, day=28 if last_of_february else as_of.day)
