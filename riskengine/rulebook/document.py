"""One YAML file as plain values, with the line and column of every key and value. What YAML would guess is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from riskengine.errors import Problem

__all__ = ["Document", "Location", "read_document", "read_text"]

_SIZE = 2 * 1024 * 1024
_DEPTH = 30

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
    """The text of a rule file (UTF-8, with or without BOM, at most 2 MB), or why there is none."""
    try:
        if path.stat().st_size > _SIZE:
            return "", Problem(file, 1, 1, "E101", "文件超过2 MB，规则文件不应这么大。请拆成几个文件。")
        return path.read_bytes().decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return "", Problem(file, line, 1, "E101", "不是 UTF-8 编码。请用编辑器另存为 UTF-8。")
    except OSError as error:
        return "", Problem(file, 1, 1, "E101", f"文件打不开（{error.strerror}）。请检查权限。")


def read_document(path: Path, file: str) -> Document:
    """Read one file. Never raises for what stands in it; ``problems`` says what is wrong."""
    document = Document(file)
    text, problem = read_text(path, file)
    if problem is not None:
        document.problems.append(problem)
        return document
    try:
        _refuse(text, document)
        if not document.problems:
            root = YAML(typ="safe", pure=True).compose(text)
            document.data = None if root is None else _plain(root, (), document, 0)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(Problem(file, line, column, "E102", _syntax(str(error.problem or ""))))
    except (YAMLError, RecursionError, ValueError) as error:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        document.problems.append(Problem(file, line, 1, "E102", "YAML 读不懂：有不能用的字符或嵌套太深。请检查。"))
    return document


def _refuse(text: str, document: Document) -> None:
    """Tabs as indentation, anchors, aliases and tags: things that read differently from how they look."""
    for number, line in enumerate(text.splitlines(), start=1):
        indent = line[: len(line) - len(line.lstrip())]
        if "\t" in indent:
            column = indent.index("\t") + 1
            document.problems.append(
                Problem(document.file, number, column, "E105", "缩进里有制表符（Tab）。请改成空格，每层两个。")
            )
            return
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += {"MappingStartEvent": 1, "SequenceStartEvent": 1}.get(type(event).__name__, 0)
        depth -= {"MappingEndEvent": 1, "SequenceEndEvent": 1}.get(type(event).__name__, 0)
        alias = isinstance(event, AliasEvent)
        tagged = not alias and getattr(event, "ctag", None) is not None and str(event.ctag) not in ("None", "!")
        if alias or tagged or (isinstance(event, NodeEvent) and event.anchor is not None) or depth > _DEPTH:
            mark = event.start_mark
            what = "嵌套太深" if depth > _DEPTH else "不能用 YAML 的 &、* 或 ! 写法"
            document.problems.append(
                Problem(document.file, mark.line + 1, mark.column + 1, "E104", f"{what}。请把内容直接写出来；文字里有这些符号时加引号。")
            )
            return


def _plain(node: Node, where: Location, document: Document, depth: int) -> object:
    """The value of ``node``; positions of everything below it are noted in ``document``."""
    document.values[where] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, ScalarNode):
        return _scalar(node, where, document)
    if isinstance(node, SequenceNode):
        return [_plain(each, (*where, index), document, depth + 1) for index, each in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    found: dict[Step, object] = {}
    for key, name, below in _pairs(node, document):
        position = (key.start_mark.line + 1, key.start_mark.column + 1)
        if name in found:
            first = document.keys[(*where, name)][0]
            message = f"“{name}”写了两次（第{first}行已有）。请删去一个。"
            document.problems.append(Problem(document.file, *position, "E103", message))
            continue
        document.keys[(*where, name)] = position
        found[name] = _plain(below, (*where, name), document, depth + 1)
    return found


def _pairs(node: MappingNode, document: Document) -> Iterator[tuple[Node, Step, Node]]:
    for key, below in node.value:
        if not isinstance(key, ScalarNode):
            position = (key.start_mark.line + 1, key.start_mark.column + 1)
            message = "冒号前面要写名称，写成了清单或花括号。请检查缩进和括号，含 { 的文字要加引号。"
            document.problems.append(Problem(document.file, *position, "E102", message))
            continue
        name = _scalar(key, (), Document(""))
        assert name is None or isinstance(name, str | int | float | bool | date)
        yield key, name, below


def _scalar(node: ScalarNode, where: Location, document: Document) -> Step:
    text: str = node.value
    quoted = node.style in ("'", '"')
    if node.start_mark.line == node.end_mark.line:
        document.inline.add(where)
        if quoted:
            document.values[where] = (node.start_mark.line + 1, node.start_mark.column + 2)
    if quoted or node.style in ("|", ">"):
        return text.rstrip("\n") if node.style in ("|", ">") else text
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            return int(text.replace("_", ""), 0 if text.lower().lstrip("+-").startswith(("0x", "0o")) else 10)
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
