"""What stands in the paper that goes with a plate: the place, its warnings of tonight, by when it must be put right."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from riskengine.intervene.papers.facts import MIND, Values, numbered_lines
from riskengine.intervene.papers.issue import chinese_day
from riskengine.intervene.routing import current_places, line_of, place_name
from riskengine.intervene.wording import INTERNAL, level_name
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["plate_values"]

_MOST = 8  # warnings that are named one by one


def plate_values(con: Connection, rulebook: Rulebook, number: str, as_of: date) -> Values:
    """The values of a paper about the plate ``number``, listed tonight."""
    [(place, themes, says, listed_on, kind)] = con.execute(_PLATE, {"number": number, "as_of": as_of}).fetchall()
    plate = next(each for each in rulebook.ladder.plates if each.id == kind)
    places = current_places(rulebook.places, as_of)
    level = next(each for each in rulebook.levels if each.name == plate.level)
    below = {code for code in places if place in line_of(code, places)}
    rows = con.execute(_OPEN, {"as_of": as_of, "rank": level.rank, "places": sorted(below)}).fetchall()
    rows = [row for row in rows if not plate.themes or row[2] in plate.themes]
    names = {each.rank: each.name for each in rulebook.levels}
    named = tuple(f"{id_} {name}（{theme}，{names.get(rank, rank)}）" for id_, name, theme, rank, _ in rows[:_MOST])
    counted = Counter(row[2] for row in rows)
    by_theme = "、".join(f"{theme}{n}件" for theme, n in sorted(counted.items(), key=lambda each: (-each[1], each[0])))
    actions = dict.fromkeys(
        rulebook.rules[rule].action for *_, rules in rows for rule in rules or () if rule in rulebook.rules
    )
    return {
        "编号": number,
        "对象": place_name(place, places),
        "类别": themes or "综合",
        "等级": f"{level_name(level)}及以上，{INTERNAL}",
        "开始时间": chinese_day(listed_on),
        "影响范围": place_name(place, places),
        "情况": f"在办{level.name}级及以上预警{len(rows)}件：{by_theme}" if rows else says,
        "注意事项": numbered_lines(MIND),
        "建议措施": numbered_lines(tuple(actions) or ("请制定整改方案，逐项销号。",)),
        "证据": numbered_lines((*named, *((f"等共{len(rows)}件",) if len(rows) > _MOST else ()))),
        "期限": chinese_day(listed_on + timedelta(plate.rectify_within)),
        "期限依据": f"{plate.title}：自挂牌之日起{plate.rectify_within}日",
        **dict.fromkeys(("核查结果", "处置情况", "销号日期", "销号单位"), ""),
    }


_PLATE = """
SELECT place, theme, says, as_of, plate FROM intervene.plate WHERE number = $number AND what = '挂牌' AND as_of = $as_of
"""

_OPEN = """
SELECT s.id, coalesce(w.subject_name, w.subject), w.theme, s.level, s.rules FROM assess.state AS s JOIN assess.warning AS w ON w.id = s.id
WHERE s.as_of = $as_of AND s.change <> '解除' AND NOT s.stale AND s.level <= $rank AND list_contains($places::VARCHAR[], w.place)
  AND NOT EXISTS (FROM assess.merged AS m WHERE m.as_of = $as_of AND m.child = s.id)
  AND (SELECT arg_max(h.closed_on IS NOT NULL, h.as_of) FROM intervene.handling AS h WHERE h.id = s.id AND h.as_of <= $as_of) IS NOT TRUE
ORDER BY s.level, s.id
"""
