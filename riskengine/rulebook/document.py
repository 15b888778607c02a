"""One YAML file as plain values, with the line and column of every key and value. What YAML would guess is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.resolver import implicit_resolvers

from riskengine.errors import Problem

CParser: Any
try:
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
except ImportError:  # libyaml is an extra of ruamel.yaml
    CParser = None

__all__ = ["Document", "Location", "Step", "document_of", "read_document", "read_text"]

_SIZE = 5 * 1024 * 1024
_DEPTH = 30
_INSTEAD = "请把内容直接写出来；文字里有这些符号时加引号。"
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks to libyaml (YAML 1.1) and not to YAML 1.2."""
_WIDE_COLON = re.compile(r"\s*(?:- +)?[A-Za-z_]+ *：")
_RESOLVERS: dict[str, list[tuple[str, Any]]] = {}
for _versions, _tag, _pattern, _first in implicit_resolvers:
    for _char in _first if (1, 2) in _versions else ():
        _RESOLVERS.setdefault(_char, []).append((_tag.rsplit(":", 1)[-1], _pattern))

Step = str | int | date | float | bool | None
Location = tuple[Step, ...]


@dataclass
class Document:
    """``data``: dicts, lists, str, int, float, bool, date, None. ``problems``: why it may be None or incomplete."""

    file: str
    data: object = None
    problems: list[Problem] = field(default_factory=list)
    keys: dict[Location, tuple[int, int]] = field(default_factory=dict)
    values: dict[Location, tuple[int, int]] = field(default_factory=dict)
    inline: set[Location] = field(default_factory=set)

    def position(self, where: Location, offset: int = 0) -> tuple[int, int]:
        """Line and column of the key at ``where`` (of the nearest thing around it when it is not written).

        With ``offset`` the column of that character of the value itself, as far as the value stands on one line.
        """
        if offset and where in self.inline:
            line, column = self.values[where]
            return line, column + offset - 1
        for end in range(len(where), -1, -1):
            found = self.keys.get(where[:end]) or self.values.get(where[:end])
            if found is not None:
                return found
        return 1, 1

    def problem(self, where: Location, code: str, message: str, offset: int = 0) -> Problem:
        """A problem at ``where``."""
        return Problem(self.file, *self.position(where, offset), code, message)


def read_text(path: Path, file: str) -> tuple[str, Problem | None]:
    """The text of a rule file (UTF-8, with or without BOM, at most 5 MB), or why there is none."""
    try:
        if path.stat().st_size > _SIZE:
            return "", Problem(file, 1, 1, "E101", "文件超过5 MB，规则文件不应这么大。请拆成几个文件。")
        return path.read_bytes().decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return "", Problem(file, line, 1, "E101", "不是 UTF-8 编码。请用编辑器另存为 UTF-8。")
    except OSError as error:
        return "", Problem(file, 1, 1, "E101", f"文件打不开（{error.strerror}）。请检查权限。")


def read_document(path: Path, file: str) -> Document:
    """Read one file. Never raises for what stands in it; ``problems`` says what is wrong."""
    text, problem = read_text(path, file)
    return Document(file, problems=[problem]) if problem is not None else document_of(text, file)


def document_of(text: str, file: str) -> Document:
    """The document that ``text`` is, positions by ``file``. Never raises.

    libyaml reads where it is installed (ten times faster); whatever it refuses is read again by the pure parser, whose verdict
    and sentence count, so that a machine without libyaml says the same.
    """
    tab = _tab(text, file)
    if tab is not None:
        return Document(file, problems=[tab])
    if CParser is not None and not _ODD_BREAKS.search(text):
        with suppress(YAMLError, RecursionError, ValueError):
            return _built(_fast(text), file)
    try:
        return _built(iter(YAML(typ="safe", pure=True).parse(text)), file)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Document(
            file, problems=[_misread(text, file, mark.line if mark else 0, mark.column if mark else 0, error)]
        )
    except (YAMLError, RecursionError, ValueError, AttributeError, IndexError, KeyError) as error:
        # a parser's own slip must not become the analyst's traceback
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        return Document(
            file, problems=[Problem(file, line, 1, "E102", "YAML 读不懂：有不能用的字符或嵌套太深。请检查。")]
        )


def _misread(text: str, file: str, line: int, column: int, error: MarkedYAMLError) -> Problem:
    """The parser's complaint, ``line`` and ``column`` counted from 0, at a place that is there, in the analysts' words."""
    lines = text.splitlines() or [""]
    if line >= len(lines):
        line, column = len(lines) - 1, len(lines[-1])
    for number in range(line, max(line - 3, -1), -1):
        colon = _WIDE_COLON.match(lines[number])
        if colon is not None:
            message = "名称后面的冒号是全角的“：”。请改成半角的“:”，后面空一格。"
            return Problem(file, number + 1, colon.end(), "E102", message)
    return Problem(file, line + 1, column + 1, "E102", _syntax(str(error.problem or "")))


def _fast(text: str) -> Iterator[Event]:
    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


