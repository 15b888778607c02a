"""What a source says against its contract: kinds, columns, personal columns, files that two sources claim."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator

from riskengine.contracts import contract, kinds
from riskengine.contracts.personal import personal_name
from riskengine.errors import Problem
from riskengine.model.source import Source
from riskengine.rulebook.document import Location
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_sources"]


def check_sources(entries: Entries) -> Iterator[Problem]:
    """Problems of all sources."""
    seen: dict[str, str] = {}
    claimed: dict[str, str] = {}
    units = {unit.model.id for unit in entries.units}
    for entry in entries.sources:
        source, file = entry.model, entry.document.file
        if source.source in seen:
            yield entry.problem(
                ("source",), "E501", f"来源“{source.source}”在 {seen[source.source]} 已有。请换一个名称。"
            )
        seen.setdefault(source.source, file)
        for number, glob in enumerate(source.files):
            if glob in claimed:
                message = f"文件“{glob}”已由来源“{claimed[glob]}”认领。一个文件只能归一个来源。"
                yield entry.problem(("files", number), "E406", message)
            claimed.setdefault(glob, source.source)
            if glob.startswith("/") or ".." in glob.split("/") or "\\" in glob:
                yield entry.problem(
                    ("files", number), "E406", f"“{glob}”不在收件箱里。请写 data/inbox 以下的路径，用 / 分隔。"
                )
        if source.reports is not None and "units" not in entries.incomplete and source.reports.unit not in units:
            near = suggestion(source.reports.unit, units)
            yield entry.problem(("reports", "unit"), "E701", f"未知责任单位“{source.reports.unit}”{near}")
        if source.received is not None:
            yield from _pattern(entry, source.received.pattern)
        yield from _fields(entry)


def _groups(pattern: str, flags: int = 0) -> int:
    """How many groups a regular expression has; 0 where it is none, or means different things to different engines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(pattern, flags).groups
    except (re.error, OverflowError, RecursionError, Warning):
        return 0


def _pattern(entry: Entry[Source], pattern: str) -> Iterator[Problem]:
    if _groups(pattern) < 1:
        message = f"“{pattern[:60]}”写法不对。请写含一对括号的正则表达式，例如“_(\\d{{8}})\\.”。"
        yield entry.problem(("received", "pattern"), "E407", message)


def _cell_pattern(entry: Entry[Source], name: str, pattern: str) -> Iterator[Problem]:
    """One group, and only what DuckDB's engine (RE2) and Python's read alike: no looking around, no back-references."""
    if _groups(pattern, re.ASCII) != 1 or re.search(r"\(\?(?!:)|\\[1-9]|[*+?}]\+", pattern):
        message = f"{name}：“{pattern[:60]}”写法不对。请写恰好含一对括号的正则表达式，例如 ^(\\d{{1,2}})\\d{{4}}$；不能用环视和反向引用。"
        yield entry.problem(("fields", name, "pattern"), "E405", message)


def _fields(entry: Entry[Source]) -> Iterator[Problem]:
    source = entry.model
    if source.kind not in kinds():
        yield entry.problem(("kind",), "E401", f"未知的记录种类“{source.kind}”{suggestion(source.kind, kinds(), 20)}")
        return
    known = contract(source.kind).model_fields
    for name, cell in source.fields.items():
        where: Location = ("fields", name)
        if name not in known:
            titles = {info.title: field for field, info in known.items()}
            meant = f"，请写“{titles[name]}”。" if name in titles else suggestion(name, known, 40)
            yield entry.problem(where, "E402", f"{source.kind} 没有字段“{name}”{meant}")
        if (cell.column is None) == (cell.constant is None):
            yield entry.problem(where, "E405", f"{name}：column（列名）与 constant（固定值）须且只须写一个。")
        if cell.pattern is not None:
            yield from _cell_pattern(entry, name, cell.pattern)
        if cell.scale == 0 or not math.isfinite(cell.scale):
            yield entry.problem((*where, "scale"), "E405", f"{name}：scale“{cell.scale}”应为不等于0的数字。")
    for name, info in known.items():
        if info.is_required() and name not in source.fields and name != "key":
            message = f"{source.kind} 的必填字段“{name}”（{info.title}）没有对应的列。请在 fields 里补上。"
            yield entry.problem(("fields",), "E403", message)
    yield from _personal(entry)


def _personal(entry: Entry[Source]) -> Iterator[Problem]:
    source = entry.model
    columns: list[tuple[Location, str]] = [
        (("fields", name, "column"), cell.column) for name, cell in source.fields.items() if cell.column
    ]
    columns += [(("key", number), column) for number, column in enumerate(source.key)]
    columns += [(("blank_when", number), column) for number, column in enumerate(source.blank_when)]
    for name, condition in (("retract_when", source.retract_when), ("skip_when", source.skip_when)):
        if condition is not None:
            columns.append(((name, "column"), condition.column))
    for where, column in columns:
        held = personal_name(column)
        if held is not None:
            message = f"列“{column}”是个人信息（{held}），不能接入。请删去；如需声明不用，写进 ignore。"
            yield entry.problem(where, "E404", message)
    mapped = {column for _, column in columns}
    for number, column in enumerate(source.ignore):
        if column in mapped:
            yield entry.problem(("ignore", number), "E405", f"列“{column}”既使用又忽略。请二者留一。")
    for number, column in enumerate(source.may_lack):
        if column not in mapped:
            message = f"may_lack 里的列“{column}”没有使用。请在 fields 里写明用途，或从 may_lack 删去。"
            yield entry.problem(("may_lack", number), "E405", message)
