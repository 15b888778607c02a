"""A paper as a file: the same bytes for the same values, everything that was brought in stays text, no clock, no editor's name."""

import io
import re
import zipfile
from datetime import date

import pytest
from docx import Document

from riskengine.intervene.papers.blank import blank
from riskengine.intervene.papers.render import Lines, render
from riskengine.model.paper import KINDS, OPTIONAL, REQUIRED

DAY = date(2026, 6, 30)
NASTY = (
    '<b>粗</b> & "引" {{ 7*7 }} {{7*7}} {% for x in y %} {%p endif %} {#注#} ]]> \x00\x07\x0b\x0c\t末 </w:t></w:r> =1+1'
)


def values(kind, **own):
    found = {name: f"〔{name}〕" for name in (*OPTIONAL, *REQUIRED[kind])}
    return found | {name: Lines([f"〔{name}一〕", f"〔{name}二〕"]) for name in ("注意事项", "建议措施", "证据")} | own


def text(content):
    paper = Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in paper.paragraphs), *cells])


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_says_everything_that_its_kind_must(kind):
    content, theirs = render(kind, blank(kind), values(kind), DAY, "综治中心")
    said = text(content)
    assert theirs
    for name in REQUIRED[kind]:
        for each in values(kind)[name] if name in ("注意事项", "建议措施") else (f"〔{name}〕",):
            assert each in said, name
    assert "{" not in said and "}" not in said
    assert kind in said and "内部工作等级" in said and "警报" not in said


def test_the_same_values_give_the_same_bytes_and_no_clock():
    one, two = (render("督办函", blank("督办函"), values("督办函"), DAY, "综治中心")[0] for _ in range(2))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core) == ["2026-06-30T00:00:00Z"] * 2


def test_the_name_of_whoever_edited_the_template_does_not_leave_with_the_paper():
    paper = Document(io.BytesIO(blank("督办函")))
    paper.core_properties.author = paper.core_properties.last_modified_by = "某某"
    kept = io.BytesIO()
    paper.save(kept)
    with zipfile.ZipFile(
        io.BytesIO(render("督办函", kept.getvalue(), values("督办函"), DAY, "综治中心")[0])
    ) as archive:
        assert "某某" not in archive.read("docProps/core.xml").decode()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_brought_in_stays_text(kind):
    names = (*OPTIONAL, *REQUIRED[kind])
    brought = {name: NASTY for name in names} | {
        name: Lines([NASTY, NASTY]) for name in ("注意事项", "建议措施", "证据")
    }
    content, theirs = render(kind, blank(kind), brought, DAY, NASTY)
    said = text(content)
    assert theirs
    assert '<b>粗</b> & "引" {{ 7*7 }} {{7*7}} {% for x in y %} {%p endif %} {#注#} ]]>' in said
    assert "</w:t></w:r> =1+1" in said and "49" not in said


def test_several_sentences_where_only_the_name_stands_are_one_below_the_other():
    paper = Document(io.BytesIO(blank("督办函")))
    paper.add_paragraph("{{ 建议措施 }}")
    kept = io.BytesIO()
    paper.save(kept)
    content, _ = render("督办函", kept.getvalue(), values("督办函"), DAY, "综治中心")
    assert "〔建议措施一〕\n〔建议措施二〕" in text(content)


def test_where_a_template_is_missing_or_cannot_be_filled_the_built_in_one_is_used():
    for broken in (None, b"no zip", blank("督办函")[:-40]):
        content, theirs = render("督办函", broken, values("督办函"), DAY, "综治中心")
        assert not theirs and "〔文号〕" in text(content)
