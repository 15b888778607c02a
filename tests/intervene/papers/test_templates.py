"""What `riskengine check` says of a Word template that an office has spoiled, and that templates are part of the rules."""

import io
import random
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from riskengine.errors import RulesInvalid
from riskengine.intervene.papers.blank import blank
from riskengine.intervene.papers.render import Lines, render
from riskengine.model.paper import KINDS, LISTED, OPTIONAL, REQUIRED, placeholders
from riskengine.night import _seal_rules
from riskengine.rulebook.load import load, rules_hash
from riskengine.rulebook.sealed import load_sealed
from riskengine.rulebook.templates import Template, check_template, template_files
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[3]
FILE = "rules/templates/督办函.docx"


def changed(change, kind="督办函"):
    paper = Document(io.BytesIO(blank(kind)))
    change(paper)
    kept = io.BytesIO()
    paper.save(kept)
    return kept.getvalue()


def without(name):
    def change(paper):
        for cell in (cell for row in paper.tables[0].rows for cell in row.cells):
            for run in cell.paragraphs[0].runs:
                run.text = run.text.replace(f"{{{{ {name} }}}}", "")
        for paragraph in paper.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace(f"{{{{ {name} }}}}", "")

    return change


def saying(text):
    return lambda paper: paper.add_paragraph(text)


