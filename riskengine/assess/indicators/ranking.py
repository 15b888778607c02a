"""Towns and units ranked by indicator and in all, with the change of rank, ties, and those that are too small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from riskengine.assess.indicators.assessment import Charge, Scope, Total, charge, total
from riskengine.assess.indicators.comparison import History, few
from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.lines import reading_on, so_far
from riskengine.assess.indicators.noun import Series
from riskengine.assess.indicators.readings import due_on
from riskengine.assess.subjects import places_on
from riskengine.model.duty import Place
from riskengine.model.figure import amount, measure, number
from riskengine.model.indicator import Indicator
from riskengine.model.period import previous
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Mark, Standing

__all__ = ["Rank", "marks", "ranked"]

_PER = 10_000
Key = float | tuple[float, ...]


@dataclass(frozen=True)
class Rank:
    """A place in a ranking: equals share the better one and are ``tied``."""

    rank: int
    tied: bool


@dataclass(frozen=True)
class _Figure:
    """One competitor in one period: what is ranked (None: unknown or too small), what is shown."""

    key: float | None
    shown: float | None
    value: float | None
    small: bool
    per_head: bool


@dataclass(frozen=True)
class _Place:
    """Where somebody stands among how many."""

    rank: int | None
    before: int | None
    tied: bool
    of: int


_UNRANKED = _Place(None, None, False, 0)


def ranked(keys: Mapping[str, Key]) -> dict[str, Rank]:
    """Who stands where, the lowest key first."""
    order = sorted(keys.values())
    return {code: Rank(order.index(key) + 1, order.count(key) > 1) for code, key in keys.items()}


def marks(rulebook: Rulebook, as_of: date, series: Sequence[Series], standings: Sequence[Standing]) -> list[Mark]:
    """Every town and unit by indicator and in all: by indicator in the order of the rule files, then the totals.

    A town is ranked by its reading of the period that is due; counts, unless zero is asked for, by ten thousand residents where the
    residents of all are known. One without a reading, or too small, has no rank. Units are ranked by what surveys say of them
    (``about``) among those of one ``group``. In all: by score, those with 一票否决 last, those of whom less than half could be
    counted not at all. ``rank_before``: by the period before; in all, by what was due at the end of the month before.

    A reading that came before it was due counts where it came from as many as the one that is due.

    ``why`` of one indicator: see :mod:`assessment`, and ``ranked_by`` (读数, 每万人口), ``figure`` (what was ranked), ``rank_says``.
    """
    night = _Night(
        rulebook,
        as_of,
        {place.code: place for place in places_on(rulebook.places, as_of) if place.level == "town"},
        next((place.code for place in rulebook.places if place.level == "county"), ""),
        {(each.indicator.id, each.place): each for each in series},
        frozenset((each.indicator, each.place) for each in standings if each.course == "missed"),
    )
    found = [mark for indicator in rulebook.indicators.values() for mark in night.of_indicator(indicator)]
    return found + night.totals("place", list(night.towns)) + night.totals("unit", list(rulebook.units))


@dataclass(frozen=True)
class _Night:
    """All series side by side. ``missed``: indicators and places whose miss is certain tonight."""

    rulebook: Rulebook
    as_of: date
    towns: Mapping[str, Place]
    county: str
    series: Mapping[tuple[str, str], Series]
    missed: frozenset[tuple[str, str]]

    def of_indicator(self, indicator: Indicator) -> list[Mark]:
        """Its towns, the unit that it asks about, the unit that answers for it."""
        towns = {code: each for code in self.towns if (each := self.series.get((indicator.id, code)))}
        found = self._compared(indicator, "place", towns)
        alike = [each for each in self.rulebook.indicators.values() if each.group and each.group == indicator.group]
        abouts = {each.about: own for each in alike if each.about and (own := self.series.get((each.id, self.county)))}
        if indicator.about in abouts:
            abouts[indicator.about] = self.series[indicator.id, self.county]
        units = self._compared(indicator, "unit", abouts) if indicator.about in abouts and len(abouts) > 1 else []
        found += [mark for mark in units if mark.code == indicator.about]
        owner_told = any(mark.code == indicator.owner for mark in found)
        if indicator.weight and not owner_told and (own := self.series.get((indicator.id, self.county))):
            end = self._end(indicator, {indicator.owner: own})
            figure = _figure(own, end, None)
            found.append(self._mark(indicator, "unit", indicator.owner, own, end, figure, _UNRANKED))
        return found

    def _compared(self, indicator: Indicator, scope: Scope, series: Mapping[str, Series]) -> list[Mark]:
        """One mark for each of ``series`` (by town or unit), all held against each other."""
        if not series:
            return []
        end = self._end(indicator, series)
        now, then = (self._figures(indicator, series, each) for each in (end, previous(indicator.period, end)))
        ranks, before = (
            ranked({code: each.key for code, each in of.items() if each.key is not None}) for of in (now, then)
        )
        found = []
        for code, figure in now.items():
            rank, was = ranks.get(code), before.get(code)
            place = _Place(
                rank.rank if rank else None, was.rank if was else None, rank is not None and rank.tied, len(ranks)
            )
            found.append(self._mark(indicator, scope, code, series[code], end, figure, place))
        return found

    def _end(self, indicator: Indicator, series: Mapping[str, Series]) -> date:
        """The period that all are compared by: the one that is due, or a newer one that as many have a reading of."""
        due, _ = due_on(self.rulebook, indicator, self.as_of)
        newest = {each.readings[-1].end for each in series.values() if each.readings}
        known = {
            end: sum(
                (found := reading_on(each, end)) is not None and found.value is not None for each in series.values()
            )
            for end in {due, *(end for end in newest if end > due)}
        }
        return max(end for end, count in known.items() if count >= known[due])

    def _figures(self, indicator: Indicator, series: Mapping[str, Series], end: date) -> dict[str, _Figure]:
        known = {code for code, each in series.items() if (read := reading_on(each, end)) and read.value is not None}
        residents = {code: float(place.population) for code, place in self.towns.items() if place.population}
        zero = indicator.target is not None and indicator.target.kind == "zero"
        per_head = not zero and measure(indicator) == "count" and known <= residents.keys()
        return {code: _figure(each, end, residents.get(code) if per_head else None) for code, each in series.items()}

    def _mark(
        self, indicator: Indicator, scope: Scope, code: str, series: Series, end: date, figure: _Figure, place: _Place
    ) -> Mark:
        charged = self._charge(indicator, scope, series, end)
        why = dict(charged.why) | {
            "ranked_by": "每万人口" if figure.per_head else "读数",
            "figure": figure.shown,
            "rank_says": _rank_says(indicator, figure, place, scope),
        }
        # the unit that is asked about need not be the one that answers for it
        mine = scope == "place" or code == indicator.owner
        return Mark(
            scope, code, indicator.id, figure.value, place.rank, place.before, place.tied, place.of, figure.small,
            charged.weight if mine else 0.0, charged.deducted if mine else 0.0, mine and charged.veto, why,
        )  # fmt: skip

    def _charge(self, indicator: Indicator, scope: Scope, series: Series, end: date) -> Charge:
        """What the indicator costs tonight by its reading of the period ``end``."""
        return _charge(series, scope, end, self.as_of, missed=(indicator.id, series.place) in self.missed)

    def _charge_before(self, indicator: Indicator, scope: Scope, series: Series) -> Charge:
        """What it cost at the end of the month before, by what was due then."""
        day = self.as_of.replace(day=1) - timedelta(1)
        end, _ = due_on(self.rulebook, indicator, day)
        missed = False
        if indicator.deduct and indicator.deduct.veto:
            past = tuple(each for each in series.readings if each.end <= end)
            missed = bool(past) and judge(replace(series, readings=past, due=end), None, day).course == "missed"
        return _charge(series, scope, end, day, missed=missed)

    def totals(self, scope: Scope, codes: Sequence[str]) -> list[Mark]:
        """One mark for each town or unit that has an indicator with a weight."""
        now, then = (self._totals(scope, codes, tonight=tonight) for tonight in (True, False))
        ranks, before = (
            ranked(
                {
                    code: (each.veto, -each.score)
                    for code, each in of.items()
                    if each.score is not None and not each.small
                }
            )
            for of in (now, then)
        )
        found = []
        for code, each in now.items():
            rank, was = ranks.get(code), before.get(code)
            why = {**each.why, "score_before": then[code].score if was else None}
            found.append(
                Mark(
                    scope, code, None, each.score, rank.rank if rank else None, was.rank if was else None,
                    rank is not None and rank.tied, len(ranks), each.small, each.counted, each.deducted, each.veto, why,
                )
            )  # fmt: skip
        return found

    def _totals(self, scope: Scope, codes: Sequence[str], *, tonight: bool) -> dict[str, Total]:
        weights = {id_: each.weight for id_, each in self.rulebook.indicators.items()}
        charges: dict[str, list[Charge]] = {code: [] for code in codes}
        for indicator in self.rulebook.indicators.values():
            if not indicator.weight:
                continue
            mine = self._of(indicator, scope, codes)
            end = self._end(indicator, mine) if mine and tonight else self.as_of
            for code, series in mine.items():
                made = (
                    self._charge(indicator, scope, series, end)
                    if tonight
                    else self._charge_before(indicator, scope, series)
                )
                charges[code].append(made)
        return {code: total(made, weights) for code, made in charges.items() if made}

    def _of(self, indicator: Indicator, scope: Scope, codes: Sequence[str]) -> dict[str, Series]:
        """The series by which the towns, or the one unit that answers for it, are charged."""
        if scope == "place":
            return {code: each for code in codes if (each := self.series.get((indicator.id, code)))}
        own = self.series.get((indicator.id, self.county))
        return {indicator.owner: own} if own and indicator.owner in codes else {}


def _charge(series: Series, scope: Scope, end: date, day: date, *, missed: bool) -> Charge:
    reading = so_far(series, end)
    small = scope == "place" and reading is not None and few(History(series), reading)
    return charge(series.indicator, scope, reading, day, missed=missed, small=small)


def _figure(series: Series, end: date, residents: float | None) -> _Figure:
    indicator, reading = series.indicator, reading_on(series, end)
    if reading is None or reading.value is None:
        return _Figure(None, None, None, False, False)
    small = few(History(series), reading)
    shown = reading.value if residents is None else round(reading.value / residents * _PER, 4)
    key = None if small else round(-shown if indicator.better == "higher" else shown, 9)
    return _Figure(key, shown, reading.value, small, residents is not None)


def _rank_says(indicator: Indicator, figure: _Figure, place: _Place, scope: Scope) -> str:
    """97.1%，20个乡镇中第3名（并列），较上期上升2位."""
    if figure.value is None:
        return "没有可用的读数，未知，不排名"
    said = amount(indicator, figure.value)
    if figure.per_head and figure.shown is not None:
        said += f"（每万人{number(figure.shown)}{indicator.unit}）"
    if figure.small:
        return f"{said}，基数小，不排名"
    if place.rank is None:
        return said
    said += (
        f"，{place.of}个{'乡镇' if scope == 'place' else '单位'}中第{place.rank}名{'（并列）' if place.tied else ''}"
    )
    moved = place.before - place.rank if place.before else 0
    return said + (f"，较上期{'上升' if moved > 0 else '下降'}{abs(moved)}位" if moved else "")
