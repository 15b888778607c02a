"""A real workspace of one night with three indicators: one off its target, one that slips, one of which nothing came."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from riskengine.night import run_night
from riskengine.workspace import Workspace
from tests.loop.county import RULES as LOOP
from tests.loop.county import put, rule

NIGHT = date(2026, 6, 20)

_RULES = {
    **{name: LOOP[name] for name in ("levels.yaml", "units.yaml", "places.csv", "sources/fraud.yaml")},
    "routes.yaml": "routes:\n  - {lead: fanzha, catch_all: true}\n",
    "signals/signals.yaml": "signals:\n"
    "  - {name: 近7日诈骗起数, unit: 起, subject: [town, county], from: fraud, measure: count, window: 7}\n",
    "warnings/fraud.yaml": "rules:\n"
    + rule("fraud-surge", "诈骗案件明显增多", "电信网络诈骗", "fraud", "近7日诈骗起数"),
    "sources/returns.yaml": r"""
source: returns
title: 指标报表
kind: indicator
files: 综治/指标_*.csv
received: {pattern: '_(\d{8})'}
reports: {unit: zongzhi, every: 31, grace: 10}
key: 编号
fields: {occurred_on: 期末, place: 地区, category: 指标, value: 数值, last_year: 去年同期, city_average: 全市平均, numerator: 分子, denominator: 分母}
""",
    "indicators/all.yaml": """\
indicators:
  - id: filings
    name: 诈骗案件立案
    aliases: [诈骗立案]
    theme: 电信网络诈骗
    definition: 年初以来电信网络诈骗立案起数。
    unit: 起
    better: lower
    reports: zongzhi
    owner: fanzha
    period: month
    covers: year
    target: {kind: change, values: {2024-01-01: -10}, reference: 年度目标表}
    computed: {from: fraud, measure: count, by: 类别}
    tolerance: 100
    least: 0
    weight: 6
    deduct: {each: 10, points: 1, most: 6}
    basis: 年度目标表
    cases:
      - case: 全年只降了5%
        as_of: 2026-01-20
        source: 年度工作会议材料
        readings: |
          期末        数值
          2024-12-31  700
          2025-12-31  665
        expect: {course: missed, lamp: 红}
  - id: settled
    name: 纠纷化解率
    theme: 矛盾纠纷
    definition: 年初以来排查的纠纷中化解的占百分之几。
    unit: "%"
    better: higher
    reports: zongzhi
    owner: zongzhi
    period: month
    covers: year
    target: {kind: at_least, values: {2024-01-01: 92}, reference: 年度目标表}
    least: 30
    plausible: [50, 100]
    weight: 10
    deduct: {each: 1, points: 0.5, most: 10}
    basis: 年度目标表
  - id: quiet
    name: 纠纷排查率
    theme: 矛盾纠纷
    definition: 应排查的村中排查过的占百分之几。
    unit: "%"
    better: higher
    reports: zongzhi
    owner: zongzhi
    period: month
    covers: year
    target: {kind: at_least, values: {2024-01-01: 90}, reference: 年度目标表}
    plausible: [0, 100]
    weight: 4
    deduct: {each: 1, points: 0.5, most: 4}
    basis: 年度目标表
""",
}

_SETTLED = {
    "云川县": ((190, 200), (176, 200)),
    "清溪镇": ((96, 100), (80, 100)),
    "白石镇": ((74, 80), (78, 80)),
    "东湾镇": ((20, 20), (18, 20)),
}
"""Settled and all, at the end of April and of May."""

_HEADER = "编号,期末,地区,指标,数值,去年同期,全市平均,分子,分母"


def lay_down(root: Path) -> Workspace:
    """The rules below ``root``, no night run."""
    for name, content in _RULES.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return Workspace.at(root)


def build(root: Path) -> Workspace:
    """The county below ``root``, its one night run."""
    workspace = lay_down(root)
    rows = [f"S-{place}-{end},{end},{place},纠纷化解率,{above / below * 100:.2f},,91,{above},{below}"
            for place, both in _SETTLED.items()
            for end, (above, below) in zip(("2026-04-30", "2026-05-31"), both, strict=True)]  # fmt: skip
    rows[0] = rows[0].replace("95.00", "96")
    rows += [
        "Q-1,2026-04-30,云川县,纠纷排查率,95,,,,",
        "F-0,2025-12-31,云川县,诈骗立案,60,,,,",
        "F-1,2026-05-31,云川县,诈骗立案,33,25,,,",
    ]
    put(workspace, "综治/指标_20260605.csv", "\n".join([_HEADER, *rows]) + "\n")
    corrected = "S-云川县-2026-04-30,2026-04-30,云川县,纠纷化解率,95,,91,190,200"
    put(workspace, "综治/指标_20260608.csv", f"{_HEADER}\n{corrected}\n")
    fraud = ["案件编号,发案日期,辖区,类型,损失金额,状态,备注"]
    cases = (("清溪镇", "刷单返利", 2026, 20), ("白石镇", "虚假投资", 2026, 8), ("东湾镇", "刷单返利", 2026, 2),
             ("清溪镇", "刷单返利", 2025, 9), ("白石镇", "虚假投资", 2025, 16))  # fmt: skip
    fraud += ["F-0,2024-12-20,东湾镇,其他诈骗,1000,立案,"]
    for place, kind, year, count in cases:
        fraud += [f"F-{place}-{year}-{n},{year}-0{1 + n % 5}-1{n % 9},{place},{kind},1000,立案," for n in range(count)]
    put(workspace, "反诈中心/电诈案件_20260619.csv", "\n".join([*fraud, ""]))
    run_night(workspace, NIGHT)
    return workspace
