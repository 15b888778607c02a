"""Whatever is reported, there is a standing that makes sense, and nothing unknown is called met."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.noun import Forecast, Reading, Series
from riskengine.model.indicator import Indicator
from riskengine.model.period import previous
from riskengine.model.standing import Standing
from tests.indicators.said import COUNT, MONTHLY, RANK, RATE, SURVEY, forecast, indicator, target

AT_98 = target("at_least", ("2024-01-01", 98))
OVER = {"control": {"values": {"2024-01-01": 40}, "reference": "控制指标"}}

FIGURES = st.one_of(
    st.none(),
    st.sampled_from([0.0, 1.0, 97.93, 100.0, 0.001, -0.0, -3.2]),
    st.floats(min_value=-1e6, max_value=1e6, allow_nan=False),
    st.floats(allow_nan=True, allow_infinity=True),
)
SMALL = st.one_of(st.none(), st.floats(min_value=0, max_value=200))
TARGETS = st.sampled_from(
    [
        None, AT_98, target("zero"), target("at_most", ("2024-01-01", 10)), target("exactly", ("2024-01-01", 100)),
        target("change", ("2024-01-01", -10)), target("rank_within", ("2024-01-01", 20)),
        target("at_least", ("2024-01-01", 90), ("2026-04-01", 92)),
    ]
)  # fmt: skip


@st.composite
def indicators(draw: st.DrawFn) -> Indicator:
    kind = draw(st.sampled_from([SURVEY, RATE, COUNT, MONTHLY, RANK, COUNT | {"unit": "起每十万人"}]))
    more: dict[str, Any] = {"better": draw(st.sampled_from(["higher", "lower"])), "least": draw(st.integers(0, 40))}
    more["period"] = draw(st.sampled_from(["month", "quarter", "half", "year"]))
    if draw(st.booleans()):
        more |= OVER
    if (aim := draw(TARGETS)) is not None:
        more["target"] = aim
    return indicator(kind, **more)


@st.composite
def all_series(draw: st.DrawFn) -> Series:
    of = draw(indicators())
    last = previous(of.period, date(2026, 12, 31), draw(st.integers(0, 3)))
    periods = [previous(of.period, last, back) for back in reversed(range(draw(st.integers(0, 8))))]
    readings = [
        Reading(
            end, draw(FIGURES), last_year=draw(FIGURES), city=draw(FIGURES), province=draw(FIGURES),
            numerator=draw(SMALL), denominator=draw(SMALL), rank=draw(st.one_of(st.none(), st.integers(1, 40))),
            doubt=draw(st.sampled_from([None, None, None, "是否应为97.93？"])), versions=draw(st.integers(1, 3)),
        )
        for end in periods
    ]  # fmt: skip
    due = draw(st.sampled_from([last, None, previous(of.period, last, -1)]))
    return Series(of, "990100", draw(st.sampled_from(["全县", "清溪镇"])), tuple(readings), due)


@st.composite
def forecasts(draw: st.DrawFn) -> Forecast | None:
    if draw(st.booleans()):
        return None
    middle = draw(st.floats(min_value=-1e6, max_value=1e6, allow_nan=False))
    return forecast(draw(st.sampled_from([2025, 2026])), middle, draw(st.floats(min_value=0, max_value=50)))


_NONSENSE = re.compile(r"nan|None|inf|(?<![\d.])-0(\.0*)?(?![\d.])|。。|，，|，。|%个百分点|百分点%")


@given(all_series(), forecasts())
def test_whatever_comes_there_is_a_standing_that_makes_sense(series: Series, ahead: Forecast | None) -> None:
    standing = judge(series, ahead, date(2027, 1, 10))
    _makes_sense(series, standing)


def _makes_sense(series: Series, standing: Standing) -> None:
    wanted = [each for each in series.readings if series.due is None or each.end >= series.due]
    usable = [
        each for each in wanted if each.value is not None and each.doubt is None and abs(each.value) < float("inf")
    ]
    asked = {series.readings[-1].end} if series.due is None and series.readings else {each.end for each in wanted}
    due = any(each.end in asked for each in usable)
    assert due == (standing.value is not None)
    if not due:
        assert (standing.course, standing.lamp) == ("unknown", "灰")
    if standing.target_kind is None:
        assert standing.course == "unknown"
    if standing.course in ("missed", "off"):
        assert standing.lamp == "红"
    told = json.dumps({"says": standing.says, **standing.why}, ensure_ascii=False, allow_nan=False)
    texts = [standing.says, *standing.why["notes"], *standing.why["reasons"].values()]
    assert not any(_NONSENSE.search(text) for text in texts), texts
    assert standing.change_in in (None, "百分点", "%", "位")
    if series.indicator.unit == "%":
        assert standing.change_in != "%"
        assert not re.search(r"(上升|下降)[\d.]+%", standing.why["change_text"] or "")
    else:
        assert "百分点" not in standing.says
    assert told
