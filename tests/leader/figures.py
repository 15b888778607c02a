"""What the made-up county's indicators say: readings of three years, judged and forecast as every night does it."""

from __future__ import annotations

from datetime import date
from typing import Any

from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.judge import judge
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.phase import Standings, store
from riskengine.assess.indicators.ranking import marks
from riskengine.model.indicator import Indicator
from riskengine.model.period import ends
from riskengine.model.rulebook import Rulebook
from riskengine.model.standing import Finding, Part
from riskengine.store.database import Connection

NIGHT = date(2026, 6, 30)
COUNTY = "990100"
TOWNS = {f"9901001{n:02}": name for n, name in enumerate(("清溪镇", "白石镇", "禾洛镇", "朔庄镇", "椒坪乡"), 1)}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
"""What an office might write: it must come out as text."""


def _indicator(id_: str, name: str, **more: Any) -> Indicator:
    return Indicator.model_validate(
        {
            "id": id_,
            "name": name,
            "theme": "信访",
            "definition": f"{name}，按年累计。",
            "unit": "%",
            "better": "higher",
            "reports": "xinfang",
            "owner": "xinfang",
            "period": "month",
            "covers": "year",
            "compare": ["last_year", "city", "province"],
            "basis": "年度平安建设目标表",
            "weight": 8,
            "deduct": {"each": 1, "points": 0.5, "most": 6},
            **more,
        }
    )


def _target(kind: str, value: float, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "values": {date(2024, 1, 1): value}, "reference": "年度目标表", **more}


INDICATORS = (
    _indicator("first-settled", "初次信访一次性化解率", target=_target("at_least", 92)),
    _indicator(
        "fraud-filings", "诈骗案件立案", unit="起", better="lower", target=_target("change", -10), compare=["last_year"]
    ),
    _indicator("safety", "群众安全感", returns="survey", period="year", covers="moment", target=_target("at_least", 98)),
    _indicator("deaths", "生产安全死亡人数", unit="人", better="lower", target={"kind": "zero", "reference": "年度目标表"}),
    _indicator("bad-loans", "银行不良率", better="lower", covers="moment", target=_target("at_most", 1.5)),
    _indicator("city-rank", "平安建设全市排名", unit="位", better="lower", covers="moment", target=_target("rank_within", 20)),
    _indicator(
        "grave",
        "重特大事故",
        unit="起",
        better="lower",
        owner="zongzhi",
        target={"kind": "zero", "reference": "年度目标表"},
        deduct={"each": 1, "points": 8, "most": 8, "veto": True},
    ),
    _indicator("silent", "政府性债务违约", unit="起", better="lower", target={"kind": "zero", "reference": "年度目标表"}),
)  # fmt: skip


def _series(indicator: Indicator, place: str, called: str, values: dict[date, float | None], **more: Any) -> Series:
    first = min(values)
    readings = tuple(
        Reading(
            end,
            values.get(end),
            "报送" if values.get(end) is not None else None,
            reported=values.get(end),
            last_year=values.get(
                date(end.year - 1, end.month, min(end.day, 28)) if end.month == 2 else end.replace(year=end.year - 1)
            ),
            versions=2 if end.month == 3 else 1,
            **{key: each(values.get(end)) for key, each in more.items()},
        )
        for end in ends(indicator.period, first, max(values))
    )
    return Series(indicator, place, called, readings, max(values))


def _months(start: float, step: float, *, add: bool = False) -> dict[date, float | None]:
    """Readings from January 2024 to May 2026; with ``add`` they run up within each year."""
    found: dict[date, float | None] = {}
    for n, end in enumerate(ends("month", date(2024, 1, 1), date(2026, 5, 31))):
        value = start + step * n
        found[end] = float(round(value * end.month)) if add else round(value, 2)
    return found


def standings(con: Connection, book: Rulebook) -> None:
    """Store the night's standings: red, green and grey ones, with what a miss is made of, marks and findings."""
    by = book.indicators
    rate = {
        "numerator": lambda v: v and round(v * 4),
        "denominator": lambda v: 400.0,
        "city": lambda v: v and v + 1.2,
        "province": lambda v: v and v - 0.4,
    }
    series = [_series(by["first-settled"], COUNTY, "全县", _months(93, -0.15), **rate)]
    series += [
        _series(
            by["first-settled"],
            code,
            name,
            _months(95 - n, -0.1),
            **rate | ({"denominator": lambda v: 12.0} if n == 4 else {}),
        )
        for n, (code, name) in enumerate(TOWNS.items())
    ]
    series.append(_series(by["fraud-filings"], COUNTY, "全县", _months(20, 0.3, add=True)))
    series += [
        _series(by["fraud-filings"], code, name, _months(9 + n, 0.2, add=True))
        for n, (code, name) in enumerate(TOWNS.items())
    ]
    years = {date(2022 + n, 12, 31): value for n, value in enumerate((98.6, 98.4, 98.1, 97.93))}
    series.append(_series(by["safety"], COUNTY, "全县", years, city=lambda v: v and v + 0.3, sample=lambda v: 800))
    series.append(_series(by["deaths"], COUNTY, "全县", {end: 0.0 for end in _months(0, 0)}))
    series.append(_series(by["grave"], COUNTY, "全县", {end: float(end.year == 2026) for end in _months(0, 0)}))
    series.append(_series(by["bad-loans"], COUNTY, "全县", _months(1.1, 0.001)))
    series.append(_series(by["city-rank"], COUNTY, "全县", _months(15, 0), rank=lambda v: v and int(v)))
    series.append(Series(by["silent"], COUNTY, "全县", (Reading(date(2026, 5, 31), None),), date(2026, 5, 31)))
    con.execute(
        "INSERT INTO sense.indicator (source, known_at, superseded_at, retracted, file_id, row_no, key, occurred_on, place, category, "
        "value) VALUES ('indicators', '2026-04-03', '2026-04-20', FALSE, 1, 1, 'a', '2026-03-30', $1, '初次信访一次性化解率', 88.9), "
        "('indicators', '2026-04-20', NULL, FALSE, 2, 1, 'a', '2026-03-31', $1, '初次信访一次性化解率', 89.1), "
        "('indicators', '2026-05-02', '2026-05-03', FALSE, 3, 1, 'b', '2026-05-02', $1, '初次信访一次性化解率', 81.5), "
        "('indicators', '2026-05-03', NULL, FALSE, 4, 1, 'b', '2026-05-02', $1, '初次信访一次性化解率', 88.6)",
        [COUNTY],
    )
    judged = [judge(each, year_end(each, NIGHT), NIGHT) for each in series]
    shares = (70.0, 30.0, 20.0, -15.0, -5.0)
    parts = [
        Part("first-settled", "乡镇", code, name, 88.5, 92.0, round(-2.75 * share / 100, 4), share)
        for (code, name), share in zip(TOWNS.items(), shares, strict=True)
    ]
    findings = (
        Finding(
            "safety", COUNTY, "2025", "implausible", "xinfang", f"统计局报的读数0.9793不可信，是否应为97.93？{EVIL}"
        ),
        Finding("silent", COUNTY, "2026-05", "missing", "xinfang", "2026年5月的读数应在6月15日前报来，还没有收到。"),
    )
    store(con, Standings(tuple(judged), tuple(parts), tuple(marks(book, NIGHT, series, judged)), findings), NIGHT)
