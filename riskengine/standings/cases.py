"""What is said of the cases in the rule files: readings that were published, and made-up ones that show a fine point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from riskengine.model.indicator import Indicator, IndicatorCase
from riskengine.model.standing import Standing
from riskengine.standings.layout import wrapped
from riskengine.standings.record import standing_record

__all__ = ["Tried", "cases_record", "cases_text"]


@dataclass(frozen=True)
class Tried:
    """One case after it was judged. ``differences``: what came out otherwise than written, each a sentence; none: ✓."""

    indicator: Indicator
    case: IndicatorCase
    standing: Standing
    differences: tuple[str, ...]


def cases_text(tried: Sequence[Tried]) -> str:
    """An indicator at a time: ✓ or ✗, the case, what is said of it, and what differs."""
    if not tried:
        return "规则文件里的指标还没有用例。用例写在指标的 cases: 下，写法见 rules/README.md 的“指标”一节。"
    return "\n".join(_lines(tried))


def cases_record(tried: Sequence[Tried]) -> list[dict[str, Any]]:
    """The same for programs: one object a case."""
    return [
        {
            "indicator": each.indicator.id,
            "name": each.indicator.name,
            "case": each.case.case,
            "as_of": each.case.as_of.isoformat(),
            "source": each.case.source,
            "passed": not each.differences,
            "differences": list(each.differences),
            "standing": standing_record(each.standing),
        }
        for each in tried
    ]


def _lines(tried: Sequence[Tried]) -> Iterator[str]:
    for name, group in groupby(tried, key=lambda each: f"{each.indicator.name}（{each.indicator.id}）"):
        yield name
        for each in group:
            yield from wrapped(
                f"{each.case.case}（{each.case.as_of}）", f"  {'✗' if each.differences else '✓'} ", "    "
            )
            yield from wrapped(f"{each.standing.lamp}灯  {each.standing.says}", "      ")
            if each.case.source:
                yield from wrapped(f"出处：{each.case.source}", "      ", "        ")
            for difference in each.differences:
                yield from wrapped(difference, "      ! ", "        ")
    wrong = sum(bool(each.differences) for each in tried)
    sources = sum(each.case.source is not None for each in tried)
    yield f"共 {len(tried)} 个用例，其中公布过的读数 {sources} 个；{f'{wrong} 个与写明的不符。' if wrong else '全部与写明的相符。'}"
