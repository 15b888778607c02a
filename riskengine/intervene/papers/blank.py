"""The templates of formal papers that the engine ships, made with python-docx; an office goes on editing the files in Word.

``python -m riskengine.intervene.papers.blank rules/templates`` writes them. They also stand in where a workspace has no template of a kind.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from docx import Document as new_document
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from riskengine.intervene.archive import same_bytes
from riskengine.model.paper import KINDS, PaperKind

__all__ = ["blank"]

_BODY, _HEADING, _TITLE = "仿宋", "黑体", "宋体"
_RED = RGBColor(0xC0, 0, 0)
_INTERNAL = "内部工作文件，不对外发布"
_CLOSE = {
    "风险提示函": "请结合职责认真研究，按上述期限办理并反馈办理情况。",
    "督办函": "请于{{ 反馈期限 }}前将办理情况书面反馈{{ 出文单位 }}。逾期仍未办结的，将按规定约谈。",
    "约谈通知": "请贵单位主要负责同志牵头准备情况说明，于{{ 反馈期限 }}前到{{ 出文单位 }}接受约谈，并提交书面整改安排。具体时间、地点另行电话通知。",
    "销号回执": "请继续关注，防止反弹。",
}
_OPEN = {
    "风险提示函": "经研判，你单位负责的下列事项风险持续，现予提示。",
    "督办函": "下列事项尚未按要求办结，现予督办。",
    "约谈通知": "下列事项持续没有消除，现通知约谈。",
    "销号回执": "下列事项办理完毕，已予销号，特此回执。",
}


@cache
def blank(kind: PaperKind) -> bytes:
    """The .docx template of ``kind``; the same bytes every time."""
    paper = new_document()
    _set_up(paper, kind)
    _line(paper, "{{ 出文单位 }}", "Title", colour=_RED)
    _rule(_line(paper, "{{ 文号 }}", "Subtitle"))
    _line(paper, kind, "Heading 1")
    _line(paper, "{{ 主送 }}：", "Body Text", indent=False)
    _line(paper, _OPEN[kind], "Body Text")
    _facts(paper, _rows(kind))
    _listed(paper, "一、注意事项", "注意事项")
    _listed(paper, "二、建议措施", "建议措施")
    if kind != "销号回执":
        _line(paper, "{%p if 证据 %}", "Body Text")
        _listed(paper, "三、主要依据", "证据")
        _line(paper, "{%p endif %}", "Body Text")
    _line(paper, _CLOSE[kind], "Body Text")
    for text in ("{{ 出文单位 }}", "{{ 出文日期 }}"):
        signed = _line(paper, text, "Body Text", indent=False)
        signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        signed.paragraph_format.right_indent = Pt(32)
        signed.paragraph_format.keep_with_next = text != "{{ 出文日期 }}"
        if text == "{{ 出文单位 }}":
            signed.paragraph_format.space_before = Pt(18)
    _line(paper, "{%p if 抄送 %}", "Caption")
    _rule(_line(paper, "抄送：{{ 抄送 }}", "Caption"), above=True)
    _line(paper, "{%p endif %}", "Caption")
    return same_bytes(paper)


def _rows(kind: PaperKind) -> Sequence[tuple[str, str]]:
    about = (
        ("事项", "{{ 对象 }}"),
        ("编号", "{{ 编号 }}"),
        ("类别", "{{ 类别 }}"),
        ("内部工作等级", "{{ 等级 }}"),
        ("开始时间", "{{ 开始时间 }}"),
        ("影响范围", "{{ 影响范围 }}"),
    )
    if kind == "销号回执":
        return (
            *about,
            ("核查结果", "{{ 核查结果 }}"),
            ("处置情况", "{{ 处置情况 }}"),
            ("销号", "{{ 销号日期 }}，{{ 销号单位 }}"),
        )
    why = (
        ("事由", "{{ 事由 }}"),
        ("基本情况", "{{ 情况 }}"),
        ("办理期限", "{{ 期限 }}"),
        ("期限依据", "{{ 期限依据 }}"),
    )
    return (*about, *why) if kind == "风险提示函" else (*about, *why, ("反馈期限", "{{ 反馈期限 }}"))


def _set_up(paper: Document, kind: PaperKind) -> None:
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin = Cm(3.0), Cm(2.6)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    centre = WD_ALIGN_PARAGRAPH.CENTER
    for name, font, size, bold, align in (
        ("Normal", _BODY, 14, False, None),
        ("Body Text", _BODY, 16, False, None),
        ("Title", _TITLE, 28, True, centre),
        ("Subtitle", _BODY, 14, False, centre),
        ("Heading 1", _TITLE, 22, True, centre),
        ("Heading 2", _HEADING, 16, False, None),
        ("Caption", _BODY, 12, False, None),
        ("Footer", _BODY, 10.5, False, centre),
    ):
        style = paper.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(script), font)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
            style.element.pPr.remove(border)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0), Pt(0)
        if align is not None:
            style.paragraph_format.alignment = align
    for name, before, after, points in (
        ("Body Text", 0, 0, 28),
        ("Heading 1", 14, 14, 30),
        ("Heading 2", 8, 2, 28),
        ("Title", 0, 10, 40),
        ("Subtitle", 0, 8, 22),
    ):
        style = paper.styles[name]
        assert isinstance(style, ParagraphStyle)
        shape = style.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(points)
    page.footer.paragraphs[0].style = paper.styles["Footer"]
    page.footer.paragraphs[0].add_run(f"{_INTERNAL}。所称等级为内部工作等级。")
    told = paper.core_properties
    told.title, told.author, told.comments, told.last_modified_by = kind, "", _INTERNAL, ""
    told.created = told.modified = datetime(2026, 1, 1)  # noqa: DTZ001 - a file format without time zones


def _line(paper: Document, text: str, style: str, *, indent: bool = True, colour: RGBColor | None = None) -> Paragraph:
    paragraph = paper.add_paragraph(style=style)
    run = paragraph.add_run(text)
    if colour is not None:
        run.font.color.rgb = colour
    if style == "Body Text" and indent and not text.startswith("{%"):
        paragraph.paragraph_format.first_line_indent = Pt(32)
    return paragraph


def _rule(paragraph: Paragraph, *, above: bool = False) -> None:
    """A red line below the number, as the head of a letter has it; a thin black one above the copies."""
    borders = OxmlElement("w:pBdr")
    edge = OxmlElement("w:top" if above else "w:bottom")
    for key, value in (
        ("val", "single"),
        ("sz", "6" if above else "18"),
        ("space", "4"),
        ("color", "000000" if above else "C00000"),
    ):
        edge.set(qn(f"w:{key}"), value)
    borders.append(edge)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    if above:
        paragraph.paragraph_format.space_before = Pt(24)


def _facts(paper: Document, rows: Sequence[tuple[str, str]]) -> None:
    grid = paper.add_table(rows=0, cols=2)
    grid.style = "Table Grid"
    grid.autofit = False
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for title, text in rows:
        cells = grid.add_row().cells
        for cell, width, words, font in zip(cells, (3.6, 12.0), (title, text), (_HEADING, None), strict=True):
            cell.width = Cm(width)
            run = cell.paragraphs[0].add_run(words)
            run.font.size = Pt(14)
            if font:
                run.font.name = font
                run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
            shape = cell.paragraphs[0].paragraph_format
            shape.space_before = shape.space_after = Pt(3)
    for row in grid.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for column, width in zip(grid.columns, (3.6, 12.0), strict=True):
        column.width = Cm(width)


def _listed(paper: Document, heading: str, name: str) -> None:
    head = _line(paper, heading, "Heading 2")
    head.paragraph_format.first_line_indent = Pt(32)
    head.paragraph_format.keep_with_next = True
    _line(paper, f"{{%p for 项 in {name} %}}", "Body Text")
    _line(paper, "{{ 项 }}", "Body Text")
    _line(paper, "{%p endfor %}", "Body Text")


if __name__ == "__main__":
    for each in KINDS:
        (Path(sys.argv[1]) / f"{each}.docx").write_bytes(blank(each))
