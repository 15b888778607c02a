"""What a failing case prints: what was expected, what came, and the rows of each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskengine.cases.telling import report_text, results_json
from riskengine.cases.whereabouts import whereabouts
from riskengine.workspace import Workspace
from tests.cases.county import came

UNITS = {"fanzha": "反诈中心", "town-01": "清溪镇人民政府", "town-02": "白石镇人民政府", "xinfang": "信访局"}

WRONG = {
    "surge": """
- case: 六起应当是红级
  as_of: 2026-06-30
  signals: {近7日诈骗起数: 3 6 _ 6, 近7日诈骗上界: 5}
  expect: {verdict: hit, level: 红, score: 80, reason: 诈骗7起, unit: town-02, warning: 升级}
- case: 只有一夜
  as_of: 2026-06-30
  signals: {近7日诈骗起数: 6, 近7日诈骗上界: 5}
  expect: {verdict: hit, warning: 新增}
""",
    "old": """
- case: 两个月
  as_of: 2026-06-30
  records:
    petition: |
      编号  日期   地区    涉及人数  办结日期
      甲    05-01  清溪镇  30        _
  expect: {verdict: hit}
""",
    "both": """
- case: 两项
  as_of: 2026-06-30
  members: {fraud-surge: hit=60, petition-old: clear}
  expect: {verdict: hit}
""",
}

GOLDEN = """\
✗ fraud-surge 诈骗案件明显增多：2 个用例，2 个没有通过
  rules/warnings/all.yaml:22:9: 用例“六起应当是红级”（2026-06-30）没有通过
    等级：应为 红，实为 橙
    得分：应为 80，实为 60
    理由：应为 含“诈骗7起”，实为 “近7日诈骗6起，上界5起。”
    主办：应为 town-02（白石镇人民政府），实为 fanzha（反诈中心）
    预警：应为 升级，实为 新增
    每一步：
      夜          近7日诈骗起数  万人诈骗起数  近7日诈骗上界  人口   判断  得分  等级  预警
      2026-06-27  3              1.5           5              20000  没有              无
      2026-06-28  6              3             5              20000  命中  60    橙    无
      2026-06-29  未知           未知          5              20000  未知              无
      2026-06-30  6              3             5              20000  命中  60    橙    新增
      参数：起数下限 = 4 起（2024-01-01 起）
      得分   60  起数：近7日诈骗6起，上界5起
      得分    0  发案率：每万人3起
      预警：新增，主办 fanzha（反诈中心）。近7日诈骗6起，上界5起。
  rules/warnings/all.yaml:26:9: 用例“只有一夜”（2026-06-30）没有通过
    预警：应为 新增，实为 无
    每一步：
      夜          近7日诈骗起数  万人诈骗起数  近7日诈骗上界  人口   判断  得分  等级  预警
      2026-06-30  6              3             5              20000  命中  60    橙    无
      参数：起数下限 = 4 起（2024-01-01 起）
      得分   60  起数：近7日诈骗6起，上界5起
      得分    0  发案率：每万人3起
      未开警：for 2 of 3，最近各夜中只有 1 夜命中
✗ petition-old 信访事项久未办结：1 个用例，1 个没有通过
  rules/warnings/all.yaml:45:9: 用例“两个月”（2026-06-30）没有通过
    判断：应为 命中，实为 没有
    每一步：
      夜          信访未办结  信访涉及人数  信访登记天数  判断  得分  等级  预警
      2026-06-30  1           30            60            没有              无
      条件：信访未办结 = 1 and 信访登记天数 > 60
      信号“信访未办结”看到的记录：
        编号  日期        地区    涉及人数  办结日期
        甲    2026-05-01  清溪镇  30        _
      信号“信访涉及人数”看到的记录：
        编号  日期        地区    涉及人数  办结日期
        甲    2026-05-01  清溪镇  30        _
      信号“信访登记天数”看到的记录：
        编号  日期        地区    涉及人数  办结日期
        甲    2026-05-01  清溪镇  30        _
"""

END = """\
✗ town-both 诈骗与信访同时出现：1 个用例，1 个没有通过
  rules/warnings/all.yaml:63:9: 用例“两项”（2026-06-30）没有通过
    判断：应为 命中，实为 没有
    每一步：
      夜          fraud-surge  petition-old  判断  得分  等级  预警
      2026-06-30  hit=60       clear         没有              无
共 3 条规则、4 个用例，4 个没有通过。"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, object]]]:
    root = tmp_path_factory.mktemp("county")
    results = came(root, **WRONG)
    where = whereabouts(Workspace.at(root))
    return report_text(results, where, UNITS), results_json(results, where)


def test_a_failing_case_shows_what_was_expected_what_came_and_each_step(
    told: tuple[str, list[dict[str, object]]],
) -> None:
    steps = told[0].split("      步骤")
    assert steps[0].rstrip("\n") + "\n" == GOLDEN
    assert steps[-1].endswith(END)


def test_the_tables_on_the_way_are_shown_for_the_subject(told: tuple[str, list[dict[str, object]]]) -> None:
    assert "      步骤 own_petition" in told[0] or "      步骤 pass_petition" in told[0]


def test_a_rule_whose_cases_pass_takes_one_line(tmp_path: Path) -> None:
    results = came(tmp_path, both=WRONG["both"].replace("clear}", "hit}"))
    assert (
        report_text(results, {}, UNITS)
        == "✓ town-both 诈骗与信访同时出现：1 个用例通过\n共 1 条规则、1 个用例，全部通过。"
    )


def test_programs_read_the_same_as_json(told: tuple[str, list[dict[str, object]]]) -> None:
    first = told[1][0]
    assert first["where"] == "rules/warnings/all.yaml:22:9"
    assert first["differences"][0] == {"what": "等级", "expected": "红", "came": "橙"}  # type: ignore[index]
    assert first["passed"] is False
