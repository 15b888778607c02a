"""Out to Excel and back: nothing changed is not one byte; one cell changed is that number alone; a wrong cell is named."""

from datetime import date
from pathlib import Path

import pytest

from riskengine.errors import WrongUse
from riskengine.exchange.take_in import take_in
from riskengine.rulebook.load import load
from tests.exchange.conftest import Book, files

ROOT = Path(__file__).parents[2]
SURGE = "fraud-town-surge"


def changed_lines(before, after):
    """``{file: [(old line, new line)]}`` of files whose number of lines stayed the same."""
    lines = {
        name: (before[name].decode(errors="replace").splitlines(), after[name].decode(errors="replace").splitlines())
        for name in before
    }
    return {
        name: [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        for name, (old, new) in lines.items()
        if old != new
    }


def test_nothing_changed_is_not_one_byte(county, book):
    before = files(county)
    assert book.taken().said == ()
    assert files(county) == before


def test_one_number_changes_one_number(county, book):
    before = files(county)
    book.put("参数", book.find("参数", SURGE, "起数下限"), "值", 5)
    done = book.taken()
    [(file, [(old, new)])] = changed_lines(before, files(county)).items()
    assert done.said == (f"rules/{file}：{SURGE} 参数“起数下限” 2024-01-01 起的值 4 → 5",)
    assert done.files == (f"rules/{file}",)
    assert new == old.replace("2024-01-01: 4}", "2024-01-01: 5}")


def test_a_new_row_is_a_new_value_from_its_day_on(county, book):
    book.add("参数", 规则=SURGE, 参数="起数下限", 生效日=date(2026, 7, 1), 值=6)
    [said] = book.taken().said
    assert said.endswith("自 2026-07-01 起 6（新增）")
    assert load(county).rules[SURGE].parameters["起数下限"].values == {date(2024, 1, 1): 4, date(2026, 7, 1): 6}


def test_days_and_numbers_may_be_typed_as_text_in_any_usual_way(county, book):
    book.add("参数", 规则=SURGE, 参数="起数下限", 生效日="2026年7月1日", 值="１２")
    book.taken()
    assert load(county).rules[SURGE].parameters["起数下限"].values[date(2026, 7, 1)] == 12


def test_the_last_day_of_a_parameter_is_set_and_taken_away(county, book):
    row = book.find("参数", SURGE, "起数下限")
    book.put("参数", row, "失效日", date(2026, 12, 31))
    book.taken()
    assert load(county).rules[SURGE].parameters["起数下限"].until == date(2026, 12, 31)
    again = Book(county)
    again.put("参数", row, "失效日", None)
    again.taken()
    assert load(county).rules[SURGE].parameters["起数下限"].until is None


def test_bands_are_moved_and_split(county, book):
    row = book.find("得分档", SURGE, "损失")
    book.put("得分档", row, "上限（不含）", 300000)
    book.put("得分档", row + 1, "下限（含）", 300000)
    book.taken()
    feature = next(each for each in load(county).rules[SURGE].score if each.feature == "损失")
    assert feature.bands[:2] == ((None, 300000, 5), (300000, 1000000, 15))


def test_routes_are_edited_moved_added_and_taken_out(county, book):
    sheet = book["派发"]
    before = load(county).routes
    comment = "  # 县级与指标类对象没有属地乡镇，只交主管部门。\n"
    assert comment in (county.rules / "routes.yaml").read_text(encoding="utf-8")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    sheet.delete_rows(2, len(rows))
    rows[1], rows[2] = rows[2], rows[1]
    rows.insert(3, [None, "信访", "乡镇街道", "红、橙", None, "属地乡镇街道", "否", "否"])
    del rows[5]
    for row in rows:
        sheet.append(row)
    book.taken()
    after = load(county).routes
    assert after[:3] == (before[0], before[2], before[1])
    assert (after[3].themes, after[3].levels, after[3].lead) == (("信访",), ("红", "橙"), "township")
    assert after[4:] == (before[3], *before[5:])
    assert comment in (county.rules / "routes.yaml").read_text(encoding="utf-8")


def test_an_exception_is_made_in_excel(county, book):
    book.add(
        "例外", 规则=SURGE, 对象="331001", 到期日=date(2026, 8, 1), 谁定的="反诈中心主任", 为什么="集中补立案，已核实"
    )
    book.taken()
    [exemption] = load(county).exemptions
    assert (exemption.rule, exemption.until, exemption.breaks_at) == (SURGE, date(2026, 8, 1), None)


def test_tried_only_nothing_is_written(county, book):
    before = files(county)
    book.put("参数", book.find("参数", SURGE, "起数下限"), "值", 5)
    assert len(book.taken(write=False).said) == 1
    assert files(county) == before


def test_columns_may_be_moved_and_rows_sorted(county, book):
    sheet = book["参数"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    sheet.delete_rows(1, len(rows))
    for row in [rows[0], *reversed(rows[1:])]:
        sheet.append(list(reversed(row)))
    assert book.taken().said == ()


def test_a_workbook_of_other_numbers_is_refused(county, book):
    routes = county.rules / "routes.yaml"
    routes.write_text(routes.read_text(encoding="utf-8").replace("lead: jinrong", "lead: zongzhi"), encoding="utf-8")
    with pytest.raises(WrongUse, match="导出之后又改过"):
        book.taken()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", "规则,值\n".encode()])
def test_a_file_that_is_no_workbook_is_refused(county, content):
    path = county.root / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(WrongUse, match=r"x\.xlsx：不是能读的 Excel 工作簿"):
        take_in(county, path)


def test_windows_line_ends_and_a_byte_order_mark_survive(county):
    path = county.rules / "routes.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before, book = path.read_bytes(), Book(county)
    book.put("派发", 2, "属地协办", "是")
    book.taken()
    after = path.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\r\n") == after.count(b"\n") == before.count(b"\n")


def test_an_exception_may_name_rule_and_place_as_people_do(county, book):
    book.add(
        "例外",
        规则="乡镇电信网络诈骗突增",
        对象="清溪镇",
        到期日=date(2026, 8, 1),
        谁定的="反诈中心主任",
        为什么="已核实",
    )
    book.taken()
    [exemption] = load(county).exemptions
    assert (exemption.rule, exemption.subject) == (SURGE, "990100101")


def test_a_changed_lead_is_told_by_the_names_of_the_units(book):
    book.put("派发", 3, "主办", "反诈中心")
    assert book.taken().said == ("rules/routes.yaml：第2条 主办 金融发展局 → 反诈中心",)


def test_a_workbook_that_is_not_there_is_said_so(county):
    with pytest.raises(WrongUse, match=r"没有“.*none\.xlsx”这个文件"):
        take_in(county, county.root / "none.xlsx")


def test_a_route_takes_what_stands_below_it_along_and_leaves_with_it(county, book):
    sheet = book["派发"]
    before = load(county)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[8][8] == "矛盾纠纷；下有1条细分，在 routes.yaml 里改"
    sheet.delete_rows(2, len(rows))
    for row in (rows[8], *rows[:8], *rows[9:]):
        sheet.append(row)
    assert book.taken().said == ("rules/routes.yaml：次序改为原第 9、1、2、3、4、5、6、7、8、10、11、12、13 条",)
    moved = load(county)
    assert moved.route_numbers[:3] == ("1.1", "1", "2")
    assert moved.routes == (*before.routes[8:10], *before.routes[:8], *before.routes[10:])
    again = Book(county)
    again["派发"].delete_rows(2)
    said = again.taken().said
    assert said[0] == "rules/routes.yaml：第1条下的1条细分一并删去"
    assert load(county).routes == moved.routes[2:]