MISTAKES = {
    "a lost placeholder": (
        changed(without("影响范围")),
        "1:1: E938 缺少占位符“影响范围”，督办函里必须写明。请在 Word 里补上 {{ 影响范围 }}。",
    ),
    "a name that nobody fills": (
        changed(saying("{{ 联系人 }}")),
        "48:1: E939 第48段的占位符“联系人”没有内容可填。督办函可用的有："
        + "、".join(sorted(placeholders("督办函")))
        + "。",
    ),
    "a slip in a name": (
        changed(saying("{{ 反馈期 }}")),
        "48:1: E939 第48段的占位符“反馈期”没有内容可填，是否想写“反馈期限”？",
    ),
    "one brace": (
        changed(saying("请于{{ 反馈期限 }前反馈")),
        "48:1: E937 第48段“请于{{ 反馈期限 }前反馈”里的花括号没有成对。占位符写成 {{ 文号 }}，前后各两个花括号，不跨段。请改正。",
    ),
    "full-width braces": (
        changed(saying("｛｛ 文号 ｝｝")),
        "48:1: E937 第48段“｛｛ 文号 ｝｝”里的“｛｛”应是英文半角、中间不空格的花括号和百分号，如 {{ 文号 }}。请改正。",
    ),
    "a sum": (
        changed(saying("{{ 7*7 }}")),
        "48:1: E937 第48段“{{ 7*7 }}”里的 {{ 7*7 }} 读不懂：花括号里只能写一个名称，或 for … in …、if …、else、endif、endfor。请改正。",
    ),
    "a way into the program": (
        changed(saying("{{ 文号.__class__ }}")),
        "48:1: E937 第48段“{{ 文号.__class__ }}”里的 {{ 文号.__class__ }} 读不懂："
        "花括号里只能写一个名称，或 for … in …、if …、else、endif、endfor。请改正。",
    ),
    "a for without its end": (
        changed(saying("{%p for 项 in 证据 %}")),
        "48:1: E937 第48段的 for 证据 没有结束。请在后面补上 {%p endfor %}。",
    ),
    "an end without its for": (
        changed(saying("{%p endfor %}")),
        "48:1: E937 第48段“{%p endfor %}”：{%p endfor %} 前面没有与它成对的标记。请检查 for 与 endfor、if 与 endif 是否成对、写法是否一致。",
    ),
    "a tag of a paragraph among words": (
        changed(saying("附：{%p if 抄送 %}{{ 抄送 }}{%p endif %}")),
        None,
    ),
    "a for over one word": (
        changed(
            lambda paper: [paper.add_paragraph(each) for each in ("{%p for 字 in 文号 %}", "{{ 字 }}", "{%p endfor %}")]
        ),
        "48:1: E939 “文号”不是多条的，不能写在 for … in 后面；可以写的有：建议措施、注意事项、证据。请改正。",
    ),
    "no Word file": (
        b"\xd0\xcf\x11\xe0 an old .doc",
        "1:1: E936 不是 Word 文档（.docx）或已损坏。请用 Word 或 WPS 打开，另存为“Word 文档（.docx）”、不加密码，再放回来。",
    ),
    "an empty file": (
        b"",
        "1:1: E936 不是 Word 文档（.docx）或已损坏。请用 Word 或 WPS 打开，另存为“Word 文档（.docx）”、不加密码，再放回来。",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_spoiled_template_is_told_with_its_paragraph_and_what_to_do(mistake):
    content, told = MISTAKES[mistake]
    found = [str(each) for each in check_template(Template(FILE, content))]
    if told is None:
        assert len(found) == 2 and all("须独占一段" in each for each in found)
    else:
        assert found == [f"{FILE}:{told}"]


def test_every_required_placeholder_is_missed():
    for name in set(REQUIRED["销号回执"]) - LISTED:
        [problem] = check_template(Template("rules/templates/销号回执.docx", changed(without(name), "销号回执")))
        assert problem.code == "E938" and f"“{name}”" in problem.message


def test_a_zip_that_is_no_word_file_and_one_with_macros_are_refused():
    def archive(*names):
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as made:
            for name in names:
                made.writestr(name, "<x/>")
        return kept.getvalue()

    assert "里面没有正文" in check_template(Template(FILE, archive("xl/workbook.xml")))[0].message
    assert (
        "文档里带宏" in check_template(Template(FILE, archive("word/document.xml", "word/vbaProject.bin")))[0].message
    )


def test_a_template_of_an_unknown_kind_is_named():
    [problem] = check_template(Template("rules/templates/督办函（新）.docx", blank("督办函")))
    assert str(problem) == (
        "rules/templates/督办函（新）.docx:1:1: E935 没有叫“督办函（新）.docx”的公文模板，"
        "只认：风险提示函.docx、督办函.docx、约谈通知.docx、销号回执.docx。请改名，或移出 rules/templates。"
    )


def test_a_template_saved_for_another_program_is_not_passed_over(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "督办函.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    [(name, path)] = template_files(tmp_path)
    [problem] = check_template(Template(f"rules/{name}", path.read_bytes()))
    assert str(problem) == (
        "rules/templates/督办函.doc:1:1: E935 “督办函.doc”不是 .docx 文件。请用 Word 或 WPS 另存为“Word 文档（.docx）”，"
        "只认：风险提示函.docx、督办函.docx、约谈通知.docx、销号回执.docx；原来的移出 rules/templates。"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_word_splits_into_runs_is_one_placeholder(kind):
    def split(paper):
        for paragraph in paper.paragraphs:
            if "{{ 文号 }}" in paragraph.text:
                paragraph.runs[0].text = "{{ 文"
                paragraph.add_run("号 }")
                paragraph.add_run("}")

    assert check_template(Template(f"rules/templates/{kind}.docx", changed(split, kind))) == []
    values = dict.fromkeys((*REQUIRED[kind], *OPTIONAL), "值") | {"文号": "云综督〔2026〕1号"}
    content, theirs = render(kind, changed(split, kind), values, date(2026, 6, 30), "综治中心")
    assert theirs and "云综督〔2026〕1号" in "".join(each.text for each in Document(io.BytesIO(content)).paragraphs)


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_templates_are_the_ones_that_the_engine_makes(kind):
    """Their words: another release of python-docx may bring other styles."""
    shipped = (ROOT / "rules" / "templates" / f"{kind}.docx").read_bytes()
    assert check_template(Template(f"rules/templates/{kind}.docx", shipped)) == []
    assert members(shipped)["word/document.xml"] == members(blank(kind))["word/document.xml"]
    for word in ("警报", "预警发布", "发布预警"):
        assert word not in members(shipped)["word/document.xml"].decode()
    assert "内部工作等级" in members(shipped)["word/document.xml"].decode()


def test_what_passes_the_check_can_be_filled():
    """Words put in and cut off at random places: either the check says so, or the paper is written with the office's own template."""
    rng = random.Random(5)
    with zipfile.ZipFile(io.BytesIO(blank("督办函"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    values = {name: Lines(["一", "二"]) if name in LISTED else "值" for name in (*REQUIRED["督办函"], *OPTIONAL)}
    filled = 0
    for _ in range(150):
        text = parts["word/document.xml"].decode()
        for _ in range(rng.randint(1, 2)):
            place = rng.choice(list(re.finditer(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", text)))
            at, put = rng.randrange(len(place[1]) + 1), rng.choice(PUT)
            text = text[: place.start(1)] + place[1][:at] + put + rng.choice((place[1][at:], "")) + text[place.end(1) :]
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as archive:
            for name, part in (parts | {"word/document.xml": text.encode()}).items():
                archive.writestr(name, part)
        if not check_template(Template(FILE, kept.getvalue())):
            assert render("督办函", kept.getvalue(), values, date(2026, 6, 30), "综治中心")[1]
            filled += 1
    assert filled > 5


PUT = (
    "{", "}", "{{", "%}", "{% if 抄送 %}", "{% endif %}", "{%p if 抄送 %}", "{%p endif %}", "{%p endfor %}", "{{ 项 }}", "{{ 证据 }}",
    "{%p for 项 in 证据 %}", "{%tr if 证据 %}", "{%tr endif %}", "{# 注 #}", "{% else %}", "</w:t></w:r><w:r><w:t>", "", "&lt;",
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = tmp_path_factory.mktemp("templates")
    shutil.copytree(ROOT / "rules", root / "rules")
    return Workspace.at(root)


def test_templates_are_part_of_the_rules(workspace):
    """Of their version, of what is kept of a night, and of what keeps a night from beginning."""
    template = workspace.rules / "templates" / "督办函.docx"
    kept, before = template.read_bytes(), rules_hash(workspace.rules)
    (workspace.rules / "templates" / "~$督办函.docx").write_bytes(b"what Word keeps while a file is open")
    assert rules_hash(workspace.rules) == before
    rulebook = load(workspace)
    _seal_rules(workspace, rulebook)
    template.write_bytes(changed(saying("另行通知。")))
    assert rules_hash(workspace.rules) != before
    assert load(workspace).templates["督办函"] != kept
    assert load_sealed(workspace, before).templates["督办函"] == kept
    template.write_bytes(changed(without("文号")))
    with pytest.raises(RulesInvalid, match="E938 缺少占位符“文号”"):
        load(workspace)
    template.unlink()
    assert "督办函" not in load(workspace).templates
    assert len(template_files(workspace.rules)) == 3
    template.write_bytes(kept)
