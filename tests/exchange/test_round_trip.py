"""Out to Excel and back: nothing changed is not one byte; one cell changed is that number alone; a wrong cell is named."""

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from riskengine.errors import RulesInvalid, WrongUse
from riskengine.exchange.export import export
from riskengine.exchange.take_in import take_in
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]
SURGE = "fraud-town-surge"


@pytest.fixture
def county(tmp_path):
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    return Workspace.at(tmp_path)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The workbook of the shipped rules; leave it alone."""
    path = tmp_path_factory.mktemp("exchange") / "rules.xlsx"
    export(Workspace.at(ROOT), path)
    return path


@pytest.fixture
def book(county, exported):
    """The exported workbook, open: ``book[sheet]``; ``book.taken()`` saves it and takes it in."""
    return Book(county, shutil.copy(exported, county.root / "rules.xlsx"))


class Book:
    def __init__(self, county, path=None):
        self.county, self.path = county, Path(path or county.root / "rules.xlsx")
        if path is None:
            export(county, self.path)
        self.open = openpyxl.load_workbook(self.path)

    def __getitem__(self, sheet):
        return self.open[sheet]

    def find(self, sheet, *values):
        """Number of the first row that has these values."""
        rows = self.open[sheet].iter_rows(min_row=2, values_only=True)
        return next(number for number, row in enumerate(rows, start=2) if set(values) <= set(row))

    def put(self, sheet, row, title, value):
        titles = [cell.value for cell in self.open[sheet][1]]
        self.open[sheet].cell(row, titles.index(title) + 1).value = value

    def add(self, sheet, **cells):
        self.open[sheet].append([cells.get(cell.value) for cell in self.open[sheet][1]])

    def taken(self, **options):
        self.open.save(self.path)
        return take_in(self.county, self.path, **options)

    def refused(self):
        with pytest.raises(RulesInvalid) as refused:
            self.taken()
        return str(refused.value)


def files(county):
    return {path.relative_to(county.rules).as_posix(): path.read_bytes() for path in county.rules.rglob("*") if path.is_file()}


def changed_lines(before, after):
    """``{file: [(old line, new line)]}`` of files whose number of lines stayed the same."""
    lines = {name: (before[name].decode().splitlines(), after[name].decode().splitlines()) for name in before}
    return {
        name: [(a, b) for a, b in zip(old, new, strict=True) if a != b] for name, (old, new) in lines.items() if old != new
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
    book.add("例外", 规则=SURGE, 对象="331001", 到期日=date(2026, 8, 1), 谁定的="反诈中心主任", 为什么="集中补立案，已核实")
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


def wrong_number(book):
    book.put("参数", 3, "值", "很多")
    return "rules.xlsx 参数!F3：E203 值“很多”不是数。请改正这一格。"


def empty_value(book):
    book.put("参数", 3, "值", None)
    return "rules.xlsx 参数!F3：E202 值空着。请填写，或删去这一行。"


def no_day(book):
    book.put("参数", 3, "生效日", "2026-02-30")
    return "rules.xlsx 参数!E3：E203 生效日“2026-02-30”不是日期（如 2026-06-30）。请改正这一格。"


def unknown_rule(book):
    book.add("参数", 规则="fraud-town-surg", 参数="起数下限", 生效日=date(2026, 7, 1), 值=6)
    return f"rules.xlsx 参数!A{book['参数'].max_row}：E203 未知规则“fraud-town-surg”，是否想写“{SURGE}”？"


def the_same_day_twice(book):
    row = book.find("参数", SURGE, "起数下限")
    book.add("参数", 规则=SURGE, 参数="起数下限", 生效日=date(2024, 1, 1), 值=6)
    return f"rules.xlsx 参数!E{book['参数'].max_row}：E103 2024-01-01写了两行（第{row}行已有）。请删去一行。"


def band_with_a_gap(book):
    row = book.find("得分档", SURGE, "损失")
    book.put("得分档", row, "上限（不含）", 100000)
    return f"rules.xlsx 得分档!D{row + 1}：E605 得分档不对：100000 到 200000 没有对应的档，请补上（−∞ 和 +∞ 写 null）。"


def unknown_unit(book):
    book.put("派发", 3, "主办", "县反诈局")
    return "rules.xlsx 派发!F3：E701 未知责任单位“县反诈局”"


def unknown_theme(book):
    book.put("派发", 3, "主题", "信仿")
    return "rules.xlsx 派发!B3：E704 未知主题“信仿”，可用的有："


def catch_all_in_the_middle(book):
    book.put("派发", 3, "兜底", "是")
    return "rules.xlsx 派发!H3：E705 兜底的一条须写在最后"


def exception_without_end(book):
    book.add("例外", 规则=SURGE, 对象="331001", 谁定的="反诈中心", 为什么="已核实")
    return "rules.xlsx 例外!E2：E202 到期日空着。"


def sheet_taken_out(book):
    del book.open["派发"]
    return "rules.xlsx 派发!A1：E106 缺少这张工作表。"


def column_taken_out(book):
    book["得分档"].delete_cols(6)
    return "rules.xlsx 得分档!A1：E107 第一行缺少列“得分”。"


WRONG = [
    wrong_number, empty_value, no_day, unknown_rule, the_same_day_twice, band_with_a_gap, unknown_unit, unknown_theme,
    catch_all_in_the_middle, exception_without_end, sheet_taken_out, column_taken_out,
]  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_cell_is_named_and_nothing_is_written(county, book, mistake):
    before, sentence = files(county), mistake(book)
    assert sentence in book.refused()
    assert files(county) == before


def test_all_wrong_cells_are_named_at_once(book):
    sentences = [wrong_number(book), unknown_unit(book), exception_without_end(book)]
    told = book.refused()
    assert all(sentence in told for sentence in sentences)


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


def test_one_wrong_cell_is_one_problem(book):
    wrong_number(book)
    assert len(book.refused().splitlines()) == 1


def test_a_per_cent_as_text_is_refused_since_shares_are_decimals(book):
    row = book.find("参数", "fraud-stop-low", "止付率下限")
    book.put("参数", row, "值", "8%")
    assert f"rules.xlsx 参数!F{row}：E203 值“8%”是带百分号的文字。比例请写成小数，如 8% 写 0.08。" in book.refused()


def test_an_exception_may_name_rule_and_place_as_people_do(county, book):
    book.add("例外", 规则="乡镇电信网络诈骗突增", 对象="清溪镇", 到期日=date(2026, 8, 1), 谁定的="反诈中心主任", 为什么="已核实")
    book.taken()
    [exemption] = load(county).exemptions
    assert (exemption.rule, exemption.subject) == (SURGE, "990100101")


def test_a_changed_lead_is_told_by_the_names_of_the_units(book):
    book.put("派发", 3, "主办", "反诈中心")
    assert book.taken().said == ("rules/routes.yaml：第2条 主办 金融发展局 → 反诈中心",)


def test_a_workbook_that_is_not_there_is_said_so(county):
    with pytest.raises(WrongUse, match=r"没有“.*none\.xlsx”这个文件"):
        take_in(county, county.root / "none.xlsx")
