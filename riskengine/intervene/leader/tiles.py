"""哪个镇在下滑: a tile a town, in rows like a map, with what is open, how grave, and which way it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from riskengine.intervene.leader.history import BACK, Counts, History
from riskengine.intervene.leader.look import count, link, section
from riskengine.intervene.leader.readings import Readings
from riskengine.intervene.markup import badge
from riskengine.intervene.routing import current_places
from riskengine.model.duty import Level, Place
from riskengine.model.figure import number
from riskengine.model.period import month_day
from riskengine.model.rulebook import Rulebook

__all__ = ["heavier", "towns"]

_MANY = 24  # tiles; more of them take the whole width
_NAMED = 6
_ARROWS = {1: ("↑", "加重", "worse"), 0: ("→", "持平", "same"), -1: ("↓", "减轻", "better")}


def towns(rulebook: Rulebook, past: History, found: Readings, as_of: date) -> str:
    """The section ``#towns``. Towns stand in the order of their codes, the same every night."""
    places = current_places(rulebook.places, as_of)
    names = {
        code: place.name
        for code, place in sorted(places.items())
        if place.level == "town" and (_stands(place, as_of) or any((_of(past, 0, code) or {}).values()))
    }
    if not names:
        return section("towns", "哪个镇在下滑", "<p>行政区划表里没有乡镇。</p>")
    levels = sorted(rulebook.levels, key=lambda level: level.rank)
    tiles = "".join(_tile(code, name, levels, past) for code, name in names.items())
    text = _slipping(names, levels, past) + _ranks(names, found)
    beside = f"不属单个乡镇 {_elsewhere(names, _root(rulebook, as_of), past)} 件"
    shape = "tiles many" if len(names) > _MANY else "tiles"
    grid = f'<ul class="{shape}">{tiles}</ul>'
    return section("towns", "哪个镇在下滑", f"{text}{grid}{_legend(levels, past)}", more=beside)


def _stands(place: Place, as_of: date) -> bool:
    """A town that was merged into another one has no tile, unless warnings of it are still open."""
    return place.valid_until is None or place.valid_until >= as_of


def heavier(now: Counts, before: Counts, levels: Sequence[Level]) -> int:
    """1 heavier, -1 lighter, 0 alike: level by level from the gravest, the first that differs decides."""
    for level in levels:
        difference = now.get(level.rank, 0) - before.get(level.rank, 0)
        if difference:
            return 1 if difference > 0 else -1
    return 0


def _root(rulebook: Rulebook, as_of: date) -> str:
    """The code under which the list keeps what belongs to no single town."""
    return next(
        (code for code, place in current_places(rulebook.places, as_of).items() if place.parent is None), "county"
    )


def _elsewhere(names: Mapping[str, str], root: str, past: History) -> str:
    tonight = past.towns[0]
    own = tonight[1] if tonight else {}
    many = sum(sum(counts.values()) for town, counts in own.items() if town not in names)
    return count(many, "清单.html", f"town-{root}", said="不属单个乡镇")


def _tile(code: str, name: str, levels: Sequence[Level], past: History) -> str:
    now = _of(past, 0, code) or {}
    worst = next((level for level in levels if now.get(level.rank)), None)
    edge = f' style="border-left-color:{escape(worst.colour)}"' if worst else ""
    mark = badge(worst, short=True) if worst else '<span class="soft">无</span>'
    arrows = [_arrow(now, _of(past, back, code), levels, back) for back in BACK]
    shown = f'<span class="ways">{"".join(arrows)}</span>' if any(arrows) else ""
    many = count(sum(now.values()), "清单.html", f"town-{code}", said=f"{name}在办")
    head = f'<div><span class="name">{escape(name)}</span><b>{many}</b></div>'
    return f'<li{edge}>{head}<div class="state">{mark}{shown}</div></li>'


def _of(past: History, back: int, code: str) -> Counts | None:
    night = past.towns.get(back)
    return None if night is None else night[1].get(code, {})


def _arrow(now: Counts, before: Counts | None, levels: Sequence[Level], back: int) -> str:
    if before is None:
        return ""
    arrow, word, kind = _ARROWS[heavier(now, before, levels)]
    return f'<span class="{kind}">{back}天{arrow}<span class="said">比{back}天前{word}</span></span>'


def _slipping(names: Mapping[str, str], levels: Sequence[Level], past: History) -> str:
    back = max(BACK)
    if past.towns.get(back) is None:
        return "<p>没有四周前的夜可比，还看不出哪个镇在下滑。</p>"
    worse: list[tuple[tuple[int, ...], str]] = []
    for code, name in names.items():
        now, before = _of(past, 0, code) or {}, _of(past, back, code) or {}
        if heavier(now, before, levels) > 0:
            more = [level for level in levels if now.get(level.rank, 0) > before.get(level.rank, 0)]
            told = "、".join(f"{level.name}{before.get(level.rank, 0)}→{now[level.rank]}" for level in more[:2])
            order = tuple(before.get(level.rank, 0) - now.get(level.rank, 0) for level in levels)
            worse.append((order, f"{link(escape(name), '清单.html', f'town-{code}')}（{told}）"))
    if not worse:
        return "<p>与四周前比，没有乡镇加重。</p>"
    worse.sort()
    tail = f"等{len(worse)}个乡镇" if len(worse) > _NAMED else ""
    return f"<p>比四周前加重：{'、'.join(text for _, text in worse[:_NAMED])}{tail}。</p>"


def _ranks(names: Mapping[str, str], found: Readings) -> str:
    """Towns that lost points and with them places. Places alone say little: many share the first, and one point can cost ten."""
    fallen: list[tuple[float, str]] = []
    for mark in found.marks:
        before = mark.why.get("score_before")
        if mark.scope != "place" or mark.indicator is not None or mark.code not in names:
            continue
        if before is None or mark.value is None or mark.rank is None or mark.rank_before is None:
            continue
        if mark.rank > mark.rank_before and before > mark.value:
            town = link(escape(names[mark.code]), "考核.html", f"town-{mark.code}")
            points = f"{number(before)}→{number(mark.value)}分"
            fallen.append((mark.value - before, f"{town}（{points}，第{mark.rank_before}→第{mark.rank}名）"))
    if not fallen:
        return ""
    fallen.sort()
    tail = f"等{len(fallen)}个乡镇" if len(fallen) > _NAMED else ""
    return f"<p>比上月考核失分：{'、'.join(text for _, text in fallen[:_NAMED])}{tail}。</p>"


def _legend(levels: Sequence[Level], past: History) -> str:
    nights = [(back, night[0]) for back in BACK if (night := past.towns.get(back))]
    if not nights:
        return ""
    order = "、".join(level.name for level in levels)
    days = "、".join(f"{back}天前（{month_day(night)}）" for back, night in nights)
    return f'<p class="soft">数字是在办件数，色标是最重一级。箭头与{days}比：按{order}逐级比件数，先不同的一级多了↑加重，少了↓减轻。</p>'
