"""What cannot wait: the red ones, the new and raised orange ones, and who is late."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.listing import owed
from riskengine.intervene.leader.look import count, link, section
from riskengine.intervene.lines import CHANGES, Duty, Entry
from riskengine.intervene.markup import badge, table
from riskengine.intervene.wording import deadline
from riskengine.model.period import month_day
from riskengine.model.rulebook import Rulebook

__all__ = ["grave", "late", "short"]

_LIST = "清单.html"
_MOST = 8  # lines of a section; the rest stands in the list
_RED, _ORANGE = 1, 2
_LONG = 68  # characters of a reason on this page
_STOP = re.compile("[；。，]")


def grave(found: Sequence[Entry], rulebook: Rulebook, as_of: date) -> str:
    """The section ``#grave``: what, where, why, who, by when. A merged warning is named with the one that explains it."""
    alive = [entry for entry in found if not entry.lifted]
    urgent = [
        entry
        for entry in alive
        if entry.level.rank == _RED or (entry.level.rank == _ORANGE and entry.change in ("新增", "升级"))
    ]
    urgent.sort(
        key=lambda entry: (
            CHANGES.index(entry.change) > 1, entry.level.rank, CHANGES.index(entry.change), -entry.overdue(as_of)
        )
    )  # fmt: skip
    ids = {entry.id for entry in urgent}
    tops = [entry for entry in urgent if entry.merged_into not in ids]
    names = {level.rank: level.name for level in rulebook.levels}
    red, orange = names.get(_RED, "红"), names.get(_ORANGE, "橙")
    beside = "、".join(
        f"{name}色 {count(sum(e.level.rank == rank for e in alive), _LIST, f'level-{rank}', said=f'{name}色预警')} 件"
        + _merged(sum(e.level.rank == rank and e.merged_into is not None for e in alive))
        for rank, name in ((_RED, red), (_ORANGE, orange))
        if rank in names
    )
    heading = f"{red}的和新的"
    if not urgent:
        return section("grave", heading, f"<p>今日没有{red}色预警，也没有新增或升级的{orange}色预警。</p>", more=beside)
    rows = [_row(entry, as_of) for entry in tops[:_MOST]]
    shown = table(
        ["等级", "对象", "为什么", "谁办", "期限"], rows, cards=True, caption=f"{red}色预警，新增和升级的{orange}色预警"
    )
    rest = len(tops) - _MOST
    more = f'<p class="soft">另有 {rest} 件，见{link("清单", _LIST, f"level-{_RED}")}。</p>' if rest > 0 else ""
    return section("grave", heading, shown + more, more=beside)


def _merged(many: int) -> str:
    """Merged ones have no row of their own here; without this the number above would not be the number of rows."""
    return f"（{many}件并入别的）" if many else ""


def late(
    found: Sequence[Entry], rulebook: Rulebook, paths: Mapping[str, str], as_of: date, returned: str = ""
) -> str:
    """The section ``#behind``: units that are past their deadlines, the latest on top, and who has not even signed. ``returned``: HTML that
    says whose closings came back.
    """
    alive = [entry for entry in found if not entry.lifted]
    lists = {each.anchor: each.entries for each in owed(alive, rulebook, as_of)}
    rows: list[tuple[tuple[int, int, str], list[str]]] = []
    for unit in rulebook.units.values():
        behind, unsigned = (lists.get(f"{kind}-{unit.id}", ()) for kind in ("late", "unsigned"))
        if not behind:
            continue
        deadlines = [duty.deadline for entry in behind for duty in entry.duties if duty.unit == unit.id]
        longest = (as_of - min(deadlines)).days
        name = link(escape(unit.name), paths[unit.id]) if unit.id in paths else escape(unit.name)
        cells = [
            name,
            count(len(behind), _LIST, f"late-{unit.id}", said=f"{unit.name}逾期"),
            f'<span class="late">{longest}天</span> <span class="soft whole">自{month_day(min(deadlines))}</span>',
            count(len(unsigned), _LIST, f"unsigned-{unit.id}", said=f"{unit.name}未签收") if unsigned else "0",
        ]
        rows.append(((-longest, -len(behind), unit.id), cells))
    rows.sort(key=lambda row: row[0])
    total, silent = len(lists["late"]), len(lists["unsigned"])
    beside = f"逾期 {count(total, _LIST, 'late', said='逾期')} 件、未签收 {count(silent, _LIST, 'unsigned', said='未签收')} 件"
    queue = _queue(found) + returned
    if not rows:
        return section("behind", "谁拖了", f"<p>没有单位逾期。</p>{queue}", more=beside)
    shown = table(
        ["单位（点开清单）", "逾期", "最长逾期", "未签收"],
        [row for _, row in rows[:_MOST]],
        numbers=(1, 3),
        caption="逾期的单位",
    )
    rest = len(rows) - _MOST
    more = f'<p class="soft">另有 {rest} 个单位，见{link("清单", _LIST, "late")}。</p>' if rest > 0 else ""
    if sum(len(own) for anchor, own in lists.items() if anchor.startswith("late-")) > total:
        more += '<p class="soft">几个单位同办的一件，各单位都记。</p>'
    more += queue
    return section("behind", "谁拖了", shown + more, more=beside)


