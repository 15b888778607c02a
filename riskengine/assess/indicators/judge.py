"""Series and forecast → a standing.

What a page may read in ``Standing.why`` (JSON; every key is always there, ``null`` where it does not apply; texts are Chinese, without a
full stop at the end; numbers are numbers in the indicator's unit, a difference of shares in 百分点):

- ``span``: what the reading speaks of, ``2026年1–5月`` (年内累计), ``2026年5月``, ``2026年二季度``; of a moment the period it falls in.
- ``value_text``: ``97.93%``, ``12起``, ``第12位``; null without a reading that can be used.
- ``year_to_date``: what is held against the target, where that is not ``value`` (a count or a rate of single periods, put together).
- ``target``: null without a target in force, else ``{"kind", "value", "text", "percent", "base", "since", "reference", "changed"}``.
  ``text``: ``不低于98%``, ``不超过10起``, ``零发生``, ``比去年下降10%（不超过236起）``, ``前20位``, ``100%``; ``value`` null: cannot be
  formed. ``percent`` and ``base`` (last year's whole year): of a change on last year only. ``since``: the ISO day from which it holds.
  ``changed``: null or ``{"before", "on", "text"}``, text ``目标年内由90调整为92（7月1日起）``.
- ``control``: null or ``{"value", "text"}``; text ``超过控制值10起（高15%）``, null where it is not past it.
- ``change_text``: ``比去年同期下降33.6%（174起，去年262起）``, ``比去年同期下降0.12个百分点``, or why no change is told.
- ``falls``: ``{"every", "text"}`` of ``Standing.fall_periods``; ``every``: ``period``, or ``year`` where each year's same period is
  compared (a count since 1 January rises by itself); text ``连续三年下降`` from two on, else null.
- ``groups``: ``city`` / ``province`` / ``peers`` → ``{"text", "running"}`` for those with a figure; text ``低于全省0.79个百分点``;
  ``running``: ``连续三年低于全市平均`` or null.
- ``rank_text``: ``全市第12位，较上期下降3位`` or null.
- ``forecast_text``: ``预计年末96.1%（80%把握95.4%–96.8%）`` or null.
- ``chance_text``: ``达到目标的把握约两成`` or null where it is certain or cannot be told.
- ``course_text``: the half sentence on the target: ``预计年末…，达不到98%的目标``; null without a target.
- ``words``: ``{"course": "预计不达标", "lamp": "红灯"}``; ``course`` is ``无目标`` where there is no target (``Standing.course`` is then
  ``unknown`` although the lamp may be green: look at ``target``).
- ``short``: the first sentence of ``says`` (reading, and what is grave about it), without the target.
- ``notes``: sentences, each one fact, gravest first; all of ``says`` is among them, and what was too much for it.
- ``reasons``: ``{"lamp": …, "course": …}``: why this lamp, why this course.
- ``series``: rows of ``columns``, oldest first, the newest 36 of the county or 13 of a town; ``columns``: ``end`` (ISO), ``value``,
  ``city``, ``province``, ``peers``, ``last_year``, ``rank``, ``numerator``, ``denominator``, ``versions``, ``origin``, ``doubt``;
  all but the first two only where a row has something to say there (``versions``: more than one).

``says`` is ``short`` + ``course_text`` + what must not be overlooked (a doubt, a missing reading), sentences apart by ``。``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from riskengine.assess.indicators.comparison import GROUPS, Group, History, change, falls, few, groups, ranks, worse
from riskengine.assess.indicators.noun import Forecast, Reading, Series
from riskengine.assess.indicators.promise import COURSES
from riskengine.assess.indicators.sentence import (
    RANKS_LOST,
    Facts,
    control_text,
    falls_text,
    group_texts,
    joined,
    rank_text,
    unread,
)
from riskengine.assess.indicators.target import Aim, Run, aim_of, control_of, course_of
from riskengine.assess.indicators.why import why_read, why_unread
from riskengine.model.indicator import Course, Lamp
from riskengine.model.period import Period, label
from riskengine.model.standing import Standing

__all__ = ["judge"]


def judge(series: Series, forecast: Forecast | None, as_of: date) -> Standing:
    """What is to be said of the newest reading that is due on the night ``as_of``. Reads no clock and never raises for what was reported.

    A reading that is missing or doubted makes the course ``unknown`` and the lamp 灰, whatever came before it.
    """
    history = History(series)
    newest = _newest(series, history)
    if newest is None or newest.end not in history.usable:
        return _unknown(series, history, newest, as_of)
    value = history.value(newest.end)
    assert value is not None
    last_year = history.year_before(newest)
    small = few(history, newest)
    control = control_of(series, newest, as_of)
    facts = Facts(
        series=series,
        reading=newest,
        value=value,
        as_of=as_of,
        change=change(history, newest),
        falls=falls(history, newest.end),
        groups=groups(history, newest, small=small),
        rank=ranks(history, newest)[0],
        rank_before=ranks(history, newest)[1],
        last_year=last_year,
        control=control,
        over=control is not None and worse(series.indicator, value, control),
        small=small,
    )
    aim = aim_of(series, history, newest, as_of)
    run = None if aim is None else course_of(series, history, newest, aim, forecast)
    if run is not None and small and run.course == "off":
        run = replace(run, course="open", reason=f"{run.reason}；基数小，不下定论")
    return _standing(facts, aim, run, forecast if forecast and forecast.year == newest.end.year else None)


def _newest(series: Series, history: History) -> Reading | None:
    """The reading to judge: one that came before it was due, where it can be used, else that of the period that is due."""
    if series.due is None:
        return series.newest
    early = [each for each in series.readings if each.end > series.due and each.end in history.usable]
    return early[-1] if early else history.known.get(series.due)


def _standing(facts: Facts, aim: Aim | None, run: Run | None, forecast: Forecast | None) -> Standing:
    series, reading, indicator = facts.series, facts.reading, facts.series.indicator
    verdict = lamp, course, _ = _verdict(facts, aim, run)
    why = why_read(facts, aim, run, forecast, verdict)
    return Standing(
        indicator=indicator.id,
        place=series.place,
        owner=indicator.owner,
        period=label(indicator.period, reading.end),
        period_end=reading.end,
        due=series.due,
        value=facts.value,
        origin=reading.origin,
        reported=reading.reported,
        computed=reading.computed,
        last_year=facts.last_year,
        change=facts.change.value if facts.told else None,
        change_in=facts.change.unit if facts.told else None,
        city=reading.city,
        province=reading.province,
        peers=reading.peers,
        rank=facts.rank,
        rank_before=facts.rank_before,
        target_kind=None if aim is None else aim.target.kind,
        target=None if aim is None else aim.line,
        control=facts.control,
        over_control=None if facts.control is None else facts.over,
        course=course,
        lamp=lamp,
        forecast=None if forecast is None else forecast.value,
        low=None if forecast is None else forecast.low,
        high=None if forecast is None else forecast.high,
        chance=None if run is None else run.chance,
        method=None if forecast is None else forecast.method,
        fall_periods=None if facts.small else facts.falls.periods,
        below_city_periods=_periods(facts.groups.get("city")),
        below_province_periods=_periods(facts.groups.get("province")),
        below_peers_periods=_periods(facts.groups.get("peers")),
        small=facts.small,
        says=_says(why),
        why=why,
    )


def _periods(group: Group | None) -> int | None:
    return None if group is None else group.periods


def _says(why: Mapping[str, Any]) -> str:
    first, on_target = why["short"], why["course_text"]
    if on_target is not None and "，" not in first:
        first, on_target = f"{first}，{on_target}", None
    changed = why["target"]["changed"] if why["target"] else None
    return joined([each for each in (first, on_target, changed and changed["text"]) if each])


def _verdict(facts: Facts, aim: Aim | None, run: Run | None) -> tuple[Lamp, Course, dict[str, str]]:
    slips = _slips(facts)
    over = control_text(facts)
    course: Course = "unknown" if run is None else run.course
    why_course = "没有目标" if run is None else run.reason
    reasons = [f"{COURSES[course]}：{why_course}"] if course in ("missed", "off") else []
    reasons += [over] if over else []
    lamp: Lamp = "红"
    if not reasons and run is not None and course == "unknown":
        lamp, reasons = "灰", [why_course]
    elif not reasons:
        reasons = [f"{COURSES[course]}：{why_course}"] if course == "open" else []
        reasons += slips
        lamp = "黄" if reasons else "绿"
        reasons = reasons or [f"{COURSES[course] if aim else '没有目标'}，没有下滑"]
    return lamp, course, {"lamp": "；".join(reasons), "course": why_course}


_LONG: dict[Period, int] = {"month": 3, "quarter": 2, "half": 2, "year": 2}
"""So many periods running are slipping. Two months are told, but months waver: on them alone half of all lamps would be yellow."""


def _slips(facts: Facts) -> list[str]:
    """What makes a lamp yellow although the target is met or on course: runs that are long enough, a fall below a group,
    below several groups at once (a month alone says too little), places lost.
    """
    falls, long = facts.falls.periods or 0, _LONG[facts.series.indicator.period]
    below = {key: group.periods or 0 for key, group in facts.groups.items()}
    falling, texts = falls_text(facts), group_texts(facts)
    found = [falling] if falling and falls >= (2 if facts.falls.every == "year" else long) else []
    found += [texts[key] for key, periods in below.items() if periods >= long]
    lower = [GROUPS[key] for key, periods in below.items() if periods]
    if not found and falls and lower:
        found.append(f"变差，且不如{'和'.join(lower)}平均")
    elif not found and len(lower) > 1 and facts.series.indicator.period != "month":
        found.append(f"不如{'和'.join(lower)}平均")
    if facts.rank is not None and facts.rank_before is not None and facts.rank - facts.rank_before >= RANKS_LOST:
        found.append(rank_text(facts) or "")
    return found


def _unknown(series: Series, history: History, newest: Reading | None, as_of: date) -> Standing:
    """Nothing that can be used for the period that should be in."""
    indicator = series.indicator
    end = newest.end if newest is not None else series.due
    last = max(history.usable.values(), key=lambda each: each.end, default=None)
    says = unread(series, newest, last)
    nothing = None if end is None else Reading(end, None)
    aim = None if nothing is None else aim_of(series, history, nothing, as_of)
    control = None if nothing is None else control_of(series, nothing, as_of)
    lacking = "没有可供计算的记录" if indicator.reports is None else "该报的读数没有报"
    reason = "读数存疑" if newest is not None and newest.doubt else "没有读数" if end is None else lacking
    return Standing(
        indicator=indicator.id,
        place=series.place,
        owner=indicator.owner,
        period=None if end is None else label(indicator.period, end),
        period_end=end,
        due=series.due,
        value=None,
        origin=None,
        reported=None if newest is None else newest.reported,
        computed=None if newest is None else newest.computed,
        last_year=None,
        change=None,
        change_in=None,
        city=None,
        province=None,
        peers=None,
        rank=None,
        rank_before=None,
        target_kind=None if aim is None else aim.target.kind,
        target=None if aim is None else aim.line,
        control=control,
        over_control=None,
        course="unknown",
        lamp="灰",
        forecast=None,
        low=None,
        high=None,
        chance=None,
        method=None,
        fall_periods=None,
        below_city_periods=None,
        below_province_periods=None,
        below_peers_periods=None,
        small=False,
        says=says,
        why=why_unread(series, end, aim, control, says, reason),
    )
