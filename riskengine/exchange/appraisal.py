"""The assessment as a workbook for those who sign it: totals, every deduction with its trace, the comparison, how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from riskengine.model.appraisal import AppraisalItem
from riskengine.model.figure import number
from riskengine.review.appraisal.noun import Entry, Sheet, Standing
from riskengine.review.appraisal.wording import (
    PLACE_HEAD,
    SHARE_HEAD,
    TYPES,
    place_cells,
    placed,
    remark,
    share_cells,
)

__all__ = ["workbook"]

Cell = str | float | int | None

_FONT = "微软雅黑"
_LEFT = frozenset({"说明", "怎么回事", "凭据", "为什么不扣或少扣", "单位", "乡镇"})
_RULES = (
    "每个单位从{points}分起，按 rules/appraisal.yaml 的项目逐项扣分；每一项有最多扣分，“扣分明细”一行一件，合起来就是总表的扣分。",
    "引擎自带的规矩：期限内提出的退回、已批准的延期、演练和抽查不扣分；期限暂定的逾期暂不扣分；同一件事按未反馈扣了就不再按逾期扣。",
    "不扣的也照列，“为什么不扣或少扣”写明理由。到了一项的最多扣分，排在后面的少扣或不扣。",
    "名次在县直部门、乡镇街道之内各排各的，同分并列；一票否决的排在最后；一年里派件不足{least}件的不排名。",
    "县直部门按占比比较，不按人口；占比附95%区间（Wilson），不足5件的只列件数。协办单位自己没有反馈的件，不计入它的按期反馈。",
    "乡镇按每万人口比较，件数多的名次在前。“可比”不含镇村自己排查上报的，也不含新增报送渠道带来的；排查得细、报得全的地方不因此显得差。",
    "新增报送渠道：某个来源第一次报这个乡镇之后，件数明显跳升（前后等长的两段比较，3个标准差）。看这样的乡镇，先看渠道，再看情况。",
    "只用 {as_of} 这一夜已经知道的材料；之后补来的回执、批准的延期，下一次出表时计入。规则版本 {rules}。",
)


def workbook(sheet: Sheet) -> bytes:
    """The sheets 总表, 扣分明细, 可比情况 (units, then towns) and 说明. The same sheet gives the same bytes; every text is a plain cell."""
    stream = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, plain)
    book.set_properties({"title": f"{sheet.year}年单位考核表", "created": datetime.combine(sheet.as_of, time())})
    paper = _Paper(book, sheet)
    _totals(paper, sheet)
    _deductions(paper, sheet)
    _shares(paper, sheet)
    _places(paper, sheet)
    _told(paper, sheet)
    book.close()
    return stream.getvalue()


class _Paper:
    """Sheets of one look: a title, a line below it, tables with frozen heads."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        def add(**more: object) -> Format:
            return book.add_format({"font_name": _FONT, "font_size": 10, "valign": "vcenter", **more})

        cell = {"border": 1, "border_color": "#BFBFBF", "text_wrap": True}
        self._book, self._as_of = book, sheet.as_of
        self.title = add(font_size=16, bold=True, align="center")
        self.hint = add(font_color="#595959", text_wrap=True)
        self.heading = add(font_size=12, bold=True)
        self.head = add(**cell, bold=True, align="center", bg_color="#D9E2EC")
        self.left, self.centre = add(**cell, align="left"), add(**cell, align="center")
        self.number = add(**cell, align="center", num_format="0.##;-0.##;0")
        self.points = add(**cell, align="center", num_format="0.00")
        self.bad = add(**cell, align="left", bold=True, font_color="#C00000")
        self.text = add(text_wrap=True, valign="top")

    def sheet(self, name: str, title: str, hint: str, widths: Sequence[float]) -> Worksheet:
        """A new sheet for A4 across, one page wide, with its title and hint."""
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.5)
        sheet.set_footer(f"&L内部考核用表&C{self._as_of}&R第 &P 页 共 &N 页")
        sheet.hide_gridlines(2)
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.set_row(0, 28)
        sheet.merge_range(0, 0, 0, len(widths) - 1, title, self.title)
        sheet.set_row(1, _height(hint, sum(widths)))
        sheet.merge_range(1, 0, 1, len(widths) - 1, hint, self.hint)
        return sheet

    def table(
        self, sheet: Worksheet, top: int, head: Sequence[str], rows: Sequence[Sequence[Cell]], widths: Sequence[float]
    ) -> int:
        """Header and rows from row ``top`` (from 0); the first row behind them."""
        sheet.set_row(top, 30)
        for at, title in enumerate(head):
            sheet.write_string(top, at, title, self.head)
        for row, cells in enumerate(rows, top + 1):
            sheet.set_row(row, max(_height(str(each or ""), wide) for each, wide in zip(cells, widths, strict=False)))
            for at, (title, each) in enumerate(zip(head, cells, strict=True)):
                self._cell(sheet, row, at, title, each)
        return top + 1 + len(rows)

    def _cell(self, sheet: Worksheet, row: int, at: int, title: str, value: Cell) -> None:
        bad = isinstance(value, str) and value.startswith("一票否决，")
        form = self.bad if bad else self.left if title in _LEFT else self.centre
        if value is None or value == "":
            sheet.write_blank(row, at, None, form)
        elif isinstance(value, str):
            sheet.write_string(row, at, value, form)
        else:
            sheet.write_number(row, at, value, self.number if isinstance(value, int) else self.points)


