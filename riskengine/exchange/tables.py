"""The tables of the workbook: what they show of the rule book, and where each cell stands in the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.model.duty import Branch
from riskengine.model.indicator import Indicator, Target
from riskengine.model.rule import Rule
from riskengine.rulebook.document import Document, Location
from riskengine.rulebook.entries import Entries, Entry

__all__ = [
    "BANDS",
    "EXCEPTIONS",
    "INDICATORS",
    "LEADS",
    "PARAMETERS",
    "POINTS",
    "ROUTES",
    "SUBJECTS",
    "Cell",
    "Column",
    "Row",
    "Table",
    "tables_of",
    "unit_names",
]

Cell = str | float | date | None

PARAMETERS, BANDS, ROUTES, EXCEPTIONS, INDICATORS, POINTS = "参数", "得分档", "派发", "例外", "指标", "指标分数"
LEADS = {"township": "属地乡镇街道", "reporter": "被评单位本身"}
SUBJECTS = {
    "county": "县", "town": "乡镇街道", "village": "村社区", "petition": "信访事项", "dispute": "矛盾纠纷", "hazard": "安全隐患",
    "project": "项目", "rectification": "重点整治", "survey": "群众感受", "indicator": "指标", "unit": "单位",
}  # fmt: skip
"""Subject types as the workbook says them."""


@dataclass(frozen=True)
class Column:
    """A column by its title. ``type``: text, number (an empty cell may mean something), day or yes (是, 否). ``edited``: whether
    a change in it is taken over; the others only say what the row is about.
    """

    title: str
    type: str = "text"
    edited: bool = True
    width: int = 14


@dataclass(frozen=True)
class Row:
    """Values in the order of the table's columns; ``at``: where the entry, parameter or band stands."""

    values: tuple[Cell, ...]
    document: Document
    at: Location


