"""A county of two towns with a plain rule, a rule on matters and a compound: what cases are tried on."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from riskengine.cases.outcome import Result
from riskengine.cases.run import run_cases
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

SURGE = """\
# 电信网络诈骗（这一行注释要留着）
rules:
  - id: fraud-surge      # 编号不改
    title: 诈骗案件明显增多
    theme: 电信网络诈骗
    subject: town
    when: 近7日诈骗起数 >= 起数下限 and 近7日诈骗起数 > 近7日诈骗上界
    parameters:
      起数下限: {unit: 起, reference: 县反诈中心研判口径, values: {2024-01-01: 4}}
    score:
      - feature: 起数
        of: 近7日诈骗起数
        bands: [[null, 6, 45], [6, 10, 60], [10, null, 80]]
        says: 近7日诈骗{近7日诈骗起数}起，上界{近7日诈骗上界}起
      - {feature: 发案率, of: 万人诈骗起数, bands: [[null, 5, 0], [5, null, 10]], says: "每万人{万人诈骗起数}起"}
    for: 2 of 3
    keep: 2
    basis: 反电信网络诈骗法第三条
    action: 开展预警劝阻
    false_causes: [集中补录]
"""

OLD = """
  # 信访一律对承办单位
  - id: petition-old
    title: 信访事项久未办结
    theme: 信访
    subject: petition
    when: 信访未办结 = 1 and 信访登记天数 > 60
    score:
      - {feature: 天数, of: 信访登记天数, bands: [[null, 90, 45], [90, null, 80]], says: "登记{信访登记天数}天未办结"}
    floors:
      - {when: 信访涉及人数 >= 20, level: 红, says: 涉及20人以上}
    basis: 信访工作条例
    action: 督促办结
    false_causes: [办结未录入]
"""

BOTH = """
  - id: town-both
    title: 诈骗与信访同时出现
    theme: 综合研判
    subject: town
    compound: {all: [fraud-surge, petition-old], within: 3}
    adds: 10
    basis: 平安建设工作要求
    action: 会商研判
    false_causes: [集中补录]
"""

RULES = {
    "levels.yaml": """\
levels:
  - {name: 红, rank: 1, code: I, colour: "#C00000", score: 80, handle_within: 1}
  - {name: 橙, rank: 2, code: II, colour: "#ED7D31", score: 60, handle_within: 3}
  - {name: 黄, rank: 3, code: III, colour: "#FFD966", score: 40, handle_within: 7}
  - {name: 蓝, rank: 4, code: IV, colour: "#9DC3E6", score: null, handle_within: 15}
""",
    "themes.yaml": "themes: [电信网络诈骗, 信访, 综合研判]\n",
    "units.yaml": """\
units:
  - {id: fanzha, name: 反诈中心, type: line}
  - {id: xinfang, name: 信访局, type: line}
  - {id: town-01, name: 清溪镇人民政府, type: township}
  - {id: town-02, name: 白石镇人民政府, type: township}
""",
    "routes.yaml": """\
routes:
  - {themes: [电信网络诈骗], places: ["990100102"], lead: town-02, township: false}
  - {themes: [电信网络诈骗], lead: fanzha}
  - {themes: [信访], levels: [红], lead: xinfang}
  - {themes: [信访], lead: township}
  - {lead: xinfang, catch_all: true}
""",
    "places.csv": """\
code,name,level,parent,population,valid_from,unit,aliases
990100,云川县,county,,50000,2024-01-01,xinfang,
990100101,清溪镇,town,990100,20000,2024-01-01,town-01,
990100102,白石镇,town,990100,10000,2024-01-01,town-02,
990100101001,东湾村,village,990100101,1500,2024-01-01,,
""",
    "sources/fraud.yaml": """\
source: fraud-cases
title: 反诈中心案件
kind: fraud
files: 反诈中心/*.csv
key: 案件编号
fields: {occurred_on: 发案时间, place: 发案地, loss: 损失金额}
""",
    "sources/petition.yaml": """\
source: petition-matters
title: 信访事项
kind: petition
files: 信访局/*.csv
key: 编号
fields: {key: 编号, occurred_on: 登记日期, place: 地区, people: 涉及人数, closed_on: 办结日期}
""",
    "signals/all.yaml": """\
signals:
  - {name: 近7日诈骗起数, unit: 起, subject: town, from: fraud, measure: count, window: 7}
  - {name: 近7日诈骗上界, unit: 起, subject: town, upper: 近7日诈骗起数}
  - {name: 万人诈骗起数, unit: 起/万人, subject: town, rate: 近7日诈骗起数}
  - {name: 信访登记天数, unit: 天, subject: petition, from: petition, measure: latest, of: days_since(日期)}
  - {name: 信访未办结, unit: 是否, subject: petition, from: petition, measure: latest, of: "case when 办结日期 is null then 1 else 0 end"}
  - {name: 信访涉及人数, unit: 人, subject: petition, from: petition, measure: latest, of: "coalesce(涉及人数, 1)"}
""",
    "warnings/all.yaml": SURGE + OLD + BOTH,
}


def lay_down(root: Path, warnings: str = RULES["warnings/all.yaml"], **others: str) -> Workspace:
    """The county's rules below ``root``, with ``warnings`` as its rules."""
    for name, text in {**RULES, "warnings/all.yaml": warnings, **others}.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return Workspace.at(root)


def with_cases(surge: str = "", old: str = "", both: str = "") -> str:
    """The three rules with these cases, each a block that begins with ``- case:``."""
    texts = ((SURGE, surge), (OLD, old), (BOTH, both))
    return "".join(
        rule + ("    cases:\n" + indent(cases.strip("\n"), "      ") + "\n" if cases else "") for rule, cases in texts
    )


def came(root: Path, **cases: str) -> list[Result]:
    """Run these cases."""
    workspace = lay_down(root, with_cases(**cases))
    return run_cases(load(workspace), workspace.scratch)


def only(root: Path, **cases: str) -> Result:
    """Run the only case there is."""
    (result,) = came(root, **cases)
    return result
