"""Changes of the two lists, routes and exceptions: rows that were edited, added, taken out or moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from riskengine.exchange.changes import Changes, Seat, shown
from riskengine.exchange.patch import Patch, Value
from riskengine.exchange.sheets import Filled, Sheet
from riskengine.exchange.tables import LEADS, SUBJECTS, Cell, unit_names
from riskengine.rulebook.entries import Entries
from riskengine.rulebook.suggest import suggestion

__all__ = ["find_exception_changes", "find_route_changes"]

Fields = dict[str, Value]
_ROUTE = {
    "themes": "主题",
    "subjects": "对象",
    "levels": "等级",
    "places": "地区代码",
    "lead": "主办",
    "township": "属地协办",
    "catch_all": "兜底",
}
_EXCEPTION = {
    "rule": "规则",
    "subject": "对象",
    "until": "到期日",
    "who": "谁定的",
    "why": "为什么",
    "breaks_at": "不压的等级",
}
_DEFAULTS: Fields = {"township": True, "catch_all": False}


def find_route_changes(sheet: Sheet, entries: Entries, changes: Changes) -> None:
    """The routes as the sheet now has them."""
    leads = {name: id_ for id_, name in {**unit_names(entries), **LEADS}.items()}
    ids = {id_: id_ for id_ in leads.values()}
    subjects = {name: id_ for id_, name in SUBJECTS.items()} | {id_: id_ for id_ in SUBJECTS}

    def fields(row: Filled) -> Fields | None:
        _, themes, named, levels, places, lead, township, catch_all, _ = row.values
        wrong = [each for each in _split(named) if each not in subjects]
        if wrong:
            message = f"未知对象“{wrong[0]}”{suggestion(wrong[0], SUBJECTS.values(), 12)}"
            changes.problems.append(sheet.problem(row.line, "对象", "E203", message))
        if lead is None or str(lead) not in leads | ids:
            message = (
                "主办空着。请填单位名称。" if lead is None else f"未知责任单位“{lead}”{suggestion(str(lead), leads)}"
            )
            changes.problems.append(sheet.problem(row.line, "主办", "E701", message))
            return None
        if wrong:
            return None
        found: Fields = {
            "themes": _split(themes),
            "subjects": [subjects[each] for each in _split(named)],
            "levels": _split(levels),
        }
        found |= {
            "places": _split(places),
            "lead": (leads | ids)[str(lead)],
            "township": township != "否",
            "catch_all": catch_all == "是",
        }
        return {key: value for key, value in found.items() if value != [] and value != _DEFAULTS.get(key)}

    kept = [
        {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in entry.model.model_dump(mode="json").items()
        }
        for entry in entries.routes
    ]
    kept = [{key: value for key, value in each.items() if key in _ROUTE and value is not None} for each in kept]
    before = [{key: v for key, v in each.items() if v != [] and v != _DEFAULTS.get(key)} for each in kept]
    below = [len(entry.model.routes) for entry in entries.routes]
    gone = set(range(len(below))) - {
        int(str(shown(row.values[0])).split(".")[0]) - 1 for row in sheet.rows if row.values[0]
    }
    changes.said += [
        f"rules/routes.yaml：第{at + 1}条下的{below[at]}条细分一并删去" for at in sorted(gone) if below[at]
    ]
    _list_changes(
        sheet, "routes", "rules/routes.yaml", (before, fields, _ROUTE), changes, {**unit_names(entries), **LEADS}
    )


def find_exception_changes(sheet: Sheet, entries: Entries, changes: Changes) -> None:
    """The exceptions as the sheet now has them."""
    keys = ("rule", "subject", "until", "who", "why", "breaks_at")
    rules = _ids((entry.model.title, entry.model.id) for entry in entries.rules)
    places = _ids((entry.model.name, entry.model.code) for entry in entries.places)

    def fields(row: Filled) -> Fields | None:
        values = (row.values[1], *row.values[3:])
        found: Fields = {key: value for key, value in zip(keys, values, strict=True) if value is not None}
        # who does not open YAML knows names, not codes
        for key, ids in (("rule", rules), ("subject", places)):
            if key in found:
                found[key] = ids.get(str(found[key]), found[key])
        empty = [key for key in keys[:-1] if key not in found]
        for key in empty:
            title = _EXCEPTION[key]
            changes.problems.append(
                sheet.problem(row.line, title, "E202", f"{title}空着。例外的每一格都要填（不压的等级除外）。")
            )
        return None if empty else found

    before = [{key: v for key in keys if (v := getattr(entry.model, key)) is not None} for entry in entries.exemptions]
    _list_changes(sheet, "exceptions", "rules/exceptions.yaml", (before, fields, _EXCEPTION), changes, {})


def _list_changes(
    sheet: Sheet,
    key: str,
    file: str,
    what: tuple[Sequence[Fields], Callable[[Filled], Fields | None], Mapping[str, str]],
    changes: Changes,
    names: Mapping[str, str],
) -> None:
    before, fields, titles = what
    order: list[int | Fields] = []
    for row in sheet.rows:
        number, found = row.values[0], fields(row)
        at = None if number is None else int(str(shown(number)).split(".")[0]) - 1
        if at is not None and (at in order or not 0 <= at < len(before)):
            what_ = "写了两次" if at in order else "不是导出时的序号"
            message = f"原序号 {shown(number)} {what_}。新加的行请让原序号空着。"
            changes.problems.append(sheet.problem(row.line, "原序号", "E103", message))
            continue
        if found is None:
            order.append(at if at is not None else {})
            continue
        for name, title in titles.items():
            changes.seats.append(Seat(file, (key, len(order), name), sheet, row.line, title))
        changes.seats.append(Seat(file, (key, len(order)), sheet, row.line, next(iter(titles.values()))))
        if at is None:
            order.append(found)
            changes.said.append(f"{file}：新增一条 {_told(found, titles, names)}")
            continue
        order.append(at)
        for name in titles:
            old, new = before[at].get(name), found.get(name)
            if old != new:
                changes.add(
                    file,
                    _edit(key, at, name, new, before[at]),
                    f"{file}：第{at + 1}条 {titles[name]} {_said(old, names)} → {_said(new, names)}",
                )
    gone = [at for at in range(len(before)) if at not in order]
    changes.said += [f"{file}：删去第{at + 1}条 {_told(before[at], titles, names)}" for at in gone]
    there = [each for each in order if isinstance(each, int)]
    if there != sorted(there):
        changes.said.append(f"{file}：次序改为原第 {'、'.join(str(each + 1) for each in there)} 条")
    if order != list(range(len(before))):
        changes.edits.setdefault(file, []).append(lambda patch: patch.arrange([key], order))


def _edit(key: str, at: int, name: str, new: Value, old: Fields) -> Callable[[Patch], None]:
    def edit(patch: Patch) -> None:
        if new is None and name in _DEFAULTS and old.get(name) is not None:
            patch.replace([key, at, name], _DEFAULTS[name])
        elif new is None:
            patch.drop([key, at], name)
        else:
            patch.put([key, at], name, new)

    return edit


def _ids(named: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Name → id, of the names that only one has."""
    found: dict[str, set[str]] = {}
    for name, id_ in named:
        found.setdefault(name, set()).add(id_)
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _split(cell: Cell) -> list[str]:
    text = shown(cell) if cell is not None else ""
    for mark in ("，", ",", "；", ";", " "):
        text = text.replace(mark, "、")
    return [each.strip() for each in text.split("、") if each.strip()]


def _said(value: Value, names: Mapping[str, str]) -> str:
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else names.get(str(value), str(value))


def _told(fields: Fields, titles: Mapping[str, str], names: Mapping[str, str]) -> str:
    return "，".join(f"{titles[key]} {_said(value, names)}" for key, value in fields.items() if key in titles)
