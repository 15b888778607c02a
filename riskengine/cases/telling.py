"""What ``riskengine test`` prints: a line a rule, and for a case that failed what was expected, what came, and each step."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from riskengine.cases.indicators import IndicatorResult
from riskengine.cases.outcome import VERDICTS, NightSeen, Result
from riskengine.rulebook.names import parameters_in_force

__all__ = ["aligned", "failure_text", "indicator_failure_text", "indicators_json", "report_text", "results_json"]

Where = Mapping[tuple[str, int], str]
"""(rule or indicator, index of the case) → ``rules/warnings/fraud/fraud.yaml:27:9``."""


def report_text(
    results: Sequence[Result], where: Where, units: Mapping[str, str], indicators: Sequence[IndicatorResult] = ()
) -> str:
    """A line a rule and an indicator with cases, the failures below it, the sum at the end. ``units``: id → name."""
    lines = []
    for id_, group in groupby(results, key=lambda result: result.rule.id):
        mine = list(group)
        failed = [result for result in mine if not result.passed]
        lines.append(_line(id_, mine[0].rule.title, len(mine), len(failed)))
        lines += [failure_text(result, where.get((id_, result.index), ""), units) for result in failed]
    for id_, judged in groupby(indicators, key=lambda result: result.indicator.id):
        of_one = list(judged)
        amiss = [result for result in of_one if not result.passed]
        lines.append(_line(id_, of_one[0].indicator.name, len(of_one), len(amiss)))
        lines += [indicator_failure_text(result, where.get((id_, result.index), "")) for result in amiss]
    every: list[Result | IndicatorResult] = [*results, *indicators]
    failures = sum(not result.passed for result in every)
    rules = len({result.rule.id for result in results})
    counted = [f"{rules} 条规则"] if rules or not indicators else []
    counted += [f"{len({result.indicator.id for result in indicators})} 项指标"] if indicators else []
    came = f"{failures} 个没有通过。" if failures else "全部通过。"
    return "\n".join([*lines, f"共 {'、'.join(counted)}、{len(every)} 个用例，{came}"])


def _line(id_: str, title: str, cases: int, failed: int) -> str:
    told = f"{cases} 个用例" + (f"，{failed} 个没有通过" if failed else "通过")
    return f"{'✗' if failed else '✓'} {id_} {title}：{told}"


def failure_text(result: Result, where: str, units: Mapping[str, str]) -> str:
    """One failed case: where it stands, what differs, and the rows of each step."""
    outcome, case = result.outcome, result.case
    place = f"{where}: " if where else ""
    lines = [f"  {place}用例“{case.case}”（{case.as_of}）没有通过"]
    for each in result.differences:
        expected, came = (_unit(text, units) if each.what == "主办" else text for text in (each.expected, each.came))
        lines.append(f"    {each.what}：应为 {expected}，实为 {came}")
    if outcome.fault is not None:
        lines.append(f"    规则没有算成：{outcome.fault}")
    lines.append("    每一步：")
    lines += aligned(_nights(outcome.nights), 6)
    if result.rule.when and any(each.what == "判断" for each in result.differences):
        lines.append(f"      条件：{result.rule.when}")
    lines += [f"      {line}" for line in (*_parameters(result), *_score(outcome.why))]
    if outcome.warning != "无":
        lines.append(
            f"      预警：{outcome.warning}，主办 {_unit(outcome.unit or '无', units)}。{outcome.reason or ''}"
        )
    elif outcome.verdict == "hit" and result.rule.persistence.hits > 1:
        hits = sum(night.verdict == "hit" for night in outcome.nights[-result.rule.persistence.nights :])
        lines.append(f"      未开警：for {result.rule.opens}，最近各夜中只有 {hits} 夜命中")
    for table in outcome.tables:
        lines.append(f"      {table.title}：" + ("" if table.rows else "没有"))
        lines += aligned([table.columns, *table.rows], 8) if table.rows else []
    return "\n".join(lines)


def indicator_failure_text(result: IndicatorResult, where: str) -> str:
    """One failed case of an indicator: what differs, the readings, and what was said of them and why."""
    case, standing = result.case, result.standing
    lines = [f"  {f'{where}: ' if where else ''}用例“{case.case}”（{case.as_of}）没有通过"]
    lines += [f"    {each.what}：应为 {each.expected}，实为 {each.came}" for each in result.differences]
    lines.append("    怎么得出的：")
    lines += [f"      {line.strip()}" for line in case.readings.splitlines() if line.strip()]
    reasons, target, control = (standing.why[key] for key in ("reasons", "target", "control"))
    lines += [f"      目标：{target['text']}（{target['reference']}）"] if target else ["      目标：无"]
    lines += [f"      控制值：{control['value']:.10g}"] if control else []
    lines += [f"      {standing.why['forecast_text']}（{standing.method}）"] if standing.forecast is not None else []
    lines.append(f"      {standing.why['words']['lamp']}：{reasons['lamp']}")
    lines.append(f"      进度{standing.why['words']['course']}：{reasons['course']}")
    lines.append(f"      一句话：{standing.says}")
    return "\n".join(lines)


def results_json(results: Iterable[Result], where: Where) -> list[dict[str, Any]]:
    """The same for programs: one object a case."""
    return [
        {
            "rule": result.rule.id,
            "case": result.case.case,
            "as_of": result.case.as_of.isoformat(),
            "where": where.get((result.rule.id, result.index)),
            "passed": result.passed,
            "differences": [vars(each) for each in result.differences],
            "came": {
                "verdict": result.outcome.verdict,
                "level": result.outcome.level,
                "score": result.outcome.score,
                "reason": result.outcome.reason,
                "unit": result.outcome.unit,
                "warning": result.outcome.warning,
                "fault": result.outcome.fault,
            },
            "nights": [{**vars(night), "as_of": night.as_of.isoformat()} for night in result.outcome.nights],
            "why": result.outcome.why,
            "tables": [vars(table) for table in result.outcome.tables],
        }
        for result in results
    ]


def indicators_json(results: Iterable[IndicatorResult], where: Where) -> list[dict[str, Any]]:
    """Cases of indicators for programs: one object a case."""
    return [
        {
            "indicator": result.indicator.id,
            "case": result.case.case,
            "as_of": result.case.as_of.isoformat(),
            "source": result.case.source,
            "where": where.get((result.indicator.id, result.index)),
            "passed": result.passed,
            "differences": [vars(each) for each in result.differences],
            "came": {
                "lamp": result.standing.lamp,
                "course": result.standing.course,
                "value": result.standing.value,
                "falls": result.standing.fall_periods,
                "below": {
                    "city": result.standing.below_city_periods,
                    "province": result.standing.below_province_periods,
                    "peers": result.standing.below_peers_periods,
                },
                "forecast": result.standing.forecast,
                "says": result.standing.says,
            },
            "why": dict(result.standing.why),
        }
        for result in results
    ]


def _nights(nights: Sequence[NightSeen]) -> list[tuple[str, ...]]:
    names = list(dict.fromkeys(name for night in nights for name in night.values))
    rows = [("夜", *names, "判断", "得分", "等级", "预警")]
    for night in nights:
        score = "" if night.score is None else f"{night.score:.10g}"
        cells = [night.values.get(name, "") for name in names]
        rows.append((str(night.as_of), *cells, VERDICTS[night.verdict], score, night.level or "", night.warning))
    return rows


def _parameters(result: Result) -> list[str]:
    """One line, whatever the verdict; the reason why a case fails is often a parameter that was changed."""
    rule, day = result.rule, result.case.as_of
    told = [
        f"{name} = {held[0]:.10g} {rule.parameters[name].unit}（{held[1]} 起）" if held else f"{name} 在 {day} 没有值"
        for name, held in parameters_in_force(rule, day).items()
    ]
    return [f"参数：{'；'.join(told)}"] if told else []


def _score(why: Mapping[str, Any]) -> list[str]:
    lines = [f"得分 {each['points']:>4.10g}  {each['feature']}：{each['says']}" for each in why.get("features", ())]
    lines += [f"保底 {each['level']}：{each['says']}" for each in why.get("floors", ())]
    if why.get("unknown"):
        lines.append(f"未知：{'、'.join(why['unknown'])}")
    return lines


def aligned(rows: Sequence[Sequence[str]], blanks: int) -> list[str]:
    """Rows as columns of text; a Chinese character is two wide."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        (
            " " * blanks
            + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _unit(id_: str, units: Mapping[str, str]) -> str:
    return f"{id_}（{units[id_]}）" if id_ in units else id_
