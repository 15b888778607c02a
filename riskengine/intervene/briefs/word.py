"""A brief as a Word file that an office can go on editing: A4, Chinese fonts by name, real headings and tables."""

from __future__ import annotations

from docx import Document as new_document
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell

from riskengine.intervene.archive import same_bytes
from riskengine.intervene.briefs.compose import Brief, Table

__all__ = ["as_word"]

_BODY, _HEADING, _TITLE = "仿宋", "黑体", "宋体"
_PAGE = 15.6  # cm between the margins
_CHARACTER, _MARGINS = 0.37, 0.45  # cm: a character of 10.5 points, what a cell keeps free
_SHORT, _WHOLE = 14, 7.5  # characters: of a short column, and so many stand in one line


def as_word(brief: Brief) -> bytes:
    """The .docx; the same brief gives the same bytes."""
    paper = new_document()
    _set_up(paper, brief)
    title = paper.add_paragraph(style="Title")
    title.add_run(brief.title)
    for text in (brief.subtitle, brief.internal):
        paper.add_paragraph(text, style="Subtitle")
    for section in brief.sections:
        paper.add_heading(section.heading, level=1)
        for sentence in section.sentences:
            paper.add_paragraph(sentence, style="Body Text")
        for table in section.tables:
            _add(paper, table)
    paper.add_paragraph(brief.footer, style="Caption")
    return same_bytes(paper)


def _set_up(paper: Document, brief: Brief) -> None:
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.7)
    page.top_margin, page.bottom_margin = Cm(2.8), Cm(2.4)
    styles = paper.styles
    for name, font, size, bold, align in (
        ("Normal", _BODY, 12, False, None),
        ("Body Text", _BODY, 14, False, None),
        ("Title", _TITLE, 22, True, WD_ALIGN_PARAGRAPH.CENTER),
        ("Subtitle", _BODY, 12, False, WD_ALIGN_PARAGRAPH.CENTER),
        ("Heading 1", _HEADING, 15, False, None),
        ("Caption", _BODY, 10.5, False, None),
    ):
        style = styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size, style.font.bold, style.font.italic = font, Pt(size), bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(script), font)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(0), Pt(4)
        if align is not None:
            style.paragraph_format.alignment = align
    title = styles["Title"]
    for border in title.element.pPr.findall(qn("w:pBdr")):
        title.element.pPr.remove(border)
    body = styles["Body Text"]
    assert isinstance(body, ParagraphStyle)
    body.paragraph_format.first_line_indent, body.paragraph_format.line_spacing = Pt(28), 1.4
    heading = styles["Heading 1"]
    assert isinstance(heading, ParagraphStyle)
    heading.paragraph_format.space_before = Pt(10)
    paper.core_properties.title = f"{brief.title} {brief.subtitle}"
    paper.core_properties.author = "riskengine"
    paper.core_properties.comments = brief.internal


def _add(paper: Document, table: Table) -> None:
    caption = paper.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    grid = paper.add_table(rows=1, cols=len(table.head))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    widths = _widths(table)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)  # for LibreOffice and WPS; Word reads the cells' own
    for row, bold in ((table.head, True), *((row, False) for row in table.rows)):
        cells = grid.rows[0].cells if bold else grid.add_row().cells
        for at, text in enumerate(row):
            cells[at].width = Cm(widths[at])
            _write(cells[at], text, bold=bold, right=at in table.numbers)
    head = grid.rows[0]._tr.get_or_add_trPr()
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head.append(repeated)
    for each in grid.rows:
        whole = OxmlElement("w:cantSplit")
        each._tr.get_or_add_trPr().append(whole)
    paper.add_paragraph().paragraph_format.space_after = Pt(2)


def _write(cell: _Cell, text: str, *, bold: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(10.5), bold
    paragraph.paragraph_format.space_after = Pt(0)
    if bold:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "E8ECF1")
        cell._tc.get_or_add_tcPr().append(shade)
    elif right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _widths(table: Table) -> list[float]:
    """In cm: short columns get what their words need, so that no name is set one character a line; the long ones share the rest."""
    longest = [max(len(row[at]) for row in (table.head, *table.rows)) for at in range(len(table.head))]
    needed = {at: min(each, _WHOLE) * _CHARACTER + _MARGINS for at, each in enumerate(longest) if each <= _SHORT}
    rest = {at: min(40, each) for at, each in enumerate(longest) if at not in needed}
    left = max(_PAGE - sum(needed.values()), _PAGE / 3) if rest else 0.0
    widths = [needed[at] if at in needed else left * rest[at] / sum(rest.values()) for at in range(len(longest))]
    return [_PAGE * each / sum(widths) for each in widths]