def _totals(paper: _Paper, sheet: Sheet) -> None:
    items = sheet.appraisal.items
    widths = (10, 20, 9, 7, 9, *(8.5 for _ in items), 26)
    hint = (
        f"截至 {sheet.as_of}；总分 {number(sheet.appraisal.points)} 分，各项为扣分。每一分扣在哪一件，见“扣分明细”。"
        "名次在同类单位之内；怎样算的，见“说明”。"
    )
    page = paper.sheet("总表", f"{sheet.year}年单位考核总表", hint, widths)
    top = 2
    for type_, title in TYPES.items():
        own = [each for each in sheet.standings if each.type == type_]
        if not own:
            continue
        mine = [item for item in items if type_ in item.applies]
        page.set_row(top, 24)
        page.write_string(top, 0, f"{title}（{len(own)}个）", paper.heading)
        head = ("名次", "单位", "得分", "派件", "扣分合计", *(item.name for item in items), "说明")
        top = paper.table(page, top + 1, head, [_total(sheet, each, items, mine) for each in own], widths) + 1
    page.freeze_panes(2, 2)


def _total(
    sheet: Sheet, each: Standing, items: Sequence[AppraisalItem], mine: Sequence[AppraisalItem]
) -> tuple[Cell, ...]:
    costs: list[Cell] = []
    for item in items:
        cost = each.by.get(item.id, 0.0)
        costs.append("—" if item not in mine else cost if cost else None)
    gone = round(sum(each.by.values()), 2)
    return (
        placed(each).removeprefix("第").replace("名", ""), sheet.unit_names[each.unit], each.score, each.warnings, gone, *costs,
        remark(sheet, each),
    )  # fmt: skip


def _deductions(paper: _Paper, sheet: Sheet) -> None:
    named = {item.id: item.name for item in sheet.appraisal.items}
    head = ("单位", "项目", "扣分", "单独算", "日期", "编号", "怎么回事", "凭据", "为什么不扣或少扣")
    widths = (18, 13, 7, 8, 11, 18, 62, 30, 26)
    hint = (
        "一行一件。“扣分”合起来就是总表的数；“单独算”是不封顶时这一件该扣多少。编号是预警编号；凭据是哪份回执第几行。"
    )
    page = paper.sheet("扣分明细", f"{sheet.year}年扣分明细（{len(sheet.entries)}件）", hint, widths)
    rows = [_deduction(sheet, each, named) for each in sheet.entries]
    below = paper.table(page, 2, head, rows, widths)
    page.autofilter(2, 0, max(below - 1, 3), len(head) - 1)
    page.freeze_panes(3, 2)
    page.repeat_rows(2)


def _deduction(sheet: Sheet, entry: Entry, named: dict[str, str]) -> tuple[Cell, ...]:
    hit = entry.hit
    return (
        sheet.unit_names[hit.unit], named[entry.item], entry.deducted, entry.points, hit.on.isoformat(), hit.number, hit.says, hit.file,
        entry.note,
    )  # fmt: skip


