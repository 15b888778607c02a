"""A smallest workspace whose rules can run; every test changes one thing in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.workspace import Workspace

FILES = {
    "levels.yaml": """\
levels:
  - {name: 红, rank: 1, code: I, colour: "#C00000", score: 80, handle_within: 1}
  - {name: 橙, rank: 2, code: II, colour: "#ED7D31", score: 60, handle_within: 3}
  - {name: 黄, rank: 3, code: III, colour: "#FFD966", score: 40, handle_within: 7}
  - {name: 蓝, rank: 4, code: IV, colour: "#9DC3E6", score: null, handle_within: 15}
""",
    "themes.yaml": "themes: [电信网络诈骗, 信访, 数据报送, 综合研判]\n",
    "units.yaml": """\
units:
  - {id: fanzha, name: 反诈中心, type: line}
  - {id: zongzhi, name: 综治中心, type: line}
  - {id: town-01, name: 清溪镇人民政府, type: township}
""",
    "routes.yaml": """\
routes:
  - {themes: [数据报送], lead: reporter, township: false}
  - {themes: [电信网络诈骗], lead: fanzha}
  - {themes: [信访, 综合研判], lead: zongzhi}
  - {lead: zongzhi, catch_all: true}
""",
    "places.csv": """\
code,name,level,parent,population,valid_from,unit,aliases
990100,云川县,county,,600000,2024-01-01,zongzhi,
990100101,清溪镇,town,990100,30000,2024-01-01,town-01,清溪;清溪街道
990100101001,东湾村,village,990100101,1500,2024-01-01,town-01,
""",
    "sources/fraud.yaml": """\
