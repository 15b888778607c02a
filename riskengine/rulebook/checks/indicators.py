"""Indicators against everything they speak of: themes, units, record kinds, each other's names; and their cases."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from riskengine.contracts import kinds
from riskengine.contracts.place import PlaceNames
from riskengine.errors import Problem
from riskengine.model.indicator import Computed, Indicator, IndicatorCase
from riskengine.rulebook.case_tables import read_readings
from riskengine.rulebook.checks.blocks import in_block
from riskengine.rulebook.checks.targets import PERCENT, check_numbers
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.language.expression import ExpressionError, Type, compile_expression
from riskengine.rulebook.names import column_types, columns_of
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_indicator_cases", "check_indicators", "same_name"]

Where = tuple[str | int, ...]

_OWN = ("place", "key")
"""Columns of text that nothing is broken down by: places are broken down anyway, and every record has its own number."""


def same_name(name: str) -> str:
    """How a name is compared: half-width, without blanks at its ends or within."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def check_indicators(entries: Entries) -> Iterator[Problem]:
    """Problems of all indicators but those of their cases; silent about what may stand in a file that could not be read."""
    yield from _names(entries)
    units = {unit.model.id for unit in entries.units}
    for entry in entries.indicators:
        indicator = entry.model
        if entries.themes is not None and indicator.theme not in entries.themes and "themes" not in entries.incomplete:
            near = suggestion(indicator.theme, entries.themes, 12)
            yield entry.problem(("theme",), "E602", f"未知主题“{indicator.theme}”{near}")
        for key in ("reports", "owner", "about"):
            unit = getattr(indicator, key)
            if unit is not None and unit not in units and "units" not in entries.incomplete:
                yield entry.problem((key,), "E701", f"{key}：未知责任单位“{unit}”{suggestion(unit, units)}")
        yield from _sources(entry)
        if indicator.computed is not None:
            yield from _computed(entry, indicator.computed, entries)
        yield from check_numbers(entry)


def _names(entries: Entries) -> Iterator[Problem]:
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    for entry in entries.indicators:
        indicator = entry.model
        if indicator.id in ids:
            message = f"指标“{indicator.id}”在 {ids[indicator.id]} 已有。请换一个编号。"
            yield entry.problem(("id",), "E501", message)
        ids.setdefault(indicator.id, entry.document.file)
        written: list[tuple[Where, str]] = [(("name",), indicator.name)]
        written += [(("aliases", number), alias) for number, alias in enumerate(indicator.aliases)]
        for where, name in written:
            plain = same_name(name)
            if not plain:
                yield entry.problem(where, "E203", f"{where[0]}：名称不能是空的。")
            elif plain in names:
                whose = "这项指标自己" if names[plain] == indicator.id else f"指标“{names[plain]}”"
                message = f"{whose}已经用了名称“{name}”，报来的读数会分不清是谁的。请换一个或删去。"
                yield entry.problem(where, "E501", message)
            names.setdefault(plain, indicator.id)


def _sources(entry: Entry[Indicator]) -> Iterator[Problem]:
    indicator = entry.model
    if indicator.returns == "survey" and indicator.unit != PERCENT:
        message = f"returns: survey 的读数都是百分率，unit 应写 %，现为“{indicator.unit}”。"
        yield entry.problem(("unit",), "E904", message)
    if indicator.tolerance is not None and (indicator.reports is None or indicator.computed is None):
        lacking = "reports" if indicator.reports is None else "computed"
        message = f"tolerance：报送与计算两样都有才谈得上相差多少，这里没有写 {lacking}。请补上，或删去 tolerance。"
        yield entry.problem(("tolerance",), "E904", message)


