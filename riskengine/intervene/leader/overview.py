"""The tables at the head of the lists: what changed at which level, what each unit has, what each town has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.listing import ANCHORS, Listing, by_town, by_unit
from riskengine.intervene.leader.look import count, link, section
from riskengine.intervene.lines import CHANGES, Entry
from riskengine.intervene.markup import badge, number, table
from riskengine.model.duty import Level
from riskengine.model.rulebook import Rulebook

__all__ = ["overview"]

_GRAVE = 2  # ranks 1 and 2 are red and orange


def overview(found: Sequence[Entry], rulebook: Rulebook, paths: Mapping[str, str], as_of: date) -> str:
    """Three sections, ``#changes``, ``#units`` and ``#towns``; their numbers lead to the lists below them."""
    alive = [entry for entry in found if not entry.lifted]
    return "\n".join(
        (
            section("changes", "等级与变化", _changes(found, rulebook.levels)),
            section("units", "责任单位", _units(by_unit(alive, rulebook, paths), as_of)),
            section("towns", "乡镇", _towns(by_town(alive, rulebook, as_of), rulebook.levels, as_of)),
        )
    )


def _count(rows: int, anchor: str, said: str) -> str:
    """A number that leads to its list; nothing to lead to where it is 0."""
    return count(rows, "", anchor, said=said) if rows else "0"


def _late(rows: str) -> str:
    return f'<span class="late">{rows}</span>' if rows != "0" else rows


def _changes(found: Sequence[Entry], levels: Sequence[Level]) -> str:
    def of(level: Level, change: str) -> str:
        return number(sum(entry.level == level and entry.change == change for entry in found))

    rows = []
    for level in levels:
        alive = sum(entry.level == level and not entry.lifted for entry in found)
        by_change = (of(level, change) for change in CHANGES)
        rows.append([badge(level), *by_change, _count(alive, f"level-{level.rank}", f"{level.name}色在办")])
    sums = [_count(sum(e.change == change for e in found), ANCHORS[change], f"今晚{change}") for change in CHANGES]
    total = ["合计", *sums, _count(sum(not entry.lifted for entry in found), "open", "全部在办")]
    return table(("等级", *CHANGES, "在办"), rows, total=total, numbers=range(1, 7), caption="各等级今晚的变化")


def _units(lists: Sequence[Listing], as_of: date) -> str:
    if not lists:
        return "<p>今日没有需要下发的清单。</p>"
    rows = []
    for each in lists:
        own = [(entry, duty) for entry in each.entries for duty in entry.duties if duty.unit == each.unit]
        late = sum((duty.left(as_of) or 0) < 0 for _, duty in own)
        rows.append(
            [
                link(escape(each.heading), each.path) if each.path else escape(each.heading),
                _count(len(own), each.anchor, f"{each.heading}在办"),
                number(sum(duty.role == "主办" for _, duty in own)),
                number(sum(entry.level.rank <= _GRAVE for entry, _ in own)),
                number(sum(entry.change == "新增" for entry, _ in own)),
                number(sum(duty.signed_on is not None or duty.outcome is not None for _, duty in own)),
                number(sum(duty.outcome is not None for _, duty in own)),
                _late(_count(late, f"late-{each.unit}", f"{each.heading}逾期")),
            ]
        )
    head = ("单位（点开清单）", "在办", "其中主办", "红橙", "今日新增", "已签收", "已反馈", "逾期")
    return table(head, rows, numbers=range(1, 8), caption="各责任单位的在办预警")


def _towns(lists: Sequence[Listing], levels: Sequence[Level], as_of: date) -> str:
    """Gravest first, the county's own last; quiet towns in a sentence."""
    *towns, county = lists
    busy = sorted((each for each in towns if each.entries), key=lambda each: _gravity(each, levels))
    shown = [*busy, county] if county.entries else busy
    rows = []
    for each in shown:
        by_level = (number(sum(entry.level == level for entry in each.entries)) for level in levels)
        alive = _count(len(each.entries), each.anchor, f"{each.heading}在办")
        late = number(sum(entry.overdue(as_of) > 0 for entry in each.entries))
        rows.append([escape(each.heading), *by_level, alive, _late(late)])
    quiet = [each.heading for each in towns if not each.entries]
    note = f'<p class="soft">没有在办预警的乡镇：{escape("、".join(quiet))}。</p>' if quiet else ""
    head = ("乡镇", *(level.name for level in levels), "在办", "逾期")
    return (table(head, rows, numbers=range(1, len(head)), caption="各乡镇的在办预警") if rows else "") + note


def _gravity(each: Listing, levels: Iterable[Level]) -> tuple[list[int], str]:
    return [-sum(entry.level == level for entry in each.entries) for level in levels], each.anchor