source: fraud-cases
title: 反诈中心案件
kind: fraud
files: 反诈中心/*.csv
key: 案件编号
reports: {unit: fanzha, every: 1}
fields: {occurred_on: 发案时间, place: 发案地, loss: {column: 损失金额}}
ignore: [联系电话]
""",
    "sources/petition.yaml": """\
source: petition-matters
title: 信访事项
kind: petition
files: 信访局/*.csv
key: 编号
fields: {occurred_on: 登记日期, place: 地区, closed_on: 办结日期}
""",
    "signals/fraud.yaml": """\
signals:
  - {name: 近7日诈骗起数, unit: 起, subject: [town, county], from: fraud, measure: count, window: 7}
  - {name: 近7日诈骗往常, unit: 起, subject: [town, county], usual: 近7日诈骗起数}
  - {name: 万人诈骗起数, unit: 起/万人, subject: town, formula: 近7日诈骗起数 * 10000 / 人口}
  - {name: 信访登记天数, unit: 天, subject: petition, from: petition, measure: latest, of: days_since(日期)}
""",
    "warnings/fraud/surge.yaml": """\
rules:
  - id: fraud-surge
    title: 诈骗案件明显增多
    theme: 电信网络诈骗
    subject: town
    when: 近7日诈骗起数 >= 起数下限 and 近7日诈骗起数 > 近7日诈骗往常
    parameters:
      起数下限: {unit: 起, reference: 县反诈中心研判口径, values: {2024-01-01: 5, 2026-06-01: 4}}
    score:
      - feature: 起数
        of: 近7日诈骗起数
        bands: [[null, 5, 0], [5, 10, 40], [10, null, 80]]
        says: 近7日诈骗{近7日诈骗起数}起，往常{近7日诈骗往常}起
    floors:
      - {when: 近7日诈骗起数 >= 20, level: 橙, says: "一周{近7日诈骗起数}起"}
    evidence: {from: fraud, window: 7, where: 类别 <> '其他诈骗'}
    basis: 反电信网络诈骗法第三条
    action: 开展预警劝阻
    false_causes: [集中补录]
  - id: petition-old
    title: 信访事项久未办结
    theme: 信访
    subject: petition
    when: 信访登记天数 > 60
    score:
      - {feature: 天数, of: 信访登记天数, bands: [[null, null, 50]], says: "登记{信访登记天数}天"}
    basis: 信访工作条例
    action: 督促办结
    false_causes: [办结未录入]
  - id: town-both
    title: 诈骗与信访同时出现
    theme: 综合研判
    subject: town
    compound: {all: [fraud-surge, petition-old], within: 7}
    basis: 平安建设工作要求
    action: 会商研判
    false_causes: [集中补录]
""",
}


def write(rules: Path, changes: dict[str, str]) -> Workspace:
    """The smallest workspace below ``rules``'s parent with ``changes`` laid over it."""
    for name, text in {**FILES, **changes}.items():
        path = rules / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Workspace.at(rules.parent)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The smallest workspace, unchanged."""
    return write(tmp_path / "rules", {})


TIDY = {
    "routes.yaml": """\
routes:
  - {themes: [电信网络诈骗], lead: fanzha}
  - {themes: [信访, 综合研判], lead: zongzhi}
  - {lead: zongzhi, catch_all: true}
""",
    "signals/fraud.yaml": """\
signals:
  - {name: 近7日诈骗起数, unit: 起, subject: [town, county], from: fraud, measure: count, window: 7}
  - {name: 近7日诈骗往常, unit: 起, subject: [town, county], usual: 近7日诈骗起数}
  - {name: 近7日诈骗损失, unit: 元, subject: [town, county], from: fraud, measure: sum, of: 损失金额, window: 7}
  - {name: 未止付占比, unit: 比例, subject: [town, county], from: fraud, measure: share, of: 止付金额 is null, window: 7}
  - {name: 信访登记天数, unit: 天, subject: petition, from: petition, measure: latest, of: days_since(日期)}
""",
    "warnings/fraud/surge.yaml": """\
rules:
  - id: fraud-surge
    title: 诈骗案件明显增多
    theme: 电信网络诈骗
    subject: town
    when: 近7日诈骗起数 >= 起数下限 and 近7日诈骗起数 > 近7日诈骗往常
    parameters:
      起数下限: {unit: 起, reference: 县反诈中心研判口径, values: {2024-01-01: 5, 2026-06-01: 6}}
    score:
      - feature: 起数
        of: 近7日诈骗起数
        bands: [[null, 5, 0], [5, 10, 40], [10, null, 80]]
        says: 近7日诈骗{近7日诈骗起数}起，往常{近7日诈骗往常}起，损失{近7日诈骗损失}，未止付{未止付占比}
    floors:
      - {when: 近7日诈骗起数 >= 20, level: 橙, says: "一周{近7日诈骗起数}起"}
    basis: 反电信网络诈骗法第三条
    action: 开展预警劝阻
    false_causes: [集中补录]
    cases:
      - {case: 案件多, as_of: 2026-06-30, signals: {近7日诈骗起数: 9, 近7日诈骗往常: 2}, expect: {verdict: hit}}
      - {case: 案件少, as_of: 2026-06-30, signals: {近7日诈骗起数: 1, 近7日诈骗往常: 2}, expect: {verdict: clear}}
  - id: petition-old
    title: 信访事项久未办结
    theme: 信访
    subject: petition
    when: 信访登记天数 > 60
    score:
      - {feature: 天数, of: 信访登记天数, bands: [[null, null, 50]], says: "登记{信访登记天数}天"}
    basis: 信访工作条例
    action: 督促办结
    false_causes: [办结未录入]
    cases:
      - {case: 登记已久, as_of: 2026-06-30, signals: {信访登记天数: 61}, expect: {verdict: hit}}
      - {case: 刚刚登记, as_of: 2026-06-30, signals: {信访登记天数: 60}, expect: {verdict: clear}}
  - id: town-both
    title: 诈骗与信访同时出现
    theme: 综合研判
    subject: town
    compound: {all: [fraud-surge, petition-old], within: 7}
    basis: 平安建设工作要求
    action: 会商研判
    false_causes: [集中补录]
    cases:
      - {case: 两样都有, as_of: 2026-06-30, members: {fraud-surge: hit, petition-old: hit}, expect: {verdict: hit}}
      - {case: 只有一样, as_of: 2026-06-30, members: {fraud-surge: hit}, expect: {verdict: clear}}
""",
}
"""Laid over ``FILES``: a workspace of which ``check`` has nothing to say on 2026-06-30."""


@pytest.fixture
def tidy_workspace(tmp_path: Path) -> Workspace:
    """The smallest workspace with nothing left to say about it."""
    return write(tmp_path / "rules", TIDY)
