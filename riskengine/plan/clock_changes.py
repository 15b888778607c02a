"""What is not as it was in the clocks and in the working calendar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pydantic import BaseModel

from riskengine.model.rulebook import Rulebook
from riskengine.plan.noun import Change

__all__ = ["clock_changes"]

_TITLES = {
    "title": "名称", "start": "起算", "amount": "多少日", "unit": "按什么日", "last_day": "最后一日不上班", "extension": "延长",
    "approver": "批准", "reason": "须写理由", "pauses": "不计入", "for": "用在", "levels": "等级", "basis": "依据", "year": "年份",
    "reference": "出处", "holidays": "放假", "workdays": "调休上班",
}  # fmt: skip
_WORDS = {"days": "自然日", "workdays": "工作日", "roll": "顺延", "keep": "不顺延"}


def clock_changes(old: Rulebook, new: Rulebook, shown: Callable[[object], str | None]) -> Iterator[Change]:
    """Clocks by id, then years of the calendar. ``shown``: a plain value as the plan writes it."""
    yield from _differ("期限", "title", old.clocks, new.clocks, shown)
    years = [{str(each.year): each for each in book.calendar} for book in (old, new)]
    yield from _differ("工作日历", "year", years[0], years[1], shown)


def _differ(
    what: str,
    named: str,
    old: Mapping[str, BaseModel],
    new: Mapping[str, BaseModel],
    shown: Callable[[object], str | None],
) -> Iterator[Change]:
    for id_ in dict.fromkeys((*new, *old)):
        before, after = old.get(id_), new.get(id_)
        held: BaseModel = after or before  # type: ignore[assignment]
        was, now = ({} if each is None else each.model_dump(mode="json", by_alias=True) for each in (before, after))
        title = str(getattr(held, named))
        if before is None or after is None:
            plain = held.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"id", named})
            told = "，".join(f"{_TITLES[key]}={_said(value, shown)}" for key, value in plain.items())
            yield Change(what, id_, title, "", told if before else None, told if after else None)
            continue
        for key, value in now.items():
            if was[key] != value:
                yield Change(what, id_, title, _TITLES[key], _said(was[key], shown), _said(value, shown))


def _said(value: object, shown: Callable[[object], str | None]) -> str:
    if isinstance(value, Mapping):
        return "，".join(f"{_TITLES[str(key)]} {_said(each, shown)}" for key, each in value.items())
    return _WORDS.get(str(value)) or shown(value) or "无"
