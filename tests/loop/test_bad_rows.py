"""Single rows that cannot be taken in: told by row and column, mended and sent again, and never in a neighbour's way."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest

from riskengine.night import run_night
from riskengine.store.database import connect
from tests.loop.broken import identity_number
from tests.loop.county import FRAUD_FILE, SECOND, cases, command, inbox, lists, put, text
from tests.loop.memory import counts, everything

NAME = FRAUD_FILE.format("20260630_rows")
PAGES = {f"{SECOND}/index.html", f"{SECOND}/数据.html"}
QUIET = date(2026, 5, 20)
"""Rows of this day lie outside every window: what is good among them changes no list."""

COLUMNS = {"key": 0, "day": 1, "place": 2, "category": 3, "loss": 4, "note": 6}

WRONG = {
    "a date in 2066": ("day", "2066-06-30", "发案日期", "发案日期“2066-06-30”日期在未来（晚于2026-06-30），请核对年份"),
    "tomorrow": ("day", "2026-07-01", "发案日期", "发案日期“2026-07-01”日期在未来（晚于2026-06-30），请核对年份"),
    "no such day": (
        "day", "2026-02-30", "发案日期",
        "发案日期“2026-02-30”不是真实存在的日期（年份须在1900至2100之间），请核对年、月、日",
    ),
    "negative money": ("loss", "-500", "损失金额", "损失金额“-500”不能为负数，请填写0或正数"),
    "money in words": ("loss", "一千元", "损失金额", "损失金额“一千元”不是数字，请只填写数字，例如 1200.50"),
    "an unknown place code": ("place", "999999", "辖区", "辖区“999999”不在地区表里，请核对后填写地区代码或全称"),
    "an unknown place": ("place", "无名镇", "辖区", "辖区“无名镇”不在地区表里，请核对后填写地区代码或全称"),
    "no key": ("key", "", "案件编号", "案件编号不能为空，请补填"),
    "a personal identity number": ("note", f"当事人{identity_number()}已核实", "备注", "「备注」含身份证号码，请删去后重报"),
}  # fmt: skip


def changed(row: str, column: str, value: str) -> str:
    cells = row.split(",")
    cells[COLUMNS[column]] = value
    return ",".join(cells)


def wrong_file(mended: int = 0) -> str:
    """Every wrong row (the first ``mended`` of them put right), then as many good ones."""
    rows = cases(QUIET, "东湾镇", 3 * len(WRONG), "R")
    for number, (column, value, _, _) in enumerate(WRONG.values()):
        if number >= mended:
            rows[number] = changed(rows[number], column, value)
    return text(rows)


@pytest.fixture(scope="module")
def night(one_night, tmp_path_factory):
    """The county after a second night with all wrong rows in one file; what the command said."""
    workspace = copied(one_night, tmp_path_factory.mktemp("rows"))
    put(workspace, NAME, wrong_file())
    return workspace, command("run", "--as-of", str(SECOND), "--workspace", str(workspace.root))


def copied(workspace, folder):
    return type(workspace).at(shutil.copytree(workspace.root, folder / "county"))


@pytest.mark.parametrize("number", range(len(WRONG)), ids=list(WRONG))
def test_a_wrong_row_is_refused_with_its_row_its_column_and_what_to_do(night, number):
    workspace, _ = night
    column, value, title, reason = list(WRONG.values())[number]
    with connect(workspace.database, workspace.scratch) as con:
        found = con.execute(
            "SELECT source_column, value, reason FROM sense.reject WHERE row_no = $1", [number + 2]
        ).fetchall()
    kept = None if column == "note" or not value else value
    assert found == [(title, kept, reason)]


def test_the_good_rows_of_the_file_are_taken_in_and_the_account_adds_up(night):
    workspace, ran = night
    assert ran.returncode == 4, "a third of its rows was refused: the office must look at the file"
    bad, all_rows = len(WRONG), 3 * len(WRONG)
    sentence = f"{all_rows}行中有{bad}行被退回，超过30%的上限。请按退回原因改正后重报；合格的行已经入库。"
    assert f"  来文有误  {NAME}：{sentence}\n" in ran.stdout
    assert f"读入 {10 + all_rows} 行 = 新增 {8 + all_rows - bad} + 更正 1 + 未变 0 + 撤回 1 + 退回 {bad}" in ran.stdout


def test_no_list_changes_but_the_pages_that_tell_of_it(night, undisturbed):
    found = lists(night[0])
    assert {name for name in found if found[name] != undisturbed[name]} == PAGES
    assert found.keys() == undisturbed.keys()


def test_a_personal_number_is_kept_nowhere(night):
    workspace, ran = night
    number = identity_number()
    assert number in (workspace.inbox / NAME).read_text(encoding="utf-8"), "what the office sent is left as it is"
    assert number not in everything(workspace) + ran.stdout + ran.stderr
    for path in workspace.outbox.rglob("*"):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                kept = b"".join(archive.read(name) for name in archive.namelist())
        else:
            kept = path.read_bytes() if path.is_file() else b""
        assert number.encode() not in kept, path
    for path in (*workspace.sealed.rglob("*"), workspace.database, *workspace.scratch.rglob("*")):
        assert not path.is_file() or number.encode() not in path.read_bytes(), path


def test_rows_that_were_mended_and_sent_again_are_stored_and_the_others_stay_unchanged(night, tmp_path):
    workspace = copied(night[0], tmp_path)
    put(workspace, NAME, wrong_file(mended=len(WRONG)))
    before = inbox(workspace)
    report = run_night(workspace, SECOND + timedelta(days=1))
    assert counts(report.account, NAME) == (3 * len(WRONG), len(WRONG), 0, 2 * len(WRONG), 0, 0)
    assert report.exit_code == 0
    assert inbox(workspace) == before


def test_a_key_twice_in_one_file_is_a_correction_or_says_nothing_new(county, undisturbed):
    rows = cases(QUIET, "东湾镇", 3, "K")
    rows += [rows[0], changed(rows[1], "loss", "7777"), changed(rows[1], "loss", "8888")]
    put(county, NAME, text(rows))
    report = run_night(county, SECOND)
    assert counts(report.account, NAME) == (6, 3, 2, 1, 0, 0)
    with connect(county.database, county.scratch) as con:
        versions = con.execute("SELECT loss FROM sense.fraud WHERE key = 'FZ-K-001'").fetchall()
    assert [float(loss) for (loss,) in versions] == [8888.0], "the file's last word, and nothing in between"
    assert report.exit_code == 0
    assert {name for name, sha in lists(county).items() if sha != undisturbed[name]} <= PAGES


FORMULAS = (
    "=cmd|'/c calc'!A1",
    "+1+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1+9)*cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
)


def test_a_formula_in_a_cell_reaches_every_list_as_text_and_no_page_as_markup(county):
    rows = cases(SECOND, "东湾镇", len(FORMULAS), "F")
    put(county, NAME, text(changed(row, "category", formula) for row, formula in zip(rows, FORMULAS, strict=True)))
    report = run_night(county, SECOND)
    assert counts(report.account, NAME) == (5, 5, 0, 0, 0, 0)
    seen = ""
    for path in county.night(SECOND).rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
                assert cell.data_type != "f", (path.name, sheet.title, cell.coordinate)
                seen += str(cell.value)
    assert all(formula in seen for formula in FORMULAS)
    pages = "".join(path.read_text(encoding="utf-8") for path in county.night(SECOND).glob("*.html"))
    assert "<script>alert" not in pages
