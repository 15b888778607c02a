"""The words: what is said of a reading, clause by clause, the way an office would say it to a leader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.assess.indicators.comparison import GROUPS, Change, Falls, Group, alike
from riskengine.assess.indicators.noun import Reading, Series
from riskengine.assess.indicators.spoken import running, spoken_span
from riskengine.model.figure import amount, difference, measure, number
from riskengine.model.period import called, counted

__all__ = [
    "RANKS_LOST", "SLIPS", "Facts", "control_text", "falls_text", "group_texts", "head", "joined", "margin_text", "rank_text",
    "reading_notes", "short", "small_text", "unread",
]  # fmt: skip

SLIPS = 2
"""So many periods running are worth saying."""

RANKS_LOST = 3
"""So many places lost since the period before are worth saying."""


@dataclass(frozen=True)
class Facts:
    """What is known of the newest reading. ``control``: in force, None where there is none; ``small``: too few cases for any comparison."""

    series: Series
    reading: Reading
    value: float
    as_of: date
    change: Change
    falls: Falls
    groups: dict[str, Group]
    rank: int | None
    rank_before: int | None
    last_year: float | None
    control: float | None
    over: bool
    small: bool

    @property
    def told(self) -> bool:
        """Whether a change on last year may be told."""
        return not self.small and "last_year" in self.series.indicator.compare


def head(facts: Facts) -> str:
    """Where, when, what, how much: 全县1–5月诈骗案件立案312起."""
    indicator = facts.series.indicator
    when = spoken_span(indicator, facts.reading.end, facts.as_of)
    name = indicator.name.removeprefix("当月") if when else indicator.name
    between = "的" if when and name[0].isdigit() else ""
    return f"{facts.series.called}{when}{between}{name}{amount(indicator, facts.value)}"


def short(facts: Facts) -> str:
    """The reading and what stands out, gravest first; what is good stands before what is bad."""
    grave = [text for text in (control_text(facts), _running(facts), _rank_lost(facts)) if text]
    good: list[str] = []
    bad: list[str] = []
    change = facts.change
    if _change_is_told(facts):
        (good if change.better else bad).append(change.text)
    margins = [group for key in ("province", "city", "peers") if (group := facts.groups.get(key)) and not facts.small]
    better = [margin_text(facts, group) for group in margins if not group.bad and not _level(facts, group)]
    below = [margin_text(facts, group) for group in margins if group.bad and (group.periods or 0) < SLIPS]
    if better and (below or good):
        good.append("、".join(better))
    if below:
        bad.append("、".join(below))
    if good and bad:
        bad[0] = f"但{bad[0]}"
    return "，".join([head(facts), *grave, *good, *bad, *([small] if (small := _small_said(facts)) else [])])


def _change_is_told(facts: Facts) -> bool:
    change = facts.change
    if not change.told or "last_year" not in facts.series.indicator.compare:
        return False
    if facts.small:
        return change.value is None
    said = (facts.falls.periods or 0) >= SLIPS and not change.better
    return not (said and (facts.falls.every == "year" or facts.series.indicator.period == "year"))


def control_text(facts: Facts) -> str | None:
    """超过控制值60件（高11.5%）; of shares by how many 百分点. None where it is not passed."""
    if facts.control is None or not facts.over:
        return None
    indicator, control = facts.series.indicator, facts.control
    excess = abs(facts.value - control)
    high = facts.value > control
    by = f"{'高' if high else '低'}{difference(indicator, excess)}"
    if measure(indicator) in ("count", "figure") and abs(control) > 1e-9:
        by = f"{'高' if high else '低'}{number(excess / abs(control) * 100, 1)}%"
    return f"{'超过' if high else '低于'}控制值{amount(indicator, control)}（{by}）"


def falls_text(facts: Facts) -> str | None:
    """连续三年下降; of what should be low 连续三个月上升. From two on."""
    count = facts.falls.periods or 0
    if count < SLIPS or facts.small:
        return None
    indicator = facts.series.indicator
    way = "上升" if indicator.better == "lower" and measure(indicator) != "rank" else "下降"
    if facts.falls.every == "year":
        return f"{running(count, '年')}同期{way}"
    return f"{running(count, counted(indicator.period))}{way}"


def group_texts(facts: Facts) -> dict[str, str]:
    """Group → 连续三年低于全市平均, for those on whose bad side it is from two periods running on."""
    return {
        key: f"{running(group.periods, counted(facts.series.indicator.period))}{_side(facts)}{GROUPS[key]}平均"
        for key, group in facts.groups.items()
        if group.periods is not None and group.periods >= SLIPS and not facts.small
    }


def _running(facts: Facts) -> str | None:
    """连续三年下降且连续三年低于全市平均 where both run equally long, apart by a comma else."""
    below: dict[int, list[str]] = {}
    texts = group_texts(facts)
    for key in texts:
        below.setdefault(facts.groups[key].periods or 0, []).append(f"{GROUPS[key]}平均")
    period = counted(facts.series.indicator.period)
    sides = {count: f"{running(count, period)}{_side(facts)}{'和'.join(names)}" for count, names in below.items()}
    falling = falls_text(facts)
    found = []
    if falling is not None:
        alike = sides.pop(facts.falls.periods or 0, None) if facts.falls.every == "period" else None
        found.append(falling if alike is None else f"{falling}且{alike}")
    found += [sides[count] for count in sorted(sides, reverse=True)]
    return "，".join(found) or None


def _side(facts: Facts) -> str:
    return "低于" if facts.series.indicator.better == "higher" else "高于"


def margin_text(facts: Facts, group: Group) -> str:
    """低于全省0.79个百分点, 高于同类平均3起, 与全市平均持平."""
    name = "同类平均" if group.key == "peers" else GROUPS[group.key]
    if _level(facts, group):
        return f"与{GROUPS[group.key]}平均持平"
    return f"{'低于' if group.margin < 0 else '高于'}{name}{difference(facts.series.indicator, group.margin)}"


def _level(facts: Facts, group: Group) -> bool:
    return alike(facts.series.indicator, facts.value, group.value)


def rank_text(facts: Facts) -> str | None:
    """全市第12位，较上期下降3位; None where no place is known."""
    if facts.rank is None:
        return None
    here = f"全市第{facts.rank}位"
    if facts.rank_before is None or facts.rank_before == facts.rank:
        return here if facts.rank_before is None else f"{here}，与上期持平"
    moved = facts.rank - facts.rank_before
    return f"{here}，较上期{'下降' if moved > 0 else '上升'}{abs(moved)}位"


def _rank_lost(facts: Facts) -> str | None:
    if facts.rank is None or facts.rank_before is None or facts.rank - facts.rank_before < RANKS_LOST:
        return None
    text = rank_text(facts)
    alone = measure(facts.series.indicator) == "rank"
    return text.split("，")[1] if text and alone else text


def small_text(facts: Facts) -> str:
    """基数小（12件），不作升降判断."""
    indicator, reading = facts.series.indicator, facts.reading
    if measure(indicator) == "count":
        last = facts.last_year
        cases = amount(indicator, facts.value) + ("" if last is None else f"，去年{amount(indicator, last)}")
    elif indicator.computed is not None and indicator.computed.measure == "ratio":
        cases = f"{reading.sample or 0}件"  # the records, not the sum that is divided by
    elif reading.denominator is not None:
        cases = f"{number(reading.denominator)}件"
    else:
        cases = f"样本{reading.sample or 0}份"
    return f"基数小（{cases}），不作升降判断"


def _small_said(facts: Facts) -> str | None:
    """Not of counts that stand still, nor where the reading itself says how few they are."""
    still = measure(facts.series.indicator) == "count" and facts.change.absolute in (None, 0)
    return small_text(facts) if facts.small and not still and not _change_is_told(facts) else None


def reading_notes(facts: Facts) -> list[str]:
    """What else the reading says, each a sentence: how it was reported, corrected, and what records that we hold come to."""
    reading, indicator = facts.reading, facts.series.indicator
    found = []
    if reading.reported is not None and reading.computed is not None:
        apart = abs(reading.reported - reading.computed)
        both = f"报送{amount(indicator, reading.reported)}，按记录计算{amount(indicator, reading.computed)}"
        found.append(f"{both}，{'两者一致' if apart < 0.005 else f'相差{difference(indicator, apart)}'}")
    if reading.versions > 1:
        found.append(f"这一期更正过{reading.versions - 1}次，以最后一次为准")
    return found


def unread(series: Series, newest: Reading | None, last: Reading | None) -> str:
    """What is said where the reading that is due cannot be used: doubted, missing, or none has ever come."""
    indicator = series.indicator
    whose = f"{series.called}{indicator.name}"
    end = newest.end if newest is not None else series.due
    if end is None:
        return f"{whose}还没有读数，态势未知"
    period = called(indicator.period, end)
    if newest is not None and newest.doubt is not None:
        return joined([f"{whose}{period}读数存疑：{newest.doubt.rstrip('。；，')}", "态势未知，请核实后重报"])
    lacking = "没有可供计算的记录" if indicator.reports is None else "读数应报未报"
    says = f"{whose}{period}{lacking}，态势未知"
    if last is not None and last.value is not None:
        says += f"（最近一次是{called(indicator.period, last.end)}的{amount(indicator, last.value)}）"
    return says


def joined(sentences: Sequence[str]) -> str:
    """One after the other, apart by 。, none at the end; none behind a sentence that already ends (？)."""
    text = ""
    for each in sentences:
        text += ("" if not text or text[-1] in "？！。" else "。") + each
    return text
