"""What becomes of warnings when a rule changes, and the reason that is told; what is known to have happened."""

from __future__ import annotations

import re

from riskengine.store.database import connect
from tests.plan.asking import COMPOUND, FRAUD, PETITIONS, found, kinds, plan
from tests.plan.county import commit, edit


def test_a_change_without_effect_says_what_was_played(county):
    edit(county, PETITIONS, "2026-06-18: 6}", "2026-06-18: 6}, until: 2027-01-01")
    assert "预警没有任何不同（推演了 1 条规则）。" in plan(county, "--nights", "12")


def test_a_threshold_from_next_year_on_is_played_as_if_it_held_already_and_that_is_said(county):
    edit(county, FRAUD, "2024-01-01: 3}", "2024-01-01: 3, 2027-01-01: 1}")
    later = found(county)
    assert any(
        "参数“下限”的新值 1起 自 2027-01-01 起生效" in note and "当作它一直有效" in note for note in later["notes"]
    )
    assert later["changes"][0]["text"].endswith("2027-01-01 起：新增 1起")
    edit(county, FRAUD, "2024-01-01: 3, 2027-01-01: 1}", "2024-01-01: 1}")
    at_once = found(county)
    assert kinds(later) == kinds(at_once) != {}
    assert [each["name"] for each in later["differences"]] == [each["name"] for each in at_once["differences"]]
    assert at_once["notes"] == [note for note in later["notes"] if "当作它一直有效" not in note]


def test_a_lower_threshold_adds_and_lengthens_with_the_reason_and_the_units(county):
    edit(county, FRAUD, "2024-01-01: 3}", "2024-01-01: 1}")
    told = found(county)
    assert told["changes"][0]["text"] == "规则“诈骗案件明显增多”（fraud-surge）参数“下限”2024-01-01 起：3起 → 1起"
    [added] = [each for each in told["differences"] if each["kind"] == "added"]
    assert (added["theme"], added["name"], added["before"], added["on"]) == (
        "电信网络诈骗",
        "白石镇",
        None,
        "2026-06-12",
    )
    assert added["after"]["lead_name"] == "反诈中心"
    assert added["reason"] == "诈骗案件明显增多：近7日诈骗起数为1。"
    assert set(kinds(told)) == {"added", "earlier", "lowered"}
    units = {each["name"]: (each["before"]["given"], each["after"]["given"]) for each in told["load"]}
    assert units["白石镇人民政府"] == (0, 1)
    assert told["by_unit"]["反诈中心"]["added"] == 1
    assert sum(each["after"] for each in told["open"]) > sum(each["before"] for each in told["open"])


def test_a_higher_threshold_says_what_is_no_longer_true(county):
    edit(county, FRAUD, "when: 近7日诈骗损失 >= 下限", "when: 近7日诈骗损失 >= 下限 且 近7日诈骗起数 > 9")
    told = found(county)
    [removed] = [each for each in told["differences"] if each["kind"] == "removed" and each["theme"] == "电信网络诈骗"]
    assert removed["after"] is None
    assert re.fullmatch(
        r"诈骗损失较大：“近7日诈骗起数 > 9”不成立（近7日诈骗起数=\d起）（原先：近7日诈骗损失为.*）。", removed["reason"]
    )
    [gone] = [each for each in told["differences"] if each["kind"] == "removed" and each["theme"] == "综合研判"]
    assert "成员“诈骗损失较大”不再命中" in gone["reason"]


def test_a_threshold_is_told_with_what_it_was(county):
    edit(county, FRAUD, "2024-01-01: 500000}", "2024-01-01: 5000000}")
    reasons = " ".join(each["reason"] for each in found(county)["differences"])
    assert re.search(r"“近7日诈骗损失 >= 下限”不成立（近7日诈骗损失=\d+元；下限=5000000起，原为500000）", reasons)


def test_a_rule_is_retired_removed_put_on_trial_and_taken_live(county):
    for before, after, told in (
        (
            "    theme: 信访\n    subject: county",
            "    theme: 信访\n    status: retired\n    subject: county",
            "规则已停用",
        ),
        ("status: retired", "status: trial\n    until: 2026-12-31", "规则改为试运行，不派发"),
    ):
        edit(county, PETITIONS, before, after)
        [each] = found(county)["differences"]
        assert (each["kind"], each["rules"]) == ("removed", ["petition-many"])
        assert told in each["reason"]
    assert any("试运行规则“信访件数偏多”不派发" in note for note in found(county)["notes"])
    commit(county.root)
    edit(county, PETITIONS, "status: trial\n    until: 2026-12-31", "status: live")
    [each] = found(county)["differences"]
    assert (each["kind"], each["on"]) == ("added", "2026-06-15")


def test_a_rule_that_is_gone_altogether(county):
    edit(
        county,
        PETITIONS,
        (county.rules / PETITIONS).read_text(encoding="utf-8").partition("  - id: petition-many")[2],
        "",
    )
    edit(county, PETITIONS, "  - id: petition-many", "")
    [each] = found(county)["differences"]
    assert (each["kind"], each["reason"].split("（")[0]) == ("removed", "信访件数偏多：规则已删去")


