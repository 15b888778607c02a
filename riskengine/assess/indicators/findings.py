"""Findings of a night, gathered: the newest of each kind for a place and indicator, and how often the same was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from riskengine.assess.indicators.spoken import span
from riskengine.assess.indicators.territory import Territory
from riskengine.model.figure import amount, difference, number
from riskengine.model.indicator import Indicator
from riskengine.model.period import label, month_day
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding

__all__ = ["Findings", "listed", "quoted"]

_RECENT = 366
"""Days: what is older is history, and nobody is asked to mend it any more."""

_SHOWN = 3
_INNER = str.maketrans("“”", "‘’")


class Findings:
    """Each sentence says where, what, and what to do. Order: as the rule files have the indicators, the county before its towns."""

    def __init__(self, rulebook: Rulebook, territory: Territory, as_of: date) -> None:
        self._units = rulebook.units
        self._order = {id_: at for at, id_ in enumerate(rulebook.indicators)}
        self._places: dict[str | None, int] = {code: at for at, code in enumerate(territory.places)}
        self._territory = territory
        self._since = as_of - timedelta(_RECENT)
        self._found: dict[tuple[str, str | None, str, str], tuple[date, Finding, set[date]]] = {}

    def add(
        self,
        indicator: Indicator,
        place: str | None,
        end: date | None,
        code: str,
        unit: str | None,
        message: str,
        about: str = "",
    ) -> None:
        """A finding on one period (None: on the indicator as it stands). ``place`` None: several towns, or all. ``about`` keeps matters
        of the same code apart; the same matter of several periods is told once.
        """
        if end is not None and end < self._since:
            return
        day = end or date.max
        period = label(indicator.period, end) if end is not None else None
        new = Finding(indicator.id, place, period, code, unit, message)
        at = (indicator.id, place, code, about)
        held = self._found.get(at)
        if held is None:
            self._found[at] = (day, new, {day})
        else:
            self._found[at] = (max(day, held[0]), new if day >= held[0] else held[1], held[2] | {day})

    def office(self, unit: str | None) -> str:
        """A unit as sentences name it."""
        held = self._units.get(unit) if unit is not None else None
        return held.name if held is not None else (unit or "报送单位")

    def of(self, indicator: Indicator, place: str, end: date) -> str:
        """``全县“群众安全感”2026年一季度``."""
        return f"{self._territory.name(place)}{quoted(indicator)}{span(indicator, end)}"

    def all(self) -> list[Finding]:
        """All of them in order."""
        found = [
            finding
            if len(days) == 1
            else replace(finding, message=f"{finding.message}（近一年同样的情况共{len(days)}期）")
            for _, finding, days in self._found.values()
        ]
        return sorted(
            found, key=lambda each: (self._order[each.indicator], self._places.get(each.place, 9999), each.code)
        )

    # --- the sentences that need more than one line

    def differs(self, indicator: Indicator, places: Sequence[tuple[str, float, float]], end: date, by: str) -> None:
        """``places``: place, reported, computed. ``by``: whose records it was computed from."""
        allowed = "" if indicator.tolerance is None else f"（允许相差{difference(indicator, indicator.tolerance)}）"
        told = [
            f"{self._territory.name(place)}报送{amount(indicator, reported)}，计算{amount(indicator, computed)}"
            for place, reported, computed in places
        ]
        who = self.office(indicator.reports)
        if len(places) == 1:
            [(place, reported, computed)] = places
            what = (
                f"{self.of(indicator, place, end)}{who}报送{amount(indicator, reported)}，按{by}的记录计算为{amount(indicator, computed)}，"
                f"相差{difference(indicator, reported - computed)}{allowed}"
            )
        else:
            what = f"{quoted(indicator)}{span(indicator, end)}有{len(places)}个乡镇报送的数与记录对不上{allowed}：{listed(told, '；')}"
        message = f"{what}。暂按报送的数判断，请{who}与{by}核对统计口径或补录记录。"
        self.add(indicator, places[0][0] if len(places) == 1 else None, end, "differs", indicator.reports, message)

    def missing(
        self,
        indicator: Indicator,
        places: Sequence[str],
        end: date,
        by: date,
        stand_in: float | None,
        near: Sequence[str],
        refused: int = 0,
    ) -> None:
        """Nothing came for the period that should be in. ``by``: the day by which it should have been; ``stand_in``: what records give;
        ``near``: names like this one under which something came that belongs to no indicator; ``refused``: rows of the office's
        returns that were sent back since the period was over, for this one may be among them.
        """
        names = listed([self._territory.name(place) for place in places], "、")
        what = (
            self.of(indicator, places[0], end)
            if len(places) == 1
            else f"{names}{quoted(indicator)}{span(indicator, end)}"
        )
        until = "在判断中按未知处理" if stand_in is None else f"暂用按记录计算的{amount(indicator, stand_in)}"
        who = self.office(indicator.reports)
        message = f"{what}应由{who}在{by.year}年{month_day(by)}前报送，至今没有收到，{until}。请{who}补报。"
        if refused:
            message += (
                f"{who}近来的这类报表有{refused}行被退回，如果就在其中，请按“数据”页“退回的行”写明的原因改好重报。"
            )
        if near:
            message += f"收到的报表里有名称相近的“{near[0]}”，如果是同一个指标，请分析人员把它写进规则的 aliases。"
        self.add(indicator, places[0] if len(places) == 1 else None, end, "missing", indicator.reports, message)

    def no_base(self, indicator: Indicator, year: int, percent: float, base: float | None) -> None:
        """A target that is a change on last year, whose whole year is unknown or 0."""
        who = self.office(indicator.reports or indicator.owner)
        goal = f"比上年{'上升' if percent > 0 else '下降'}{number(abs(percent))}%"
        if base is None:
            message = (
                f"{self._territory.called}{quoted(indicator)}的目标是{goal}，但没有{year}年全年的读数，目标算不出来，进度未知。"
                f"请{who}补报{year}年全年数。"
            )
            self.add(
                indicator, self._territory.county, None, "no-last-year", indicator.reports or indicator.owner, message
            )
        else:
            message = (
                f"{self._territory.called}{quoted(indicator)}{year}年全年为0，目标“{goal}”无法按百分比计算。"
                f"请{self.office(indicator.owner)}另定今年的目标数，并写进规则文件。"
            )
            self.add(indicator, self._territory.county, None, "zero-base", indicator.owner, message)


def quoted(indicator: Indicator) -> str:
    """Its name in quotation marks; those within the name become single ones."""
    return f"“{indicator.name.translate(_INNER)}”"


def listed(names: Iterable[str], between: str) -> str:
    """The first few, and how many there are."""
    every = list(names)
    return between.join(every[:_SHOWN]) + (f"等{len(every)}个" if len(every) > _SHOWN else "")
