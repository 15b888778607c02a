"""What ``riskengine routes test`` prints: a line a case, what came out otherwise, and the coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from riskengine.cases.route_cases import Tried
from riskengine.cases.route_coverage import Coverage
from riskengine.cases.telling import aligned
from riskengine.model.rulebook import Rulebook

__all__ = ["routes_json", "routes_text"]

_NONE = "没有派发用例。用例写在 rules/routes_cases.yaml 里，写法见 rules/README.md 的“派发”一节。"


def routes_text(tried: Sequence[Tried], covered: Coverage, rulebook: Rulebook, where: Mapping[int, str]) -> str:
    """``where``: index of a case → where it stands, for those that failed."""
    lines: list[str] = []
    if tried:
        lines += aligned([("", "用例", "日期", "件数", "派发", "主办", "协办", "抄送"), *_rows(tried, rulebook)], 0)
    for each in tried:
        if each.differences:
            lines.append(f"{where.get(each.index, '')}: 用例“{each.case.case}”（{each.case.as_of}）没有通过")
            lines += [f"  {told}" for told in each.differences]
    failed = sum(bool(each.differences) for each in tried)
    warnings = sum(len(each.given) for each in tried)
    came = f"{failed} 个没有通过。" if failed else "全部通过。"
    lines.append(f"共 {len(tried)} 个用例、{warnings} 件预警，{came}" if tried else _NONE)
    return "\n".join([*lines, "", *_covered(covered)])


def _rows(tried: Sequence[Tried], rulebook: Rulebook) -> list[tuple[str, ...]]:
    units = {id_: unit.name for id_, unit in rulebook.units.items()}

    def named(ids: Sequence[str | None]) -> str:
        told = [units.get(each, each) if each else "没有" for each in dict.fromkeys(ids)]
        return "、".join(told) if len(told) <= 2 else f"{told[0]}等{len(told)}个"

    rows: list[tuple[str, ...]] = []
    for each in tried:
        routes = sorted({-1 if given.route is None else given.route for given in each.given})
        taken = "、".join("没有" if at < 0 else rulebook.route_number(at) for at in routes)
        leads = named([given.lead for given in each.given])
        along = named([unit for given in each.given for unit in given.along])
        copies = named([unit for given in each.given for unit in given.copies])
        mark = "✗" if each.differences else "✓"
        rows.append((mark, each.case.case, str(each.case.as_of), str(len(each.given)), taken, leads, along, copies))
    return rows


def _covered(covered: Coverage) -> list[str]:
    total = len(covered.routes)
    taken = total - len(covered.uncovered)
    lines = [f"用例覆盖：{total} 条派发中 {taken} 条有用例走到。"]
    lines += [f"  没有用例走到：第{each.number}条 {_told(each.name, each.says)}" for each in covered.uncovered]
    if covered.last is None:
        return [*lines, "实际覆盖：这个工作区还没有运行过任何一夜，看不出哪些派发用得上。"]
    idle = [each for each in covered.routes if not each.warnings]
    lines.append(f"实际覆盖：{covered.first} 至 {covered.last} 的预警按现在的派发走过 {total - len(idle)} 条。")
    lines += [f"  没有预警走到：第{each.number}条 {_told(each.name, each.says)}" for each in idle]
    fallen, lost = (sum(each.warnings for each in covered.caught if each.caught is which) for which in (True, False))
    lines.append(
        f"最近 {covered.nights} 夜只有兜底接住的预警 {fallen} 件" + (f"，没有一条接住的 {lost} 件。" if lost else "。")
    )
    for each in covered.caught:
        what = "兜底" if each.caught else "没有一条接住"
        lines.append(
            f"  {what}：{each.theme}，{each.subject}，{each.level}级，{each.warnings} 件，如 {'、'.join(each.examples)}"
        )
    return lines


def _told(name: str, says: str) -> str:
    return f"“{name}”：{says}" if name else says


def routes_json(
    tried: Sequence[Tried], covered: Coverage, rulebook: Rulebook, where: Mapping[int, str]
) -> dict[str, Any]:
    """The same for programs."""
    cases = [
        {
            "case": each.case.case,
            "as_of": each.case.as_of.isoformat(),
            "where": where.get(each.index),
            "passed": not each.differences,
            "differences": list(each.differences),
            "warnings": [
                {
                    "says": given.says,
                    "place": given.place,
                    "lead": given.lead,
                    "along": list(given.along),
                    "copies": list(given.copies),
                    "route": None if given.route is None else rulebook.route_number(given.route),
                }
                for given in each.given
            ],
        }
        for each in tried
    ]
    return {
        "cases": cases,
        "routes": [vars(each) for each in covered.routes],
        "nights": {"first": covered.first, "last": covered.last, "looked_at": covered.nights},
        "caught": [vars(each) for each in covered.caught],
    }
