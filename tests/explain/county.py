"""A county of three towns whose three nights hold one of everything that has to be explained."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

from riskengine.explain.chain import Explanation
from riskengine.explain.gather import explain_rule
from riskengine.night import run_night
from riskengine.workspace import Workspace
from tests.loop.county import RULES as LOOP
from tests.loop.county import put

NIGHTS = FIRST, SECOND, LAST = date(2026, 6, 28), date(2026, 6, 29), date(2026, 6, 30)
QINGXI, BAISHI, DONGWAN = "清溪镇", "白石镇", "东湾镇"
SCRIPT = "<script>alert(1)</script>"
"""What somebody might type into a file; it must never become part of a page."""

_TAIL = """\
    basis: 县平安办2024年风险预警工作方案
    action: 三日内核查并反馈
    false_causes: [集中补录]
"""


@cache
def told(county: Workspace, rule: str, subject: str, night: date | None = LAST) -> Explanation:
    """The explanation of a rule on a subject; made once for all tests that ask."""
    [found] = explain_rule(county, rule, subject, night)
    return found


def entry(id_: str, title: str, theme: str, when: str, score: str, *more: str, subject: str = "town") -> str:
    """One plain rule; ``more`` are further lines of the entry."""
    lines = [f"  - id: {id_}", f"title: {title}", f"theme: {theme}", f"subject: {subject}", f"when: {when}"]
    return "\n    ".join([*lines, f"score: [{score}]", *more]) + "\n" + _TAIL


def points(of: str, bands: str, says: str, feature: str = "数量") -> str:
    """One feature on one line."""
    return f"{{feature: {feature}, of: {of}, bands: {bands}, says: '{says}'}}"


_COUNT = points("近7日诈骗起数", "[[null, 6, 45], [6, 10, 60], [10, null, 80]]", "近7日诈骗{近7日诈骗起数}起")
_LEAST = "parameters: {起数下限: {unit: 起, reference: 县反诈中心工作方案第3条, values: {2024-01-01: 4}}}"

RULES = {
    **{name: text for name, text in LOOP.items() if not name.startswith(("sources", "signals", "warnings"))},
    "sources/fraud.yaml": r"""
