"""What a missed indicator is made of: the towns, themes and units that make the difference.

An indicator of the county whose lamp is 红 or 黄 is held against one base, see :func:`difference_of`. What is against it is taken apart by
乡镇 and by every column that its ``computed.by`` names; the parts of one ``by`` add up to the whole difference exactly, what no part
explains being a part of its own (其他).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from riskengine.assess.indicators.comparison import worse
from riskengine.assess.indicators.computed import TOWNS, broken_down
from riskengine.assess.indicators.contributions import Slice, counted, rated, rated_on_last_year, shares, weighed
from riskengine.assess.indicators.lines import reading_on, so_far
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.target import asked_of_year
from riskengine.assess.indicators.territory import Territory, territory_on
from riskengine.assess.subjects import places_on
from riskengine.model.figure import measure
from riskengine.model.indicator import Indicator
from riskengine.model.period import previous
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Part, Standing
from riskengine.store.database import Connection

__all__ = ["REST", "SHIFT", "Difference", "difference_of", "differences", "parts"]

REST = "其他"
"""The part that no part explains."""

SHIFT = "比重变化"
"""The part of a rate's change on last year that comes of the parts' weights, their own rates being what they are."""

_REST_NAME = "其他（不能分解）"
_NOWHERE = "未落到乡镇"
_BLANK = "未填写"
_SCALES = {"%": 100.0, "％": 100.0, "‰": 1000.0}
_ROUNDED = 0.00501
"""A reported figure is rounded: up to here the rest is no part of its own."""

_NOTHING = 1e-9


@dataclass(frozen=True)
class Difference:
    """``whole`` = the county's figure less ``base``, in the indicator's unit. ``kind``: what the base is: ``target``, ``control``,
    ``last_year``, ``city`` (全市平均), ``change`` (last year's same span with the change that the target asks for) or ``zero``.
    ``factor``: the base of a count is so many times last year's. ``value``: the county's figure, since 1 January where ``yearly``.
    """

    kind: Literal["target", "control", "last_year", "city", "change", "zero"]
    value: float
    base: float
    factor: float = 1.0
    yearly: bool = False

    @property
    def whole(self) -> float:
        """What is to be taken apart."""
        return self.value - self.base


def difference_of(standing: Standing, series: Series, as_of: date) -> Difference | None:
    """The one difference that is taken apart: against the target where the figure is on its bad side, else the control value, else last
    year's same period, else the city's average. None: the lamp is green or grey, or the figure is on the good side of all of them.

    A count within the year is not held against a number for the whole year but against last year's same span; where zero is asked
    for, and where a limit is passed and no last year known, against nothing (``zero``): all of it is taken apart.
    """
    indicator, target = series.indicator, series.indicator.target
    if standing.value is None or standing.period_end is None or standing.lamp not in ("红", "黄"):
        return None
    kind = measure(indicator)
    if kind == "rank":
        return None
    year = so_far(series, standing.period_end)
    reached = year.value if year else None
    if kind == "count" and target is not None and reached is not None:
        if target.kind == "zero":
            return Difference("zero", reached, 0.0, 0.0, True) if reached > 0 else None
        before = year.last_year if year else None
        percent = asked_of_year(target.values, standing.period_end, as_of)
        factor = 1 + (percent or 0) / 100
        if target.kind == "change" and percent is not None and before and worse(indicator, reached, before * factor):
            return Difference("change", reached, before * factor, factor, True)
    bases: list[tuple[Literal["target", "control", "last_year", "city"], float | None]] = [
        ("last_year", standing.last_year)
    ]
    if kind != "count":
        line = standing.target if standing.target_kind else None
        if line is not None and reached is not None and worse(indicator, reached, line):
            return Difference("target", reached, line, yearly=True)
        bases = [("control", standing.control), *bases, ("city", standing.city)]
    for name, base in bases:
        if base is not None and worse(indicator, standing.value, base):
            return Difference(name, standing.value, base)
    past = bool(standing.over_control) or standing.course == "missed"
    if kind == "count" and past and standing.last_year is None and standing.value > 0:
        return Difference("zero", standing.value, 0.0, 0.0)
    return None


def differences(
    rulebook: Rulebook, as_of: date, series: Sequence[Series], standings: Sequence[Standing]
) -> dict[str, Difference]:
    """Indicator id → what of the county's figure is taken apart."""
    counties = {place.code for place in rulebook.places if place.level == "county"}
    of = {each.indicator.id: each for each in series if each.place in counties}
    told = {
        each.indicator: difference_of(each, of[each.indicator], as_of)
        for each in standings
        if each.place in counties and each.indicator in of
    }
    return {id_: difference for id_, difference in told.items() if difference is not None}


def parts(
    con: Connection, rulebook: Rulebook, as_of: date, series: Sequence[Series], standings: Sequence[Standing]
) -> list[Part]:
    """Parts of the county's indicators that are red or yellow; those of one ``by`` add up to the whole difference.

    Ordered by their share, last what the weights alone make, and the rest. ``value`` and ``base`` of a part are its own rate or
    count and what that is held against.

    Towns count by numerator and denominator where both came, else by residents, else by answers; none of them: no parts.
    """
    territory = territory_on(rulebook, as_of)
    if territory is None:
        return []
    residents = {each.code: float(each.population) for each in places_on(rulebook.places, as_of) if each.population}
    found: list[Part] = []
    for id_, difference in differences(rulebook, as_of, series, standings).items():
        mine = {each.place: each for each in series if each.indicator.id == id_}
        county = mine[territory.county]
        end = next(each.period_end for each in standings if each.indicator == id_ and each.place == territory.county)
        if end is None:
            continue
        whole = _figure(county, end, difference)
        broken = _broken(con, rulebook, county, end, as_of, territory, difference)
        towns = [
            each
            for code in territory.towns
            if (one := mine.get(code)) and (each := _town(one, end, difference, territory))
        ]
        if TOWNS in broken and (not towns or (whole is not None and whole.origin == "计算")):
            towns = broken.pop(TOWNS)
        broken.pop(TOWNS, None)
        weighted = all(each.key in residents for each in towns)
        towns = [replace(each, weight=residents[each.key]) for each in towns] if weighted else towns
        everybody = (
            sum(residents.get(code, 0) for code in territory.towns)
            if weighted
            else sum(each.weight or 0 for each in towns)
        )
        found += _taken_apart(county.indicator, difference, TOWNS, towns, whole, everybody)
        for by, slices in broken.items():
            found += _taken_apart(county.indicator, difference, by, slices, whole, 0)
    return found


def _taken_apart(
    indicator: Indicator,
    difference: Difference,
    by: str,
    slices: Sequence[Slice],
    whole: Reading | None,
    everybody: float,
) -> list[Part]:
    slices, made = _made(indicator, difference, slices, whole, everybody)
    rest = difference.whole - sum(made)
    if all(abs(one) <= _NOTHING for one in made) or abs(rest) > abs(difference.whole):
        return []  # the parts speak of something else than the whole does
    lines = [(each, one) for each, one in zip(slices, made, strict=True) if abs(one) > _NOTHING]
    if abs(rest) <= min(_ROUNDED, abs(difference.whole) / 20):
        largest = max(range(len(lines)), key=lambda at: abs(lines[at][1]))
        lines[largest] = (lines[largest][0], lines[largest][1] + rest)
    else:
        lines.append((Slice(REST, _REST_NAME), rest))
    found = [
        Part(indicator.id, by, each.key, each.name, *_own(indicator, difference, each), one, share)
        for (each, one), share in zip(lines, shares([one for _, one in lines]), strict=True)
    ]
    return sorted(found, key=lambda part: (part.part == REST, part.part == SHIFT, -part.share, part.part))


def _made(
    indicator: Indicator, difference: Difference, slices: Sequence[Slice], whole: Reading | None, everybody: float
) -> tuple[Sequence[Slice], list[float]]:
    """The slices and what each makes; nothing where that cannot be told. A slice whose last year is not known is left in the rest."""
    last_year = difference.kind == "last_year"
    scale = _SCALES.get(indicator.unit)
    if scale is not None and slices and all(each.denominator is not None for each in slices):
        now = sum(each.denominator or 0 for each in slices)
        then = sum(each.denominator_before or 0 for each in slices)
        total = (whole.denominator if whole else None) or now
        if not last_year:
            return slices, rated(slices, difference.base, total, scale) if total else []
        if not now or not then:
            return slices, []
        own, shift = rated_on_last_year(slices, scale)
        return [*slices, Slice(SHIFT, SHIFT)], [*own, shift]
    if last_year or difference.kind == "change":
        slices = [each if each.value_before is not None else replace(each, value=0) for each in slices]
    if measure(indicator) == "count":
        return slices, counted(slices, difference.factor)
    if not everybody or any(each.weight is None or each.value is None for each in slices):
        return slices, []
    return slices, weighed(slices, None if last_year else difference.base, everybody)


def _own(indicator: Indicator, difference: Difference, each: Slice) -> tuple[float | None, float | None]:
    """A part's own figure, and what that is held against."""
    if each.key in (REST, SHIFT):
        return None, None
    if measure(indicator) == "count":
        return each.value, None if each.value_before is None and difference.factor else difference.factor * (
            each.value_before or 0
        )
    scale = _SCALES.get(indicator.unit, 1.0)
    value, before = each.value, each.value_before
    if value is None and each.denominator:
        value = scale * (each.numerator or 0) / each.denominator
    if before is None and each.denominator_before:
        before = scale * (each.numerator_before or 0) / each.denominator_before
    return value, before if difference.kind == "last_year" else difference.base


def _figure(series: Series, end: date, difference: Difference) -> Reading | None:
    return so_far(series, end) if difference.yearly else reading_on(series, end)


def _town(series: Series, end: date, difference: Difference, territory: Territory) -> Slice | None:
    """A town's figures of the period that ends on ``end``; None where there are none."""
    now = _figure(series, end, difference)
    if now is None or now.value is None:
        return None
    then = reading_on(series, previous("month", end, 12))
    return Slice(
        series.place, territory.towns[series.place], now.value, now.last_year, now.numerator, now.denominator,
        then.numerator if then else None, then.denominator if then else None, now.sample,
    )  # fmt: skip


def _broken(
    con: Connection,
    rulebook: Rulebook,
    county: Series,
    end: date,
    as_of: date,
    territory: Territory,
    difference: Difference,
) -> dict[str, list[Slice]]:
    """What records give, by 乡镇 and by column; nothing where they speak of another span than the figure does, or do not reach back to the
    year that it is held against.
    """
    found: dict[str, list[Slice]] = {}
    before = reading_on(county, previous("month", end, 12))
    unheld = difference.kind in ("last_year", "change") and (before is None or before.computed is None)
    if unheld or (difference.yearly and county.indicator.covers == "period"):
        return found
    units = {unit.id: unit.name for unit in rulebook.units.values()}
    for piece in broken_down(con, rulebook, county.indicator, end, as_of):
        key = piece.part or _BLANK
        name = territory.towns.get(key, _NOWHERE) if piece.by == TOWNS else units.get(key, key)
        count = piece.denominator is None
        found.setdefault(piece.by, []).append(
            Slice(
                key, name, piece.numerator if count else None, piece.numerator_before if count else None,
                None if count else piece.numerator, piece.denominator,
                None if count else piece.numerator_before, piece.denominator_before,
            )
        )  # fmt: skip
    return found
