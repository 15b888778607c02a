"""Loading a workspace's rules: what comes out, what the hashes mean, and files that are no rule files at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from riskengine.errors import Problem, RulesInvalid
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace
from tests.rulebook.conftest import write


def problems(workspace: Workspace) -> list[Problem]:
    with pytest.raises(RulesInvalid) as raised:
        load(workspace)
    return list(raised.value.problems)


def change(workspace: Workspace, name: str, old: str, new: str) -> None:
    path = workspace.rules / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_everything_that_stands_in_the_files_is_in_the_rulebook(workspace: Workspace) -> None:
    book = load(workspace)
    assert list(book.sources) == ["fraud-cases", "petition-matters"]
    assert list(book.signals) == ["近7日诈骗起数", "近7日诈骗往常", "万人诈骗起数", "信访登记天数"]
    assert list(book.rules) == ["fraud-surge", "petition-old", "town-both"]
    assert [level.name for level in book.levels] == ["红", "橙", "黄", "蓝"]
    assert [place.name for place in book.places] == ["云川县", "清溪镇", "东湾村"]
    assert book.routes[-1].catch_all


def test_one_word_stands_for_a_list_of_one_and_a_column_name_for_its_cell(workspace: Workspace) -> None:
    source = load(workspace).sources["fraud-cases"]
    assert (source.files, source.key) == (("反诈中心/*.csv",), ("案件编号",))
    assert source.fields["occurred_on"].column == "发案时间"


def test_days_are_days_and_places_know_their_other_names(workspace: Workspace) -> None:
    book = load(workspace)
    assert book.rules["fraud-surge"].parameters["起数下限"].values == {date(2024, 1, 1): 5, date(2026, 6, 1): 4}
    assert book.places[1].aliases == ("清溪", "清溪街道")
    assert book.places[0].parent is None


def test_the_hash_is_of_bytes_and_the_rule_hash_of_meaning(workspace: Workspace) -> None:
    before = load(workspace)
    change(workspace, "warnings/fraud/surge.yaml", "rules:", "# 说明\nrules:")
    after = load(workspace)
    assert after.hash != before.hash
    assert after.rule_hashes == before.rule_hashes


def test_a_changed_signal_is_a_changed_rule_for_every_rule_that_reads_it(workspace: Workspace) -> None:
    before = load(workspace).rule_hashes
    change(workspace, "signals/fraud.yaml", "window: 7", "window: 14")
    after = load(workspace).rule_hashes
    assert after["fraud-surge"] != before["fraud-surge"]
    assert after["petition-old"] == before["petition-old"]


def test_other_files_neither_count_nor_disturb(workspace: Workspace) -> None:
    before = load(workspace)
    (workspace.rules / "说明.md").write_text("不是规则", encoding="utf-8")
    (workspace.rules / "signals" / "~$fraud.yaml").write_bytes(b"\x00")
    (workspace.rules / "signals" / ".fraud.yaml.swp.yaml").write_bytes(b"\x00")
    assert load(workspace).hash == before.hash


def test_places_saved_by_excel_are_read(workspace: Workspace) -> None:
    path = workspace.rules / "places.csv"
    text = path.read_text(encoding="utf-8").replace("2024-01-01", "2024/1/1").replace("\n", "\r\n")
    path.write_bytes(text.encode("gb18030"))
    assert load(workspace).places[1].valid_from == date(2024, 1, 1)
    path.write_bytes(text.encode("utf-8-sig"))
    assert load(workspace).places[0].code == "990100"


def test_yaml_with_a_byte_order_mark_is_read(workspace: Workspace) -> None:
    path = workspace.rules / "units.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "fanzha" in load(workspace).units


def test_a_yaml_file_in_another_encoding_is_named(workspace: Workspace) -> None:
    path = workspace.rules / "units.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert str(problems(workspace)[0]) == "rules/units.yaml:2:1: E101 不是 UTF-8 编码。请用编辑器另存为 UTF-8。"


def test_a_file_of_more_than_2_mb_is_not_read(workspace: Workspace) -> None:
    (workspace.rules / "signals" / "huge.yaml").write_bytes(b"#" * (5 * 1024 * 1024 + 1))
    assert [p.code for p in problems(workspace)] == ["E101"]


def test_a_missing_file_is_named(workspace: Workspace) -> None:
    (workspace.rules / "levels.yaml").unlink()
    assert [str(p) for p in problems(workspace)] == [
        "rules/levels.yaml:1:1: E106 缺少文件 levels.yaml（预警等级），请补上。"
    ]


def test_the_other_extension_is_refused_and_not_silently_skipped(workspace: Workspace) -> None:
    (workspace.rules / "signals" / "more.yml").write_text("signals: []\n", encoding="utf-8")
    assert [p.code for p in problems(workspace)] == ["E106"]


def test_all_problems_of_all_files_come_at_once_in_file_order(workspace: Workspace) -> None:
    change(workspace, "levels.yaml", "rank: 1", "rank: 0")
    change(workspace, "signals/fraud.yaml", "from: fraud", "from: fruad")
    change(workspace, "warnings/fraud/surge.yaml", "level: 橙", "level: 紫")
    assert [(p.file, p.code) for p in problems(workspace)] == [
        ("rules/levels.yaml", "E203"),
        ("rules/signals/fraud.yaml", "E401"),
        ("rules/warnings/fraud/surge.yaml", "E606"),
    ]


def test_without_a_themes_file_every_theme_is_allowed(workspace: Workspace) -> None:
    (workspace.rules / "themes.yaml").unlink()
    change(workspace, "routes.yaml", "数据报送], lead: reporter", "信访], lead: zongzhi")
    change(workspace, "warnings/fraud/surge.yaml", "theme: 电信网络诈骗", "theme: 新主题")
    change(workspace, "routes.yaml", "[电信网络诈骗]", "[新主题]")
    assert load(workspace).rules["fraud-surge"].theme == "新主题"


NONSENSE = ["", "[]", "rules", "rules:", "rules: 3", "rules: [3]", "rules: [[]]", "{}: 1"]
NONSENSE += ["rules: {a: 1}", "\x00", "? [1]\n: 2"]


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_a_problem_and_never_a_traceback(workspace: Workspace, text: str) -> None:
    (workspace.rules / "warnings" / "fraud" / "surge.yaml").write_text(text, encoding="utf-8")
    assert problems(workspace)


def test_the_rules_of_the_sample_county_load() -> None:
    root = Path(__file__).parents[2]
    assert len(load(Workspace.at(root)).rules) >= 30


def test_a_case_that_speaks_of_a_place_that_was_renamed_does_not_keep_the_night_from_running(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "bad_rules" / "case-place.yaml").read_text(encoding="utf-8")
    target = text.splitlines()[0].removeprefix("# file: rules/")
    workspace = write(tmp_path / "rules", {target: text})
    assert load(workspace).rules
    with pytest.raises(RulesInvalid, match="E62"):
        load(workspace, cases=True)