def test_a_route_moves_warnings_between_units(county):
    edit(
        county,
        "routes.yaml",
        "{themes: [电信网络诈骗], lead: fanzha}",
        "{themes: [电信网络诈骗], lead: zongzhi, township: false}",
    )
    told = found(county)
    assert kinds(told) == {"moved": 2}
    assert told["differences"][0]["reason"].startswith("主办由反诈中心改为综治中心，协办由")
    load = {each["name"]: (each["before"]["given"], each["after"]["given"]) for each in told["load"]}
    assert load["反诈中心"] == (2, 0)
    assert load["综治中心"][1] - load["综治中心"][0] == 2


def test_an_exception(county):
    entry = (
        "{rule: fraud-loss, subject: '990100103', until: 2026-07-01, who: 县反诈中心, why: 专项已包案, breaks_at: 红}"
    )
    edit(county, FRAUD, "[8, null, 80]", "[8, null, 79]")
    (county.rules / FRAUD).write_text(
        (county.rules / FRAUD).read_text("utf-8").replace("[8, null, 80]", "[8, null, 79]"), "utf-8"
    )
    commit(county.root)
    (county.rules / "exceptions.yaml").write_text(f"exceptions:\n  - {entry}\n", encoding="utf-8")
    told = found(county)
    assert {each["subject"] for each in told["differences"]} == {"990100103"}
    assert "被例外压住（县反诈中心：专项已包案，至 2026-07-01）" in told["differences"][0]["reason"]


def test_a_merge_that_is_taken_away(county):
    edit(county, COMPOUND, "    inhibits: [petition-surge]\n", "")
    [each] = found(county)["differences"]
    assert (each["kind"], each["reason"]) == ("merged", "并入 清溪镇（综合研判） → 单列。")


def test_a_later_opening_and_an_earlier_end(county):
    edit(county, PETITIONS, "for: 2 of 3", "for: 3 of 3")
    [each] = found(county)["differences"]
    assert each["kind"] == "later"
    assert "当夜仍命中，但触发条件由 2 of 3 改为 3 of 3，还不够" in each["reason"]


def test_events_of_a_truth_file_that_would_be_missed(county, tmp_path):
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "event,due,theme,subject_type,subject,from,to,level\n"
        "E1,yes,信访,county,990100,2026-06-15,2026-06-18,黄\n"
        "E2,yes,电信网络诈骗,town,990100103,2026-06-14,2026-06-18,红\n",
        encoding="utf-8",
    )
    edit(
        county,
        PETITIONS,
        "    theme: 信访\n    subject: county",
        "    theme: 信访\n    status: retired\n    subject: county",
    )
    told = found(county, "--truth", truth)
    [event] = told["events"]
    assert (event["event"], event["became"], event["before"], event["after"]) == (
        "E1",
        "漏掉",
        "找到（2026-06-15）",
        "漏报",
    )
    said = plan(county, "--truth", truth, "--max-missed", "0", code=3)
    assert "会漏掉 1 个已知事件，超过上限 0 个（--max-missed 0）：E1（990100）。" in said
    assert "真值文件打不开" in plan(county, "--truth", tmp_path / "none.csv", code=2)


def test_warnings_that_a_unit_found_true_and_precision(county):
    with connect(county.database, county.scratch) as con:
        [(id_,)] = con.execute("SELECT id FROM assess.warning WHERE subject_type = 'county'").fetchall()
        con.execute(
            "INSERT INTO intervene.reply BY NAME SELECT DATE '2026-06-18' AS as_of, id, 'xinfang' AS unit, '综治岗' AS post, "
            "CASE WHEN id = ? THEN '属实' ELSE '误报' END AS outcome, 1 AS file_id, 1 AS row_no FROM assess.warning",
            [id_],
        )
    edit(
        county,
        PETITIONS,
        "    theme: 信访\n    subject: county",
        "    theme: 信访\n    status: retired\n    subject: county",
    )
    told = found(county, "--all")
    [event] = told["events"]
    assert (event["source"], event["event"], event["became"]) == ("属实回执", id_, "漏掉")
    before, after = (told["precision"][0][side] for side in ("before", "after"))
    assert (before["confirmed"], before["false"], round(before["share"], 2)) == (1, 4, 0.2)
    assert before["low"] < 0.2 < before["high"]
    assert (after["confirmed"], after["share"]) == (0, None)
    assert "会漏掉 1 个已知事件" in plan(county, "--max-missed", "0", code=3)


def test_all_plays_what_cannot_differ_too(county):
    edit(county, PETITIONS, "for: 2 of 3", "for: 1 of 1")
    part, whole = found(county), found(county, "--all")
    assert whole["differences"] == part["differences"] != []
    assert part["load"] == whole["load"]
    assert {"fraud-surge", "fraud-loss"} <= set(part["unaffected"])
    assert whole["unaffected"] == {}


def test_a_changed_source_is_no_part_of_the_plan(county):
    edit(county, "sources/petitions.yaml", "place: 属地,", "place: 属地, channel: 来源,")
    told = found(county)
    assert told["notes"][-1] == (
        "来源“信访事项”的写法有变：已入库的记录不会按新写法重读，这部分影响推演不出来，要等新的来文才看得到。"
    )
