"""Why there is a warning and why there is none: one screen each, and the first sentence of every case."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from riskengine.errors import WrongUse
from riskengine.explain.gather import explain_rule, explain_warning
from riskengine.explain.text import as_text
from riskengine.explain.wording import width
from riskengine.workspace import Workspace
from tests.explain.county import FIRST, LAST, SECOND, build, told

GOLDEN = Path(__file__).parent / "golden"
SCREENS = {
    "count-with-baseline": ("fraud-surge", "清溪镇", LAST),
    "floor": ("fraud-loss", "清溪镇", LAST),
    "matter": ("petition-late", "XF-01", LAST),
    "compound": ("fraud-and-petitions", "清溪镇", LAST),
    "unknown": ("dispute-many", "清溪镇", LAST),
    "clear": ("fraud-surge", "东湾镇", LAST),
    "pending": ("fraud-three", "清溪镇", SECOND),
    "exception": ("fraud-surge", "白石镇", LAST),
    "trial": ("fraud-trial", "东湾镇", LAST),
    "kept": ("fraud-day-kept", "东湾镇", LAST),
}
"""Screen → rule, subject, night."""


def screen(county: Workspace, name: str) -> str:
    """The explanation without what changes with any edit of the rule files."""
    text = as_text([told(county, *SCREENS[name])])
    return re.sub(r"版本 [0-9a-f]{8}", "版本 ########", re.sub(r"规则（[0-9a-f]{8}）", "规则（########）", text)) + "\n"


@pytest.mark.parametrize("name", SCREENS)
def test_an_explanation_is_one_screen(county: Workspace, name: str) -> None:
    text = screen(county, name)
    assert text == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert all(width(line) <= 100 for line in text.splitlines())


@pytest.mark.parametrize(
    ("rule", "subject", "night", "begins"),
    [
        ("fraud-surge", "清溪镇", LAST, "预警 YJ-2026-000004 持续，橙色：近7日诈骗7起，损失10.5万元。"),
        ("fraud-surge", "清溪镇", FIRST, "预警 YJ-2026-000004 当夜新增，橙色："),
        ("fraud-surge", "东湾镇", LAST, "没有预警：东湾镇，规则“诈骗案件突增”在 2026-06-30 没有命中：近7日诈骗起数（3起） >= 起数下限（4起） 不成立（还差1起）"),
        ("fraud-three", "清溪镇", SECOND, "还没有预警：清溪镇，规则“诈骗连续三夜偏多”在 2026-06-29 命中了，仍在观察。近3个已知夜里至少3夜命中才预警，现为2夜命中（已知2夜）"),
        ("fraud-three", "清溪镇", LAST, "预警 YJ-2026-000009 当夜新增，橙色：近7日诈骗7起。"),
        ("fraud-day", "东湾镇", LAST, "预警 YJ-2026-000008 在 2026-06-30 解除：连续1夜未再出现，予以解除。此前：当日3起。"),
        ("fraud-day-kept", "东湾镇", LAST, "预警 YJ-2026-000007 持续，黄色：6月29日：当日3起。（2026-06-30 当夜规则“单日诈骗集中（保留）”没有命中"),
        ("fraud-surge", "白石镇", LAST, "没有预警：白石镇，规则“诈骗案件突增”在 2026-06-30 命中了，但被例外压住。县反诈中心研判岗定：集中补立去年案件，已逐件核过；到 2026-07-15 为止。"),
        ("fraud-trial", "东湾镇", LAST, "没有下发：规则“诈骗试行规则”在试运行，只记录、不下发。2026-06-30 它对东湾镇本会有一件黄色预警（SY-2026-000003，持续）：命中，黄色45分"),
        ("fraud-trial", "白石镇", FIRST, "没有下发：规则“诈骗试行规则”在试运行，只记录、不下发。2026-06-28 它对白石镇没有命中："),
        ("fraud-tried", "清溪镇", LAST, "没有下发：规则“诈骗试行期满规则”的试运行已于 2026-06-27 到期，夜间不再运行。假如它在用，2026-06-30 的判断是：命中"),
        ("fraud-draft", "清溪镇", LAST, "没有预警：规则“诈骗草拟规则”是草稿（status: draft），还没有启用，夜间不运行。假如它在用，2026-06-30 的判断是：命中，橙色60分"),
        ("fraud-retired", "清溪镇", LAST, "没有预警：规则“诈骗旧规则”已停用（status: retired），夜间不运行。"),
        ("fraud-later", "清溪镇", LAST, "没有预警，但也不能说平安：清溪镇，规则“诈骗新口径”在 2026-06-30 无法判断（未知）。参数“起数下限”没有生效：要到2027-01-01才生效。同一主题的预警"),
        ("dispute-many", "清溪镇", LAST, "没有预警，但也不能说平安：清溪镇，规则“纠纷增多”在 2026-06-30 无法判断（未知）。「矛盾纠纷台账」应每1天报送一次"),
        ("dispute-many", "白石镇", LAST, "预警 YJ-2026-000006 持续，黄色：6月29日：近7日纠纷2件。今晚部分数据缺失，等级暂不下调。（2026-06-30 当夜规则“纠纷增多”无法判断：「矛盾纠纷台账」"),
        ("fraud-broken", "清溪镇", LAST, "没有判断：规则 fraud-broken（算不出来的规则）今晚没有算成："),
        ("petition-many", "清溪镇", LAST, "预警 YJ-2026-000005 持续，黄色：近7日信访3件。它已并入 YJ-2026-000002，在那一件下面列出，照常办理。"),
        ("fraud-and-petitions", "白石镇", LAST, "没有预警：白石镇，规则“诈骗与信访叠加”在 2026-06-30 没有命中："),
        ("fraud-surge", "柳河村", LAST, "没有预警：规则“诈骗案件突增”（fraud-surge）只看乡镇，“柳河村”是村（社区），不在它的对象之内。它属于清溪镇，可以查 --subject 清溪镇。"),
        ("petition-late", "XF-03", LAST, "没有预警：信访事项“XF-03”已于 2026-03-20 办结，超过30天的不再是研判对象。"),
        ("petition-late", "XF-01", date(2026, 6, 27), "没有预警：2026-06-27 这一夜还不知道信访事项“XF-01”，它的第一条记录是 2026-06-28 收到的。"),
        ("fraud-surge", "清溪镇", date(2026, 7, 4), "2026-07-04 还没有运行过，谁没有报送也还不知道；用今天的规则和已有的来文推算：清溪镇，规则“诈骗案件突增”，没有命中："),
    ],
)  # fmt: skip
def test_the_first_sentence_answers(county: Workspace, rule: str, subject: str, night: date, begins: str) -> None:
    answer = told(county, rule, subject, night).answer
    assert answer[: len(begins)] == begins


def test_a_warning_is_explained_by_each_of_its_rules_on_its_last_night(county: Workspace) -> None:
    [found] = explain_warning(county, "yj-2026-000008")
    assert (found.rule, found.as_of, found.warning) == ("fraud-day", "2026-06-30", "YJ-2026-000008")
    assert [(turn.as_of, turn.change) for turn in found.turns] == [("2026-06-29", "新增"), ("2026-06-30", "解除")]
    [earlier] = explain_warning(county, "YJ-2026-000008", SECOND)
    assert (earlier.verdict, earlier.turns[-1].change) == ("hit", "新增")


def test_a_compound_says_which_member_would_change_it(county: Workspace) -> None:
    assert [each.says for each in told(county, "fraud-and-petitions", "清溪镇").counterfactuals] == [
        "若“诈骗案件突增”没有命中，则不预警"
    ]
    assert [each.says for each in told(county, "fraud-and-petitions", "白石镇").counterfactuals] == [
        "若“信访事项集中”也命中，则预警", "若“信访事项久拖未办”也命中，则预警"
    ]  # fmt: skip
    assert told(county, "fraud-and-petitions", "东湾镇").counterfactuals == ()


def test_a_compound_of_at_least_n_counts_its_members_with_the_unknown_ones(county: Workspace) -> None:
    found = told(county, "two-of-three", "清溪镇")
    assert (found.verdict, [member.verdict for member in found.members]) == ("hit", ["hit", "hit", "unknown"])
    assert found.condition is not None and found.condition.parts[0].text == "须至少2条命中"
    assert [part.holds for part in (found.condition, *found.condition.parts)] == [True, True]
    unsure = told(county, "two-of-three", "白石镇")
    assert (unsure.verdict, unsure.unknown) == ("unknown", ("成员规则“纠纷增多”无法判断",))
    assert unsure.condition is not None and unsure.condition.parts[0].holds is None
    assert told(county, "two-of-three", "东湾镇").verdict == "clear"


def test_a_warning_of_a_trial_is_explained_by_its_number(county: Workspace) -> None:
    [found] = explain_warning(county, "SY-2026-000003")
    assert (found.rule, found.name, found.warning, found.status) == ("fraud-trial", "东湾镇", "SY-2026-000003", "trial")


@pytest.mark.parametrize(
    ("rule", "subject", "message"),
    [
        ("fraud-serge", "清溪镇", "没有规则“fraud-serge”，是否想写“fraud-surge”？规则编号见 rules/warnings/。"),
        ("fraud-surge", "清西镇", "2026-06-30 这一夜，规则 fraud-surge 的对象（乡镇）里没有“清西镇”，是否想写“清溪镇”？"),
        ("fraud-surge", "镇", "“镇”可以指清溪镇（990100101）、白石镇（990100102）、东湾镇（990100103）。请写全名称，或写括号里的编号。"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named_with_what_may_be_meant(
    county: Workspace, rule: str, subject: str, message: str
) -> None:
    with pytest.raises(WrongUse, match=re.escape(message)):
        explain_rule(county, rule, subject, LAST)


def test_a_rule_that_came_later_and_rules_that_are_no_longer_kept(county: Workspace, tmp_path: Path) -> None:
    shutil.copytree(county.root, tmp_path / "copy")
    copy = Workspace.at(tmp_path / "copy")
    fraud = copy.rules / "warnings/fraud/fraud.yaml"
    fraud.write_text(fraud.read_text(encoding="utf-8").replace("id: fraud-draft", "id: fraud-new"), encoding="utf-8")
    [found] = explain_rule(copy, "fraud-new", "清溪镇", LAST)
    assert found.answer.startswith(
        "没有预警：2026-06-30 那一夜的规则里还没有“诈骗草拟规则”（fraud-new），它是后来加的。"
    )
    assert found.verdict is None
    shutil.rmtree(copy.sealed / "rules")
    with pytest.raises(WrongUse, match="找不到当时的规则"):
        explain_rule(copy, "fraud-surge", "清溪镇", LAST)


def test_an_unknown_warning_and_one_that_has_not_begun_are_refused(county: Workspace) -> None:
    with pytest.raises(
        WrongUse, match="没有编号为“YJ-2026-999999”的预警：现有 9 件，编号从 YJ-2026-000001 到 YJ-2026-000009"
    ):
        explain_warning(county, "YJ-2026-999999")
    with pytest.raises(WrongUse, match="预警 YJ-2026-000009 在 2026-06-30 才新增，2026-06-28 还没有"):
        explain_warning(county, "YJ-2026-000009", FIRST)


@pytest.mark.parametrize("named", ["清溪镇", "清溪", "990100101", "990100102"])
def test_a_subject_may_be_named_by_name_alias_or_code(county: Workspace, named: str) -> None:
    assert told(county, "fraud-surge", named).subject == ("990100102" if named == "990100102" else "990100101")


def test_without_a_night_the_newest_one_is_explained(county: Workspace) -> None:
    assert told(county, "fraud-surge", "清溪镇", None).as_of == str(LAST)


def test_a_workspace_without_nights_says_so(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    with pytest.raises(WrongUse, match="还没有运行过任何一夜"):
        explain_warning(Workspace.at(tmp_path), "YJ-2026-000001")


if __name__ == "__main__":  # writes the screens anew, to be read before they are kept
    workspace = build(Path(sys.argv[1]))
    GOLDEN.mkdir(exist_ok=True)
    for each in SCREENS:
        (GOLDEN / f"{each}.txt").write_text(screen(workspace, each), encoding="utf-8")
