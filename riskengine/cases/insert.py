"""A case as text, put into its rule's entry; every other byte of the file stays as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from riskengine.errors import RulesInvalid, WrongUse
from riskengine.model.rule import Rule
from riskengine.rulebook.entries import Entry, read_entries
from riskengine.rulebook.load import load
from riskengine.workspace import Workspace

__all__ = ["Fields", "case_lines", "insert_cases"]

Fields = Mapping[str, str | Mapping[str, str]]
"""A case as it is written: key → text, or → what stands in braces."""


def case_lines(fields: Fields) -> list[str]:
    """A case as the lines of a block, the first of which begins with ``- ``; values in quotes where YAML asks for them."""
    lines: list[str] = []
    for key, value in fields.items():
        if isinstance(value, str):
            told = _scalar(value, bare=key == "as_of")
        else:
            series = key in ("signals", "members")
            inside = (f"{name}: {_scalar(each, bare=series or name == 'score')}" for name, each in value.items())
            told = "{" + ", ".join(inside) + "}"
        lines.append(f"{'  ' if lines else '- '}{key}: {told}")
    return lines


def insert_cases(workspace: Workspace, cases: Mapping[str, Sequence[Fields]]) -> dict[str, list[str]]:
    """Append cases (rule → cases) under their rules' ``cases:``; rule → ``file:line`` of each.

    Comments, order and layout survive byte for byte. Raises WrongUse where a rule is written in braces, and where the files
    could not be read afterwards: then nothing has changed.
    """
    entries = {entry.model.id: entry for entry in read_entries(workspace.rules).rules}
    before: dict[Path, bytes] = {}
    found: dict[str, list[str]] = {}
    try:
        # from the end of each file to its beginning, so that lines above keep their numbers
        for rule in sorted(cases, key=lambda each: -entries[each].document.position(entries[each].at)[0]):
            entry = entries[rule]
            path = workspace.root / entry.document.file
            data = path.read_bytes()
            before.setdefault(path, data)
            text, lines = _with(data.decode("utf-8"), entry, [case_lines(each) for each in cases[rule]])
            _write(path, text.encode("utf-8"))
            found[rule] = [f"{entry.document.file}:{line}" for line in lines]
        load(workspace, cases=True)
    except (OSError, RulesInvalid, WrongUse) as error:
        for path, data in before.items():
            _write(path, data)
        raise WrongUse(f"用例没有写入，规则文件保持原样：{str(error).splitlines()[0]}") from error
    return found


def _with(text: str, entry: Entry[Rule], cases: Sequence[Sequence[str]]) -> tuple[str, list[int]]:
    """The file with the cases, and the lines on which they begin (before anything is put in above them)."""
    ending = "\r" if "\r\n" in text else ""
    lines = text.split("\n")
    at, indent, heading = _place(lines, entry)
    added, begins = heading, []
    for case in cases:
        begins.append(at + len(added) + 1)
        added = [*added, *(" " * indent + line for line in case)]
    if at == len(lines):  # the last line has no end of its own; now the last of ours has none
        lines[-1] += ending
        added = [*(line + ending for line in added[:-1]), added[-1]]
    else:
        added = [line + ending for line in added]
    return "\n".join([*lines[:at], *added, *lines[at:]]), begins


def _place(lines: Sequence[str], entry: Entry[Rule]) -> tuple[int, int, list[str]]:
    """Before which line (from 0) the cases go, how far in they stand, and ``cases:`` where it is not there yet."""
    document, at = entry.document, entry.at
    first, column = document.values[at]
    if lines[first - 1][column - 1 : column] == "{":
        raise WrongUse(f"规则“{entry.model.id}”写在一行花括号里，放不进用例。请改成一行一个键再试。")
    if (*at, "cases") not in document.keys:
        return _end(lines, first, column - 1), column + 1, [" " * (column - 1) + "cases:"]
    key_line, _ = document.keys[*at, "cases"]
    if not entry.model.cases or lines[key_line - 1].rstrip().endswith(("]", "[")):
        raise WrongUse(f"规则“{entry.model.id}”的 cases 写在方括号里，放不进用例。请改成 - 开头的若干项再试。")
    item_line, item_column = document.values[*at, "cases", 0]
    dash = lines[item_line - 1].rfind("-", 0, item_column - 1)
    indent = column + 1 if dash < 0 else dash
    return _end(lines, key_line, indent), indent, []


def _end(lines: Sequence[str], first: int, indent: int) -> int:
    """The line (from 0) behind everything that stands at least ``indent`` in, from below line ``first`` (from 1)."""
    end = first
    for number in range(first, len(lines)):
        line = lines[number].rstrip("\r")
        if not line.strip():
            continue
        if len(line) - len(line.lstrip(" ")) < indent:
            if line.lstrip().startswith("#"):
                continue
            break
        end = number + 1
    return end


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    os.replace(partial, path)


_PLAIN = re.compile(r"[\w（），。、！？；：“”《》％+./= -]+")
_OTHERWISE = re.compile(r"[-+.]?[\d.].*|(true|false|null|yes|no|on|off|~|)", re.IGNORECASE)


def _scalar(text: str, *, bare: bool) -> str:
    """``text`` as one word of YAML, in quotes where YAML would read it as something else; ``bare``: numbers and series stay as
    they are.
    """
    plain = _PLAIN.fullmatch(text) is not None and text == text.strip() and not text.startswith("- ")
    if plain and (_SERIES.fullmatch(text) if bare else True) and (bare or not _OTHERWISE.fullmatch(text)):
        return text
    if plain and bare and text[:1].isalpha():
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_VALUE = r"(?:_|-?[\d.]+(?:e[-+]?\d+)?)(?:x\d+)?"
_SERIES = re.compile(rf"\d{{4}}-\d\d-\d\d|{_VALUE}(?: {_VALUE})*")