@dataclass(frozen=True)
class Table:
    """One sheet."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def column(self, title: str) -> int:
        """Position of the column."""
        return next(n for n, column in enumerate(self.columns) if column.title == title)


_RULE = (Column("规则", edited=False, width=26), Column("规则名称", edited=False, width=32))
_INDICATOR = (Column("指标", edited=False, width=26), Column("指标名称", edited=False, width=32))
_COLUMNS = {
    PARAMETERS: (
        *_RULE, Column("参数", edited=False, width=18), Column("单位", edited=False, width=8), Column("生效日", "day", width=12),
        Column("值", "number", width=12), Column("失效日", "day", width=12), Column("出处", width=60),
    ),
    BANDS: (
        *_RULE, Column("得分项", edited=False, width=18), Column("下限（含）", "number"), Column("上限（不含）", "number"),
        Column("得分", "number", width=8),
    ),
    ROUTES: (
        Column("原序号", "number", width=8), Column("主题", width=28), Column("对象", width=28), Column("等级", width=12),
        Column("地区代码", width=24), Column("主办", width=24), Column("属地协办", "yes", width=10), Column("兜底", "yes", width=8),
        Column("其他", edited=False, width=40),
    ),
    EXCEPTIONS: (
        Column("原序号", "number", width=8), Column("规则", width=26), Column("规则名称", edited=False, width=32),
        Column("对象", width=20), Column("到期日", "day", width=12), Column("谁定的", width=24), Column("为什么", width=48),
        Column("不压的等级", width=12),
    ),
    INDICATORS: (
        *_INDICATOR, Column("哪个数", edited=False, width=10), Column("单位", edited=False, width=10), Column("生效日", "day", width=12),
        Column("值", "number", width=12), Column("出处", width=60), Column("怎样算达到", edited=False, width=18),
    ),
    POINTS: (
        *_INDICATOR, Column("单位", edited=False, width=10), Column("分数", "number", width=8), Column("每差", "number", width=8),
        Column("每份扣分", "number", width=10), Column("最多扣", "number", width=8), Column("一票否决", edited=False, width=10),
    ),
}  # fmt: skip


def tables_of(entries: Entries) -> tuple[Table, ...]:
    """The rule book as tables, in the order of the files; those of indicators only where there are some."""
    rules = [entry for entry in entries.rules if entry.model.status != "retired"]
    made = {
        PARAMETERS: [row for entry in rules for row in _parameters(entry)],
        BANDS: [row for entry in rules for row in _bands(entry)],
        ROUTES: list(_routes(entries)),
        EXCEPTIONS: list(_exceptions(entries)),
    }
    if entries.indicators:
        made[INDICATORS] = [row for entry in entries.indicators for row in _aims(entry)]
        made[POINTS] = [_points(entry) for entry in entries.indicators if entry.model.weight]
    return tuple(Table(title, _COLUMNS[title], tuple(rows)) for title, rows in made.items())


def _parameters(entry: Entry[Rule]) -> list[Row]:
    rule = entry.model
    return [
        Row(
            (rule.id, rule.title, name, held.unit, day, held.values[day], held.until, held.reference),
            entry.document,
            (*entry.at, "parameters", name, "values", day),
        )
        for name, held in rule.parameters.items()
        for day in sorted(held.values)
    ]


def _bands(entry: Entry[Rule]) -> list[Row]:
    rule = entry.model
    names = [feature.feature for feature in rule.score]
    names = [name if names.count(name) == 1 else f"{name}（第{nth}项）" for nth, name in enumerate(names, start=1)]
    return [
        Row((rule.id, rule.title, names[nth], *band), entry.document, (*entry.at, "score", nth, "bands", at))
        for nth, feature in enumerate(rule.score)
        for at, band in enumerate(feature.bands)
    ]


def _routes(entries: Entries) -> list[Row]:
    units = unit_names(entries)
    rows = []
    for number, entry in enumerate(entries.routes, start=1):
        route = entry.model
        lists = (
            "、".join(each)
            for each in (route.themes, [SUBJECTS[s] for s in route.subjects], route.levels, route.places)
        )
        lead = LEADS.get(route.lead or "", units.get(route.lead or "", route.lead))
        yes = (_yes(route.township is not False), _yes(route.catch_all))
        values = (float(number), *(each or None for each in lists), lead, *yes, _beside(route, units))
        rows.append(Row(values, entry.document, entry.at))
    return rows


def _beside(route: Branch, units: Mapping[str, str]) -> str | None:
    """What of a route only the file can say."""
    copies = "、".join({**units, **LEADS}.get(unit, unit) for unit in route.copies or ())
    below = f"下有{len(route.routes)}条细分，在 routes.yaml 里改" if route.routes else ""
    return "；".join(filter(None, (route.name, f"抄送{copies}" if copies else "", below))) or None


def unit_names(entries: Entries) -> dict[str, str]:
    """Unit id → what the workbook calls it: its name, or its id where two units have the same name."""
    names = [entry.model.name for entry in entries.units]
    return {
        each.model.id: each.model.name if names.count(each.model.name) == 1 else each.model.id for each in entries.units
    }


def _exceptions(entries: Entries) -> list[Row]:
    titles = {entry.model.id: entry.model.title for entry in entries.rules}
    rows = []
    for number, entry in enumerate(entries.exemptions, start=1):
        each = entry.model
        told = (each.rule, titles.get(each.rule), each.subject, each.until, each.who, each.why, each.breaks_at)
        rows.append(Row((float(number), *told), entry.document, entry.at))
    return rows


_KINDS = {
    "at_least": "不低于", "at_most": "不超过", "exactly": "正好", "change": "比上年升降百分之几", "rank_within": "进入前几位",
}  # fmt: skip


def _aims(entry: Entry[Indicator]) -> list[Row]:
    """Targets and control values; a target of zero has no number to change."""
    indicator = entry.model
    rows = []
    for key, title, dated in (("target", "目标", indicator.target), ("control", "控制值", indicator.control)):
        if dated is None:
            continue
        kind = dated.kind if isinstance(dated, Target) else None
        unit, how = "%" if kind == "change" else indicator.unit, _KINDS.get(kind or "", "越过即红灯")
        for day in sorted(dated.values):
            values = (indicator.id, indicator.name, title, unit, day, dated.values[day], dated.reference, how)
            rows.append(Row(values, entry.document, (*entry.at, key, "values", day)))
    return rows


def _points(entry: Entry[Indicator]) -> Row:
    indicator = entry.model
    held = indicator.deduct
    cost: tuple[Cell, ...] = (None, None, None, None)
    if held is not None:
        cost = (held.each, held.points, held.most, _yes(held.veto))
    return Row((indicator.id, indicator.name, indicator.unit, indicator.weight, *cost), entry.document, entry.at)


def _yes(value: bool) -> str:
    return "是" if value else "否"
