"""The indicators of a night for a terminal: the gravest first, each with its sentence, what is wrong with the data below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from riskengine.model.figure import amount
from riskengine.model.indicator import GRAVEST_FIRST
from riskengine.model.period import called
from riskengine.model.standing import Finding, Mark, Standing
from riskengine.standings.layout import table, wrapped
from riskengine.standings.read import Said

__all__ = ["finding_lines", "mark_row", "overview", "row", "score_text"]

HEAD = ("灯", "指标", "读数", "期", "目标", "进度", "年末预测（80%区间）", "去年同期", "变化")
_RIGHT = (2, 7, 8)


def overview(said: Said, place: str | None = None, *, everywhere: bool = False) -> str:
    """The county's table, or that of one ``place``; ``everywhere``: the towns' tables and the ranking behind it."""
    shown = said.of_place(place) if place else said.of_county()
    lines = [_title(said, shown, place), ""]
    lines += _grouped(said, shown) if shown else [f"  {said.place(place or '')}没有任何指标的读数。"]
    if everywhere:
        for code in _towns(said):
            lines += [
                "",
                f"【{said.place(code)}】",
                *table([HEAD, *(row(said, each) for each in said.of_place(code))], _RIGHT),
            ]
    totals = [each for each in said.marks if each.indicator is None and (everywhere or each.code == place)]
    lines += _totals(said, totals)
    findings = [each for each in said.findings if everywhere or place is None or each.place == place]
    lines += finding_lines(said, findings)
    return "\n".join(lines)


def row(said: Said, each: Standing) -> tuple[str, ...]:
    """The cells of a standing, under HEAD; 未知 where there is no reading."""
    indicator, why = said.indicator(each.indicator), each.why
    target = why.get("target") or {}
    before = (
        "—" if each.last_year is None else amount(indicator, each.last_year) if indicator else f"{each.last_year:g}"
    )
    return (
        f"{each.lamp}灯",
        said.name(each.indicator),
        why.get("value_text") or "未知",
        _period(said, each),
        target.get("text") or "无",
        (why.get("words") or {}).get("course") or each.course,
        _forecast(each),
        before if each.value is not None else "—",
        _change(each),
    )


def finding_lines(said: Said, findings: Sequence[Finding]) -> list[str]:
    """数据问题: one sentence each, and who should mend it."""
    if not findings:
        return []
    lines = ["", f"数据问题 {len(findings)} 条"]
    for each in findings:
        who = f"（请{said.who(each.unit)}核实）" if each.unit and said.who(each.unit) not in each.message else ""
        lines += wrapped(f"{each.message}{who}", "  · ", "    ")
    return lines


def mark_row(said: Said, each: Mark) -> tuple[str, ...]:
    """名次, 乡镇或单位, 得分, 计分权重, 扣分, 较上月, 备注 of a mark for all together."""
    rank = "不排名" if each.rank is None else f"第{each.rank}名{'（并列）' if each.tied else ''}"
    moved = (each.rank_before or 0) - (each.rank or 0) if each.rank and each.rank_before else 0
    notes = ["一票否决"] if each.veto else []
    notes += ["计分不足一半"] if each.small and each.value is not None else []
    return (
        rank, said.who(each.code), score_text(each), f"{each.weight:g}", f"{each.deducted:g}",
        f"{'升' if moved > 0 else '降'}{abs(moved)}位" if moved else "", "、".join(notes),
    )  # fmt: skip


def score_text(each: Mark) -> str:
    """``93.2``; 未知 where nothing could be counted."""
    return "未知" if each.value is None else f"{each.value:g}"


def _title(said: Said, shown: Sequence[Standing], place: str | None) -> str:
    counted = "、".join(f"{lamp}灯 {n}" for lamp in GRAVEST_FIRST if (n := sum(each.lamp == lamp for each in shown)))
    where = said.place(place or next(iter(said.counties), ""))
    return f"{said.as_of} {where}指标 {len(shown)} 项" + (f"：{counted}" if counted else "")


def _grouped(said: Said, shown: Sequence[Standing]) -> Iterator[str]:
    ordered = sorted(shown, key=lambda each: GRAVEST_FIRST.index(each.lamp))
    lines = table([HEAD, *(row(said, each) for each in ordered)], _RIGHT)
    yield lines[0]
    for line, each in zip(lines[1:], ordered, strict=True):
        yield line
        yield from wrapped(each.says, "      ")


def _totals(said: Said, totals: Sequence[Mark]) -> Iterator[str]:
    for scope, title in (("place", "乡镇考核"), ("unit", "单位考核")):
        mine = sorted((each for each in totals if each.scope == scope), key=lambda each: each.rank or 999)
        if mine:
            yield ""
            yield f"{title}（得分按计分权重折合百分）"
            head = ("名次", "单位" if scope == "unit" else "乡镇", "得分", "计分权重", "扣分", "较上月", "备注")
            yield from table([head, *(mark_row(said, each) for each in mine)], (2, 3, 4))
            if len(mine) == 1:
                yield from wrapped(str(mine[0].why.get("says", "")), "      ")


def _towns(said: Said) -> list[str]:
    return list(dict.fromkeys(each.place for each in said.standings if each.place not in said.counties))


def _period(said: Said, each: Standing) -> str:
    indicator = said.indicator(each.indicator)
    if each.period_end is None:
        return "—"
    return str(each.why.get("span") or (called(indicator.period, each.period_end) if indicator else each.period))


def _forecast(each: Standing) -> str:
    text = str(each.why.get("forecast_text") or "")
    return text.removeprefix("预计年末").replace("80%把握", "") if text else "—"


def _change(each: Standing) -> str:
    if each.change is None:
        return "—"
    if each.change_in in ("位", "名"):  # a lower number is the better place
        return f"{'降' if each.change > 0 else '升'}{abs(each.change):g}{each.change_in}" if each.change else "持平"
    sign = "+" if each.change > 0 else "−" if each.change < 0 else ""
    shown = f"{abs(each.change):.{1 if each.change_in == '%' else 2}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{sign}{shown}{each.change_in or ''}"
