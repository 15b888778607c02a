"""The Excel lists: a unit's, in which it also answers, and the county's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xlsxwriter.worksheet import Worksheet

from riskengine.intervene.answers import OUTCOMES, POSTS, Choices, receipt_cells, untouched
from riskengine.intervene.book import FIRST_ROW, Book
from riskengine.intervene.columns import (
    RECEIPT_COLUMNS,
    TAIL,
    county_columns,
    errand_columns,
    unit_columns,
    unread_columns,
    waiting_columns,
)
from riskengine.intervene.digest import LONG, SOON, Digest, tonight
from riskengine.intervene.lines import Entry, Line
from riskengine.intervene.sheets import evidence_sheet, guide_sheet
from riskengine.intervene.unread import Unread
from riskengine.intervene.wording import counts
from riskengine.model.duty import Unit
from riskengine.model.rulebook import Rulebook

__all__ = ["OUTCOMES", "POSTS", "Book", "county_workbook", "unit_workbook"]

_UNFOLD = (
    f"等级未变、{SOON}日内不到期、都已签收，先折叠起来。点本行左侧的“＋”（或左上角的“2”）展开，展开后照样可以填写。"
)
_ENDED = "数据已不再命中，办理还没有结束；办完后在“办理动作”选“销号”，此前每夜留在这里。"
_OLD = "请尽快办结，在“办理动作”选“销号”。点本行左侧的“＋”展开。"
_ERRANDS = "演练、抽查、回头看：不是预警，照样签收、核查、反馈。"
_CHOICES = "选项"
_UNREAD = "回执未收"


def unit_workbook(unit: Unit, digest: Digest[Line], rulebook: Rulebook, as_of: date) -> bytes:
    """The list of one unit: what it has to do, and the columns in which it answers. The same input, the same bytes."""
    hint = (
        "浅黄色列由本单位填写：先签收，核查后填结果、措施和反馈日期；"
        "填好后保存，放回收件目录的“回执”文件夹。详见“填写说明”。"
    )
    if digest.unread:
        hint = f"上次的回执有 {len(digest.unread)} 处没有收或要核对，见“{_UNREAD}”表。{hint}"
    columns = unit_columns(as_of)
    printed = len(columns) - TAIL
    book = Book(rulebook.levels, as_of)
    sheet = book.sheet("预警清单")
    rows = digest.rows
    said = tonight(digest, lambda line: line.entry, lambda line: (line.duty,), as_of)
    entries = [line.entry for line in rows]
    book.head(
        sheet,
        f"{unit.name} 风险预警清单",
        counts(rulebook.levels, entries),
        hint,
        printed,
        said,
        urgent=bool(digest.unread),
    )
    book.titles(sheet, columns)
    end = book.rows(sheet, columns, digest.shown, FIRST_ROW, printed)
    causes = [line.entry.false_causes for line in digest.shown]
    if digest.ended:
        end = book.heading(sheet, end, f"已解除待销号 {len(digest.ended)} 条：{_ENDED}", printed)
        end = book.rows(sheet, columns, digest.ended, end, printed)
        causes += [(), *(line.entry.false_causes for line in digest.ended)]
    if digest.old:
        end = book.heading(sheet, end, f"解除{LONG}日以上仍待销号 {len(digest.old)} 条：{_OLD}", printed, folds=True)
        end = book.rows(sheet, columns, digest.old, end, printed, folded=True)
        causes += [(), *(line.entry.false_causes for line in digest.old)]
    if digest.folded:
        end = book.heading(sheet, end, f"持续无变化 {len(digest.folded)} 条：{_UNFOLD}", printed, folds=True)
        end = book.rows(sheet, columns, digest.folded, end, printed, folded=True)
        causes += [(), *(line.entry.false_causes for line in digest.folded)]
    if digest.errands:
        end = book.heading(sheet, end, f"交办事项 {len(digest.errands)} 条：{_ERRANDS}", printed)
        end = book.rows(sheet, errand_columns(columns, as_of), digest.errands, end, printed)
        causes += [(), *(() for _ in digest.errands)]
    book.frame(sheet, max(end, FIRST_ROW + 1), len(columns), printed)
    listed = [line.duty.delivered_on for line in rows] + [errand.delivered_on for errand in digest.errands]
    if digest.unread:
        _unread_sheet(book, unit, digest.unread)
    if digest.waiting:
        _waiting_sheet(book, unit, digest.waiting, as_of)
    evidence_sheet(book.sheet("证据明细"), entries, rulebook, book.styles)
    guide_sheet(book.sheet("填写说明"), rulebook, book.styles)
    if listed:
        _answers(book, sheet, [column.title for column in columns], causes, rulebook, min(listed), as_of)
    return book.content()


def county_workbook(digest: Digest[Entry], rulebook: Rulebook, as_of: date) -> bytes:
    """The list of the whole county: one row a warning, for reading, filtering and sorting."""
    hint = "办理期限为主办单位的期限；各单位的清单在同名文件夹中，回执只在单位清单中填写。"
    columns = county_columns(as_of)
    book = Book(rulebook.levels, as_of)
    sheet = book.sheet("全县清单")
    listed = [entry for entry in digest.rows if entry.lifted_on in (None, as_of)]
    said = tonight(digest, lambda entry: entry, lambda entry: entry.duties, as_of)
    book.head(sheet, "全县风险预警清单", counts(rulebook.levels, listed), hint, len(columns), said)
    book.titles(sheet, columns)
    end = book.rows(sheet, columns, digest.shown, FIRST_ROW, len(columns))
    if digest.ended:
        end = book.heading(sheet, end, f"已解除待销号 {len(digest.ended)} 条", len(columns))
        end = book.rows(sheet, columns, digest.ended, end, len(columns))
    if digest.old:
        end = book.heading(
            sheet, end, f"解除{LONG}日以上仍待销号 {len(digest.old)} 条，已折叠。", len(columns), folds=True
        )
        end = book.rows(sheet, columns, digest.old, end, len(columns), folded=True)
    if digest.folded:
        text = f"持续无变化或已销号 {len(digest.folded)} 条：已折叠，点本行左侧的“＋”（或左上角的“2”）展开。"
        end = book.heading(sheet, end, text, len(columns), folds=True)
        end = book.rows(sheet, columns, digest.folded, end, len(columns), folded=True)
    book.frame(sheet, end, len(columns), len(columns))
    evidence_sheet(book.sheet("证据明细"), digest.rows, rulebook, book.styles)
    return book.content()


def _unread_sheet(book: Book, unit: Unit, unread: Sequence[Unread]) -> None:
    sheet = book.sheet(_UNREAD)
    columns = unread_columns()
    hint = "没有收的行请改正后重新提交（只交改过的行也可以）；同一文件里其他的行已经收下。“行”是交来的表里的行号。"
    book.head(sheet, f"{unit.name} 回执未收", f"{len(unread)} 处", hint, len(columns))
    book.table(sheet, columns, unread, len(columns))


def _waiting_sheet(book: Book, unit: Unit, waiting: Sequence[Entry], as_of: date) -> None:
    sheet = book.sheet("候办")
    columns = waiting_columns(unit.id)
    hint = "本周办理量已满，这些预警排队候办：现在不必办、期限也未起算；腾出名额即按顺序下发，升为最重等级的当夜下发。"
    book.head(
        sheet, f"{unit.name} 候办", f"候办 {len(waiting)} 条，本单位周办理量 {unit.weekly} 条", hint, len(columns)
    )
    book.table(sheet, columns, waiting, len(columns))


def _answers(
    book: Book,
    sheet: Worksheet,
    titles: Sequence[str],
    causes: Sequence[tuple[str, ...]],
    rulebook: Rulebook,
    earliest: date,
    as_of: date,
) -> None:
    at = {title: titles.index(title) for title in RECEIPT_COLUMNS}
    rows = FIRST_ROW, FIRST_ROW + len(causes) - 1
    units = [each.name for each in sorted(rulebook.units.values(), key=lambda each: (each.sort, each.id))]
    choices = Choices(book.hidden, _CHOICES)
    receipt_cells(sheet, at, rows, causes, units, choices, earliest, as_of)
    untouched(sheet, rows, (0, at[RECEIPT_COLUMNS[0]] - 1))
    untouched(sheet, rows, (len(titles) - TAIL, len(titles) - 1))
