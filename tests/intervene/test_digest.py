"""What a unit reads first: late, new and raised lines on top, unchanged ones folded, closed ones counted, errands at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from riskengine.intervene.answers import Choices
from riskengine.intervene.book import Book
from riskengine.intervene.digest import unit_digests
from riskengine.intervene.handled import errands
from riskengine.intervene.workbook import unit_workbook
from riskengine.store.database import connect
from riskengine.workspace import Workspace
from tests.intervene.conftest import Stage, rulebook

NIGHT = date(2026, 6, 30)
BEFORE = NIGHT - timedelta(days=2)
HEADER = 4
LATE, NEW, RAISED, SOON, GOING, LOWERED, OLD, CLOSED, ENDED, LONG = (f"YJ-2026-0000{n:02}" for n in range(1, 11))


def state(stage, id_: str, said: str, on: date = BEFORE, *, closed: bool = False) -> None:
    stage.con.execute(
        "INSERT INTO intervene.handling (as_of, id, state, since, outcome, closed_on, closed_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [on, id_, said, on, "已化解" if closed else None, on if closed else None, "fanzha" if closed else None],
    )


def fill(stage: Stage) -> Stage:
    """A unit with a line of each sort; all but the new one were given out on the 25th."""
    first = date(2026, 6, 25)
    deep = {LATE: 2, RAISED: 4, SOON: 3, GOING: 4, LOWERED: 3, OLD: 4, CLOSED: 4, ENDED: 4, LONG: 4}
    for id_, level in deep.items():
        stage.warn(first, id_, "新增", level)
    stage.run(first)
    for id_ in (SOON, OLD, LONG):
        state(stage, id_, "签收", first)
    state(stage, CLOSED, "销号", closed=True)
    state(stage, ENDED, "处置")
    tonight = {LATE: ("持续", 2), RAISED: ("升级", 2), SOON: ("持续", 3), GOING: ("持续", 4), LOWERED: ("降级", 4)}
    for id_, (change, level) in (tonight | {OLD: ("持续", 4), CLOSED: ("持续", 4), NEW: ("新增", 3)}).items():
        stage.warn(NIGHT, id_, change, level)
    stage.warn(NIGHT - timedelta(days=1), ENDED, "解除", 4)
    stage.warn(NIGHT - timedelta(days=10), LONG, "解除", 4)
    return stage


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """The lists of the night on which it has all of them."""
    root = tmp_path_factory.mktemp("county")
    (root / "rules").mkdir()
    workspace = Workspace.at(root)
    with connect(workspace.database, workspace.scratch) as con:
        stage = fill(Stage(con, workspace, rulebook()))
        stage.con.execute(
            "INSERT INTO intervene.reply (as_of, id, unit, signed_on, file_id, row_no) VALUES (?, ?, 'town-01', ?, 1, 1)",
            [BEFORE, SOON, BEFORE],
        )
        yield stage.run(NIGHT)


def sheet_of(folder: Path, unit: str = "反诈中心", name: str = "预警清单"):
    return openpyxl.load_workbook(folder / unit / f"{unit}预警清单_{NIGHT}.xlsx")[name]


def listed(folder: Path) -> list[str]:
    return [row[0].value for row in sheet_of(folder).iter_rows(min_row=HEADER + 1)]


def test_lines_stand_in_the_order_in_which_somebody_should_read_them(folder):
    found = listed(folder)
    shown = found[: found.index(next(each for each in found if each.startswith("已解除待销号")))]
    assert shown == [LATE, NEW, RAISED, SOON, LOWERED, GOING]


def test_what_was_lifted_stays_until_it_is_closed_and_after_a_week_it_is_folded(folder):
    found = listed(folder)
    at = next(n for n, each in enumerate(found) if each.startswith("已解除待销号 1 条"))
    assert found[at + 1] == ENDED
    assert found[at + 2].startswith("解除7日以上仍待销号 1 条") and found[at + 3] == LONG


def test_unchanged_lines_are_folded_under_a_row_that_says_how_many_and_how_to_unfold(folder):
    found, sheet = listed(folder), sheet_of(folder)
    at = next(n for n, each in enumerate(found) if each.startswith("持续无变化"))
    assert found[at].startswith("持续无变化 1 条") and "点本行左侧的“＋”" in found[at] and found[at + 1 :] == [OLD]
    rows = sheet.row_dimensions
    row = HEADER + 1 + at
    assert rows[row].collapsed and not rows[row].hidden
    assert rows[row + 1].hidden and rows[row + 1].outlineLevel == 1
    assert not sheet.sheet_properties.outlinePr.summaryBelow


def test_a_closed_warning_that_the_data_still_show_is_only_counted(folder):
    assert CLOSED not in listed(folder)
    assert sheet_of(folder)["A2"].value.startswith(
        "今夜：新增 1、升级 1、降级 1、解除 0、3日内到期 3、逾期 1、候办 0、已销号观察 1\n"
    )


def test_a_closed_warning_that_rises_is_shown_again(stage):
    state(stage, CLOSED, "销号", closed=True)
    stage.warn(NIGHT, CLOSED, "升级", 2)
    assert listed(stage.run(NIGHT)) == [CLOSED]


def test_the_lead_sees_the_state_of_the_handling_and_who_works_along_what_it_said_itself(folder):
    for unit, said in (("反诈中心", "签收\n2026-06-25"), ("清溪镇人民政府", f"已签收\n{BEFORE}")):
        sheet = sheet_of(folder, unit)
        titles = [cell.value for cell in sheet[HEADER]]
        row = next(row for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True) if row[0] == SOON)
        assert row[titles.index("办理状态")] == said


def test_machines_read_state_and_closing_day(folder):
    rows = [json.loads(line) for line in (folder / "warnings.jsonl").read_text("utf-8").splitlines()]
    by_id = {row["id"]: row["handling"] for row in rows}
    assert by_id[CLOSED] == {"state": "销号", "since": "2026-06-28", "outcome": "已化解", "closed_on": "2026-06-28"}
    assert by_id[SOON] == {"state": "签收", "since": "2026-06-25", "outcome": None, "closed_on": None}


def test_errands_stand_at_the_end_and_a_unit_with_nothing_else_still_gets_its_list(stage, tmp_path):
    stage.con.execute(
        "INSERT INTO intervene.errand (as_of, id, kind, unit, place, says, due) "
        "VALUES (?, 'YL-2026-07', '演练', 'xinfang', '990100', '演练：请签收。', '2026-07-03')",
        [NIGHT],
    )
    (digest,) = unit_digests({}, [], [], errands(stage.con, stage.rulebook, NIGHT), {}, NIGHT).values()
    assert digest.lines == 1
    (tmp_path / "a.xlsx").write_bytes(unit_workbook(stage.rulebook.units["xinfang"], digest, stage.rulebook, NIGHT))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["预警清单"]
    titles = [cell.value for cell in sheet[HEADER]]
    heading, line = (
        dict(zip(titles, row, strict=True)) for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True)
    )
    assert heading["预警编号"].startswith("交办事项 1 条")
    assert (line["预警编号"], line["状态"], line["等级"]) == ("YL-2026-07", "演练", None)
    assert (line["对象"], line["为什么预警"]) == ("云川县", "演练：请签收。")
    assert (line["办理期限"], line["办理状态"], line["责任单位"]) == ("2026-07-03\n剩3天", "未签收", "信访局")


def test_what_was_wrong_with_its_receipts_is_told_to_the_unit_line_by_line(stage):
    stage.con.execute(
        "INSERT INTO sense.file (file_id, as_of, name, kind, status, message) VALUES "
        "(1, $1, '回执/信访局预警清单.xlsx', 'receipt', 'loaded', NULL), (2, $1, '回执/汇总.xlsx', 'receipt', 'refused', '回执/汇总.xlsx：…')",
        [NIGHT],
    )
    stage.con.execute(
        "INSERT INTO sense.reject VALUES (1, 7, '签收日期', 'signed_on', '昨天', '「签收日期」“昨天”不是能识别的日期')"
    )
    stage.con.execute(
        "INSERT INTO sense.issue VALUES ($1, 1, 'receipts', 'formula', '有公式'), ($1, 1, 'receipts', 'rows-left-out', '略过')",
        [NIGHT],
    )
    folder = stage.run(NIGHT)
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["信访局"]
    sheet = sheet_of(folder, "信访局", "回执未收")
    assert [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=HEADER + 1)] == [
        ("回执/信访局预警清单.xlsx", None, None, "有公式"),
        ("回执/信访局预警清单.xlsx", "7", "签收日期", "「签收日期」“昨天”不是能识别的日期"),
    ]
    assert "上次的回执有 2 处没有收" in sheet_of(folder, "信访局")["A3"].value


def test_a_list_too_long_for_a_cells_own_rule_stands_on_a_hidden_sheet_once(tmp_path):
    book = Book(rulebook().levels, NIGHT)
    book.sheet("预警清单")
    choices = Choices(book.hidden, "选项")
    many = [f"第{n}号责任单位的全称" for n in range(40)]
    assert choices.source(many) == choices.source(many) == "=选项!$A$1:$A$40"
    assert choices.source(["a,b", "其他"]) == "=选项!$B$1:$B$2"
    assert choices.source(["属实", "误报"]) == ["属实", "误报"]
    (tmp_path / "a.xlsx").write_bytes(book.content())
    kept = openpyxl.load_workbook(tmp_path / "a.xlsx")["选项"]
    assert kept.sheet_state == "hidden" and [cell.value for cell in kept["A"]] == many