def _computed(entry: Entry[Indicator], computed: Computed, entries: Entries) -> Iterator[Problem]:
    indicator = entry.model
    kind = computed.source
    if kind not in kinds():
        yield entry.problem(("computed", "from"), "E401", f"未知的记录种类“{kind}”{suggestion(kind, kinds(), 20)}")
        return
    ratio = computed.measure in ("share", "ratio")
    if ratio != (indicator.unit == PERCENT):
        told = "算出来是百分率，unit 应写 %" if ratio else "算出来不是百分率，unit 不能写 %"
        message = f"measure: {computed.measure} {told}，现为“{indicator.unit}”。"
        yield entry.problem(("computed", "measure"), "E902", message)
    if indicator.covers == "moment":
        message = (
            "computed 按一段时间里的记录计算，covers 不能写 moment（时点）。请写 year（年内累计）或 period（当期）。"
        )
        yield entry.problem(("covers",), "E902", message)
    columns: dict[str, str] = {**columns_of(kind), "as_of": "as_of"}
    types: dict[str, Type] = {**column_types(kind), "as_of": "date"}
    for key in ("where", "of", "per"):
        text = getattr(computed, key)
        if text is not None:
            condition = key == "where" or (key == "of" and computed.measure == "share")
            yield from _compiles(entry, entries, key, text, columns, types, condition)
    days = [title for title, type_ in types.items() if type_ == "date" and not title.isascii()]
    if computed.day not in columns_of(kind):
        yield entry.problem(
            ("computed", "day"), "E402", f"day：{kind} 没有“{computed.day}”这一列{suggestion(computed.day, days)}"
        )
    elif types[computed.day] != "date":
        message = f"day：“{computed.day}”不是日期。可用：{'、'.join(days)}。"
        yield entry.problem(("computed", "day"), "E902", message)
    for number, name in enumerate(computed.by):
        where = ("computed", "by", number)
        column = columns_of(kind).get(name)
        if column is None:
            texts = [title for title, type_ in types.items() if type_ == "text" and columns[title] not in _OWN]
            near = suggestion(name, [title for title in texts if not title.isascii()])
            yield entry.problem(where, "E402", f"by：{kind} 没有“{name}”这一列{near}")
        elif types[name] != "text" or column in _OWN:
            told = "地区不用写，总会按乡镇分" if column == "place" else "by 只能写类别、单位这样的文字列"
            yield entry.problem(where, "E902", f"by：“{name}”不能用来分组，{told}。")


def _compiles(
    entry: Entry[Indicator],
    entries: Entries,
    key: str,
    text: str,
    names: Mapping[str, str],
    types: Mapping[str, Type],
    condition: bool,
) -> Iterator[Problem]:
    asked = text if condition else f"-({text})"  # asked as a negative, so that text and days are refused
    try:
        compile_expression(asked, names, boolean=condition, types=types, lists=entries.named_lists)
    except ExpressionError as error:
        if entries.unsure(error.message):
            return
        column, said = error.column, error.message
        if not condition:
            column, said = max(column - 2, 1), said.replace("负号后面要写数", "这里要写数")
        told = ExpressionError(said, column)
        yield entry.problem(("computed", key), "E301", f"{key} {told}", column)


def check_indicator_cases(entries: Entries) -> Iterator[Problem]:
    """E622 of tables of readings, E623 of everything else in the cases of indicators."""
    if not any(entry.model.cases for entry in entries.indicators):
        return
    places = PlaceNames(entry.model for entry in entries.places)
    for entry in entries.indicators:
        seen: dict[str, int] = {}
        for number, case in enumerate(entry.model.cases):
            where: Where = ("cases", number)
            if case.case in seen:
                message = f"用例“{case.case}”与第{seen[case.case] + 1}个重名。请换一个说法，好分得清。"
                yield entry.problem((*where, "case"), "E623", message)
            seen.setdefault(case.case, number)
            _, complaints = read_readings(case.readings, entry.model.period, case.as_of)
            for each in complaints:
                yield in_block(entry, (*where, "readings"), each.line, each.column, "E622", each.message)
            yield from _case(entry, where, case, places, bool(entries.places) and "places" not in entries.incomplete)


def _case(
    entry: Entry[Indicator], where: Where, case: IndicatorCase, places: PlaceNames, placed: bool
) -> Iterator[Problem]:
    if case.place is not None and placed:
        try:
            places.code(case.place)
        except ValueError as error:
            says = str(error)
            message = f"place：地区“{case.place}”{says}{'' if says.endswith('？') else '。'}"
            yield entry.problem((*where, "place"), "E623", message)
    for group in case.expect.below:
        if group not in entry.model.compare:
            message = f"below：这项指标不与 {group} 比较。请在 compare 里补上，或从用例里删去。"
            yield entry.problem((*where, "expect", "below", group), "E623", message)
    if case.expect.forecast is not None and case.expect.forecast[0] > case.expect.forecast[1]:
        low, high = case.expect.forecast
        yield entry.problem(
            (*where, "expect", "forecast"), "E623", f"forecast：从{low:g}到{high:g}，前一个应较小。请对调。"
        )
