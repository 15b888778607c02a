"""What ``riskengine test`` prints: a line a rule, and for a case that failed what was expected, what came, and each step."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from riskengine.cases.outcome import VERDICTS, NightSeen, Result
from riskengine.rulebook.names import parameters_in_force

__all__ = ["failure_text", "report_text", "results_json"]

Where = Mapping[tuple[str, int], str]
"""(rule, index of the case) → ``rules/warnings/fraud/fraud.yaml:27:9``."""


def report_text(results: Sequence[Result], where: Where, units: Mapping[str, str]) -> str:
    """A line a rule with cases, the failures below their rule, the sum at the end. ``units``: id → name."""
    lines = []
    for id_, group in groupby(results, key=lambda result: result.rule.id):
        mine = list(group)
        failed = [result for result in mine if not result.passed]
        mark = "✗" if failed else "✓"
        told = f"{len(mine)} 个用例" + (f"，{len(failed)} 个没有通过" if failed else "通过")
        lines.append(f"{mark} {id_} {mine[0].rule.title}：{told}")
        lines += [failure_text(result, where.get((id_, result.index), ""), units) for result in failed]
    failures = sum(not result.passed for result in results)
    rules = len({result.rule.id for result in results})
    came = f"{failures} 个没有通过。" if failures else "全部通过。"
    return "\n".join([*lines, f"共 {rules} 条规则、{len(results)} 个用例，{came}"])


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
    lines += _indented(_nights(outcome.nights), 6)
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
        lines += _indented([table.columns, *table.rows], 8) if table.rows else []
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


def _indented(rows: Sequence[Sequence[str]], blanks: int) -> list[str]:
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