def _tab(text: str, file: str) -> Problem | None:
    """The first tab that stands in an indentation."""
    for number, line in enumerate(text.splitlines() if "\t" in text else (), start=1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            return Problem(
                file, number, indent.index("\t") + 1, "E105", "缩进里有制表符（Tab）。请改成空格，每层两个。"
            )
    return None


class _Refused(Exception):
    """Something that reads differently from how it looks: the rest of the file is not looked at."""


def _built(events: Iterator[Event], file: str) -> Document:
    """One document out of the parser's events, in one pass. Raises what the parser raises."""
    document = Document(file)
    begun = False
    try:
        for event in events:
            if isinstance(event, DocumentStartEvent):
                if event.version is not None or event.tags:
                    raise _refused(event, document, "E104", "不能用 % 开头的 YAML 指令。请删去这一行。")
                if begun:
                    raise _refused(event, document, "E102", _syntax("expected a single document"))
            elif isinstance(event, NodeEvent):
                document.data, begun = _plain(event, events, (), document, 0), True
    except _Refused:
        document.data = None
    return document


def _refused(event: Event, document: Document, code: str, message: str) -> _Refused:
    mark = event.start_mark
    document.problems = [Problem(document.file, mark.line + 1, mark.column + 1, code, message)]
    return _Refused()


def _plain(event: Event, events: Iterator[Event], where: Location, document: Document, depth: int) -> object:
    """The value that begins with ``event``; positions of everything below it are noted in ``document``."""
    _allowed(event, document, depth)
    if isinstance(event, ScalarEvent) and not event.value and not event.style:
        return None  # nothing is written: parsers differ on where it stands
    document.values[where] = (event.start_mark.line + 1, event.start_mark.column + 1)
    if isinstance(event, ScalarEvent):
        return _scalar(event, where, document)
    if isinstance(event, SequenceStartEvent):
        listed: list[object] = []
        while not isinstance(each := next(events), SequenceEndEvent):
            listed.append(_plain(each, events, (*where, len(listed)), document, depth + 1))
        return listed
    found: dict[Step, object] = {}
    while not isinstance(key := next(events), MappingEndEvent):
        position = (key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, ScalarEvent):
            message = "冒号前面要写名称，写成了清单或花括号。请检查缩进和括号，含 { 的文字要加引号。"
            document.problems.append(Problem(document.file, *position, "E102", message))
            _plain(key, events, (), Document(""), depth + 1)
            _plain(next(events), events, (), Document(""), depth + 1)
            continue
        _allowed(key, document, depth)
        name = _scalar(key, (), Document(""))
        if name in found:
            first = document.keys[(*where, name)][0]
            message = f"“{name}”写了两次（第{first}行已有）。请删去一个。"
            document.problems.append(Problem(document.file, *position, "E103", message))
            _plain(next(events), events, (), Document(""), depth + 1)
            continue
        document.keys[(*where, name)] = position
        found[name] = _plain(next(events), events, (*where, name), document, depth + 1)
    return found


def _allowed(event: Event, document: Document, depth: int) -> None:
    """Refuse anchors, aliases, tags and depth."""
    collection = not isinstance(event, ScalarEvent | AliasEvent)
    if collection and depth >= _DEPTH:
        raise _refused(event, document, "E104", f"嵌套太深。{_INSTEAD}")
    tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
    anchored = isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None
    if anchored or (tag is not None and str(tag) not in ("None", "!")):
        raise _refused(event, document, "E104", f"不能用 YAML 的 &、* 或 ! 写法。{_INSTEAD}")


def _scalar(event: ScalarEvent, where: Location, document: Document) -> Step:
    text: str = event.value
    style = event.style or ""
    quoted = style in ("'", '"')
    if event.start_mark.line == event.end_mark.line:
        document.inline.add(where)
        if quoted:
            document.values[where] = (event.start_mark.line + 1, event.start_mark.column + 2)
    if quoted or style in ("|", ">"):
        return text if quoted else text.rstrip("\n")
    return _resolved(text)


@lru_cache(maxsize=20_000)
def _resolved(text: str) -> Step:
    """What YAML 1.2 takes an unquoted word for."""
    kind = next((kind for kind, pattern in _RESOLVERS.get(text[:1], ()) if pattern.match(text)), "str")
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            # 0x7 is a case's “0 on seven nights”; nobody writes a rule's numbers in base 16 or 8
            return text if text.lower().lstrip("+-").startswith(("0x", "0o")) else int(text.replace("_", ""))
        if kind == "float":
            return text if text.lower().endswith(("inf", "nan")) else float(text.replace("_", ""))
        if kind == "timestamp" and len(text) <= 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    return text


def _syntax(problem: str) -> str:
    """What an analyst can do about the parser's English."""
    known = {
        "mapping values are not allowed here": "这里不能再有冒号。含“: ”的文字请加引号，并检查缩进。",
        "could not find expected ':'": "缺少冒号，或缩进不齐。请检查这一行和上一行。",
        "expected <block end>": "缩进不齐，或引号、括号没有配对。请检查这一行和上一行。",
        "expected ',' or": "方括号或花括号里缺少逗号，或没有收尾。请检查括号是否配对、是否混进了中文逗号。",
        "found unexpected end of stream": "引号没有配对，文件已到末尾。请补上后一个引号。",
        "found character": "这里有 YAML 不认的字符（如 @ ` %）。含这些符号的文字请加引号。",
        "expected a single document": "一个文件里只能有一份内容，请删去“---”分隔线。",
    }
    for start, sentence in known.items():
        if start in problem:
            return sentence
    return "YAML 写法不对。请检查缩进、冒号后的空格、引号和括号是否配对。"