def _queue(found: Sequence[Entry]) -> str:
    """Whose weekly load is reached, and how many warnings wait for it; empty where none does."""
    leads = [next(wait for wait in entry.waiting if wait.role == "主办") for entry in found if entry.waiting]
    if not leads:
        return ""
    many = {name: sum(wait.unit_name == name for wait in leads) for name in sorted({wait.unit_name for wait in leads})}
    told = "、".join(f"{escape(name)} {number} 件" for name, number in many.items())
    return f'<p class="soft">周办理量已满，候办 {len(leads)} 件（{told}）：还没有下发，期限没有起算。</p>'


def short(sentence: str, most: int = _LONG) -> str:
    """The sentence up to ``most`` characters, cut where it pauses."""
    if len(sentence) <= most:
        return sentence
    pauses = [found.start() for found in _STOP.finditer(sentence, most // 2, most)]
    return sentence[: pauses[-1] if pauses else most - 1] + "……"


def _row(entry: Entry, as_of: date) -> list[str]:
    children = f'<span class="soft">（含并入{len(entry.children)}件）</span>' if entry.children else ""
    mark = f'<span class="soft">{entry.change}</span>' if entry.change == "持续" else f"<b>{entry.change}</b>"
    leads = [duty for duty in entry.duties if duty.role == "主办"] or list(entry.duties)
    helpers = [duty.unit_name for duty in entry.duties if duty not in leads]
    helped = f'<br><span class="soft">协办 {escape("、".join(helpers))}</span>' if helpers else ""
    return [
        f'<span class="whole">{badge(entry.level)} {mark}</span>',
        f'{link(escape(entry.subject_name), "预警.html", entry.id)}<br><span class="soft">{escape(entry.theme)} · '
        f'<span class="whole">{escape(entry.id)}</span></span>',
        _back(entry) + escape(short(_reason(entry))) + children,
        escape("、".join(duty.unit_name for duty in leads) or entry.unowned) + helped,
        "<br>".join(dict.fromkeys(_deadline(entry, duty, as_of) for duty in leads)),
    ]


def _back(entry: Entry) -> str:
    """That it came back, in short: the whole sentence would leave no room for the reason."""
    return f'<b title="{escape(entry.sentence.partition("。")[0], quote=True)}">反弹</b> ' if entry.rebound_of else ""


def _reason(entry: Entry) -> str:
    return entry.sentence.partition("。")[2] if entry.rebound_of else entry.sentence


def _deadline(entry: Entry, duty: Duty, as_of: date) -> str:
    _, mark = deadline(entry, duty, as_of)
    kind = "late" if "逾期" in mark else "soft"
    mark = mark or (f"已反馈{duty.outcome}" if duty.outcome else "主办已反馈" if duty.settled else "")
    return f'<span class="whole">{month_day(duty.deadline)}</span> <span class="whole {kind}">{mark}</span>'
