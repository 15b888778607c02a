"""A case laid out: its subject, made up where none is written, the place it lies in, and its nights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from riskengine.assess.subjects import places_on
from riskengine.contracts.place import PlaceNames
from riskengine.errors import WrongUse
from riskengine.model.case import Case
from riskengine.model.duty import Place
from riskengine.model.rule import Rule
from riskengine.model.rulebook import Rulebook
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.case_series import aligned, member_series, signal_series
from riskengine.rulebook.case_tables import read_table, subjects_of
from riskengine.store.database import Connection

__all__ = ["CALLED", "MARK", "Ground", "Laid", "columns", "stand"]

MARK = "#"
"""What tells the subjects of cases apart that run together: ``990100101#3`` is the third case's 990100101."""

CALLED: Mapping[Subject, str] = {
    Subject.COUNTY: "县",
    Subject.TOWN: "乡镇",
    Subject.VILLAGE: "村",
    Subject.PETITION: "信访事项",
    Subject.DISPUTE: "纠纷",
    Subject.HAZARD: "隐患",
    Subject.PROJECT: "项目",
    Subject.RECTIFICATION: "整治对象",
    Subject.SURVEY: "调查",
    Subject.INDICATOR: "指标",
    Subject.UNIT: "单位",
}
"""What a subject of each type is called where it has no name of its own."""


@dataclass(frozen=True)
class Laid:
    """One case, ready to run. ``number`` tells it from the others; ``nights``: how many it runs, the last on ``as_of``."""

    number: int
    rule: Rule
    index: int
    subject: str
    place: str
    name: str
    nights: int

    @property
    def case(self) -> Case:
        """The case as written."""
        return self.rule.cases[self.index]

    @property
    def days(self) -> tuple[date, ...]:
        """Its nights, the last of which is ``as_of``."""
        return tuple(self.case.as_of - timedelta(back) for back in reversed(range(self.nights)))

    @property
    def marked(self) -> str:
        """The subject's key within the batch."""
        return f"{self.subject}{MARK}{self.number}"

    @property
    def marked_place(self) -> str:
        """The place's code within the batch."""
        return f"{self.place}{MARK}{self.number}"


def stand(con: Connection, subjects: Iterable[tuple[object, ...]]) -> None:
    """Create temp table ``subject`` as a night has it; a row a subject: night, type, key, name, place."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE subject AS SELECT unnest(?::DATE[]) AS as_of, unnest(?::VARCHAR[]) AS subject_type,"
        " unnest(?::VARCHAR[]) AS subject, unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS place",
        columns(subjects, 5),
    )


def columns(rows: Iterable[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as columns, as DuckDB's ``unnest(?)`` takes them; ``width`` of them also where there is no row."""
    listed = list(rows)
    return [[row[at] for row in listed] for at in range(width)]


class Ground:
    """The rule book's places and units, to put cases on."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._places = rulebook.places
        self.names = PlaceNames(rulebook.places)
        self._units = rulebook.units
        self._on: dict[date, dict[str, Place]] = {}

    def on(self, as_of: date) -> dict[str, Place]:
        """The place tree of a night, by code."""
        if as_of not in self._on:
            self._on[as_of] = {place.code: place for place in places_on(self._places, as_of)}
        return self._on[as_of]

    def lay(self, number: int, rule: Rule, index: int) -> Laid:
        """The case at ``index``. Raises WrongUse where the place tree has no place for it."""
        case = rule.cases[index]
        type_ = rule.subject
        nights = 1
        if case.signals:
            nights = len(next(iter(aligned({name: signal_series(s) for name, s in case.signals.items()}).values())))
        elif case.members:
            nights = len(next(iter(aligned({name: member_series(s) for name, s in case.members.items()}).values())))
        elif case.expect.warning is not None or case.expect.unit is not None:
            nights = rule.persistence.nights
        written = case.place or (case.subject if type_ in PLACES else None)
        spoken = self._spoken(rule, case)
        if written is None and type_ in PLACES and spoken:
            written = spoken[0]
        place = self.names.code(written) if written is not None else self._some(type_, case.subject, case.as_of)
        if type_ in PLACES:
            return Laid(number, rule, index, place, place, self.named(place, case.as_of), nights)
        if type_ is Subject.UNIT:
            subject = case.subject or next(iter(self._units), "")
            name = self._units[subject].name if subject in self._units else subject
            return Laid(number, rule, index, subject, place, name, nights)
        subject = case.subject or (spoken[0] if spoken else f"用例-{index + 1:03d}")
        return Laid(number, rule, index, subject, place, f"{CALLED[type_]} {subject}", nights)

    def named(self, code: str, as_of: date) -> str:
        """A place's name, a village's behind its town's."""
        tree = self.on(as_of)
        place = tree[code]
        above = tree.get(place.parent or "")
        return f"{above.name}{place.name}" if place.level == "village" and above is not None else place.name

    def _spoken(self, rule: Rule, case: Case) -> list[str]:
        """The subjects that the case's records speak of."""
        records = [r for kind, text in case.records.items() for r in read_table(kind, text, case.as_of, self.names)[0]]
        return subjects_of(rule.subject, records, self.on(case.as_of))

    def _some(self, type_: Subject, subject: str | None, as_of: date) -> str:
        """A place of the right level, with a unit where there is one; matters lie in a town, a unit where it has jurisdiction."""
        tree = self.on(as_of)
        level = type_.value if type_ in PLACES else "town"
        if type_ is Subject.UNIT:
            own = [place.code for place in tree.values() if place.unit is not None and place.unit == subject]
            level = "county"
            if own:
                return own[0]
        fitting = [place for place in tree.values() if place.level == level] or list(tree.values())
        if not fitting:
            raise WrongUse("places.csv 里没有地区，用例没有地方可放。请先补上地区。")
        return min(fitting, key=lambda place: (place.unit is None, place.code)).code
