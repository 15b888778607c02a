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
            "1. 只填“预警清单”表右侧的浅黄色列。其余的列由引擎写出，不必填；表没有锁定，可以排序、筛选、折叠、调整列宽。",
            "2. 签收日期：收到清单当天填写。填了签收日期就算签收，可以先交一次。",
            "3. 核查结果：从下拉框选一个。属实＝情况存在，正在处置；已化解＝情况存在，已处置完毕；"
            "误报＝情况不存在，或属正常工作范围；无法核实＝查过，但查不清。",
            "4. 处置措施：做了什么、效果如何，几句话即可。不写个人姓名、电话、证件号、门牌。",
            "5. 反馈日期：给出核查结果的日期。填报岗位：选岗位，不填姓名。",
            "6. 误报原因、理由、延至日期、建议转给：平时收起，点“办理动作”右边列标上方的“＋”展开。误报原因从下拉框选，也可以自己写。",
        ),
    ),
    (
        "办理动作",
        (
            "一般不用填：填了签收日期就是签收，填了核查结果、处置措施、反馈日期就是核查、处置、反馈。下面几种情况才选：",
            "1. 退回：不属本单位职责。写理由，并在“建议转给”选单位；有结论前仍留在本单位清单上。",
            "2. 申请延期：写理由和延至日期。暂停计时、恢复计时：暂停须写理由，理由消除后选“恢复计时”。",
            "3. 销号：办完了，请求结案。没有核查结果的不能销号；较重等级须先核验通过。",
        ),
    ),
    (
        "怎么交",
        (
            "1. 保存后，把整个文件放回收件目录的“回执”文件夹，文件名不用改；当晚自动读入，"
            "次日清单的“办理状态”列会显示。用 Excel、WPS 都可以，存成 .xlsx 或 .xls；不要带宏，不要设打开密码。",
            "2. 可以多次提交：后交的补充、改正先交的；空着的格不会抹掉以前填过的内容。"
            "改核查结果的，要写新的反馈日期：同一天报两个不同的结果，都不作数。",
            "3. 按预警编号对回：可以排序、筛选，可以删去不填的行、挪动列；请不要改动预警编号、责任单位和最右侧三列。",
            "4. 读不了的行会写明哪个文件、哪张表、哪一行、哪一列、怎么改；同一文件里其他的行照常读入。",
        ),
    ),
    (
        "先看什么",
        (
            "1. 顺序：先逾期的，再新增、升级、3日内到期的，然后是其他在办的；等级未变、3日内不到期、已签收的折叠在下面，"
            "点行号左侧的“＋”展开。",
            "2. 已解除待销号：数据已不再命中，但办理没有结束，办结销号前每夜留着。已销号、仍在观察期的只计数，不再列出。",
            "3. 候办：设了周办理量的单位，本周满额后新来的预警先在“候办”表排队，未下发、期限未起算；最重等级从不排队。",
            "4. 演练、抽查、回头看列在最后：不是预警，照样签收、核查、反馈。",
        ),
    ),
    (
        "怎么读",
        (
            "1. 状态：新增＝今天新出现；升级、降级＝等级比昨天重、轻；持续＝昨天已有；"
            "解除＝连续多夜不再命中。写“今夜下发”的，是以前就有、今夜才交给本单位的；"
            "写“反弹”的，是销号后观察期内又出现的，等级比规则高一级，期限接着上一件剩下的算。",
            "2. 角色：主办单位牵头核查处置；协办单位（属地）配合，也可单独反馈。",
            "3. 办理期限从下发之日起算（当日不计入），不从签收起算，各等级多少日见下表；等级升高时期限只会提前。"
            + PROVISIONAL,
            "4. 并入：一条预警能由另一条解释时，写“并入”并列在那一条之后；编号、等级、期限不变，仍须分别办理和反馈。",
            "5. 误报请照实填：误报率会用来改进规则，不作为对填报单位的评价。",
        ),
    ),
)


def evidence_sheet(
    sheet: Worksheet, entries: Iterable[Entry], rulebook: Rulebook, styles: Mapping[str, Format]
) -> None:
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
                texts = _record(entry, each, record, rulebook)
                sheet.set_row(row, row_height(texts, widths, least=20))
                for at, text in enumerate(texts):
                    sheet.write_string(row, at, text, styles["text"])
    sheet.autofilter(0, 0, max(row, 1), len(_COLUMNS) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)


def _record(entry: Entry, each: Mapping[str, Any], record: Sequence[Any], rulebook: Rulebook) -> list[str]:
    titled = zip(each.get("columns", ()), record, strict=False)
    values = {str(title): "" if value is None else str(value) for title, value in titled}
    rest = "；".join(f"{title}：{value}" for title, value in values.items() if title not in _OWN and value)
    rules = {str(rule.get("rule")): str(rule.get("title")) for rule in entry.why.get("rules", ())}
    rule = str(each.get("rule") or "")
    # a rule that only joins others shows what those rest on
    told = rules.get(rule) or (rulebook.rules[rule].title if rule in rulebook.rules else rule)
    own = (values.get(name, "") for name in _OWN)
    return [entry.id, entry.subject_name, told, str(each.get("title") or ""), *own, rest]


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
