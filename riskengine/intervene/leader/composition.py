"""What the difference of an indicator is made of, and how its towns stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from riskengine.intervene.leader.assessment import moved
from riskengine.intervene.leader.look import lamp
from riskengine.intervene.leader.readings import Mark, Standing, text_of
from riskengine.intervene.markup import table
from riskengine.model.figure import amount_or_unknown, number, points_of, signed
from riskengine.model.indicator import GRAVEST_FIRST, Indicator
from riskengine.model.standing import Part

__all__ = ["composition", "town_table"]

_LEAST = 1.0  # per cent of the difference


def composition(parts: Sequence[Part], standing: Standing, indicator: Indicator) -> str:
    """A table for every ``by``, the largest share first; what pulls the other way has a grey bar and says so. Parts below a
    hundredth of the difference stand together in the last row, so that the shares still add up.
    """
    if not parts:
        return ""
    difference = standing.why.get("difference") or {}
    what = str(difference.get("text") or "") if isinstance(difference, Mapping) else str(difference)
    tables = [f'<p class="what">差在哪里</p>{f"<p>{escape(what)}</p>" if what else ""}']
    unit = points_of(indicator)
    for by in dict.fromkeys(part.by for part in parts):
        own = sorted((part for part in parts if part.by == by), key=lambda part: (-part.share, part.part))
        shown = [part for part in own if abs(part.share) >= _LEAST] or own[:1]
        rest = [part for part in own if part not in shown]
        rows = [
            [
                escape(part.name),
                amount_or_unknown(indicator, part.value),
                amount_or_unknown(indicator, part.base),
                f"{signed(part.difference)}{unit}",
                _bar(part.share),
            ]
            for part in shown
        ]
        if rest:
            gap, share = sum(part.difference for part in rest), sum(part.share for part in rest)
            rows.append([f"其余{len(rest)}个", "", "", f"{signed(gap)}{unit}", _bar(share)])
        head = (escape(by), "读数", "比较基数", "拉开的差距", "占全部差距")
        tables.append(table(head, rows, numbers=(1, 2, 3), caption=f"{indicator.name}按{by}分解"))
    return "\n".join(tables)


def _bar(share: float) -> str:
    back = share < 0
    word = ' <span class="soft">（往回拉）</span>' if back else ""
    width = min(100.0, abs(share))
    return (
        f'<span class="share">{number(round(share, 1))}%</span><span class="meter{" back" if back else ""}" aria-hidden="true">'
        f'<i style="width:{width:.0f}%"></i></span>{word}'
    )


def town_table(towns: Sequence[Standing], indicator: Indicator, marks: Sequence[Mark]) -> str:
    """A row a town, ``#<indicator id>-<place>``, the worst first: by lamp, then by rank."""
    if not towns:
        return ""
    placed = {mark.code: mark for mark in marks if mark.scope == "place" and mark.indicator == indicator.id}
    rows = [
        [
            lamp(each.lamp),
            f'<span id="{escape(f"{indicator.id}-{each.place}")}" class="whole">{escape(each.place_name)}</span>',
            f'<span class="whole">{escape(text_of(each.why, "value_text") or "未知")}</span>',
            _rank(placed.get(each.place), each.small),
            escape(text_of(each.why, "words", "course")) if each.why.get("target") else "",
            escape(text_of(each.why, "short") or each.says),
        ]
        for each in sorted(
            towns, key=lambda each: (GRAVEST_FIRST.index(each.lamp), -_order(placed.get(each.place)), each.place)
        )
    ]
    head = ("灯", "乡镇", "读数", "名次", "进度", "一句话")
    return f'<p class="what">各乡镇</p>{table(head, rows, cards=True, caption=f"{indicator.name}：各乡镇")}'


def _order(mark: Mark | None) -> int:
    return mark.rank if mark is not None and mark.rank is not None else 0


def _rank(mark: Mark | None, small: bool) -> str:
    if mark is None or mark.rank is None:
        return '<span class="soft">基数小，不排名</span>' if small or (mark is not None and mark.small) else "—"
    return f'<span class="whole">第{mark.rank}/{mark.of}{"（并列）" if mark.tied else ""}</span> {moved(mark)}'
