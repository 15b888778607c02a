"""What was changed in a workbook, as edits of the YAML files; every cell that cannot be taken over is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from riskengine.errors import Problem
from riskengine.exchange.patch import Patch, Step, Value
from riskengine.exchange.sheets import Filled, Sheet
from riskengine.exchange.tables import Cell, Row
from riskengine.rulebook.document import Location
from riskengine.rulebook.suggest import suggestion

__all__ = [
    "Changes", "Seat", "find_band_changes", "find_dated_changes", "find_point_changes", "shown",
]  # fmt: skip

Edit = Callable[[Patch], None]


@dataclass(frozen=True)
class Seat:
    """Which cell stands for a place in a file: for problems that only show when the whole book is checked again."""

    file: str
    at: Location
    sheet: Sheet
    line: int
    title: str


@dataclass
class Changes:
    """``edits``: file → what is to be done to its text, in order. ``said``: one sentence a change."""

    edits: dict[str, list[Edit]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)

    def add(self, file: str, edit: Edit, said: str) -> None:
        """One edit of a file, and the sentence that tells of it."""
        self.edits.setdefault(file, []).append(edit)
        self.said.append(said)


def shown(value: Cell) -> str:
    """A cell as a person reads it; empty is 空."""
    if value is None:
        return "空"
    return f"{value:.15g}" if isinstance(value, float | int) else str(value)


def find_dated_changes(sheet: Sheet, changes: Changes) -> None:
    """Values, days, sources and ends of parameters, or of targets and control values; a new row is a new value from its day on,
    a missing one is taken out. The first column names the entry, the third what of it, the fifth the day, the sixth the value.
    """
    owner, item = sheet.table.columns[0].title, sheet.table.columns[2].title
    kept = _grouped(sheet.table.rows, lambda row: (row.values[0], row.values[2]))
    found: dict[tuple[Cell, Cell], list[Filled]] = {}
    for row in sheet.rows:
        key = (row.values[0], row.values[2])
        if key in kept:
            found.setdefault(key, []).append(row)
        else:
            changes.problems.append(_stranger(sheet, row, {key[0] for key in kept}, {key[1] for key in kept}))
    unread = {(row.values[0], row.values[2]) for row in sheet.unread}
    for key, rows in kept.items():
        if key not in found and key in unread:
            continue
        if key not in found:
            message = f"{owner}“{key[0]}”的{item}“{key[1]}”一行也没有了。{item}不能在这里删除，请在 YAML 里删。"
            changes.problems.append(sheet.problem(1, item, "E202", message))
            continue
        _dated(sheet, rows, found[key], changes)


def _dated(sheet: Sheet, rows: Sequence[Row], filled: Sequence[Filled], changes: Changes) -> None:
    document, (*above, _, _) = rows[0].document, rows[0].at
    rule, name = rows[0].values[0], rows[0].values[2]
    before = {row.values[4]: row.values[5] for row in rows}
    after: dict[date, Filled] = {}
    for row in filled:
        day, value = row.values[4], row.values[5]
        for title, cell in (("生效日", day), ("值", value)):
            if cell is None:
                changes.problems.append(sheet.problem(row.line, title, "E202", f"{title}空着。请填写，或删去这一行。"))
        if not isinstance(day, date) or value is None:
            continue
        if day in after:
            changes.problems.append(
                sheet.problem(row.line, "生效日", "E103", f"{day}写了两行（第{after[day].line}行已有）。请删去一行。")
            )
        after.setdefault(day, row)
        changes.seats.append(Seat(document.file, (*above, "values", day), sheet, row.line, "值"))
    told = f"{document.file}：{rule} {sheet.table.columns[2].title}“{name}”"
    days = sorted(after)
    for at, day in enumerate(days):
        value = after[day].values[5]
        assert isinstance(value, float)
        if day not in before:
            edit = _put([*above, "values"], day.isoformat(), value, days[at - 1] if at else None)
            changes.add(document.file, edit, f"{told} 自 {day} 起 {shown(value)}（新增）")
        elif value != before[day]:
            edit = _replace([*above, "values", day], value)
            changes.add(document.file, edit, f"{told} {day} 起的值 {shown(before[day])} → {shown(value)}")
    for gone in sorted(day for day in before if isinstance(day, date) and day not in after):
        changes.add(document.file, _drop([*above, "values"], gone), f"{told} 删去 {gone} 起的值 {shown(before[gone])}")
    for title, key in (("出处", "reference"), ("失效日", "until")):
        seat = next((at for at, column in enumerate(sheet.table.columns) if column.title == title), None)
        if seat is not None:
            _whole(sheet, (rows, filled), (title, key, seat), told, changes)


def _whole(
    sheet: Sheet, pair: tuple[Sequence[Row], Sequence[Filled]], what: tuple[str, str, int], told: str, changes: Changes
) -> None:
    """A property of the thing as a whole: it stands on each of its rows, and one changed row is enough to say it."""
    rows, filled = pair
    title, key, seat = what
    old = rows[0].values[seat]
    new = {
        row.values[seat]: row.line for row in filled if row.values[seat] != old and (row.values[seat] or key == "until")
    }
    if not new:
        return
    if len(new) > 1:
        message = f"同一{sheet.table.columns[2].title}的{title}前后不一（{'、'.join(shown(each) for each in new)}）。请改成一样。"
        changes.problems.append(sheet.problem(max(new.values()), title, "E203", message))
        return
    [(value, line)] = new.items()
    *above, _, _ = rows[0].at
    file = rows[0].document.file
    edit = _drop(above, key) if value is None else _put(above, key, value, None)
    changes.add(file, edit, f"{told} {title} {shown(old)} → {shown(value)}")
    changes.seats.append(Seat(file, (*above, key), sheet, line, title))


def find_band_changes(sheet: Sheet, changes: Changes) -> None:
    """Bands of features: their ends and points, more or fewer of them."""
    kept = _grouped(sheet.table.rows, lambda row: (row.values[0], row.values[2]))
    found: dict[tuple[Cell, Cell], list[Filled]] = {}
    for row in sheet.rows:
        key = (row.values[0], row.values[2])
        if key not in kept:
            changes.problems.append(_stranger(sheet, row, {key[0] for key in kept}, {key[1] for key in kept}))
        elif row.values[5] is None:
            changes.problems.append(sheet.problem(row.line, "得分", "E202", "得分空着。请填写，或删去这一行。"))
        else:
            found.setdefault(key, []).append(row)
    unread = {(row.values[0], row.values[2]) for row in sheet.unread}
    for key, rows in kept.items():
        filled = found.get(key, [])
        if not filled and key in unread:
            continue
        if not filled:
            message = f"规则“{key[0]}”的得分项“{key[1]}”一档也没有了。得分项不能在这里删除，请在 YAML 里删。"
            changes.problems.append(sheet.problem(1, "得分项", "E202", message))
            continue
        above = rows[0].at[:-1]
        file = rows[0].document.file
        before = [list(row.values[3:]) for row in rows]
        after: list[list[Value]] = [list(_numbers(row)) for row in filled]
        for at, row in enumerate(filled):
            changes.seats.append(Seat(file, (*above, at), sheet, row.line, "下限（含）"))
        if before == after:
            continue
        told = f"{file}：{key[0]} 得分项“{key[1]}” {_bands(before)} → {_bands(after)}"
        if len(before) != len(after):
            changes.add(file, _replace([*above], after), told)
            continue
        cells = [(at, end) for at in range(len(after)) for end in range(3) if before[at][end] != after[at][end]]
        for number, (at, end) in enumerate(cells):
            edit = _replace([*above, at, end], after[at][end])
            if number:
                changes.edits[file].append(edit)
            else:
                changes.add(file, edit, told)


def find_point_changes(sheet: Sheet, changes: Changes) -> None:
    """Points of indicators and what a miss costs: one row an indicator, which can be neither new nor gone."""
    kept = {row.values[0]: row for row in sheet.table.rows}
    found: dict[Cell, Filled] = {}
    for row in sheet.rows:
        id_ = row.values[0]
        if id_ not in kept:
            message = f"未知指标“{id_ or ''}”{suggestion(str(id_), map(str, kept))}计分的指标请在 YAML 里加。"
            changes.problems.append(sheet.problem(row.line, "指标", "E203", message))
        elif id_ in found:
            message = f"指标“{id_}”写了两行（第{found[id_].line}行已有）。请删去一行。"
            changes.problems.append(sheet.problem(row.line, "指标", "E103", message))
        found.setdefault(id_, row)
    unread = {row.values[0] for row in sheet.unread}
    for id_, was in kept.items():
        if id_ not in found:
            if id_ not in unread:
                message = f"指标“{id_}”一行也没有了。不再计分的，请在 YAML 里删去 weight 和 deduct。"
                changes.problems.append(sheet.problem(1, "指标", "E202", message))
            continue
        _points(sheet, was, found[id_], changes)


_POINTS = {
    "分数": ("weight",),
    "每差": ("deduct", "each"),
    "每份扣分": ("deduct", "points"),
    "最多扣": ("deduct", "most"),
}


def _points(sheet: Sheet, was: Row, now: Filled, changes: Changes) -> None:
    for title, where in _POINTS.items():
        seat = sheet.table.column(title)
        old, new = was.values[seat], now.values[seat]
        changes.seats.append(Seat(was.document.file, (*was.at, *where), sheet, now.line, title))
        if new is None or old == new:
            if new is None and old is not None:
                changes.problems.append(sheet.problem(now.line, title, "E202", f"{title}空着。请填写。"))
            continue
        if old is None:
            message = f"指标“{was.values[0]}”没有写怎样扣分（deduct），这里加不了。请在 YAML 里加。"
            changes.problems.append(sheet.problem(now.line, title, "E203", message))
            continue
        told = f"{was.document.file}：{was.values[0]} {title} {shown(old)} → {shown(new)}"
        changes.add(was.document.file, _replace([*was.at, *where], new), told)


def _numbers(row: Filled) -> Iterator[float | None]:
    for value in row.values[3:]:
        assert value is None or isinstance(value, float)
        yield value


def _bands(bands: Sequence[Sequence[Value]]) -> str:
    def end(value: Value, infinite: str) -> str:
        return infinite if value is None else f"{value:.15g}"

    return "；".join(f"[{end(low, '−∞')}, {end(high, '+∞')}) {end(points, '')}分" for low, high, points in bands)


def _grouped(rows: Sequence[Row], key: Callable[[Row], tuple[Cell, Cell]]) -> Mapping[tuple[Cell, Cell], list[Row]]:
    groups: dict[tuple[Cell, Cell], list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _stranger(sheet: Sheet, row: Filled, owners: set[Cell], names: set[Cell]) -> Problem:
    """A row about something that the rule files do not have; sheets cannot make rules, indicators or what stands in them."""
    owner, title = sheet.table.columns[0].title, sheet.table.columns[2].title
    id_, name = str(row.values[0] or ""), str(row.values[2] or "")
    if id_ not in owners:
        return sheet.problem(row.line, owner, "E203", f"未知{owner}“{id_}”{suggestion(id_, map(str, owners))}")
    near = suggestion(name, map(str, names))
    return sheet.problem(row.line, title, "E203", f"{owner}“{id_}”没有{title}“{name}”{near}新的{title}请在 YAML 里加。")


def _replace(path: Sequence[Step], value: Value) -> Edit:
    return lambda patch: patch.replace(path, value)


def _put(path: Sequence[Step], key: str, value: Value, after: date | None) -> Edit:
    return lambda patch: patch.put(path, key, value, after)


def _drop(path: Sequence[Step], key: str | date) -> Edit:
    return lambda patch: patch.drop(path, key)
