"""What the pages read of a standing beside its columns: the JSON ``why``, whose keys are described in :mod:`.judge`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from operator import attrgetter
from typing import Any

from riskengine.assess.indicators.noun import Forecast, Series
from riskengine.assess.indicators.promise import (
    COURSES,
    LAMPS,
    chance_text,
    changed_text,
    course_text,
    forecast_text,
    goal,
)
from riskengine.assess.indicators.sentence import (
    Facts,
    control_text,
    falls_text,
    group_texts,
    margin_text,
    rank_text,
    reading_notes,
    short,
    small_text,
)
from riskengine.assess.indicators.spoken import is_county, span
from riskengine.assess.indicators.target import Aim, Run
from riskengine.model.figure import amount
from riskengine.model.indicator import Course, Indicator, Lamp

__all__ = ["COLUMNS", "why_read", "why_unread"]

COLUMNS = (
    "end", "value", "city", "province", "peers", "last_year", "rank", "numerator", "denominator", "versions", "origin", "doubt",
)  # fmt: skip
"""What a row of ``why["series"]`` may hold."""

_PARTS = attrgetter(*COLUMNS)
_ALWAYS = 2  # end and value

_ROWS = {True: 36, False: 13}
"""So many readings the pages show: of the county, of a town."""


def why_read(
    facts: Facts,
    aim: Aim | None,
    run: Run | None,
    forecast: Forecast | None,
    verdict: tuple[Lamp, Course, Mapping[str, str]],
) -> dict[str, Any]:
    """Of a reading that can be used."""
    indicator = facts.series.indicator
    lamp, course, because = verdict
    running = group_texts(facts)
    on_target = None if aim is None or run is None else course_text(facts, aim, run, forecast)
    undecided = run is not None and run.course in ("on", "open", "off") and run.chance is not None
    return {
        "span": span(indicator, facts.reading.end),
        "value_text": amount(indicator, facts.value),
        "year_to_date": None if run is None or run.reached == facts.value else run.reached,
        "target": None if aim is None else _target(indicator, aim),
        "control": _control(facts),
        "change_text": small_text(facts) if facts.small and facts.change.value is not None else facts.change.text,
        "falls": {"every": facts.falls.every, "text": falls_text(facts)},
        "groups": {
            key: {"text": margin_text(facts, group), "running": running.get(key)}
            for key, group in facts.groups.items()
        },
        "rank_text": rank_text(facts),
        "forecast_text": None if forecast is None else forecast_text(indicator, forecast, None if aim is None else aim.line),
        "chance_text": chance_text(run.chance) if undecided and run is not None and run.chance is not None else None,
        "course_text": on_target,
        "words": _words(lamp, course, aimed=aim is not None),
        "short": short(facts),
        "notes": _notes(facts, aim, on_target),
        "reasons": dict(because),
        **_shown(facts.series),
    }


def why_unread(
    series: Series, end: date | None, aim: Aim | None, control: float | None, says: str, reason: str
) -> dict[str, Any]:
    """Of a period whose reading is missing or doubted."""
    indicator = series.indicator
    return {
        "span": None if end is None else span(indicator, end),
        "value_text": None,
        "year_to_date": None,
        "target": None if aim is None else _target(indicator, aim),
        "control": None if control is None else {"value": control, "text": None},
        "change_text": None,
        "falls": {"every": "period", "text": None},
        "groups": {},
        "rank_text": None,
        "forecast_text": None,
        "chance_text": None,
        "course_text": None,
        "words": _words("灰", "unknown", aimed=aim is not None),
        "short": says,
        "notes": [says],
        "reasons": {"lamp": reason, "course": reason},
        **_shown(series),
    }


def _words(lamp: Lamp, course: Course, *, aimed: bool) -> dict[str, str]:
    return {"course": COURSES[course] if aimed else "无目标", "lamp": LAMPS[lamp]}


def _target(indicator: Indicator, aim: Aim) -> dict[str, Any]:
    changed = changed_text(aim)
    since = None if aim.since is None else aim.since.isoformat()
    return {
        "kind": aim.target.kind,
        "value": aim.line,
        "text": goal(indicator, aim),
        "percent": aim.percent,
        "base": aim.base,
        "since": since,
        "reference": aim.target.reference,
        "changed": None if changed is None else {"before": aim.before, "on": since, "text": changed},
    }


def _control(facts: Facts) -> dict[str, Any] | None:
    if facts.control is None:
        return None
    return {"value": facts.control, "text": control_text(facts)}


def _notes(facts: Facts, aim: Aim | None, on_target: str | None) -> list[str]:
    """Each one fact, gravest first."""
    aside = [margin_text(facts, group) for group in sorted(facts.groups.values(), key=lambda group: not group.bad)]
    within = None
    if facts.control is not None and not facts.over:
        side = "以上" if facts.series.indicator.better == "higher" else "以内"
        within = f"在控制值{amount(facts.series.indicator, facts.control)}{side}"
    found = [control_text(facts), on_target, falls_text(facts), *group_texts(facts).values(), rank_text(facts)]
    found += (
        [None if facts.small and facts.change.value is not None else facts.change.text]
        if "last_year" in facts.series.indicator.compare
        else []
    )
    found += [
        *aside,
        small_text(facts) if facts.small else None,
        None if aim is None else changed_text(aim),
        within,
        *reading_notes(facts),
    ]
    return list(dict.fromkeys(each for each in found if each))


def _shown(series: Series) -> dict[str, Any]:
    """The newest readings, oldest first; six decimals are more than any office reads. A column without anything in it is left out,
    as is that of versions where there is one of each: they were half of what a night stored.
    """
    rows = [_PARTS(each) for each in series.readings[-_ROWS[is_county(series)] :]]
    held = [at for at, name in enumerate(COLUMNS) if at < _ALWAYS or _tells(name, [row[at] for row in rows])]
    return {"columns": [COLUMNS[at] for at in held], "series": [[_stored(row[at]) for at in held] for row in rows]}


def _tells(name: str, column: list[Any]) -> bool:
    return any(part is not None and (name != "versions" or part != 1) for part in column)


def _stored(part: Any) -> Any:
    if part.__class__ is float:
        return _plain(part)
    return part.isoformat() if part.__class__ is date else part


def _plain(value: float) -> float | None:
    return round(value, 6) if isfinite(value) else None