def _shares(paper: _Paper, sheet: Sheet) -> None:
    widths = (12, 20, 17, 12, 10, 17, 17, 17, 17, 17)
    hint = "派给各单位的预警办得怎样，按占比比较，不按人口；不足5件的只列件数。名次按按期反馈，在同类单位之内。"
    page = paper.sheet("可比情况", f"{sheet.year}年可比情况：单位", hint, widths)
    rows = [(TYPES[each.type], *share_cells(sheet, each)) for each in sheet.shares]
    below = paper.table(page, 2, ("类别", *SHARE_HEAD), rows, widths)
    page.autofilter(2, 0, max(below - 1, 3), len(SHARE_HEAD))
    page.freeze_panes(3, 2)
    page.repeat_rows(2)


def _places(paper: _Paper, sheet: Sheet) -> None:
    widths = (12, 14, 9, 8, 10, 10, 10, 11, 12, 15, 10, 11, 50)
    hint = "各类记录与预警，每万人口。“可比”不含镇村自己排查上报的（自报）和新增报送渠道带来的。名次是件数多少的名次，1 最多，不是好坏。"
    page = paper.sheet("可比情况（乡镇）", f"{sheet.year}年可比情况：乡镇", hint, widths)
    rows = [_figures(place_cells(sheet, each)) for each in sheet.places]
    below = paper.table(page, 2, PLACE_HEAD, rows, widths)
    page.autofilter(2, 0, max(below - 1, 3), len(PLACE_HEAD) - 1)
    page.freeze_panes(3, 2)
    page.repeat_rows(2)


def _figures(cells: tuple[str, ...]) -> tuple[Cell, ...]:
    """Numbers as numbers, so that they can be sorted."""
    return tuple(_figure(title, each) for title, each in zip(PLACE_HEAD, cells, strict=True))


def _figure(title: str, text: str) -> Cell:
    if title in ("人口", "件数", "新渠道件数") and text:
        return int(text)
    return float(text) if title in ("每万人", "可比每万人") and text not in ("", "—") else text


def _told(paper: _Paper, sheet: Sheet) -> None:
    widths = (5, 22, 90)
    page = paper.sheet("说明", "怎样考核、怎样比较", "规则写在 rules/appraisal.yaml，改了下一次出表生效。", widths)
    said = {
        "points": number(sheet.appraisal.points),
        "least": sheet.appraisal.least,
        "as_of": sheet.as_of,
        "rules": sheet.rules[:12],
    }
    row = 2
    for at, line in enumerate(_RULES, start=1):
        text = line.format(**said)
        page.set_row(row, _height(text, widths[1] + widths[2]))
        page.write_number(row, 0, at, paper.text)
        page.merge_range(row, 1, row, 2, text, paper.text)
        row += 1
    page.write_string(row + 1, 1, "考核项目", paper.heading)
    rows: list[tuple[Cell, ...]] = []
    for at, item in enumerate(sheet.appraisal.items, start=1):
        rows.append((at, item.name, _rule(item)))
    row = paper.table(page, row + 2, ("", "项目", "说明"), rows, widths) if rows else row + 2
    for at, each in enumerate(sheet.appraisal.spared, start=1):
        page.merge_range(row + at, 1, row + at, 2, f"不扣分：{each.reason}（{each.approver}）", paper.text)


def _rule(item: AppraisalItem) -> str:
    who = "、".join(TYPES[each] for each in item.applies)
    each = f"占派件每1个百分点扣{number(item.points)}分" if item.by == "share" else f"每次扣{number(item.points)}分"
    if item.counts == "veto":
        each = "不扣分，排在最后"
    elif item.counts == "indicators":
        each = f"指标考核每扣1分扣{number(item.points)}分"
    unit = "个工作日" if item.unit == "workdays" else "天"
    more = [f"超过{item.over}{unit}起算"] if item.over else []
    more += [f"此后每满{item.every}{unit}再扣一次"] if item.every else []
    more += [f"不足{item.least}{'件' if item.by == 'share' else '次'}不扣"] if item.least > 1 else []
    cap = f"最多扣{number(item.most)}分" if item.most else ""
    return "，".join(part for part in (who, each, *more, cap) if part) + (f"（{item.basis}）" if item.basis else "")


def _height(text: str, width: float) -> float:
    """Height in points of a cell that many Latin characters wide."""
    cells = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return 17.0 * max(1, -(-cells // max(int(width * 1.05), 1))) + 2
