"""Figures of two periods → the brief as headings, sentences and tables; Word and HTML only set them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riskengine.intervene.briefs.figures import Figures, Lamps, UnitFigures, figures, lamps
from riskengine.intervene.briefs.span import Span
from riskengine.intervene.lines import Entry
from riskengine.intervene.routing import current_places
from riskengine.intervene.wording import INTERNAL, reason
from riskengine.model.figure import signed
from riskengine.model.period import month_day
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Brief", "Section", "Table", "compose"]

_MOST = 10  # warnings, towns, themes that a brief names one by one
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Table:
    """``numbers``: columns that are set flush right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """One numbered section: sentences, then tables."""

    heading: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Brief:
    """What both papers are set from. ``file``: their name without its ending."""

    file: str
    title: str
    subtitle: str
    internal: str
    sections: tuple[Section, ...]
    footer: str


def compose(con: Connection, rulebook: Rulebook, span: Span, found: Sequence[Entry]) -> Brief:
    """The brief of ``span`` beside the period before. ``found``: the warnings of its last night, as they stand on the lists."""
    now, before = figures(con, rulebook, span, span.asked), figures(con, rulebook, span.before, span.asked)
    county = next(place for place in rulebook.places if place.parent is None)
    judged = lamps(con, county.code, now.end, before.end)
    sections = (
        _overall(rulebook, span, now, before),
        _gravest(span, found),
        _where(rulebook, span, now, before),
        _units(rulebook, span, now, before),
        _indicators(rulebook, span, judged, before),
        _data(rulebook, span, now, before),
    )
    numbered = tuple(
        Section(f"{_NUMERALS[at]}、{each.heading}", each.sentences, each.tables) for at, each in enumerate(sections)
    )
    return Brief(
        file=f"{span.name}_{span.called}",
        title=f"{county.name}社会风险预警{span.name}",
        subtitle=f"{span.called}（{month_day(span.first)}至{month_day(span.asked)}）",
        internal=INTERNAL,
        sections=numbered,
        footer=f"按 {span.asked} 夜所知编制，与当夜清单同一口径。规则版本 {rulebook.hash[:8]}。",
    )


def _overall(rulebook: Rulebook, span: Span, now: Figures, before: Figures) -> Section:
    names = {level.rank: level.name for level in rulebook.levels}
    by_level = "、".join(f"{names[rank]}{now.opened[rank]}" for rank in sorted(names) if now.opened[rank])
    opened = f"新增预警{now.opened.total()}件{f'（{by_level}）' if by_level else ''}"
    opened += _against(now.opened.total(), before.opened.total(), span, before)
    left = f"期末在办{now.open.total()}件{_against(now.open.total(), before.open.total(), span, before)}"
    sentences = [f"{span.this}{opened}；升级{now.raised}件，解除{now.lifted}件；{left}。"]
    if now.nights < span.nights:
        sentences.append(f"{span.this}{span.nights}夜中运行了{now.nights}夜，没有运行的夜不在统计之内。")
    if not before.nights:
        sentences.append(f"{span.that}没有运行记录，无从比较。")
    elif before.nights < span.before.nights:
        sentences.append(f"{span.that}{span.before.nights}夜中只运行了{before.nights}夜，与{span.that}的比较只供参考。")
    rows = [
        (
            names[rank],
            *_pair(now.opened[rank], before.opened[rank], before),
            *_pair(now.open[rank], before.open[rank], before),
        )
        for rank in sorted(names)
    ]
    rows.append(
        (
            "合计",
            *_pair(now.opened.total(), before.opened.total(), before),
            *_pair(now.open.total(), before.open.total(), before),
        )
    )
    head = ("等级", f"{span.this}新增", f"{span.that}新增", "增减", f"{span.this}末在办", f"{span.that}末在办", "增减")
    return Section("总体情况", tuple(sentences), (Table("各等级预警", head, tuple(rows), (1, 2, 3, 4, 5, 6)),))


def _gravest(span: Span, found: Sequence[Entry]) -> Section:
    alive = [entry for entry in found if not entry.lifted and entry.merged_into is None]
    worst = min((entry.level.rank for entry in alive), default=0)
    alive = [entry for entry in alive if entry.level.rank <= max(worst, 2)]
    alive.sort(key=lambda entry: (entry.level.rank, entry.opened_on < span.first, entry.opened_on, entry.id))
    if not alive:
        return Section("重点关注", ("期末没有在办的预警。",))
    rows = tuple(
        (
            entry.level.name,
            entry.subject_name,
            reason(entry).split("\n")[0],
            "、".join(duty.unit_name for duty in entry.duties if duty.role == "主办") or entry.unowned,
            f"{month_day(entry.opened_on)}{'（' + span.this + '新增）' if entry.opened_on >= span.first else ''}",
        )
        for entry in alive[:_MOST]
    )
    colours = "、".join(dict.fromkeys(entry.level.name for entry in alive))
    more = (
        (f"{colours}色共{len(alive)}件（并入别的预警的不重复计），下列最重的{_MOST}件。",) if len(alive) > _MOST else ()
    )
    return Section("重点关注", more, (Table("期末最重的预警", ("等级", "对象", "为什么", "主办单位", "开始"), rows),))


