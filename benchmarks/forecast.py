"""(5) Forecasts to year end, back-tested: at the end of each month from March to November, by what was known then.

``python -m benchmarks.forecast [--seed 20]`` runs this part alone and puts its figures into ``results.json``.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.asked import MONTHS, asked
from benchmarks.pasts import Past, made, real
from riskengine.assess.indicators.forecast import year_end
from riskengine.assess.indicators.noun import Forecast
from tests.real.records import folder

__all__ = ["COMMAND", "PEER", "Told", "backtest", "figures", "pasts"]

COMMAND = "python -m benchmarks.forecast"
PEER = "last year's total; the year so far + last year's rest; straight line by days"

_SEED = 20  # of the figures that are printed; the method was chosen on others
_EACH = 60
_KINDS = {
    "st_louis_crimes": "圣路易斯，按罪名（真实，1–2年历史）",
    "st_louis_areas": "圣路易斯，按街区（真实）",
    "st_louis_both": "圣路易斯，罪名×街区（真实）",
    "chicago_wards": "芝加哥投诉，按选区（真实，1–2年历史）",
    "canada_frauds": "加拿大诈骗，按手法（真实，只有1年历史）",
    "canada_both": "加拿大诈骗，省×手法（真实，1年历史）",
    "taipei": "台北自行车失窃，按区（真实，1–10年历史）",
    "made_rare": "生成：稀少件数（每月0.5、3件）",
    "made_counts": "生成：件数（每月20–300件）",
    "made_rates": "生成：比率，有分子分母",
    "made_rates_alone": "生成：比率，只有百分数",
    "made_surveys": "生成：调查读数（半年、季、月）",
}


@dataclass(frozen=True)
class Told:
    """One forecast, what came, and what the three plain ways would have said. ``even``: a number 0 … 1 drawn for it."""

    kind: str
    month: int
    actual: float
    forecast: Forecast
    plain: tuple[float, float, float]
    even: float

    @property
    def held(self) -> bool:
        """Whether the 80 % interval held what came."""
        return self.forecast.low <= self.actual <= self.forecast.high

    @property
    def rank(self) -> float:
        """Where what came lies in the forecast, 0 … 1; among equal quantiles anywhere (Czado, Gneiting and Held 2009, Biometrics
        65:1254): an interval of whole numbers holds more than 80 %, and this does not flatter it.
        """
        below = sum(each < self.actual for each in self.forecast.quantiles) / 100
        upto = sum(each <= self.actual for each in self.forecast.quantiles) / 100
        return below + (upto - below) * self.even

    @property
    def pinball(self) -> float:
        """The mean loss over all quantiles: an absolute error that also asks for the right width."""
        return (
            2
            * sum(
                (self.actual - each) * nth / 100 if self.actual >= each else (each - self.actual) * (1 - nth / 100)
                for nth, each in enumerate(self.forecast.quantiles, start=1)
            )
            / len(self.forecast.quantiles)
        )


def pasts(seed: int = _SEED) -> list[Past]:
    """The real series, where the public records are there, and the made ones."""
    records = folder()
    if records is None:
        print("  没有找到真实数据（项目旁边的 shared/realdata）：只用生成的序列回测")
    return [*(real(records) if records else ()), *made(seed, _EACH)]


def backtest(pasts: Iterable[Past], seed: int = _SEED) -> tuple[list[Told], float]:
    """Every forecast of every series, and the milliseconds that one took."""
    even = random.Random(seed)
    found: list[Told] = []
    spent = number = 0.0
    for past in pasts:
        for kind, month, series, actual, plain in asked(past):
            began = time.process_time()
            forecast = year_end(series, series.readings[-1].end)
            spent += time.process_time() - began
            number += 1
            if forecast is not None:
                found.append(Told(kind, month, actual, forecast, plain, even.random()))
    return found, 1000 * spent / number


def figures(told: Sequence[Told], milliseconds: float) -> dict[str, dict[str, Any]]:
    """Print the tables and give what ``results.json`` keeps of them."""
    found: dict[str, dict[str, Any]] = {}
    print(
        "  误差合计占实际合计的百分数（括号内：各序列误差的中位数）；分位损失同样以百分数计；80%区间命中（折算整数边界）"
    )
    for kind, name in _KINDS.items():
        mine = [each for each in told if each.kind == kind]
        if not mine:
            continue
        errors = [_errors(mine, lambda each, nth=nth: _said(each)[nth]) for nth in range(4)]  # type: ignore[misc]
        held = sum(each.held for each in mine) / len(mine)
        fair = sum(0.1 <= each.rank <= 0.9 for each in mine) / len(mine)
        loss = 100 * sum(each.pinball for each in mine) / _actual(mine)
        print(
            f"  {name}，{len(mine)}次：本法 {_pair(errors[0])}，去年全年 {_pair(errors[1])}，已有加去年余下 {_pair(errors[2])}，"
            f"直线 {_pair(errors[3])}；分位损失 {loss:.1f}；区间命中 {held:.0%}（{fair:.0%}）"
        )
        found[f"forecast_{kind}"] = {
            "figure": round(errors[0][0], 2),
            "unit": "% of what came",
            "peer": PEER,
            "peers": [round(error, 2) for error, _ in errors[1:]],
            "pinball": round(loss, 2),
            "held": round(held, 3),
            "held_fairly": round(fair, 3),
            "forecasts": len(mine),
            "command": COMMAND,
        }
    _by_month(told)
    found |= _promises(told)
    print(f"  每次预测 {milliseconds:.2f} 毫秒（处理器）")
    found["forecast_milliseconds"] = {
        "figure": round(milliseconds, 3),
        "unit": "ms",
        "peer": None,
        "goal": 0.3,
        "command": COMMAND,
    }
    return found


def _promises(told: Sequence[Told]) -> dict[str, dict[str, Any]]:
    """How often it came true that a year ends at or below the one before, by the chance that was given for it."""
    said, left = [], []
    for each in told:
        chance, line, came = (
            each.forecast.at_most(each.plain[0]),
            *(end <= each.plain[0] for end in (each.plain[2], each.actual)),
        )
        (left if 0.2 < chance < 0.8 else said).append(((chance >= 0.5) == came, line == came))
    kept, same, open_ = (
        sum(rights) / max(1, len(rights)) for rights in (*zip(*said, strict=True), [line for _, line in left])
    )
    print(
        f"  “全年不超过去年”是否应验：把握八成以上或两成以下的 {len(said)} 次，本法 {kept:.0%}，直线 {same:.0%}；"
        f"说难料的 {len(left)} 次，直线 {open_:.0%}"
    )
    figure = {
        "figure": round(kept, 3),
        "unit": "of what was given a chance of 80 % or more",
        "peer": "straight line, the same ones",
    }
    return {
        "forecast_kept": {
            **figure,
            "peers": [round(same, 3)],
            "said": len(said),
            "left_open": len(left),
            "command": COMMAND,
        }
    }


def _by_month(told: Sequence[Told]) -> None:
    """Every kind counts alike, so that the largest figures do not hide the others."""
    for title, kinds in (
        ("真实件数", [kind for kind in _KINDS if not kind.startswith("made")]),
        ("生成件数", ["made_rare", "made_counts"]),
    ):
        if not any(each.kind in kinds for each in told):
            continue
        print(f"  {title}，按预测时所在的月末（本法  去年全年  已有加去年余下  直线，误差%，各类平均；区间折算命中）：")
        for month in MONTHS:
            groups = [[each for each in told if each.month == month and each.kind == kind] for kind in kinds]
            if groups := [group for group in groups if group]:
                errors = [
                    [_errors(group, lambda each, nth=nth: _said(each)[nth])[0] for group in groups] for nth in range(4)
                ]  # type: ignore[misc]
                fair = sum(sum(0.1 <= each.rank <= 0.9 for each in group) / len(group) for group in groups) / len(
                    groups
                )
                print(
                    f"    {month:2d}月  "
                    + "  ".join(f"{sum(each) / len(each):5.1f}" for each in errors)
                    + f"   {fair:.0%}"
                )


def _said(told: Told) -> tuple[float, ...]:
    return (told.forecast.value, *told.plain)


def _actual(told: Sequence[Told]) -> float:
    return sum(each.actual for each in told) or 1.0


def _errors(told: Sequence[Told], said: Callable[[Told], float]) -> tuple[float, float]:
    """Sum of errors in per cent of the sum of what came, and the median of each one's error in per cent."""
    errors = [abs(said(each) - each.actual) for each in told]
    return 100 * sum(errors) / _actual(told), median(
        100 * e / max(t.actual, 1.0) for e, t in zip(errors, told, strict=True)
    )


def _pair(error: tuple[float, float]) -> str:
    return f"{error[0]:.1f}（{error[1]:.1f}）"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="年末预测回测")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--results", type=Path, default=Path(__file__).with_name("results.json"))
    chosen = parser.parse_args()
    found = figures(*backtest(pasts(chosen.seed), chosen.seed))
    content = json.loads(chosen.results.read_text(encoding="utf-8"))
    content["figures"] |= found
    chosen.results.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
