"""The sheets behind a list: the records that show the risk, and how the list is filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from riskengine.intervene.lines import Entry
from riskengine.intervene.wording import INTERNAL, PROVISIONAL, level_name
from riskengine.model.rulebook import Rulebook
from riskengine.rulebook.due import in_words, level_clocks

__all__ = ["evidence_sheet", "guide_sheet", "row_height"]

_OWN = ("编号", "日期", "地区", "类别")
_COLUMNS = (
    ("预警编号", 16),
    ("对象", 24),
    ("规则", 22),
    ("数据", 12),
    ("编号", 18),
    ("日期", 12),
    ("地区", 18),
    ("类别", 12),
    ("其他内容", 64),
)

_GUIDE = (
    (
        "怎么填",
        (
            "1. 只填“预警清单”表右侧五个浅黄色列；其余单元格已锁定，不必也不能改。",
            "2. 签收日期：收到清单当天填写。填了签收日期就算签收，可以先交一次。",
            "3. 核查结果：从下拉框选一个。属实＝情况存在，正在处置；已化解＝情况存在，已处置完毕；"
            "误报＝情况不存在，或属正常工作范围；无法核实＝查过，但查不清。",
            "4. 处置措施：做了什么、效果如何，几句话即可。不写个人姓名、电话、证件号、门牌。",
            "5. 反馈日期：给出核查结果的日期。填报岗位：选岗位，不填姓名。",
        ),
    ),
    (
        "怎么交",
        (
            "1. 保存后，把整个文件放回收件目录的“回执”文件夹，文件名不用改；当晚自动读入，"
            "次日清单的“回执情况”列会显示。",
            "2. 可以多次提交：后交的补充、改正先交的；空着的格不会抹掉以前填过的内容。",
            "3. 请不要删除或改名任何列、不要改动预警编号；可以筛选、调整列宽和行高。",
        ),
    ),
    (
        "怎么读",
        (
            "1. 状态：新增＝今天新出现；升级、降级＝等级比昨天重、轻；持续＝昨天已有；"
            "解除＝连续多夜不再命中，今后不再出现。",
            "2. 角色：主办单位牵头核查处置；协办单位（属地）配合，也可单独反馈。",
            "3. 办理期限从下发之日起算（当日不计入），不从签收起算，各等级多少日见下表；等级升高时期限只会提前。"
            + PROVISIONAL,
            "4. 并入：一条预警能由另一条解释时，写“并入”并列在那一条之后；编号、等级、期限不变，仍须分别办理和反馈。",
            "5. 误报请照实填：误报率会用来改进规则，不作为对填报单位的评价。",
        ),
    ),
)


def evidence_sheet(sheet: Worksheet, entries: Iterable[Entry], styles: Mapping[str, Format]) -> None:
    """One row a record of an open warning: the columns that most kinds share apart, the rest as ``title：value``."""
    for at, (title, width) in enumerate(_COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, styles["header"])
    row = 0
    widths = [width for _, width in _COLUMNS]
    for entry in (entry for entry in entries if not entry.lifted):
        for each in entry.evidence:
            for record in each.get("rows", ()):
                row += 1
                texts = _record(entry, each, record)
                sheet.set_row(row, row_height(texts, widths, least=20))
                for at, text in enumerate(texts):
                    sheet.write_string(row, at, text, styles["text"])
    sheet.autofilter(0, 0, max(row, 1), len(_COLUMNS) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _record(entry: Entry, each: Mapping[str, Any], record: Sequence[Any]) -> list[str]:
    titled = zip(each.get("columns", ()), record, strict=False)
    values = {str(title): "" if value is None else str(value) for title, value in titled}
    rest = "；".join(f"{title}：{value}" for title, value in values.items() if title not in _OWN and value)
    rules = {str(rule.get("rule")): str(rule.get("title")) for rule in entry.why.get("rules", ())}
    rule = rules.get(str(each.get("rule")), str(each.get("rule") or ""))
    own = (values.get(name, "") for name in _OWN)
    return [entry.id, entry.subject_name, rule, str(each.get("title") or ""), *own, rest]


def guide_sheet(sheet: Worksheet, rulebook: Rulebook, styles: Mapping[str, Format]) -> None:
    """How to fill in, how to hand in, how to read, and how long each level gives."""
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 100)
    row = 0
    for heading, sentences in _GUIDE:
        sheet.write_string(row, 0, heading, styles["heading"])
        for sentence in sentences:
            sheet.set_row(row, row_height([sentence], [100], least=20))
            sheet.write_string(row, 1, sentence, styles["plain"])
            row += 1
        row += 1
    sheet.write_string(row, 0, "等级与期限", styles["heading"])
    clocks = level_clocks(rulebook)
    for level in rulebook.levels:
        if level.rank in clocks:
            within = in_words(clocks[level.rank])
            sheet.write_string(row, 1, f"{level_name(level)}：下发后{within}内办结反馈。", styles["plain"])
            row += 1
    sheet.write_string(
        row + 1, 1, f"等级为{INTERNAL}；清单只涉及地方、事项、项目、单位和指标，不涉及个人。", styles["plain"]
    )


def row_height(texts: Sequence[str], widths: Sequence[float], *, least: float = 40) -> float:
    """Points that show every wrapped text whole; width 0: not wrapped. Spreadsheets differ in doing this themselves."""
    lines = 1
    for text, width in zip(texts, widths, strict=True):
        room = max(width - 1.5, 4)
        if width and (len(text) * 2.2 > room or "\n" in text):
            lines = max(lines, sum(max(1, ceil(_cells(part) / room)) for part in text.split("\n")))
    return float(min(max(lines * 17 + 6, least), 409))


def _cells(text: str) -> float:
    """Width in characters of the default font; a Chinese character takes two and a little."""
    wide = (len(text.encode()) - len(text)) / 2  # three bytes each in UTF-8
    return 1.15 * len(text) + 1.05 * wide
