"""One rule under many values of one parameter, over the same past nights, in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from riskengine.assess import verdicts
from riskengine.assess.nights import Nights
from riskengine.assess.walk import Sighting, Standing, walk
from riskengine.errors import WrongUse
from riskengine.model.rule import Parameter, Rule
from riskengine.model.rulebook import Rulebook
from riskengine.review.labelled import Labelled, labelled
from riskengine.store.database import Connection, connect
from riskengine.store.laboratory import laboratory
from riskengine.tune.grid import values_around
from riskengine.tune.noun import Curve, Point
from riskengine.workspace import Workspace

__all__ = ["curves"]

_FIRST = date(2000, 1, 1)
_WEEK = 7
_LATE = timedelta(days=30)
"""A warning that comes so much later is still one of the same matter; how much later is told."""


def curves(
    workspace: Workspace,
    rulebook: Rulebook,
    rule: Rule,
    wanted: Mapping[str, Sequence[float]],
    nights: int,
    until: date | None,
) -> tuple[Curve, ...]:
    """The curve of each parameter in ``wanted`` (name → values to try, empty: those around the value in force), over the newest
    ``nights`` up to ``until`` that have run.

    Every value is played as if it had always been in force, the rule alone: a warning that other rules hold up too counts as one that
    this rule had a hand in. Writes nothing. Raises WrongUse where no night has run or a parameter has no value in force.
    """
    if not workspace.database.exists():
        raise WrongUse("这个工作区还没有运行过任何一夜，没有可比较的内容。请先运行 riskengine run。")
    with connect(workspace.database, workspace.scratch) as con:
        last = con.execute("SELECT max(as_of) FROM assess.night WHERE $1 IS NULL OR as_of <= $1", [until]).fetchall()[
            0
        ][0]
        known = labelled(con, rulebook, rule.id, last) if last is not None else ()
    with laboratory(workspace.database, workspace.scratch / "tune") as con:
        ran = [day for (day,) in con.execute("SELECT as_of FROM kept.assess.night ORDER BY as_of").fetchall()]
        planned = [day for day in ran if until is None or day <= until][-nights:]
        if not planned:
            raise WrongUse("这个工作区到那一天还没有运行过任何一夜，没有可比较的内容。请换一个 --until。")
        tried = {name: _tried(rule, name, values, planned[-1]) for name, values in wanted.items()}
        lives = _played(con, rulebook, rule, tried, planned)
    said = [each for each in known if planned[0] <= each.night <= planned[-1]]
    found = []
    for name, values in tried.items():
        points = tuple(
            _point(value, lives[name, value], said, len(planned), rulebook.learning.least) for value in values
        )
        found.append(
            Curve(rule.id, name, rule.parameters[name].unit, _now(rule, name, planned[-1]), len(planned), points)
        )
    return tuple(found)


def _tried(rule: Rule, name: str, values: Sequence[float], night: date) -> tuple[float, ...]:
    now = _now(rule, name, night)
    return tuple(sorted({*map(float, values), now})) if values else values_around(now)


def _now(rule: Rule, name: str, night: date) -> float:
    held = [day for day in rule.parameters[name].values if day <= night]
    if not held:
        raise WrongUse(f"参数“{name}”到 {night} 还没有生效的值，没有可比较的起点。")
    return float(rule.parameters[name].values[max(held)])


def _clone(rule: Rule, nth: int, name: str, value: float) -> Rule:
    held = rule.parameters[name]
    always = Parameter(unit=held.unit, reference=held.reference, values={_FIRST: value})
    return rule.model_copy(
        update={
            "id": f"{rule.id}+{nth}",
            "status": "live",
            "parameters": {**rule.parameters, name: always},
            "inhibits": (),
        }
    )


def _played(
    con: Connection, rulebook: Rulebook, rule: Rule, tried: Mapping[str, Sequence[float]], planned: Sequence[date]
) -> dict[tuple[str, float], tuple[Standing, ...]]:
    """Parameter and value → the states of the rule's warnings."""
    keys = [(name, value) for name, values in tried.items() for value in values]
    clones = {key: _clone(rule, nth, *key) for nth, key in enumerate(keys)}
    book = replace(rulebook, rules={each.id: each for each in clones.values()}, exemptions=())
    verdicts.weigh(con, book, Nights(tuple(planned)))
    verdicts.store(con)
    evaluated = con.execute("SELECT as_of, rule FROM assess.evaluated ORDER BY ALL").fetchall()
    rows: list[Sighting] = con.execute(
        "SELECT as_of, rule, subject_type, subject, verdict, level, score FROM assess.verdict ORDER BY ALL"
    ).fetchall()
    faults = con.execute("SELECT min(message) FROM assess.fault").fetchall()
    if faults[0][0] is not None:
        raise WrongUse(f"规则“{rule.id}”有的取值算不出来：{faults[0][0]}")
    return {
        key: walk(
            replace(book, rules={clone.id: clone}),
            planned,
            [each for each in evaluated if each[1] == clone.id],
            [each for each in rows if each[1] == clone.id],
        ).live
        for key, clone in clones.items()
    }


@dataclass(frozen=True)
class _Episode:
    subject: str
    first: date
    last: date

    def meets(self, each: Labelled) -> bool:
        """Whether this is what was looked at, or the same matter warned of later."""
        return self.subject == each.subject and self.first <= each.night + _LATE and self.last >= each.night


def _point(value: float, states: Sequence[Standing], said: Sequence[Labelled], nights: int, least: int) -> Point:
    lasting: dict[tuple[str, date], date] = {}
    for state in states:
        if state.change != "解除":
            lasting[state.subject, state.opened_on] = state.as_of
    episodes = [_Episode(subject, first, last) for (subject, first), last in lasting.items()]
    outcomes = [_outcome(each, said) for each in episodes]
    waits = [_later(each, episodes) for each in said if each.true is True]
    late = [wait for wait in waits if wait is not None]
    return Point(
        value=value,
        given=len(episodes),
        weekly=round(len(episodes) * _WEEK / max(_WEEK, nights), 2),
        confirmed=sum(each is True for each in outcomes),
        false=sum(each is False for each in outcomes),
        lost=len(waits) - len(late),
        later=round(sum(late) / len(late), 1) if late else None,
        least=least,
    )


def _later(each: Labelled, episodes: Sequence[_Episode]) -> int | None:
    """Days that the first warning of it comes after the night it was warned of in truth; None where none comes."""
    return min((max(0, (episode.first - each.night).days) for episode in episodes if episode.meets(each)), default=None)


def _outcome(episode: _Episode, said: Sequence[Labelled]) -> bool | None:
    met = [each for each in said if episode.meets(each) and each.true is not None]
    return max(met, key=lambda each: (each.night, each.id)).true if met else None
