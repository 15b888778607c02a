"""A small table of readings → what is said of them: what the tests of verdicts and sentences are written in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from statistics import NormalDist
from typing import Any

from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.noun import Forecast, Reading, Series
from riskengine.model.indicator import Indicator
from riskengine.model.period import ends
from riskengine.model.standing import Standing
from riskengine.rulebook.case_tables import read_readings

PLAIN: dict[str, Any] = {
    "id": "tried", "theme": "群众感受", "definition": "试用", "owner": "zhengfawei", "reports": "tongji", "basis": "试用",
}  # fmt: skip

SURVEY = {"name": "群众安全感", "unit": "%", "better": "higher", "period": "year", "covers": "moment"}
RATE = {"name": "化解率", "unit": "%", "better": "higher", "period": "month", "covers": "year"}
COUNT = {"name": "诈骗案件立案", "unit": "起", "better": "lower", "period": "month", "covers": "year"}
MONTHLY = {"name": "工伤人数", "unit": "人", "better": "lower", "period": "month", "covers": "period"}
RANK = {"name": "平安指数", "unit": "位", "better": "lower", "period": "quarter", "covers": "moment"}


def indicator(kind: dict[str, str], **more: Any) -> Indicator:
    return Indicator.model_validate(PLAIN | kind | {"compare": ("last_year", "city", "province", "peers")} | more)


def target(kind: str, *values: tuple[str, float]) -> dict[str, Any]:
    dated = {"values": dict(values)} if values else {}
    return {"kind": kind, "reference": "年度目标表", **dated}


def series(of: Indicator, table: str, as_of: date, called: str = "全县", **reading: Any) -> Series:
    """``reading``: what is known of the newest one beside the table (``doubt``, ``versions``, ``computed`` …)."""
    given, complaints = read_readings(table, of.period, as_of)
    assert not complaints, complaints
    by_end = {each.end: Reading(**asdict(each), origin="报送") for each in given}
    periods = ends(of.period, given[0].end, given[-1].end)
    readings = [by_end.get(end, Reading(end, None)) for end in periods]
    readings[-1] = Reading(**{**asdict(readings[-1]), **reading})
    return Series(of, "990100", called, tuple(readings), periods[-1])


def forecast(year: int, value: float, spread: float = 0.0) -> Forecast:
    """A bell around ``value``; 80 % within 1.28 × ``spread``."""
    bell = [value + spread * NormalDist().inv_cdf(level / 100) for level in range(1, 100)]
    return Forecast(year, tuple(bell), "试用的方法", 3)


def stand(
    of: Indicator, table: str, as_of: str, ahead: Forecast | None = None, called: str = "全县", **reading: Any
) -> Standing:
    day = date.fromisoformat(as_of)
    return judge(series(of, table, day, called, **reading), ahead, day)
