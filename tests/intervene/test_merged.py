"""Merged warnings on the lists: under the one that explains them, with all their own, never gone from any list."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import openpyxl
import pytest

NIGHT = date(2026, 6, 30)
PARENT, CHILD, FAR, ALONE = (f"YJ-2026-00000{n}" for n in (1, 2, 3, 4))


@pytest.fixture
def busy(stage):
    """A town's warning (反诈中心) that explains a village's (反诈中心) and a petition's (信访局); one stands alone."""
    stage.warn(NIGHT, PARENT, "新增", 2)
    stage.warn(NIGHT, ALONE, "新增", 2, subject="990100102", name="白石镇", place="990100102")
    stage.warn(NIGHT, CHILD, "新增", 3, subject_type="village", subject="990100101001", name="东湾村")
    stage.warn(
        NIGHT, FAR, "新增", 2, theme="信访", rule="petition-clock", subject_type="petition", subject="X-1", name="X-1"
    )
    return stage


def merge(stage, *children: str) -> None:
    for child in children:
        stage.con.execute("INSERT INTO assess.merged VALUES (?, ?, ?)", [NIGHT, child, PARENT])


def ids(folder) -> dict[str, list[str]]:
    """Warning numbers by list, in the order in which they stand."""
    found = {}
    for path in sorted(folder.glob("**/*.xlsx")):
        rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=5, values_only=True)
        found[path.parent.name] = [row[0] for row in rows]
    return found


def lines(folder, name: str) -> dict[str, str]:
    """Warning number → 为什么预警, from a unit's list or 全县清单."""
    path = next(folder.glob(f"{name}/*.xlsx"), folder / f"{name}.xlsx")
    rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=5, values_only=True)
    return {row[0]: row[5] for row in rows}


def test_every_list_holds_the_same_warnings_with_and_without_merging(busy):
    without = ids(busy.run(NIGHT))
    for table in ("night", "duty", "list"):
        busy.con.execute(f"DELETE FROM intervene.{table}")
    merge(busy, CHILD, FAR)
    merged = ids(busy.run(NIGHT))
    assert {name: sorted(each) for name, each in merged.items()} == {
        name: sorted(each) for name, each in without.items()
    }
    assert merged != without


def test_children_stand_right_after_their_parent_gravest_first(busy):
    merge(busy, CHILD, FAR)
    found = ids(busy.run(NIGHT))
    assert found["反诈中心"] == [PARENT, CHILD, ALONE]
    assert found["2026-06-30"] == [PARENT, FAR, CHILD, ALONE]  # the county's own list


def test_a_child_on_the_list_of_another_unit_stands_there_and_says_where_it_belongs(busy):
    merge(busy, FAR)
    folder = busy.run(NIGHT)
    assert lines(folder, "信访局") == {FAR: f"【并入 {PARENT}】近7日诈骗12起，往常3.1起"}


def test_the_parent_names_its_children_and_children_their_parent(busy):
    merge(busy, CHILD, FAR)
    told = lines(busy.run(NIGHT), "全县清单")
    assert told[PARENT].endswith(f"\n含并入2件：{FAR}（X-1，橙）、{CHILD}（东湾村，黄）。")
    assert told[CHILD].startswith(f"【并入 {PARENT}】")
    assert told[ALONE] == "近7日诈骗12起，往常3.1起"


def test_duties_and_deadlines_are_those_of_a_warning_that_stands_alone(busy):
    busy.run(NIGHT)
    alone = busy.duties(NIGHT)
    for table in ("night", "duty", "list"):
        busy.con.execute(f"DELETE FROM intervene.{table}")
    merge(busy, CHILD, FAR)
    busy.run(NIGHT)
    assert busy.duties(NIGHT) == alone


def test_the_count_of_a_list_includes_what_is_merged_and_says_so(busy):
    merge(busy, CHILD)
    path = next(busy.run(NIGHT).glob("反诈中心/*.xlsx"))
    assert "在办共3条（其中已并入其他预警1条）" in openpyxl.load_workbook(path)["预警清单"]["A2"].value


def test_machines_read_parent_and_children(busy):
    merge(busy, CHILD, FAR)
    rows = [json.loads(line) for line in (busy.run(NIGHT) / "warnings.jsonl").read_text("utf-8").splitlines()]
    assert {row["id"]: (row["merged_into"], row["children"]) for row in rows} == {
        PARENT: (None, [FAR, CHILD]),
        CHILD: (PARENT, []),
        FAR: (PARENT, []),
        ALONE: (None, []),
    }


def test_the_list_of_a_level_shows_the_child_below_its_parent(busy):
    merge(busy, FAR)
    folder = busy.run(NIGHT)
    assert "在办预警 4 条（其中 1 条已并入其他预警）" in re.sub(
        "<[^>]*>", "", (folder / "index.html").read_text("utf-8")
    )
    text = (folder / "清单.html").read_text("utf-8")
    body = text[text.index('<section id="level-2"') :]
    assert body.index(PARENT) < body.index(f"【并入 {PARENT}】") < body.index(ALONE)


def test_the_front_page_names_what_is_merged_with_the_one_that_explains_it(stage):
    stage.warn(NIGHT, PARENT, "新增", 1)
    stage.warn(NIGHT, CHILD, "新增", 1, subject="990100101001", name="东湾村", place="990100101001")
    merge(stage, CHILD)
    text = (stage.run(NIGHT) / "index.html").read_text("utf-8")
    grave = text[text.index('<section id="grave"') : text.index('<section id="behind"')]
    assert PARENT in grave and "（含并入1件）" in grave and CHILD not in grave


def test_merging_holds_for_its_night_only(busy):
    merge(busy, CHILD)
    busy.run(NIGHT)
    later = NIGHT + timedelta(days=1)
    for id_ in (PARENT, CHILD):
        busy.warn(later, id_, "持续", 2)
    assert "并入" not in lines(busy.run(later), "全县清单")[PARENT]