def _where(rulebook: Rulebook, span: Span, now: Figures, before: Figures) -> Section:
    towns = {code: place.name for code, place in current_places(rulebook.places, span.asked).items()}
    tables = (
        _compared("按主题看新增", "主题", now.themes, before.themes, str, span, before),
        _compared(
            "按乡镇看新增", "乡镇", now.towns, before.towns, lambda code: towns.get(code or "", "县级"), span, before
        ),
    )
    risen = [theme for theme, n in now.themes.most_common() if before.nights and n > before.themes[theme]]
    said = f"新增比{span.that}多的主题：{'、'.join(risen)}。" if risen else f"没有哪个主题的新增比{span.that}多。"
    return Section("哪里多、什么多", (said,) if before.nights else (), tuple(each for each in tables if each.rows))


def _compared(
    caption: str,
    what: str,
    now: Counter[Any],
    before: Counter[Any],
    name: Callable[[Any], str],
    span: Span,
    known: Figures,
) -> Table:
    ranked = sorted(now.keys() | before.keys(), key=lambda each: (-now[each], -before[each], name(each)))
    rows = tuple((name(each), *_pair(now[each], before[each], known)) for each in ranked[:_MOST])
    return Table(caption, (what, span.this, span.that, "增减"), rows, (1, 2, 3))


def _units(rulebook: Rulebook, span: Span, now: Figures, before: Figures) -> Section:
    def order(unit: str) -> tuple[object, ...]:
        known = rulebook.units.get(unit)
        return (-now.units[unit].overdue, -now.units[unit].delivered, known.sort if known else 0, unit)

    busy = [unit for unit, each in now.units.items() if each.delivered or each.answered or each.open]
    rows = tuple(
        (
            rulebook.units[unit].name if unit in rulebook.units else unit,
            str(each.delivered),
            str(each.answered),
            _share(each.in_time, each.answered),
            str(each.open),
            str(each.overdue),
            signed(each.overdue - before.units.get(unit, _NOTHING).overdue) if before.nights else "—",
        )
        for unit in sorted(busy, key=order)
        for each in (now.units[unit],)
    )
    late = [row for row in rows if row[5] != "0"]
    said = (
        f"期末逾期未反馈：{'、'.join(f'{row[0]}{row[5]}件' for row in late[:_MOST])}{'等' if len(late) > _MOST else ''}。"
        if late
        else "期末没有逾期未反馈的预警。"
    )
    head = ("单位", f"{span.this}接办", f"{span.this}反馈", "其中按时", "期末在办", "逾期", f"逾期比{span.that}")
    return Section(
        "谁办得快、谁拖了", (said,), (Table("主办单位办理情况", head, rows, (1, 2, 3, 4, 5, 6)),) if rows else ()
    )


def _indicators(rulebook: Rulebook, span: Span, judged: Sequence[Lamps], before: Figures) -> Section:
    names = {id_: each.name for id_, each in rulebook.indicators.items()}
    if not names:
        return Section("指标变化", ("没有登记指标（rules/indicators/）。",))
    lit = "；".join(
        f"{lamp}灯{len(shown)}项（{'、'.join(shown)}）"
        for lamp in ("红", "黄", "灰")
        if (shown := [names.get(each.indicator, each.indicator) for each in judged if each.now == lamp])
    )
    still = f"期末{lit or '没有红灯、黄灯、灰灯的指标'}。"
    if not before.nights:
        return Section("指标变化", (still, f"{span.that}没有运行记录，无从比较。"))
    known = [each for each in judged if each.was is not None]
    turned = [each for each in known if each.was != each.now]
    fresh = len(judged) - len(known)
    said = [still, *([f"有{fresh}项指标{span.that}末还没有研判，无从比较。"] if fresh else [])]
    if known and not turned:
        said.append(f"{'其余' if fresh else '各项'}指标的灯与{span.that}末相同。")
    rows = tuple((names.get(each.indicator, each.indicator), f"{each.was} → {each.now}", each.says) for each in turned)
    tables = (Table("变了灯的指标", ("指标", "灯", "态势"), rows),) if rows else ()
    return Section("指标变化", tuple(said), tables)


def _data(rulebook: Rulebook, span: Span, now: Figures, before: Figures) -> Section:
    titles: Mapping[str, str] = {name: source.title for name, source in rulebook.sources.items()}
    if not now.silent and not now.refused:
        return Section("数据报送", (f"{span.this}各来源均按时报送，来文全部读入。",))
    sentences = []
    if now.refused:
        sentences.append(
            f"{span.this}有{now.refused}份来文未能读入{_against(now.refused, before.refused, span, before, '份')}。"
        )
    rows = tuple(
        (titles.get(source, source), str(nights), str(before.silent.get(source, 0)) if before.nights else "—")
        for source, nights in sorted(now.silent.items(), key=lambda each: (-each[1], each[0]))
    )
    head = ("来源", f"{span.this}未按时的夜数", f"{span.that}未按时的夜数")
    return Section("数据报送", tuple(sentences), (Table("未按时报送的来源", head, rows, (1, 2)),) if rows else ())


_NOTHING = UnitFigures(0, 0, 0, 0, 0)


def _pair(now: int, before: int, known: Figures) -> tuple[str, str, str]:
    return (str(now), str(before), signed(now - before)) if known.nights else (str(now), "—", "—")


def _against(now: int, before: int, span: Span, known: Figures, what: str = "件") -> str:
    if not known.nights:
        return ""
    more = now - before
    return f"，与{span.that}持平" if not more else f"，比{span.that}{'多' if more > 0 else '少'}{abs(more)}{what}"


def _share(part: int, whole: int) -> str:
    return f"{part}（{part / whole:.0%}）" if whole else "—"