source: fraud-cases
title: 电诈案件
kind: fraud
files: 电诈/*.csv
key: 案件编号
fields: {key: 案件编号, occurred_on: 发案日期, place: 辖区, category: 类型, loss: 损失金额}
""",
    "sources/petitions.yaml": r"""
source: petitions
title: 信访事项
kind: petition
files: 信访/*.csv
key: 事项编号
fields: {key: 事项编号, occurred_on: 登记日期, place: 属地, category: 问题类别, people: 涉及人数, closed_on: 办结日期}
""",
    "sources/disputes.yaml": r"""
source: disputes
title: 矛盾纠纷台账
kind: dispute
files: 纠纷/*_*.csv
received: {pattern: '_(\d{8})'}
reports: {unit: zongzhi, every: 1, grace: 0}
key: 编号
fields: {key: 编号, occurred_on: 日期, place: 地区, category: 类别}
""",
    "signals/signals.yaml": """\
signals:
  - {name: 近7日诈骗起数, unit: 起, subject: [town, county], from: fraud, measure: count, window: 7}
  - {name: 近7日诈骗往常, unit: 起, subject: [town, county], usual: 近7日诈骗起数}
  - {name: 近7日诈骗上界, unit: 起, subject: [town, county], upper: 近7日诈骗起数}
  - {name: 近7日诈骗损失, unit: 元, subject: town, from: fraud, measure: sum, of: 损失金额, window: 7}
  - {name: 当日诈骗起数, unit: 起, subject: town, from: fraud, measure: count, window: 1}
  - {name: 案均损失, unit: 元, subject: town, formula: 近7日诈骗损失 / 近7日诈骗起数}
  - {name: 过大的数, unit: 元, subject: town, from: fraud, measure: sum, of: 损失金额 * 1e300}
  - {name: 近7日信访件数, unit: 件, subject: town, from: petition, measure: count, window: 7}
  - {name: 近7日纠纷, unit: 件, subject: town, from: dispute, measure: count, window: 7}
  - {name: 信访未办结, unit: 是否, subject: petition, from: petition, measure: latest, of: case when 办结日期 is null then 1 else 0 end}
  - {name: 登记天数, unit: 天, subject: petition, from: petition, measure: latest, of: days_since(日期)}
  - {name: 涉及人数, unit: 人, subject: petition, from: petition, measure: latest, of: "coalesce(涉及人数, 1)"}
""",
    "warnings/fraud/fraud.yaml": "rules:\n"
    + entry(
        "fraud-surge", "诈骗案件突增", "电信网络诈骗", "近7日诈骗起数 >= 起数下限 and 近7日诈骗起数 > 近7日诈骗上界",
        _COUNT + ", " + points("近7日诈骗损失", "[[null, 100000, 5], [100000, null, 15]]", "损失{近7日诈骗损失}元", "损失"),
        _LEAST, "evidence: {from: fraud, window: 7, rows: 3}",
    )
    + entry(
        "fraud-loss", "诈骗损失较大", "刑事治安", "近7日诈骗损失 >= 50000",
        points("近7日诈骗损失 / 10000", "[[null, 20, 40], [20, null, 60]]", "损失{近7日诈骗损失}元"),
        "floors: [{when: 案均损失 > 14000, level: 橙, says: 案均损失超过1.4万元}]",
    )
    + entry("fraud-three", "诈骗连续三夜偏多", "欠薪", "近7日诈骗起数 >= 4", _COUNT, "for: 3 of 3")
    + entry("fraud-day", "单日诈骗集中", "公共安全", "当日诈骗起数 >= 3", points("当日诈骗起数", "[[null, null, 45]]", "当日{当日诈骗起数}起"), "keep: 1")
    + entry("fraud-day-kept", "单日诈骗集中（保留）", "保交楼", "当日诈骗起数 >= 3", points("当日诈骗起数", "[[null, null, 45]]", "当日{当日诈骗起数}起"), "keep: 2")
    + entry("fraud-trial", "诈骗试行规则", "电信网络诈骗", "近7日诈骗起数 >= 3", _COUNT, "status: trial", "until: 2026-12-31")
    + entry("fraud-tried", "诈骗试行期满规则", "电信网络诈骗", "近7日诈骗起数 >= 3", _COUNT, "status: trial", "until: 2026-06-27")
    + entry("fraud-draft", "诈骗草拟规则", "电信网络诈骗", "近7日诈骗起数 >= 3", _COUNT, "status: draft")
    + entry("fraud-retired", "诈骗旧规则", "电信网络诈骗", "近7日诈骗起数 >= 3", _COUNT, "status: retired")
    + entry(
        "fraud-later", "诈骗新口径", "电信网络诈骗", "近7日诈骗起数 >= 起数下限", _COUNT,
        "parameters: {起数下限: {unit: 起, reference: 明年起的新方案, values: {2027-01-01: 3}}}",
    )
    + entry("fraud-broken", "算不出来的规则", "电信网络诈骗", "过大的数 > 1", _COUNT),
    "warnings/petitions/petitions.yaml": "rules:\n"
    + entry(
        "petition-late", "信访事项久拖未办", "信访", "信访未办结 = 1 and 登记天数 > 期限",
        points("登记天数", "[[null, 60, 45], [60, null, 60]]", "登记{登记天数}天未办结"),
        "parameters: {期限: {unit: 天, reference: 信访工作条例, values: {2022-05-01: 15}}}",
        "floors: [{when: 涉及人数 >= 20, level: 红, says: 涉及20人以上}]",
        "evidence: {from: petition}",
        subject="petition",
    )
    + entry("petition-many", "信访事项集中", "矛盾纠纷", "近7日信访件数 >= 3", points("近7日信访件数", "[[null, null, 40]]", "近7日信访{近7日信访件数}件")),
    "warnings/disputes/disputes.yaml": "rules:\n"
    + entry("dispute-many", "纠纷增多", "矛盾纠纷", "近7日纠纷 >= 2", points("近7日纠纷", "[[null, null, 40]]", "近7日纠纷{近7日纠纷}件")),
    "warnings/compound/compound.yaml": """\
rules:
  - id: fraud-and-petitions
    title: 诈骗与信访叠加
    theme: 综合研判
    subject: town
    compound: {all: [fraud-surge], any: [petition-many, petition-late], within: 2}
    adds: 15
    inhibits: [petition-many]
"""
    + _TAIL
    + """\
  - id: two-of-three
    title: 三项有其二
    theme: 综合研判
    status: draft
    subject: town
    compound: {at_least: {count: 2, of: [fraud-surge, petition-many, dispute-many]}, within: 1}
"""
    + _TAIL,
    "exceptions.yaml": """\
exceptions:
  - rule: fraud-surge
    subject: "990100102"
    until: 2026-07-15
    who: 县反诈中心研判岗
    why: 集中补立去年案件，已逐件核过
""",
}  # fmt: skip


def _cases(town: str, days: list[date], prefix: str, loss: int = 2000) -> list[str]:
    return [f"FZ-{prefix}-{at:03d},{day},{town},刷单返利,{loss}" for at, day in enumerate(days)]


def build(root: Path) -> Workspace:
    """The county below ``root``, its three nights run."""
    for name, content in RULES.items():
        path = root / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    workspace = Workspace.at(root)
    header = "案件编号,发案日期,辖区,类型,损失金额"
    began = FIRST - timedelta(days=140)
    weekly = [began + timedelta(days=7 * week) for week in range(19)]
    rows = [line for at, town in enumerate((QINGXI, BAISHI, DONGWAN)) for line in _cases(town, weekly[at::2], f"H{at}")]
    rows += _cases(QINGXI, [FIRST - timedelta(days=at % 4) for at in range(7)], "A", 15000)
    put(workspace, "电诈/1.csv", "\n".join([header, *rows]) + "\n")
    petitions = ["事项编号,登记日期,属地,问题类别,涉及人数,办结日期"]
    petitions += [
        f"XF-01,2026-06-01,{QINGXI},{SCRIPT},25,",
        f"XF-02,2026-06-20,{QINGXI},城乡建设,3,",
        f"XF-03,2026-03-01,{BAISHI},城乡建设,3,2026-03-20",
    ]
    petitions += [f"XF-1{at},2026-06-27,{QINGXI},环境保护,2," for at in range(3)]
    put(workspace, "信访/1.csv", "\n".join(petitions) + "\n")
    more = f"JF-2,2026-06-26,{BAISHI},邻里\nJF-3,2026-06-27,{BAISHI},婚姻家庭\n"
    put(workspace, "纠纷/纠纷_20260628.csv", f"编号,日期,地区,类别\nJF-1,2026-06-25,{QINGXI},邻里\n{more}")
    run_night(workspace, FIRST)
    second = _cases(BAISHI, [SECOND - timedelta(days=at) for at in (0, 1, 2, 3, 4, 5)], "B") + _cases(
        DONGWAN, [SECOND] * 3, "C"
    )
    put(workspace, "电诈/2.csv", "\n".join([header, *second]) + "\n")
    run_night(workspace, SECOND)
    run_night(workspace, LAST)
    return workspace
