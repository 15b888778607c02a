"""The words on the target: what is asked, where the year will end, and whether that is enough."""

from __future__ import annotations

from math import ceil, floor

from riskengine.assess.indicators.noun import Forecast
from riskengine.assess.indicators.sentence import Facts
from riskengine.assess.indicators.spoken import spoken_span, times
from riskengine.assess.indicators.target import Aim, Run
from riskengine.model.figure import amount, difference, digits_of, measure, number
from riskengine.model.indicator import Course, Indicator, Lamp
from riskengine.model.period import month_day

__all__ = ["COURSES", "LAMPS", "chance_text", "changed_text", "course_text", "forecast_text", "goal"]

COURSES: dict[Course, str] = {
    "met": "已达标", "on": "按进度可达标", "open": "难料", "off": "预计不达标", "missed": "未达标", "unknown": "未知",
}  # fmt: skip
"""A course in the words that people read."""

LAMPS: dict[Lamp, str] = {"红": "红灯", "黄": "黄灯", "绿": "绿灯", "灰": "灰灯"}

_SAME = 1e-9


def goal(indicator: Indicator, aim: Aim, *, said: bool = False) -> str:
    """The target: 不低于98%, 不超过10起, 零发生, 比去年下降10%（不超过236起）, 前20位, 100%. ``said``: in a sentence 98% alone."""
    line = aim.line or 0.0
    match aim.target.kind:
        case "zero":
            return "零发生"
        case "rank_within":
            return f"前{number(line, 0)}{indicator.unit}"
        case "exactly":
            return amount(indicator, line)
        case "at_least":
            return f"{'' if said else '不低于'}{amount(indicator, line)}"
        case "at_most":
            return f"不超过{amount(indicator, line)}"
        case "change":
            percent = aim.percent or 0.0
            moved = "不低于去年" if aim.up else "不高于去年"
            if abs(percent) > _SAME:
                moved = f"比去年{'上升' if percent > 0 else '下降'}{number(abs(percent))}%"
            if measure(indicator) == "count":  # the last whole case that still holds
                line = ceil(line - _SAME) if aim.up else floor(line + _SAME)
            resolved = f"（{'不低于' if aim.up else '不超过'}{amount(indicator, line, 1)}）"
            return moved + ("" if aim.line is None else resolved)


def changed_text(aim: Aim) -> str | None:
    """目标年内由90调整为92（7月1日起）; None where it was not changed within the year."""
    if aim.before is None or aim.since is None:
        return None
    now = aim.target.values[aim.since]
    return f"目标年内由{number(aim.before)}调整为{number(now)}（{month_day(aim.since)}起）"


def forecast_text(indicator: Indicator, forecast: Forecast, line: float | None) -> str:
    """预计年末96.1%（80%把握95.4%–96.8%）; counts whole: 预计年末285起（80%把握262–310起）."""
    digits = _digits(indicator, forecast, line)
    value, low, high = (amount(indicator, each, digits) for each in (forecast.value, forecast.low, forecast.high))
    if low == high:
        return f"预计年末{value}"
    if measure(indicator) == "rank":
        between = f"{low.removesuffix(indicator.unit)}–{high.removeprefix('第')}"
    else:
        between = f"{low}–{high}" if measure(indicator) == "share" else f"{low.removesuffix(indicator.unit)}–{high}"
    return f"预计年末{value}（80%把握{between}）"


def _digits(indicator: Indicator, forecast: Forecast, line: float | None) -> int:
    kind = measure(indicator)
    if kind == "rank":
        return 0
    if kind == "count":
        return 0 if forecast.high >= 10 or float(forecast.high).is_integer() else 1
    digits = 2 if kind == "figure" else max(1, digits_of(line) if line is not None else 1)
    hidden = line is not None and number(line, digits) == number(forecast.value, digits)
    return 2 if hidden else digits


def chance_text(chance: float) -> str:
    """达到目标的把握约七成; the ends as 九成以上 and 不到一成."""
    tenths = round(chance * 10)
    if tenths >= 10 or chance > 0.9:
        return "达到目标的把握在九成以上"
    return f"达到目标的把握约{times(tenths)}成" if tenths else "达到目标的把握不到一成"


def course_text(facts: Facts, aim: Aim, run: Run, forecast: Forecast | None) -> str:
    """The half sentence on the target: 预计年末96.1%（80%把握95.4%–96.8%），达不到98%的目标."""
    indicator = facts.series.indicator
    asked = f"{goal(indicator, aim, said=True)}的目标"
    if run.course == "unknown":
        return f"{aim.lacks}，“{goal(indicator, aim)}”折算不出，进度未知" if aim.lacks else f"{run.reason}，进度未知"
    apart = _short_of(indicator, aim, run.reached)
    keep = "守住" if aim.target.kind in ("zero", "at_most") else "达到"
    if run.course == "missed":
        passed = "已突破全年" if run.final else f"没有{keep}"
        return f"{_reached(facts, run)}{passed}{asked}{f'，{apart}' if apart else ''}"
    if run.course == "met":
        return f"{_reached(facts, run)}{'已达到全年' if run.final else keep}{asked}"
    if run.chance is not None and forecast is not None:
        ways = {"on": f"能{keep}", "off": f"{keep[0]}不{keep[1]}", "open": f"能否{keep}"}
        # an interval that reaches over the line and a plain "will" beside it would contradict each other
        mostly = "多半" if run.course != "open" and aim.holds(forecast.low) != aim.holds(forecast.high) else ""
        ending = f"{mostly}{ways[run.course]}{asked}{'难料' if run.course == 'open' else ''}"
        return f"{_reached(facts, run)}{forecast_text(indicator, forecast, aim.line)}，{ending}"
    return _by_newest(facts, aim, run, asked, apart, keep)


def _by_newest(facts: Facts, aim: Aim, run: Run, asked: str, apart: str | None, keep: str) -> str:
    """Without a forecast the newest reading is told, and that it is not the end of the year."""
    if run.reached is None:
        return f"年内有的月份没有读数，能否{keep}{asked}难料"
    indicator = facts.series.indicator
    rising = indicator.covers != "moment" and measure(indicator) in ("count", "figure")
    holds = aim.holds(run.reached)
    if rising and holds != aim.up:
        return f"按最近读数还没有{'达到' if aim.up else '突破'}{asked}，年末难料"
    if holds:
        return f"按最近读数{keep}{'了' if keep == '守住' else ''}{asked}，年末能否{keep}难料"
    return f"按最近读数没有{keep}{asked}{f'（{apart}）' if apart else ''}，年末能否{keep}难料"


def _reached(facts: Facts, run: Run) -> str:
    """What single periods came to, where that is not the reading itself: 全年累计31人，."""
    if run.reached is None or run.reached == facts.value:
        return ""
    indicator, end = facts.series.indicator, facts.reading.end
    year = indicator.model_copy(update={"covers": "year"})
    return f"{spoken_span(year, end, facts.as_of)}累计{amount(indicator, run.reached)}，"


def _short_of(indicator: Indicator, aim: Aim, value: float | None) -> str | None:
    """差0.07个百分点, 多2起; None where the value meets the target, and where zero is asked for: the reading says it."""
    if aim.line is None or value is None or aim.holds(value) or aim.target.kind == "zero":
        return None
    word = "差" if value < aim.line or measure(indicator) == "rank" else "多"
    return f"{word}{difference(indicator, value - aim.line)}"
