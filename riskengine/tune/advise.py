"""Which point of a curve to propose, if any: a pure function of what was counted."""

from __future__ import annotations

from collections.abc import Iterable

from riskengine.model.proposal import Dismissed
from riskengine.tune.noun import DIRECTIONS, Curve, Direction, Point, Proposal

__all__ = ["advise"]

_MAY_LOSE = 0.1
"""A tighter value may lose this share of what was found true; better one more false alarm than a missed event."""


def advise(curve: Curve, aim: float, dismissed: Iterable[Dismissed] = ()) -> tuple[Proposal | None, str]:
    """A proposal, or None, and the sentence that says why.

    Tighter: the rule is surely below ``aim`` (upper end of its interval), and a value nearest to the one in force reaches it while at
    most a tenth of what was found true is lost. Looser: the rule is surely above ``aim`` (lower end), some found true would be lost
    already, and a looser value loses fewer while it stays above ``aim``. What was dismissed is not proposed again in the same direction
    until twice as many outcomes are known as then.
    """
    now = curve.current
    if now.precision is None or now.interval is None:
        return None, f"有核查结果的只有{now.judged}件（至少要{now.least}件），不提建议。"
    low, high = now.interval
    true = now.confirmed + now.lost
    if high < aim:
        found = _tighter(curve, now, aim, true)
        direction: Direction = "tighter"
        missing = (
            f"查准率{now.precision:.0%}，低于{aim:.0%}，但没有一个取值既能达到、又不多漏一成以上确有其事的，不提建议。"
        )
    elif low > aim and now.lost:
        found = _looser(curve, now, aim)
        direction = "looser"
        missing = (
            f"查准率{now.precision:.0%}，高于{aim:.0%}，另有{now.lost}件确有其事的没有预警，但放宽不能找回，不提建议。"
        )
    elif low > aim:
        return (
            None,
            f"查准率{now.precision:.0%}（95%区间{low:.0%}–{high:.0%}），高于{aim:.0%}，核实过确有其事的都预警了，不提建议。",
        )
    else:
        return None, f"查准率{now.precision:.0%}（95%区间{low:.0%}–{high:.0%}），与{aim:.0%}分不出高低，不提建议。"
    if found is None:
        return None, missing
    for each in dismissed:
        same = (each.rule, each.parameter, each.direction) == (curve.rule, curve.parameter, DIRECTIONS[direction])
        if same and now.judged < 2 * each.judged:
            return None, (
                f"{DIRECTIONS[direction]}的建议{each.on}已由{each.by}否决（{each.reason}），当时有{each.judged}件核查结果，"
                f"现在{now.judged}件，满{2 * each.judged}件之前不再提。"
            )
    return _proposal(curve, now, found, direction, aim), "有建议。"


def _tighter(curve: Curve, now: Point, aim: float, true: int) -> Point | None:
    stricter = [
        point
        for point in curve.points
        if point.given < now.given
        and point.precision is not None
        and point.precision >= aim
        and point.lost - now.lost <= _MAY_LOSE * true
    ]
    return min(stricter, key=lambda point: abs(point.value - curve.now), default=None)


def _looser(curve: Curve, now: Point, aim: float) -> Point | None:
    wider = [
        point
        for point in curve.points
        if point.given > now.given and point.lost < now.lost and point.interval is not None and point.interval[0] >= aim
    ]
    return min(wider, key=lambda point: abs(point.value - curve.now), default=None)


def _proposal(curve: Curve, now: Point, found: Point, direction: Direction, aim: float) -> Proposal:
    assert now.precision is not None and found.precision is not None
    saved = now.given - found.given
    moved = f"少{saved}件" if saved >= 0 else f"多{-saved}件"
    lost = found.lost - now.lost
    missed = f"多漏{lost}件" if lost > 0 else f"少漏{-lost}件" if lost < 0 else "不多漏"
    why = (
        f"按过去{curve.nights}夜推算：查准率{now.precision:.0%}→{found.precision:.0%}（目标{aim:.0%}），预警{now.given}→{found.given}件（{moved}），"
        f"确有其事的{missed}。"
    )
    return Proposal(curve.rule, curve.parameter, direction, curve.now, found.value, now.judged, saved, why)
