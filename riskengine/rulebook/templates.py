"""``rules/templates/*.docx``: the Word templates of formal papers, as an office left them, and what is wrong with one.

A template is looked at as text, paragraph by paragraph: it need not be opened with a Word library to know whether its placeholders
are those of its kind, and every command reads the rules.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

from riskengine.errors import Problem
from riskengine.model.paper import KINDS, LISTED, REQUIRED, PaperKind, placeholders

__all__ = ["Template", "check_template", "template_files"]

_FOLDER = "templates"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, ParseError, KeyError, ValueError, OSError, NotImplementedError, RuntimeError, EOFError,
    MemoryError,
)  # fmt: skip
_WORD = frozenset({".docx", ".doc", ".docm", ".dot", ".dotx", ".dotm", ".wps", ".wpt", ".odt", ".rtf"})
_LARGEST = 20 * 1024 * 1024
_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes)\.xml")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WIDE = re.compile(r"｛[｛%％]|[%％｝]｝|\{\s+\{|\}\s+\}|\{％|％\}")
_NAME = r"([A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*)"
_TOKEN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_SHOWN = re.compile(rf"\{{\{{\s*{_NAME}\s*\}}\}}")
_TAG = re.compile(
    rf"\{{%((?:p|tr)?)\s+(?:(for)\s+{_NAME}\s+in\s+{_NAME}|(if)\s+(?:not\s+)?{_NAME}|(else|endif|endfor))\s*%\}}"
)
_HALF = re.compile(r"[{}]")  # a single one, too: the renderer takes it together with the next


@dataclass(frozen=True)
class Template:
    """One file of ``rules/templates``. ``file``: where it lies, ``rules/templates/督办函.docx``."""

    file: str
    content: bytes

    @property
    def kind(self) -> PaperKind | None:
        """Which papers are written with it; None where its name is that of no kind."""
        return next((each for each in KINDS if self.file.endswith(f"/{each}.docx")), None)


def template_files(rules: Path) -> list[tuple[str, Path]]:
    """``(path relative to rules/, path)`` of all Word templates, sorted; what Word keeps while a file is open (``~$…``) left out.

    Files of other programs and older versions of Word are among them: whoever saved one meant it to count.
    """
    lying = (rules / _FOLDER).glob("*")
    found = [path for path in lying if path.suffix.lower() in _WORD and path.name[0] not in ".~" and path.is_file()]
    return sorted((path.relative_to(rules).as_posix(), path) for path in found)


def check_template(template: Template) -> list[Problem]:
    """What keeps papers from being written with it; the line of a problem is the paragraph, counted from 1."""
    kind = template.kind
    if kind is None:
        usable = "、".join(f"{each}.docx" for each in KINDS)
        name = template.file.rsplit("/", 1)[-1]
        message = (
            f"没有叫“{name}”的公文模板，只认：{usable}。请改名，或移出 rules/templates。"
            if name.endswith(".docx")
            else f"“{name}”不是 .docx 文件。请用 Word 或 WPS 另存为“Word 文档（.docx）”，只认：{usable}；原来的移出 rules/templates。"
        )
        return [Problem(template.file, 1, 1, "E935", message)]
    try:
        paragraphs = _paragraphs(template.content)
    except _BROKEN as error:
        why = str(error) if isinstance(error, _Unfit) else "不是 Word 文档（.docx）或已损坏"
        message = f"{why}。请用 Word 或 WPS 打开，另存为“Word 文档（.docx）”、不加密码，再放回来。"
        return [Problem(template.file, 1, 1, "E936", message)]
    marks: list[_Mark] = []
    unread = [Problem(template.file, at, 1, "E937", message) for at, message in _read(paragraphs, marks)]
    return unread or list(_named(template.file, kind, marks))


class _Unfit(ValueError):
    """Says, in Chinese, why an archive is no template."""


@dataclass(frozen=True)
class _Paragraph:
    """``cell``: of the table or text box that it stands in, and of the part of the document; a ``for`` ends where it began."""

    text: str
    cell: tuple[str, ...]


def _paragraphs(content: bytes) -> list[_Paragraph]:
    """Every paragraph, headers and footers behind the body; what Word split into runs is put together."""
    if len(content) > _LARGEST:
        raise _Unfit("文件超过20兆字节")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if _PARTS.fullmatch(name)]
        if "word/document.xml" not in names:
            raise _Unfit("不是 Word 文档（.docx），里面没有正文")
        if any("vbaProject" in name for name in archive.namelist()):
            raise _Unfit("文档里带宏")
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
            raise _Unfit("文档内容超过20兆字节")
        if archive.testzip() is not None:
            raise _Unfit("文件已损坏")
        names.sort(key=lambda name: (name != "word/document.xml", name))
        return [each for name in names for each in _walked(fromstring(archive.read(name)), (name,))]


def _walked(element: Element, cell: tuple[str, ...]) -> Iterator[_Paragraph]:
    """The paragraphs below ``element`` in their order; one that holds others (a text box) before those."""
    for nth, child in enumerate(element):
        if child.tag == f"{_W}p":
            yield _Paragraph("".join(_texts(child)), cell)
        inside = child.tag in (f"{_W}tc", f"{_W}txbxContent")
        yield from _walked(child, (*cell, f"{len(cell)}.{nth}.{id(child)}") if inside else cell)


def _texts(paragraph: Element) -> Iterator[str]:
    for child in paragraph:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}br", f"{_W}tab", f"{_W}cr"):
            yield " "
        elif child.tag != f"{_W}p":
            yield from _texts(child)


@dataclass(frozen=True)
class _Mark:
    """One placeholder or tag. ``word``: show, for, if, else, endif or endfor; ``own``: what a ``for`` calls each of its lines."""

    paragraph: int
    word: str
    name: str = ""
    own: str = ""
    cell: tuple[str, ...] = ()


def _read(paragraphs: list[_Paragraph], marks: list[_Mark]) -> Iterator[tuple[int, str]]:
    """Fill ``marks``; what cannot be read: its paragraph, and what to do.

    The grammar is a part of what the renderer knows: names, ``for`` and ``if``. Whatever passes can be rendered.
    """
    open_tags: list[tuple[str, _Mark]] = []
    for number, paragraph in enumerate(paragraphs, start=1):
        text = paragraph.text
        at = f"第{number}段“{_short(text)}”"
        if wide := _WIDE.search(text):
            yield number, f"{at}里的“{wide[0]}”应是英文半角、中间不空格的花括号和百分号，如 {{{{ 文号 }}}}。请改正。"
            continue
        tokens = _TOKEN.findall(text)
        rest = _TOKEN.sub("", text)
        if _HALF.search(rest):
            yield number, f"{at}里的花括号没有成对。占位符写成 {{{{ 文号 }}}}，前后各两个花括号，不跨段。请改正。"
            continue
        inside = len(open_tags)
        for token in tokens:
            if token.startswith("{#"):
                continue
            if found := _SHOWN.fullmatch(token):
                marks.append(_Mark(number, "show", found[1]))
                continue
            tag = _TAG.fullmatch(token)
            if tag is None:
                usable = "花括号里只能写一个名称，或 for … in …、if …、else、endif、endfor"
                yield number, f"{at}里的 {token} 读不懂：{usable}。请改正。"
                continue
            if tag[1] and (len(tokens) > 1 or rest.strip()):
                yield number, f"{at}：{token} 须独占一段，不能与别的文字同段。请另起一段。"
            mark = _Mark(number, tag[2] or tag[5] or tag[7], tag[4] or tag[6] or "", tag[3] or "", paragraph.cell)
            marks.append(mark)
            if mark.word in ("for", "if"):
                open_tags.append((tag[1], mark))
                continue
            prefix, first = open_tags[-1] if open_tags else ("", mark)
            if first is mark or (tag[1], mark.word) not in _fitting(prefix, first):
                asked = "请检查 for 与 endfor、if 与 endif 是否成对、写法是否一致"
                yield number, f"{at}：{token} 前面没有与它成对的标记。{asked}。"
                continue
            if prefix == "p" and first.cell != mark.cell:
                yield (
                    number,
                    f"{at}：{token} 与第{first.paragraph}段的 {first.word} 不在同一个格子里。请把它们放在一起。",
                )
            if mark.word != "else":
                open_tags.pop()
        for prefix, mark in open_tags[inside:]:
            if not prefix:
                yield number, f"{at}：{mark.word} 没有在本段结束。跨段的标记写成 {{%p {mark.word} … %}}，并独占一段。"
        open_tags = [each for each in open_tags if each[0]]
    for _, mark in open_tags:
        end = f"{{%p end{mark.word} %}}"
        yield mark.paragraph, f"第{mark.paragraph}段的 {mark.word} {mark.name} 没有结束。请在后面补上 {end}。"


def _fitting(prefix: str, mark: _Mark) -> tuple[tuple[str, str], ...]:
    return ((prefix, f"end{mark.word}"), *(((prefix, "else"),) if mark.word == "if" else ()))


def _named(file: str, kind: PaperKind, marks: list[_Mark]) -> Iterator[Problem]:
    """Placeholders that nobody fills and those that are not there."""
    known = placeholders(kind)
    own: list[str] = []
    for mark in marks:
        if mark.word == "endfor":
            own.pop()
        if mark.word == "for":
            own.append(mark.own)
            if mark.name not in LISTED:
                listed = "、".join(sorted(LISTED))
                message = f"“{mark.name}”不是多条的，不能写在 for … in 后面；可以写的有：{listed}。请改正。"
                yield Problem(file, mark.paragraph, 1, "E939", message)
        elif mark.name and mark.name not in known and mark.name not in own:
            near = get_close_matches(mark.name, sorted(known), 1, 0.5)
            told = f"，是否想写“{near[0]}”？" if near else f"。{kind}可用的有：{'、'.join(sorted(known))}。"
            yield Problem(
                file, mark.paragraph, 1, "E939", f"第{mark.paragraph}段的占位符“{mark.name}”没有内容可填{told}"
            )
    shown = {mark.name for mark in marks if mark.word in ("show", "for")}
    for name in REQUIRED[kind]:
        if name not in shown:
            at = (
                f"{{{{ {name} }}}}"
                if name not in LISTED
                else f"{{%p for 项 in {name} %}}、{{{{ 项 }}}}、{{%p endfor %}} 三段"
            )
            message = f"缺少占位符“{name}”，{kind}里必须写明。请在 Word 里补上 {at}。"
            yield Problem(file, 1, 1, "E938", message)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 30 else f"{plain[:30]}…"
